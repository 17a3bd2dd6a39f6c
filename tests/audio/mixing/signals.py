# SPDX-License-Identifier: GPL-3.0-or-later
"""Signals, sources and readings of the mixing core's tests. Sound is ``(n, 2)`` unless a name says planar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from podmix.audio.mixing.core import MixCore
from podmix.audio.mixing.sources import BlockSource
from podmix.audio.mixing.types import Clip, Lane

Samples = NDArray[np.float32]
RATE = 48_000


def sine(frames: int, hz: float = 441.0, amplitude: float = 0.5, rate: int = RATE) -> Samples:
    wave = amplitude * np.sin(2 * np.pi * hz * np.arange(frames) / rate)
    return np.stack([wave, wave], axis=1).astype(np.float32)


def noise(frames: int, seed: int = 0, amplitude: float = 0.1) -> Samples:
    return (amplitude * np.random.default_rng(seed).uniform(-1, 1, size=(frames, 2))).astype(np.float32)


def source(samples: Samples, cuts: Sequence[int] = ()) -> BlockSource:
    return BlockSource(np.split(samples, sorted(cut for cut in cuts if cut <= len(samples))))


def lane(*points: tuple[float, float]) -> Lane:
    return Lane(tuple(points))


def clip(frames: int, *, at: int = 0, deck: int = 0, rate: int = RATE, **lanes: object) -> Clip:
    """A clip of the frames ``at .. at + frames`` of the mix, for a source that is given beside it."""
    bounds = ((at / rate, 0.0), ((at + frames) / rate, frames / rate))
    return Clip("unused", deck, bounds, **lanes)  # type: ignore[arg-type]


def play(core: MixCore, sizes: Iterable[int] = (777,)) -> Samples:
    """All that comes, asked for in these sizes, over and over."""
    pattern, pieces, index = list(sizes), [np.zeros((0, 2), np.float32)], 0
    while not core.idle:
        pieces.append(core.process(pattern[index % len(pattern)]))
        assert not core.starved
        index += 1
    return np.concatenate(pieces)


class Tap:
    """A source that another hand fills, as a ring is."""

    def __init__(self) -> None:
        self.held = np.zeros((0, 2), np.float32)
        self.closed = False

    def pour(self, samples: Samples) -> None:
        self.held = np.concatenate([self.held, samples])

    def available(self, wanted: int) -> int:
        return len(self.held)

    def finished(self) -> bool:
        return self.closed

    def take(self, frames: int) -> Samples:
        assert frames <= len(self.held)
        given, self.held = self.held[:frames], self.held[frames:]
        return given


def largest_step(samples: Samples) -> float:
    return float(np.abs(np.diff(samples, axis=0)).max(initial=0.0))


def level_db(samples: NDArray[np.floating]) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64)) + 1e-30))


def response_db(impulse: NDArray[np.floating], hz: NDArray[np.floating] | Sequence[float],
                rate: int = RATE) -> NDArray[np.float64]:
    """The magnitude at each frequency (to the nearest Hz or so) of an impulse response ``(n,)``."""
    size = max(1 << 16, len(impulse))
    spectrum = np.abs(np.fft.rfft(impulse.astype(np.float64), size))
    found: NDArray[np.float64] = 20 * np.log10(spectrum[np.rint(np.asarray(hz) * size / rate).astype(int)] + 1e-12)
    return found
