# SPDX-License-Identifier: GPL-3.0-or-later
"""Speed without key lock: the pitch follows, as on a turntable. Resampling at any positions by a windowed sinc.

Method: band-limited interpolation (J. O. Smith, Digital Audio Resampling): a Kaiser-windowed sinc, tabulated between
the samples and interpolated linearly in the table. Faster than 1 the filter closes, so that nothing folds back. At
whole positions and speeds up to 1 the result is the source bit for bit.

Conventions: frames are ``(n, 2)`` float32; speeds are source frames per output frame.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

ZERO_CROSSINGS = 24  # of the sinc, on each side
_BETA = 9.0  # of the Kaiser window: images and folding below -90 dB
_PHASES = 512  # table rows between two samples
_SPEED_STEP = 1 / 16  # speeds share a filter in such steps, rounded up


def margin(speed: float) -> int:
    """Source frames needed on either side of a position."""
    return int(np.ceil(ZERO_CROSSINGS * _step(speed)))


def resample_at(source: Samples, first: int, positions: NDArray[np.float64], speed: float) -> Samples:
    """A source at ``positions`` (frames, with fraction), filtered for ``speed``.

    ``source`` holds it from frame ``first`` on; every position needs ``margin(speed)`` frames around it (ValueError).
    """
    table = _filter(_step(speed))
    taps = table.shape[1]
    whole = np.floor(positions)
    place = whole.astype(np.int64) - taps // 2 + 1 - first
    if len(place) and (place.min() < 0 or place.max() + taps > len(source)):
        raise ValueError(f"positions need {taps // 2} frames around them")
    phase = (positions - whole) * _PHASES
    row = phase.astype(np.int64)
    between = (phase - row).astype(np.float32)[:, None]
    taken = table[row]
    taken += (table[row + 1] - taken) * between
    out = np.empty((len(positions), source.shape[1]), np.float32)
    for channel in range(source.shape[1]):
        windows = np.lib.stride_tricks.sliding_window_view(np.ascontiguousarray(source[:, channel]), taps)
        np.einsum("ij,ij->i", windows[place], taken, out=out[:, channel])
    return out


class Varispeed:
    """A constant speed for blocks as they come; output frame ``k`` is input position ``k * speed``."""

    BATCH = 8192  # output frames made at once

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._margin = margin(speed)
        self._held = np.zeros((self._margin, 2), np.float32)  # silence before the first frame
        self._first = -self._margin  # position of the first frame held
        self._made = 0
        self._pushed = 0

    def push(self, block: Samples) -> Samples:
        """Add input, return what output is ready (may be empty)."""
        self._held = np.concatenate([self._held, block])
        self._pushed += len(block)
        ready = int(np.floor((self._pushed - self._margin - 1) / self._speed)) + 1
        return self._up_to(max(self._made, ready))

    def finish(self) -> Samples:
        """The rest; in all there are ``round(input frames / speed)`` frames."""
        pad = self._margin + int(np.ceil(self._speed)) + 1
        self._held = np.concatenate([self._held, np.zeros((pad, 2), np.float32)])
        return self._up_to(max(self._made, round(self._pushed / self._speed)))

    def _up_to(self, end: int) -> Samples:
        pieces: list[Samples] = [np.zeros((0, 2), np.float32)]
        for begin in range(self._made, end, self.BATCH):
            positions = np.arange(begin, min(end, begin + self.BATCH), dtype=np.float64) * self._speed
            low = max(0, int(positions[0]) - self._margin - self._first)
            high = int(positions[-1]) + self._margin + 1 - self._first
            pieces.append(resample_at(self._held[low: high], self._first + low, positions, self._speed))
        self._made = end
        spare = max(0, int(end * self._speed) - self._margin - self._first)
        self._held, self._first = self._held[spare:], self._first + spare
        return np.concatenate(pieces)


def _step(speed: float) -> float:
    return max(1.0, float(np.ceil(speed / _SPEED_STEP)) * _SPEED_STEP)


@lru_cache(maxsize=32)
def _filter(speed: float) -> Samples:
    """Rows ``0.._PHASES``: the taps for a position so many ``1/_PHASES`` behind a sample."""
    half = int(np.ceil(ZERO_CROSSINGS * speed))
    distance = np.arange(-half + 1, half + 1) - np.arange(_PHASES + 1)[:, None] / _PHASES
    window = np.i0(_BETA * np.sqrt(np.maximum(0.0, 1 - (distance / half) ** 2))) / np.i0(_BETA)
    taps = np.sinc(distance / speed) / speed * window
    taps /= taps.sum(axis=1, keepdims=True)  # a steady level stays
    if speed == 1:
        taps[[0, -1]] = np.rint(taps[[0, -1]])  # whole positions are the source itself
    return np.asarray(taps, dtype=np.float32)
