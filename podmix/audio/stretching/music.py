# SPDX-License-Identifier: GPL-3.0-or-later
"""Changing the speed of music with the pitch kept, on a time map, streaming.

Two bands, each a phase vocoder of its own (``phase_band``): below 2.2 kHz long windows that tell the tones of a chord
and a bass apart (93 ms at 44.1 kHz, longer for speeds far from 1), above it short ones (35 ms) that keep noise and
attacks tight. Windows stand on a fixed grid of the mix, each is taken from where the map says: what sounds at a mix
frame can never drift from the map, however long it plays.

Conventions: blocks ``(n, 2)`` float32. How they are cut changes nothing in the result. Source positions are frames.
"""

from __future__ import annotations

from functools import cache
from itertools import chain, repeat

import numpy as np
from numpy.typing import NDArray

from podmix.audio.stretching.anchors import FAR, Course, anchor, last_anchor
from podmix.audio.stretching.decimation import Decimator, Interpolator, decimation_for
from podmix.audio.stretching.onsets import OnsetFinder
from podmix.audio.stretching.phase_band import Layout, PhaseBand
from podmix.audio.stretching.time_map import Segment, TimeMap

Samples = NDArray[np.float32]

CROSSOVER_HZ = 2_200.0
_CROSSOVER_WIDTH = 0.15  # of the crossover, to either side
_LOW_SIZES = ((0.15, 1024), (0.35, 1536), (np.inf, 2048))  # decimated samples, up to a strain of the course
_HIGH_SIZE = 384  # frames, times the decimation
_LOW_OVERLAP, _HIGH_OVERLAP = 4, 3
_RAMP_S = 0.002  # over which old and new sound are cut apart at an onset
_LOUDEST = 1e3  # beyond full scale by so much is no sound
_LOW_BATCHES = (1, 1, 2, 4, 8)  # windows made at once, few at the beginning so that sound is there soon
_HIGH_BATCHES = (2, 2, 4, 8, 16)
_LOW_BATCH, _HIGH_BATCH = 16, 32


class MapStretch:
    """Mix frames ``begin..end`` of a time map, from source frames pushed one after another.

    The first frame pushed must be source frame ``first_source`` (may be negative: silence). ``copy_follows``: from
    ``end`` on the source itself will be played, so the stretched sound shall come to be like it there.
    """

    def __init__(self, time_map: TimeMap, sample_rate: int, begin: int, end: int, *,
                 copy_follows: bool = False) -> None:
        _keep_memory()
        course = Course(time_map, begin, end)
        factor = decimation_for(sample_rate)
        low, high = _layouts(sample_rate, factor, course.strain)
        self.first_source = int(course.source_at(np.array([begin]))[0]) - 3 * low.size_frames // 2
        self._course, self._begin, self._end = course, begin, end
        self._finder = OnsetFinder(sample_rate, self.first_source)
        self._decimator = Decimator(factor, self.first_source)
        self._interpolator = Interpolator(factor)
        rest = last_anchor(course) if copy_follows else None
        self._low = PhaseBand(low, course, _first_window(low, begin), self._decimator.next_sample, rest=rest)
        self._high = PhaseBand(high, course, _first_window(high, begin), self.first_source, rest=rest)
        self._low_batches = chain(_LOW_BATCHES, repeat(_LOW_BATCH))
        self._high_batches = chain(_HIGH_BATCHES, repeat(_HIGH_BATCH))
        self._low_count, self._high_count = next(self._low_batches), next(self._high_batches)
        self._low_out = _Waiting(self._low.next_frame)
        self._high_out = _Waiting(self._high.next_frame)
        self.next_frame = begin  # the mix frame that comes out next

    def push(self, block: Samples) -> Samples:
        """Add source, return what output is ready (may be empty)."""
        planar = _sound(block)
        for source in self._finder.push(planar):
            point = anchor(self._course, source)
            self._low.push_anchor(point)
            self._high.push_anchor(point)
        self._low.push(self._decimator.push(planar))
        self._high.push(planar)
        settled = self._finder.settled
        while self._low.ready(self._low_count, settled) and self._low.next_frame < self._end:
            self._low_out.add(self._interpolator.push(self._low.make(self._low_count)))
            self._low_count = next(self._low_batches)
        while self._high.ready(self._high_count, settled) and self._high.next_frame < self._end:
            self._high_out.add(self._high.make(self._high_count))
            self._high_count = next(self._high_batches)
        until = min(self._low_out.end, self._high_out.end, self._end)
        if until <= self.next_frame:
            return np.zeros((0, 2), np.float32)
        both = self._low_out.take(self.next_frame, until) + self._high_out.take(self.next_frame, until)
        self.next_frame = until
        return np.ascontiguousarray(both.T)


class MusicStretch:
    """A constant speed for blocks as they come; output frame ``k`` is input frame ``k * speed``."""

    def __init__(self, speed: float, sample_rate: int) -> None:
        self._speed = speed
        endless = TimeMap((Segment(0, FAR, 0, round(FAR * speed)),))
        self._stretch = MapStretch(endless, sample_rate, 0, FAR)
        self._silence = np.zeros((-self._stretch.first_source, 2), np.float32)
        self._pushed = 0

    def push(self, block: Samples) -> Samples:
        """Add input, return what output is ready (may be empty)."""
        self._pushed += len(block)
        if len(self._silence):
            block, self._silence = np.concatenate([self._silence, block]), self._silence[:0]
        return self._stretch.push(block)

    def finish(self) -> Samples:
        """The rest; in all there are ``round(input frames / speed)`` frames."""
        total = round(self._pushed / self._speed)
        pieces = [np.zeros((0, 2), np.float32)]
        made = self._stretch.next_frame
        while self._stretch.next_frame < total:
            pieces.append(self._stretch.push(np.zeros((8192, 2), np.float32)))
        return np.concatenate(pieces)[: total - made]


class _Waiting:
    """Output of one band that waits for the other's; ``end`` is one past the last frame there is."""

    def __init__(self, first: int) -> None:
        self.end = first
        self._blocks = np.zeros((2, 0), np.float32)

    def add(self, block: Samples) -> None:
        self._blocks = np.concatenate([self._blocks, block], axis=1)
        self.end += block.shape[1]

    def take(self, begin: int, until: int) -> Samples:
        first = self.end - self._blocks.shape[1]
        piece = self._blocks[:, begin - first: until - first]
        self._blocks = self._blocks[:, until - first:]
        return piece


@cache
def _keep_memory() -> None:
    """Let the C library keep freed memory instead of handing every FFT's buffer back to the system.

    glibc raises its thresholds for that when a block of so much is freed; nothing is ever written to it. Without, an
    FFT here takes up to four times as long; elsewhere this does nothing.
    """
    np.empty(1 << 24, np.uint8)


def _layouts(sample_rate: int, factor: int, strain: float) -> tuple[Layout, Layout]:
    """The low band (decimated by ``factor``) and the high one; their gains add up to 1.

    Tones that one window cannot tell apart beat faster or slower than they should, by as much as the speed is off 1:
    so the farther the speed, the longer the low windows.
    """
    ramp = round(_RAMP_S * sample_rate)
    rate = sample_rate / factor
    low_size = next(size for most, size in _LOW_SIZES if strain <= most)
    low_gain = 1 - _rise(np.arange(low_size // 2 + 1) * rate / low_size)
    size = _HIGH_SIZE * factor
    high_gain = _rise(np.arange(size // 2 + 1) * sample_rate / size)
    top = min(len(low_gain), int(np.flatnonzero(low_gain)[-1]) + 3)
    bottom = max(0, int(np.flatnonzero(high_gain)[0]) - 2)
    return (Layout(low_size, _LOW_OVERLAP, factor, 0, top, low_gain, ramp),
            Layout(size, _HIGH_OVERLAP, 1, bottom, len(high_gain), high_gain, ramp))


def _rise(hertz: NDArray[np.float64]) -> Samples:
    """0 below the crossover, 1 above it."""
    way = (hertz / CROSSOVER_HZ - 1 + _CROSSOVER_WIDTH) / (2 * _CROSSOVER_WIDTH)
    return (0.5 - 0.5 * np.cos(np.pi * np.clip(way, 0, 1))).astype(np.float32)


def _first_window(layout: Layout, begin: int) -> int:
    """The first window that still sounds at mix frame ``begin``."""
    return (begin - layout.size_frames // 2) // layout.hop_frames + 1


def _sound(block: Samples) -> Samples:
    """Planar, and finite: one bad number would stay in the angles for ever."""
    planar = np.ascontiguousarray(block.T, dtype=np.float32)
    if planar.size and not float(np.abs(planar).max()) <= _LOUDEST:
        planar = np.clip(np.nan_to_num(planar, nan=0.0), -_LOUDEST, _LOUDEST)
    return planar
