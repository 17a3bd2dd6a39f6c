# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetching an episode's audio into the library, and choosing which audio makes room.

File names come from anyone's titles, so they pass through ``safe_name``; the ending follows what the file *is* (its
first bytes), not what the feed says. Runs in a worker: plain data in and out.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from podmix.errors import AudioError
from podmix.net.client import HttpClient
from podmix.paths import safe_name
from podmix.progress import Steps

MAX_EPISODE_BYTES = 3_000_000_000
_LOOK = 512  # bytes from which a file's kind is told

_BY_TYPE = {"audio/mpeg": ".mp3", "audio/mp3": ".mp3", "audio/x-mp3": ".mp3", "audio/mpeg3": ".mp3",
            "audio/mp4": ".m4a", "audio/x-m4a": ".m4a", "audio/m4a": ".m4a", "audio/aac": ".aac", "audio/aacp": ".aac",
            "audio/ogg": ".ogg", "audio/opus": ".opus", "audio/flac": ".flac", "audio/x-flac": ".flac",
            "audio/wav": ".wav", "audio/x-wav": ".wav", "audio/wave": ".wav", "audio/webm": ".webm",
            "video/mp4": ".mp4", "video/x-m4v": ".m4v", "video/quicktime": ".mov", "video/webm": ".webm"}
_ENDINGS = frozenset({*_BY_TYPE.values(), ".oga", ".mka", ".mkv", ".wma", ".aiff"})
_PAGE = re.compile(rb"\s*(<!doctype\s+html|<html|<head|<body|<script|<\?xml|<!--)", re.IGNORECASE)
_NOT_AUDIO = ((b"%PDF", "a PDF document"), (b"PK\x03\x04", "a zip archive"), (b"\x89PNG", "a picture"),
              (b"GIF8", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"#EXTM3U", "a playlist"))


@dataclass(frozen=True, slots=True)
class EpisodeFile:
    """An episode's audio on disk: ``size`` in bytes, ``sha256`` in hex of exactly this file (copies of one episode may
    differ by inserted advertisements, so all time marks belong to this hash)."""

    path: Path
    size: int
    sha256: str
    content_type: str
    resumed_from: int = 0


def download_episode(http: HttpClient, *, url: str, folder: Path, title: str, claimed_type: str = "",
                     claimed_length: int | None = None, auth: tuple[str, str] | None = None, key: str = "",
                     max_bytes: int = MAX_EPISODE_BYTES) -> Steps[EpisodeFile]:
    """Fetch an episode into ``folder``; continues what an earlier try left there.

    Args:
        title: becomes the file's name, made safe.
        claimed_type: the feed's media type, used only where the bytes and the server say nothing.
        claimed_length: the feed's length in bytes: a hint for progress.
        key: tells episodes of one title apart (the guid); the address where empty.

    Raises:
        AudioError: the server sent something else than audio; nothing is kept.
        NetworkError, StorageError: see ``podmix.net.download``; what has come is kept.
    """
    stem = file_stem(title, key or url)
    waiting = folder / f"{stem}.download"
    got = yield from http.download(url, waiting, max_bytes=max_bytes, expected_length=claimed_length, auth=auth,
                                   inspect=refuse_non_audio)
    with waiting.open("rb") as stream:
        head = stream.read(_LOOK)
    try:
        refuse_non_audio(got.content_type, head)
    except AudioError:
        waiting.unlink()
        raise
    path = folder / (stem + ending(head, got.content_type, claimed_type, url))
    waiting.replace(path)
    return EpisodeFile(path, got.size, got.sha256, got.content_type, got.resumed_from)


def file_stem(title: str, key: str) -> str:
    """A file name without ending: the title made safe, and eight characters that tell namesakes apart."""
    return f"{safe_name(title, fallback='episode')} {hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:8]}"


def ending(head: bytes, content_type: str = "", claimed_type: str = "", url: str = "") -> str:
    """The file ending by the first bytes, else by the media types, else by the address, else ``.audio``."""
    mime = content_type.partition(";")[0].strip().lower()
    by_magic = _magic(head)
    if by_magic == ".m4a" and _BY_TYPE.get(mime) in (".mp4", ".m4v", ".mov"):
        return _BY_TYPE[mime]
    if by_magic:
        return by_magic
    claimed = claimed_type.partition(";")[0].strip().lower()
    try:
        tail = Path(urlsplit(url).path).suffix.lower()
    except ValueError:
        tail = ""
    return _BY_TYPE.get(mime) or _BY_TYPE.get(claimed) or (tail if tail in _ENDINGS else ".audio")


def refuse_non_audio(content_type: str, head: bytes) -> None:
    """Raise AudioError when these first bytes cannot be audio, saying what they are."""
    if not head:
        raise AudioError("The server sent an empty file.", remedy="Try again later, or tell the publisher.")
    if _magic(head):
        return
    text = head.removeprefix(b"\xef\xbb\xbf")
    mime = content_type.partition(";")[0].strip().lower()
    if _PAGE.match(text) or mime in ("text/html", "application/xhtml+xml"):
        raise AudioError("The server sent a web page instead of audio.",
                         remedy="If your network asks for a login (hotel, train), log in there; else try later.",
                         detail=f"{content_type!r} {head[:40]!r}")
    what = next((name for start, name in _NOT_AUDIO if text.startswith(start)), "")
    if what or mime.startswith("text/") or mime.endswith(("json", "/xml")):
        raise AudioError(f"The server sent {what or 'text'} instead of audio.",
                         remedy="Tell the publisher of the show.", detail=f"{content_type!r} {head[:40]!r}")


def _magic(head: bytes) -> str:
    """The ending that the first bytes prove, or ""."""
    if head.startswith(b"ID3"):
        return ".mp3"
    if head.startswith(b"OggS"):
        return ".opus" if b"OpusHead" in head[:64] else ".ogg"
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return ".wav"
    if head[:4] == b"FORM" and head[8:11] == b"AIF":
        return ".aiff"
    if head[4:8] == b"ftyp":
        return {b"qt  ": ".mov", b"M4V ": ".m4v"}.get(head[8:12], ".m4a")
    if head.startswith(b"fLaC"):
        return ".flac"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return ".webm" if b"webm" in head[:64] else ".mka"
    if head.startswith(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"):
        return ".wma"
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        layer = head[1] >> 1 & 3
        if layer == 0:
            return ".aac" if head[1] & 0xF6 == 0xF0 else ""
        return ".mp3" if head[2] >> 4 != 0xF and head[2] >> 2 & 3 != 3 else ""
    return ""


@dataclass(frozen=True, slots=True)
class StoredAudio:
    """One file of the library. ``used`` is when it came or was last heard; ``kept`` files are never chosen."""

    episode_id: int
    path: Path
    size: int
    used: dt.datetime
    played: bool = False
    kept: bool = False


def files_to_remove(files: Iterable[StoredAudio], *, max_bytes: int, keep_days: int,
                    now: dt.datetime) -> list[StoredAudio]:
    """Which audio makes room, oldest first.

    First everything unused for more than ``keep_days`` (0: no such limit); then, while the rest is larger than
    ``max_bytes``, heard files before unheard ones, the longest unused first.
    """
    limit = now - dt.timedelta(days=keep_days)
    leaving: list[StoredAudio] = []
    staying: list[StoredAudio] = []
    for file in sorted(files, key=lambda file: (file.used, file.episode_id)):
        unused = keep_days > 0 and file.used < limit and not file.kept
        (leaving if unused else staying).append(file)
    total = sum(file.size for file in staying)
    for file in sorted(staying, key=lambda file: not file.played):
        if total <= max_bytes:
            break
        if not file.kept:
            leaving.append(file)
            total -= file.size
    return leaving
