# SPDX-License-Identifier: GPL-3.0-or-later
"""A DJ mixer's three bands, each from killed (0) over flat (1) to louder, summing to an allpass when flat.

Two Linkwitz-Riley splits of fourth order (24 dB per octave; Linkwitz, "Active crossover networks for noncoincident
drivers", JAES 24, 1976) at 250 Hz and 2.5 kHz. Low and high parts of such a split add up to a second-order allpass; the
low band goes through the upper split's allpass too, so that all three stay in phase.

It takes part only while a band is away from one: even a flat isolator turns phases, so it is faded in and out over
20 ms. Where it is known beforehand that a band will move, its filters first listen for as long, so that it is in full
when that begins.
"""

from __future__ import annotations

import math
from functools import lru_cache

from podmix.audio.mixing.ramps import Gains, Gate
from podmix.audio.mixing.state_space import BlockFilter, Planar, System, forms, section

LOW_SPLIT_HZ, HIGH_SPLIT_HZ = 250.0, 2500.0
ENGAGE_S = 0.02
_STEP = 64
_DAMPING = math.sqrt(2.0)  # Butterworth


class Equaliser:
    """The isolator of one deck, for quanta ``(2, quantum)`` (a multiple of 64 frames)."""

    def __init__(self, sample_rate: int, quantum: int) -> None:
        fade = round(ENGAGE_S * sample_rate)
        self._settling = -(-fade // quantum)  # quanta
        self.lead = self._settling * quantum + fade
        """So many frames before a band moves it is to be engaged ``ahead``."""
        self._mix = Gate(fade)
        self._bands = isolator(sample_rate, quantum)
        self._own = [self._bands.give(weights) for weights in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))]
        self._standing: tuple[float, ...] = (1.0, 1.0, 1.0)  # gains of bands that do not move, in ``_give``
        self._give = self._bands.give(self._standing)
        self.reset()

    def reset(self) -> None:
        self._state = self._bands.fresh()
        self._mix.shut()
        self._listening = 0  # quanta left before it begins to be heard
        self.engaged = False

    def engage(self, *, at_once: bool, ahead: bool = False) -> None:
        """Take part from the next block on.

        Args:
            at_once: in full; where nothing sounds yet that could be disturbed.
            ahead: no band moves within ``lead`` frames, so the filters may listen first.
        """
        if self.engaged:
            self._mix.opening = True
            return
        self.engaged, self._listening = True, self._settling if ahead and not at_once else 0
        if at_once:
            self._mix.jump_open()
        else:
            self._mix.opening = True

    def release(self) -> None:
        """All bands stay at one: fade out, then hand on blocks as they are."""
        self._mix.opening = False

    def process(self, block: Planar, low: Gains | float, mid: Gains | float, high: Gains | float) -> Planar:
        """The block with its bands at these gains; the same array while it is not heard and all are one."""
        if not self.engaged:
            if all(isinstance(gain, float) and gain == 1.0 for gain in (low, mid, high)):
                return block
            self.engage(at_once=False)
        if self._mix.closed:
            self.reset()
            return block
        seen, self._state = self._bands.advance(block, self._state)
        if self._listening:
            self._listening -= 1
            return block
        gains = (low, mid, high)
        standing = tuple(gain if isinstance(gain, float) else 0.0 for gain in gains)
        if standing != self._standing:
            self._standing, self._give = standing, self._bands.give(standing)
        wet = (seen @ self._give).reshape(2, -1)
        for own, gain in zip(self._own, gains, strict=True):
            if not isinstance(gain, float):
                moving = (seen @ own).reshape(2, -1)
                moving *= gain
                wet += moving
        mix = self._mix.take(wet.shape[1])
        return wet if mix is None else block + (wet - block) * mix


@lru_cache(maxsize=8)
def isolator(sample_rate: int, quantum: int) -> BlockFilter:
    """The three bands as one system of ten states and three outputs: low, mid, high."""
    lower, upper = (math.tan(math.pi * min(split / sample_rate, 0.45)) for split in (LOW_SPLIT_HZ, HIGH_SPLIT_HZ))
    state, signal = forms(10)
    first = section(signal, state[0], state[1], lower, _DAMPING)
    below = section(first.low, state[2], state[3], lower, _DAMPING)
    above = signal - 2 * _DAMPING * first.band - below.low
    delayed = section(below.low, state[4], state[5], upper, _DAMPING)
    second = section(above, state[6], state[7], upper, _DAMPING)
    middle = section(second.low, state[8], state[9], upper, _DAMPING)
    low = below.low - 2 * _DAMPING * delayed.band
    high = above - 2 * _DAMPING * second.band - middle.low
    parts = (first, below, delayed, second, middle)
    system = System.of([form for part in parts for form in part.states], [low, middle.low, high])
    return BlockFilter(system, step=_STEP, count=quantum // _STEP)
