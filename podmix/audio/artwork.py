# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture inside a sound file, as its own bytes (JPEG, PNG, WebP); nothing is decoded here."""

from __future__ import annotations

from pathlib import Path

from podmix.audio.source import open_source

LARGEST_ART = 10 * 1024 * 1024
_SIGNATURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif"}


def embedded_artwork(path: str | Path, *, max_bytes: int = LARGEST_ART) -> bytes | None:
    """The first attached picture, None where there is none or it is larger than ``max_bytes``.

    Raises AudioError when the file cannot be read at all.
    """
    import av

    with open_source(path) as source:
        for video in source.container.streams.video:
            if not video.disposition & av.stream.Disposition.attached_pic:
                continue
            try:
                packet = next(iter(source.container.demux(video)), None)
            except (av.FFmpegError, OSError):
                return None
            if packet is not None and 0 < packet.size <= max_bytes:
                data = bytes(packet)
                if picture_type(data) is not None:
                    return data
    return None


def picture_type(data: bytes) -> str | None:
    """The MIME type by the first bytes, None for anything that is not a picture that PodMix shows."""
    for signature, mime in _SIGNATURES.items():
        if data.startswith(signature):
            return mime
    return "image/webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None
