# SPDX-License-Identifier: GPL-3.0-or-later
"""The music library in the database: folders, tracks, ratings and plays, and the queries of the music table.

A scan's batches are stored as they come, each in one transaction. Nothing is deleted because a file went away: it is
missing until it comes back, and a removed track can be restored. Ids of tracks come sorted and filtered in one go
(50,000 in a few hundredths of a second), their rows by window.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from podmix.database import Connection, Database
from podmix.errors import UsageError
from podmix.music import store_tables as tables
from podmix.music.analysis_store import save_marks, settle
from podmix.music.library_types import (
    FileRecord,
    MusicFolder,
    Track,
    TrackId,
    TrackTags,
    UnreadableFile,
)
from podmix.music.scanning import KnownFile, ScanBatch
from podmix.music.smart_lists import Rules, Sql, compiled
from podmix.music.store_tables import FILE_COLUMNS, MIGRATIONS, SORTS, TRACK_COLUMNS
from podmix.music.words import words_query

__all__ = ["MIGRATIONS", "Applied", "MusicStore", "TrackFilter"]

_WINDOW = 500
_INSERT = (f"INSERT INTO tracks ({', '.join(FILE_COLUMNS)}, added) "  # noqa: S608 - fixed names
           f"VALUES ({', '.join('?' * (len(FILE_COLUMNS) + 1))})")
_UPDATE = (f"UPDATE tracks SET {', '.join(f'{name} = ?' for name in FILE_COLUMNS)}, "  # noqa: S608 - fixed names
           "missing = NULL, problem = '' WHERE id = ?")


@dataclass(frozen=True, slots=True)
class TrackFilter:
    """What to show: all words of ``text``, and ``rules``, and the tracks of a playlist; ``missing`` None shows both."""

    text: str = ""
    rules: Rules = field(default_factory=dict)
    playlist: int | None = None
    missing: bool | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """Which tracks a batch brought and touched."""

    new: tuple[TrackId, ...] = ()
    changed: tuple[TrackId, ...] = ()


class MusicStore:
    """The one owner of folders and tracks; safe to share between threads (``Database`` is)."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    # -- folders --

    def add_folder(self, path: Path) -> MusicFolder:
        """Make a folder part of the library; tracks of it that were removed with it come back."""
        stored = os.fsencode(path)
        with self._database.write() as connection:
            connection.execute("INSERT OR IGNORE INTO music_folders (path, added) VALUES (?, ?)",
                               (stored, self._clock()))
            connection.execute(f"UPDATE tracks SET removed = NULL WHERE {_BELOW}", _below(stored))  # noqa: S608
            row = connection.execute("SELECT * FROM music_folders WHERE path = ?", (stored,)).fetchone()
        return tables.folder_of(row)

    def remove_folder(self, folder_id: int) -> int:
        """The folder and its tracks leave the library (the files stay); returns how many tracks."""
        with self._database.write() as connection:
            row = connection.execute("SELECT path FROM music_folders WHERE id = ?", (folder_id,)).fetchone()
            if row is None:
                raise UsageError(f"There is no music folder {folder_id}.")
            connection.execute("DELETE FROM music_folders WHERE id = ?", (folder_id,))
            kept = [r["path"] for r in connection.execute("SELECT path FROM music_folders")]
            others = "".join(f" AND NOT ({_BELOW})" for _ in kept)
            done = connection.execute(
                f"UPDATE tracks SET removed = ? WHERE removed IS NULL AND {_BELOW}{others}",  # noqa: S608 - fixed
                (self._clock(), *_below(row["path"]), *(value for path in kept for value in _below(path))))
            return int(done.rowcount)

    def folders(self) -> list[MusicFolder]:
        with self._database.read() as connection:
            return [tables.folder_of(row) for row in connection.execute("SELECT * FROM music_folders ORDER BY path")]

    def watch_folder(self, folder_id: int, watched: bool) -> None:
        with self._database.write() as connection:
            connection.execute("UPDATE music_folders SET watched = ? WHERE id = ?", (watched, folder_id))

    def note_scanned(self, folders: Iterable[str], problems: Sequence[str] = ()) -> None:
        """A scan of these folders ended; ``problems`` name the folders they are about."""
        now = self._clock()
        with self._database.write() as connection:
            for folder in folders:
                about = [line for line in problems if tables.shown(folder) in line]
                connection.execute("UPDATE music_folders SET scanned = ?, problem = ? WHERE path = ?",
                                   (now, " ".join(about)[:1000], os.fsencode(folder)))

    # -- scans --

    def known_files(self) -> dict[str, KnownFile]:
        """Every path that is stored, removed and missing ones too; what a scan compares with."""
        with self._database.read() as connection:
            known = {os.fsdecode(row[0]): KnownFile(row[1], row[2])
                     for row in connection.execute("SELECT path, size, mtime_ns FROM unreadable_files")}
            for path, size, mtime_ns, sound, missing in connection.execute(
                    "SELECT path, size, mtime_ns, fingerprint, missing FROM tracks"):
                known[os.fsdecode(path)] = KnownFile(size, mtime_ns, sound, missing is not None)
        return known

    def apply(self, batch: ScanBatch) -> Applied:
        """Store a batch of a scan in one transaction; applying it once more changes nothing."""
        new: list[TrackId] = []
        changed: list[TrackId] = []
        now = self._clock()
        with self._database.write() as connection:
            moved = _lift(connection, batch.records)
            for record in batch.records:
                track, is_new = self._put(connection, record, moved.get(record.path), now)
                (new if is_new else changed).append(track)
            for one in batch.unreadable:
                _note_unreadable(connection, one)
            connection.executemany("UPDATE tracks SET missing = ? WHERE path = ? AND missing IS NULL",
                                   [(now, os.fsencode(path)) for path in batch.missing])
            connection.executemany("UPDATE tracks SET missing = NULL WHERE path = ?",
                                   [(os.fsencode(path),) for path in batch.back])
        return Applied(tuple(new), tuple(changed))

    def _put(self, connection: Connection, record: FileRecord, moved: int | None, now: float) -> tuple[TrackId, bool]:
        values = tables.file_values(record)
        stored = values[0]
        track = moved
        if track is None:
            row = connection.execute("SELECT id FROM tracks WHERE path = ?", (stored,)).fetchone()
            track = int(row["id"]) if row is not None else None
        else:
            _make_way(connection, stored, track, now)
        is_new = track is None
        if track is None:
            track = int(connection.execute(_INSERT, (*values, now)).lastrowid or 0)
            connection.execute("UPDATE corrections SET track_id = ? WHERE track_id IS NULL AND fingerprint = ?",
                               (track, record.fingerprint))
        else:
            connection.execute(tables.WORDS_GO, (track,))
            connection.execute(_UPDATE, (*values, track))
        connection.execute(tables.WORDS_COME, (track,))
        connection.execute("DELETE FROM unreadable_files WHERE path = ?", (stored,))
        if record.marks is not None:
            save_marks(connection, track, record.marks, now)
        elif not is_new:
            connection.execute("DELETE FROM imported_marks WHERE track_id = ? AND source = 'serato'", (track,))
        settle(connection, [track])
        return TrackId(track), is_new

    def unreadable(self) -> list[UnreadableFile]:
        """Files that look like music and could not be read, by path."""
        with self._database.read() as connection:
            return [UnreadableFile(os.fsdecode(row["path"]), row["size"], row["mtime_ns"], row["problem"])
                    for row in connection.execute("SELECT * FROM unreadable_files ORDER BY path")]

    def forget_unreadable(self) -> None:
        """The next scan tries them all again."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM unreadable_files")
            connection.execute("UPDATE tracks SET mtime_ns = -1 WHERE problem <> ''")

    # -- the table --

    def track_ids(self, wanted: TrackFilter | None = None, *, sort: str = "artist", descending: bool = False,
                  limit: int = -1) -> list[TrackId]:
        """Ids in order; unknown values come last either way. ``sort`` is one of ``SORTS``, "random" or "playlist".

        Raises UsageError for an unknown sort or rule.
        """
        wanted = wanted or TrackFilter()
        condition = self._condition(wanted)
        order = _order(sort, descending, wanted.playlist)
        joined = ""
        parameters = condition.parameters
        if sort == "playlist" and wanted.playlist is not None:
            joined = "JOIN playlist_items p ON p.track = tracks.id AND p.playlist = ?"
            parameters = (wanted.playlist, *parameters)
        with self._database.read() as connection:
            cursor = connection.execute(f"SELECT tracks.id FROM tracks {joined} WHERE removed IS NULL "  # noqa: S608
                                        f"AND {condition.text} ORDER BY {order} LIMIT ?", (*parameters, limit))
            cursor.row_factory = None
            return [row[0] for row in cursor.fetchall()]

    def _condition(self, wanted: TrackFilter) -> Sql:
        parts = [compiled(wanted.rules, self._clock())] if wanted.rules else []
        if wanted.text.strip():
            parts.append(_matches(wanted.text))
        if wanted.missing is not None:
            parts.append(Sql(f"missing IS {'NOT ' if wanted.missing else ''}NULL"))
        if wanted.playlist is not None:
            parts.append(Sql("tracks.id IN (SELECT track FROM playlist_items WHERE playlist = ?)", (wanted.playlist,)))
        return Sql(" AND ".join(part.text for part in parts) or "1",
                   tuple(value for part in parts for value in part.parameters))

    def count(self, wanted: TrackFilter | None = None) -> int:
        condition = self._condition(wanted or TrackFilter())
        with self._database.read() as connection:
            row = connection.execute(f"SELECT COUNT(*) FROM tracks WHERE removed IS NULL AND {condition.text}",  # noqa: S608
                                     condition.parameters).fetchone()
        return int(row[0])

    def tracks(self, ids: Sequence[int]) -> list[Track]:
        """Rows in the order of ``ids``; ids that are gone are left out."""
        found: dict[int, Track] = {}
        with self._database.read() as connection:
            for at in range(0, len(ids), _WINDOW):
                part = ids[at:at + _WINDOW]
                marks = ", ".join("?" * len(part))
                for row in connection.execute(f"SELECT {TRACK_COLUMNS} FROM tracks WHERE id IN ({marks})",  # noqa: S608
                                              tuple(part)):
                    found[row["id"]] = tables.track_of(row)
        return [found[number] for number in ids if number in found]

    def track(self, track: int) -> Track | None:
        return next(iter(self.tracks([track])), None)

    def tags(self, track: int) -> TrackTags | None:
        """What the file itself said at the last scan."""
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM tracks WHERE id = ?", (track,)).fetchone()
        return tables.tags_of(row) if row is not None else None

    def fingerprint(self, track: int) -> bytes | None:
        with self._database.read() as connection:
            row = connection.execute("SELECT fingerprint FROM tracks WHERE id = ?", (track,)).fetchone()
        return row["fingerprint"] if row is not None else None

    def ids_by_path(self) -> dict[str, TrackId]:
        """Path -> id of everything in the library: what imports are matched with."""
        with self._database.read() as connection:
            return {os.fsdecode(row["path"]): TrackId(row["id"])
                    for row in connection.execute("SELECT id, path FROM tracks WHERE removed IS NULL")}

    def genres(self) -> list[tuple[str, int]]:
        """Genres with the number of their tracks, the commonest first."""
        with self._database.read() as connection:
            return [(row[0], row[1]) for row in connection.execute(
                "SELECT genre, COUNT(*) AS n FROM tracks WHERE removed IS NULL AND genre <> '' "
                "GROUP BY genre_sort ORDER BY n DESC, genre_sort LIMIT 500")]

    def duplicates(self) -> list[list[TrackId]]:
        """Tracks that are there and have the same sound, in groups; the oldest in the library first."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT fingerprint, id FROM tracks WHERE removed IS NULL AND missing IS NULL AND fingerprint IN "
                "(SELECT fingerprint FROM tracks WHERE removed IS NULL AND missing IS NULL GROUP BY fingerprint "
                "HAVING COUNT(*) > 1) ORDER BY fingerprint, added, id").fetchall()
        groups: dict[bytes, list[TrackId]] = {}
        for row in rows:
            groups.setdefault(row["fingerprint"], []).append(TrackId(row["id"]))
        return sorted(groups.values())

    # -- by the person --

    def rate(self, tracks: Iterable[int], stars: int | None) -> None:
        """0..5 stars, or None to take back what the person said (the file's own rating shows again)."""
        if stars is not None and not 0 <= stars <= 5:
            raise UsageError("A rating is 0 to 5 stars.")
        ids = list(tracks)
        with self._database.write() as connection:
            connection.executemany("UPDATE tracks SET own_rating = ? WHERE id = ?", [(stars, one) for one in ids])
            settle(connection, ids)

    def note_played(self, track: int, seconds: float | None = None) -> None:
        now = self._clock()
        with self._database.write() as connection:
            done = connection.execute("UPDATE tracks SET play_count = play_count + 1, last_played = ? WHERE id = ?",
                                      (now, track))
            if done.rowcount:
                connection.execute("INSERT INTO music_plays (track_id, at, seconds) VALUES (?, ?, ?)",
                                   (track, now, seconds))

    def forget_plays(self) -> None:
        """No track was ever played; ratings stay. Leaves no old bytes."""
        with self._database.write() as connection:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("DELETE FROM music_plays")
            connection.execute("UPDATE tracks SET play_count = 0, last_played = NULL "
                               "WHERE play_count > 0 OR last_played IS NOT NULL")

    def remove(self, tracks: Iterable[int]) -> None:
        """Take tracks out of the library; files and all that is known of them stay, ``restore`` brings them back."""
        with self._database.write() as connection:
            connection.executemany("UPDATE tracks SET removed = ? WHERE id = ? AND removed IS NULL",
                                   [(self._clock(), one) for one in tracks])

    def restore(self, tracks: Iterable[int]) -> None:
        with self._database.write() as connection:
            connection.executemany("UPDATE tracks SET removed = NULL WHERE id = ?", [(one,) for one in tracks])


# -- pieces --

_BELOW = "(path > ? AND path < ?)"


def _below(folder: bytes) -> tuple[bytes, bytes]:
    """The bounds of all paths inside a folder, for ``_BELOW``."""
    start = folder if folder.endswith(os.fsencode(os.sep)) else folder + os.fsencode(os.sep)
    return start, start[:-1] + bytes([start[-1] + 1])


def _lift(connection: Connection, records: Sequence[FileRecord]) -> dict[str, int]:
    """New path -> id of every track that moved, all lifted from their old paths first, for names may be exchanged."""
    moved: dict[str, int] = {}
    for record in records:
        if record.moved_from:
            row = connection.execute("SELECT id FROM tracks WHERE path = ?",
                                     (os.fsencode(record.moved_from),)).fetchone()
            if row is not None:
                moved[record.path] = int(row["id"])
                connection.execute("UPDATE tracks SET path = ? WHERE id = ?", (b"\0%d" % row["id"], row["id"]))
    return moved


def _make_way(connection: Connection, path: bytes, track: int, now: float) -> None:
    """A file was moved over another: that one is missing, and its row remembers where it was."""
    row = connection.execute("SELECT id FROM tracks WHERE path = ? AND id <> ?", (path, track)).fetchone()
    if row is not None:
        connection.execute("UPDATE tracks SET path = ?, missing = COALESCE(missing, ?) WHERE id = ?",
                           (path + b" (replaced %d)" % row["id"], now, row["id"]))


def _note_unreadable(connection: Connection, one: UnreadableFile) -> None:
    stored = os.fsencode(one.path)
    done = connection.execute("UPDATE tracks SET problem = ?, size = ?, mtime_ns = ? WHERE path = ?",
                              (one.problem, one.size, one.mtime_ns, stored))
    if not done.rowcount:
        connection.execute("INSERT OR REPLACE INTO unreadable_files VALUES (?,?,?,?)",
                           (stored, one.size, one.mtime_ns, one.problem))


def _order(sort: str, descending: bool, playlist: int | None) -> str:
    if sort == "random":
        return "random()"
    if sort == "playlist":
        if playlist is None:
            raise UsageError("Only a playlist has an order of its own.")
        return f"p.position {'DESC' if descending else 'ASC'}, p.id"
    if sort not in SORTS:
        raise UsageError(f"Music cannot be sorted by “{sort[:40]}”.", remedy=f"By: {', '.join(SORTS)}, random.")
    way = "DESC" if descending else "ASC"
    # Only the first says where unknown values stand: with it on all, SQLite would not take the order from the index.
    first, *rest = SORTS[sort]
    return ", ".join([f"{first} {way} NULLS LAST", *(f"{column} {way}" for column in rest), f"tracks.id {way}"])


def _matches(text: str) -> Sql:
    """All words, each as a beginning; a text of signs alone ("!!!") is looked for as it is."""
    query = words_query(text)
    if query:
        return Sql("tracks.id IN (SELECT rowid FROM track_words WHERE track_words MATCH ?)", (query,))
    plain = tables.folded(tables.shown(text))
    return Sql("(instr(title_sort, ?) OR instr(artist_sort, ?) OR instr(album_sort, ?))", (plain, plain, plain))
