# SPDX-License-Identifier: GPL-3.0-or-later
"""Peak and RMS per deck and of the whole, since last asked. Linear; RMS over both channels together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Level:
    peak: float
    rms: float


@dataclass(frozen=True, slots=True)
class Levels:
    """Decks are measured behind their strips, the master behind the limiter."""

    decks: tuple[Level, ...]
    master: Level


class Meter:
    """Gathers blocks of planar sound ``(2, n)``; blocks of silence may be told by their length alone."""

    def __init__(self) -> None:
        self._peak = 0.0
        self._energy = 0.0
        self._values = 0

    def add(self, block: NDArray[np.float32]) -> None:
        self._peak = max(self._peak, float(block.max(initial=0.0)), -float(block.min(initial=0.0)))
        flat = block.reshape(-1)
        self._energy += float(np.dot(flat, flat))
        self._values += flat.size

    def add_silence(self, frames: int) -> None:
        self._values += 2 * frames

    def take(self) -> Level:
        level = Level(self._peak, math.sqrt(self._energy / self._values) if self._values else 0.0)
        self._peak, self._energy, self._values = 0.0, 0.0, 0
        return level
