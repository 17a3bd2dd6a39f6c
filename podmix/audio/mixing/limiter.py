# SPDX-License-Identifier: GPL-3.0-or-later
"""A look-ahead limiter for true peaks: below the ceiling the signal passes bit for bit, above it the gain bends.

Peaks are those of the 4x oversampled signal (ITU-R BS.1770-4, annex 2), both channels together, so that the stereo
picture stays. Their levels are gathered in cells of 32 frames. The reduction a cell needs is held for 16 ms, longer
than half a period of a low bass note, so that the gain does not follow the wave; then it is released in 80 ms, but only
down to a floor that rises where reduction goes on being needed and sinks over seconds: one loud hit is forgotten at
once, a passage that is too loud becomes softer as a whole instead of pumping with its beat.
The least gain of the next 6 ms, averaged over 6 ms by a Hann window, is the gain: it arrives softly and in time.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from podmix.audio.mixing.state_space import Floats, Planar

CELL = 32
LOOK_AHEAD_S, HOLD_S, RELEASE_S = 0.006, 0.016, 0.08
FLOOR_RISES_S, FLOOR_SINKS_S = 0.1, 2.0
_DEEPER_DB = 0.06  # peaks above the ceiling are brought so far below it: gains that move lift what lies between samples
_SETTLED_DB = 0.01  # a reduction below this has been released
_RAMP = np.arange(CELL) / CELL
_SIDE = 12  # samples to either side that a value between two samples depends on


class Limiter:
    """Takes quanta ``(2, quantum)`` and gives as many frames, those of ``lag`` frames ago (silence at first)."""

    def __init__(self, sample_rate: int, quantum: int, *, ceiling_dbtp: float) -> None:
        self._cells = quantum // CELL
        self._quantum = quantum
        self._ceiling = 10 ** (ceiling_dbtp / 20)
        cell_s = CELL / sample_rate
        self._ahead = max(2, round(LOOK_AHEAD_S / cell_s))
        self._hold = max(1, round(HOLD_S / cell_s))
        self._release, self._rise, self._sink = (
            math.exp(-cell_s / time) for time in (RELEASE_S, FLOOR_RISES_S, FLOOR_SINKS_S))
        window = np.hanning(self._ahead + 3)[1:-1]
        self._average = _sliding(window / window.sum(), self._cells + 1)
        self.lag = (self._ahead + 2) * CELL  # one cell for the oversampling's reach, one for its end, the look-ahead
        self.reset()

    def reset(self) -> None:
        before = max(self.lag, CELL + _SIDE)
        self._sound = np.zeros((2, before + self._quantum), np.float32)  # what is held, then the quantum
        reach = CELL + 2 * _SIDE
        first = before - CELL - _SIDE
        self._rows = np.lib.stride_tricks.sliding_window_view(self._sound[:, first:], reach, axis=1)[
            :, : self._quantum: CELL]  # a row for every cell that can be measured now, with what surrounds it
        self._peak = 0.0  # of the quantum before
        self._needs = np.zeros(self._hold - 1)  # dB, the last cells'
        self._reduction = self._floor = 0.0  # dB
        self._reductions = np.zeros(2 * self._ahead + 2)  # dB, the last cells' that the gain still depends on
        self._busy = False

    def process(self, block: Planar) -> Planar:
        """Frames up to ``lag`` before the end of ``block``, in an array of their own."""
        self._sound[:, : -self._quantum] = self._sound[:, self._quantum:].copy()
        self._sound[:, -self._quantum:] = block
        given = self._sound[:, -self.lag - self._quantum: -self.lag].copy()
        needs = self._wanted(block)
        if needs is not None or self._busy:
            given *= self._gains(np.zeros(self._cells) if needs is None else needs)
        return given

    def _wanted(self, block: Planar) -> Floats | None:
        """The reduction in dB that each of the quantum's cells needs, one cell late; None where none does."""
        before, self._peak = self._peak, float(np.abs(block).max())
        taps, largest = _between_samples()
        if max(before, self._peak) * largest <= self._ceiling:
            return None
        fine = taps @ self._rows.reshape(2 * self._cells, -1).T
        peaks = np.abs(fine, out=fine).max(axis=0)
        peaks = np.maximum(peaks[: self._cells], peaks[self._cells:]) / self._ceiling
        over = peaks > 1.0
        if not over.any():
            return None
        needs: Floats = np.where(over, 20.0 * np.log10(np.maximum(peaks, 1.0), dtype=np.float64) + _DEEPER_DB, 0.0)
        return needs

    def _gains(self, needs: Floats) -> NDArray[np.float32]:
        """The gain of every frame that is given now."""
        latest = np.concatenate([self._reductions, self._reduced(needs)])
        self._reductions = latest[self._cells:]
        self._busy = self._reduction > 0.0 or bool(self._reductions.any())
        deepest = _running_max(_running_max(latest, 2), self._ahead + 1)  # edges of cells, then what comes
        gains = np.minimum(self._average @ 10.0 ** (-deepest / 20.0), 1.0)
        moved = gains[:-1, None] + (gains[1:] - gains[:-1])[:, None] * _RAMP
        return moved.reshape(-1).astype(np.float32)

    def _reduced(self, needs: Floats) -> list[float]:
        """The reduction in dB of each cell: as much as it needs, held, then released."""
        needs = np.concatenate([self._needs, needs])
        self._needs = needs[self._cells:]
        reduction, floor, cells = self._reduction, self._floor, []
        for held in _running_max(needs, self._hold).tolist():
            floor = held + (floor - held) * (self._rise if held > floor else self._sink)
            lowest = min(floor, reduction)
            reduction = max(held, lowest + (reduction - lowest) * self._release)
            if held == 0.0 and reduction < _SETTLED_DB:
                reduction = floor = 0.0
            cells.append(reduction)
        self._reduction, self._floor = reduction, floor
        return cells


def _sliding(window: Floats, count: int) -> Floats:
    """``(count, count + len(window) - 1)``: gives ``count`` sums of neighbours, weighted by ``window``."""
    weights = np.zeros((count, count + len(window) - 1))
    for place in range(count):
        weights[place, place: place + len(window)] = window
    return weights


def _running_max(values: Floats, width: int) -> Floats:
    """The largest of every ``width`` neighbours, ``width - 1`` values fewer."""
    reach = 1
    while reach < width:
        step = min(reach, width - reach)
        values = np.maximum(values[:-step], values[step:])
        reach += step
    return values


@lru_cache(maxsize=1)
def _between_samples() -> tuple[NDArray[np.float32], float]:
    """``(4 * CELL, CELL + 2 * side)``: from samples to themselves and the three values after each; the largest gain.

    A sinc of 12 samples to either side in a Kaiser window: the same values as those of ``podmix.audio.loudness``.
    """
    place = np.arange(-4 * _SIDE, 4 * _SIDE + 1)
    sinc = np.sinc(place / 4) * np.kaiser(len(place), 6.0)
    taps = np.zeros((CELL + 2 * _SIDE, 4, CELL))
    largest = 1.0
    for phase in range(4):
        # The value ``phase / 4`` after sample ``n`` is the sum of x[n + k] sinc(k - phase / 4).
        reach = sinc[4 * _SIDE - phase - 4 * (_SIDE - 1):: 4][: 2 * _SIDE]
        largest = max(largest, float(np.abs(reach).sum()))
        for frame in range(CELL):
            taps[frame + 1: frame + 1 + 2 * _SIDE, phase, frame] = reach
    return np.ascontiguousarray(taps.reshape(CELL + 2 * _SIDE, -1).T, dtype=np.float32), largest
