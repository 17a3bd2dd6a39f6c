# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbered, named steps from an empty file to today's tables.

Rooms contribute ``Migration("podcasts/0001_shows", "CREATE TABLE …")``. All missing ones run in the order given, in
one transaction, with foreign keys off while they run and checked before the commit: all or nothing. The database
remembers their names; a remembered name that the program does not know means that a newer PodMix was here.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from podmix.database.backup import back_up
from podmix.errors import DatabaseError, NewerDatabaseError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step. ``step`` is SQL (one or more statements) or a function that uses the connection it is given.

    Once released, a migration never changes; a correction is a new one.
    """

    name: str
    step: str | Callable[[sqlite3.Connection], None]


_TABLE = "CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied TEXT NOT NULL) WITHOUT ROWID"


def migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration]) -> list[str]:
    """Bring the database up to date; returns the names that ran now.

    ``connection`` is in autocommit mode. Raises NewerDatabaseError before anything is touched, DatabaseError when a
    step fails (then nothing has changed and the backup lies beside).
    """
    names = [migration.name for migration in migrations]
    if len(set(names)) != len(names):
        raise ValueError(f"two migrations of one name: {sorted(n for n in names if names.count(n) > 1)}")
    applied = applied_names(connection)
    refuse_newer(applied, names)
    missing = [migration for migration in migrations if migration.name not in applied]
    if not missing:
        return []
    if not _is_new(connection):
        backup = back_up(connection, path, reason=f"before-{missing[0].name}")
        logger.info("backed up the database to %s", backup)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("BEGIN IMMEDIATE")
    try:
        ran = _run(connection, migrations)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    finally:
        connection.execute("PRAGMA foreign_keys = ON")
    return ran


def applied_names(connection: sqlite3.Connection) -> set[str]:
    """The names of the migrations this database has had."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'migrations'").fetchone():
        return set()
    return {row[0] for row in connection.execute("SELECT name FROM migrations")}


def refuse_newer(applied: set[str], known: Sequence[str]) -> None:
    unknown = sorted(applied - set(known))
    if unknown:
        raise NewerDatabaseError("This database was made by a newer PodMix. Nothing was changed.",
                                 remedy="Update PodMix, or start with another folder: --home DIR.",
                                 detail=f"unknown migrations: {', '.join(unknown)}")


def _is_new(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None


def _run(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> list[str]:
    connection.execute(_TABLE)
    applied = applied_names(connection)  # again, now under the lock: another process may have been faster
    refuse_newer(applied, [migration.name for migration in migrations])
    ran: list[str] = []
    for migration in migrations:
        if migration.name in applied:
            continue
        try:
            _apply(connection, migration)
        except sqlite3.OperationalError as problem:
            if (getattr(problem, "sqlite_errorcode", 0) or 0) & 0xFF != sqlite3.SQLITE_ERROR:
                raise
            raise _failed(migration, str(problem)) from problem
        except sqlite3.IntegrityError as problem:
            raise _failed(migration, str(problem)) from problem
        connection.execute("INSERT INTO migrations VALUES (?, ?)", (migration.name, datetime.now(UTC).isoformat()))
        ran.append(migration.name)
    broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise _failed(migrations[-1], f"foreign keys broken: {[tuple(row) for row in broken[:5]]}")
    return ran


def _apply(connection: sqlite3.Connection, migration: Migration) -> None:
    if callable(migration.step):
        migration.step(connection)
        if not connection.in_transaction:
            raise ValueError(f"{migration.name} ended the transaction")
        return
    for statement in statements(migration.step):
        connection.execute(statement)


def _failed(migration: Migration, detail: str) -> DatabaseError:
    return DatabaseError("The database could not be brought up to date. It is as it was before.",
                         remedy="Send the report of podmix doctor; the older PodMix still works with it.",
                         detail=f"{migration.name}: {detail}")


def statements(script: str) -> Iterator[str]:
    """The single statements of a script: ``executescript`` would commit in between. Knows strings and triggers."""
    pending = ""
    for piece in script.split(";"):
        pending += piece + ";"
        if sqlite3.complete_statement(pending):
            if pending.strip(" \n\t;"):
                yield pending.strip()
            pending = ""
    if rest := pending.strip(" \n\t;"):
        yield rest
