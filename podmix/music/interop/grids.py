# SPDX-License-Identifier: GPL-3.0-or-later
"""Between a stored beat grid (the payload of "beats") and the tempo marks that DJ programs know.

The payload has ``beats``, ``downbeats`` and ``beats_per_bar``, perhaps ``segments`` (start, period, first_beat, beats),
on its own level or under ``grid``. A mark begins each stretch of even beats, and each place where the bars begin anew.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import pairwise
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
    places = _places_in_bar(beats, grid.get("downbeats") or (), bar)
    marks: list[TempoMark] = []
    for start, period, first, count in _stretches(beats, grid.get("segments") or ()):
        expected = 0
        for index in range(first, first + count):
            place = places[index]
            if index == first or place != expected:
                marks.append(TempoMark(round(start + period * (index - first), 6), round(60.0 / period, 6), bar, place))
            expected = place % bar + 1
    return tuple(marks)


def _places_in_bar(beats: Sequence[float], downbeats: Sequence[float], bar: int) -> list[int]:
    """1.. for each beat, counted from the last downbeat; before the first one, back from it."""
    starts = sorted({_nearest(beats, time) for time in downbeats}) or [0]
    places = [0] * len(beats)
    for index in range(starts[0]):
        places[index] = (index - starts[0]) % bar + 1
    for begin, end in pairwise([*starts, len(beats)]):
        for index in range(begin, end):
            places[index] = (index - begin) % bar + 1
    return places


def _nearest(beats: Sequence[float], time: float) -> int:
    at = bisect_left(beats, time)
    return min((i for i in (at - 1, at) if 0 <= i < len(beats)), key=lambda i: abs(beats[i] - time))


def _stretches(beats: Sequence[float], segments: Sequence[Mapping[str, Any]]) -> list[tuple[float, float, int, int]]:
    """(start, period, first beat, beats) of each even stretch, as given or found."""
    if segments:
        return [(float(s["start"]), float(s["period"]), int(s["first_beat"]),
                 min(int(s["beats"]), len(beats) - int(s["first_beat"]))) for s in segments
                if float(s["period"]) > 0 and int(s["first_beat"]) < len(beats)]
    found = []
    first = 0
    while first < len(beats):
        count = _even_from(beats, first)
        last = first + count - 1
        following = min(last + 1, len(beats) - 1)
        span = (last - first, beats[last] - beats[first]) if count > 1 else (1, beats[following] - beats[first])
        period = span[1] / span[0] if span[1] > 0 else beats[1] - beats[0]
        found.append((beats[first], period, first, count))
        first += count
    return found


def _even_from(beats: Sequence[float], first: int) -> int:
    """How many beats from ``first`` on lie on one line, doubling the reach and then narrowing it."""
    low, high = 1, 2
    while first + high <= len(beats) and _is_even(beats, first, high):
        low, high = high, high * 2
    high = min(high, len(beats) - first + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _is_even(beats, first, middle) else (low, middle)
    return low


def _is_even(beats: Sequence[float], first: int, count: int) -> bool:
    period = (beats[first + count - 1] - beats[first]) / (count - 1) if count > 1 else 0.0
    return all(abs(beats[first] + period * i - beats[first + i]) <= _EVEN_S for i in range(count))


def grid_of_marks(marks: Sequence[TempoMark], duration: float) -> dict[str, Any]:
    """The payload of "beats" that tempo marks describe, up to ``duration``; tempo is that of the longest stretch."""
    beats: list[float] = []
    downbeats: list[float] = []
    segments: list[dict[str, Any]] = []
    longest = (0.0, 0.0)
    ends = [mark.start for mark in marks[1:]] + [duration]
    for mark, end in zip(marks, ends, strict=True):
        period = 60.0 / mark.bpm
        count = min(max(0, int((end - mark.start) / period - 0.25) + 1), _MOST_BEATS - len(beats))
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
