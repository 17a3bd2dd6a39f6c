# SPDX-License-Identifier: GPL-3.0-or-later
"""An item as it will sound: decoded, faded at its edges, levelled, silence skipped, stretched. Runs in the filler.

Each chunk knows which second of the file its first frame is and how many seconds of file a frame covers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from podmix.audio.decode import stream
from podmix.audio.growing import GrowingTo, never
from podmix.playback.protocol import Item
from podmix.playback.silence import SilenceSkipper

Samples = NDArray[np.float32]

CHUNK_S = 0.05  # small, so that sound is there soon
GLIDE_DB_PER_S = 6.0  # a gain that becomes known while playing moves so slowly that it does not jump at anybody


@dataclass(frozen=True, slots=True)
class Chunk:
    """``samples`` ``(n, 2)``; frame ``i`` is second ``position + i * per_frame`` of the file."""

    samples: Samples
    position: float
    per_frame: float


@dataclass(frozen=True, slots=True)
class ItemJob:
    """What the filler makes of an item, from ``at`` seconds of the file on."""

    item: Item
    at: float
    speed: float = 1.0
    skip_silence: bool = False
    key_lock: bool = True
    levelling: bool = False


class Stretcher(Protocol):
    """Blocks ``(n, 2)`` in, what is ready out; output frame ``k`` is input frame ``k * speed``."""

    def push(self, block: Samples) -> Samples: ...

    def finish(self) -> Samples: ...


def item_chunks(job: ItemJob, sample_rate: int, *, gain: Callable[[], float] | None = None,
                cancelled: Callable[[], bool] | None = None) -> Iterator[Chunk]:
    """The chunks of an item.

    Args:
        job: what to play and how.
        sample_rate: of the result, Hz.
        gain: the linear gain to move to, asked for every chunk; None leaves levels alone.
        cancelled: asked while waiting for a download.
    """
    chunks = _faded(_decoded(job, sample_rate, cancelled), job.item, sample_rate)
    if gain is not None:
        chunks = _levelled(chunks, gain, sample_rate)
    if job.skip_silence:
        skipper = SilenceSkipper(sample_rate)
        chunks = (Chunk(samples, position, 1 / sample_rate)
                  for chunk in chunks for samples, position in skipper.push(chunk.samples, chunk.position))
    if abs(job.speed - 1.0) > 1e-3:
        chunks = _stretched(chunks, _stretcher(job, sample_rate), job.speed, sample_rate)
    yield from chunks


def _stretcher(job: ItemJob, sample_rate: int) -> Stretcher:
    from podmix.audio.stretching.music import MusicStretch
    from podmix.audio.stretching.speech import SpeechStretch
    from podmix.audio.stretching.varispeed import Varispeed

    if job.item.content != "music":
        return SpeechStretch(job.speed, sample_rate)
    if job.key_lock:
        return MusicStretch(job.speed, sample_rate)
    return Varispeed(job.speed)


def _decoded(job: ItemJob, sample_rate: int, cancelled: Callable[[], bool] | None) -> Iterator[Chunk]:
    item = job.item
    position = max(item.start, job.at)
    frames = round(position * sample_rate)
    growing = GrowingTo(Path(item.growing_to), item.growing_bytes) if item.growing_to else None
    for block in stream(item.path, sample_rate=sample_rate, mono=False, start=position, end=item.end,
                        block_s=CHUNK_S, growing=growing, cancelled=cancelled or never):
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


def _levelled(chunks: Iterator[Chunk], gain: Callable[[], float], sample_rate: int) -> Iterator[Chunk]:
    """Bring every chunk to the wanted gain; a change glides in decibels."""
    now = gain()
    for chunk in chunks:
        wanted = gain()
        size = len(chunk.samples)
        if abs(wanted - now) < 1e-4 * now:
            scaled = chunk.samples if now == 1.0 else chunk.samples * np.float32(now)
        else:
            most = 10 ** (GLIDE_DB_PER_S * size / sample_rate / 20)
            reach = min(most, max(1 / most, wanted / now))
            slope = now * reach ** (np.arange(1, size + 1) / max(1, size))
            now = float(slope[-1]) if size else now
            scaled = chunk.samples * slope.astype(np.float32)[:, None]
        yield Chunk(scaled, chunk.position, chunk.per_frame)


def _stretched(chunks: Iterator[Chunk], stretch: Stretcher, speed: float, sample_rate: int) -> Iterator[Chunk]:
    """Stretch; output positions follow the input's by the nominal speed, anchored at every input chunk."""
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
