# SPDX-License-Identifier: GPL-3.0-or-later
"""Chapters of an episode: the JSON chapters file, and which source wins.

Sources in order: the ``podcast:chapters`` file, Podlove Simple Chapters of the feed, the audio file's own tags. One
source makes the whole list: two never mix. Spec: JSON chapters 1.2.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from podmix.audio.chapters import FileChapter
from podmix.errors import FeedError
from podmix.podcasts import feed_values as values
from podmix.podcasts.types import Chapter

MAX_CHAPTERS = 10_000


def read_json_chapters(body: bytes, base: str = "") -> tuple[Chapter, ...]:
    """The chapters of an ``application/json+chapters`` file in order of time; entries without a start are left out.

    Raises:
        FeedError: it is no chapters file.
    """
    try:
        said = json.loads(body.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError) as problem:
        raise _no_chapters(str(problem)) from problem
    entries = said.get("chapters") if isinstance(said, dict) else said
    if not isinstance(entries, list):
        raise _no_chapters("no list of chapters")
    found = [made for entry in entries[:MAX_CHAPTERS] if isinstance(entry, dict) and (made := _chapter(entry, base))]
    return tuple(sorted(found, key=lambda chapter: chapter.start))


def _no_chapters(detail: str) -> FeedError:
    return FeedError("The chapters of this episode could not be read.", detail=detail)


def _chapter(entry: dict[str, Any], base: str) -> Chapter | None:
    start = _seconds(entry.get("startTime"))
    if start is None:
        return None
    return Chapter(start, values.line(_text(entry.get("title"))), _seconds(entry.get("endTime")),
                   values.address(_text(entry.get("url")), base), values.address(_text(entry.get("img")), base),
                   entry.get("toc") is not False)


def _seconds(value: Any) -> float | None:
    if isinstance(value, str):
        return values.seconds(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= values.MAX_SECONDS and math.isfinite(value) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def from_file(chapters: Iterable[FileChapter]) -> tuple[Chapter, ...]:
    """The chapters of the audio file's own tags."""
    return tuple(Chapter(chapter.start, chapter.title, chapter.end) for chapter in chapters)


def choose_chapters(json_chapters: Sequence[Chapter] = (), simple: Sequence[Chapter] = (),
                    in_file: Sequence[Chapter] = ()) -> tuple[Chapter, ...]:
    """The first source that lists anything, never two mixed."""
    return next((tuple(source) for source in (json_chapters, simple, in_file)
                 if any(chapter.listed for chapter in source)), ())


def with_ends(chapters: Sequence[Chapter], duration: float | None = None) -> tuple[Chapter, ...]:
    """Listed chapters in order, none twice at one time, each ending where the next begins (the last at ``duration``).

    Chapters that begin behind the end of the audio are left out; titles that are missing become "Chapter 3".
    """
    listed: dict[float, Chapter] = {}
    for chapter in sorted(chapters, key=lambda one: one.start):
        if chapter.listed and (duration is None or chapter.start < duration):
            listed.setdefault(chapter.start, chapter)
    rows = list(listed.values())
    ends = [following.start for following in rows[1:]] + [duration]
    return tuple(replace(chapter, title=chapter.title or f"Chapter {index}", end=_end(chapter, limit))
                 for index, (chapter, limit) in enumerate(zip(rows, ends, strict=True) if rows else (), start=1))


def _end(chapter: Chapter, limit: float | None) -> float | None:
    if chapter.end is None or chapter.end <= chapter.start:
        return limit
    return chapter.end if limit is None else min(chapter.end, limit)
