# SPDX-License-Identifier: GPL-3.0-or-later
"""Small real files in every format, and what lies in them."""

from __future__ import annotations

import functools
import tempfile
from fractions import Fraction
from pathlib import Path

import numpy as np

FORMATS = {".wav": ("wav", "pcm_s16le"), ".aiff": ("aiff", "pcm_s16be"), ".flac": ("flac", "flac"),
           ".mp3": ("mp3", "libmp3lame"), ".ogg": ("ogg", "vorbis"), ".opus": ("ogg", "libopus"),
           ".m4a": ("ipod", "aac"), ".wma": ("asf", "wmav2"), ".wv": ("wv", "wavpack"), ".aac": ("adts", "aac")}
TAGGED = [suffix for suffix in FORMATS if suffix != ".aac"]


@functools.cache
def encoded(suffix: str, seconds: float = 1.0, pitch: float = 440.0) -> bytes:
    """A tone in that format, as bytes; equal arguments give equal bytes."""
    import av

    rate = 48_000 if suffix == ".opus" else 44_100
    container, codec = FORMATS[suffix]
    t = np.arange(int(rate * seconds)) / rate
    noise = np.random.default_rng(int(pitch)).normal(0.0, 0.05, t.size)
    tone = (0.4 * np.sin(2 * np.pi * pitch * t) + noise).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"tone{suffix}"
        with av.open(str(path), "w", format=container) as out:
            stream = out.add_stream(codec, rate=rate, options={"strict": "experimental"})
            stream.layout = "stereo"
            if codec == "wmav2":
                stream.bit_rate = 128_000
            resampler = av.AudioResampler(format=stream.codec_context.format, layout="stereo", rate=rate,
                                          frame_size=stream.codec_context.frame_size or 1024)
            frame = av.AudioFrame.from_ndarray(np.stack([tone, tone]), format="fltp", layout="stereo")
            frame.sample_rate = rate
            frame.pts, frame.time_base = 0, Fraction(1, rate)
            for ready in [*resampler.resample(frame), *resampler.resample(None)]:
                out.mux(stream.encode(ready))
            out.mux(stream.encode(None))
        return path.read_bytes()


def put(folder: Path, name: str, seconds: float = 1.0, pitch: float = 440.0) -> Path:
    """Write a tone to ``folder/name``; the suffix says how."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encoded(path.suffix.lower(), seconds, pitch))
    return path


def decoded(path: Path) -> np.ndarray:
    """All samples as the decoder gives them, interleaved."""
    import av

    with av.open(str(path)) as source:
        return np.concatenate([frame.to_ndarray().ravel() for frame in source.decode(audio=0)])


def picture(size: int = 64, shade: int = 120) -> bytes:
    """A JPEG."""
    import io

    import av

    out = io.BytesIO()
    with av.open(out, "w", format="image2pipe") as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width = stream.height = size
        stream.pix_fmt = "yuvj420p"
        grey = np.full((size, size, 3), shade, np.uint8)
        frame = av.VideoFrame.from_ndarray(grey, format="rgb24").reformat(format="yuvj420p")
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()
