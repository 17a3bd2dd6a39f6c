# SPDX-License-Identifier: GPL-3.0-or-later
"""What a hand does to a beat grid: shift, double, halve, tap, say where the bar begins.

Conventions: a grid is its tempo marks (``library_types.TempoMark``), rising; times are seconds on the decoded clock,
tempo in beats a minute. Every edit returns new marks. The first mark always stands on the first beat that fits behind
second 0, so that a grid edited in the middle reaches back to the start, and marks that do not follow each other by at
least a quarter of a beat are one. ``interop.grids.grid_of_marks`` lays the beats out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from podmix.errors import UsageError
from podmix.music.library_types import TempoMark

Marks = tuple[TempoMark, ...]

SLOWEST_BPM, FASTEST_BPM = 20.0, 400.0
FEWEST_TAPS = 4
_DIGITS = 6
_NEAR_S = 3e-6  # what two roundings may shift a beat by


def shifted(marks: Marks, seconds: float) -> Marks:
    """The whole grid later (or, below 0, earlier)."""
    return _settled([replace(mark, start=mark.start + seconds) for mark in marks])


def turned(marks: Marks, beats: int) -> Marks:
    """The bars begin ``beats`` beats later; the beats stay where they are."""
    return _settled([replace(mark, beat=(mark.beat - 1 - beats) % mark.beats_per_bar + 1) for mark in marks])


def scaled(marks: Marks, factor: float) -> Marks:
    """Twice (2) or half (0.5) the tempo. Bar lines stay on bar lines. Raises UsageError beyond 20..400 BPM."""
    return _settled([_scaled(mark, factor) for mark in marks])


def _scaled(mark: TempoMark, factor: float) -> TempoMark:
    bpm = _checked(mark.bpm * factor)
    # Count from the first bar line, which every tempo shares.
    line = mark.start + (1 - mark.beat) % mark.beats_per_bar * 60.0 / mark.bpm
    period = 60.0 / bpm
    beats = math.ceil((mark.start - line) / period - 1e-6)
    return replace(mark, start=line + beats * period, bpm=bpm, beat=beats % mark.beats_per_bar + 1)


def with_bpm(marks: Marks, bpm: float, at: float) -> Marks:
    """Another tempo for the stretch at second ``at``; the beat nearest to it stays where it is."""
    place = stretch_at(marks, at)
    beat, number = nearest_beat(marks, at)
    kept = replace(marks[place], start=beat, bpm=_checked(bpm), beat=number)
    floor = marks[place].start if place else 0.0
    return _settled([*marks[:place], _from(kept, floor), *marks[place + 1:]])


def with_downbeat(marks: Marks, at: float) -> Marks:
    """The beat nearest to second ``at`` begins a bar, from the start of its stretch to the end of it."""
    place = stretch_at(marks, at)
    _, number = nearest_beat(marks, at)
    mark = marks[place]
    return _settled([*marks[:place], replace(mark, beat=(mark.beat - number) % mark.beats_per_bar + 1),
                     *marks[place + 1:]])


def with_beat(marks: Marks, at: float) -> Marks:
    """The whole grid moved by at most half a beat, so that a beat lies exactly on second ``at``."""
    beat, _ = nearest_beat(marks, at)
    return shifted(marks, at - beat)


def with_metre(marks: Marks, beats_per_bar: int) -> Marks:
    """Bars of another length, 1..16 beats; the first bar line of every stretch stays."""
    if not 1 <= beats_per_bar <= 16:
        raise UsageError("A bar has 1 to 16 beats.")
    made = []
    for mark in marks:
        to_line = (1 - mark.beat) % mark.beats_per_bar
        made.append(replace(mark, beats_per_bar=beats_per_bar, beat=-to_line % beats_per_bar + 1))
    return _settled(made)


def of_taps(taps: Sequence[float], beats_per_bar: int = 4) -> Marks:
    """An even grid through at least four taps (seconds of the track), the first of them on a bar line.

    Period and phase are the least squares through all taps; a tap that was left out is noticed. Empty while there are
    too few, or they keep no tempo.
    """
    if len(taps) < FEWEST_TAPS:
        return ()
    gaps = sorted(later - earlier for earlier, later in pairwise(taps))
    period = gaps[len(gaps) // 2]
    if period <= 0:
        return ()
    places = [0]
    for earlier, later in pairwise(taps):
        places.append(places[-1] + max(1, round((later - earlier) / period)))
    mean_place, mean_tap = sum(places) / len(places), sum(taps) / len(taps)
    spread = sum((place - mean_place) ** 2 for place in places)
    period = sum((place - mean_place) * (tap - mean_tap) for place, tap in zip(places, taps, strict=True)) / spread
    if not SLOWEST_BPM <= 60.0 / max(period, 1e-9) <= FASTEST_BPM:
        return ()
    return _settled([TempoMark(mean_tap - mean_place * period, 60.0 / period, beats_per_bar, 1)])


def even(bpm: float, at: float, beats_per_bar: int = 4) -> Marks:
    """A new even grid with a bar line at second ``at``."""
    return _settled([TempoMark(at, _checked(bpm), beats_per_bar, 1)])


def stretch_at(marks: Marks, at: float) -> int:
    """Which mark holds at second ``at``."""
    return max(0, sum(1 for mark in marks if mark.start <= at + 1e-9) - 1)


def nearest_beat(marks: Marks, at: float) -> tuple[float, int]:
    """(second, place in its bar) of the beat nearest to ``at`` in its own stretch."""
    mark = marks[stretch_at(marks, at)]
    period = 60.0 / mark.bpm
    index = round((at - mark.start) / period)
    return mark.start + index * period, (mark.beat - 1 + index) % mark.beats_per_bar + 1


def _from(mark: TempoMark, floor: float) -> TempoMark:
    """The same beats, marked on the first one at or behind ``floor``."""
    period = 60.0 / mark.bpm
    index = math.ceil((floor - mark.start - _NEAR_S) / period)
    return replace(mark, start=mark.start + index * period, beat=(mark.beat - 1 + index) % mark.beats_per_bar + 1)


def _settled(marks: Sequence[TempoMark]) -> Marks:
    """In order, the first one reaching back to second 0, none before it, none upon another, times to a microsecond."""
    ordered = sorted(marks, key=lambda mark: mark.start)
    while len(ordered) > 1 and ordered[1].start <= 0:
        ordered.pop(0)
    made: list[TempoMark] = []
    for place, mark in enumerate(ordered):
        kept = _from(mark, 0.0) if place == 0 else mark
        if made and kept.start - made[-1].start < 15.0 / made[-1].bpm:
            made.pop()
        made.append(replace(kept, start=max(0.0, round(kept.start, _DIGITS))))
    return tuple(made)


def _checked(bpm: float) -> float:
    if not SLOWEST_BPM <= bpm <= FASTEST_BPM:
        raise UsageError(f"A tempo lies between {SLOWEST_BPM:.0f} and {FASTEST_BPM:.0f} beats a minute.")
    return bpm
