# SPDX-License-Identifier: GPL-3.0-or-later
"""What SQLite's errors mean for a person. Constraint violations and programming errors pass as they are."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from podmix.errors import DatabaseError, PodMixError, StorageError
from podmix.paths import disk_full

DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def primary_code(problem: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 where Python's module itself raised."""
    return (getattr(problem, "sqlite_errorcode", 0) or 0) & 0xFF


def understood(problem: sqlite3.Error, path: Path) -> PodMixError | None:
    """The error to show instead, or None when ``problem`` is a mistake in the program."""
    code, detail = primary_code(problem), f"{type(problem).__name__}: {problem} ({path})"
    if code in DAMAGE:
        return DatabaseError(f"The database {path.name} is damaged. It was left as it is.",
                             remedy=_way_back(path), detail=detail)
    if code in BUSY:
        return DatabaseError("Another PodMix is busy with the database. Nothing was lost.",
                             remedy="Try again in a moment, or close the other one.", detail=detail)
    if code == sqlite3.SQLITE_FULL:
        return disk_full(path)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return StorageError(f"PodMix cannot write to {path}.",
                            remedy="Give yourself write permission, or choose another folder with --home.",
                            detail=detail)
    if code == sqlite3.SQLITE_IOERR:
        return StorageError(f"The disk did not obey while PodMix used {path.name}. What was saved before is safe.",
                            remedy="Check the disk, then start PodMix again.", detail=detail)
    return None


def _way_back(path: Path) -> str:
    from podmix.database.backup import backups  # the two need each other: a backup may fail, a failure names a backup

    kept = backups(path)
    afresh = f"move {path} away to begin with an empty one"
    return f"Put back the backup {kept[0]}, or {afresh}." if kept else f"{afresh[0].upper()}{afresh[1:]}."
