# SPDX-License-Identifier: GPL-3.0-or-later
"""Peak and RMS per deck and of the whole, since last asked. Linear; RMS over both channels together."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_KEPT = 24  # quanta, a quarter of a second: meters are read far more often


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
    """Keeps what sounded since last asked, at most a quarter of a second, and measures it only when asked.

    Blocks ``(2, n)`` are kept as they are: nobody may change them afterwards. None is silence.
    """

    def __init__(self) -> None:
        self._blocks: deque[NDArray[np.float32] | None] = deque(maxlen=_KEPT)

    def add(self, block: NDArray[np.float32] | None) -> None:
        self._blocks.append(block)

    def take(self) -> Level:
        sounding = [block for block in self._blocks if block is not None]
        share = len(sounding) / max(1, len(self._blocks))
        self._blocks.clear()
        if not sounding:
            return Level(0.0, 0.0)
        sound = np.concatenate(sounding, axis=1)
        power = float(np.mean(np.square(sound, dtype=np.float64))) * share
        return Level(float(np.abs(sound).max()), math.sqrt(power))
