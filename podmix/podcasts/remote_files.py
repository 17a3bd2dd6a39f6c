# SPDX-License-Identifier: GPL-3.0-or-later
"""The files a feed points to beside the audio: transcripts, chapters, artwork. Bounded, sniffed, written atomically.

What the bytes are decides, not what the feed calls them; a web page in place of a file is refused.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Sequence
from pathlib import Path

from podmix.errors import FeedError, PodMixError
from podmix.net.client import HttpClient
from podmix.paths import atomic_write
from podmix.podcasts.types import TranscriptLink

TRANSCRIPT_BYTES = 20_000_000
CHAPTERS_BYTES = 5_000_000
ARTWORK_BYTES = 15_000_000

# Best first: word times, then cues, then text for reading only.
_ORDER = ("json", "vtt", "srt", "html", "text")
_BY_TYPE = {"application/json": "json", "text/vtt": "vtt", "application/x-subrip": "srt", "application/srt": "srt",
            "text/srt": "srt", "application/x-srt": "srt", "text/html": "html", "text/plain": "text"}
_ENDING = {"json": ".json", "vtt": ".vtt", "srt": ".srt", "html": ".html", "text": ".txt"}
_SRT = re.compile(r"\s*\d+\s*\r?\n\s*\d+:\d\d:\d\d[,.]\d+\s*-->")
_HTML = re.compile(r"\s*(<!doctype\s+html|<html|<head|<body|<cite|<p\b|<div|<time|<!--)", re.IGNORECASE)


def fetch_transcript(http: HttpClient, links: Sequence[TranscriptLink], folder: Path, stem: str, *,
                     language: str = "", auth: tuple[str, str] | None = None) -> Path | None:
    """Bring the best transcript that can be had.

    Args:
        links: what the feed offers; tried from the most to the least useful.
        folder: where it goes, as ``stem`` with ``.json .vtt .srt .html`` or ``.txt`` by what it is.
        language: preferred among equals.

    Returns:
        The file; None where nothing was offered. Raises the last problem where none could be had.
    """
    problem: PodMixError | None = None
    for link in preferred(links, language):
        try:
            answer = http.get(link.url, max_bytes=TRANSCRIPT_BYTES, auth=auth)
            kind = transcript_kind(answer.body, promised=_kind_of(link))
        except PodMixError as failure:
            problem = failure
            continue
        return _write(folder / (stem + _ENDING[kind]), answer.body)
    if problem is not None:
        raise problem
    return None


def preferred(links: Sequence[TranscriptLink], language: str = "") -> list[TranscriptLink]:
    """``links`` in the order in which they help: the wanted language, timed ones, then by format."""
    wanted = language.partition("-")[0].lower()

    def rank(link: TranscriptLink) -> tuple[bool, int, bool]:
        other = bool(wanted and link.language and link.language.partition("-")[0].lower() != wanted)
        kind = _kind_of(link)
        place = _ORDER.index(kind) if kind else _ORDER.index("html")
        if link.rel == "captions":
            place = min(place, _ORDER.index("srt"))
        return other, place, link.rel != "captions"

    return sorted(links, key=rank)


def transcript_kind(body: bytes, *, promised: str = "") -> str:
    """json, vtt, srt, html or text, by the content; raises FeedError for empty or binary files and for a web page
    that came in place of a timed transcript."""
    text = body[:2000].decode("utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
    text = text.removeprefix("\ufeff")
    if not text.strip() or "\x00" in text:
        raise FeedError("The publisher's transcript is not a text.", remedy="PodMix listens to the audio instead.")
    if text.lstrip().startswith("WEBVTT"):
        return "vtt"
    if text.lstrip().startswith(("{", "[")) and promised in ("", "json"):
        return "json"
    if _SRT.match(text) or (promised == "srt" and "-->" in text):
        return "srt"
    if _HTML.match(text):
        if promised in ("json", "vtt", "srt"):
            raise FeedError("A web page came in place of the publisher's transcript.",
                            remedy="PodMix listens to the audio instead.")
        return "html"
    return promised if promised in ("vtt", "html") else "text"


def fetch_chapters(http: HttpClient, url: str, target: Path, *, auth: tuple[str, str] | None = None) -> Path:
    """Bring a JSON chapters file to ``target``; raises FeedError when it is none."""
    answer = http.get(url, max_bytes=CHAPTERS_BYTES, auth=auth, accept="application/json+chapters, application/json")
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError) as problem:
        raise _no_chapters(str(problem)) from problem
    if not isinstance(said, dict) or not isinstance(said.get("chapters"), list):
        raise _no_chapters("no list of chapters")
    return _write(target, answer.body)


def fetch_artwork(http: HttpClient, url: str, stem: Path, *, auth: tuple[str, str] | None = None) -> Path:
    """Bring a picture to ``stem`` plus its ending (jpg, png, gif, webp); raises FeedError when it is none.

    SVG is refused: it may hold scripts and links.
    """
    answer = http.get(url, max_bytes=ARTWORK_BYTES, auth=auth, accept="image/*")
    kind = picture_ending(answer.body)
    if not kind:
        raise FeedError("The show's picture is not a picture PodMix can show.", detail=answer.content_type)
    target = _write(stem.with_name(stem.name + kind), answer.body)
    for other in {".jpg", ".png", ".gif", ".webp"} - {kind}:
        with contextlib.suppress(OSError):
            stem.with_name(stem.name + other).unlink()
    return target


def picture_ending(head: bytes) -> str:
    """The ending that a picture's first bytes prove, or ""."""
    if head.startswith(b"\xff\xd8\xff"):
        return ".jpg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return ".png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return ".gif"
    return ".webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else ""


def _kind_of(link: TranscriptLink) -> str:
    """What the feed says a transcript is, by type, else by the address's ending; "" for unknown."""
    kind = _BY_TYPE.get(link.type.partition(";")[0].strip().lower(), "")
    if kind and kind != "text":
        return kind
    path = link.url.partition("?")[0].lower()
    return next((name for name, tail in _ENDING.items() if path.endswith(tail)), kind)


def _write(target: Path, body: bytes) -> Path:
    with atomic_write(target) as stream:
        stream.write(body)  # type: ignore[arg-type]  # opened in binary mode
    return target


def _no_chapters(detail: str) -> FeedError:
    return FeedError("The publisher's chapters cannot be read.", detail=detail[:200])
