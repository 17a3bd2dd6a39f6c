# SPDX-License-Identifier: GPL-3.0-or-later
"""One deck's chain."""

from __future__ import annotations

import numpy as np

from podmix.audio.mixing.levels import Meter
from podmix.audio.mixing.ramps import Gains, Slope
from podmix.audio.mixing.voices import Planar, Voice

MOVE_S = 0.02  # a knob reaches its place in so much
SETTINGS = ("gain", "low", "mid", "high", "filter")


class Strip:
    """Sums its voices of a quantum and sends them through the deck's chain."""

    def __init__(self, sample_rate: int, quantum: int) -> None:
        self.meter = Meter()
        self._rate = sample_rate
        self._quantum = quantum
        self._knobs = {name: Slope(0.0 if name == "filter" else 1.0) for name in SETTINGS}
        self._input: Planar | None = None

    def set(self, name: str, value: float) -> None:
        self._knobs[name].move(value, round(MOVE_S * self._rate))

    def setting(self, name: str) -> float:
        return self._knobs[name].target

    def reset(self) -> None:
        """Forget what sounded; settings stay, at their targets."""
        self._input = None
        for knob in self._knobs.values():
            knob.move(knob.target, 0)

    @property
    def ringing(self) -> bool:
        """An echo holds something that will still be heard."""
        return False

    def begin(self, voice: Voice) -> None:
        """A voice begins in the quantum that comes: from its first frame on its lanes hold."""

    def add(self, block: Planar, offset: int, gains: Gains | float) -> None:
        """``block`` ``(2, n)`` from ``offset`` in this quantum."""
        size = block.shape[1]
        if self._input is None:
            self._input = np.zeros((2, self._quantum), np.float32)
            self._input[:, offset: offset + size] = block
            if not (isinstance(gains, float) and gains == 1.0):
                self._input[:, offset: offset + size] *= _single(gains)
        elif isinstance(gains, float) and gains == 1.0:
            self._input[:, offset: offset + size] += block
        else:
            self._input[:, offset: offset + size] += block * _single(gains)

    def process(self, frame: int) -> Planar | None:
        """The quantum that begins at ``frame``, ``(2, quantum)``; None where it is silent."""
        del frame
        knobs = {name: knob.take(self._quantum) for name, knob in self._knobs.items()}
        sound, self._input = self._input, None
        if sound is None:
            self.meter.add_silence(self._quantum)
            return None
        gain = knobs["gain"]
        if not (isinstance(gain, float) and gain == 1.0):
            sound *= _single(gain)
        self.meter.add(sound)
        return sound


def _single(gain: Gains | float) -> Gains | np.float32:
    return np.float32(gain) if isinstance(gain, float) else gain
