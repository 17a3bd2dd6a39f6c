# SPDX-License-Identifier: GPL-3.0-or-later
"""What the beat tracker hears: a coarse spectrogram for the network and a fine onset curve for milliseconds.

Conventions: mono float32 at ``RATE``. Frame ``k`` of the spectrogram is centred on second ``k / FRAME_RATE``, sample
``j`` of the onset curve describes the rise of energy around second ``j / FINE_RATE``. Both are computed in blocks, so
that hours fit into memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]

RATE = 22050
HOP = 441
FRAME_RATE = RATE / HOP
WINDOW = 1024
BANDS = 64
LOWEST_HZ, HIGHEST_HZ = 30.0, 10500.0

FINE_HOP = 63
"""A seventh of a frame: 2.86 ms."""
FINE_RATE = RATE / FINE_HOP
FINE_WINDOW = 256
FINE_EDGES = (1, 3, 12, 48, 128)
"""Bins of the fine bands: about 43-215, 215-1030, 1030-4100, 4100-11000 Hz."""

BLOCK_FRAMES = 3000


@dataclass(frozen=True, slots=True)
class BeatFeatures:
    """``mel`` is ``(frames, BANDS)`` magnitudes (linear), ``onsets`` ``(n,)`` at FINE_RATE, ``duration`` in seconds.

    ``mel`` of a recording of more than half an hour is of float16, to keep hours small: who reckons with it takes
    stretches as float32.
    """

    mel: NDArray[Any]
    onsets: Floats
    duration: float


@lru_cache(maxsize=1)
def mel_filters() -> Floats:
    """``(WINDOW // 2 + 1, BANDS)`` triangles, equally wide on the mel scale (O'Shaughnessy), each of unit sum."""
    frequency = np.fft.rfftfreq(WINDOW, 1 / RATE)
    mel = 2595 * np.log10(1 + np.array([LOWEST_HZ, HIGHEST_HZ]) / 700)
    corners = 700 * (10 ** (np.linspace(mel[0], mel[1], BANDS + 2) / 2595) - 1)
    rising = (frequency[:, None] - corners[:-2]) / np.diff(corners)[:-1]
    falling = (corners[2:] - frequency[:, None]) / np.diff(corners)[1:]
    weights = np.maximum(0, np.minimum(rising, falling))
    return np.asarray((weights / (weights.sum(0) + 1e-9)), np.float32)


def spectrogram(samples: Floats) -> Floats:
    """Mel magnitudes ``(1 + len // HOP, BANDS)``, a full-scale sine giving about 1 in its band."""
    padded = np.pad(samples, (WINDOW // 2, WINDOW // 2 + HOP))
    return _mel_frames(padded, 1 + len(samples) // HOP)


def _mel_frames(padded: Floats, count: int) -> Floats:
    window = np.hanning(WINDOW + 1)[:-1].astype(np.float32) * np.float32(4 / WINDOW)
    views = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:count]
    filters = mel_filters()
    result = np.empty((count, BANDS), np.float32)
    for start in range(0, count, 512):  # fits the processor's cache
        spectrum = np.abs(np.fft.rfft(views[start:start + 512] * window))
        result[start:start + 512] = spectrum @ filters
    return result


def onset_curve(samples: Floats) -> Floats:
    """``(len // FINE_HOP,)``: summed positive rise of log energy in four bands, in nepers; attacks are peaks."""
    padded = np.pad(samples, (FINE_WINDOW // 2, FINE_WINDOW // 2 + FINE_HOP))
    return _rise(_fine_energy(padded, len(samples) // FINE_HOP))


def _fine_energy(padded: Floats, count: int) -> Floats:
    """Log energy ``(count, 4)`` of short windows."""
    window = np.hanning(FINE_WINDOW + 1)[:-1].astype(np.float32)
    views = np.lib.stride_tricks.sliding_window_view(padded, FINE_WINDOW)[::FINE_HOP][:count]
    result = np.empty((count, len(FINE_EDGES) - 1), np.float32)
    for start in range(0, count, 2048):
        spectrum = np.fft.rfft(views[start:start + 2048] * window)
        power = spectrum.real**2 + spectrum.imag**2
        result[start:start + 2048] = np.add.reduceat(power[:, :FINE_EDGES[-1]], FINE_EDGES[:-1], axis=1)
    return result


def _rise(energy: Floats) -> Floats:
    if not len(energy):
        return np.zeros(0, np.float32)
    floor = energy.mean(0) * np.float32(1e-3) + np.float32(1e-9)
    level = np.log(energy + floor)
    rise = np.zeros(level.shape, np.float32)
    rise[2:-2] = np.maximum(0, level[4:] - level[:-4])  # centred: no lag
    return np.asarray(rise.sum(1), np.float32)


def compress(mel: Floats) -> Floats:
    """The network's view of magnitudes: loudness-free and logarithmic, ``log(1 + 8 m / mean)``, same shape."""
    level = float(mel.mean()) if mel.size else 0.0
    return np.asarray(np.log1p(mel * np.float32(8.0 / max(level, 1e-7))), np.float32)


def extract(blocks: Iterable[Floats]) -> BeatFeatures:
    """Features of a recording that comes in blocks of any length."""
    mel, energy, total = [], [], 0
    for chunk, first, count in _chunks(blocks):
        total += count
        mel.append(_mel_frames(chunk, -(-count // HOP)))
        middle = chunk[WINDOW // 2 - FINE_WINDOW // 2:]
        energy.append(_fine_energy(middle, -(-count // FINE_HOP)))
        del first
    if not mel:
        return BeatFeatures(np.zeros((0, BANDS), np.float32), np.zeros(0, np.float32), 0.0)
    return BeatFeatures(np.concatenate(mel), _rise(np.concatenate(energy)), total / RATE)


def _chunks(blocks: Iterable[Floats]) -> Iterator[tuple[Floats, int, int]]:
    """Pieces of whole frames with half a window on both sides: ``(samples, first, count)``."""
    size, half = BLOCK_FRAMES * HOP, WINDOW // 2
    held = np.zeros(half, np.float32)
    first = 0
    for block in blocks:
        held = np.concatenate([held, block])
        while len(held) >= size + 2 * half + HOP:
            yield held[: size + 2 * half + HOP], first, size
            held, first = held[size:], first + size
    rest = len(held) - half
    if rest > 0:
        yield np.pad(held, (0, half + HOP)), first, rest
