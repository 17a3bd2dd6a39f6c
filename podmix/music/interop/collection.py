# SPDX-License-Identifier: GPL-3.0-or-later
"""A collection as DJ programs exchange it: tracks with cues and grids, and a tree of playlists.

What every format here reads into and is written from. ``location`` is what the file said where the music lies (a path
as ``str`` with surrogates for bytes that are no text); matching it with the library is done by ``matching``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from podmix.errors import PodMixError, StorageError
from podmix.music.library_types import DjCue, TempoMark

LARGEST_FILE = 512 * 1024 * 1024
"""Bytes of a file that is imported; a collection of 100,000 tracks with grids has about a third of it."""

MOST_TRACKS = 1_000_000

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class ImportRefused(PodMixError):
    """A file is not what it should be, or was made to do harm."""


@dataclass(frozen=True, slots=True)
class DjTrack:
    """One track. ``rating`` 0..5 stars (None unrated), ``key`` as the program wrote it, times in seconds."""

    location: str
    title: str = ""
    artist: str = ""
    album: str = ""
    genre: str = ""
    comment: str = ""
    composer: str = ""
    remixer: str = ""
    label: str = ""
    grouping: str = ""
    key: str = ""
    bpm: float | None = None
    year: int | None = None
    track_number: int | None = None
    disc_number: int | None = None
    duration: float | None = None
    size: int | None = None
    bitrate: int | None = None
    sample_rate: int | None = None
    rating: int | None = None
    play_count: int = 0
    added: str = ""  # yyyy-mm-dd
    kind: str = ""  # "MP3 File"
    cues: tuple[DjCue, ...] = ()
    grid: tuple[TempoMark, ...] = ()


@dataclass(frozen=True, slots=True)
class DjPlaylist:
    """A list of tracks (numbers of ``DjCollection.tracks``, from 0), or a folder of lists."""

    name: str
    tracks: tuple[int, ...] = ()
    children: tuple[DjPlaylist, ...] = ()
    is_folder: bool = False

    def lists(self, inside: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], DjPlaylist]]:
        """Every list in the tree with the names of the folders around it."""
        if not self.is_folder:
            yield inside, self
        for child in self.children:
            yield from child.lists((*inside, self.name) if self.is_folder else inside)


@dataclass(frozen=True, slots=True)
class DjCollection:
    """``source`` names the program; ``notes`` are sentences on what was left out."""

    source: str
    tracks: tuple[DjTrack, ...] = ()
    playlists: tuple[DjPlaylist, ...] = ()
    notes: tuple[str, ...] = ()


def xml_text(text: str) -> str:
    """Text that XML can hold."""
    return _NOT_XML.sub("", text)


def opened_for_import(path: Path, *, largest: int = LARGEST_FILE) -> bytes:
    """The bytes of a file to import. Raises ImportRefused (too large), StorageError (cannot be read)."""
    check_size(path, largest=largest)
    try:
        return path.read_bytes()
    except OSError as problem:
        raise _unreadable(path, problem) from problem


def check_size(path: Path, *, largest: int = LARGEST_FILE) -> None:
    """Raises ImportRefused for what is too large or no regular file, StorageError where there is nothing to read."""
    try:
        about = path.stat()
    except OSError as problem:
        raise _unreadable(path, problem) from problem
    if not path.is_file():
        raise ImportRefused(f"{path.name} is no file that can be imported.")
    if about.st_size > largest:
        raise ImportRefused(f"{path.name} is too large to import ({about.st_size // 1_000_000} MB).",
                            remedy="Export a smaller part of the collection.")


def _unreadable(path: Path, problem: OSError) -> StorageError:
    return StorageError(f"The file {path.name} could not be read.", remedy="Check the path and the permissions.",
                        detail=str(problem))
