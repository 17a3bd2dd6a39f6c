# SPDX-License-Identifier: GPL-3.0-or-later
"""What the music verbs answer, besides the library's own types: plain, frozen results, ready to show."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from podmix.music.library_types import PlaylistId, Track


@dataclass(frozen=True, slots=True)
class TagsWritten:
    """``failed`` are (path, sentence); those files are as they were."""

    written: int
    failed: tuple[tuple[Path, str], ...] = ()


@dataclass(frozen=True, slots=True)
class MusicImport:
    """What came of a file of another program.

    ``matched`` of ``tracks`` in it are in the library; ``cued`` got cues or a grid, ``rated`` a rating they lacked;
    ``playlists`` were made; ``unknown`` are locations (at most 100) that nothing in the library answers to.
    """

    source: str
    tracks: int
    matched: int
    cued: int
    rated: int
    playlists: tuple[PlaylistId, ...] = ()
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MusicExport:
    """``files`` that were written, with ``tracks`` and ``playlists`` in them."""

    files: tuple[Path, ...]
    tracks: int
    playlists: int


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Tracks with the same sound, the one longest in the library first."""

    tracks: tuple[Track, ...]
