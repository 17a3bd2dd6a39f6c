# SPDX-License-Identifier: GPL-3.0-or-later
"""The last thing before the ears."""

from __future__ import annotations

import numpy as np

from podmix.audio.mixing.voices import Planar

LAG = 320


class Limiter:
    """Takes quanta ``(2, n)`` and gives as many frames, those of ``LAG`` frames ago."""

    def __init__(self, sample_rate: int, quantum: int, *, ceiling_dbtp: float) -> None:
        del sample_rate, quantum
        self._ceiling = 10 ** (ceiling_dbtp / 20)
        self.reset()

    def reset(self) -> None:
        self._held = np.zeros((2, LAG), np.float32)

    def process(self, block: Planar) -> Planar:
        sound = np.concatenate([self._held, block], axis=1)
        self._held = sound[:, block.shape[1]:]
        np.clip(sound[:, : block.shape[1]], -self._ceiling, self._ceiling, out=sound[:, : block.shape[1]])
        return sound[:, : block.shape[1]]
