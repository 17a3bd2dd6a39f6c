# SPDX-License-Identifier: GPL-3.0-or-later
"""The waveform in three bands for drawing: peaks and root mean squares, as bytes.

Conventions: mono float32 at ``RATE`` in. A point holds (low, mid, high), bands cut at ``CROSSOVERS_HZ`` by second-order
Butterworth filters. A byte is ``255 * sqrt(level)``: full scale is 255, and -40 dB is still 26.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from podmix.music.types import Waveform

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

VERSION = 1
RATE = 22050
CROSSOVERS_HZ = (180.0, 2400.0)
STEP = 147
POINTS_PER_SECOND = RATE / STEP
MOST_POINTS = 4000


@lru_cache(maxsize=1)
def _filters() -> tuple[NDArray[np.float64], ...]:
    from scipy.signal import butter

    low, high = CROSSOVERS_HZ
    return tuple(np.asarray(butter(2, edges, kind, fs=RATE, output="sos"), np.float64)
                 for edges, kind in ((low, "lowpass"), ((low, high), "bandpass"), (high, "highpass")))


class WaveformMeter:
    """Gathers points from mono blocks of any length."""

    def __init__(self) -> None:
        self._memory = [np.zeros((len(filters), 2), np.float64) for filters in _filters()]
        self._rest = np.zeros((3, 0), np.float32)
        self._peaks: list[Bytes] = []
        self._rms: list[Bytes] = []

    def add(self, block: Floats) -> None:
        from scipy.signal import sosfilt

        bands = np.empty((3, len(block)), np.float32)
        for index, filters in enumerate(_filters()):
            bands[index], self._memory[index] = sosfilt(filters, block, zi=self._memory[index])
        bands = np.concatenate([self._rest, bands], axis=1)
        whole = bands.shape[1] // STEP
        self._rest = bands[:, whole * STEP:]
        self._take(bands[:, :whole * STEP])

    def _take(self, bands: Floats) -> None:
        if bands.shape[1]:
            points = bands.reshape(3, -1, STEP)
            self._peaks.append(_bytes(np.maximum(points.max(2), -points.min(2)).T))
            self._rms.append(_bytes(np.sqrt(np.einsum("bpn,bpn->pb", points, points) / STEP)))

    def waveform(self) -> Waveform:
        """Both levels of detail; call once, at the end."""
        if self._rest.shape[1]:
            self._take(np.pad(self._rest, ((0, 0), (0, STEP - self._rest.shape[1]))))
            self._rest = self._rest[:, :0]
        empty = np.zeros((0, 3), np.uint8)
        peaks = np.concatenate(self._peaks) if self._peaks else empty
        rms = np.concatenate(self._rms) if self._rms else empty
        small, smooth = overview(peaks, rms, MOST_POINTS)
        return Waveform(POINTS_PER_SECOND, peaks.tobytes(), rms.tobytes(), small.tobytes(), smooth.tobytes())


def overview(peaks: Bytes, rms: Bytes, most: int) -> tuple[Bytes, Bytes]:
    """Both ``(n, 3)`` reduced to at most ``most`` points: the highest of the peaks, the mean power of the rest."""
    if len(peaks) <= most:
        return peaks, rms
    edges = np.linspace(0, len(peaks), most + 1).astype(np.intp)
    power = (rms / np.float32(255)) ** 4
    mean = np.add.reduceat(power, edges[:-1], axis=0) / np.diff(edges)[:, None]
    return np.maximum.reduceat(peaks, edges[:-1], axis=0), _bytes(np.sqrt(mean))


def points_of(data: bytes) -> Bytes:
    """``(n, 3)``: the low, mid and high bytes of one of a waveform's fields."""
    return np.frombuffer(data, np.uint8).reshape(-1, 3)


def _bytes(levels: NDArray[np.floating]) -> Bytes:
    return np.asarray(np.clip(np.round(255 * np.sqrt(levels)), 0, 255), np.uint8)
