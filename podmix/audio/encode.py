# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing clips: Opus (.ogg, .opus), MP3, AAC (.m4a), WAV, FLAC, with tags, artwork and chapters; MP4 video.

A file appears under its name only when it is whole. Lossy files are decoded again and measured: where coding pushed
the true peak above -1 dBTP the clip is limited a little deeper and written once more.
"""

from __future__ import annotations

import contextlib
import errno
import math
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from podmix.audio.chapters import FileChapter
from podmix.audio.decode import read
from podmix.audio.loudness import CEILING_DBTP, integrated_lufs, limit, true_peak_db
from podmix.audio.tagging import write_tags
from podmix.errors import AudioError, StorageError
from podmix.paths import disk_full

Samples = NDArray[np.float32]

LONGEST_CHECKED_S = 300.0  # longer files are written once: measuring them costs more than it saves
LARGEST_LOSS_DB = 0.15


@dataclass(frozen=True, slots=True)
class Kind:
    """How a suffix is written: container, codec, sample format, bit rate per channel (None: lossless), rates."""

    container: str
    codec: str
    sample_format: str
    bit_rate: int | None
    rates: tuple[int, ...] = ()


_MPEG_RATES = (48_000, 44_100, 32_000, 24_000, 22_050, 16_000)
KINDS = {
    ".ogg": Kind("ogg", "libopus", "flt", 64_000, (48_000,)),
    ".opus": Kind("opus", "libopus", "flt", 64_000, (48_000,)),
    ".mp3": Kind("mp3", "libmp3lame", "fltp", 96_000, _MPEG_RATES),
    ".m4a": Kind("ipod", "aac", "fltp", 80_000, _MPEG_RATES),
    ".wav": Kind("wav", "pcm_s16le", "s16", None),
    ".flac": Kind("flac", "flac", "s16", None),
}
SUFFIXES = tuple(KINDS)


def write_clip(samples: Samples, sample_rate: int, target: Path, *, tags: Mapping[str, str] | None = None,
               art: bytes | None = None, chapters: Sequence[FileChapter] = ()) -> Path:
    """Write ``samples`` (``(n,)`` or ``(n, 2)``) to ``target``; its suffix says the format. Returns ``target``.

    Args:
        samples: float32 in -1..1.
        sample_rate: Hz; Opus is written at 48 kHz, others keep theirs where the format allows it.
        target: ``.ogg .opus .mp3 .m4a .wav .flac``; an existing file is replaced when the new one is whole.
        tags: title, artist, album, date, genre, comment, url, copyright, language ...; unknown names are kept where
            the format has room for them.
        art: JPEG or PNG bytes.
        chapters: written where the format has chapters (not WAV).

    Raises:
        AudioError: unknown suffix or nothing to write. StorageError: no space, no permission.
    """
    kind = KINDS.get(target.suffix.lower())
    if kind is None:
        raise AudioError(f"PodMix cannot write {target.suffix or 'files without a suffix'}.",
                         remedy=f"Choose one of {' '.join(SUFFIXES)}.")
    if not len(samples):
        raise AudioError("There is no sound to write.")
    clean = np.nan_to_num(np.asarray(samples, dtype=np.float32), posinf=1.0, neginf=-1.0)
    with placed(target) as temporary:
        _encode(clean, sample_rate, temporary, kind, chapters)
        if kind.bit_rate is not None and len(clean) <= LONGEST_CHECKED_S * sample_rate:
            _mend(clean, sample_rate, temporary, kind, chapters)
        write_tags(temporary, dict(tags or {}), art=art, chapters=chapters, duration=len(clean) / sample_rate)
    return target


def _mend(samples: Samples, sample_rate: int, path: Path, kind: Kind, chapters: Sequence[FileChapter]) -> None:
    """Encode again where coding changed the loudness or pushed the peak too high."""
    level, peak = integrated_lufs(samples, sample_rate), true_peak_db(samples, sample_rate)
    if not math.isfinite(level):
        return
    highest = max(CEILING_DBTP, peak)  # a caller who wants it louder than our clips gets that
    sent, gain_db = samples, 0.0
    for _ in range(2):
        heard, rate = read(path, mono=samples.ndim == 1)
        over = true_peak_db(heard, rate) - highest
        lost = level - integrated_lufs(heard, rate)
        if over <= 0 and abs(lost) < LARGEST_LOSS_DB:
            return
        ceiling = true_peak_db(sent, sample_rate) - over - 0.2
        gain_db += lost if math.isfinite(lost) and abs(lost) >= LARGEST_LOSS_DB else 0.0
        sent = limit(samples * np.float32(10 ** (gain_db / 20)), sample_rate, ceiling_dbtp=ceiling)
        _encode(sent, sample_rate, path, kind, chapters)


def write_video(frames: Iterable[NDArray[np.uint8]], samples: Samples, sample_rate: int, target: Path, *,
                frames_per_s: int = 30, title: str = "") -> Path:
    """Write an MP4 (H.264 and AAC) from RGB pictures ``(height, width, 3)`` uint8 and the sound that goes with them.

    Pictures are drawn by the caller and may come from a generator; width and height must be even. The video lasts as
    long as the sound: missing pictures repeat the last one, surplus ones are not asked for.
    """
    if target.suffix.lower() != ".mp4":
        raise AudioError(f"A video is written as .mp4, not as {target.suffix}.", remedy="Choose a name ending in .mp4.")
    if not len(samples):
        raise AudioError("There is no sound to write.")
    with placed(target) as temporary:
        _encode_video(iter(frames), np.asarray(samples, dtype=np.float32), sample_rate, temporary,
                      frames_per_s=frames_per_s, title=title)
    return target


def _encode_video(frames: Iterator[NDArray[np.uint8]], samples: Samples, sample_rate: int, path: Path,
                  *, frames_per_s: int, title: str) -> None:
    import av

    picture = next(frames, None)
    if picture is None:
        raise AudioError("There are no pictures to write.")
    height, width = picture.shape[:2]
    codec = "libx264" if "libx264" in av.codecs_available else "mpeg4"
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        if title:
            container.metadata["title"] = title
        video = container.add_stream(codec, rate=frames_per_s)
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        if codec == "libx264":
            video.options = {"preset": "veryfast", "crf": "22", "tune": "stillimage"}
        else:
            video.bit_rate = 2_500_000
        sound = container.add_stream("aac", rate=sample_rate, layout=_layout(samples))
        sound.bit_rate = 80_000 * _channels(samples)
        audio_packets = _sound_packets(samples, sample_rate, sound, "fltp")
        written_s = 0.0
        for index in range(-(-len(samples) * frames_per_s // sample_rate)):
            if index:
                picture = next(frames, picture)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, frames_per_s)
            container.mux(video.encode(frame))
            while written_s <= index / frames_per_s and (packet := next(audio_packets, None)) is not None:
                if packet.pts is not None:
                    written_s = float(packet.pts * packet.time_base)
                container.mux(packet)
        container.mux(video.encode(None))
        for packet in audio_packets:
            container.mux(packet)


def _encode(samples: Samples, sample_rate: int, path: Path, kind: Kind, chapters: Sequence[FileChapter]) -> None:
    import av

    rate = sample_rate
    if kind.rates and sample_rate not in kind.rates:
        rate = min((r for r in kind.rates if r >= sample_rate), default=max(kind.rates))
    if rate != sample_rate:
        samples = _at_rate(samples, sample_rate, rate)
    if kind.codec == "libmp3lame":
        samples = samples * np.float32(1 / (0.97 if _channels(samples) == 2 else 0.95))  # LAME's own scaling, undone
    with av.open(str(path), "w", format=kind.container) as container:
        stream = container.add_stream(kind.codec, rate=rate, layout=_layout(samples))
        if kind.bit_rate is not None:
            stream.bit_rate = kind.bit_rate * _channels(samples)
        if kind.codec == "libmp3lame":
            stream.options = {"compression_level": "5"}  # half the time of the default, no audible difference
        if kind.container == "ipod" and chapters:
            container.set_chapters(container_chapters(chapters, len(samples) / rate))
        for packet in _sound_packets(samples, rate, stream, kind.sample_format):
            container.mux(packet)


def _sound_packets(samples: Samples, rate: int, stream: Any, sample_format: str) -> Iterator[Any]:
    """Feed whole codec frames, the last one shorter, so that encoders can say where the sound ends."""
    import av

    size = stream.codec_context.frame_size or 4096
    planar = np.atleast_2d(samples.T)
    columns: NDArray[Any] = _dithered(planar) if sample_format == "s16" else planar
    packed = not sample_format.endswith("p")
    for begin in range(0, columns.shape[1], size):
        piece = columns[:, begin: begin + size]
        array = np.ascontiguousarray(piece.T.reshape(1, -1) if packed else piece)
        frame = av.AudioFrame.from_ndarray(array, format=sample_format, layout=_layout(samples))
        frame.sample_rate, frame.pts, frame.time_base = rate, begin, Fraction(1, rate)
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _dithered(columns: Samples) -> NDArray[np.int16]:
    """To 16 bit with triangular dither; silence stays silence."""
    noise = np.random.default_rng(1).random((2, *columns.shape), dtype=np.float32)
    scaled = columns * 32767 + np.where(columns == 0, 0, noise[0] - noise[1])
    return np.clip(np.round(scaled), -32768, 32767).astype(np.int16)


def _at_rate(samples: Samples, have: int, want: int) -> Samples:
    from math import gcd

    from scipy.signal import resample_poly

    factor = gcd(have, want)
    out = resample_poly(samples, want // factor, have // factor, axis=0)
    return np.asarray(out[: round(len(samples) * want / have)], dtype=np.float32)


def container_chapters(chapters: Sequence[FileChapter], duration: float) -> list[dict[str, Any]]:
    ends = [chapter.start for chapter in chapters[1:]] + [duration]
    return [{"id": i, "start": round(chapter.start * 1000), "end": round((chapter.end or end) * 1000),
             "time_base": Fraction(1, 1000), "metadata": {"title": chapter.title}}
            for i, (chapter, end) in enumerate(zip(chapters, ends, strict=True), 1)]


def _layout(samples: Samples) -> str:
    return "stereo" if samples.ndim == 2 and samples.shape[1] == 2 else "mono"


def _channels(samples: Samples) -> int:
    return 2 if _layout(samples) == "stereo" else 1


@contextlib.contextmanager
def placed(target: Path) -> Iterator[Path]:
    """A temporary file beside ``target`` with its suffix; flushed and renamed when the block ends well."""
    import av

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".clip-", suffix=target.suffix.lower())
        os.close(handle)
    except OSError as problem:
        raise _not_written(target, problem) from problem
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
        temporary.replace(target)
    except (OSError, av.FFmpegError) as problem:
        raise _not_written(target, problem) from problem
    finally:
        temporary.unlink(missing_ok=True)


def _not_written(target: Path, problem: Exception) -> StorageError:
    if getattr(problem, "errno", None) == errno.ENOSPC:
        return disk_full(target)
    return StorageError(f"{target.name} could not be written.", remedy="Choose another folder and try again.",
                        detail=str(problem))
