# SPDX-License-Identifier: GPL-3.0-or-later
"""Records and a store for tests of the library, without files."""

from __future__ import annotations

from typing import Any

from podmix.music.library_types import FileRecord, SoundFacts, TrackId, TrackTags
from podmix.music.scanning import ScanBatch
from podmix.music.store import MusicStore


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def record(number: int = 1, path: str = "", *, moved_from: str = "", duration: float = 200.0, sound: int | None = None,
           marks: Any = None, size: int = 1000, **tags: Any) -> FileRecord:
    tags = {"title": f"Title {number}", "artist": "Ada"} | tags
    return FileRecord(path or f"/music/{number}.mp3", size, number, (sound or number).to_bytes(16, "big"),
                      SoundFacts("mp3", duration, 44_100, 2, 320_000), TrackTags(**tags), moved_from, marks)


def fill(store: MusicStore, *records: FileRecord) -> list[TrackId]:
    return list(store.apply(ScanBatch(records)).new)
