# SPDX-License-Identifier: GPL-3.0-or-later
"""Blocks of any size, taken as exactly so many frames."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


class FrameStream:
    """Frames ``(n, 2)`` out of an iterator of blocks, drawn from it only as they are needed."""

    def __init__(self, blocks: Iterator[Samples]) -> None:
        self._blocks = blocks
        self._held: deque[Samples] = deque()
        self._frames = 0
        self._ended = False

    def available(self, wanted: int) -> int:
        """Frames that ``take`` can give now, having drawn blocks until ``wanted`` are there or no more come."""
        while self._frames < wanted and not self._ended:
            block = next(self._blocks, None)
            if block is None:
                self._ended = True
            elif len(block):
                self._held.append(block)
                self._frames += len(block)
        return self._frames

    @property
    def ended(self) -> bool:
        """No more will come than what is held."""
        return self._ended

    def take(self, frames: int) -> Samples:
        """Exactly ``frames`` frames; asking for more than there are is a programming error (ValueError)."""
        if self.available(frames) < frames:
            raise ValueError(f"{frames} frames wanted, {self._frames} there")
        pieces: list[Samples] = []
        missing = frames
        while missing:
            block = self._held.popleft()
            if len(block) > missing:
                self._held.appendleft(block[missing:])
                block = block[:missing]
            pieces.append(block)
            missing -= len(block)
        self._frames -= frames
        if len(pieces) == 1:
            return pieces[0]
        return np.concatenate(pieces) if pieces else np.zeros((0, 2), np.float32)

    def take_some(self, most: int) -> Samples:
        """The next block as it comes, cut to ``most`` frames; empty at the end."""
        if not self._frames:
            self.available(1)
        return self.take(min(most, len(self._held[0])) if self._held else 0)
