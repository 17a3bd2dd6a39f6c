# SPDX-License-Identifier: GPL-3.0-or-later
"""Between a stored beat grid (the payload of "beats") and the tempo marks that DJ programs know.

The payload has ``beats``, ``downbeats`` and ``beats_per_bar``, perhaps ``segments`` (start, period, first_beat, beats),
on its own level or under ``grid``. A mark begins each stretch of even beats, and each place where the bars begin anew.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

from podmix.music.library_types import TempoMark

_EVEN_S = 0.008
"""Beats this near a line are one stretch: a listener hears no less, and DJ programs draw no finer."""

_MOST_BEATS = 200_000


def marks_of_grid(payload: Mapping[str, Any]) -> tuple[TempoMark, ...]:
    """Tempo marks for a grid; empty where there is none."""
    grid = payload.get("grid") or payload
    beats: Sequence[float] = grid.get("beats") or ()
    if len(beats) < 2:
        return ()
    bar = max(1, int(grid.get("beats_per_bar") or 4))
    downbeats = sorted({_nearest(beats, time) for time in grid.get("downbeats") or ()})
    marks: list[TempoMark] = []
    place = 1
    for start, period, first, count in _stretches(beats, grid.get("segments") or ()):
        inside = downbeats[bisect_left(downbeats, first):bisect_left(downbeats, first + count)]
        place = _first_place(inside, first, bar, place)
        expected, begins = 0, set(inside)
        for index in range(first, first + count):
            place = 1 if index in begins else place
            if index == first or place != expected:
                marks.append(TempoMark(round(start + period * (index - first), 6), round(60.0 / period, 6), bar, place))
            place = expected = place % bar + 1
    return tuple(marks)


def _first_place(downbeats: Sequence[int], first: int, bar: int, counted: int) -> int:
    """The place in its bar of a stretch's first beat: back from its first bar line, else as counted so far."""
    if downbeats and downbeats[0] - first < bar:
        return (first - downbeats[0]) % bar + 1
    return counted


def _nearest(beats: Sequence[float], time: float) -> int:
    at = min(bisect_left(beats, time), len(beats) - 1)
    return at - 1 if at and time - beats[at - 1] < beats[at] - time else at


def _stretches(beats: Sequence[float], segments: Sequence[Mapping[str, Any]]) -> list[tuple[float, float, int, int]]:
    """(start, period, first beat, beats) of each even stretch, as given or found."""
    if segments:
        return [(float(s["start"]), float(s["period"]), int(s["first_beat"]),
                 min(int(s["beats"]), len(beats) - int(s["first_beat"]))) for s in segments
                if float(s["period"]) > 0 and int(s["first_beat"]) < len(beats)]
    found = []
    first = 0
    while first < len(beats) - 1:
        last = first + _even_from(beats, first) - 1
        period = (beats[last] - beats[first]) / (last - first)
        # The beat between two stretches begins the later one: from there on its tempo holds.
        found.append((beats[first], max(period, 0.01), first, last - first + (last == len(beats) - 1)))
        first = last
    return found


def _even_from(beats: Sequence[float], first: int) -> int:
    """How many beats from ``first`` on (two at least) lie on one line; doubles the reach, then narrows it."""
    rest = len(beats) - first
    if _is_even(beats, first, rest):  # mostly
        return rest
    low, high = 2, 4
    while high <= rest and _is_even(beats, first, high):
        low, high = high, high * 2
    high = min(high, rest + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _is_even(beats, first, middle) else (low, middle)
    return low


def _is_even(beats: Sequence[float], first: int, count: int) -> bool:
    start = beats[first]
    period = (beats[first + count - 1] - start) / (count - 1) if count > 1 else 0.0
    for number, beat in enumerate(beats[first:first + count]):
        if not -_EVEN_S <= start + period * number - beat <= _EVEN_S:
            return False
    return True


def grid_of_marks(marks: Sequence[TempoMark], duration: float) -> dict[str, Any]:
    """The payload of "beats" that tempo marks describe, up to ``duration``; tempo is that of the longest stretch."""
    beats: list[float] = []
    downbeats: list[float] = []
    segments: list[dict[str, Any]] = []
    longest = (0.0, 0.0)
    ends = [(mark.start, 0.25) for mark in marks[1:]] + [(duration, 0.0)]
    for mark, (end, margin) in zip(marks, ends, strict=True):  # no beat just before the next stretch begins
        period = 60.0 / mark.bpm
        count = min(max(0, int((end - mark.start) / period - margin) + 1), _MOST_BEATS - len(beats))
        if count <= 0:
            continue
        segments.append({"start": mark.start, "period": period, "first_beat": len(beats), "beats": count})
        longest = max(longest, (count * period, mark.bpm))
        for number in range(count):
            time = round(mark.start + number * period, 6)
            beats.append(time)
            if (mark.beat - 1 + number) % mark.beats_per_bar == 0:
                downbeats.append(time)
    return {"tempo": longest[1] or None, "beats": beats, "downbeats": downbeats,
            "beats_per_bar": marks[0].beats_per_bar if marks else 4, "segments": segments}
