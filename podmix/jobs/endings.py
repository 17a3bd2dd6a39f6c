# SPDX-License-Identifier: GPL-3.0-or-later
"""How jobs end: saved, kept by the program, told, in this order, and again later when the disk refuses.

Only the scheduler's thread calls these; ``telling`` is for those who wait.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from podmix.errors import DatabaseError, JobError, PodMixError, StorageError, WorkerDied
from podmix.jobs.store import JobStore
from podmix.jobs.types import Job, JobState, Plain, Problem
from podmix.units import JobId

logger = logging.getLogger(__name__)

MOST_CRASHES = 2  # a job whose worker dies is tried again so many times

_CRASHED = Problem("The part of PodMix that did this job ended unexpectedly, several times.",
                   "Close other programs and try again; a smaller model needs less memory.")
_USELESS = JobError("The result could not be used.",
                    remedy="Try again; if it happens once more, send the report that podmix doctor makes.")


class Endings:
    """Ends of jobs on their way into the database, in order.

    Args:
        store: the job tables.
        keep: the program's part of a done job; see ``JobQueue``.
        announce: tells the listener of a state.
    """

    def __init__(self, store: JobStore, keep: Callable[[Job], None],
                 announce: Callable[[JobState | None, JobId], None]) -> None:
        self._store = store
        self._keep = keep
        self._announce = announce
        self._unsaved: list[Callable[[], JobState | None]] = []
        self._jobs: list[JobId] = []
        self.telling = threading.RLock()  # held from a change until its listener has heard of it

    def done(self, job: Job, result: Plain) -> None:
        """Mark it done and let the program keep the result, both or neither; failed if the program cannot use it."""
        self._save(job, lambda: self._done(job, result))

    def failed(self, job: Job, problem: Problem, kind: str, detail: str) -> None:
        self._save(job, lambda: self._failed(job, problem, kind, detail))

    def cancelled(self, job: Job) -> None:
        self._save(job, lambda: JobState.CANCELLED if self._store.finish_cancelled(job.id, time.time()) else None)

    def put_back(self, job: Job) -> None:
        """To the queue again, through no fault of its own."""
        self._save(job, lambda: self._queued(job, crashed=False))

    def crashed(self, job: Job, detail: str) -> None:
        """To the queue again, or failed when its worker died too often."""
        self._save(job, lambda: self._queued(job, crashed=True)
                   or self._failed(job, _CRASHED, WorkerDied.__name__, detail))

    def save_rest(self) -> None:
        """Try once more what could not be saved."""
        while self._unsaved:
            job = self._jobs[0]
            try:
                with self.telling:
                    state = self._unsaved[0]()
                    del self._unsaved[0], self._jobs[0]
                    if state is not None:
                        self._announce(state, job)
            except PodMixError as problem:
                logger.warning("a job's end could not be saved yet: %s (%s)", problem, problem.detail)
                return

    def forget_all(self) -> None:
        """The lease is lost: whoever holds it does these jobs again."""
        self._unsaved.clear()
        self._jobs.clear()

    # -- one try each; None: the job was no longer ours --

    def _save(self, job: Job, step: Callable[[], JobState | None]) -> None:
        self._unsaved.append(step)
        self._jobs.append(job.id)
        self.save_rest()

    def _done(self, job: Job, result: Plain) -> JobState | None:
        try:
            with self._store.transaction():
                if not self._store.finish_done(job.id, result, time.time()):
                    return None
                if (done := self._store.job(job.id)) is not None:
                    self._keep(done)
        except (StorageError, DatabaseError):
            raise  # again later
        except Exception as problem:  # the edge to the program
            logger.exception("the result of job %d (%s) could not be kept", job.id, job.kind)
            told = problem if isinstance(problem, PodMixError) else _USELESS
            return self._failed(job, Problem(told.message, told.remedy), type(told).__name__,
                                told.detail or repr(problem))
        return JobState.DONE

    def _failed(self, job: Job, problem: Problem, kind: str, detail: str) -> JobState | None:
        saved = self._store.finish_failed(job.id, problem, kind=kind, detail=detail, now=time.time())
        return JobState.FAILED if saved else None

    def _queued(self, job: Job, *, crashed: bool) -> JobState | None:
        back = self._store.put_back(job.id, crashed=crashed, most_crashes=MOST_CRASHES)
        return JobState.QUEUED if back else None
