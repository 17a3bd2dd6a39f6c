# SPDX-License-Identifier: GPL-3.0-or-later
"""Where sounds begin suddenly (drum hits, plucks), to the millisecond, streaming.

Method: the rise of the compressed energy in some fifteen bands between one short spectrum and those just before it
(Böck and Widmer, 2013, in spirit), a local maximum of which is an onset; then the sample where the differenced signal
grows most, which is where the attack begins. Made for stretching: an onset too many costs nothing audible, a late one
would be a double hit, so the place is rather a little early than late.

Conventions: positions are source frames. Channels are added unevenly, so that opposite ones do not cancel.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from podmix.audio.stretching.decimation import decimation_for

Floats = NDArray[np.float32]

THRESHOLD = 0.2  # so much of the (compressed) energy is new
_RIVALS = 10  # hops on either side without a stronger onset: 29 ms
_BEFORE = 4  # hops looked back for the level before
_EDGES = np.array([1, 2, 3, 4, 6, 8, 11, 15, 20, 27, 36, 48, 64, 86, 112])  # bins, about a third of an octave each
_FLOOR = 1e-7
_BATCH = 16  # hops measured at once are a multiple of this: how the source is cut must not change the rounding


class OnsetFinder:
    """Finds onsets in stereo that comes in blocks; ``first`` is the position of the first frame pushed.

    The grid of the short spectra is that of the source's frame 0, so that a later beginning finds the same onsets.
    """

    def __init__(self, sample_rate: int, first: int) -> None:
        unit = decimation_for(sample_rate)
        self._hop, self._size = 32 * unit, 64 * unit
        self._refine = 2 * unit  # samples
        self._window = (0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(self._size) + 0.5) / self._size)).astype(np.float32)
        self._hops = -(-first // self._hop) + self._size // self._hop  # index of the first whole spectrum, with room
        self._mono = np.zeros(0, np.float32)
        self._first = first
        self._edges = _EDGES[self._size // 2 >= _EDGES]
        self._levels = np.zeros((0, len(self._edges)), np.float32)
        self._novelty = np.zeros(0, np.float32)
        self._novelty_hop = self._hops + _BEFORE  # the hop of the first value held
        self._last = first - (1 << 40)

    @property
    def settled(self) -> int:
        """All onsets before this position have been given out."""
        return (self._novelty_hop + _RIVALS - 3) * self._hop - 1

    def push(self, block: Floats) -> list[int]:
        """Add planar stereo ``(2, n)``; returns the onsets that are now certain, in order."""
        self._mono = np.concatenate([self._mono, block[0] + np.float32(0.6) * block[1]])
        self._measure()
        found: list[int] = []
        count = len(self._novelty) - 2 * _RIVALS
        if count > 0:
            found = self._picked(count)
            self._novelty, self._novelty_hop = self._novelty[count:], self._novelty_hop + count
        spare = (self._novelty_hop - _RIVALS) * self._hop - 8 * self._size - self._first
        if spare > 16 * self._size:
            self._mono, self._first = self._mono[spare:], self._first + spare
        return found

    def _measure(self) -> None:
        """Band levels and novelty of every hop whose surroundings (for the exact place) are there."""
        end = self._first + len(self._mono) - 4 * self._size
        count = ((end - self._size // 2) // self._hop - self._hops + 1) // _BATCH * _BATCH
        if count <= 0:
            return
        begin = self._hops * self._hop - self._size // 2 - self._first
        frames = np.lib.stride_tricks.sliding_window_view(self._mono[begin:], self._size)[:: self._hop][:count]
        spectra = np.fft.rfft(frames * self._window)
        power = spectra.real ** 2 + spectra.imag ** 2
        levels = (np.add.reduceat(power, self._edges, axis=1) + np.float32(_FLOOR)) ** np.float32(0.25)
        self._hops += count
        levels = np.concatenate([self._levels, levels])
        if len(levels) > _BEFORE:
            before = np.maximum(np.maximum(levels[:-4], levels[1:-3]), levels[2:-2])
            rise = np.maximum(levels[4:] - before, 0).sum(axis=1) / levels[4:].sum(axis=1)
            self._novelty = np.concatenate([self._novelty, rise])
        self._levels = levels[-_BEFORE:]

    def _picked(self, count: int) -> list[int]:
        """Onsets among the ``count`` hops from the ``_RIVALS``-th held on."""
        around = np.lib.stride_tricks.sliding_window_view(self._novelty, 2 * _RIVALS + 1)[:count]
        own = around[:, _RIVALS]
        found: list[int] = []
        for index in np.flatnonzero((own > THRESHOLD) & (np.argmax(around, axis=1) == _RIVALS)):
            place = self._exact((self._novelty_hop + _RIVALS + int(index)) * self._hop)
            if place - self._last > 5 * self._hop:
                found.append(place)
                self._last = place
        return found

    def _exact(self, about: int) -> int:
        """The last sample before the attack: most difference energy after it for the least before it."""
        unit = self._refine // 2
        low, high = about - 3 * self._hop, about + 2 * self._hop
        begin = low - 56 * unit - self._first
        piece = self._mono[max(0, begin): high + 32 * unit - self._first]
        if begin < 0:
            piece = np.concatenate([np.zeros(-begin, np.float32), piece])
        energy = np.concatenate([[0.0, 0.0], np.cumsum(np.diff(piece).astype(np.float64) ** 2)])
        at = np.arange(56 * unit, 56 * unit + high - low)
        after = (energy[at + 24 * unit] - energy[at]) / (24 * unit)
        before = (energy[at - 4 * unit] - energy[at - 52 * unit]) / (48 * unit)
        most = float(after.max()) + 1e-20
        ratio = after / (before + 1e-3 * most + 1e-12) * np.sqrt(after / most)
        return low + int(np.flatnonzero(ratio >= 0.9 * ratio.max())[-1])
