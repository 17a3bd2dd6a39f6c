# SPDX-License-Identifier: GPL-3.0-or-later
"""A file's frames by position, for readers that go forwards with a little looking back.

Conventions: frames are ``(n, 2)`` float32 at the reader's rate, counted on the decoded clock (``audio.source``). Where
the file has nothing (before its first frame, after its last) there is silence.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from podmix.audio.decode import stream

Samples = NDArray[np.float32]

KEPT_FRAMES = 1 << 15  # so far back a read may begin without decoding again
_BLOCK_S = 0.25


class SourceReader:
    """Reads one file; ``close`` lets go of it."""

    def __init__(self, path: str | Path, sample_rate: int) -> None:
        self._path = path
        self._rate = sample_rate
        self._blocks: Generator[Samples] | None = None
        self._held = np.zeros((0, 2), np.float32)
        self._first = 0  # position of the first frame held
        self.length: int | None = None  # where the file ends, once that was met

    def close(self) -> None:
        if self._blocks is not None:
            self._blocks.close()
            self._blocks = None

    def read(self, first: int, frames: int) -> Samples:
        """Exactly ``frames`` frames from position ``first`` (may be negative). Raises AudioError."""
        begin, end = max(0, first), max(0, first + frames)
        if self.length is not None:
            begin, end = min(begin, self.length), min(end, self.length)
        if end > begin:
            self._reach(begin, end)
            end = min(end, self._first + len(self._held))
        out = np.zeros((frames, 2), np.float32)
        if end > begin:
            out[begin - first: end - first] = self._held[begin - self._first: end - self._first]
        return out

    def _reach(self, begin: int, end: int) -> None:
        """Hold ``begin..end``, or up to the file's end."""
        if self._blocks is None or begin < self._first:
            self.close()
            self._blocks = cast("Generator[Samples]", stream(
                self._path, sample_rate=self._rate, mono=False, start=begin / self._rate, block_s=_BLOCK_S))
            self._held, self._first, self.length = self._held[:0], begin, None
        have = self._first + len(self._held)
        fresh: list[Samples] = []
        while have < end and self.length is None:
            block = next(self._blocks, None)
            if block is None:
                self.length = have
            else:
                fresh.append(block)
                have += len(block)
        if fresh:
            spare = min(len(self._held), max(0, begin - KEPT_FRAMES - self._first))
            self._held = np.concatenate([self._held[spare:], *fresh])
            self._first += spare
