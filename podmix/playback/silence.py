# SPDX-License-Identifier: GPL-3.0-or-later
"""Skipping silence while playing: pauses longer than 0.45 s are shortened to that, joined by a short crossfade."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

STEP_S = 0.01
KEPT_S = 0.45
THRESHOLD_DB = -46.0


class SilenceSkipper:
    """Drops the surplus of every pause; steps of 10 ms, any block size."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._step = round(STEP_S * sample_rate)
        self._threshold = 10 ** (THRESHOLD_DB / 20)
        self._quiet_steps = 0
        self._dropped = False
        self._before: Samples | None = None  # what would have followed the last kept step

    def push(self, block: Samples, position: float) -> Iterator[tuple[Samples, float]]:
        """Yield the kept stretches of ``block`` ``(n, 2)`` with the second of the file where each begins."""
        kept: list[Samples] = []
        begin = position
        for offset in range(0, len(block), self._step):
            step = block[offset: offset + self._step]
            quiet = float(np.sqrt(np.mean(step * step))) < self._threshold
            self._quiet_steps = self._quiet_steps + 1 if quiet else 0
            if self._quiet_steps * STEP_S > KEPT_S:
                if not self._dropped:
                    self._before, self._dropped = step, True
                if kept:
                    yield np.concatenate(kept), begin
                    kept = []
                continue
            if self._dropped:
                step, self._dropped = self._joined(step), False
            if not kept:
                begin = position + offset / self._rate
            kept.append(step)
        if kept:
            yield np.concatenate(kept), begin

    def _joined(self, step: Samples) -> Samples:
        """Crossfade from what followed before the cut."""
        size = min(len(step), 0 if self._before is None else len(self._before))
        if not size or self._before is None:
            return step
        ramp = np.linspace(0, 1, size, dtype=np.float32)[:, None]
        out = step.copy()
        out[:size] = self._before[:size] * (1 - ramp) + step[:size] * ramp
        return out
