# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound files to float32 arrays: streaming, sample-accurate, at any rate.

Conventions: times are seconds on the decoded clock (see ``source``); mono is the mean of the channels, shaped ``(n,)``;
stereo is ``(n, 2)``, a mono file doubled, more channels mixed down without clipping. Reading ``start..end`` gives the
same samples as cutting them out of a reading of the whole file (bit-exact for codecs without long memory; Opus and
HE-AAC differ inaudibly for some milliseconds after a seek). Matroska and AVI count milliseconds: there a seek is exact
to one of those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from podmix.audio.growing import GrowingTo, never
from podmix.audio.lengths import decoded_duration, length_of
from podmix.audio.source import PlacedFrame, Source, decoded_frames, first_time_stamp, not_sound, open_source
from podmix.errors import AudioError

Samples = NDArray[np.float32]

SEEK_FROM_S = 8.0  # nearer starts are reached by decoding from the beginning
PREROLL_S = 1.0  # decoded and dropped before a start: codec memory, resampler edges
GROUP_S = 1.0  # frames are joined to so much before they cross into Python
LOUDEST = 32.0  # 30 dB over full scale: whatever exceeds it is damage
_SEEKABLE = ("mp3", "wav", "w64", "aiff", "flac", "ogg", "mov", "matroska", "caf", "au", "wv", "tta")


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """What a file says about itself; nothing here has been checked by decoding.

    ``duration_claimed`` is in seconds, None where the file does not say; ``bit_rate`` in bit/s; ``tags`` has
    lower-case names.
    """

    duration_claimed: float | None
    sample_rate: int
    channels: int
    codec: str
    container: str
    bit_rate: int | None
    tags: dict[str, str]
    has_art: bool


def probe(path: str | Path, growing: GrowingTo | None = None) -> AudioInfo:
    """Read the headers of a sound file (milliseconds of work). Raises AudioError."""
    with open_source(path, growing) as source:
        container, stream = source.container, source.stream
        if not stream.rate or not stream.channels:
            raise not_sound(source.path, "no sample rate in the headers")
        tags = {**container.metadata, **stream.metadata}
        art = any(_is_picture(video) for video in container.streams.video)
        claimed = container.duration / 1_000_000 if container.duration and container.duration > 0 else None
        return AudioInfo(
            duration_claimed=claimed, sample_rate=int(stream.rate), channels=int(stream.channels),
            codec=str(stream.codec_context.name), container=source.format_name.split(",")[0],
            bit_rate=int(container.bit_rate) if container.bit_rate else None,
            tags={str(name).lower(): str(value) for name, value in tags.items()}, has_art=art)


def _is_picture(video: Any) -> bool:
    import av

    return bool(video.disposition & av.stream.Disposition.attached_pic) or video.codec_context.name in ("mjpeg", "png")


def stream(path: str | Path, *, sample_rate: int | None = None, mono: bool = True, start: float = 0.0,
           end: float | None = None, block_s: float = 30.0, growing: GrowingTo | None = None,
           cancelled: Callable[[], bool] = never) -> Iterator[Samples]:
    """Decode ``start..end`` of a file in blocks of ``block_s`` seconds (the last one shorter).

    Args:
        path: a local file; a video's first audio stream is taken.
        sample_rate: of the result; None keeps the file's own (that of its first frame).
        mono: ``(n,)`` blocks, else ``(n, 2)``.
        start: seconds on the decoded clock, rounded to the nearest sample of the result.
        end: seconds; None reads to the end. Beyond the end nothing comes.
        block_s: length of a block in seconds.
        growing: what a file becomes that is still being downloaded; blocks then come as its bytes do.
        cancelled: asked while waiting for bytes; True ends it with Cancelled.

    Raises:
        AudioError: not a sound file, or nothing in it decodes. A truncated file gives what decodes.
    """
    start = max(0.0, start)
    with open_source(path, growing, cancelled=cancelled) as source:
        frames = _frames(source, start)
        rate, frames = _known_rate(frames, sample_rate or (source.sample_rate if start else 0))
        if rate is None:
            if start > 0 and _holds_sound(source):
                return
            raise not_sound(source.path, "nothing decodes")
        first = round(start * rate)
        last = None if end is None else max(first, round(end * rate))
        problems: list[AudioError] = []
        placed = _resampled(_until_problem(frames, problems), rate, 1 if mono else 2, first)
        yield from _blocks(_window(placed, first, last), max(1, round(block_s * rate)))
        if problems:
            raise problems[0]


def read(path: str | Path, *, sample_rate: int | None = None, mono: bool = True, start: float = 0.0,
         end: float | None = None) -> tuple[Samples, int]:
    """Like ``stream``, as one array; returns it with its sample rate."""
    rate = sample_rate or probe(path).sample_rate
    blocks = list(stream(path, sample_rate=rate, mono=mono, start=start, end=end, block_s=60.0))
    if not blocks:
        return np.zeros((0,) if mono else (0, 2), np.float32), rate
    return np.concatenate(blocks), rate


def _holds_sound(source: Source) -> bool:
    with source.again() as again:
        return next(_frames(again, 0.0), None) is not None


def _decodes(source: Source) -> bool:
    with source.again() as again:
        return next(decoded_frames(again), None) is not None


def _frames(source: Source, start: float) -> Iterator[PlacedFrame]:
    """Frames from some way before ``start`` (seconds), a chained file's parts one after the other."""
    if source.parts:
        yield from _chained(source, start)
        return
    nothing = True
    for placed in _from_near(source, start):
        nothing = False
        yield placed
    if nothing and source.format_name.startswith("mov") and not _decodes(source):  # an edit list that leaves nothing
        with source.again(ignore_edits=True) as plain:
            yield from _from_near(plain, start)


def _chained(source: Source, start: float) -> Iterator[PlacedFrame]:
    """Each part of a chain has a rate, a delay and a padding of its own; it begins where the one before ends."""
    begin = Fraction(0)
    for part in source.parts:
        length = length_of(source, part)
        fresh = True
        if begin + length > start - PREROLL_S:
            with source.again(part) as link:
                for placed in _from_near(link, max(0.0, float(start - begin))):
                    placed.start += round(begin * placed.rate)
                    placed.fresh, fresh = placed.fresh or fresh, False
                    yield placed
        begin += length


def _from_near(source: Source, start: float) -> Iterator[PlacedFrame]:
    """Frames from some way before ``start`` (seconds), or from the beginning where seeking cannot be trusted."""
    if start < SEEK_FROM_S or not source.format_name.startswith(_SEEKABLE):
        yield from decoded_frames(source)
        return
    origin = first_time_stamp(source)
    wanted = start - PREROLL_S
    frames = _after_seek(source, origin, wanted) if origin is not None else None
    if frames is not None:
        yield from frames
        return
    with source.again() as again:
        yield from decoded_frames(again)


def _after_seek(source: Source, origin: int | None, wanted: float) -> Iterator[PlacedFrame] | None:
    """Frames after a seek to ``wanted`` seconds; None when the container landed behind it or cannot seek."""
    import av

    if origin is None:
        return None
    target = origin + int(Fraction(wanted) / source.time_base)
    try:
        source.container.seek(target, stream=source.stream, backward=True, any_frame=False)
    except (av.FFmpegError, OSError):
        return None
    frames = decoded_frames(source, origin=origin)
    first = next(frames, None)
    if first is None or first.frame.pts is None or first.start > (wanted + PREROLL_S / 2) * first.rate:
        return None

    def warm() -> Iterator[PlacedFrame]:
        # The first frames after a seek lack the codec's memory of what came before.
        settled = first.start + 0.1 * first.rate
        pending = True
        for placed in frames:
            if placed.start >= settled:
                placed.fresh = placed.fresh or pending
                pending = False
                yield placed

    return warm()


def _known_rate(frames: Iterator[PlacedFrame], rate: int | None) -> tuple[int | None, Iterator[PlacedFrame]]:
    """The result's rate, given or the first frame's; None when there is no frame at all."""
    first = next(frames, None)
    if first is None:
        return None, iter(())

    def again() -> Iterator[PlacedFrame]:
        yield first
        yield from frames

    return rate or first.rate, again()


def _until_problem(frames: Iterator[PlacedFrame], problems: list[AudioError]) -> Iterator[PlacedFrame]:
    """End at a problem and remember it, so that what was decoded before it is heard first."""
    try:
        yield from frames
    except AudioError as problem:
        problems.append(problem)


def _resampled(frames: Iterator[PlacedFrame], rate: int, channels: int, need_from: int,
               ) -> Iterator[tuple[int, Samples]]:
    """Blocks ``(channels, n)`` at ``rate``, each with its first sample's index on the result's clock.

    Every run of like frames gets its own resampler. A run starts on a source sample that falls on a whole sample of
    the result, so that a reading from the middle lies on the same grid as one from the beginning.
    """
    import av

    fifo: Any = None
    resampler: Any = None
    position = 0  # result samples given so far in this run, absolute
    double = False

    def convert(group: Any) -> Iterator[tuple[int, Samples]]:
        nonlocal position
        try:
            converted = resampler.resample(group)
        except av.FFmpegError:  # a damaged frame with dozens of channels: its time stays silent
            return
        for out in converted:
            array = out.to_ndarray()
            yield position, np.repeat(array, 2, axis=0) if double else array
            position += array.shape[1]

    for placed in frames:
        if placed.fresh:
            if resampler is not None:
                if fifo.samples:
                    yield from convert(fifo.read())
                yield from convert(None)
            step = placed.rate // gcd(placed.rate, rate)
            skip = -placed.start % step if need_from > PREROLL_S / 4 * rate and placed.start else 0
            position = (placed.start + skip) * rate // placed.rate
            double = channels == 2 and len(placed.frame.layout.channels) == 1
            layout = "stereo" if channels == 2 and not double else "mono"
            resampler = av.AudioResampler("fltp", layout, rate, options={"rematrix_maxval": "1.0"})
            fifo = av.AudioFifo()
        placed.frame.pts = None
        fifo.write(placed.frame)
        if skip and fifo.samples > skip:
            fifo.read(skip)
            skip = 0
        if not skip and fifo.samples >= GROUP_S * placed.rate:
            yield from convert(fifo.read())
    if resampler is not None:
        if fifo.samples and not skip:
            yield from convert(fifo.read())
        yield from convert(None)


def _window(placed: Iterator[tuple[int, Samples]], first: int, last: int | None) -> Iterator[Samples]:
    """The part ``first..last`` as ``(channels, n)`` arrays, gaps filled with silence, overlaps dropped."""
    have = first
    for start, array in placed:
        if last is not None and have >= last:
            return
        if start > have:
            gap = start - have if last is None else min(start, last) - have
            yield np.zeros((array.shape[0], gap), np.float32)
            have += gap
        piece = array[:, have - start: None if last is None else max(0, last - start)]
        if have - start < array.shape[1] and piece.shape[1]:
            have += piece.shape[1]
            yield piece


def _blocks(pieces: Iterator[Samples], size: int) -> Iterator[Samples]:
    """Join and cut to blocks of ``size`` frames, mono ``(n,)``, stereo ``(n, 2)``."""
    held: list[Samples] = []
    count = 0
    for piece in pieces:
        held.append(piece)
        count += piece.shape[1]
        while count >= size:
            whole = np.concatenate(held, axis=1)
            yield _shaped(whole[:, :size])
            held, count = [whole[:, size:]], count - size
    if count:
        yield _shaped(np.concatenate(held, axis=1))


def _shaped(block: Samples) -> Samples:
    shaped = np.ascontiguousarray(block[0] if block.shape[0] == 1 else block.T, dtype=np.float32)
    if shaped.size and not max(shaped.max(), -shaped.min()) <= LOUDEST:  # true for NaN, too
        np.nan_to_num(shaped, copy=False, posinf=0.0, neginf=0.0)  # silence: an infinite sample is damage, not sound
        np.clip(shaped, -LOUDEST, LOUDEST, out=shaped)
    return shaped


__all__ = ["AudioError", "AudioInfo", "Samples", "decoded_duration", "probe", "read", "stream"]
