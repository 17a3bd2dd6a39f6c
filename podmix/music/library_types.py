# SPDX-License-Identifier: GPL-3.0-or-later
"""What the library knows of a piece of music, as frozen data.

Conventions: times are float seconds, ``bpm`` beats a minute, ``key`` a name such as "A minor" (empty where unknown),
``energy`` 1..10, ``rating`` whole stars 0..5 (None where nobody rated), gains in dB, moments aware datetimes in UTC.
Empty text means unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NewType

TrackId = NewType("TrackId", int)
PlaylistId = NewType("PlaylistId", int)
ItemId = NewType("ItemId", int)


@dataclass(frozen=True, slots=True)
class TrackTags:
    """What a file says about itself. ``art`` is the digest of its front cover, empty where it has none."""

    title: str = ""
    artist: str = ""
    album_artist: str = ""
    album: str = ""
    genre: str = ""
    comment: str = ""
    composer: str = ""
    remixer: str = ""
    label: str = ""
    grouping: str = ""
    year: int | None = None
    track_number: int | None = None
    disc_number: int | None = None
    bpm: float | None = None
    key: str = ""
    energy: float | None = None
    rating: int | None = None
    track_gain: float | None = None
    track_peak: float | None = None
    album_gain: float | None = None
    album_peak: float | None = None
    art: str = ""


@dataclass(frozen=True, slots=True)
class SoundFacts:
    """How the sound is stored. ``format`` is a short name ("mp3"), ``bitrate`` in bits a second."""

    format: str
    duration: float
    sample_rate: int = 0
    channels: int = 0
    bitrate: int = 0


@dataclass(frozen=True, slots=True)
class TempoMark:
    """Even beats from ``start`` on. ``beat`` is the place of the beat at ``start`` in its bar, from 1."""

    start: float
    bpm: float
    beats_per_bar: int = 4
    beat: int = 1


@dataclass(frozen=True, slots=True)
class DjCue:
    """A place that a DJ (or a DJ's program) marked.

    ``kind`` is cue, fade-in, fade-out, load or loop; ``end`` is None but for loops and fades; ``number`` is the hot
    cue's place (0 is A), -1 for a memory cue; ``colour`` is (red, green, blue) 0..255.
    """

    kind: str
    start: float
    end: float | None = None
    name: str = ""
    number: int = -1
    colour: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class DjMarks:
    """Cues and grid of one track as a program stores them. ``source`` names the program ("rekordbox")."""

    source: str
    cues: tuple[DjCue, ...] = ()
    grid: tuple[TempoMark, ...] = ()


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One readable file as a scan found it. ``fingerprint`` is of the sound alone; ``moved_from`` where it lay."""

    path: str
    size: int
    mtime_ns: int
    fingerprint: bytes
    sound: SoundFacts
    tags: TrackTags
    moved_from: str = ""
    marks: DjMarks | None = None


@dataclass(frozen=True, slots=True)
class UnreadableFile:
    """A file that looks like music and cannot be read; ``problem`` is the sentence to show."""

    path: str
    size: int
    mtime_ns: int
    problem: str


@dataclass(frozen=True, slots=True)
class MusicFolder:
    """A folder whose music belongs to the library."""

    id: int
    path: Path
    added: datetime
    scanned: datetime | None
    watched: bool
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Track:
    """A row of the music table: what holds now (by hand before analysis before tags)."""

    id: TrackId
    path: Path
    title: str
    artist: str
    album_artist: str
    album: str
    genre: str
    comment: str
    year: int | None
    track_number: int | None
    disc_number: int | None
    duration: float | None
    bpm: float | None
    key: str
    camelot: str
    energy: float | None
    lufs: float | None
    rating: int | None
    added: datetime
    last_played: datetime | None
    play_count: int
    missing: bool
    problem: str
    format: str
    sample_rate: int
    bitrate: int
    size: int
    art: str
    analysed: bool


@dataclass(frozen=True, slots=True)
class Analysis:
    """One stored analysis: plain data by kind, made by one version of an analyser; ``blob`` holds arrays."""

    kind: str
    version: str
    payload: dict[str, Any]
    blob: bytes
    made: datetime


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person put right. ``payload`` None: the person went back to the analysis."""

    kind: str
    payload: dict[str, Any] | None
    made: datetime


@dataclass(frozen=True, slots=True)
class Playlist:
    """A line of the playlists tree. ``kind`` is list, smart or folder; ``tracks`` is its length (smart: -1)."""

    id: PlaylistId
    name: str
    kind: str
    parent: PlaylistId | None
    tracks: int
    created: datetime
    changed: datetime
    rules: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlaylistItem:
    """One place in a playlist: the same track may stand in several."""

    id: ItemId
    track: TrackId


@dataclass(frozen=True, slots=True)
class ScanCounts:
    """What a scan found, in files."""

    seen: int = 0
    new: int = 0
    changed: int = 0
    moved: int = 0
    unchanged: int = 0
    missing: int = 0
    unreadable: int = 0
    problems: tuple[str, ...] = ()
