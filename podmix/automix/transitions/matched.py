# SPDX-License-Identifier: GPL-3.0-or-later
"""What all beat-matched kinds share: marks of both grids that fall together, and a transition made of them.

Where both grids are even, bar lines are the marks: what lies between them is even, too. Where one is not (a band that
plays freely), every beat is a mark, so that the beats coincide and not only the bars.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from podmix.automix.facts import ON_BEAT_S, WOBBLE, TrackFacts
from podmix.automix.plan import Curves, PlannedLoop, PlannedTransition
from podmix.automix.tempo import FARTHEST, Meeting
from podmix.automix.transitions.balance import EVEN, Balance, balance
from podmix.automix.transitions.curves import low_places
from podmix.automix.transitions.places import FULL_SONG_SLACK_S, Place, middle_of

Doubles = NDArray[np.float64]
Marks = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Bars of two tracks laid over each other: marks, speeds, and where each clip really begins and ends.

    ``balance`` is where the fades lie.
    """

    bars: int
    out_marks: Marks
    in_marks: Marks
    out_end: float
    in_begin: float
    stretch_from: float
    stretch_to: float
    balance: Balance = EVEN

    @property
    def middles(self) -> tuple[float, float]:
        """Of the fades of the track that ends and of the other, in bars."""
        return self.balance.away * self.bars, self.balance.here * self.bars

    @property
    def swap(self) -> float:
        """The line on which lows pass over, in bars."""
        return self.balance.low * self.bars

    def lows(self, *, slow: bool) -> tuple[float, float]:
        """Between which positions, in bars, lows pass over."""
        return low_places(self.bars, self.swap, slow=slow)

    def transition(self, kind: str, curves: tuple[Curves, Curves], reasons: tuple[str, ...], *,
                   swap: float | None = None, loop: PlannedLoop | None = None) -> PlannedTransition:
        return PlannedTransition(
            kind, self.out_marks, self.in_marks, self.out_end, self.in_begin, beat_matched=True, bars=self.bars,
            stretch_from=self.stretch_from, stretch_to=self.stretch_to, swap=swap, out_curves=curves[0],
            in_curves=curves[1], loop=loop, reasons=reasons)


def overlap_at(before: TrackFacts, after: TrackFacts, place: Place, meeting: Meeting, *,
               whole: bool = False, slow_lows: bool = False, early_lows: bool = False) -> Overlap | None:
    """The overlap at a place; None where the grids do not run together evenly enough to be bent onto each other.

    ``whole``: nothing may be left out, so a pickup of ``after`` and the last notes of ``before`` sound, too.
    ``slow_lows``: lows pass over slowly, not on a line. ``early_lows``: in the middle at the latest.
    """
    out_lines = before.table.lines[place.out_bar: place.out_bar + place.out_bars + 1]
    in_lines = after.table.lines[place.in_bar: place.in_bar + place.in_bars + 1]
    marks = coinciding(before, after, out_lines, in_lines)
    if marks is None:
        return None
    overlap = joined_marks(before, after, *marks, meeting=meeting, bars=place.out_bars, whole=whole)
    return None if overlap is None else replace(
        overlap, balance=balance(before, after, out_lines, in_lines, place.out_bars, slow_lows=slow_lows,
                                 early_lows=early_lows))


def coinciding(before: TrackFacts, after: TrackFacts, out_lines: Doubles,
               in_lines: Doubles) -> tuple[Doubles, Doubles] | None:
    """Equally many marks of both, from the first to the last line; of two beats that fall on one, every second.

    Bar lines where both grids are even, else beats. None where a bar has another number of beats.
    """
    steps = min(len(out_lines), len(in_lines)) - 1
    every = (len(out_lines) - 1) // steps, (len(in_lines) - 1) // steps
    if before.grid.constant and after.grid.constant:
        return out_lines[:: every[0]], in_lines[:: every[1]]
    beats = beats_between(before, out_lines), beats_between(after, in_lines)
    if beats[0] is None or beats[1] is None:
        return None
    out_marks, in_marks = beats[0][:: every[0]], beats[1][:: every[1]]
    return (out_marks, in_marks) if len(out_marks) == len(in_marks) else None


def joined_marks(before: TrackFacts, after: TrackFacts, out_marks: Doubles, in_marks: Doubles, *, meeting: Meeting,
                 bars: int, whole: bool, loops: bool = False) -> Overlap | None:
    """Marks of both as an overlap, with the speeds that they really need; None where those are too far off."""
    out_length, in_length = float(out_marks[-1] - out_marks[0]), float(in_marks[-1] - in_marks[0])
    if out_length <= 0 or in_length <= 0:
        return None
    share = 1.0 if meeting.stretch_from == 1.0 else 0.5
    ratio = in_length / out_length  # speed of the second where the first plays natively
    stretch_from, stretch_to = float(ratio ** -(1 - share)), float(ratio**share)
    if max(abs(stretch_from - 1), abs(stretch_to - 1)) > FARTHEST:
        return None
    steps = np.diff(in_marks) / np.maximum(np.diff(out_marks), 1e-9) * stretch_from
    if np.abs(steps / stretch_to - 1).max() > WOBBLE:
        return None
    levels = before.levels, after.levels
    # What a middle bounds never meets the track beyond the neighbour, which plays on the same deck.
    tail = 0.0 if loops else min(max(0.0, levels[0].last - float(out_marks[-1])), FULL_SONG_SLACK_S,
                                 max(0.0, middle_of(after) - float(in_marks[-1])) / (1 + FARTHEST))
    pickup = min(max(0.0, float(in_marks[0]) - levels[1].first), FULL_SONG_SLACK_S,
                 max(0.0, float(out_marks[0]) - middle_of(before)) / (1 + FARTHEST))
    return Overlap(bars, tuple(float(mark) for mark in out_marks), tuple(float(mark) for mark in in_marks),
                   float(out_marks[-1]) + (tail if whole else 0.0), float(in_marks[0]) - (pickup if whole else 0.0),
                   stretch_from, stretch_to)


def beats_between(facts: TrackFacts, lines: Doubles) -> Doubles | None:
    """All beats from the first line to the last; None where the bars between have another number of beats.

    The last line itself ends them, whether a beat was found there or not.
    """
    beats = np.asarray(facts.grid.beats, np.float64)
    inside = beats[(beats >= lines[0] - ON_BEAT_S) & (beats < lines[-1] - ON_BEAT_S)]
    if len(inside) != (len(lines) - 1) * facts.grid.beats_per_bar:
        return None
    return np.append(inside, lines[-1])
