# SPDX-License-Identifier: GPL-3.0-or-later
"""Where each window of a stretch is taken from: the time map, bent so that attacks pass at their own speed.

Around an onset the source runs at speed 1, so that all windows that hold the attack lay it on one and the same place,
the one that the map gives for it; the frames won or lost are caught up on either side of it (time-varying maps as in
Duxbury, Davies and Sandler, 2002). Away from onsets the map holds exactly.

Conventions: ``out`` are frames of the mix, ``source`` frames of the file; windows are named by their centres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from podmix.audio.stretching.time_map import FASTEST, SLOWEST, TimeMap

FAR = 1 << 40  # frames: beyond any mix

_BEFORE, _AFTER = 0.2, 0.25  # of the window: how far the speed is 1, near speed 1
_BEFORE_COPY = 0.6  # as far before a copy, so that both sound alike where they join
_WIDEST = 1.6  # times so far when the speed is far from 1
_SHARE = 0.4  # of the way to where the map holds again


class Course:
    """The map of one stretched part: as given from ``begin`` to ``end``, at speed 1 outside (where copies join)."""

    def __init__(self, time_map: TimeMap, begin: int, end: int) -> None:
        inner = [part.start for part in time_map.segments if begin < part.start < end]
        outs = np.array([begin, *inner, end], dtype=np.float64)
        sources = time_map.source_at(outs)
        self.begin, self.end = begin, end
        self._outs = np.concatenate([[begin - FAR], outs, [end + FAR]])
        self._sources = np.concatenate([[sources[0] - FAR], sources, [sources[-1] + FAR]])

    def source_at(self, outs: NDArray[np.float64] | NDArray[np.int64]) -> NDArray[np.float64]:
        return np.asarray(np.interp(outs, self._outs, self._sources))

    def out_at(self, source: float) -> float:
        return float(np.interp(source, self._sources, self._outs))

    @property
    def strain(self) -> float:
        """How far the speed goes from 1: the largest |ln speed| on the way."""
        slopes = np.diff(self._sources) / np.diff(self._outs)
        return float(np.abs(np.log(np.clip(slopes, SLOWEST, FASTEST))).max())  # a rounding may leave a part of slope 0

    def speed_near(self, out: float) -> float:
        """The mean speed over some frames on either side."""
        low, high = self.source_at(np.array([out - 64.0, out + 64.0]))
        return float(high - low) / 128.0


@dataclass(frozen=True, slots=True)
class Anchor:
    """An onset: source frame ``source`` is to sound at mix frame ``out``."""

    source: int
    out: int
    speed: float
    ends: bool = False  # a copy follows: windows from half a window before are to be a part of it


def anchor(course: Course, source: int) -> Anchor:
    out = round(course.out_at(source))
    return Anchor(source, out, course.speed_near(out))


def last_anchor(course: Course) -> Anchor:
    """Where the copy after the course begins."""
    return Anchor(round(float(course.source_at(np.array([course.end]))[0])), course.end,
                  course.speed_near(course.end - 64), ends=True)


def reach(size: int) -> int:
    """How far from an onset, in mix frames, a window of ``size`` frames may feel it or its neighbour."""
    return int(np.ceil(2 * _AFTER * _WIDEST / _SHARE * size)) + 1


def centres(outs: NDArray[np.int64], course: Course, anchors: list[Anchor], size: int, *,
            grid: int) -> NDArray[np.int64]:
    """Source frames for windows of ``size`` frames centred on ``outs``.

    All anchors within ``reach`` must be given. At speed 1 around an anchor the frames are exact, elsewhere they are
    rounded to multiples of ``grid``.
    """
    plain = course.source_at(outs)
    result = np.rint(plain / grid).astype(np.int64) * grid
    if not anchors:
        return result
    at = np.array([point.out for point in anchors], dtype=np.float64)
    offset = np.array([point.source for point in anchors], dtype=np.float64) - at
    speed = np.array([point.speed for point in anchors])
    widen = np.clip(1 + np.abs(np.log(speed)) - 0.08, 1.0, _WIDEST) * size
    share = np.minimum(_SHARE, 0.75 * speed)
    gap = np.diff(at, prepend=at[0] - FAR, append=at[-1] + FAR)
    half = np.minimum(gap[:-1], gap[:-1] * speed) / 2, np.minimum(gap[1:], gap[1:] * speed) / 2
    before = np.where([point.ends for point in anchors], _BEFORE_COPY * size, _BEFORE * widen)
    left = np.minimum(before / share, half[0])
    right = np.minimum(_AFTER * widen / share, half[1])
    marks = np.stack([at - left, at - left * share, at + right * share, at + right], axis=1).ravel()
    bends = (marks + np.repeat(offset, 4) - course.source_at(marks)).reshape(-1, 4)
    bends[:, 0] = bends[:, 3] = 0.0
    bent = plain + np.interp(outs, marks, bends.ravel(), left=0.0, right=0.0)
    result = np.rint(bent / grid).astype(np.int64) * grid
    nearest = np.clip(np.searchsorted(marks[1::4], outs, side="right") - 1, 0, len(anchors) - 1)
    inside = (outs >= marks[1::4][nearest]) & (outs <= marks[2::4][nearest])
    return np.where(inside, outs + offset[nearest].astype(np.int64), result)
