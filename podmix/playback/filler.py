# SPDX-License-Identifier: GPL-3.0-or-later
"""Decoding ahead: a thread turns a file into chunks of stereo at the output's rate and keeps a queue full.

Each chunk knows which second of the file its first frame is and how many seconds of file a frame covers, so that
positions stay right through speed changes and skipped silence. The queue is the only thing both threads touch.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from podmix.audio.decode import decoded_duration, stream
from podmix.errors import PodMixError
from podmix.playback.protocol import Item
from podmix.playback.silence import SilenceSkipper
from podmix.playback.stretch import Stretch

Samples = NDArray[np.float32]

AHEAD_S = 4.0
CHUNK_S = 0.1
FIRST_CHUNK_S = 0.05  # small, so that sound is there soon


@dataclass(frozen=True, slots=True)
class Chunk:
    """``samples`` ``(n, 2)``; frame ``i`` is second ``position + i * per_frame`` of the file."""

    samples: Samples
    position: float
    per_frame: float


class ChunkQueue:
    """Chunks between the filler and the reader. ``finished`` says that no more will come."""

    def __init__(self, item: Item, at: float, sample_rate: int) -> None:
        self.item = item
        self.at = at  # seconds of the file where this queue begins
        self.duration: float | None = None
        self.error = ""
        self._rate = sample_rate
        self._chunks: deque[Chunk] = deque()
        self._frames = 0
        self._finished = False
        self._cancelled = False
        self._changed = threading.Condition()

    def put(self, chunk: Chunk) -> bool:
        """Add a chunk, waiting for room; False once cancelled."""
        with self._changed:
            self._changed.wait_for(lambda: self._cancelled or self._frames < AHEAD_S * self._rate)
            if self._cancelled:
                return False
            self._chunks.append(chunk)
            self._frames += len(chunk.samples)
            self._changed.notify_all()
            return True

    def take(self, most: int) -> Chunk | None:
        """Up to ``most`` frames of one chunk, None when nothing is there; never waits for data."""
        with self._changed:
            if not self._chunks:
                return None
            chunk = self._chunks.popleft()
            if len(chunk.samples) > most:
                rest = Chunk(chunk.samples[most:], chunk.position + most * chunk.per_frame, chunk.per_frame)
                self._chunks.appendleft(rest)
                chunk = Chunk(chunk.samples[:most], chunk.position, chunk.per_frame)
            self._frames -= len(chunk.samples)
            self._changed.notify_all()
            return chunk

    def finish(self, error: str = "") -> None:
        with self._changed:
            self.error = error
            self._finished = True
            self._changed.notify_all()

    def cancel(self) -> None:
        """Let the filler end; chunks already there may still be taken."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    @property
    def exhausted(self) -> bool:
        """Nothing left and nothing to come."""
        with self._changed:
            return self._finished and not self._chunks

    @property
    def buffered_s(self) -> float:
        return self._frames / self._rate

    def wait_for(self, frames: int, timeout: float) -> bool:
        """Wait until so many frames are there or no more will come (simulated clocks only)."""
        with self._changed:
            return self._changed.wait_for(
                lambda: self._finished or self._cancelled or self._frames >= frames, timeout)


def start_filler(item: Item, at: float, *, sample_rate: int, speed: float, skip_silence: bool,
                 durations: dict[str, float]) -> ChunkQueue:
    """Begin decoding ``item`` from ``at`` seconds in a thread of its own; the queue appears at once."""
    queue = ChunkQueue(item, at, sample_rate)
    queue.duration = durations.get(item.path)

    def run() -> None:
        try:
            for chunk in rendered(item, at, sample_rate=sample_rate, speed=speed, skip_silence=skip_silence):
                if not queue.put(chunk):
                    return
                if queue.duration is None and queue.buffered_s > AHEAD_S / 2:
                    _learn_duration(queue, durations)
            if queue.duration is None:
                _learn_duration(queue, durations)
            queue.finish()
        except PodMixError as problem:
            queue.finish(str(problem))
        except (OSError, ValueError, MemoryError) as problem:
            queue.finish(f"This file cannot be played any further ({type(problem).__name__}).")

    threading.Thread(target=run, name="filler", daemon=True).start()
    return queue


def _learn_duration(queue: ChunkQueue, durations: dict[str, float]) -> None:
    try:
        queue.duration = durations[queue.item.path] = decoded_duration(queue.item.path)
    except PodMixError:
        queue.duration = None


def rendered(item: Item, at: float, *, sample_rate: int, speed: float = 1.0,
             skip_silence: bool = False) -> Iterator[Chunk]:
    """The chunks of ``item`` from ``at`` on: decoded, faded at the item's edges, silence skipped, stretched."""
    chunks = _faded(_decoded(item, at, sample_rate), item, sample_rate)
    if skip_silence:
        skipper = SilenceSkipper(sample_rate)
        chunks = (Chunk(samples, position, 1 / sample_rate)
                  for chunk in chunks for samples, position in skipper.push(chunk.samples, chunk.position))
    if abs(speed - 1.0) > 1e-3:
        chunks = _stretched(chunks, speed, sample_rate)
    yield from chunks


def _decoded(item: Item, at: float, sample_rate: int) -> Iterator[Chunk]:
    position = max(item.start, at)
    frames = round(position * sample_rate)
    size = FIRST_CHUNK_S
    for block in stream(item.path, sample_rate=sample_rate, mono=False, start=position, end=item.end, block_s=size):
        yield Chunk(block, frames / sample_rate, 1 / sample_rate)
        frames += len(block)


def _faded(chunks: Iterator[Chunk], item: Item, sample_rate: int) -> Iterator[Chunk]:
    """Raised-cosine fades at the item's own edges, by position, so that a seek into a fade is right too."""
    if item.fade_s <= 0:
        yield from chunks
        return
    for chunk in chunks:
        times = chunk.position + np.arange(len(chunk.samples)) / sample_rate
        progress = (times - item.start) / item.fade_s
        if item.end is not None:
            progress = np.minimum(progress, (item.end - 1 / sample_rate - times) / item.fade_s)
        if progress.min(initial=1.0) >= 1.0:
            yield chunk
            continue
        gain = (0.5 - 0.5 * np.cos(np.pi * np.clip(progress, 0.0, 1.0))).astype(np.float32)
        yield Chunk(chunk.samples * gain[:, None], chunk.position, chunk.per_frame)


def _stretched(chunks: Iterator[Chunk], speed: float, sample_rate: int) -> Iterator[Chunk]:
    """Stretch; output positions follow the input's by the nominal speed, anchored at every input chunk."""
    stretch = Stretch(speed, sample_rate)
    per_frame = speed / sample_rate
    anchors: deque[tuple[int, float]] = deque()  # (input frames before the chunk, its position)
    pushed = made = 0

    def place() -> float:
        source = made * speed
        while len(anchors) > 1 and anchors[1][0] <= source:
            anchors.popleft()
        return anchors[0][1] + (source - anchors[0][0]) / sample_rate

    for chunk in chunks:
        anchors.append((pushed, chunk.position))
        pushed += len(chunk.samples)
        out = stretch.push(chunk.samples)
        if len(out):
            yield Chunk(out, place(), per_frame)
            made += len(out)
    if anchors and len(out := stretch.finish()):
        yield Chunk(out, place(), per_frame)
