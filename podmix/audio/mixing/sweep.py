# SPDX-License-Identifier: GPL-3.0-or-later
"""The one-knob filter: low-pass to the left, high-pass to the right, nothing in the middle.

Two state-variable filters in series (24 dB per octave) with a gentle resonance. A knob that stands still is one block
filter. While it moves, the block is cut into cells; in each the filter of the cell's beginning and that of its end run
from the same state and the output is led from one to the other, and the second one's state is carried on. So the
output is continuous at any speed, and the coefficients never jump (no zipper noise).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from podmix.audio.mixing.ramps import Gains
from podmix.audio.mixing.state_space import (
    BlockFilter,
    Floats,
    Planar,
    System,
    forms,
    powers,
    section,
    without_traces,
)

CELL = 32
_STEP = 64
LOW_PASS_HZ = (20_000.0, 40.0)  # cutoff with the knob just off the middle, and fully left
HIGH_PASS_HZ = (20.0, 16_000.0)
_BLEND = 0.04  # so near to the middle the filter is only mixed in
_TABLE = 384  # filters in the table of either half
_HIGHEST = 0.45  # of the sample rate
_DAMPING = (1.0 / 0.5412, 1.0 / 1.3066)  # Butterworth of fourth order with the knob in the middle …
_RESONANT = 1.0 / 2.0  # … the second section rising to this
_RAMP = ((np.arange(CELL) + 1.0) / CELL).astype(np.float32)[:, None]


def cutoff_hz(knob: float, sample_rate: int) -> float:
    """Where the filter is 3 dB down or thereabouts, for a knob of -1 .. 1 that is not 0."""
    return float(_cutoffs(np.array([knob]), sample_rate)[0])


class Sweep:
    """The filter of one deck, for quanta ``(2, quantum)``."""

    def __init__(self, sample_rate: int, quantum: int) -> None:
        self._rate = sample_rate
        self._quantum = quantum
        self.reset()

    def reset(self) -> None:
        self._knob: float | None = None
        self._state = np.zeros((2, 4))

    @property
    def engaged(self) -> bool:
        return self._knob is not None and self._knob != 0.0

    def process(self, block: Planar, knob: Gains | float) -> Planar:
        """The block filtered with these knob positions (-1 .. 1); the same array where all are 0."""
        first, last = (knob, knob) if isinstance(knob, float) else (float(knob[0]), float(knob[-1]))
        before = first if self._knob is None else self._knob
        self._knob = last
        if isinstance(knob, float) and knob == before:
            if knob == 0.0:
                self._state[:] = 0.0
                return block
            standing, give = _standing(knob, self._rate, self._quantum)
            seen, self._state = standing.advance(block, self._state)
            return (seen @ give).reshape(2, -1)
        ends = np.full(self._quantum // CELL, last) if isinstance(knob, float) else knob[CELL - 1:: CELL]
        return self._moving(block, np.concatenate([[before], ends]).astype(np.float64))

    def _moving(self, block: Planar, knobs: Floats) -> Planar:
        """``knobs`` ``(cells + 1,)``: at the edges of the cells."""
        cells = len(knobs) - 1
        response, seen, into, power = _table(self._rate).at(knobs)
        inputs = np.empty((cells, CELL + 4, 2))
        inputs[:, :CELL] = block.reshape(2, cells, CELL)[:, :, ::-1].transpose(1, 2, 0)
        added = into[1:] @ inputs[:, :CELL]
        states, state = [], self._state.T
        for onwards, addition in zip(list(power[1:]), list(added), strict=True):
            states.append(state)
            state = onwards.dot(state)
            state += addition
        self._state = without_traces(state.T)
        inputs[:, CELL:] = states
        given = _led_over(response, seen, inputs.astype(np.float32))
        return np.ascontiguousarray(given.transpose(2, 0, 1)).reshape(2, -1)


def _led_over(response: Planar, seen: Planar, inputs: Planar) -> Planar:
    """``inputs (cells, CELL + 4, 2)`` through each cell's two filters, from the first to the second."""
    whole = np.empty((len(response), CELL, CELL + 4), np.float32)
    row, item = response.strides
    whole[:, :, :CELL] = np.lib.stride_tricks.as_strided(  # Hankel matrices: the inputs are counted backwards
        response, (len(response), CELL, CELL), (row, item, item), writeable=False)
    whole[:, :, CELL:] = seen
    before, after = whole[:-1] @ inputs, whole[1:] @ inputs
    after -= before
    after *= _RAMP
    after += before
    return after


class _Table:
    """Filters over one cell for knobs all the way round (see ``powers``), the inputs counted backwards."""

    def __init__(self, sample_rate: int) -> None:
        turn = np.arange(_TABLE + 1) / _TABLE
        both = filters(np.concatenate([-np.maximum(turn, 1e-9), turn]), sample_rate)  # left half, then right half
        response, seen, into, power = powers(both, CELL)
        count = len(response)
        outer = np.concatenate([np.zeros((count, CELL - 1)), response[:, 0], np.zeros((count, 1)),
                                seen.reshape(count, -1)], axis=1)
        outer[np.abs(outer) < 1e-12] = 0.0
        self._outer = outer.astype(np.float32)
        self._inner = np.concatenate([into[:, :, ::-1].reshape(count, -1), power.reshape(count, -1)], axis=1)

    def at(self, knobs: Floats) -> tuple[Planar, Planar, Floats, Floats]:
        """The filters at ``knobs``, led over between the table's two nearest, whose cutoffs differ by 1.5 %.

        Impulse responses behind ``CELL - 1`` zeros, what states add to outputs, inputs to states, states to states.
        """
        count = len(knobs)
        turn = np.minimum(np.abs(knobs), 1.0) * _TABLE
        low = np.minimum(turn.astype(np.intp), _TABLE - 1)
        part = (turn - low)[:, None]
        low += np.where(knobs < 0, 0, _TABLE + 1)
        outer, inner = self._outer.take(low, axis=0), self._inner.take(low, axis=0)
        outer += (self._outer.take(low + 1, axis=0) - outer) * part.astype(np.float32)
        inner += (self._inner.take(low + 1, axis=0) - inner) * part
        return (outer[:, : 2 * CELL], outer[:, 2 * CELL:].reshape(count, CELL, 4),
                inner[:, : 4 * CELL].reshape(count, 4, CELL), inner[:, 4 * CELL:].reshape(count, 4, 4))


@lru_cache(maxsize=4)
def _table(sample_rate: int) -> _Table:
    return _Table(sample_rate)


def filters(knobs: Floats, sample_rate: int) -> System:
    """One system ``(knobs, …)`` of four states and one output for every knob position."""
    g = np.tan(np.pi * _cutoffs(knobs, sample_rate) / sample_rate)[:, None]
    turned = np.minimum(1.0, np.abs(knobs) / 0.3)[:, None]
    damping = _DAMPING[1] + (_RESONANT - _DAMPING[1]) * turned
    left = (knobs < 0)[:, None]
    state, signal = forms(4)
    first = section(signal, state[0], state[1], g, _DAMPING[0])
    between = np.where(left, first.low, first.high)
    second = section(between, state[2], state[3], g, damping)
    near = np.clip(np.abs(knobs) / _BLEND, 0.0, 1.0)[:, None]
    wet = near * near * (3.0 - 2.0 * near)
    out = wet * np.where(left, second.low, second.high) + (1.0 - wet) * signal
    return System.of([*first.states, *second.states], [out])


@lru_cache(maxsize=64)
def _standing(knob: float, sample_rate: int, quantum: int) -> tuple[BlockFilter, Planar]:
    batch = filters(np.array([knob]), sample_rate)
    system = System(batch.a[0], batch.b[0], batch.c[0], batch.d[0])
    standing = BlockFilter(system, step=_STEP, count=quantum // _STEP)
    return standing, standing.give((1.0,))


def _cutoffs(knobs: NDArray[np.float64], sample_rate: int) -> Floats:
    turn = np.clip(np.abs(knobs), 0.0, 1.0)
    low = LOW_PASS_HZ[0] * (LOW_PASS_HZ[1] / LOW_PASS_HZ[0]) ** turn
    high = HIGH_PASS_HZ[0] * (HIGH_PASS_HZ[1] / HIGH_PASS_HZ[0]) ** turn
    return np.asarray(np.minimum(np.where(knobs < 0, low, high), _HIGHEST * sample_rate))


