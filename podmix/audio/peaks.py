# SPDX-License-Identifier: GPL-3.0-or-later
"""Peaks for drawing a waveform: the largest magnitude of each 20 ms, 0..255, gathered in one pass.

An hour is 180 kB; any stretch of it at any width is then drawn without reading the file again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from podmix.audio.decode import stream

STEP_S = 0.02
DRAWING_RATE = 8_000  # enough for the outline of speech and music


@dataclass(frozen=True, slots=True)
class Peaks:
    """``levels`` is uint8 ``(n,)``: the largest magnitude in each ``step_s`` seconds, 255 = full scale."""

    step_s: float
    levels: NDArray[np.uint8]

    @property
    def duration(self) -> float:
        return len(self.levels) * self.step_s

    def over(self, width: int, start: float = 0.0, end: float | None = None) -> NDArray[np.uint8]:
        """``width`` levels for the stretch ``start..end`` seconds, zero outside the file."""
        stop = self.duration if end is None else end
        if width <= 0 or stop <= start or not len(self.levels):
            return np.zeros(max(0, width), np.uint8)
        edges = np.linspace(start, stop, width + 1) / self.step_s
        first = np.floor(edges[:-1] + 1e-6).astype(int)
        last = np.maximum(np.ceil(edges[1:] - 1e-6).astype(int), first + 1)
        padded = np.concatenate([self.levels, np.zeros(1, np.uint8)])
        low, high = np.clip(first, 0, len(self.levels)), np.clip(last, 0, len(self.levels))
        out = np.zeros(width, np.uint8)
        inside = high > low
        pairs = np.stack([low[inside], high[inside]], axis=1).reshape(-1)
        if pairs.size:
            out[inside] = np.maximum.reduceat(padded, pairs)[::2]
        return out


class PeakMeter:
    """Gathers peaks from blocks of any size, so that they can share another reader's decode."""

    def __init__(self, sample_rate: int) -> None:
        self._size = max(1, round(STEP_S * sample_rate))
        self._rest = np.zeros(0, np.float32)
        self._parts: list[NDArray[np.uint8]] = []

    def add(self, block: NDArray[np.float32]) -> None:
        """Add samples ``(n,)`` or ``(n, channels)``."""
        level = np.abs(block) if block.ndim == 1 else np.abs(block).max(axis=1)
        level = np.concatenate([self._rest, level])
        whole = len(level) // self._size
        self._rest = level[whole * self._size:]
        if whole:
            self._parts.append(_bytes(level[: whole * self._size].reshape(whole, self._size).max(axis=1)))

    def peaks(self) -> Peaks:
        """What was gathered so far, with the unfinished last step."""
        last = [_bytes(self._rest.max(keepdims=True))] if self._rest.size else []
        parts = self._parts + last
        return Peaks(STEP_S, np.concatenate(parts) if parts else np.zeros(0, np.uint8))


def read_peaks(path: str | Path) -> Peaks:
    """The peaks of a whole file; an hour of mp3 takes some seconds, so call it in a job."""
    meter = PeakMeter(DRAWING_RATE)
    for block in stream(path, sample_rate=DRAWING_RATE):
        meter.add(block)
    return meter.peaks()


def peaks(source: str | Path | NDArray[np.float32] | Iterable[NDArray[np.float32]], width: int,
          sample_rate: int = DRAWING_RATE) -> list[int]:
    """``width`` levels 0..255 over the whole of a file, an array, or blocks of one."""
    if isinstance(source, str | Path):
        return [int(level) for level in read_peaks(source).over(width)]
    meter = PeakMeter(sample_rate)
    for block in ([source] if isinstance(source, np.ndarray) else source):
        meter.add(block)
    return [int(level) for level in meter.peaks().over(width)]


def _bytes(levels: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.clip(np.ceil(levels * 255), 0, 255).astype(np.uint8)
