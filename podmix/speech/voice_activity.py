# SPDX-License-Identifier: GPL-3.0-or-later
"""Where somebody speaks: Silero VAD v6 as a stream, and the pauses between.

Times here are frames of ``FRAME_S`` (512 samples at 16 kHz). A probability is a byte, 0..255, so that what a
checkpoint keeps is exactly what was decided with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
FRAME = 512
FRAME_S = FRAME / RATE
SPEECH = 128
"""From this probability on a frame is speech (0.5)."""
SILENCE = 90
"""Below this one it is none (0.35); between the two it is what the frame before was."""
_CONTEXT = 64

Voice: TypeAlias = NDArray[np.uint8]
Samples: TypeAlias = NDArray[np.float32]


class Detector(Protocol):
    """Whole frames ``(n * FRAME,)`` in, ``n`` probabilities out; remembers what it heard from call to call."""

    def __call__(self, samples: Samples) -> Voice: ...

    def state(self) -> bytes:
        """What it remembers, for a checkpoint."""
        ...

    def restore(self, state: bytes) -> None:
        """Remember ``state`` instead."""
        ...


@dataclass(frozen=True, slots=True)
class Pause:
    """Nobody speaks from ``start`` to ``end`` (seconds)."""

    start: float
    end: float


class Silero:
    """The network that faster-whisper ships, on one CPU thread, with fresh state."""

    def __init__(self) -> None:
        from faster_whisper.vad import get_vad_model

        self._session: Any = get_vad_model().session
        self._memory = np.zeros((2, 1, 1, 128), np.float32)
        self._tail = np.zeros(_CONTEXT, np.float32)

    def __call__(self, samples: Samples) -> Voice:
        frames = samples.reshape(-1, FRAME)
        if not len(frames):
            return np.zeros(0, np.uint8)
        before = np.vstack([self._tail[None], frames[:-1, -_CONTEXT:]])
        self._tail = frames[-1, -_CONTEXT:].copy()
        inputs = np.concatenate([before, frames], axis=1).astype(np.float32)
        output, hidden, cell = self._session.run(None, {"input": inputs, "h": self._memory[0], "c": self._memory[1]})
        self._memory = np.stack([hidden, cell])
        probabilities: NDArray[np.float32] = np.asarray(output, dtype=np.float32).reshape(-1)
        return np.asarray(np.round(np.clip(probabilities, 0, 1) * 255), dtype=np.uint8)

    def state(self) -> bytes:
        return self._memory.tobytes() + self._tail.tobytes()

    def restore(self, state: bytes) -> None:
        values = np.frombuffer(state, np.float32)
        self._memory = values[:-_CONTEXT].reshape(2, 1, 1, 128).copy()
        self._tail = values[-_CONTEXT:].copy()


def runs(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Stretches where ``mask`` is true: rows of (first, after the last), shape ``(n, 2)``."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return edges.reshape(-1, 2).astype(np.int64)


def speaking(voice: Voice) -> NDArray[np.bool_]:
    """Speech or not for each frame, with hysteresis between ``SILENCE`` and ``SPEECH``."""
    sure = (voice >= SPEECH) | (voice < SILENCE)
    last_sure = np.maximum.accumulate(np.where(sure, np.arange(len(voice)), -1))
    return np.asarray((last_sure >= 0) & (voice[np.maximum(last_sure, 0)] >= SPEECH), dtype=np.bool_)


def find_pauses(voice: Voice, shortest_s: float = 0.12) -> list[Pause]:
    """The stretches without speech of at least ``shortest_s``, in order."""
    return [Pause(first * FRAME_S, last * FRAME_S) for first, last in runs(~speaking(voice)).tolist()
            if (last - first) * FRAME_S >= shortest_s]


def in_frames(blocks: Iterator[Samples]) -> Iterator[Samples]:
    """Blocks of any length as blocks of whole frames; the very end is filled with silence."""
    rest = np.zeros(0, np.float32)
    for block in blocks:
        joined = np.concatenate([rest, block])
        whole = len(joined) // FRAME * FRAME
        rest = joined[whole:]
        if whole:
            yield joined[:whole]
    if len(rest):
        yield np.pad(rest, (0, FRAME - len(rest)))
