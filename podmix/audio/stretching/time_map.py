# SPDX-License-Identifier: GPL-3.0-or-later
"""Which frame of a source sounds at which frame of a mix.

Conventions: the points are seconds ``(mix_s, source_s)`` as in ``mixing.types.Clip.time_map``; here each is rounded
once, to the nearest frame at the mix's sample rate, and everything after that is exact. The slope is the speed: source
frames per mix frame. Two points with the same mix frame are a jump (a loop, a cut); the later point holds from there
on. A segment that keeps the speed within the rounding of its points is a plain copy: slope exactly 1, whole frames.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from podmix.errors import AudioError

Points = tuple[tuple[float, float], ...]

SLOWEST, FASTEST = 0.25, 4.0
_REMEDY = "Make the mix again, or correct its plan."


@dataclass(frozen=True, slots=True)
class Segment:
    """Mix frames ``start..end`` (end excluded) play source frames ``source..source_end`` evenly."""

    start: int
    end: int
    source: int
    source_end: int

    @property
    def frames(self) -> int:
        return self.end - self.start

    @property
    def slope(self) -> float:
        return (self.source_end - self.source) / (self.end - self.start)

    @property
    def is_copy(self) -> bool:
        return self.source_end - self.source == self.end - self.start


@dataclass(frozen=True, slots=True)
class Jump:
    """At mix frame ``frame`` the source leaps from ``source_before`` (not played) to ``source_after`` (played)."""

    frame: int
    source_before: int
    source_after: int


@dataclass(frozen=True)
class TimeMap:
    """Segments in order, without gaps in mix time. Build it with ``from_points``."""

    segments: tuple[Segment, ...]

    @classmethod
    def from_points(cls, points: Points, sample_rate: int) -> TimeMap:
        """The map of a clip at ``sample_rate`` (Hz).

        Raises:
            AudioError: fewer than two points or no length; a time that is no number or negative; mix times that
                decrease; a speed outside 0.25..4 (so neither backwards nor standing still).
        """
        _check(points, sample_rate)
        frames = [(round(mix * sample_rate), round(source * sample_rate)) for mix, source in points]
        segments: list[Segment] = []
        for (start, source), (end, source_end) in pairwise(frames):
            if end == start:
                continue
            if segments and abs(segments[-1].source_end - source) <= 1:  # rounding: no jump
                source = segments[-1].source_end
            if abs(source_end - source - (end - start)) <= 1:
                source_end = source + end - start
            segments.append(_checked(Segment(start, end, source, source_end)))
        if not segments:
            raise AudioError("A clip of the mix has no length.", remedy=_REMEDY, detail=f"{points!r}")
        return cls(tuple(segments))

    def moved(self, frames: int) -> TimeMap:
        """The same map so many mix frames later."""
        return TimeMap(tuple(replace(part, start=part.start + frames, end=part.end + frames)
                             for part in self.segments))

    @property
    def start(self) -> int:
        """The clip's first mix frame."""
        return self.segments[0].start

    @property
    def end(self) -> int:
        """One past the clip's last mix frame."""
        return self.segments[-1].end

    @cached_property
    def jumps(self) -> tuple[Jump, ...]:
        return tuple(Jump(after.start, before.source_end, after.source)
                     for before, after in pairwise(self.segments)
                     if before.source_end != after.source)

    @cached_property
    def runs(self) -> tuple[TimeMap, ...]:
        """The map cut at its jumps: in each part the source runs on without a leap."""
        cuts = [jump.frame for jump in self.jumps]
        groups: list[list[Segment]] = [[] for _ in range(len(cuts) + 1)]
        for segment in self.segments:
            groups[bisect_right(cuts, segment.start)].append(segment)
        return tuple(TimeMap(tuple(group)) for group in groups)

    def source_at(self, frames: ArrayLike) -> NDArray[np.float64]:
        """Source positions (frames, with fraction) of mix frames; beyond the ends the outer slopes go on."""
        starts, sources, slopes = self._table
        positions = np.asarray(frames, dtype=np.float64)
        index = np.clip(np.searchsorted(starts, positions, side="right") - 1, 0, len(starts) - 1)
        return np.asarray(sources[index] + (positions - starts[index]) * slopes[index])

    def speed_at(self, frame: int) -> tuple[float, int]:
        """The slope at a mix frame, and the mix frame where its segment ends (the outer segments go on)."""
        index = bisect_right([part.start for part in self.segments], frame) - 1
        part = self.segments[max(0, index)]
        return part.slope, part.end if index + 1 < len(self.segments) else self.end

    def mix_at(self, source: float) -> tuple[float, ...]:
        """Every mix frame (with fraction) where source frame ``source`` sounds; a loop gives several."""
        return tuple(part.start + (source - part.source) / part.slope
                     for part in self.segments if part.source <= source < part.source_end)

    @cached_property
    def _table(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        rows = np.array([(part.start, part.source, part.slope) for part in self.segments], dtype=np.float64)
        return rows[:, 0].copy(), rows[:, 1].copy(), rows[:, 2].copy()


def _check(points: Points, sample_rate: int) -> None:
    if sample_rate <= 0:
        raise AudioError("A mix needs a sample rate.", detail=f"{sample_rate}")
    if len(points) < 2:
        raise AudioError("A clip of the mix has no length.", remedy=_REMEDY, detail=f"{points!r}")
    for mix, source in points:
        if not (math.isfinite(mix) and math.isfinite(source)):
            raise AudioError("A time in the mix is not a number.", remedy=_REMEDY, detail=f"{(mix, source)!r}")
        if mix < 0 or source < 0:
            raise AudioError("A time in the mix lies before the beginning.", remedy=_REMEDY,
                             detail=f"{(mix, source)!r}")
    for (mix, _), (later, _) in pairwise(points):
        if later < mix:
            raise AudioError("The times of a clip in the mix run backwards.", remedy=_REMEDY,
                             detail=f"{mix!r} then {later!r}")


def _checked(segment: Segment) -> Segment:
    """The segment, its speed within bounds; its points' rounding (one frame) is forgiven."""
    length, source = segment.frames, segment.source_end - segment.source
    if source - 1 > FASTEST * length or source + 1 < SLOWEST * length:
        raise AudioError(f"A clip of the mix plays at {segment.slope:.2f} times its speed, outside "
                         f"{SLOWEST} to {FASTEST:g}.", remedy=_REMEDY, detail=repr(segment))
    return segment
