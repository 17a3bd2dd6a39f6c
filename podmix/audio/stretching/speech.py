# SPDX-License-Identifier: GPL-3.0-or-later
"""Changing speed with the pitch kept: WSOLA (Verhelst and Roelands, 1993), streaming.

Windows of 40 ms are laid over each other every 20 ms of output; each is taken from near where the speed says, shifted
by up to 10 ms to where it best continues the window before. Good for speech; for music see ``music``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

HOP_S = 0.02
SEARCH_S = 0.01
_COARSE = 4  # the search compares every 4th sample first


class SpeechStretch:
    """Stretches stereo blocks ``(n, 2)``; output frame ``k`` is input frame ``k * speed``, give or take 10 ms."""

    def __init__(self, speed: float, sample_rate: int) -> None:
        self._speed = speed
        self._hop = round(HOP_S * sample_rate)
        self._search = round(SEARCH_S * sample_rate) // _COARSE * _COARSE
        self._window = np.hanning(2 * self._hop + 1)[:-1].astype(np.float32)[:, None]
        self._input = np.zeros((self._search, 2), np.float32)  # begins at input frame ``_origin``
        self._origin = -self._search
        self._windows = 0
        self._last: int | None = None
        self._tail = np.zeros((self._hop, 2), np.float32)

    def push(self, block: Samples) -> Samples:
        """Add input, return what output is ready (may be empty)."""
        self._input = np.concatenate([self._input, block])
        return self._run(self._search)

    def finish(self) -> Samples:
        """The rest of the output after the last input, fading into silence."""
        length = self._origin + len(self._input)
        pad = 2 * self._hop + 2 * self._search
        self._input = np.concatenate([self._input, np.zeros((pad, 2), np.float32)])
        out = self._run(self._search)
        wanted = max(0, round(length / self._speed) - (self._windows * self._hop - len(out)))
        return out[:wanted]

    def _run(self, reserve: int) -> Samples:
        pieces: list[Samples] = []
        while True:
            target = round(self._windows * self._hop * self._speed)
            if target + reserve + 2 * self._hop > self._origin + len(self._input):
                break
            place = target if self._last is None else self._best_place(target)
            window = self._input[place - self._origin: place - self._origin + 2 * self._hop] * self._window
            if self._last is None:  # nothing before the first window: its rising half is played at full level
                window[: self._hop] = self._input[place - self._origin: place - self._origin + self._hop]
            pieces.append(self._tail + window[: self._hop])
            self._tail = window[self._hop:]
            self._last = place
            self._windows += 1
            self._drop()
        return np.concatenate(pieces) if pieces else np.zeros((0, 2), np.float32)

    def _best_place(self, target: int) -> int:
        """The start within the search range whose beginning is most like what followed the window before."""
        assert self._last is not None
        follow = self._last + self._hop - self._origin
        pattern = self._input[follow: follow + self._hop].sum(axis=1)
        low = target - self._search - self._origin
        area = self._input[low: low + 2 * self._search + self._hop].sum(axis=1)
        coarse = _similarity(area[::_COARSE], pattern[::_COARSE])
        around = int(np.argmax(coarse)) * _COARSE
        first = max(0, around - _COARSE)
        fine = _similarity(area[first: around + _COARSE + self._hop], pattern)
        return low + first + int(np.argmax(fine)) + self._origin

    def _drop(self) -> None:
        """Forget input that no later window can reach."""
        assert self._last is not None
        following = round(self._windows * self._hop * self._speed) - self._search
        spare = min(following, self._last + self._hop) - self._origin
        if spare > 8 * self._hop:
            self._input = self._input[spare:]
            self._origin += spare


def _similarity(area: Samples, pattern: Samples) -> Samples:
    """Cross-correlation of ``pattern`` with every place in ``area``, divided by the place's level."""
    size = len(pattern)
    products = np.correlate(area, pattern, mode="valid")
    energy = np.concatenate([np.zeros(1), np.cumsum(area.astype(np.float64) ** 2)])
    level = np.sqrt(np.maximum(energy[size:] - energy[:-size], 1e-9))
    return np.asarray(products / level, dtype=np.float32)
