# SPDX-License-Identifier: GPL-3.0-or-later
"""One sound in every format that people have, as encoders in the wild write it."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Form:
    """``frame_samples`` of a lossy frame; ``exact`` where the format says to the sample where the sound ends."""

    suffix: str
    container: str
    codec: str
    sample_format: str
    bit_rate: int | None = None
    codec_options: dict[str, str] = field(default_factory=dict)
    container_options: dict[str, str] = field(default_factory=dict)
    exact: bool = True
    lossless: bool = False


FORMS = {
    "mp3-cbr": Form(".mp3", "mp3", "libmp3lame", "fltp", 128_000),
    "mp3-vbr": Form(".mp3", "mp3", "libmp3lame", "fltp", None, {"q": "3"}),
    "mp3-bare": Form(".mp3", "mp3", "libmp3lame", "fltp", 128_000, {}, {"write_xing": "0", "id3v2_version": "0"},
                     exact=False),
    "m4a": Form(".m4a", "ipod", "aac", "fltp", 160_000),
    "m4a-faststart": Form(".m4a", "ipod", "aac", "fltp", 160_000, {}, {"movflags": "+faststart"}),
    "mp4-fragmented": Form(".mp4", "mp4", "aac", "fltp", 160_000, {},
                           {"movflags": "+empty_moov+default_base_moof", "frag_duration": "1000000"}, exact=False),
    "aac": Form(".aac", "adts", "aac", "fltp", 160_000, exact=False),
    "alac": Form(".m4a", "ipod", "alac", "s16p", lossless=True),
    "opus": Form(".opus", "ogg", "libopus", "flt", 128_000),
    "webm": Form(".webm", "webm", "libopus", "flt", 128_000, exact=False),
    "flac": Form(".flac", "flac", "flac", "s16", lossless=True),
    "wav": Form(".wav", "wav", "pcm_s16le", "s16", lossless=True),
    "wav-8": Form(".wav", "wav", "pcm_u8", "u8"),
    "wav-24": Form(".wav", "wav", "pcm_s24le", "s32", lossless=True),
    "wav-float": Form(".wav", "wav", "pcm_f32le", "flt", lossless=True),
    "aiff": Form(".aiff", "aiff", "pcm_s16be", "s16", lossless=True),
    "caf": Form(".caf", "caf", "pcm_s16le", "s16", lossless=True),
    "vorbis": Form(".ogg", "", "vorbis", ""),
    "aifc": Form(".aifc", "aiff", "pcm_s16le", "s16", lossless=True),
}
LAME_GAIN = {1: 0.95, 2: 0.97}  # what LAME scales by


def write(name: str, samples: Samples, rate: int, target: Path) -> Path:
    """Encode ``(n,)`` or ``(n, channels)`` float32 to ``target``, whose suffix is the form's where it has none."""
    form = FORMS[name]
    target = target if target.suffix else target.with_suffix(form.suffix)
    columns = samples[:, None] if samples.ndim == 1 else samples
    if name == "vorbis":
        _write_vorbis(columns, rate, target)
    else:
        _write_with_ffmpeg(form, columns, rate, target)
    return target


def _write_vorbis(columns: Samples, rate: int, target: Path) -> None:
    import soundfile

    with soundfile.SoundFile(target, "w", rate, columns.shape[1], format="OGG", subtype="VORBIS") as file:
        for begin in range(0, len(columns), 8192):  # libsndfile overflows its stack on large blocks
            file.write(columns[begin: begin + 8192])


def _write_with_ffmpeg(form: Form, columns: Samples, rate: int, target: Path) -> None:
    import av

    channels = columns.shape[1]
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[channels]
    if form.codec == "libmp3lame":
        columns = columns / np.float32(LAME_GAIN[channels])
    with av.open(str(target), "w", format=form.container, options=form.container_options) as container:
        stream = container.add_stream(form.codec, rate=rate, layout=layout)
        if form.bit_rate is not None:
            stream.bit_rate = form.bit_rate
        stream.options = dict(form.codec_options)
        size = stream.codec_context.frame_size or 4096
        for begin in range(0, len(columns), size):
            piece = as_format(columns[begin: begin + size], form.sample_format)
            packed = piece.reshape(1, -1) if not form.sample_format.endswith("p") else piece.T
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(packed), format=form.sample_format, layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = rate, begin, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    if form.codec == "libmp3lame" and form.exact:
        _say_where_the_sound_ends(target, len(columns))


def _say_where_the_sound_ends(path: Path, length: int) -> None:
    """Write the padding into the LAME header as LAME does; FFmpeg forgets what lies before the last frame."""
    data = bytearray(path.read_bytes())
    header = max(data.find(b"Info"), data.find(b"Xing"))
    frames = int.from_bytes(data[header + 8: header + 12], "big")
    frame_samples = 1152 if data[header - 36 + 1] & 8 or data[header - 21 + 1] & 8 else 576
    at = header + 120 + 21
    delay = int.from_bytes(data[at: at + 3], "big") >> 12
    padding = frames * frame_samples - delay - length
    data[at: at + 3] = (delay << 12 | padding).to_bytes(3, "big")
    path.write_bytes(bytes(data))


def as_format(samples: Samples, name: str) -> NDArray[np.generic]:
    """Float samples as FFmpeg's sample format ``name``."""
    kind = name.removesuffix("p")
    if kind == "flt":
        return samples.astype(np.float32)
    if kind == "u8":
        return np.clip(np.round(samples * 127 + 128), 0, 255).astype(np.uint8)
    top = {"s16": 32767, "s32": 2**31 - 1}[kind]
    whole = np.clip(np.round(samples.astype(np.float64) * top), -top - 1, top)
    return whole.astype({"s16": np.int16, "s32": np.int32}[kind])
