# SPDX-License-Identifier: GPL-3.0-or-later
"""Mixxx's library (``mixxxdb.sqlite``), read and never written: tracks, cues, grids, crates and playlists.

Cue positions are in samples of two channels at the file's rate; colours are 0xRRGGBB. Beats are protocol buffers: a
``BeatGrid-2.0`` holds a tempo and the first beat's frame, a ``BeatMap-1.0`` every beat's frame. The file is opened
read-only, without trust in its schema; a statement that takes too long is ended.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from podmix.database import Connection, Error, Row
from podmix.music.interop.collection import MOST_TRACKS, DjCollection, DjPlaylist, DjTrack, ImportRefused, check_size
from podmix.music.interop.grids import marks_of_grid
from podmix.music.library_types import DjCue, TempoMark

LARGEST_LIBRARY = 8 * 1024 * 1024 * 1024
_PATIENCE_S = 120.0
_KINDS = {1: "cue", 2: "load", 4: "loop", 6: "fade-in", 7: "fade-out"}
_MOST_BEATS = 200_000
_TABLES = frozenset({"library", "track_locations", "cues", "crates", "crate_tracks", "Playlists", "PlaylistTracks"})
_TRACKS = ("SELECT l.id, t.location, l.artist, l.title, l.album, l.year, l.genre, l.tracknumber, l.comment, l.bitrate, "
           "l.samplerate, l.duration, l.bpm, l.rating, l.key, l.timesplayed, l.beats, l.beats_version, l.grouping, "
           "l.composer, l.datetime_added FROM library l JOIN track_locations t ON t.id = l.location "
           "WHERE l.mixxx_deleted = 0 LIMIT ?")
_CUES = "SELECT track_id, type, position, length, hotcue, label, color FROM cues ORDER BY track_id, position"


def read_mixxx(path: Path) -> DjCollection:
    """Raises ImportRefused (no library of Mixxx, damaged), StorageError."""
    check_size(path, largest=LARGEST_LIBRARY)
    with path.open("rb") as stream:
        if stream.read(16) != b"SQLite format 3\0":
            raise ImportRefused(f"{path.name} is no library of Mixxx.")
    try:
        with _opened(path) as connection:
            found = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if _TABLES - found:
                raise ImportRefused(f"{path.name} is no library of Mixxx, or one of an unknown version.",
                                    detail=f"lacks {sorted(_TABLES - found)}")
            return _collection(connection)
    except (Error, ValueError, TypeError, OverflowError) as problem:
        raise ImportRefused(f"{path.name} could not be read.", remedy="Close Mixxx and try again.",
                            detail=repr(problem)) from problem


@contextmanager
def _opened(path: Path) -> Iterator[Connection]:
    # Where no log stands beside it, nobody is writing; then not even SQLite's own notes are laid into Mixxx's folder.
    is_open = path.with_name(path.name + "-wal").exists()
    address = path.absolute().as_uri() + ("?mode=ro" if is_open else "?mode=ro&immutable=1")
    connection = Connection(address, uri=True, timeout=5.0)
    try:
        connection.row_factory = Row
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        for pragma in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON", "mmap_size = 0"):
            connection.execute(f"PRAGMA {pragma}")
        end = time.monotonic() + _PATIENCE_S
        connection.set_progress_handler(lambda: time.monotonic() > end, 100_000)
        yield connection
    finally:
        connection.close()


def _collection(connection: Connection) -> DjCollection:
    marks: dict[int, list[Row]] = {}
    for row in connection.execute(_CUES):
        marks.setdefault(row["track_id"], []).append(row)
    tracks: list[DjTrack] = []
    places: dict[int, int] = {}
    for row in connection.execute(_TRACKS, (MOST_TRACKS,)):
        places[row["id"]] = len(tracks)
        tracks.append(_track_of(row, marks.get(row["id"], [])))
    lists = [DjPlaylist(_text(row["name"]), _members(connection, places, "SELECT track_id FROM PlaylistTracks "
                                                     "WHERE playlist_id = ? ORDER BY position", row["id"]))
             for row in connection.execute("SELECT id, name FROM Playlists WHERE hidden = 0 ORDER BY position, id")]
    crates = [DjPlaylist(_text(row["name"]), _members(connection, places, "SELECT track_id FROM crate_tracks "
                                                      "WHERE crate_id = ? ORDER BY track_id", row["id"]))
              for row in connection.execute("SELECT id, name FROM crates ORDER BY name, id")]
    if crates:
        lists.append(DjPlaylist("Crates", children=tuple(crates), is_folder=True))
    return DjCollection("mixxx", tuple(tracks), tuple(lists))


def _members(connection: Connection, places: dict[int, int], statement: str, number: int) -> tuple[int, ...]:
    return tuple(places[row[0]] for row in connection.execute(statement, (number,)) if row[0] in places)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None or isinstance(value, bytes) else str(value)


def _real(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and abs(value) < 1e15 else None


def _whole(value: Any) -> int | None:
    text = _text(value).split("/")[0].strip()[:9]
    return int(text) if text.isdigit() and int(text) else None


def _track_of(row: Row, marks: list[Row]) -> DjTrack:
    rate = _real(row["samplerate"]) or 44_100.0
    rating, bitrate = _real(row["rating"]) or 0.0, _real(row["bitrate"])
    return DjTrack(
        _text(row["location"]), _text(row["title"]), _text(row["artist"]), _text(row["album"]), _text(row["genre"]),
        _text(row["comment"]), _text(row["composer"]), "", "", _text(row["grouping"]), _text(row["key"]),
        _real(row["bpm"]) or None, _whole(_text(row["year"])[:4]), _whole(row["tracknumber"]), None,
        _real(row["duration"]) or None, None, int(bitrate * 1000) if bitrate else None, int(rate),
        min(5, int(rating)) or None, int(_real(row["timesplayed"]) or 0), _text(row["datetime_added"])[:10], "",
        tuple(cue for mark in marks for cue in _cue_of(mark, rate)), _grid_of(row, rate))


def _cue_of(row: Row, rate: float) -> list[DjCue]:
    position, kind = _real(row["position"]), _KINDS.get(row["type"])
    if position is None or position < 0 or kind is None:
        return []
    start = position / 2.0 / rate
    length = (_real(row["length"]) or 0.0) / 2.0 / rate
    number = row["hotcue"] if isinstance(row["hotcue"], int) and 0 <= row["hotcue"] < 256 else -1
    colour = row["color"] if isinstance(row["color"], int) else None
    rgb = None if colour is None else (colour >> 16 & 0xFF, colour >> 8 & 0xFF, colour & 0xFF)
    return [DjCue(kind, round(start, 6), round(start + length, 6) if length > 0 else None, _text(row["label"]), number,
                  rgb)]


# -- beats, as protocol buffers --


def _grid_of(row: Row, rate: float) -> tuple[TempoMark, ...]:
    raw, version = row["beats"], _text(row["beats_version"])
    if not isinstance(raw, bytes) or rate <= 0:
        return ()
    if version.startswith("BeatGrid"):
        bpm, first = 0.0, 0
        for field, value in _fields(raw):
            if isinstance(value, bytes):
                for inner, part in _fields(value):
                    if field == 1 and inner == 1 and isinstance(part, bytes) and len(part) == 8:
                        bpm = struct.unpack("<d", part)[0]
                    elif field == 2 and inner == 1 and isinstance(part, int):
                        first = part
        if 10.0 <= bpm <= 1000.0 and 0 <= first < 86_400 * rate:
            return (TempoMark(round(first / rate, 6), round(bpm, 6)),)
        return ()
    frames = [part for field, value in _fields(raw) if field == 1 and isinstance(value, bytes)
              for inner, part in _fields(value) if inner == 1 and isinstance(part, int)]
    beats = sorted({frame / rate for frame in frames[:_MOST_BEATS] if 0 <= frame < 86_400 * rate})
    return marks_of_grid({"beats": beats})


def _fields(raw: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(number, value) of each field: whole numbers, or the bytes of everything else. Ends at the first nonsense."""
    at = 0
    while at < len(raw):
        key, at = _varint(raw, at)
        match key & 7:
            case 0:
                value, at = _varint(raw, at)
                yield key >> 3, value
            case 1:
                yield key >> 3, raw[at:at + 8]
                at += 8
            case 2:
                length, at = _varint(raw, at)
                yield key >> 3, raw[at:at + length]
                at += length
            case 5:
                yield key >> 3, raw[at:at + 4]
                at += 4
            case _:
                return


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(10):
        if at >= len(raw):
            break
        byte = raw[at]
        at += 1
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            break
    return value, at
