# SPDX-License-Identifier: GPL-3.0-or-later
"""Opening a sound file safely, and its decoded frames on one clock.

Aim: every reader of PodMix agrees on what second 12.5 of a file is. The *decoded clock* starts at the first sample
that the decoder gives out after it has dropped the encoder's delay (LAME and Opus headers, MP4 edit lists), and
counts samples from there. A packet that cannot be decoded leaves silence of its length, so that what follows stays
in place; a time stamp that jumps back or far ahead (joined files) is taken as the next sample. Where a container has
no clock of its own (MP3, ADTS), the demuxer makes time stamps up from the first header: there samples are counted.

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

from podmix.audio.growing import GrowingFile, GrowingTo, never, unread_tag
from podmix.audio.ogg import PartOfFile, links
from podmix.errors import AudioError

CONTAINERS = ("mp3,aac,wav,w64,aiff,flac,ogg,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,caf,au,asf,mpegts,mpeg,avi,flv,amr,"
              "ape,wv,tta,ac3,eac3,mpc,mpc8,tak,dsf")

SMALLEST_GAP_S = 0.005  # smaller steps of the time stamps are rounding (Matroska counts milliseconds)
VORBIS_GAP_S = 0.25  # Vorbis time stamps stray by up to a long block where the block size changes
LARGEST_GAP_S = 10.0  # larger ones are joined files or lies, not lost packets
ANCHOR_FRAMES = 15  # so many frames after a seek vote on where it landed
NO_CLOCK = ("mp3", "aac", "ac3", "eac3")  # formats whose time stamps are made up
WAVE_PROBED = 65_536  # bytes in which FFmpeg looks for DTS inside a WAV; its own 5 MB take tens of milliseconds
MOST_READ_ERRORS = 100  # one after the other, without a packet between them
HOPELESS_PACKETS = 200  # so many undecodable packets, and nearly nothing decoded: not a sound file


@dataclass(slots=True)
class Source:
    """An open container with its first audio stream.

    ``sample_rate`` is the headers' (0 where they do not say). ``parts`` are the byte ranges of a chained file, each to
    be opened by itself; empty for all others. ``again()`` opens the same file once more, ``again(part)`` a part of it.
    """

    path: Path
    container: Any
    stream: Any
    format_name: str
    sample_rate: int
    growing: GrowingFile | None
    parts: tuple[tuple[int, int], ...]
    part: tuple[int, int] | None
    again: Callable[..., contextlib.AbstractContextManager[Source]]

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
                part: tuple[int, int] | None = None, ignore_edits: bool = False) -> Iterator[Source]:
    """Open ``path`` for reading.

    Args:
        path: a regular local file; folders, pipes and devices are refused.
        growing: what the file becomes that is still being downloaded; reading then waits for what has not come. A
            download that is done meanwhile is read under its final name.
        cancelled: asked while waiting; True ends it with Cancelled.
        part: first byte and end of the part to read, None for the whole.
        ignore_edits: play an MP4's samples as they lie, whatever its edit list says.

    Raises:
        AudioError: anything that is not a readable local sound file, or a download that does not come.
    """
    asked = path = Path(path)
    to = growing
    if growing is not None and (place := growing.place(path)) != path:
        path, growing = place, None
    refuse_other_than_files(path)

    def again(part: tuple[int, int] | None = part, *, ignore_edits: bool = ignore_edits,
              ) -> contextlib.AbstractContextManager[Source]:
        return open_source(asked, to, cancelled=cancelled, part=part, ignore_edits=ignore_edits)

    with contextlib.ExitStack() as opened:
        coming = window = None
        if growing is not None:
            coming = GrowingFile(path, growing, cancelled=cancelled)
            opened.callback(coming.close)
            coming.look_at_head()
            head = coming.head
        elif (window := _window(path, part, head := _head(path))) is not None:
            opened.callback(window.close)
        container = opened.enter_context(_open_container(path, coming, window, head, ignore_edits=ignore_edits))
        streams = container.streams.audio
        if not streams or not streams[0].codec_context:
            raise not_sound(path, "no audio stream")
        kind = container.format.name
        parts = links(path) if kind == "ogg" and coming is None and part is None else ()
        yield Source(path, container, streams[0], kind, int(streams[0].rate or 0), coming, parts, part, again)


def _window(path: Path, part: tuple[int, int] | None, head: bytes) -> PartOfFile | None:
    """The part asked for, or what follows a tag that is too large to be read; None for an ordinary file."""
    size, tag = path.stat().st_size, unread_tag(head)
    if part is None and 0 < tag < size:
        part = (tag, size)
    return PartOfFile(path, *part) if part is not None else None


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(16)
    except OSError as problem:
        raise not_sound(path, str(problem)) from problem


def _open_container(path: Path, coming: GrowingFile | None, window: PartOfFile | None, head: bytes,
                    *, ignore_edits: bool) -> Any:
    import av

    options = {"protocol_whitelist": "file", "format_whitelist": CONTAINERS}
    if ignore_edits:
        options["ignore_editlist"] = "1"
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        options["probesize"] = str(WAVE_PROBED)
    # ignidx: do not look for more of an MP4's index behind the first sound, where it is not there yet, or damaged.
    attempts = ("+ignidx",) if coming is not None and coming.index_at_start else ("", "+ignidx")
    for flags in attempts:
        try:
            container = av.open(coming or window or f"file:{path.absolute()}", metadata_errors="replace",
                                container_options=options | ({"fflags": flags} if flags else {}))
        except (av.FFmpegError, OSError, ValueError) as problem:
            if coming is not None and coming.problem is not None:
                raise coming.problem from problem
            if flags == attempts[-1] or not isinstance(problem, av.error.InvalidDataError):
                raise not_sound(path, str(problem)) from problem
            for file in (coming, window):
                if file is not None:
                    file.seek(0)
            continue
        if coming is not None:
            coming.opening = False
        return container
    raise not_sound(path)


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
    ticks, counted = source.time_base, source.format_name in NO_CLOCK
    smallest = VORBIS_GAP_S if "vorbis" in source.stream.codec_context.name else SMALLEST_GAP_S
    expected, shift, rate = 0, 0.0, 0  # samples of ``rate``: where the next frame continues; correction after a jump
    kind: tuple[str, str, int] | None = None
    if origin is not None:
        head = list(itertools.islice(frames, ANCHOR_FRAMES))
        if head:
            rate = int(head[0][0].sample_rate)
            expected = _anchor([frame for frame, _ in head], origin, ticks)
        frames = itertools.chain(head, frames)
    for frame, lost in frames:
        now = (frame.format.name, frame.layout.name, int(frame.sample_rate))
        fresh = now != kind
        if fresh and rate and now[2] != rate:
            expected, shift = round(expected * now[2] / rate), shift * now[2] / rate
        if counted and lost and kind is not None:
            fresh = True
            expected += lost * frame.samples
        kind, rate = now, now[2]
        if frame.pts is not None and not counted:
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
    for frame, _ in _raw_frames(source):
        return int(frame.pts) if frame.pts is not None else None
    return None


def packets(source: Source) -> Iterator[Any]:
    """Packets in order. What cannot be read is passed over where the demuxer finds its way again."""
    import av

    errors = 0
    while errors < MOST_READ_ERRORS:
        try:
            for packet in source.container.demux(source.stream):
                errors = 0
                yield packet
            break
        except av.error.InvalidDataError:
            errors += 1
        except (av.FFmpegError, OSError):
            break
    if source.growing is not None and source.growing.problem is not None:
        raise source.growing.problem


def _raw_frames(source: Source) -> Iterator[tuple[Any, int]]:
    """Frames in order, each with the number of packets before it that could not be decoded.

    A packet that cannot be decoded is passed over, an unreadable rest ends the sound.
    """
    import av

    good = bad = lost = 0
    for packet in packets(source):
        try:
            frames = packet.decode()
        except (av.FFmpegError, ValueError) as problem:
            bad, lost = bad + 1, lost + 1
            if bad > HOPELESS_PACKETS and bad > 4 * good:
                raise not_sound(source.path, f"{bad} packets cannot be decoded: {problem}") from problem
            continue
        for frame in frames:
            if frame.samples > 0 and frame.sample_rate > 0:
                good += 1
                yield frame, lost
                lost = 0


def _last_trimmed(source: Source, frames: Iterator[tuple[Any, int]]) -> Iterator[tuple[Any, int]]:
    """MP4 says by the last packet's duration where the encoder's padding begins; other decoders trim by themselves."""
    if "mp4" not in source.format_name:
        yield from frames
        return
    held: tuple[Any, int] | None = None
    for frame in frames:
        if held is not None:
            yield held
        held = frame
    if held is None:
        return
    last, lost = held
    if last.duration:
        wanted = round(last.duration * Fraction(last.time_base) * last.sample_rate)
        if 0 < wanted < last.samples:
            last = _shortened(last, wanted)
    yield last, lost


def _shortened(frame: Any, samples: int) -> Any:
    import av

    array = frame.to_ndarray()
    channels = 1 if frame.format.is_planar else len(frame.layout.channels)
    short = av.AudioFrame.from_ndarray(array[:, : samples * channels].copy(), format=frame.format.name,
                                       layout=frame.layout.name)
    short.sample_rate, short.pts, short.time_base = frame.sample_rate, frame.pts, frame.time_base
    return short
