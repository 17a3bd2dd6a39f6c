# SPDX-License-Identifier: GPL-3.0-or-later
"""The queue of long work, as the program sees it: ask, watch, cancel, wait.

Jobs live in the database and survive everything. The process that holds the lease runs them in worker processes of
its own; any other only asks and watches. Every method may be called from any thread; none waits for a job except
``wait`` and ``stop``.
"""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from podmix.database import Database
from podmix.errors import JobError
from podmix.jobs.lanes import Lanes
from podmix.jobs.lease import Lease
from podmix.jobs.protocol import JobEvent
from podmix.jobs.scheduler import Scheduler
from podmix.jobs.store import JobStore
from podmix.jobs.types import Job, JobSpec, JobState, Plain, Timing
from podmix.units import JobId

NICENESS = 5  # workers leave the window and the sound their share of the processor


class JobQueue:
    """The jobs of one database.

    Args:
        db: opened with this room's ``MIGRATIONS`` (``podmix.jobs.store``).
        functions: kind -> ``package.module:function`` of the job function.
        lanes: lane -> most workers at once.
        context: plain data that every job gets (folders, settings), or a function that makes it anew as each job
            starts; then it is called on the scheduler's thread.
        on_event: hears everything, on the scheduler's thread; must be quick and must not wait for jobs.
        keep: stores the result of a done job, on the scheduler's thread and in the very transaction that marks the
            job done, so that a crash loses neither or both; jobs that it queues belong to the transaction too. When
            it fails, the job fails; on a full disk it is tried again. ``on_event`` hears JobDone afterwards.
        timing: the clockwork.
        niceness: of the workers (posix).
    """

    def __init__(self, db: Database, functions: Mapping[str, str], lanes: Mapping[str, int],
                 context: Plain | Callable[[], Plain], on_event: Callable[[JobEvent], None] = lambda _: None, *,
                 keep: Callable[[Job], None] = lambda _: None, timing: Timing | None = None,
                 niceness: int = NICENESS) -> None:
        timing = timing or Timing()
        me = f"{os.getpid()}-{uuid.uuid4().hex[:12]}"
        self._lanes = dict(lanes)
        self._functions = dict(functions)
        self._timing = timing
        self._store = JobStore(db, me)
        self._lease = Lease(db, me, timing.lease)
        fixed = context if callable(context) else (lambda: context)
        self._scheduler = Scheduler(self._store, self._lease, Lanes(lanes, timing, niceness),
                                    functions=self._functions, context=fixed, on_event=on_event, keep=keep,
                                    version=db.version, timing=timing)
        self._lock = threading.Lock()
        self._started = False

    # -- life --

    def start(self) -> None:
        """Begin to run jobs, or to follow whoever does. What a dead process left unfinished goes on."""
        with self._lock:
            if not self._started:
                self._started = True
                self._scheduler.start()

    def stop(self) -> None:
        """End the workers; running jobs go back to the queue and go on at the next start. Returns when all is quiet.

        A stopped queue does not start again; make a new one.
        """
        with self._lock:
            started = self._started
        if started:
            self._scheduler.stop()

    # -- asking --

    def enqueue(self, spec: JobSpec, *, force: bool = False) -> JobId:
        """Queue a job and return its id; of the same kind and key there is only one.

        A job already queued or running is returned as it is (with the higher priority), a done one too unless
        ``force``; a failed or cancelled one is queued again. Raises JobError for an unknown kind or lane.
        """
        return self.enqueue_all([spec], force=force)[0]

    def enqueue_all(self, specs: Sequence[JobSpec], *, force: bool = False) -> list[JobId]:
        """``enqueue`` for many, in one transaction."""
        for spec in specs:
            if spec.kind not in self._functions or spec.lane not in self._lanes:
                raise JobError("PodMix does not know how to do this.", remedy="Update PodMix.",
                               detail=f"kind {spec.kind!r} in lane {spec.lane!r}")
        with self._store.transaction():
            outcome = self._store.enqueue(specs, time.time(), force=force)
            for job, is_new in outcome:
                if is_new:
                    self._scheduler.tell(JobState.QUEUED, job)
        self._scheduler.wake()
        return [job for job, _ in outcome]

    def cancel(self, job: JobId) -> None:
        """End a job: a queued one at once, a running one by flag and, five seconds later, by force."""
        with self._store.transaction():
            was = self._store.ask_cancel(job, time.time())
            if was is JobState.CANCELLED:
                self._scheduler.tell(JobState.CANCELLED, job)
        if was is JobState.RUNNING:
            self._scheduler.cancel(job)

    def cancel_all(self) -> None:
        """Cancel everything that is queued or running."""
        for job in reversed(self._store.jobs(active_only=True)):  # the queued first, lest they start meanwhile
            self.cancel(job.id)

    def retry(self, job: JobId) -> None:
        """Queue a finished job once more. Raises JobError when that is not possible."""
        with self._store.transaction():
            if not self._store.retry(job):
                raise JobError("This job cannot be started again: it is still going on, or is gone.")
            self._scheduler.tell(JobState.QUEUED, job)
        self._scheduler.wake()

    def forget(self, job: JobId) -> None:
        """Remove a finished job and its result from the list; an active one stays and JobError says so."""
        if not self._store.forget(job) and self._store.job(job) is not None:
            raise JobError("This job is still going on.", remedy="Cancel it first.")

    def clean(self, *, older_than_days: float = 30.0) -> int:
        """Forget finished jobs older than that; returns how many."""
        return self._store.clean(time.time() - older_than_days * 86400.0)

    # -- looking --

    def job(self, job: JobId) -> Job | None:
        found = self._store.job(job)
        return self._with_progress(found) if found else None

    def jobs(self, active_only: bool = False, *, subject: str | None = None, limit: int = -1) -> list[Job]:
        """Running, then queued in their order, then finished, newest first."""
        return [self._with_progress(job) for job in
                self._store.jobs(active_only=active_only, subject=subject, limit=limit)]

    def find(self, kind: str, key: str) -> Job | None:
        """The newest job of that kind and key."""
        found = self._store.find(kind, key)
        return self._with_progress(found) if found else None

    def is_being_worked_on(self) -> bool:
        """Whether some living process, this or another, runs jobs of this database."""
        return self._lease.held_by_anyone(time.time())

    def wait(self, jobs: Sequence[JobId] | None = None, timeout: float | None = None) -> bool:
        """Block until these jobs (None: all) are done, failed or cancelled; False when the time was up, or the queue
        stopped, first.

        By then the listener has heard of them, and jobs that it queued in answer count (with None).
        """
        if self._scheduler.is_here:
            raise RuntimeError("a listener must not wait for jobs: it runs on the scheduler's thread")
        end = None if timeout is None else time.monotonic() + timeout
        scheduler = self._scheduler
        while True:
            left = self._timing.poll if end is None else end - time.monotonic()
            seen = scheduler.changes
            # Under this lock a job that has ended has also been told of, and what its listener queued is there.
            if scheduler.telling.acquire(timeout=max(0.0, left)):
                try:
                    if not self._store.unfinished(jobs):
                        return True
                finally:
                    scheduler.telling.release()
            if left <= 0 or (self._started and not scheduler.running):
                return False
            with scheduler.changed:
                if scheduler.changes == seen:  # polling, since another process's work changes nothing of ours
                    scheduler.changed.wait(min(left, self._timing.poll))

    def _with_progress(self, job: Job) -> Job:
        live = self._scheduler.live.get(job.id)
        if live is None or job.state is not JobState.RUNNING:
            return job
        return replace(job, progress=live.progress, seconds_left=live.seconds_left)
