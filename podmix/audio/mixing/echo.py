# SPDX-License-Identifier: GPL-3.0-or-later
"""A feedback delay that goes on sounding when nothing is sent to it any more."""

from __future__ import annotations

import math

import numpy as np

from podmix.audio.mixing.ramps import Gains
from podmix.audio.mixing.state_space import Planar
from podmix.errors import AudioError

INAUDIBLE = 10 ** (-80 / 20)  # an echo that holds nothing louder has ended
LONGEST_S, SHORTEST_S = 10.0, 0.001
LARGEST_FEEDBACK = 0.95


class EchoLine:
    """What is sent in comes out ``delay_s`` later, and again ``feedback`` times as loud, and so on."""

    def __init__(self, sample_rate: int, *, delay_s: float, feedback: float) -> None:
        """Raises AudioError for a delay or feedback that is no number. Delays are held to 1 ms .. 10 s."""
        if not (math.isfinite(delay_s) and math.isfinite(feedback)):
            raise AudioError("This mix has an echo that cannot be made.", remedy="Make the mix again from its tracks.",
                             detail=f"delay {delay_s}, feedback {feedback}")
        delay = round(min(max(delay_s, SHORTEST_S), LONGEST_S) * sample_rate)
        self._feedback = np.float32(min(max(feedback, 0.0), LARGEST_FEEDBACK))
        self._held = np.zeros((2, delay), np.float32)
        self._place = 0
        self._quiet = delay  # frames since something audible was written

    @property
    def ringing(self) -> bool:
        """It holds something that will still be heard."""
        return self._quiet < self._held.shape[1]

    def process(self, block: Planar, send: Gains | float) -> Planar:
        """What the line gives while ``block`` ``(2, n)`` at the gain ``send`` goes in."""
        frames = block.shape[1]
        given = np.empty((2, frames), np.float32)
        sent = block * (np.float32(send) if isinstance(send, float) else send)
        done = 0
        while done < frames:
            size = min(frames - done, self._held.shape[1] - self._place)
            held = self._held[:, self._place: self._place + size]
            given[:, done: done + size] = held
            held *= self._feedback
            held += sent[:, done: done + size]
            self._place = (self._place + size) % self._held.shape[1]
            done += size
        self._watch(given, sent)
        return given

    def _watch(self, given: Planar, sent: Planar) -> None:
        peak = max(float(np.abs(given).max()) * float(self._feedback), float(np.abs(sent).max()))
        self._quiet = 0 if peak > INAUDIBLE else self._quiet + given.shape[1]
        if not self.ringing:
            self._held[:] = 0.0  # what is left would only become denormal numbers
