# SPDX-License-Identifier: GPL-3.0-or-later
"""Chapters that stand inside a sound file: ID3 CHAP, MP4 (Nero and QuickTime), Vorbis comments, Matroska.

All of these are read by FFmpeg's demuxers; here they are put in order, bounded and cleaned, since a file may claim
anything.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from podmix.audio.source import open_source

MOST_CHAPTERS = 2_000
LONGEST_TITLE = 500


@dataclass(frozen=True, slots=True)
class FileChapter:
    """A chapter from ``start`` to ``end`` seconds (None: to the next one or the file's end)."""

    start: float
    end: float | None
    title: str


def read_chapters(path: str | Path) -> tuple[FileChapter, ...]:
    """The file's chapters in order of start, empty where it has none. Raises AudioError for an unreadable file."""
    with open_source(path) as source:
        raw = source.container.chapters()
    found = [chapter for entry in raw[:MOST_CHAPTERS] if (chapter := _chapter(entry)) is not None]
    return tuple(sorted(set(found), key=lambda chapter: (chapter.start, chapter.end or math.inf)))


def _chapter(entry: Mapping[str, Any]) -> FileChapter | None:
    tick = float(entry.get("time_base") or 0)
    start, stop = float(entry.get("start") or 0) * tick, float(entry.get("end") or 0) * tick
    if tick <= 0 or not math.isfinite(start) or start < 0:
        return None
    end = stop if math.isfinite(stop) and start < stop < 1e6 else None  # an open end is written as a huge number
    metadata = entry.get("metadata") or {}
    return FileChapter(start, end, _clean(str(metadata.get("title", ""))))


def _clean(title: str) -> str:
    visible = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in title)
    return " ".join(visible.split())[:LONGEST_TITLE]
