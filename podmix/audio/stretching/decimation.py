# SPDX-License-Identifier: GPL-3.0-or-later
"""A low band at a fraction of the rate, and back: linear-phase FIR, streaming, exact in time.

Decimated sample ``q`` stands at source frame ``q * factor``. The filter passes up to about a quarter of the decimated
rate unchanged and holds what would fold onto that below -90 dB.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

LOW_RATE = 11_500.0  # Hz, about: the decimated rate that is aimed at
_BATCH = 256  # samples made at once, always as many: a product of another shape is rounded otherwise
_SIDE = 6  # filter taps on either side, in decimated samples


def decimation_for(sample_rate: int) -> int:
    """The whole factor that brings ``sample_rate`` (Hz) nearest to ``LOW_RATE``; 4 for 44.1 and 48 kHz."""
    return max(1, round(sample_rate / LOW_RATE))


def _low_pass(factor: int) -> NDArray[np.float64]:
    distance = np.arange(-_SIDE * factor, _SIDE * factor + 1)
    taps = np.sinc(distance / factor) * np.kaiser(len(distance), 9.0)
    return np.asarray(taps / taps.sum())


class Decimator:
    """Planar stereo ``(2, n)`` in, every ``factor``-th low-passed sample out."""

    def __init__(self, factor: int, first: int) -> None:
        """``first``: source frame of the first sample pushed; the first that comes out is ``self.next_sample``."""
        self._factor = factor
        self._side = _SIDE * factor if factor > 1 else 0
        self._taps = _low_pass(factor).astype(np.float32)
        self.next_sample = -(-(first + self._side) // factor)
        self._held = np.zeros((2, 0), np.float32)
        self._first = first

    def push(self, block: Floats) -> Floats:
        if self._factor == 1:
            return block
        self._held = np.concatenate([self._held, block], axis=1)
        begin = self.next_sample * self._factor - self._side - self._first
        count = (self._held.shape[1] - begin - len(self._taps)) // self._factor + 1
        if count < _BATCH:
            return np.zeros((2, 0), np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(self._held[:, begin:], len(self._taps), axis=1)
        windows = windows[:, :: self._factor]
        out = np.concatenate([np.ascontiguousarray(windows[:, at: at + _BATCH]) @ self._taps
                              for at in range(0, count - _BATCH + 1, _BATCH)], axis=1)
        self.next_sample += out.shape[1]
        spare = self.next_sample * self._factor - self._side - self._first
        self._held, self._first = self._held[:, spare:], self._first + spare
        return out


class Interpolator:
    """Back to the full rate: decimated samples in, all frames out.

    The first that comes out is frame ``first * factor``; what lies before the first sample is taken for silence.
    """

    def __init__(self, factor: int) -> None:
        self._factor = factor
        taps = _low_pass(factor) * factor
        # frame q * factor + r = sum over t of low[q + t] * taps[t * factor - r], t from -_SIDE + 1 to _SIDE
        rows = np.arange(-_SIDE, _SIDE + 1)[:, None] * factor - np.arange(factor)[None, :]
        inside = np.abs(rows) <= _SIDE * factor
        self._matrix = np.where(inside, taps[np.clip(rows + _SIDE * factor, 0, len(taps) - 1)], 0).astype(np.float32)
        self._held = np.zeros((2, _SIDE), np.float32)

    def push(self, low: Floats) -> Floats:
        if self._factor == 1:
            return low
        self._held = np.concatenate([self._held, low], axis=1)
        count = self._held.shape[1] - 2 * _SIDE
        if count <= 0:
            return np.zeros((2, 0), np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(self._held, 2 * _SIDE + 1, axis=1)
        out = np.ascontiguousarray(windows[:, :count]) @ self._matrix
        self._held = self._held[:, count:]
        return np.asarray(out.reshape(2, -1))
