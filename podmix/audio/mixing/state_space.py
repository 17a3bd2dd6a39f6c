# SPDX-License-Identifier: GPL-3.0-or-later
"""Recursive filters without a loop over samples: a linear state-space system run block by block by matrix products.

For ``x[n+1] = A x[n] + B u[n]``, ``y[n] = C x[n] + D u[n]`` the outputs of ``step`` frames are ``O x[0] + T u``, with
``T`` the lower triangular Toeplitz matrix of the impulse response (Burrus, "Block realization of digital filters",
IEEE Trans. Audio Electroacoustics 20, 1972). States are kept in float64, signals in float32.

Systems are written as linear forms: a signal is a row vector of coefficients over ``[states …, input]``, so a filter's
structure can be written down as it is drawn, and its matrices fall out. Leading axes are a batch of systems.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Planar = NDArray[np.float32]

_NOTHING = 1e-20


@dataclass(frozen=True, slots=True)
class System:
    """``a (…, s, s)``, ``b (…, s)``, ``c (…, outputs, s)``, ``d (…, outputs)``."""

    a: Floats
    b: Floats
    c: Floats
    d: Floats

    @staticmethod
    def of(states: list[Floats], outputs: list[Floats]) -> System:
        """From the forms ``(…, s + 1)`` of the next states and of the outputs."""
        following, seen = np.stack(np.broadcast_arrays(*states), -2), np.stack(np.broadcast_arrays(*outputs), -2)
        return System(following[..., :-1], following[..., -1], seen[..., :-1], seen[..., -1])


def forms(states: int) -> tuple[list[Floats], Floats]:
    """The forms of ``states`` states and of the input."""
    rows = np.eye(states + 1)
    return list(rows[:-1]), rows[-1]


@dataclass(frozen=True, slots=True)
class Section:
    """The signals of a state-variable filter; ``low + damping * band + high`` is its input."""

    low: Floats
    band: Floats
    high: Floats
    states: list[Floats]


def section(signal: Floats, first: Floats, second: Floats, g: Floats | float, damping: Floats | float) -> Section:
    """A second-order state-variable filter by trapezoidal integration, without a unit delay in its loop.

    After Zavalishin, "The Art of VA Filter Design" (2018), chapter 4. ``g`` is ``tan(pi * cutoff / rate)``,
    ``damping`` is 1 / Q; ``first`` and ``second`` are its integrators' states.
    """
    high = (signal - (damping + g) * first - second) / (1.0 + g * (damping + g))
    band = g * high + first
    low = g * band + second
    return Section(low, band, high, [band + g * high, low + g * band])


def powers(system: System, step: int) -> tuple[Floats, Floats, Floats, Floats]:
    """``(h, o, s, a)`` over ``step`` frames (a power of two), by repeated doubling.

    ``h (…, outputs, step)`` impulse responses, ``o (…, outputs, step, s)`` what the states add to the outputs,
    ``s (…, s, step)`` what the inputs add to the states, ``a (…, s, s)`` the states' own way over the step.
    """
    power, reached, seen = system.a, system.b[..., None], system.c[..., None, :]
    while reached.shape[-1] < step:
        reached = np.concatenate([reached, power @ reached], axis=-1)
        seen = np.concatenate([seen, seen @ power[..., None, :, :]], axis=-2)
        power = power @ power
    response = np.concatenate([system.d[..., None], (system.c @ reached)[..., :-1]], axis=-1)
    return response, seen, reached[..., ::-1], power


def without_traces(state: Floats) -> Floats:
    """States that are too small to be sound become 0: left alone they would become denormal numbers, which are slow."""
    return np.where(np.abs(state) < _NOTHING, 0.0, state)


def toeplitz_index(step: int) -> NDArray[np.intp]:
    """Where ``T[n, m]`` stands in ``step`` zeros followed by the impulse response."""
    place = np.arange(step)
    return np.asarray(np.maximum(step + place[:, None] - place[None, :], 0))


class BlockFilter:
    """A system made ready for blocks of ``step * count`` frames; holds no sound, so it may be shared."""

    def __init__(self, system: System, *, step: int, count: int) -> None:
        self.step, self.count = step, count
        self.outputs, self.states = system.c.shape
        response, seen, into, power = powers(system, step)
        padded = np.concatenate([np.zeros((self.outputs, step)), response], axis=-1)
        whole = np.concatenate([padded[:, toeplitz_index(step)], seen], axis=-1)  # (outputs, step, step + s)
        whole[np.abs(whole) < 1e-12] = 0.0
        self._gives = np.ascontiguousarray(whole.transpose(0, 2, 1))  # (outputs, step + s, step)
        self._into = np.ascontiguousarray(into.T, dtype=np.float32)
        self._carry = self._carried(power)

    def _carried(self, power: Floats) -> Floats:
        """From the state before the block and every step's addition to the state before each step and after all."""
        size, count = self.states, self.count
        carry = np.zeros((count + 1, size, count + 1, size))
        chain = np.eye(size)
        for distance in range(count + 1):
            for place in range(distance, count + 1):
                carry[place, :, place - distance] = chain
            chain = power @ chain
        return np.ascontiguousarray(carry.reshape((count + 1) * size, (count + 1) * size).T)

    def fresh(self) -> Floats:
        """The state ``(2, s)`` of silence."""
        return np.zeros((2, self.states))

    def give(self, weights: tuple[float, ...]) -> Planar:
        """``(step + s, step)``: what ``seen`` is multiplied with for the sum of the outputs at these gains."""
        return np.tensordot(np.array(weights), self._gives, axes=1).astype(np.float32)

    def advance(self, block: Planar, state: Floats) -> tuple[Planar, Floats]:
        """``seen (2 * count, step + s)``, the steps of ``block (2, step * count)`` with their states, and what follows.

        ``seen @ give`` is ``(2 * count, step)``, the output in the order of ``block``.
        """
        rows = block.reshape(2 * self.count, self.step)
        flat = block.reshape(-1)
        if not np.dot(flat, flat):  # silence, or denormal numbers, which are as good as that
            rows, state = np.zeros_like(rows), without_traces(state)
        added = rows @ self._into
        states = np.concatenate([state, added.reshape(2, -1)], axis=1) @ self._carry
        seen = np.empty((2 * self.count, self.step + self.states), np.float32)
        seen[:, : self.step] = rows
        seen[:, self.step:] = states[:, : -self.states].reshape(2 * self.count, self.states)
        return seen, states[:, -self.states:]
