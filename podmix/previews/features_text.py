# SPDX-License-Identifier: GPL-3.0-or-later
"""What the words of a span say about it, without any model: counts, edges, turns, position.

``unit_counts`` reads every unit once; ``text_features`` turns any number of candidate spans into one row each by
differences of running sums, so that thousands of overlapping spans cost no more than a few matrix operations.
"""

from __future__ import annotations

import re

import numpy as np

from podmix.previews.lexicons import COUNTED, DANGLING, LANDING, POINTING, QUESTION_START, TURNS
from podmix.previews.timeline import STOPS, Timeline
from podmix.previews.types import Candidates, Doubles, Floats, Ints

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}")
EDGE_NAMES = (
    "dangles", "points", "asks", "turns", "lower_case", "words", "lands", "stopped", "trails_off", "short", "agrees",
    "names", "vague",
)  # fmt: skip
"""What is noted of a unit as a possible opener or closer (columns of ``unit_edges``)."""


def plain(text: str) -> str:
    """Lower case with straight apostrophes, as the lexicons expect."""
    return text.lower().replace("’", "'")


def unit_counts(timeline: Timeline) -> Floats:
    """How often each subject of the lexicons, and names, occur in each unit: ``(units, subjects + 1)``."""
    counts = np.zeros((len(timeline), len(COUNTED) + 1), dtype=np.float32)
    if not timeline.english:
        return counts
    for row, text in enumerate(timeline.texts):
        lowered = plain(text)
        counts[row, :-1] = [len(pattern.findall(lowered)) for pattern in COUNTED.values()]
        counts[row, -1] = len(NAME.findall(text))
    return counts


def unit_edges(timeline: Timeline) -> Floats:
    """How each unit would do as first or last sentence: ``(units, len(EDGE_NAMES))``, see ``EDGE_NAMES``."""
    rows = [_edge_row(text, timeline.english) for text in timeline.texts]
    return np.array(rows, dtype=np.float32).reshape(-1, len(EDGE_NAMES))


def _edge_row(text: str, english: bool) -> list[float]:
    stripped = text.strip()
    lowered = plain(stripped)
    count = len(stripped.split())
    leaning = DANGLING.match(lowered) if english else None
    rest = lowered[leaning.end() :] if leaning else lowered
    first = re.sub(r"^\W+", "", stripped)[:1]
    return [
        0.0 if leaning is None else (1.0 if len(rest.split()) < 4 else 0.6),
        float(english and POINTING.match(rest) is not None),
        float(stripped.rstrip("\"”').").endswith("?") or (english and QUESTION_START.match(lowered) is not None)),
        float(english and TURNS.search(lowered[:90]) is not None),
        float(first.islower()),
        min(count, 40) / 40,
        float(english and LANDING.search(lowered) is not None),
        float(stripped.endswith(STOPS)),
        float(stripped.endswith(("...", "…", "-", "–", "—", ","))),
        float(count < 4),
        float(english and leaning is not None and len(rest.split()) < 2),
        min(3.0, float(len(NAME.findall(stripped)))) / 3,
        min(1.0, len(COUNTED["vague"].findall(lowered)) / 2) if english else 0.0,
    ]


def running(values: Floats | Doubles) -> Doubles:
    """Running sums with a leading zero row: ``(n, k)`` -> ``(n + 1, k)``; a span's sum is one difference."""
    start = np.zeros((1, *values.shape[1:]), dtype=np.float64)
    return np.concatenate([start, np.cumsum(values, axis=0, dtype=np.float64)])


def span_sums(values: Floats | Doubles, spans: Candidates) -> Doubles:
    """Sum of ``(units, k)`` values over each span: ``(spans, k)``."""
    sums = running(values)
    return np.asarray(sums[spans.last + 1] - sums[spans.first])


def text_features(timeline: Timeline, spans: Candidates) -> tuple[tuple[str, ...], Floats]:
    """Names and values ``(spans, features)`` of everything that plain text tells about each span."""
    blocks: list[tuple[list[str], Doubles]] = [
        _count_block(timeline, spans),
        _edge_block(timeline, spans),
        _turn_block(timeline, spans),
        _shape_block(timeline, spans),
    ]
    names = tuple(name for block_names, _ in blocks for name in block_names)
    return names, np.concatenate([values for _, values in blocks], axis=1).astype(np.float32)


def _count_block(timeline: Timeline, spans: Candidates) -> tuple[list[str], Doubles]:
    """Square roots of counts per 100 words, so that one more of a rare thing weighs more than of a common one."""
    words = np.maximum(1.0, span_sums(timeline.words[:, None].astype(np.float64), spans))
    rates = np.sqrt(100 * span_sums(unit_counts(timeline), spans) / words)
    return [f"rate_{name}" for name in (*COUNTED, "names")], rates


def _edge_block(timeline: Timeline, spans: Candidates) -> tuple[list[str], Doubles]:
    edges = unit_edges(timeline).astype(np.float64)
    column = {name: edges[:, place] for place, name in enumerate(EDGE_NAMES)}
    second = np.minimum(spans.first + 1, spans.last)
    following = np.minimum(spans.last + 1, len(timeline) - 1)
    turn = timeline.turn_starts.astype(np.float64)
    table: dict[str, Doubles] = {
        f"open_{n}": column[n][spans.first]
        for n in ("dangles", "points", "asks", "turns", "lower_case", "words", "short", "agrees", "names", "vague")
    }
    table |= {f"second_{n}": column[n][second] for n in ("dangles", "points", "asks", "turns")}
    table |= {
        f"close_{n}": column[n][spans.last]
        for n in ("asks", "words", "lands", "stopped", "trails_off", "short", "agrees", "dangles")
    }
    table |= {f"next_{n}": column[n][following] for n in ("dangles", "points", "asks", "agrees")}
    table["open_new_turn"] = turn[spans.first]
    table["next_new_turn"] = turn[following]
    table["open_sentence"] = timeline.opens[spans.first].astype(np.float64)
    table["close_sentence"] = timeline.closes[spans.last].astype(np.float64)
    before = np.maximum(spans.first - 1, 0)
    table["after_question"] = column["asks"][before] * turn[spans.first]
    return list(table), np.stack(list(table.values()), axis=1)


def speaker_shares(timeline: Timeline) -> tuple[Doubles, Doubles]:
    """Two values a unit: how much its speaker tells rather than asks in this episode (0..1), and how long its turn is.

    The telling speaker (a guest) is the one with long turns and few questions. The turn's length is in log words.
    """
    count = len(timeline)
    telling = np.full(count, 0.5)
    turn_words = np.zeros(count)
    if not count or not (timeline.speaker >= 0).any():
        return telling, turn_words
    turn_of = np.cumsum(timeline.turn_starts) - 1
    lengths = np.bincount(turn_of, weights=timeline.words)
    turn_words = np.log1p(lengths[turn_of])
    asks = np.array([text.rstrip().endswith("?") for text in timeline.texts], dtype=np.float64)
    for speaker in np.unique(timeline.speaker):
        own = timeline.speaker == speaker
        per_turn = timeline.words[own].sum() / max(1, len(np.unique(turn_of[own])))
        questions = asks[own].sum() / max(1.0, timeline.words[own].sum() / 100)
        telling[own] = (per_turn / (per_turn + 40)) / (1 + questions)
    top = telling.max()
    return telling / top if top > 0 else telling, turn_words


def _turn_block(timeline: Timeline, spans: Candidates) -> tuple[list[str], Doubles]:
    words = timeline.words.astype(np.float64)
    total = np.maximum(1.0, span_sums(words[:, None], spans)[:, 0])
    telling, turn_words = speaker_shares(timeline)
    changes = running(timeline.turn_starts.astype(np.float64))
    inside = changes[spans.last + 1] - changes[np.minimum(spans.first + 1, spans.last + 1)]
    values = {
        "telling": span_sums((telling * words)[:, None], spans)[:, 0] / total,
        "long_turn": span_sums((turn_words * words)[:, None], spans)[:, 0] / total,
        "changes": np.sqrt(inside),
        "one_change": ((inside >= 1) & (inside <= 2)).astype(np.float64),
        "open_telling": telling[spans.first],
        "close_telling": telling[spans.last],
    }
    return list(values), np.stack(list(values.values()), axis=1)


def _shape_block(timeline: Timeline, spans: Candidates) -> tuple[list[str], Doubles]:
    """Length, diversity and place. ``place`` is the share of the episode before the span's middle."""
    words = span_sums(timeline.words[:, None].astype(np.float64), spans)[:, 0]
    sentences = (spans.last - spans.first + 1).astype(np.float64)
    place = (spans.start + spans.end) / 2 / max(1.0, timeline.duration)
    unique, rare = lexical_variety(timeline, spans)
    values = {
        "words": np.log(np.maximum(1.0, words)),
        "sentence_length": np.log(np.maximum(1.0, words / sentences)),
        "variety": unique,
        "rare": rare,
        "early": np.exp(-spans.start / 120.0),
        "late": np.exp(-np.maximum(0.0, timeline.duration - spans.end) / 120.0),
        "place": place,
        "middle": 4 * place * (1 - place),
    }
    return list(values), np.stack(list(values.values()), axis=1)


def lexical_variety(timeline: Timeline, spans: Candidates) -> tuple[Doubles, Doubles]:
    """Share of different words (corrected for length), and mean rarity of words within the episode, a span each."""
    tokens = [WORD.findall(plain(text)) for text in timeline.texts]
    flat = [word for words in tokens for word in words]
    if not flat or not len(spans):
        return np.zeros(len(spans)), np.zeros(len(spans))
    codes = np.unique(np.array(flat), return_inverse=True)[1].astype(np.int64)
    before = _previous_use(codes)
    edges = np.concatenate([[0], np.cumsum([len(words) for words in tokens])])
    rarity = running(-np.log(np.bincount(codes)[codes] / len(codes)))
    unique = np.zeros(len(spans))
    for first in np.unique(spans.first):
        rows = np.flatnonzero(spans.first == first) if len(spans) < 64 else _rows_of(spans.first, int(first))
        low, high = edges[first], edges[spans.last[rows] + 1]
        fresh = np.concatenate([[0], np.cumsum(before[low : high.max()] < low)])
        unique[rows] = fresh[high - low]
    size = np.maximum(1.0, edges[spans.last + 1] - edges[spans.first])
    rare = (rarity[edges[spans.last + 1]] - rarity[edges[spans.first]]) / size
    return unique / size**0.8, rare


def _rows_of(sorted_first: Ints, first: int) -> Ints:
    """Rows with this first unit, in a column that candidates keep sorted."""
    low, high = np.searchsorted(sorted_first, [first, first + 1])
    return np.arange(low, high)


def _previous_use(codes: Ints) -> Ints:
    """Index of the previous use of the same word, -1 for its first: ``(words,)``."""
    order = np.argsort(codes, kind="stable")
    previous = np.full(len(codes), -1, dtype=np.int64)
    same = codes[order][1:] == codes[order][:-1]
    previous[order[1:][same]] = order[:-1][same]
    return previous
