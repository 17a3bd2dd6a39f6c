# SPDX-License-Identifier: GPL-3.0-or-later
"""What a deck reads from: frames float32 ``(n, 2)`` at the core's rate, taken in order, once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


class Source(Protocol):
    """A ring that another process fills, or a file that is decoded when asked.

    Where too little is available the core asks ``finished`` and then ``available`` once more, so a writer in another
    process has to publish its last frames before it says that it has finished.
    """

    def available(self, wanted: int) -> int:
        """How many frames can be taken now, at least ``wanted`` where that is possible; never waits for a device."""

    def finished(self) -> bool:
        """True: no more will come than what ``available`` says."""

    def take(self, frames: int) -> Samples:
        """Exactly ``frames``, not more than ``available`` said. The core neither keeps nor changes the array."""


def look(source: Source, wanted: int) -> tuple[int, bool]:
    """``(frames there, at most wanted; whether these are the last)``. Exact although a writer may be at work."""
    have = source.available(wanted)
    if have >= wanted:
        return wanted, False
    if not source.finished():
        return have, False
    have = source.available(wanted)
    return min(have, wanted), have < wanted


class BlockSource:
    """A source from blocks ``(n, 2)`` of any lengths, asked for as they are needed (files, tests)."""

    def __init__(self, blocks: Iterable[Samples]) -> None:
        self._coming: Iterator[Samples] = iter(blocks)
        self._blocks: deque[Samples] = deque()
        self._frames = 0
        self._finished = False

    def available(self, wanted: int) -> int:
        while self._frames < wanted and not self._finished:
            block = next(self._coming, None)
            if block is None:
                self._finished = True
            elif len(block):
                self._blocks.append(block)
                self._frames += len(block)
        return self._frames

    def finished(self) -> bool:
        return self._finished

    def take(self, frames: int) -> Samples:
        if self.available(frames) < frames:
            raise ValueError(f"{frames} frames asked for, {self._frames} there")
        self._frames -= frames
        pieces: list[Samples] = []
        while frames:
            block = self._blocks.popleft()
            if len(block) > frames:
                self._blocks.appendleft(block[frames:])
                block = block[:frames]
            pieces.append(block)
            frames -= len(block)
        if len(pieces) == 1:
            return pieces[0]
        return np.concatenate(pieces) if pieces else np.zeros((0, 2), np.float32)
