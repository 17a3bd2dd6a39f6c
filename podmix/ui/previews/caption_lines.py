# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences cut into lines that fit a card, and what of them is being spoken. Pure; times are episode seconds."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass

from podmix.app.views import CaptionLine

LONGEST = 84  # characters that a person takes in at one glance
HOLD_S = 0.7  # a word stays lit this long into a pause
_PAUSES = (".", "!", "?", "…", ";", ":", ",", "—", "–")


@dataclass(frozen=True, slots=True)
class LitWord:
    """A word's place in its line's text (``first`` inclusive, ``last`` exclusive) and its time."""

    first: int
    last: int
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line of live captions; ``turn`` marks the first line of a speaker's turn. ``words`` may be empty."""

    text: str
    start: float
    end: float
    speaker: str
    turn: bool
    words: tuple[LitWord, ...] = ()


def shown_lines(captions: Sequence[CaptionLine], longest: int = LONGEST) -> tuple[ShownLine, ...]:
    """Cut each caption at its pauses into pieces of at most about ``longest`` characters."""
    lines: list[ShownLine] = []
    speaker = None
    for caption in captions:
        for piece in _pieces(caption, longest):
            turn = bool(caption.speaker) and caption.speaker != speaker
            lines.append(ShownLine(piece.text, piece.start, piece.end, caption.speaker, turn, piece.words))
            speaker = caption.speaker or speaker
    return tuple(lines)


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    start: float
    end: float
    words: tuple[LitWord, ...]


def _pieces(caption: CaptionLine, longest: int) -> list[_Piece]:
    tokens = [word.text for word in caption.words] or caption.text.split()
    if not tokens:
        return []
    timed = len(caption.words) == len(tokens)
    pieces: list[_Piece] = []
    first = 0
    total = max(1, sum(len(t) + 1 for t in tokens))
    spent = 0
    for last in _cuts(tokens, longest):
        text, places, at = "", [], 0
        for index in range(first, last):
            at = len(text) + (1 if text else 0)
            text = f"{text} {tokens[index]}" if text else tokens[index]
            if timed:
                word = caption.words[index]
                places.append(LitWord(at, at + len(tokens[index]), word.start, word.end))
        if timed:
            start = places[0].start if pieces else min(caption.start, places[0].start)
            end = places[-1].end
        else:  # without word times: share the sentence's time by length
            span = caption.end - caption.start
            start = caption.start + span * spent / total
            spent += len(text) + 1
            end = caption.start + span * spent / total
        pieces.append(_Piece(text, start, end, tuple(places)))
        first = last
    return pieces


def _cuts(tokens: Sequence[str], longest: int) -> list[int]:
    """Ends (exclusive) of the pieces: as even as possible, at a pause where one is near."""
    whole = sum(len(t) + 1 for t in tokens) - 1
    if whole <= longest:
        return [len(tokens)]
    target = whole / -(-whole // longest)
    cuts, length, first = [], 0, 0
    for index, token in enumerate(tokens):
        length += len(token) + 1
        rest = sum(len(t) + 1 for t in tokens[index + 1:])
        near = length >= 0.6 * target and token.endswith(_PAUSES)
        if index + 1 < len(tokens) and rest >= 0.25 * target and (near or length >= target):
            cuts.append(index + 1)
            first, length = index + 1, 0
    return [*cuts, len(tokens)] if first < len(tokens) else cuts


def line_at(lines: Sequence[ShownLine], time: float) -> int:
    """Index of the line being spoken: the last one that began; 0 before the first, -1 without lines."""
    if not lines:
        return -1
    return max(0, bisect.bisect_right([line.start for line in lines], time + 0.02) - 1)


def word_at(line: ShownLine, time: float) -> LitWord | None:
    """The word being spoken, held through a short pause; None in a long one or without word times."""
    index = bisect.bisect_right([word.start for word in line.words], time + 0.02) - 1
    if index < 0:
        return None
    word = line.words[index]
    return word if time <= word.end + HOLD_S else None
