# SPDX-License-Identifier: GPL-3.0-or-later
"""The thread that runs jobs: one inbox, one loop, no polling faster than ``Timing.poll``.

Everything that happens (a worker's report, a wish of another thread, the clock) arrives in the loop, which alone
touches the runs and the workers. While another process holds the lease, the loop only follows: it reads what that
process did from the log and passes it on as events.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping

from podmix.errors import JobError, PodMixError
from podmix.jobs.endings import Endings
from podmix.jobs.lanes import Lanes, Run
from podmix.jobs.lease import Lease
from podmix.jobs.protocol import (
    Failed,
    Finished,
    JobCancelled,
    JobDone,
    JobEvent,
    JobFailed,
    JobPartial,
    JobProgress,
    JobQueued,
    JobStarted,
    PartialMade,
    Progressed,
    Report,
    Stopped,
)
from podmix.jobs.store import JobStore
from podmix.jobs.types import Job, JobState, Plain, Problem, Timing
from podmix.jobs.worker_process import WorkerProcess
from podmix.progress import Progress
from podmix.units import JobId

logger = logging.getLogger(__name__)

GROUP_LIMIT = 2

_EVENTS: dict[JobState, Callable[[Job], JobEvent]] = {
    JobState.QUEUED: JobQueued, JobState.RUNNING: JobStarted, JobState.DONE: JobDone,
    JobState.FAILED: JobFailed, JobState.CANCELLED: JobCancelled,
}


class Scheduler:
    """Owns the workers and the runs; everything public may be called from any thread."""

    def __init__(self, store: JobStore, lease: Lease, lanes: Lanes, *, functions: Mapping[str, str],
                 context: Callable[[], Plain], on_event: Callable[[JobEvent], None], keep: Callable[[Job], None],
                 version: Callable[[], int], timing: Timing) -> None:
        self._store = store
        self._lease = lease
        self._lanes = lanes
        self._functions = functions
        self._context = context
        self._on_event = on_event
        self._version = version
        self._timing = timing
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._live, name="job scheduler", daemon=True)
        self._holding = False
        self._stopping = False
        self._look = True  # whether the queue may hold something to start
        self._poll_at = self._beat_at = 0.0
        self._seen_version = -1
        self._log_at = 0
        self._followed: dict[JobId, Progress | None] = {}
        self._endings = Endings(store, keep, self._announce)
        self.telling = self._endings.telling
        self.live: dict[JobId, Job] = {}  # running jobs with their newest progress; replaced whole, never changed
        self.changed = threading.Condition()
        self.changes = 0  # events told so far, guarded by ``changed``

    # -- from other threads --

    def start(self) -> None:
        self._log_at = self._store.log_end()
        self._thread.start()

    @property
    def is_here(self) -> bool:
        return threading.current_thread() is self._thread

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def wake(self) -> None:
        """There may be something to start."""
        self._inbox.put(self._wake)

    def tell(self, state: JobState, job: JobId) -> None:
        """Let the listener hear of a change that this process made; call it inside the change's transaction."""
        self._inbox.put(lambda: self._tell(state, job))

    def cancel(self, job: JobId) -> None:
        """A running job was asked to end."""
        self._inbox.put(lambda: self._begin_cancel(job))

    def stop(self) -> None:
        """End all work in order; running jobs go back to the queue. Waits, except on the scheduler's own thread."""
        self._inbox.put(self._ask_stop)
        if self._thread.ident is not None and not self.is_here:
            self._thread.join()

    def report(self, worker: WorkerProcess, report: Report | None) -> None:
        """From a worker's reading thread; None means that it has ended."""
        self._inbox.put(lambda: self._ended(worker) if report is None else self._reported(worker, report))

    # -- the loop --

    def _live(self) -> None:
        try:
            while not self._stopping:
                self._turn()
        finally:
            self._wind_up()

    def _turn(self) -> None:
        """Wait for the next thing to do and do all that is due."""
        self._take_in(self._next_due())
        try:
            now = time.monotonic()
            if now >= self._poll_at:
                self._poll_at = now + self._timing.poll
                self._poll(now)
            self._lanes.enforce(now)
            if self._holding and self._look and not self._stopping:
                self._look = False
                self._start_jobs()
        except PodMixError as problem:  # a full disk, a busy database: work goes on when that is over
            logger.warning("the job queue waits: %s (%s)", problem, problem.detail)
            self._look = True

    def _next_due(self) -> float:
        return min([self._poll_at, *self._lanes.deadlines()])

    def _take_in(self, until: float) -> None:
        """Handle everything in the inbox, waiting at most until that time for the first."""
        with contextlib.suppress(queue.Empty):
            self._handle([self._inbox.get(timeout=max(0.0, until - time.monotonic())), *self._waiting_items()])

    def _waiting_items(self) -> list[Callable[[], None]]:
        items: list[Callable[[], None]] = []
        with contextlib.suppress(queue.Empty):
            while True:
                items.append(self._inbox.get_nowait())
        return items

    def _handle(self, items: list[Callable[[], None]]) -> None:
        for item in items:
            try:
                item()
            except PodMixError as problem:
                logger.warning("the job queue stumbled: %s (%s)", problem, problem.detail)

    def _poll(self, now: float) -> None:
        """The slow clock: unsaved ends, the lease, what others did, progress for others, dead and idle workers."""
        self._endings.save_rest()
        if now >= self._beat_at:
            self._beat_at = now + self._timing.heartbeat
            self._hold(self._lease.claim(time.time()))
        elif not self._holding:
            self._hold(self._lease.claim(time.time()))
        version = self._version()
        if version != self._seen_version:
            self._seen_version = version
            self._hear_others()
        if self._holding:
            self._save_progress()
        for worker in self._lanes.dead(now):
            self._ended(worker)
        self._lanes.end_idle(now)

    # -- the lease --

    def _hold(self, holding: bool) -> None:
        if holding and not self._holding:
            logger.info("this process runs the jobs")
            self._holding = self._look = True
            self._followed.clear()
            for job in self._store.recover(time.time()):
                self._announce(None, job)
        elif self._holding and not holding:
            logger.warning("another process has taken the job lease over; this one follows")
            self._holding = False
            self._endings.forget_all()
            self._lanes.abandon()
            self._show()

    def _hear_others(self) -> None:
        for change in self._store.changes_by_others(self._log_at):
            self._log_at = max(self._log_at, change.seq)
            self._announce(change.state, change.job)
            self._look = True
        if self._holding:
            for job in self._store.cancelling():
                self._begin_cancel(job)
        else:
            self._follow_progress()

    def _follow_progress(self) -> None:
        running = self._store.running()
        for job in running:
            if job.progress is not None and self._followed.get(job.id) != job.progress:
                self._emit(JobProgress(job))
        self._followed = {job.id: job.progress for job in running}

    # -- starting --

    def _start_jobs(self) -> None:
        for lane in self._lanes.names():
            while not self._stopping and self._lanes.has_room(lane):
                with self._store.transaction():  # whatever take() can see has its telling in the inbox
                    job = self._store.take(lane, self._lanes.full_groups(lane, GROUP_LIMIT), time.time())
                    items = self._waiting_items()
                self._handle(items)
                if job is None:
                    break
                self._start(job)

    def _start(self, job: Job) -> None:
        function = self._functions.get(job.kind)
        try:
            if function is None:
                raise JobError("This version of PodMix does not know this kind of job.",
                               remedy="Update PodMix.", detail=job.kind)
            run = self._lanes.start(job, function, self._context(), self.report)
        except Exception as problem:  # noqa: BLE001 - the edge to the program: its context may fail in any way
            told = problem if isinstance(problem, PodMixError) else JobError(
                "The job could not be started.", remedy="Try again later.", detail=repr(problem))
            self._fail(job, told.message, told.remedy, type(told).__name__, told.detail)
            return
        self._show()
        self._emit(JobStarted(run.job))

    # -- what workers say --

    def _reported(self, worker: WorkerProcess, report: Report) -> None:
        run = self._lanes.run_of(worker)
        if run is None or run.job.id != report.job_id:
            return  # the last words of a job that is no longer ours
        match report:
            case Progressed():
                run.advance(Progress(report.stage, report.done, report.total, report.unit, report.note),
                            time.monotonic())
                self._show()
                self._emit(JobProgress(run.job))
            case PartialMade():
                self._emit(JobPartial(run.job, report.kind, report.data))
            case Finished():
                self._lanes.release(run, time.monotonic())
                self._freed()
                self._endings.done(run.job, report.result)
            case Failed():
                self._lanes.release(run, time.monotonic())
                level = logging.INFO if report.expected else logging.ERROR
                logger.log(level, "job %d (%s) failed: %s\n%s", run.job.id, run.job.kind, report.message, report.detail)
                self._fail(run.job, report.message, report.remedy, report.error, report.detail)
            case Stopped():
                self._lanes.release(run, time.monotonic())
                self._stopped(run)

    def _ended(self, worker: WorkerProcess) -> None:
        run = self._lanes.run_of(worker)
        code = self._lanes.bury(worker)
        self._look = True
        if run is None:
            return
        if run.cancelling or self._stopping:
            self._stopped(run)
            return
        logger.warning("the worker of job %d (%s) died with %s:\n%s", run.job.id, run.job.kind, code,
                       worker.last_words)
        self._freed()
        self._endings.crashed(run.job, f"exit code {code}\n{worker.last_words}")

    def _stopped(self, run: Run) -> None:
        """A run that ended as cancelled: by a person, by itself, or (then it is put back) because the program ends."""
        self._freed()
        if self._stopping and not run.cancelling:
            self._endings.put_back(run.job)
        else:
            self._endings.cancelled(run.job)

    def _fail(self, job: Job, message: str, remedy: str, kind: str, detail: str) -> None:
        self._freed()
        self._endings.failed(job, Problem(message, remedy), kind, detail)

    def _freed(self) -> None:
        """A place is free: others see the runs as they are, and the queue is looked at again."""
        self._look = True
        self._show()

    def _begin_cancel(self, job: JobId) -> None:
        if self._holding:
            self._lanes.cancel(job, time.monotonic() + self._timing.cancel)
            self._show()

    # -- telling --

    def _wake(self) -> None:
        self._look = True

    def _ask_stop(self) -> None:
        self._stopping = True

    def _tell(self, state: JobState, job: JobId) -> None:
        with self._store.transaction():
            pass  # the change may stand in a larger transaction, which must end before anybody hears of it
        self._announce(state, job)

    def _announce(self, state: JobState | None, job_id: JobId) -> None:
        """Emit the event of a change; a job forgotten since is nobody's news."""
        job = self._store.job(job_id)
        if job is not None:
            self._emit(_EVENTS[state or job.state](job))

    def _show(self) -> None:
        """Let other threads see the runs as they are."""
        self.live = {run.job.id: run.job for run in self._lanes.runs()}

    def _emit(self, event: JobEvent) -> None:
        try:
            self._on_event(event)
        except Exception:  # the edge to the program: a listener's mistake must not stop the work
            logger.exception("a listener failed on %s", type(event).__name__)
        if not isinstance(event, (JobProgress, JobPartial)):
            self._wake_waiters()

    def _wake_waiters(self) -> None:
        with self.changed:
            self.changes += 1
            self.changed.notify_all()

    def _save_progress(self) -> None:
        news = {run.job.id: run.job.progress for run in self._lanes.runs() if run.take_news() and run.job.progress}
        if news:
            self._store.save_progress(news)

    # -- the end of the program --

    def _wind_up(self) -> None:
        """Ask, wait a little, kill; put running jobs back; give the lease away."""
        self._stopping = True
        self._lanes.ask_end()
        until = time.monotonic() + self._timing.stop
        while self._lanes.workers() and time.monotonic() < until:
            self._take_in(min(until, time.monotonic() + self._timing.poll))
        for worker in self._lanes.workers():
            self._ended(worker)
        try:
            self._endings.save_rest()
            if self._holding:
                self._save_progress()
                self._lease.release()
        except PodMixError as problem:
            logger.warning("the job queue could not be put in order: %s (%s)", problem, problem.detail)
        self._wake_waiters()
