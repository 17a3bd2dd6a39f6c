# SPDX-License-Identifier: GPL-3.0-or-later
"""The history of playlists: every edit notes the rows before and after it.

Undoing writes the rows before, redoing the ones after. A new edit ends what could be redone. The last 200 edits are
kept, over restarts too.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import Any

from podmix.database import Connection, Row

KEPT = 200

_COLUMNS = {"playlists": ("id", "parent", "kind", "name", "position", "rules", "created", "changed"),
            "playlist_items": ("id", "playlist", "track", "position")}


class Edit:
    """Writes rows and notes how they were and are."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.changes: list[tuple[str, int, list[Any] | None, list[Any] | None]] = []

    def row(self, table: str, number: int) -> dict[str, Any] | None:
        found = self.connection.execute(f"SELECT {', '.join(_COLUMNS[table])} FROM {table} WHERE id = ?",  # noqa: S608
                                        (number,)).fetchone()
        return dict(found) if found is not None else None

    def insert(self, table: str, **values: Any) -> int:
        names = ", ".join(values)
        done = self.connection.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})",  # noqa: S608
                                       tuple(values.values()))
        number = int(done.lastrowid or 0)
        self.changes.append((table, number, None, _values(table, self.row(table, number))))
        return number

    def change(self, table: str, number: int, **values: Any) -> None:
        before = self.row(table, number)
        if before is not None and any(before[name] != value for name, value in values.items()):
            put(self.connection, table, number, _values(table, before | values))
            self.changes.append((table, number, _values(table, before), _values(table, before | values)))

    def delete(self, table: str, number: int) -> None:
        before = self.row(table, number)
        if before is not None:
            put(self.connection, table, number, None)
            self.changes.append((table, number, _values(table, before), None))


def _values(table: str, row: dict[str, Any] | None) -> list[Any] | None:
    return [row[name] for name in _COLUMNS[table]] if row is not None else None


def put(connection: Connection, table: str, number: int, values: Sequence[Any] | None) -> None:
    """Make a row what it was. A place of a track that is gone for good stays empty."""
    names = _COLUMNS[table]
    if values is None:
        connection.execute(f"DELETE FROM {table} WHERE id = ?", (number,))  # noqa: S608 - fixed names
        return
    if table == "playlist_items":
        there = connection.execute("SELECT 1 FROM tracks WHERE id = ?", (values[2],)).fetchone()
        if there is None:
            return
    pairs = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
    connection.execute(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) "  # noqa: S608
                       f"ON CONFLICT (id) DO UPDATE SET {pairs}", tuple(values))


def note(edit: Edit, label: str, now: float) -> None:
    """Keep an edit that changed something; what could be redone no longer can."""
    if not edit.changes:
        return
    connection = edit.connection
    connection.execute("DELETE FROM playlist_edits WHERE undone")
    connection.execute("INSERT INTO playlist_edits (at, label, changes) VALUES (?, ?, ?)",
                       (now, label, zlib.compress(json.dumps(edit.changes).encode())))
    connection.execute("DELETE FROM playlist_edits WHERE id <= (SELECT MAX(id) FROM playlist_edits) - ?", (KEPT,))


def label(connection: Connection, *, undone: bool) -> str:
    """What would be undone, or (``undone``) redone; empty when nothing."""
    row = _newest(connection, undone=undone)
    return str(row["label"]) if row is not None else ""


def turn(connection: Connection, *, undone: bool) -> str:
    """Undo, or redo what is ``undone``; returns its label."""
    row = _newest(connection, undone=undone)
    if row is None:
        return ""
    changes = json.loads(zlib.decompress(row["changes"]))
    for table, number, before, after in (changes if undone else reversed(changes)):
        put(connection, table, number, after if undone else before)
    connection.execute("UPDATE playlist_edits SET undone = ? WHERE id = ?", (not undone, row["id"]))
    return str(row["label"])


def _newest(connection: Connection, *, undone: bool) -> Row | None:
    """The edit to undo (the last that is done), or the one to redo (the first that is undone)."""
    found: Row | None = connection.execute(
        f"SELECT * FROM playlist_edits WHERE undone = ? ORDER BY id {'ASC' if undone else 'DESC'} LIMIT 1",  # noqa: S608
        (undone,)).fetchone()
    return found
