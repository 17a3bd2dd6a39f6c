# SPDX-License-Identifier: GPL-3.0-or-later
"""Lanes, evaluated by absolute frame: the same frame always has the same value, whatever block it is asked in.

A value that jumps, or changes within less than 2.5 ms, is led over in 5 ms round the jump; everything slower is left
as it was written. The way over is the mean of the lane's smallest majorant and largest minorant of bounded slope (its
two Lipschitz envelopes), so it stays between the old and the new value and needs no memory of what came before.

Frames are whole frames of the core's clock; a lane's seconds times the sample rate, not rounded.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right

import numpy as np
from numpy.typing import NDArray

from podmix.audio.mixing.types import Lane
from podmix.errors import AudioError

Values = NDArray[np.float32]
_Floats = NDArray[np.float64]

HALF_WAY_S = 0.0025  # a jump is spread over so much before and after it
_STEP = 8  # frames between the points that replace a jump
_SMALLEST = 1e-4  # smaller jumps cannot be heard


class Curve:
    """One lane on the core's clock, without jumps, held within ``least..most``."""

    def __init__(self, lane: Lane, sample_rate: int, *, begin: int | None = None, end: int | None = None,
                 least: float = 0.0, most: float = 64.0) -> None:
        """``begin`` and ``end`` (frames) bound what is asked for: what the lane does outside has no say.

        Raises AudioError where the lane has no points, goes back in time or holds something that is no number.
        """
        times, values = _checked(lane)
        times = times * sample_rate
        values = np.clip(values, least, most)
        half = HALF_WAY_S * sample_rate
        times, values = _within(times, values, times[0] - 2 * half if begin is None else begin,
                                times[-1] + 2 * half if end is None else end)
        times, values = _without_jumps(times, values, half)
        self._times, self._values = times, values
        self._marks: list[float] = times.tolist()
        self._level_until = _level_runs(values)

    def is_always(self, value: float) -> bool:
        return bool(np.all(self._values == value))

    def at(self, frame: int, count: int) -> Values | float:
        """The values of ``frame .. frame + count``: one number where they are all the same."""
        last = len(self._marks) - 1
        low = max(0, bisect_right(self._marks, frame) - 1)
        high = max(low, min(last, bisect_left(self._marks, frame + max(0, count - 1))))
        if high <= self._level_until[low]:
            return float(self._values[low])
        part = slice(low, high + 1)
        return np.interp(np.arange(frame, frame + count), self._times[part], self._values[part]).astype(np.float32)

    def steady_until(self, frame: int) -> float:
        """From ``frame`` to before this frame the value stays the same (``frame`` itself: it moves)."""
        low = bisect_right(self._marks, frame) - 1
        if low < 0:
            return self._marks[0]
        level = self._level_until[low]
        if level == len(self._marks) - 1:
            return math.inf
        return self._marks[level] if level > low else frame

    def value(self, frame: int) -> float:
        return _first(self.at(frame, 1))


def _level_runs(values: _Floats) -> list[int]:
    """For every point the last one up to which the value stays the same."""
    last, runs = len(values) - 1, [0] * len(values)
    for place in range(len(values) - 1, -1, -1):
        if values[place] != values[last]:
            last = place
        runs[place] = last
    return runs


def _checked(lane: Lane) -> tuple[_Floats, _Floats]:
    points = np.array(lane.points, dtype=np.float64).reshape(-1, 2)
    if not len(points) or not np.isfinite(points).all() or (np.diff(points[:, 0]) < 0).any():
        raise AudioError("This mix has an automation line that cannot be followed.",
                         remedy="Make the mix again from its tracks.", detail=f"lane {lane.points[:8]!r}")
    return points[:, 0], points[:, 1]


def _raw(times: _Floats, values: _Floats, at: _Floats, *, side: str) -> _Floats:
    """The lane as written; on a jump the value before it (``side`` "left") or after it ("right")."""
    place = np.searchsorted(times, at, side="right" if side == "right" else "left")
    low = np.clip(place - 1, 0, len(times) - 1)
    high = np.clip(place, 0, len(times) - 1)
    gap = times[high] - times[low]
    part = np.where(gap > 0, (at - times[low]) / np.where(gap > 0, gap, 1.0), 0.0)
    found: _Floats = values[low] + np.clip(part, 0.0, 1.0) * (values[high] - values[low])
    return found


def _within(times: _Floats, values: _Floats, begin: float, end: float) -> tuple[_Floats, _Floats]:
    """Cut or held to ``begin..end`` (frames); the edges have the value that is reached inside."""
    first = _raw(times, values, np.array([begin], dtype=np.float64), side="right")
    last = _raw(times, values, np.array([end], dtype=np.float64), side="left")
    inside = (times > begin) & (times < end)
    return (np.concatenate([[begin], times[inside], [end]]),
            np.concatenate([first, values[inside], last if end > begin else first]))


def _without_jumps(times: _Floats, values: _Floats, half: float) -> tuple[_Floats, _Floats]:
    steep = np.flatnonzero((np.diff(times) < half) & (np.abs(np.diff(values)) > _SMALLEST))
    pieces: list[tuple[_Floats, _Floats]] = []
    done = -np.inf  # points up to here stand in the pieces
    index = 0
    while index < len(steep):
        begin = times[steep[index]] - half
        end = times[steep[index] + 1] + half
        while index + 1 < len(steep) and times[steep[index + 1]] - half <= end:
            index += 1
            end = times[steep[index] + 1] + half
        begin, end = max(begin, times[0]), min(end, times[-1])
        keep = (times > done) & (times < begin)
        pieces += [(times[keep], values[keep]), _led_over(times, values, begin, end, half)]
        done = end
        index += 1
    keep = times > done
    pieces.append((times[keep], values[keep]))
    times, values = (np.concatenate(column) for column in zip(*pieces, strict=True))
    last_of_equals = np.append(np.diff(times) > 0, True)
    return times[last_of_equals], values[last_of_equals]


def _led_over(times: _Floats, values: _Floats, begin: float, end: float, half: float) -> tuple[_Floats, _Floats]:
    """Points every few frames of ``begin..end`` whose slope is at most the local range in ``half`` frames."""
    grid = np.append(np.arange(begin, end, _STEP, dtype=np.float64), end)
    inside = (times >= begin) & (times <= end)
    places = np.concatenate([grid, times[inside]])
    heights = np.concatenate([_raw(times, values, grid, side="right"), values[inside]])
    # At the neighbourhood's end a jump may stand: what lies beyond it is not meant.
    heights[len(grid) - 1] = _raw(times, values, grid[-1:], side="left")[0]
    order = np.argsort(places, kind="stable")
    places, heights = places[order], heights[order]
    slope = (heights.max() - heights.min()) / half
    smooth = np.empty_like(grid)
    for first in range(0, len(grid), 256):
        some = grid[first: first + 256]
        near = slice(*np.searchsorted(places, [some[0] - half, some[-1] + half + 1e-9]))
        cost = slope * np.abs(some[:, None] - places[None, near])
        smooth[first: first + 256] = 0.5 * ((heights[None, near] - cost).max(axis=1)
                                            + (heights[None, near] + cost).min(axis=1))
    return grid, smooth


class Automation:
    """What a deck's clips say about one value, one clip after the other."""

    def __init__(self, neutral: float, sample_rate: int) -> None:
        self._neutral = neutral
        self._way = round(2 * HALF_WAY_S * sample_rate)
        self.reset()

    def reset(self) -> None:
        self._curve: Curve | None = None
        self._before: Curve | None = None
        self._since = 0
        self._gap = 0.0

    def hand_over(self, curve: Curve | None, frame: int, *, softly: bool) -> None:
        """From ``frame`` on ``curve`` holds (None: the neutral value); ``softly`` leads over within 5 ms."""
        if curve is self._curve:
            return
        present = self.at(frame, 1)
        self._before, self._curve, self._since, self._gap = self._curve, curve, frame, 0.0
        if softly:
            self._gap = _first(present) - _first(self.at(frame, 1))

    def neutral_from(self, frame: int) -> bool:
        """No clip has a say from ``frame`` on."""
        return self._curve is None and frame >= self._since + self._way

    def steady_until(self, frame: int) -> float:
        """From ``frame`` to before this frame the value stays the same (``frame`` itself: it moves)."""
        if frame < self._since + self._way:
            return frame
        return math.inf if self._curve is None else self._curve.steady_until(frame)

    def rests_until(self, frame: int) -> float:
        """From ``frame`` to before this frame it changes nothing (``frame`` itself: it does)."""
        if frame < self._since:
            before = self._rests(self._before, frame)
            if before < self._since:
                return before
        elif self._gap and frame < self._since + self._way:
            return frame
        begin = max(frame, self._since)
        return begin if self._gap and begin == self._since else self._rests(self._curve, begin)

    def _rests(self, curve: Curve | None, frame: int) -> float:
        if curve is None:
            return math.inf
        until = curve.steady_until(frame)
        return until if until > frame and curve.value(frame) == self._neutral else frame

    def at(self, frame: int, count: int) -> Values | float:
        """The values of ``frame .. frame + count``: one number where they are all the same."""
        if frame >= self._since + self._way:
            return self._neutral if self._curve is None else self._curve.at(frame, count)
        values = np.empty(count, np.float32)
        turn = min(max(0, self._since - frame), count)
        values[:turn] = self._neutral if self._before is None else self._before.at(frame, turn)
        values[turn:] = self._neutral if self._curve is None else self._curve.at(frame + turn, count - turn)
        left = 1.0 - (np.arange(frame + turn, frame + count) - self._since) / self._way
        values[turn:] += (self._gap * np.clip(left, 0.0, 1.0)).astype(np.float32)
        return float(values[0]) if (values == values[0]).all() else values


def _first(values: Values | float) -> float:
    return values if isinstance(values, float) else float(values[0])
