# SPDX-License-Identifier: GPL-3.0-or-later
"""The lanes: which workers there are, and what each is running. Only the scheduler's thread touches them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from podmix.jobs.pace import Pace
from podmix.jobs.protocol import CancelJob, EndWorker, Report, RunJob
from podmix.jobs.types import Job, Plain, Timing
from podmix.jobs.worker_process import WorkerProcess
from podmix.progress import Progress
from podmix.units import JobId

PIPES_END_S = 2.0  # after a worker's death its pipes should have ended


@dataclass(slots=True)
class Run:
    """One job on one worker. ``kill_at``: monotonic time of the kill once it was asked to end."""

    job: Job
    worker: WorkerProcess
    cancelling: bool = False
    kill_at: float | None = None
    pace: Pace = field(default_factory=Pace)
    news: bool = False

    def advance(self, progress: Progress, now: float) -> None:
        self.job = replace(self.job, progress=progress, seconds_left=self.pace.seconds_left(progress, now))
        self.news = True

    def take_news(self) -> bool:
        """Whether there was progress since the last call."""
        news, self.news = self.news, False
        return news


@dataclass(slots=True)
class Seat:
    """A worker's place in its lane."""

    worker: WorkerProcess
    run: Run | None = None
    idle_since: float = 0.0
    kill_at: float | None = None  # it was told to end
    dead_since: float | None = None


class Lanes:
    """All workers. ``sizes``: how many each lane may have; they start when there is work."""

    def __init__(self, sizes: Mapping[str, int], timing: Timing, niceness: int) -> None:
        self._sizes = dict(sizes)
        self._timing = timing
        self._niceness = niceness
        self._seats: dict[WorkerProcess, Seat] = {}

    # -- looking --

    def names(self) -> list[str]:
        return list(self._sizes)

    def workers(self) -> list[WorkerProcess]:
        return list(self._seats)

    def runs(self) -> Iterator[Run]:
        return (seat.run for seat in self._seats.values() if seat.run is not None)

    def run_of(self, worker: WorkerProcess) -> Run | None:
        seat = self._seats.get(worker)
        return seat.run if seat else None

    def has_room(self, lane: str) -> bool:
        """A worker told to end counts until it is gone, so that a lane never exceeds its size."""
        taken = [seat for seat in self._in(lane) if seat.run is not None or seat.kill_at is not None]
        return len(taken) < self._sizes[lane]

    def full_groups(self, lane: str, limit: int) -> list[str]:
        counts = Counter(run.job.group for run in self.runs() if run.job.lane == lane and run.job.group)
        return [group for group, count in counts.items() if count >= limit]

    def deadlines(self) -> list[float]:
        """When ``enforce`` is next needed."""
        return [at for seat in self._seats.values()
                for at in (seat.kill_at, seat.run.kill_at if seat.run else None) if at is not None]

    def dead(self, now: float) -> list[WorkerProcess]:
        """Workers gone for a while whose end did not arrive in the inbox: something still holds their pipes.

        At first sight only the family is killed, so that the last reports come in, in order, before the end.
        """
        found = []
        for worker, seat in self._seats.items():
            if seat.dead_since is None and worker.gone():
                seat.dead_since = now
                worker.kill()
            elif seat.dead_since is not None and now - seat.dead_since > PIPES_END_S:
                found.append(worker)
        return found

    # -- doing --

    def start(self, job: Job, function: str, context: Plain,
              report: Callable[[WorkerProcess, Report | None], None]) -> Run:
        """Give the job to an idle worker (best one that did its kind last) or to a new one."""
        idle = [seat for seat in self._in(job.lane) if seat.run is None and seat.kill_at is None]
        idle.sort(key=lambda seat: seat.worker.last_kind != job.kind)
        message = RunJob(job.id, function, job.params, context)
        if idle:
            seat = idle[0]
        else:
            worker = WorkerProcess(job.lane, report, niceness=self._niceness, progress_interval=self._timing.progress)
            seat = self._seats[worker] = Seat(worker, idle_since=time.monotonic())
        seat.worker.send(message)
        seat.worker.last_kind = job.kind
        seat.run = Run(job, seat.worker)
        return seat.run

    def release(self, run: Run, now: float) -> None:
        """The worker is free again."""
        seat = self._seats[run.worker]
        seat.run, seat.idle_since = None, now

    def cancel(self, job: JobId, kill_at: float) -> None:
        """Raise the flag of a running job; the first deadline stays."""
        for run in self.runs():
            if run.job.id == job and not run.cancelling:
                run.cancelling, run.kill_at = True, kill_at
                run.job = replace(run.job, cancelling=True)
                run.worker.send(CancelJob(job))

    def enforce(self, now: float) -> None:
        """Kill what has outlived its deadline; the scheduler hears of the end in its inbox."""
        for seat in self._seats.values():
            if seat.kill_at is not None and now >= seat.kill_at:
                seat.worker.kill()
                seat.kill_at = now + self._timing.cancel
            if seat.run and seat.run.kill_at is not None and now >= seat.run.kill_at:
                seat.worker.kill()
                seat.run.kill_at = now + self._timing.cancel

    def end_idle(self, now: float) -> None:
        for seat in self._seats.values():
            if seat.run is None and seat.kill_at is None and now - seat.idle_since >= self._timing.idle:
                seat.worker.send(EndWorker())
                seat.kill_at = now + self._timing.stop

    def ask_end(self) -> None:
        """Ask every worker to end soon: running jobs see their flag."""
        for seat in self._seats.values():
            if seat.run is not None and not seat.run.cancelling:
                seat.worker.send(CancelJob(seat.run.job.id))
            seat.worker.send(EndWorker())

    def abandon(self) -> None:
        """End all workers now and forget their runs; somebody else does those jobs."""
        for worker in self.workers():
            self.bury(worker)

    def bury(self, worker: WorkerProcess) -> int | None:
        """Take an ended (or ending) worker and its family away; its exit code, None if that was done before."""
        seat = self._seats.pop(worker, None)
        return worker.bury() if seat else None

    def _in(self, lane: str) -> list[Seat]:
        return [seat for seat in self._seats.values() if seat.worker.lane == lane]
