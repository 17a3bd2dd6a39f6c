# SPDX-License-Identifier: GPL-3.0-or-later
"""Opening a sound file safely, and its decoded frames on one clock.

Aim: every reader of PodMix agrees on what second 12.5 of a file is. The *decoded clock* starts at the first sample
that the decoder gives out after it has dropped the encoder's delay (LAME and Opus headers, MP4 edit lists), and
counts samples from there. A packet that cannot be decoded leaves silence of its length, so that what follows stays
in place; a time stamp that jumps back or far ahead (joined files) is taken as the next sample.

Safety: only the ``file`` protocol and plain media containers are opened. Playlists (HLS, DASH, concat) are refused,
because they may name other files or addresses.
"""

from __future__ import annotations

import contextlib
import itertools
import stat
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from podmix.audio.growing import GrowingFile, GrowingTo, never
from podmix.errors import AudioError

CONTAINERS = ("mp3,aac,wav,w64,aiff,flac,ogg,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,caf,au,asf,mpegts,mpeg,avi,flv,amr,"
              "ape,wv,tta,ac3,eac3,mpc,mpc8,tak,dsf")

SMALLEST_GAP_S = 0.005  # smaller steps of the time stamps are rounding (Matroska counts milliseconds)
VORBIS_GAP_S = 0.25  # Vorbis time stamps stray by up to a long block where the block size changes
LARGEST_GAP_S = 10.0  # larger ones are joined files or lies, not lost packets
ANCHOR_FRAMES = 15  # so many frames after a seek vote on where it landed
HOPELESS_PACKETS = 200  # so many undecodable packets, and nearly nothing decoded: not a sound file


@dataclass(slots=True)
class Source:
    """An open container with its first audio stream; ``origin`` is the time stamp of the first decoded sample."""

    path: Path
    container: Any
    stream: Any
    format_name: str
    growing: GrowingFile | None
    again: Callable[[], contextlib.AbstractContextManager[Source]]  # opens the same file once more

    @property
    def time_base(self) -> Fraction:
        return Fraction(self.stream.time_base)


@dataclass(slots=True)
class PlacedFrame:
    """One decoded frame.

    ``start`` is in samples of ``rate`` on the decoded clock; ``fresh`` says that it does not continue the frame before
    it (first frame, gap, change of rate or channels).
    """

    frame: Any
    rate: int
    start: int
    fresh: bool


def not_sound(path: Path, detail: str = "") -> AudioError:
    return AudioError(f"{shown(path)} holds no sound that PodMix can read.",
                      remedy="Check that the file is an audio file and was downloaded completely.", detail=detail)


@contextlib.contextmanager
def open_source(path: str | Path, growing: GrowingTo | None = None, *, cancelled: Callable[[], bool] = never,
                ) -> Iterator[Source]:
    """Open ``path`` for reading.

    Args:
        path: a regular local file; folders, pipes and devices are refused.
        growing: what the file becomes that is still being downloaded; reading then waits for what has not come. A
            download that is done meanwhile is read under its final name.
        cancelled: asked while waiting; True ends it with Cancelled.

    Raises:
        AudioError: anything that is not a readable local sound file, or a download that does not come.
    """
    path = first = Path(path)
    to = growing
    if growing is not None and not _is_there(path):
        path, growing = growing.final_path, None
    refuse_other_than_files(path)
    with contextlib.ExitStack() as opened:
        coming: GrowingFile | None = None
        if growing is not None:
            coming = GrowingFile(path, growing, cancelled=cancelled)
            opened.callback(coming.close)
        container = opened.enter_context(_open_container(path, coming))
        streams = container.streams.audio
        if not streams or not streams[0].codec_context:
            raise not_sound(path, "no audio stream")
        yield Source(path, container, streams[0], container.format.name, coming,
                     lambda: open_source(first, to, cancelled=cancelled))


def _open_container(path: Path, coming: GrowingFile | None) -> Any:
    import av

    options = {"protocol_whitelist": "file", "format_whitelist": CONTAINERS}
    if coming is not None:
        coming.look_at_head()
        if coming.index_at_start:
            options["fflags"] = "+ignidx"  # do not look for more of it behind the sound
    try:
        container = av.open(coming or f"file:{path.absolute()}", container_options=options, metadata_errors="replace")
    except (OSError, ValueError) as problem:  # av.FFmpegError is one of the two, by kind
        if coming is not None and coming.problem is not None:
            raise coming.problem from problem
        raise not_sound(path, str(problem)) from problem
    if coming is not None:
        coming.opening = False
    return container


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def refuse_other_than_files(path: Path) -> None:
    """Raise AudioError unless ``path`` is a regular file: opening a pipe would wait for a writer, perhaps forever."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as problem:
        raise AudioError(f"The file {shown(path)} is not there any more.",
                         remedy="Download the episode again, or choose another file.", detail=str(problem)) from problem
    if stat.S_ISDIR(mode):
        raise AudioError(f"{shown(path)} is a folder.", remedy="Choose a sound file inside it.", detail=str(path))
    if not stat.S_ISREG(mode):
        raise AudioError(f"{shown(path)} is not a file with sound but a pipe or a device.",
                         remedy="Choose a sound file.", detail=str(path))


def shown(path: Path) -> str:
    """The file's name as a sentence may hold it."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in path.name) or str(path)


def decoded_frames(source: Source, *, origin: int | None = None) -> Iterator[PlacedFrame]:
    """All frames from where the container stands, placed on the decoded clock.

    Args:
        source: an open file, at its beginning or after a seek.
        origin: the time stamp of sample 0; None at the beginning of the file, where the first frame defines it.
    """
    frames = _last_trimmed(source, _raw_frames(source))
    ticks = source.time_base
    smallest = VORBIS_GAP_S if "vorbis" in source.stream.codec_context.name else SMALLEST_GAP_S
    expected, shift, rate = 0, 0.0, 0  # samples of ``rate``: where the next frame continues; correction after a jump
    kind: tuple[str, str, int] | None = None
    if origin is not None:
        head = list(itertools.islice(frames, ANCHOR_FRAMES))
        if head:
            rate = int(head[0].sample_rate)
            expected = _anchor(head, origin, ticks)
        frames = itertools.chain(head, frames)
    for frame in frames:
        now = (frame.format.name, frame.layout.name, int(frame.sample_rate))
        fresh = now != kind
        if fresh and rate and now[2] != rate:
            expected, shift = round(expected * now[2] / rate), shift * now[2] / rate
        kind, rate = now, now[2]
        if frame.pts is not None:
            if origin is None:
                origin = int(frame.pts)
            step = (frame.pts - origin) * ticks.numerator * rate / ticks.denominator + shift - expected
            if step < -smallest * rate or step > LARGEST_GAP_S * rate:
                shift -= step
            elif step > smallest * rate:
                fresh = True
                expected += round(step)
        yield PlacedFrame(frame, rate, expected, fresh)
        expected += frame.samples


def _anchor(head: list[Any], origin: int, ticks: Fraction) -> int:
    """Where the first frame after a seek lies, in samples: the median over some frames.

    Single Vorbis time stamps are wrong by a block where the block size changes.
    """
    rate, count, guesses = int(head[0].sample_rate), 0, []
    for frame in head:
        if frame.pts is not None:
            guesses.append((frame.pts - origin) * ticks.numerator * rate / ticks.denominator - count)
        count += frame.samples
    return round(statistics.median(guesses)) if guesses else 0


def first_time_stamp(source: Source) -> int | None:
    """The time stamp of the first decoded sample; decodes the first frame, so seek afterwards."""
    for frame in _raw_frames(source):
        return int(frame.pts) if frame.pts is not None else None
    return None


def _raw_frames(source: Source) -> Iterator[Any]:
    """Frames in order; a packet that cannot be decoded is passed over, an unreadable rest ends the sound."""
    import av

    good = bad = 0
    packets = source.container.demux(source.stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.FFmpegError, OSError):
            if source.growing is not None and source.growing.problem is not None:
                raise source.growing.problem from None
            return
        try:
            frames = packet.decode()
        except (av.FFmpegError, ValueError) as problem:
            bad += 1
            if bad > HOPELESS_PACKETS and bad > 4 * good:
                raise not_sound(source.path, f"{bad} packets cannot be decoded: {problem}") from problem
            continue
        for frame in frames:
            if frame.samples > 0 and frame.sample_rate > 0:
                good += 1
                yield frame


def _last_trimmed(source: Source, frames: Iterator[Any]) -> Iterator[Any]:
    """MP4 says by the last packet's duration where the encoder's padding begins; other decoders trim by themselves."""
    held = None
    for frame in frames:
        if held is not None:
            yield held
        held = frame
    if held is None:
        return
    if "mp4" in source.format_name and held.duration:
        wanted = round(held.duration * Fraction(held.time_base) * held.sample_rate)
        if 0 < wanted < held.samples:
            yield _shortened(held, wanted)
            return
    yield held


def _shortened(frame: Any, samples: int) -> Any:
    import av

    array = frame.to_ndarray()
    channels = 1 if frame.format.is_planar else len(frame.layout.channels)
    short = av.AudioFrame.from_ndarray(array[:, : samples * channels].copy(), format=frame.format.name,
                                       layout=frame.layout.name)
    short.sample_rate, short.pts, short.time_base = frame.sample_rate, frame.pts, frame.time_base
    return short
