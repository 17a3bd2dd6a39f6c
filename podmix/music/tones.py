# SPDX-License-Identifier: GPL-3.0-or-later
"""A spectrum on a log-frequency axis: what key, chords and tone colour are read from.

Conventions: mono float32 at ``RATE`` in; out come magnitudes ``(frames, BINS)``, frame ``k`` centred on second
``k / TONE_RATE``, bin ``b`` on ``LOWEST_HZ * 2 ** (b / PER_OCTAVE)``. A full-scale sine reads about 1 in its bin. Low
octaves are seen through a window twice as long as high ones, a coarse constant-Q transform (Brown 1991) made of two
FFTs.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

RATE = 22050
HOP = 4410
TONE_RATE = RATE / HOP
PER_SEMITONE = 3
PER_OCTAVE = 12 * PER_SEMITONE
OCTAVES = 7
BINS = PER_OCTAVE * OCTAVES
LOWEST_PITCH = 24
"""MIDI number of bin 0: C1."""
LOWEST_HZ = 440.0 * 2 ** ((LOWEST_PITCH - 69) / 12)
LOW_WINDOW, HIGH_WINDOW = 16384, 8192
SPLIT = 3 * PER_OCTAVE
"""Bins below are read from the long window: C1 to C4."""


def bin_frequencies() -> NDArray[np.float64]:
    """Hz of every bin."""
    return np.asarray(LOWEST_HZ * 2 ** (np.arange(BINS) / PER_OCTAVE), np.float64)


@lru_cache(maxsize=2)
def _kernel(window: int, first: int, last: int) -> tuple[int, Floats]:
    """First FFT bin and weights ``(fft bins, last - first)``: triangles a bin wide, at least one FFT bin wide."""
    centres = bin_frequencies()[first:last]
    width = np.maximum(centres * (2 ** (1 / PER_OCTAVE) - 1), RATE / window)
    low = int((centres[0] - width[0]) * window / RATE)
    high = int(np.ceil((centres[-1] + width[-1]) * window / RATE)) + 1
    frequency = np.arange(low, high) * RATE / window
    weights = np.maximum(0, 1 - np.abs(frequency[:, None] - centres) / width)
    return low, np.asarray(weights / weights.sum(0), np.float32)


def _frames(padded: Floats, window: int, count: int, first: int, last: int) -> Floats:
    low, weights = _kernel(window, first, last)
    taper = np.hanning(window + 1)[:-1].astype(np.float32) * np.float32(4 / window)
    offset = (LOW_WINDOW - window) // 2
    views = np.lib.stride_tricks.sliding_window_view(padded[offset:], window)[::HOP][:count]
    result = np.empty((count, last - first), np.float32)
    for start in range(0, count, 16):  # fits the processor's cache
        spectrum = np.abs(np.fft.rfft(views[start:start + 16] * taper)[:, low:low + len(weights)])
        result[start:start + 16] = spectrum @ weights
    return result


class ToneMeter:
    """Gathers the spectrum from mono blocks of any length; hours come out as float16 to keep them small."""

    def __init__(self) -> None:
        self._held = np.zeros(LOW_WINDOW // 2, np.float32)
        self._parts: list[NDArray[np.float16]] = []
        self._total = 0

    def add(self, block: Floats) -> None:
        self._held = np.concatenate([self._held, block])
        self._total += len(block)
        self._take((len(self._held) - LOW_WINDOW) // HOP + 1)

    def _take(self, count: int) -> None:
        if count <= 0:
            return
        low = _frames(self._held, LOW_WINDOW, count, 0, SPLIT)
        high = _frames(self._held, HIGH_WINDOW, count, SPLIT, BINS)
        self._parts.append(np.concatenate([low, high], axis=1).astype(np.float16))
        self._held = self._held[count * HOP:]

    def tones(self) -> NDArray[np.float16]:
        """``(1 + samples // HOP, BINS)`` magnitudes; call once, at the end."""
        wanted = 1 + self._total // HOP if self._total else 0
        missing = wanted - sum(map(len, self._parts))
        if missing > 0:
            self._held = np.pad(self._held, (0, max(0, (missing - 1) * HOP + LOW_WINDOW - len(self._held))))
            self._take(missing)
        return np.concatenate(self._parts) if self._parts else np.zeros((0, BINS), np.float16)


def tones_of(samples: Floats) -> NDArray[np.float16]:
    """The spectrum of a whole array."""
    meter = ToneMeter()
    for start in range(0, len(samples), 60 * RATE):
        meter.add(samples[start:start + 60 * RATE])
    return meter.tones()
