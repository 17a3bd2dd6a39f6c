# SPDX-License-Identifier: GPL-3.0-or-later
"""A transcript as a row of small units with clean times: what spans are made of.

A unit is a sentence, a piece of a very long sentence (cut at its longest pause or at a comma, always between
words), or several very short cues joined. Whatever the transcript looks like, units are in order of start,
have text and finite times, and are short enough that a span of the wanted length can be built from them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from podmix.previews.types import Bools, Doubles, Ints
from podmix.speech.types import Sentence, Transcript, Word

LONGEST_UNIT_S = 20.0
"""Longer sentences are cut: nobody speaks a clear sentence of 20 s, and recognisers run on without stops."""
PIECE_S = 8.0
STOPS = (".", "!", "?", "…", "。", "！", "？", "؟", "।", '."', '!"', '?"', ".”", "!”", "?”", ".)", "?)")


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of words of one speaker that spans are not allowed to cut."""

    text: str
    start: float
    end: float
    speaker: int
    sentence_first: int
    sentence_last: int
    opens: bool
    closes: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """All units of an episode as columns, each ``(units,)``.

    ``speaker`` is -1 where unknown; ``opens`` and ``closes`` say whether a unit begins and ends a sentence;
    ``pause`` is the silence before a unit in seconds (0 where voices overlap), with one more entry at the end.
    """

    texts: tuple[str, ...]
    start: Doubles
    end: Doubles
    speaker: Ints
    words: Ints
    sentence_first: Ints
    sentence_last: Ints
    opens: Bools
    closes: Bools
    pause: Doubles
    duration: float
    english: bool

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def turn_starts(self) -> Bools:
        """Whether a unit is the first of its speaker's turn; all False where no speakers are known."""
        changed = np.zeros(len(self), dtype=np.bool_)
        if len(self) and (self.speaker >= 0).any():
            changed[0] = True
            changed[1:] = self.speaker[1:] != self.speaker[:-1]
        return changed


def build_timeline(transcript: Transcript) -> Timeline:
    """Units of a transcript, whatever it looks like. Sentences without text or with impossible times are left out."""
    speakers: dict[str, int] = {}
    units: list[Unit] = []
    for index, sentence in _clean(transcript):
        speaker = -1 if sentence.speaker is None else speakers.setdefault(sentence.speaker, len(speakers))
        units.extend(_units_of(index, sentence, speaker))
    units = _join_fragments(units)
    return _columns(units, transcript)


def _clean(transcript: Transcript) -> list[tuple[int, Sentence]]:
    """Sentences with text and finite times, in order of start, each with its index in the transcript."""
    limit = _believable_end(transcript)
    kept = []
    for index, sentence in enumerate(transcript.sentences):
        if not sentence.text.strip() or not (math.isfinite(sentence.start) and math.isfinite(sentence.end)):
            continue
        if sentence.start >= limit:
            continue
        start = max(0.0, sentence.start)
        end = max(start, min(limit, sentence.end))
        words = tuple(w for w in sentence.words if math.isfinite(w.start) and w.start <= w.end <= limit)
        if words and words[0].start >= 0 and all(a.start <= b.start for a, b in pairwise(words)):
            start, end = words[0].start, max(w.end for w in words)
        else:
            words = ()
        kept.append((index, Sentence(sentence.text.strip(), start, end, sentence.speaker, words)))
    return sorted(kept, key=lambda pair: (pair[1].start, pair[1].end))


def _believable_end(transcript: Transcript) -> float:
    """Nothing is said after the audio's end, unless most of the transcript claims so: then the end is wrong."""
    duration = transcript.duration
    if not math.isfinite(duration) or duration <= 0:
        return math.inf
    beyond = sum(s.start >= duration for s in transcript.sentences)
    return math.inf if beyond > len(transcript.sentences) / 2 else duration


def _units_of(index: int, sentence: Sentence, speaker: int) -> list[Unit]:
    if sentence.end - sentence.start <= LONGEST_UNIT_S:
        return [Unit(sentence.text, sentence.start, sentence.end, speaker, index, index, True, True)]
    groups = _split_words(list(sentence.words) or _even_words(sentence))
    last = len(groups) - 1
    return [
        Unit(" ".join(w.text for w in group), group[0].start, max(w.end for w in group), speaker, index, index,
             place == 0, place == last)
        for place, group in enumerate(groups)
    ]  # fmt: skip


def _even_words(sentence: Sentence) -> list[Word]:
    """Words with times spread by their letters, for a long sentence that came without word times."""
    texts = sentence.text.split()
    if len(texts) == 1 and len(sentence.text) > 40:  # a script without spaces: every few characters count as a word
        texts = [sentence.text[i : i + 4] for i in range(0, len(sentence.text), 4)]
    lengths = np.array([len(t) + 1 for t in texts], dtype=np.float64)
    edges = sentence.start + (sentence.end - sentence.start) * np.concatenate(
        [[0.0], np.cumsum(lengths) / lengths.sum()]
    )
    return [Word(t, float(a), float(b)) for t, a, b in zip(texts, edges[:-1], edges[1:], strict=True)]


def _split_words(words: list[Word]) -> list[list[Word]]:
    """Pieces of about ``PIECE_S`` seconds, cut where a pause, a stop or a comma is, never inside a word."""
    groups: list[list[Word]] = [[]]
    for word, following in zip(words, [*words[1:], None], strict=True):
        groups[-1].append(word)
        if following is None:
            break
        held = word.end - groups[-1][0].start
        pause = following.start - word.end
        natural = pause > 0.35 or word.text.endswith((*STOPS, ",", ";", ":", "，", "、"))
        if (natural and held >= PIECE_S / 2) or held >= PIECE_S or pause > 3.0:
            groups.append([])
    return groups


def _join_fragments(units: list[Unit]) -> list[Unit]:
    """Joins cues of a word or two, where nearly no unit ends with a stop (a transcript that is not sentences)."""
    if not units:
        return units
    stopped = sum(u.text.endswith(STOPS) for u in units) / len(units)
    short = float(np.median([len(u.text.split()) for u in units])) < 5
    if stopped > 0.3 or not short:
        return units
    joined = [units[0]]
    for unit in units[1:]:
        held = joined[-1]
        apart = unit.start - held.end > 0.6 or unit.speaker != held.speaker or held.text.endswith(STOPS)
        if apart or len(held.text.split()) >= 10 or unit.end - held.start > PIECE_S:
            joined.append(unit)
        else:
            joined[-1] = Unit(f"{held.text} {unit.text}", held.start, max(held.end, unit.end), held.speaker,
                              held.sentence_first, unit.sentence_last, held.opens, unit.closes)  # fmt: skip
    return joined


def _columns(units: list[Unit], transcript: Transcript) -> Timeline:
    start = np.array([u.start for u in units], dtype=np.float64)
    end = np.array([u.end for u in units], dtype=np.float64)
    spoken_to = float(end.max()) if len(units) else 0.0
    duration = transcript.duration if math.isfinite(transcript.duration) and transcript.duration > 0 else spoken_to
    reach = np.maximum.accumulate(end) if len(units) else end
    pause = np.concatenate([start[:1], np.maximum(0.0, start[1:] - reach[:-1]), [max(0.0, duration - spoken_to)]])
    language = (transcript.language or "en").lower()
    return Timeline(
        texts=tuple(u.text for u in units),
        start=start,
        end=end,
        speaker=np.array([u.speaker for u in units], dtype=np.int64),
        words=np.array([max(1, len(u.text.split())) for u in units], dtype=np.int64),
        sentence_first=np.array([u.sentence_first for u in units], dtype=np.int64),
        sentence_last=np.array([u.sentence_last for u in units], dtype=np.int64),
        opens=np.array([u.opens for u in units], dtype=np.bool_),
        closes=np.array([u.closes for u in units], dtype=np.bool_),
        pause=pause if len(units) else np.zeros(1),
        duration=max(duration, spoken_to),
        english=language.startswith("en"),
    )
