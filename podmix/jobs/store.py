# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: S608 - queries are built from fixed pieces only; values go as parameters
"""The job room's tables: jobs, the log of their changes, and the lease of the one process that runs them.

Every change of state goes through a guarded UPDATE, so that two processes never both win. ``me`` names the process
that changes; the log lets each process hear what the others did. Times are seconds since 1970.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from podmix.database import Connection, Database, Migration, Row
from podmix.jobs.protocol import plain_text
from podmix.jobs.types import Job, JobSpec, JobState, Plain, Problem
from podmix.progress import Progress
from podmix.units import JobId

MIGRATIONS = (Migration("jobs/0001_jobs", """
    CREATE TABLE jobs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL, key TEXT NOT NULL, title TEXT NOT NULL, lane TEXT NOT NULL, grouped TEXT NOT NULL,
        subject TEXT NOT NULL, priority INTEGER NOT NULL, params TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
        progress TEXT, result TEXT,
        error TEXT, remedy TEXT, error_kind TEXT, error_detail TEXT,
        attempts INTEGER NOT NULL DEFAULT 0, crashes INTEGER NOT NULL DEFAULT 0,
        cancelling INTEGER NOT NULL DEFAULT 0, holder TEXT NOT NULL DEFAULT '', changed_by TEXT NOT NULL,
        created REAL NOT NULL, started REAL, finished REAL
    );
    CREATE UNIQUE INDEX jobs_same ON jobs (kind, key) WHERE key <> '' AND state IN ('queued', 'running');
    CREATE INDEX jobs_next ON jobs (state, lane, priority DESC, id);
    CREATE INDEX jobs_key ON jobs (kind, key);
    CREATE INDEX jobs_subject ON jobs (subject);
    CREATE TABLE job_log (seq INTEGER PRIMARY KEY AUTOINCREMENT, job INTEGER NOT NULL, state TEXT NOT NULL,
                          changed_by TEXT NOT NULL);
    CREATE TRIGGER jobs_made AFTER INSERT ON jobs BEGIN
        INSERT INTO job_log (job, state, changed_by) VALUES (new.id, new.state, new.changed_by); END;
    CREATE TRIGGER jobs_changed AFTER UPDATE OF state ON jobs WHEN new.state <> old.state BEGIN
        INSERT INTO job_log (job, state, changed_by) VALUES (new.id, new.state, new.changed_by); END;
    CREATE TABLE job_lease (one INTEGER PRIMARY KEY CHECK (one = 1), holder TEXT NOT NULL, host TEXT NOT NULL,
                            pid INTEGER NOT NULL, mark TEXT NOT NULL, heartbeat REAL NOT NULL);
"""),)

_AGAIN = """state = 'queued', progress = NULL, result = NULL, error = NULL, remedy = NULL, error_kind = NULL,
    error_detail = NULL, crashes = 0, cancelling = 0, holder = '', started = NULL, finished = NULL"""
LOG_KEPT = 10_000  # entries


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the log."""

    seq: int
    job: JobId
    state: JobState


class JobStore:
    """All queries on the job tables, made in the name of ``me``."""

    def __init__(self, db: Database, me: str) -> None:
        self._db = db
        self.me = me

    def transaction(self) -> contextlib.AbstractContextManager[Connection]:
        """One transaction round several calls; also waits for whoever is in one."""
        return self._db.write()

    # -- asking for work --

    def enqueue(self, specs: Sequence[JobSpec], now: float, *, force: bool = False) -> list[tuple[JobId, bool]]:
        """The id of each spec's job, and whether it was put into the queue by this call; one transaction."""
        rows = [(spec, plain_text(spec.params)) for spec in specs]
        with self._db.write() as connection:
            return [self._enqueue(connection, spec, params, now, force) for spec, params in rows]

    def _enqueue(self, connection: Connection, spec: JobSpec, params: str, now: float,
                 force: bool) -> tuple[JobId, bool]:
        old = connection.execute("SELECT id, state, priority FROM jobs WHERE kind = ? AND key = ? ORDER BY id DESC",
                                 (spec.kind, spec.key)).fetchone() if spec.key else None
        if old and JobState(old["state"]).active:
            if spec.priority > old["priority"]:
                connection.execute("UPDATE jobs SET priority = ? WHERE id = ?", (spec.priority, old["id"]))
            return JobId(old["id"]), False
        if old and old["state"] == JobState.DONE and not force:
            return JobId(old["id"]), False
        values = (spec.title, spec.lane, spec.group, spec.subject, spec.priority, params, self.me)
        if old and old["state"] != JobState.DONE:  # failed or cancelled: the same job, once more
            connection.execute("UPDATE jobs SET title = ?, lane = ?, grouped = ?, subject = ?, priority = ?,"
                               f" params = ?, changed_by = ?, {_AGAIN} WHERE id = ?", (*values, old["id"]))
            return JobId(old["id"]), True
        made = connection.execute(
            "INSERT INTO jobs (title, lane, grouped, subject, priority, params, changed_by, kind, key, state, created)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?)", (*values, spec.kind, spec.key, now))
        return JobId(made.lastrowid or 0), True

    def retry(self, job: JobId) -> bool:
        """Put a finished job back into the queue; False when it is active, unknown, or its key is active again."""
        with self._db.write() as connection:
            return connection.execute(
                f"UPDATE jobs SET {_AGAIN}, changed_by = ? WHERE id = ? AND state IN ('done', 'failed', 'cancelled')"
                " AND NOT EXISTS (SELECT 1 FROM jobs other WHERE other.kind = jobs.kind AND other.key = jobs.key"
                " AND other.key <> '' AND other.state IN ('queued', 'running'))", (self.me, job)).rowcount > 0

    def ask_cancel(self, job: JobId, now: float) -> JobState | None:
        """CANCELLED when it was only queued, RUNNING when its worker must be told, None when it is over already."""
        with self._db.write() as connection:
            if connection.execute("UPDATE jobs SET state = 'cancelled', finished = ?, changed_by = ?"
                                  " WHERE id = ? AND state = 'queued'", (now, self.me, job)).rowcount:
                return JobState.CANCELLED
            asked = connection.execute("UPDATE jobs SET cancelling = 1 WHERE id = ? AND state = 'running'", (job,))
            return JobState.RUNNING if asked.rowcount else None

    def forget(self, job: JobId) -> bool:
        with self._db.write() as connection:
            return connection.execute("DELETE FROM jobs WHERE id = ? AND state NOT IN ('queued', 'running')",
                                      (job,)).rowcount > 0

    def clean(self, before: float) -> int:
        """Forget what finished before that time; returns how many."""
        with self._db.write() as connection:
            connection.execute("DELETE FROM job_log WHERE seq <= (SELECT MAX(seq) FROM job_log) - ?", (LOG_KEPT,))
            return connection.execute("DELETE FROM jobs WHERE finished < ? AND state NOT IN ('queued', 'running')",
                                      (before,)).rowcount

    # -- looking --

    def job(self, job: JobId) -> Job | None:
        found = self._select("WHERE id = ?", (job,))
        return found[0] if found else None

    def jobs(self, *, active_only: bool = False, subject: str | None = None, limit: int = -1) -> list[Job]:
        """Running first, then queued in the order they will run, then finished, newest first."""
        wheres, values = ["1"], list[Any]()
        if active_only:
            wheres.append("state IN ('queued', 'running')")
        if subject is not None:
            wheres.append("subject = ?")
            values.append(subject)
        return self._select(
            f"WHERE {' AND '.join(wheres)} ORDER BY state = 'running' DESC, state = 'queued' DESC,"
            " CASE state WHEN 'queued' THEN -priority ELSE -finished END, id LIMIT ?", (*values, limit))

    def running(self) -> list[Job]:
        return self._select("WHERE state = 'running'", ())

    def find(self, kind: str, key: str) -> Job | None:
        """The newest job of that kind and key."""
        found = self._select("WHERE kind = ? AND key = ? ORDER BY id DESC LIMIT 1", (kind, key))
        return found[0] if found else None

    def unfinished(self, jobs: Sequence[JobId] | None) -> int:
        """How many of ``jobs`` (None: of all) are queued or running."""
        with self._db.read() as connection:
            if jobs is None:
                return int(connection.execute("SELECT COUNT(*) FROM jobs WHERE state IN ('queued', 'running')"
                                              ).fetchone()[0])
            return int(connection.execute(
                "SELECT COUNT(*) FROM jobs WHERE state IN ('queued', 'running')"
                " AND id IN (SELECT value FROM json_each(?))", (json.dumps(list(jobs)),)).fetchone()[0])

    def log_end(self) -> int:
        with self._db.read() as connection:
            return int(connection.execute("SELECT COALESCE(MAX(seq), 0) FROM job_log").fetchone()[0])

    def changes_by_others(self, after: int) -> list[Change]:
        """What other processes did since that line of the log."""
        with self._db.read() as connection:
            rows = connection.execute("SELECT seq, job, state FROM job_log WHERE seq > ? AND changed_by <> ?"
                                      " ORDER BY seq", (after, self.me)).fetchall()
        return [Change(row["seq"], JobId(row["job"]), JobState(row["state"])) for row in rows]

    def cancelling(self) -> list[JobId]:
        """Running jobs that somebody asked to cancel."""
        with self._db.read() as connection:
            return [JobId(row[0]) for row in
                    connection.execute("SELECT id FROM jobs WHERE state = 'running' AND cancelling = 1")]

    # -- running, in the name of the lease's holder --

    def take(self, lane: str, full_groups: Sequence[str], now: float) -> Job | None:
        """The lane's next queued job, now running; None when there is none outside the full groups."""
        with self._db.write() as connection:
            row = connection.execute(
                "UPDATE jobs SET state = 'running', started = ?, attempts = attempts + 1, holder = ?, changed_by = ?,"
                " progress = NULL, cancelling = 0 WHERE id = (SELECT id FROM jobs WHERE state = 'queued' AND lane = ?"
                " AND grouped NOT IN (SELECT value FROM json_each(?)) ORDER BY priority DESC, id LIMIT 1) RETURNING *",
                (now, self.me, self.me, lane, json.dumps(list(full_groups)))).fetchone()
        return _job(row) if row else None

    def save_progress(self, progress: dict[JobId, Progress]) -> None:
        with self._db.write() as connection:
            connection.executemany("UPDATE jobs SET progress = ? WHERE id = ? AND state = 'running'", [
                (plain_text([p.stage, p.done, p.total, p.unit, p.note]), job) for job, p in progress.items()])

    def finish_done(self, job: JobId, result: Plain, now: float) -> bool:
        return self._finish(job, JobState.DONE, "result = ?", (plain_text(result),), now)

    def finish_failed(self, job: JobId, problem: Problem, *, kind: str, detail: str, now: float) -> bool:
        return self._finish(job, JobState.FAILED, "error = ?, remedy = ?, error_kind = ?, error_detail = ?",
                            (problem.message, problem.remedy, kind, detail), now)

    def finish_cancelled(self, job: JobId, now: float) -> bool:
        return self._finish(job, JobState.CANCELLED, "result = NULL", (), now)

    def _finish(self, job: JobId, state: JobState, sets: str, values: tuple[Any, ...], now: float) -> bool:
        """False when the job is no longer ours to finish."""
        with self._db.write() as connection:
            return connection.execute(
                f"UPDATE jobs SET state = ?, {sets}, finished = ?, cancelling = 0, changed_by = ?"
                " WHERE id = ? AND state = 'running' AND holder = ?",
                (state, *values, now, self.me, job, self.me)).rowcount > 0

    def put_back(self, job: JobId, *, crashed: bool, most_crashes: int) -> bool:
        """A running job of ours to the queue again; False when it has crashed too often (it still runs then)."""
        with self._db.write() as connection:
            return connection.execute(
                "UPDATE jobs SET state = 'queued', crashes = crashes + ?, holder = '', changed_by = ?"
                " WHERE id = ? AND state = 'running' AND holder = ? AND crashes + ? <= ?",
                (int(crashed), self.me, job, self.me, int(crashed), most_crashes)).rowcount > 0

    def recover(self, now: float) -> list[JobId]:
        """Whatever is marked as running, by a new holder of the lease: nobody runs it any more.

        It goes back to the queue, or is cancelled where that was asked for.
        """
        with self._db.write() as connection:
            return [JobId(row[0]) for row in connection.execute(
                "UPDATE jobs SET state = CASE cancelling WHEN 1 THEN 'cancelled' ELSE 'queued' END,"
                " finished = CASE cancelling WHEN 1 THEN ? END, cancelling = 0, holder = '', changed_by = ?"
                " WHERE state = 'running' RETURNING id", (now, self.me)).fetchall()]

    # -- inside --

    def _select(self, tail: str, values: tuple[Any, ...]) -> list[Job]:
        with self._db.read() as connection:
            return [_job(row) for row in connection.execute(f"SELECT * FROM jobs {tail}", values)]


def _job(row: Row) -> Job:
    spec = JobSpec(kind=row["kind"], params=json.loads(row["params"]), key=row["key"], title=row["title"],
                   lane=row["lane"], group=row["grouped"], priority=row["priority"], subject=row["subject"])
    return Job(
        id=JobId(row["id"]), spec=spec, state=JobState(row["state"]),
        progress=Progress(*json.loads(row["progress"])) if row["progress"] else None,
        result=json.loads(row["result"]) if row["result"] else None,
        error=Problem(row["error"], row["remedy"]) if row["error"] is not None else None,
        attempts=row["attempts"], created=_instant(row["created"]),
        started=_instant(row["started"]) if row["started"] is not None else None,
        finished=_instant(row["finished"]) if row["finished"] is not None else None,
        cancelling=bool(row["cancelling"]), error_kind=row["error_kind"] or "", error_detail=row["error_detail"] or "")


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
