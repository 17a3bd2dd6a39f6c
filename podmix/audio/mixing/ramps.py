# SPDX-License-Identifier: GPL-3.0-or-later
"""Gains that move without clicks. All count whole frames, so the block size never changes the result."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Gains = NDArray[np.float32]


class Gate:
    """Opens and closes in a raised cosine of ``length`` frames; closed at first."""

    def __init__(self, length: int) -> None:
        self._length = max(1, length)
        self._curve = (0.5 - 0.5 * np.cos(np.pi * np.arange(self._length + 1) / self._length)).astype(np.float32)
        self._place = 0
        self.opening = False

    @property
    def closed(self) -> bool:
        return self._place == 0 and not self.opening

    @property
    def moving(self) -> int:
        """Frames until it is fully open or closed."""
        return self._length - self._place if self.opening else self._place

    def shut(self) -> None:
        """Close at once (nothing sounds any more)."""
        self._place, self.opening = 0, False

    def jump_open(self) -> None:
        self._place, self.opening = self._length, True

    def take(self, frames: int) -> Gains | None:
        """The gains of the next frames; None where all are one. What lies beyond a movement holds its end."""
        if self.opening and self._place == self._length:
            return None
        step = 1 if self.opening else -1
        places = np.clip(self._place + step * np.arange(1, frames + 1), 0, self._length)
        self._place = int(places[-1]) if frames else self._place
        return np.asarray(self._curve[places])


class Slope:
    """A value that moves to a target in a straight line of so many frames."""

    def __init__(self, value: float) -> None:
        self._from = self._to = value
        self._place = self._length = 0

    @property
    def target(self) -> float:
        return self._to

    @property
    def value(self) -> float:
        if self._place >= self._length:
            return self._to
        return self._from + (self._to - self._from) * self._place / self._length

    @property
    def settled(self) -> bool:
        return self._place >= self._length

    def move(self, target: float, frames: int) -> None:
        self._from, self._to, self._place, self._length = self.value, target, 0, max(0, frames)

    def take(self, frames: int) -> Gains | float:
        """The values of the next frames: one number where they do not change."""
        if self.settled:
            return self._to
        places = np.minimum(self._place + np.arange(1, frames + 1), self._length)
        self._place = min(self._place + frames, self._length)
        moved: Gains = (self._from + (self._to - self._from) * places / self._length).astype(np.float32)
        return moved


@dataclass(frozen=True, slots=True)
class Fade:
    """A rise or fall over ``length`` frames from frame ``begin`` of the core's clock; 0 or 1 outside.

    ``equal_power`` is a quarter of a sine: a rise and a fall over the same frames keep the power of two unlike
    signals (two alike become 3 dB louder in the middle). Else a raised cosine: softest for one signal alone.
    """

    begin: int
    length: int
    rising: bool
    equal_power: bool

    def at(self, frame: int, count: int) -> Gains | float:
        """The gains of ``frame .. frame + count``: one number where they are all the same."""
        if frame + count <= self.begin:
            return 0.0 if self.rising else 1.0
        if frame >= self.begin + self.length:
            return 1.0 if self.rising else 0.0
        place = (np.arange(frame - self.begin, frame - self.begin + count) + 0.5) / self.length
        place = np.clip(place if self.rising else 1.0 - place, 0.0, 1.0)
        curve = np.sin(0.5 * math.pi * place) if self.equal_power else 0.5 - 0.5 * np.cos(math.pi * place)
        return np.asarray(curve, dtype=np.float32)


def product(left: Gains | float, right: Gains | float) -> Gains | float:
    """Two gains as one; exact ones drop out, so that neutral stays bit-transparent."""
    if isinstance(left, float) and isinstance(right, float):
        return left * right
    if isinstance(left, float):
        left, right = right, left
    if isinstance(right, float):
        return left if right == 1.0 else np.asarray(left * np.float32(right))
    return np.asarray(left * right)
