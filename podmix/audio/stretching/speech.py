# SPDX-License-Identifier: GPL-3.0-or-later
"""Changing the speed of speech with the pitch kept: WSOLA (Verhelst and Roelands, 1993), streaming.

Windows of 40 ms are laid over each other every 20 ms of output; each is taken from near where the speed says, shifted
by up to 10 ms to where it best continues the window before. Two things are added. Where a sound begins suddenly (a
plosive, a click) the source passes at its own speed for a moment, so that it is neither skipped at high speeds nor
heard twice at low ones; what that costs is made up for in the sounds around it. And where two windows are unlike
(a sibilant is noise), their overlap is raised to the level that both have, so that it does not flutter.

Conventions: blocks ``(n, 2)`` float32; how they are cut changes nothing in the result. For music see ``music``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from podmix.audio.stretching.anchors import FAR, Anchor, Course, anchor, centres, reach
from podmix.audio.stretching.onsets import OnsetFinder
from podmix.audio.stretching.time_map import Segment, TimeMap

Samples = NDArray[np.float32]

HOP_S = 0.02
SEARCH_S = 0.01
_COARSE = 4  # the search compares means of 4 samples first
_CALM = 4  # hops about an onset that are moved to speed 1 in part, as ``centres`` does it
_SILENT = 1e-6  # likeness that everything has, so that silence goes on where it should
_NEARER = 0.05  # so much of its likeness a place loses at the end of the search range


class SpeechStretch:
    """A constant speed for blocks as they come; output frame ``k`` is input frame ``k * speed``, give or take 10 ms."""

    def __init__(self, speed: float, sample_rate: int) -> None:
        self._speed = speed
        self._hop = round(HOP_S * sample_rate)
        self._search = round(SEARCH_S * sample_rate) // _COARSE * _COARSE
        self._rise = (0.5 - 0.5 * np.cos(np.pi * (np.arange(self._hop) + 0.5) / self._hop)).astype(np.float32)[:, None]
        away = np.abs(np.arange(-self._search, self._search + 1)) / self._search
        self._liking = (1 - _NEARER * away).astype(np.float32)
        self._course = Course(TimeMap((Segment(0, FAR, 0, round(FAR * speed)),)), 0, FAR)
        self._origin = -(3 * self._hop + self._search)  # the frame that ``_input`` begins with
        self._finder = OnsetFinder(sample_rate, self._origin)
        self._anchors: list[Anchor] = []
        self._input = np.zeros((0, 2), np.float32)
        self._mono = np.zeros(0, np.float32)
        self._windows = 0
        self._centre = 0  # where the last window was wanted,
        self._last: int | None = None  # where it begins,
        self._tail = np.zeros((self._hop, 2), np.float32)  # and its second half, not faded yet
        self._made = self._pushed = 0
        self._add(np.zeros((-self._origin, 2), np.float32))

    def push(self, block: Samples) -> Samples:
        """Add input, return what output is ready (may be empty)."""
        self._pushed += len(block)
        self._add(block)
        return self._run()

    def finish(self) -> Samples:
        """The rest; in all there are ``round(input frames / speed)`` frames."""
        total, made = round(self._pushed / self._speed), self._made
        pieces = [np.zeros((0, 2), np.float32)]
        while self._made < total:
            self._add(np.zeros((8 * self._hop, 2), np.float32))
            pieces.append(self._run())
        return np.concatenate(pieces)[: total - made]

    def _add(self, block: Samples) -> None:
        if len(block) and not float(np.abs(block).max()) <= 1e3:  # no sound; NaN too
            block = np.clip(np.nan_to_num(block), -1e3, 1e3)
        self._anchors.extend(anchor(self._course, source) for source in self._finder.push(block.T))
        self._input = np.concatenate([self._input, block])
        self._mono = np.concatenate([self._mono, block[:, 0] + np.float32(0.6) * block[:, 1]])

    def _run(self) -> Samples:
        pieces: list[Samples] = []
        for centre in self._wanted():
            start = self._place(centre)
            window = self._input[start - self._origin: start - self._origin + 2 * self._hop]
            if self._last is not None:
                pieces.append(self._joined(window[: self._hop], exact=start == self._last + self._hop))
            self._tail, self._last, self._centre = window[self._hop:], start, centre
            self._windows += 1
        self._forget()
        if not pieces:
            return np.zeros((0, 2), np.float32)
        self._made += len(pieces) * self._hop
        return np.concatenate(pieces)

    def _wanted(self) -> list[int]:
        """Where in the source the next windows are wanted, as many as can be made."""
        size, far = 2 * self._hop, reach(_CALM * self._hop)
        held = self._origin + len(self._input)
        most = int(max(0, held) / self._speed) // self._hop + 2 - self._windows
        outs = (self._windows + np.arange(max(0, most), dtype=np.int64)) * self._hop
        plain = self._course.source_at(outs)
        ready = np.maximum(self._course.source_at(outs + far), plain + far) < self._finder.settled
        ready &= plain + 3 * size + self._search < held
        outs = outs[ready]
        places = [int(place) for place in centres(outs, self._course, self._anchors, _CALM * self._hop, grid=1)]
        for index, out in enumerate(outs.tolist()):
            point = self._upbeat(out)
            if point is not None:  # however near the onsets around it are, this window leads up to its own
                places[index] = point.source - point.out + out
        return places

    def _place(self, centre: int) -> int:
        """Where the window about ``centre`` best begins: near there, and like what followed the window before."""
        target = centre - self._hop
        if self._last is None:
            return target
        follow = self._last + self._hop
        # An attack in what follows the last window, or not long before, is not cut; nor is the next one passed over.
        attack = any(follow - self._hop // 2 < point.source <= follow + self._hop for point in self._anchors)
        out = self._windows * self._hop
        upbeat = self._upbeat(out)
        if centre - self._centre == self._hop or (attack and (upbeat is None or abs(follow - target) <= self._search)):
            return follow
        first, last = self._allowed(target, out, self._search // 2 if upbeat else self._search)
        if last - first < 2 * _COARSE:
            return first
        pattern = self._mono[follow - self._origin: follow - self._origin + self._hop]
        area = self._mono[first - self._origin: last - self._origin + self._hop]
        liking = self._liking[first - target + self._search: last - target + self._search + 1]
        coarse = (_likeness(_thinned(area), _thinned(pattern)) + _SILENT) * liking[::_COARSE]
        around = int(np.argmax(coarse)) * _COARSE
        low, high = max(0, around - _COARSE), min(last - first, around + _COARSE)
        fine = (_likeness(area[low: high + self._hop], pattern) + _SILENT) * liking[low: high + 1]
        return first + low + int(np.argmax(fine))

    def _allowed(self, target: int, out: int, search: int) -> tuple[int, int]:
        """Where the window may begin: near ``target``, with no attack that is still to come or has been already."""
        first, last = target - search, target + search
        for point in self._anchors:
            if point.out > out + self._hop:
                last = min(last, point.source - 2 * self._hop)
                break
            if point.out <= out - self._hop:
                first = max(first, point.source + self._hop // 4)
        last -= (last - first) % _COARSE
        return (first, last) if first <= last else (target, target)

    def _upbeat(self, out: int) -> Anchor | None:
        """The onset, if any, between the centre ``out`` of a window and that of the next."""
        return next((point for point in self._anchors if out < point.out <= out + self._hop), None)

    def _joined(self, window: Samples, *, exact: bool) -> Samples:
        """The half where the last window goes over into this one."""
        if exact:
            return window
        both = self._tail + (window - self._tail) * self._rise
        old, new = float(np.vdot(self._tail, self._tail)), float(np.vdot(window, window))
        alike = float(np.vdot(self._tail, window)) / (np.sqrt(old * new) + 1e-12)
        # The power of a cross-fade between unlike sounds sags in its middle; this takes the sag out.
        power = self._rise ** 2 + (1 - self._rise) ** 2 + 2 * max(0.0, alike) * self._rise * (1 - self._rise)
        return np.asarray(both / np.sqrt(power), dtype=np.float32)

    def _forget(self) -> None:
        """Let go of input and onsets that no later window can reach."""
        if self._last is None:
            return
        spare = min(self._last, self._centre) - 4 * self._hop - self._search - self._origin
        if spare > 16 * self._hop:
            self._input, self._mono = self._input[spare:], self._mono[spare:]
            self._origin += spare
        while len(self._anchors) > 1 and self._anchors[1].out < self._made - 2 * reach(_CALM * self._hop):
            del self._anchors[0]


def _thinned(samples: Samples) -> Samples:
    return np.asarray(samples[: len(samples) // _COARSE * _COARSE].reshape(-1, _COARSE).sum(axis=1))


def _likeness(area: Samples, pattern: Samples) -> Samples:
    """Cross-correlation of ``pattern`` with every place in ``area``, divided by the place's level."""
    size = len(pattern)
    products = np.correlate(area, pattern, mode="valid")
    energy = np.concatenate([np.zeros(1), np.cumsum(area.astype(np.float64) ** 2)])
    level = np.sqrt(np.maximum(energy[size:] - energy[:-size], 1e-9))
    return np.asarray(products / level, dtype=np.float32)
