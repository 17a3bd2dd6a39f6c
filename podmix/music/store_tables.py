# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of the music library and how rows become types.

- Paths are blobs (``os.fsencode``), for names need not be text; ``folder`` and ``file_name`` beside them are for
  searching. A removed track stays as a row (``removed``), so that taking it back brings everything back.
- ``bpm``, ``key``, ``key_order``, ``energy``, ``lufs`` and ``rating`` of a track are what holds: the correction by
  hand, else the analysis, else the tag (see ``analysis_store``). ``*_sort`` are folded texts to sort and compare by.
- Corrections outlive everything: they keep the fingerprint of the sound they were made on, and find it again.
"""

from __future__ import annotations

import os
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from podmix.database import Migration, Row
from podmix.music.interop.key_notation import from_order
from podmix.music.library_types import FileRecord, MusicFolder, Track, TrackId, TrackTags
from podmix.music.tag_fields import from_file_name

TAG_COLUMNS = ("title", "artist", "album_artist", "album", "genre", "comment", "composer", "remixer", "label",
               "grouping", "year", "track_number", "disc_number", "track_gain", "track_peak", "album_gain",
               "album_peak", "art")
FILE_COLUMNS = ("path", "fingerprint", "size", "mtime_ns", "folder", "file_name", "format", "duration", "sample_rate",
                "channels", "bitrate", *TAG_COLUMNS, "tag_bpm", "tag_key", "tag_energy", "tag_rating", "title_sort",
                "artist_sort", "album_sort", "genre_sort")
"""What a scan writes; everything else in a row belongs to the person or to analyses."""

SORTS = {
    "title": ("title_sort",),
    "artist": ("artist_sort", "album_sort", "disc_number", "track_number"),
    "album": ("album_sort", "disc_number", "track_number"),
    "genre": ("genre_sort",),
    "year": ("year",),
    "duration": ("duration",),
    "bpm": ("bpm",),
    "key": ("key_order",),
    "energy": ("energy",),
    "lufs": ("lufs",),
    "rating": ("rating",),
    "added": ("added",),
    "last_played": ("last_played",),
    "play_count": ("play_count",),
}
"""What a table may be sorted by -> columns; each has an index over the rows that are not removed."""

_WORDS = ("title", "artist", "album", "album_artist", "genre", "comment", "remixer", "label", "file_name")

_TABLES = """
CREATE TABLE music_folders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path BLOB NOT NULL UNIQUE,
    added REAL NOT NULL,
    scanned REAL,
    watched INTEGER NOT NULL DEFAULT 1,
    problem TEXT NOT NULL DEFAULT ''
);
CREATE TABLE tracks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path BLOB NOT NULL UNIQUE,
    fingerprint BLOB NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    folder TEXT NOT NULL,
    file_name TEXT NOT NULL,
    format TEXT NOT NULL,
    duration REAL NOT NULL,
    sample_rate INTEGER NOT NULL,
    channels INTEGER NOT NULL,
    bitrate INTEGER NOT NULL,
    title TEXT NOT NULL, artist TEXT NOT NULL, album_artist TEXT NOT NULL, album TEXT NOT NULL, genre TEXT NOT NULL,
    comment TEXT NOT NULL, composer TEXT NOT NULL, remixer TEXT NOT NULL, label TEXT NOT NULL, grouping TEXT NOT NULL,
    year INTEGER, track_number INTEGER, disc_number INTEGER,
    track_gain REAL, track_peak REAL, album_gain REAL, album_peak REAL,
    art TEXT NOT NULL,
    tag_bpm REAL, tag_key TEXT NOT NULL, tag_energy REAL, tag_rating INTEGER,
    title_sort TEXT NOT NULL, artist_sort TEXT NOT NULL, album_sort TEXT NOT NULL, genre_sort TEXT NOT NULL,
    added REAL NOT NULL,
    missing REAL,
    removed REAL,
    problem TEXT NOT NULL DEFAULT '',
    bpm REAL, key_order INTEGER, energy REAL, lufs REAL,
    rating INTEGER, own_rating INTEGER,
    play_count INTEGER NOT NULL DEFAULT 0,
    last_played REAL,
    analysed INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX tracks_by_sound ON tracks (fingerprint);
CREATE TABLE unreadable_files (
    path BLOB PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    problem TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE music_plays (
    id INTEGER PRIMARY KEY,
    track_id INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
    at REAL NOT NULL,
    seconds REAL
);
CREATE INDEX music_plays_by_track ON music_plays (track_id, at);
CREATE TABLE analyses (
    track_id INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    version TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    payload BLOB NOT NULL,
    data BLOB NOT NULL DEFAULT x'',
    made REAL NOT NULL,
    PRIMARY KEY (track_id, kind, version)
) WITHOUT ROWID;
CREATE TABLE corrections (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    track_id INTEGER REFERENCES tracks (id) ON DELETE SET NULL,
    kind TEXT NOT NULL,
    payload TEXT,
    made REAL NOT NULL,
    fingerprint BLOB NOT NULL,
    duration REAL NOT NULL
);
CREATE INDEX corrections_by_track ON corrections (track_id, kind, id);
CREATE INDEX corrections_by_sound ON corrections (fingerprint);
CREATE TABLE imported_marks (
    track_id INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    cues TEXT NOT NULL,
    grid TEXT NOT NULL,
    made REAL NOT NULL,
    PRIMARY KEY (track_id, source)
) WITHOUT ROWID;
CREATE TABLE playlists (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    parent INTEGER REFERENCES playlists (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('list', 'smart', 'folder')),
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    rules TEXT NOT NULL DEFAULT '{}',
    created REAL NOT NULL,
    changed REAL NOT NULL
);
CREATE TABLE playlist_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    playlist INTEGER NOT NULL REFERENCES playlists (id) ON DELETE CASCADE,
    track INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
    position INTEGER NOT NULL
);
CREATE INDEX playlist_items_in_order ON playlist_items (playlist, position, track);
CREATE INDEX playlist_items_by_track ON playlist_items (track);
CREATE TABLE playlist_edits (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    label TEXT NOT NULL,
    changes BLOB NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0
);
"""


_NAMES = ", ".join(_WORDS)
_SEARCH_INDEX = f"""
CREATE VIRTUAL TABLE track_words USING fts5 (
    {_NAMES}, content='tracks', content_rowid='id', tokenize='unicode61 remove_diacritics 2', prefix='1 2 3'
);
"""
# Not by triggers: SQLite lets none touch a virtual table while the schema is not trusted, and ours never is.
WORDS_GO = (f"INSERT INTO track_words (track_words, rowid, {_NAMES}) "  # noqa: S608 - fixed names
            f"SELECT 'delete', id, {_NAMES} FROM tracks WHERE id = ?")
WORDS_COME = f"INSERT INTO track_words (rowid, {_NAMES}) SELECT id, {_NAMES} FROM tracks WHERE id = ?"  # noqa: S608


def _indexes() -> str:
    return "\n".join(f"CREATE INDEX tracks_sort_{name} ON tracks ({', '.join(columns)}) WHERE removed IS NULL;"
                     for name, columns in SORTS.items())


MIGRATIONS = (Migration("music/0001_library", _TABLES + _SEARCH_INDEX + _indexes()),)


def folded(text: str) -> str:
    """Text to sort and compare by: no case, no accents, no leading article."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = text.casefold().strip()
    return text[4:] if text.startswith("the ") and len(text) > 4 else text


def file_values(record: FileRecord) -> tuple[Any, ...]:
    """The values of ``FILE_COLUMNS``. A file without a title is named by its file name."""
    tags, sound = record.tags, record.sound
    folder, name = os.path.split(record.path)
    title, artist = tags.title, tags.artist
    if not title:
        guessed, title = from_file_name(os.path.splitext(name)[0])  # noqa: PTH122
        artist = artist or guessed
    named: dict[str, Any] = {name: getattr(tags, name) for name in TAG_COLUMNS} | {"title": title, "artist": artist}
    return (os.fsencode(record.path), record.fingerprint, record.size, record.mtime_ns, shown(folder), shown(name),
            sound.format, sound.duration, sound.sample_rate, sound.channels, sound.bitrate,
            *(named[name] for name in TAG_COLUMNS), tags.bpm, tags.key, tags.energy, tags.rating,
            folded(title), folded(artist), folded(tags.album), folded(tags.genre))


def shown(path: str) -> str:
    """A path as text that a database and a screen can hold."""
    return path.encode("utf-8", "replace").decode()


TRACK_COLUMNS = ("id, path, title, artist, album_artist, album, genre, comment, year, track_number, disc_number, "
                 "duration, bpm, key_order, energy, lufs, rating, added, last_played, play_count, missing, problem, "
                 "format, sample_rate, bitrate, size, art, analysed")


def track_of(row: Row) -> Track:
    key = from_order(row["key_order"]) if row["key_order"] is not None else None
    return Track(
        id=TrackId(row["id"]), path=path_of(row["path"]), title=row["title"], artist=row["artist"],
        album_artist=row["album_artist"], album=row["album"], genre=row["genre"], comment=row["comment"],
        year=row["year"], track_number=row["track_number"], disc_number=row["disc_number"], duration=row["duration"],
        bpm=row["bpm"], key=key.name if key else "", camelot=key.camelot if key else "", energy=row["energy"],
        lufs=row["lufs"], rating=row["rating"], added=moment(row["added"]),
        last_played=moment(row["last_played"]) if row["last_played"] is not None else None,
        play_count=row["play_count"], missing=row["missing"] is not None, problem=row["problem"], format=row["format"],
        sample_rate=row["sample_rate"], bitrate=row["bitrate"], size=row["size"], art=row["art"],
        analysed=bool(row["analysed"]))


def folder_of(row: Row) -> MusicFolder:
    return MusicFolder(int(row["id"]), path_of(row["path"]), moment(row["added"]),
                       moment(row["scanned"]) if row["scanned"] is not None else None, bool(row["watched"]),
                       row["problem"])


def tags_of(row: Row) -> TrackTags:
    """What the file said at the last scan."""
    return TrackTags(**{name: row[name] for name in TAG_COLUMNS}, bpm=row["tag_bpm"], key=row["tag_key"],
                     energy=row["tag_energy"], rating=row["tag_rating"])


def path_of(stored: bytes) -> Path:
    return Path(os.fsdecode(stored))


def moment(stamp: float) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)
