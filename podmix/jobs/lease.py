# SPDX-License-Identifier: GPL-3.0-or-later
"""The one right to run jobs: held by one process at a time, renewed by a heartbeat, taken over when it is dead.

A lease is dead when its holder's process is gone (same machine: known at once) or when its heartbeat is older than
``Timing.lease`` (a frozen or suspended holder, another machine). A holder that finds its lease taken ends its
workers and changes no job any more.
"""

from __future__ import annotations

import os
import platform

from podmix.database import Database
from podmix.jobs.process_tree import alive, birth_mark


class Lease:
    """This process's claim, under the name ``me`` (unique to each queue)."""

    def __init__(self, db: Database, me: str, longest: float) -> None:
        self._db = db
        self._me = me
        self._longest = longest

    def claim(self, now: float) -> bool:
        """Take or renew the lease; True when it is ours afterwards. ``now``: seconds since 1970."""
        with self._db.read() as connection:
            row = connection.execute("SELECT holder, host, pid, mark, heartbeat FROM job_lease").fetchone()
        if row and row["holder"] != self._me and self._lives(row["host"], row["pid"], row["mark"], row["heartbeat"],
                                                             now):
            return False
        seen = (row["holder"], row["heartbeat"]) if row else ("", 0.0)
        mine = (self._me, platform.node(), os.getpid(), birth_mark(os.getpid()), now)
        with self._db.write() as connection:
            # Only if nobody was faster since we looked.
            return connection.execute(
                "INSERT INTO job_lease VALUES (1, ?, ?, ?, ?, ?) ON CONFLICT (one) DO UPDATE SET"
                " holder = excluded.holder, host = excluded.host, pid = excluded.pid, mark = excluded.mark,"
                " heartbeat = excluded.heartbeat WHERE holder = ? AND heartbeat = ?", (*mine, *seen)).rowcount > 0

    def held_by_anyone(self, now: float) -> bool:
        """Whether some living process runs jobs."""
        with self._db.read() as connection:
            row = connection.execute("SELECT host, pid, mark, heartbeat FROM job_lease").fetchone()
        return bool(row) and self._lives(row["host"], row["pid"], row["mark"], row["heartbeat"], now)

    def release(self) -> None:
        with self._db.write() as connection:
            connection.execute("DELETE FROM job_lease WHERE holder = ?", (self._me,))

    def _lives(self, host: str, pid: int, mark: str, heartbeat: float, now: float) -> bool:
        if host == platform.node() and not alive(pid, mark):
            return False
        return abs(now - heartbeat) <= self._longest  # abs: a clock set back must not hold the lease for ever
