# SPDX-License-Identifier: GPL-3.0-or-later
"""Cut a transcript into passages to search: a few sentences of one minute's talk, with the start of each sentence.

One sentence is too short for words that stand near each other and too many for vectors; a whole minute is too coarse
to jump to. Passages of about twenty seconds serve both, and a hit is narrowed to its sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from podmix.speech.types import Sentence

LONGEST_S = 25.0


@dataclass(frozen=True, slots=True)
class Passage:
    """``marks`` are (character offset in ``text``, start in seconds) of each sentence."""

    start: float
    end: float
    text: str
    marks: tuple[tuple[int, float], ...]

    def start_at(self, offset: int) -> float:
        """Start in seconds of the sentence that holds the character at ``offset``."""
        best = self.start
        for mark, seconds in self.marks:
            if mark > offset:
                break
            best = seconds
        return best


def cut_passages(sentences: Sequence[Sentence], longest_s: float = LONGEST_S) -> tuple[Passage, ...]:
    """Group sentences, in order and without overlap, into passages of at most ``longest_s`` where sentences allow."""
    passages: list[Passage] = []
    group: list[Sentence] = []
    for sentence in sentences:
        if group and sentence.end - group[0].start > longest_s:
            passages.append(_passage(group))
            group = []
        group.append(sentence)
    if group:
        passages.append(_passage(group))
    return tuple(passages)


def _passage(group: Sequence[Sentence]) -> Passage:
    text, marks = "", []
    for sentence in group:
        text = f"{text} " if text else ""
        marks.append((len(text), sentence.start))
        text += sentence.text
    return Passage(group[0].start, max(s.end for s in group), text, tuple(marks))
