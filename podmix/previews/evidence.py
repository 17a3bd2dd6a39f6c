# SPDX-License-Identifier: GPL-3.0-or-later
"""Evidence for which no grades exist and whose weights are therefore set by hand: every value ``(spans,)``.

Pauses and clean cuts at the edges, what must be excluded, place in the episode, quotation by the publisher
(in the notes or in a teaser at the start), and the sound.
"""

from __future__ import annotations

import numpy as np

from podmix.previews.candidates import clean_starts
from podmix.previews.exclusions import Exclusions, span_share
from podmix.previews.features_text import WORD, plain, unit_edges
from podmix.previews.timeline import Timeline
from podmix.previews.types import Candidates, Doubles, Lengths

GRAM = 6
"""Words in a row that make a quotation."""
TEASER_S = 240.0
HAND: dict[str, float] = {
    "pause_before": 0.05,
    "pause_after": 0.10,
    "cut_speech": -0.5,
    "opener_leans": -0.06,
    "opener_points": -0.08,
    "ends_unfinished": -0.1,
    "next_goes_on": -0.02,
    "off_length": -0.15,
    "silence": -0.8,
    "sponsor": -1.0,
    "opening_or_goodbye": -1.0,
    "very_early": -0.5,
    "early": -0.25,
    "very_late": -0.45,
    "teaser": -1.0,
    "quoted_in_notes": 0.4,
    "used_as_teaser": 1.2,
    "lively_voice": 0.25,
    "laughter": 0.15,
}
"""Grade points for each piece of evidence at its full strength. Those of edges, exclusions and place lie near their
slopes on what the trained part leaves unexplained of the graded passages; the rest has no grades to lean on."""


def gather_evidence(
    timeline: Timeline, spans: Candidates, excluded: Exclusions, lengths: Lengths, notes: str
) -> dict[str, Doubles]:
    """All evidence from text and times (the sound's comes from ``features_sound``)."""
    teaser, echoed = teaser_units(timeline)
    quoted = quoted_units(timeline, notes)
    long_enough = timeline.duration > 8 * lengths.target
    place = 1.0 if long_enough else 0.0
    return {
        **_edges(timeline, spans),
        "off_length": _off_length(spans, lengths),
        "silence": _silence(timeline, spans),
        "sponsor": np.minimum(1.0, 2 * span_share(timeline, excluded.sponsor, spans)),
        "opening_or_goodbye": np.minimum(1.0, 2 * span_share(timeline, excluded.ends, spans)),
        "very_early": place * np.clip(1 - spans.start / 60.0, 0, 1),
        "early": place * np.clip(1 - spans.start / 240.0, 0, 1),
        "very_late": place * np.clip(1 - (timeline.duration - spans.end) / 90.0, 0, 1),
        "teaser": span_share(timeline, teaser, spans),
        "used_as_teaser": np.minimum(1.0, 1.5 * span_share(timeline, echoed, spans)),
        "quoted_in_notes": np.minimum(1.0, 2 * span_share(timeline, quoted, spans)),
    }


def _edges(timeline: Timeline, spans: Candidates) -> dict[str, Doubles]:
    edges = unit_edges(timeline).astype(np.float64)
    dangles, points, asks, stopped, trails = (edges[:, k] for k in (0, 1, 2, 7, 8))
    after = np.minimum(spans.last + 1, len(timeline) - 1)
    same_turn = ~timeline.turn_starts[after] & (spans.last + 1 < len(timeline))
    clean = np.append(clean_starts(timeline), True)
    any_stops = stopped.mean() > 0.3 if len(timeline) else False
    unfinished = (1 - stopped[spans.last]) if any_stops else np.zeros(len(spans))
    unfinished = np.maximum(unfinished, trails[spans.last] * 0.7)
    unfinished = np.maximum(unfinished, asks[spans.last] * (timeline.turn_starts[after] * 0.5 + 0.5))
    unfinished = np.maximum(unfinished, 1.0 - timeline.closes[spans.last])
    return {
        "pause_before": np.clip(timeline.pause[spans.first] / 0.6, 0, 1),
        "pause_after": np.clip(timeline.pause[spans.last + 1] / 0.6, 0, 1),
        "cut_speech": 1.0 - (clean[spans.first] & clean[spans.last + 1]),
        "opener_leans": np.maximum(dangles[spans.first], 1.0 - timeline.opens[spans.first]),
        "opener_points": points[spans.first],
        "ends_unfinished": unfinished,
        "next_goes_on": dangles[after] * same_turn,
    }


def _off_length(spans: Candidates, lengths: Lengths) -> Doubles:
    """0 within 8 % of the target, rising to 1 at the limits."""
    off = np.abs(spans.end - spans.start - lengths.target) / lengths.target
    return np.clip((off - 0.08) / 0.42, 0, 1)


def _silence(timeline: Timeline, spans: Candidates) -> Doubles:
    """Share of a span without words, beyond the fifth that ordinary talk has."""
    speech = np.concatenate([[0.0], np.cumsum(timeline.end - timeline.start)])
    spoken = speech[spans.last + 1] - speech[spans.first]
    silent = 1 - spoken / np.maximum(1.0, spans.end - spans.start)
    return np.asarray(np.clip(silent - 0.2, 0, 1), dtype=np.float64)


def _grams(words: list[str]) -> list[tuple[str, ...]]:
    return [tuple(words[k : k + GRAM]) for k in range(len(words) - GRAM + 1)]


def _flat_words(timeline: Timeline) -> tuple[list[str], list[int]]:
    words: list[str] = []
    units: list[int] = []
    for unit, text in enumerate(timeline.texts):
        found = WORD.findall(plain(text))
        words.extend(found)
        units.extend([unit] * len(found))
    return words, units


def _share_of_unit(timeline: Timeline, units: list[int], hit: set[int]) -> Doubles:
    """Share of each unit's words that stand at the given word places: ``(units,)``."""
    if not hit:
        return np.zeros(len(timeline))
    owner = np.array(units, dtype=np.int64)
    total = np.bincount(owner, minlength=len(timeline))
    found = np.bincount(owner[sorted(hit)], minlength=len(timeline))
    return np.asarray(found / np.maximum(1, total), dtype=np.float64)


def quoted_units(timeline: Timeline, notes: str) -> Doubles:
    """How much of each unit stands word for word in the notes: ``(units,)``."""
    wanted = set(_grams(WORD.findall(plain(notes))))
    words, units = _flat_words(timeline)
    hit: set[int] = set()
    if wanted:
        for place, gram in enumerate(_grams(words)):
            if gram in wanted:
                hit.update(range(place, place + GRAM))
    return _share_of_unit(timeline, units, hit)


def teaser_units(timeline: Timeline) -> tuple[Doubles, Doubles]:
    """Words at the start that come again later: an editor's own choice of highlight.

    Returns the share of each unit that is such a teaser at the start, and that is its source later, ``(units,)``
    each. Both are zero where less than two dozen words come again: set phrases do that too.
    """
    words, units = _flat_words(timeline)
    limit = min(TEASER_S, timeline.duration / 10)
    opening = sum(1 for unit in units if timeline.start[unit] < limit)
    grams = _grams(words)
    first: dict[tuple[str, ...], int] = {gram: place for place, gram in reversed(list(enumerate(grams[:opening])))}
    teaser: set[int] = set()
    echo: set[int] = set()
    for place in range(opening + 40, len(grams)):
        source = first.get(grams[place])
        if source is not None:
            teaser.update(range(source, source + GRAM))
            echo.update(range(place, place + GRAM))
    if len(teaser) < 24 or len(echo) > 4 * len(teaser):
        return np.zeros(len(timeline)), np.zeros(len(timeline))
    return _share_of_unit(timeline, units, teaser), _share_of_unit(timeline, units, echo)
