# SPDX-License-Identifier: GPL-3.0-or-later
"""The one door to SQLite: a read connection for each thread, one write connection for all, WAL, foreign keys.

- ``read()`` shows one unchanging picture of the database as long as the block lasts; it cannot write.
- ``write()`` is one transaction: committed at the end of the block, rolled back on any exception. Inside it,
  ``read()`` on the same thread sees what was just written, and a further ``write()`` is a savepoint.
- Keep blocks short: one writer works at a time, in all processes.

A thread's read connection is closed when the thread ends, at the latest by ``close()``. Rows are ``Row``: by index
and by name. Constraint violations come as ``IntegrityError``, trouble with the file as DatabaseError or StorageError.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Self

from podmix.database.failures import BUSY, primary_code, understood
from podmix.database.migrations import Migration, migrate
from podmix.errors import DatabaseError, StorageError

BUSY_TIMEOUT_S = 10.0
READERS_TIMEOUT_S = 5.0  # how long close() waits for other threads' reads


class _Reader:
    """One thread's read connection; closes itself when the thread's local storage goes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.depth = 0
        self.close = weakref.finalize(self, connection.close)


class Database:
    """An open database. Make it with ``open``; safe to share between threads; end it with ``close``."""

    def __init__(self, path: Path, *, busy_timeout: float = BUSY_TIMEOUT_S) -> None:
        self.path = path
        self._busy_timeout = busy_timeout
        self._local = threading.local()
        self._readers: weakref.WeakSet[_Reader] = weakref.WeakSet()
        self._reading = 0
        self._state = threading.Condition()
        self._closed = False
        self._write_lock = threading.RLock()
        self._write_depth = 0
        with self._explained():
            self._writer = self._connect()

    @classmethod
    def open(cls, path: Path, migrations: Sequence[Migration], *, busy_timeout: float = BUSY_TIMEOUT_S) -> Database:
        """Open or make the database and bring its tables up to date.

        Raises NewerDatabaseError, DatabaseError (damaged, busy), StorageError (disk full, not writable).
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise StorageError(f"PodMix cannot write to {path.parent}.",
                               remedy="Give yourself write permission, or choose another folder with --home.",
                               detail=str(problem)) from problem
        database = cls(path, busy_timeout=busy_timeout)
        try:
            with database._explained():
                migrate(database._writer, path, migrations)
        except BaseException:
            database.close()
            raise
        return database

    # -- the two ways in --

    @contextlib.contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A read-only connection that sees one state of the database until the block ends."""
        if self._writes_here():
            yield self._writer
            return
        reader = self._begin_reading()
        try:
            with self._explained():
                if reader.depth == 1:
                    reader.connection.execute("BEGIN")
                try:
                    yield reader.connection
                finally:
                    if reader.depth == 1 and reader.connection.in_transaction:
                        reader.connection.execute("ROLLBACK")
        finally:
            self._end_reading(reader)

    @contextlib.contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction: kept when the block ends, undone when it raises."""
        with self._write_lock:
            if self._closed:
                raise _closed(self.path)
            depth = self._write_depth
            begin, keep, undo = _transaction(depth)
            with self._explained():
                self._writer.execute(begin)
                self._write_depth += 1
                try:
                    yield self._writer
                    self._writer.execute(keep)
                except BaseException:
                    # A full disk may have rolled back by itself already.
                    if self._writer.in_transaction:
                        for statement in undo:
                            self._writer.execute(statement)
                    raise
                finally:
                    self._write_depth = depth

    # -- about the whole file --

    def check(self) -> list[str]:
        """SQLite's own examination, for the doctor: what is wrong, empty when all is well. Seconds on a big file."""
        try:
            with self.read() as connection:
                found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(20)")]
                broken = connection.execute("PRAGMA foreign_key_check").fetchmany(20)
        except DatabaseError as problem:
            return [problem.detail or problem.message]
        return [line for line in found if line != "ok"] + [f"foreign key: {tuple(row)}" for row in broken]

    def version(self) -> int:
        """A number that changes when *another connection* has written; ask from one thread to notice news cheaply."""
        reader = self._begin_reading()
        try:
            with self._explained():
                return int(reader.connection.execute("PRAGMA data_version").fetchone()[0])
        finally:
            self._end_reading(reader)

    def forget_deleted(self) -> None:
        """Leave no byte of what was ever deleted or changed: rewrite the file and empty the write-ahead log.

        Takes seconds a gigabyte. Raises DatabaseError where another connection keeps reading an old state.
        """
        with self._write_lock, self._explained():
            if self._closed:
                raise _closed(self.path)
            self._writer.execute("VACUUM")
            busy = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise DatabaseError("Another PodMix is still reading, so not all of it is gone from the disk yet.",
                                remedy="Close the other one and do this again.", detail=str(self.path))

    def close(self) -> None:
        """End all connections; waits for reads under way. Afterwards every use raises DatabaseError."""
        with self._write_lock, self._state:
            if self._closed:
                return
            self._closed = True
            here = getattr(self._local, "reader", None)
            mine = here.depth if here is not None else 0
            self._state.wait_for(lambda: self._reading <= mine, timeout=READERS_TIMEOUT_S)
            for reader in list(self._readers):
                if reader.depth == 0:
                    reader.close()
            with contextlib.suppress(sqlite3.Error):
                self._writer.execute("PRAGMA optimize")
            self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- inside --

    def _writes_here(self) -> bool:
        """Whether this thread stands inside ``write()``."""
        if not self._write_lock.acquire(blocking=False):
            return False
        try:
            return self._write_depth > 0
        finally:
            self._write_lock.release()

    def _begin_reading(self) -> _Reader:
        with self._state:
            if self._closed:
                raise _closed(self.path)
            self._reading += 1
        reader: _Reader | None = getattr(self._local, "reader", None)
        try:
            if reader is None:
                with self._explained():
                    connection = self._connect()
                    connection.execute("PRAGMA query_only = ON")
                reader = self._local.reader = _Reader(connection)
                with self._state:
                    self._readers.add(reader)
        except BaseException:
            self._count_out()
            raise
        reader.depth += 1
        return reader

    def _end_reading(self, reader: _Reader) -> None:
        reader.depth -= 1
        self._count_out()

    def _count_out(self) -> None:
        with self._state:
            self._reading -= 1
            self._state.notify_all()

    def _connect(self) -> sqlite3.Connection:
        # check_same_thread: the lock and the per-thread connections take its place; close() comes from any thread.
        connection = sqlite3.connect(self.path, timeout=self._busy_timeout, isolation_level=None,
                                     check_same_thread=False, cached_statements=256)
        try:
            connection.row_factory = sqlite3.Row
            _patiently(lambda: connection.execute("PRAGMA journal_mode = WAL"), self._busy_timeout)
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cache_size = -16000")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as problem:
            told = understood(problem, self.path)
            if told is None:
                raise
            raise told from problem


def _transaction(depth: int) -> tuple[str, str, tuple[str, ...]]:
    """How a transaction at this depth begins, is kept and is undone."""
    if depth == 0:
        return "BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",)
    name = f"inner_{depth}"
    return f"SAVEPOINT {name}", f"RELEASE {name}", (f"ROLLBACK TO {name}", f"RELEASE {name}")


def _patiently(step: Callable[[], object], patience: float) -> None:
    """Switching a new file to WAL does not heed the busy timeout when two processes make it at once."""
    end = time.monotonic() + patience
    while True:
        try:
            step()
            return
        except sqlite3.OperationalError as problem:
            if primary_code(problem) not in BUSY or time.monotonic() > end:
                raise
            threading.Event().wait(0.02)


def _closed(path: Path) -> DatabaseError:
    return DatabaseError("PodMix is closing.", detail=f"{path} was closed before this use")
