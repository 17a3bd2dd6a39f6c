# SPDX-License-Identifier: GPL-3.0-or-later
"""Gains that move without clicks. Both count whole frames, so the block size never changes the result."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Gains = NDArray[np.float32]


class Gate:
    """Opens and closes in a raised cosine of ``length`` frames; closed at first."""

    def __init__(self, length: int) -> None:
        self._curve = (0.5 - 0.5 * np.cos(np.pi * np.arange(length + 1) / length)).astype(np.float32)
        self._length = length
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
        """The gains of the next frames; None where all are one. ``frames`` must not pass the end of a movement."""
        if self.opening and self._place == self._length:
            return None
        step = 1 if self.opening else -1
        places = np.clip(self._place + step * np.arange(1, frames + 1), 0, self._length)
        self._place = int(places[-1]) if frames else self._place
        return np.asarray(self._curve[places])


class Slope:
    """A gain that moves to a target in a straight line of so many frames."""

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
        """The gains of the next frames: one number where they do not change."""
        if self.settled:
            return self._to
        places = np.minimum(self._place + np.arange(1, frames + 1), self._length)
        self._place += frames
        return (self._from + (self._to - self._from) * places / self._length).astype(np.float32)
