# SPDX-License-Identifier: GPL-3.0-or-later
"""A clip of a mix as frames: decoded, at the speed its time map says, joined without clicks.

Conventions: blocks are float32 ``(n, 2)`` at the mix's rate. The clip is cut into *parts*: plain copies (speed exactly
1), which are the decoded frames bit for bit, and stretched parts. Each part is on its exact place from its first frame
on; the joint lies before it, where the part fades in over what it takes over from.

Beginning in the middle (``from_frame``) gives the samples that beginning at the clip's start gives wherever a plain
copy sounds (as far as the codec allows it, see ``audio.decode``). A part with the pitch kept begins with the source's
own phases instead of those that a longer way would have led to: the same sound, not the same samples, until the next
copy. Without key lock (varispeed) the samples are the same everywhere.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from podmix.audio.mixing.types import Clip
from podmix.audio.stretching.frame_stream import FrameStream
from podmix.audio.stretching.music import MapStretch
from podmix.audio.stretching.source_reader import SourceReader
from podmix.audio.stretching.time_map import Segment, TimeMap
from podmix.audio.stretching.varispeed import margin, resample_at

Samples = NDArray[np.float32]

JUMP_FADE_S = 0.005  # over what sounds before a jump
JOIN_FADE_S = 0.010  # between a copy and a stretched part, which are alike there
FIRST_BLOCK_S = 0.05  # small, so that sound is there soon
BLOCK_S = 0.25
_ROUNDING_S = 0.01  # a file shorter than its clip by less has not ended early


@dataclass(frozen=True, slots=True)
class Part:
    """Mix frames ``start..end`` of one run of the map, all copied or all stretched; fades in over ``lead`` before."""

    run: TimeMap
    start: int
    end: int
    is_copy: bool
    lead: int
    copy_follows: bool


class ClipBlocks(Iterator[Samples]):
    """The blocks of one clip in order. ``ended_early`` turns True when the file was too short: silence instead."""

    def __init__(self, clip: Clip, sample_rate: int, from_frame: int | None = None) -> None:
        self.time_map = TimeMap.from_points(clip.time_map, sample_rate)
        self.first_frame = max(self.time_map.start, from_frame or 0)  # of the mix: where the first block begins
        self.ended_early = False
        self._clip = clip
        self._rate = sample_rate
        # Inside, mix frames count from the clip's first one: moved in the mix, a clip gives the same samples.
        self._map = self.time_map.moved(-self.time_map.start)
        self._begin = self.first_frame - self.time_map.start
        self._blocks = self._joined()

    def __next__(self) -> Samples:
        return next(self._blocks)

    def close(self) -> None:
        """Let go of the file before the end."""
        self._blocks.close()

    def _joined(self) -> Generator[Samples]:
        parts = [part for part in _parts(self._map, self._rate) if part.end > self._begin]
        begin, drop = self._begin, 0
        if len(parts) > 1 and begin > parts[1].start - parts[1].lead:  # inside a joint: it is made as a whole
            begin, drop = parts[1].start - parts[1].lead, begin - parts[1].start + parts[1].lead
        for block in self._from_joint(parts, begin):
            if len(block) > drop:
                yield block[drop:]
            drop = max(0, drop - len(block))

    def _from_joint(self, parts: list[Part], begin: int) -> Iterator[Samples]:
        """The parts one after the other, each one's lead faded in over the end of the one before."""
        reader: SourceReader | None = None
        tail = np.zeros((0, 2), np.float32)
        try:
            for index, part in enumerate(parts):
                if reader is None or part.run is not parts[index - 1].run:
                    if reader is not None:
                        reader.close()
                    reader = SourceReader(self._clip.path, self._rate)
                lead = part.lead if index else 0
                frames = FrameStream(self._part_blocks(part, reader, part.start - lead if index else begin))
                if lead:
                    yield _crossfaded(tail, frames.take(lead))
                handed = parts[index + 1].lead if index + 1 < len(parts) else 0
                left = part.end - handed - (part.start if index else begin)
                while left:
                    block = frames.take_some(left)
                    left -= len(block)
                    self._note_end(part, reader)
                    yield block
                tail = frames.take(handed)
        finally:
            if reader is not None:
                reader.close()

    def _note_end(self, part: Part, reader: SourceReader) -> None:
        needed = float(part.run.source_at(part.end)) - _ROUNDING_S * self._rate
        if reader.length is not None and reader.length < needed:
            self.ended_early = True

    def _part_blocks(self, part: Part, reader: SourceReader, begin: int) -> Iterator[Samples]:
        if part.is_copy:
            return _copied(part, reader, begin, self._rate)
        if self._clip.key_lock:
            return _stretched(part, reader, begin, self._rate)
        return _resampled(part, reader, begin, self._rate)


def clip_blocks(clip: Clip, sample_rate: int, *, from_frame: int | None = None) -> ClipBlocks:
    """The clip's frames from its first mix frame, or from ``from_frame`` of the mix, to its end.

    Where the file ends early there is silence, and ``ended_early`` is set on what is returned.

    Raises:
        AudioError: at once for a time map without sense, with the first block for a file that cannot be read.
    """
    return ClipBlocks(clip, sample_rate, from_frame)


class ClipSource:
    """A clip for the mixing core, offline: decodes when asked."""

    def __init__(self, clip: Clip, sample_rate: int, *, from_frame: int | None = None) -> None:
        self._blocks = clip_blocks(clip, sample_rate, from_frame=from_frame)
        self._stream = FrameStream(self._blocks)
        self._left = max(0, self._blocks.time_map.end - self._blocks.first_frame)

    @property
    def first_frame(self) -> int:
        """The mix frame that the first ``take`` begins with."""
        return self._blocks.first_frame

    @property
    def ended_early(self) -> bool:
        return self._blocks.ended_early

    def available(self, wanted: int) -> int:
        """Frames that can be taken now, at least ``wanted`` unless fewer are left. Raises AudioError."""
        return self._stream.available(min(wanted, self._left))

    def finished(self) -> bool:
        """No more will come than ``available`` says."""
        return self._stream.available(0) >= self._left

    def take(self, frames: int) -> Samples:
        """Exactly ``frames`` frames, no more than are left (ValueError)."""
        self._left -= frames
        return self._stream.take(frames)

    def close(self) -> None:
        self._blocks.close()


def _parts(time_map: TimeMap, sample_rate: int) -> list[Part]:
    parts: list[Part] = []
    for run in time_map.runs:
        for is_copy, segments in groupby(run.segments, key=_is_copy):
            group = list(segments)
            fade_s = JUMP_FADE_S if group[0] is run.segments[0] else JOIN_FADE_S
            room = parts[-1].end - parts[-1].start if parts else 0
            parts.append(Part(run, group[0].start, group[-1].end, is_copy, min(round(fade_s * sample_rate), room),
                              copy_follows=group[-1] is not run.segments[-1]))
    return parts


def _is_copy(segment: Segment) -> bool:
    return segment.is_copy


def _copied(part: Part, reader: SourceReader, begin: int, sample_rate: int) -> Iterator[Samples]:
    offset = round(float(part.run.source_at(part.start))) - part.start
    size = round(FIRST_BLOCK_S * sample_rate)
    while begin < part.end:
        frames = min(size, part.end - begin)
        yield reader.read(begin + offset, frames)
        begin += frames
        size = round(BLOCK_S * sample_rate)


def _stretched(part: Part, reader: SourceReader, begin: int, sample_rate: int) -> Iterator[Samples]:
    stretch = MapStretch(part.run, sample_rate, begin, part.end, copy_follows=part.copy_follows)
    at, size = stretch.first_source, round(BLOCK_S * sample_rate)
    while stretch.next_frame < part.end:
        out = stretch.push(reader.read(at, size))
        at += size
        if len(out):
            yield out


def _resampled(part: Part, reader: SourceReader, begin: int, sample_rate: int) -> Iterator[Samples]:
    """Varispeed at the map's positions, in pieces of one speed each."""
    size = round(FIRST_BLOCK_S * sample_rate)
    while begin < part.end:
        speed, until = part.run.speed_at(begin)
        frames = min(size, part.end - begin, max(1, until - begin))
        positions = part.run.source_at(np.arange(begin, begin + frames))
        first = int(np.floor(positions[0])) - margin(speed)
        needed = int(np.floor(positions[-1])) + margin(speed) + 1 - first
        yield resample_at(reader.read(first, needed), first, positions, speed)
        begin += frames
        size = round(BLOCK_S * sample_rate)


def _crossfaded(old: Samples, new: Samples) -> Samples:
    """Raised cosine: alike sounds keep their level."""
    rise = 0.5 - 0.5 * np.cos(np.pi * (np.arange(len(new)) + 0.5) / max(1, len(new)))
    return np.asarray(old + (new - old) * rise.astype(np.float32)[:, None])
