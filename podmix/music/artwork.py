# SPDX-License-Identifier: GPL-3.0-or-later
"""Covers as small files: the picture inside a music file, or the one beside it, scaled once and kept by its digest.

Tracks of an album have one cover, so one small file serves them all. Pictures come from strangers: their size is read
before they are decoded, and one that cannot be decoded is no cover.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

from podmix.audio.artwork import picture_type
from podmix.music.tags import LARGEST_PICTURE, read_picture
from podmix.paths import atomic_write

EDGE = 320
"""Pixels of the longer edge of a cached cover."""

_BESIDE = ("cover", "folder", "front", "album", "albumart")
_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
_MOST_PIXELS = 64_000_000


def cover(track: Path, digest: str, cache: Path) -> Path | None:
    """The small JPEG of a track's cover, made at the first wish; None where there is none.

    Args:
        track: the music file.
        digest: of the picture inside it (``TrackTags.art``), empty where it holds none.
        cache: the folder of small covers.
    """
    try:
        target, source = _sources(track, digest, cache)
        if target is None or target.is_file():
            return target
        picture = source.read_bytes() if source is not None else read_picture(track)
    except OSError:  # the picture went away meanwhile
        return None
    small = scaled(picture) if picture else None
    if small is None:
        return None
    with atomic_write(target) as out:
        out.write(small)  # type: ignore[arg-type]  # opened for bytes
    return target


def _sources(track: Path, digest: str, cache: Path) -> tuple[Path | None, Path | None]:
    """(the small file, the picture beside the track that it is made from): no picture where it is inside the track."""
    if digest:
        return cache / f"{digest}.jpg", None
    beside = _beside(track)
    if beside is None:
        return None, None
    about = beside.stat()
    return cache / f"folder-{_short(os.fsencode(beside))}-{about.st_mtime_ns:x}-{about.st_size:x}.jpg", beside


def scaled(picture: bytes, edge: int = EDGE) -> bytes | None:
    """A JPEG of at most ``edge`` pixels a side; None for what is no picture, or one of absurd size."""
    import av

    if picture_type(picture) is None:
        return None
    try:
        with av.open(io.BytesIO(picture)) as source:
            video = source.streams.video[0]
            width, height = video.codec_context.width, video.codec_context.height
            if not 0 < width * height <= _MOST_PIXELS:
                return None
            frame = next(iter(source.decode(video)))
        shrink = min(1.0, edge / max(frame.width, frame.height))
        size = max(2, round(frame.width * shrink / 2) * 2), max(2, round(frame.height * shrink / 2) * 2)
        return _jpeg(frame.reformat(*size, format="yuvj420p"))
    except (av.FFmpegError, ValueError, IndexError, StopIteration, MemoryError):
        return None


def _jpeg(frame: object) -> bytes:
    import av

    out = io.BytesIO()
    with av.open(out, "w", format="image2pipe") as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "yuvj420p"  # type: ignore[attr-defined]
        stream.options = {"q:v": "3"}
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


def _beside(track: Path) -> Path | None:
    """``cover.jpg``, ``folder.jpg`` … in the track's folder."""
    try:
        with os.scandir(track.parent) as entries:
            there = {entry.name.lower(): entry for entry in entries
                     if entry.name.lower().endswith(_SUFFIXES) and entry.is_file()}
        for stem in _BESIDE:
            for suffix in _SUFFIXES:
                found = there.get(stem + suffix)
                if found is not None and found.stat().st_size <= LARGEST_PICTURE:
                    return Path(found.path)
    except OSError:
        return None
    return None


def _short(data: bytes) -> str:
    import hashlib

    return hashlib.blake2b(data, digest_size=8).hexdigest()
