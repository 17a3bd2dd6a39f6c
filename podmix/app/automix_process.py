# SPDX-License-Identifier: GPL-3.0-or-later
"""Planning mixes beside the window: a worker process of its own, so that nothing it computes holds the window up.

A ``MixRequest`` goes down, ``Progress`` comes up and then the mix, one track's facts at a time: small pieces, so that
taking them in never keeps the window's own threads waiting. Both ways they are plain data (``automix_wire``). Ceasing
to iterate ends the worker, and with it whatever it had begun; what it has analysed till then is remembered. An idle
worker ends after a while.
"""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from podmix import errors
from podmix.app.automix_wire import facts_from_plain, from_plain, plain
from podmix.errors import Cancelled, JobError, PodMixError, WorkerDied
from podmix.jobs.protocol import EndWorker, Failed, Finished, PartialMade, Progressed, Report, RunJob, Stopped
from podmix.jobs.worker_process import WorkerProcess
from podmix.paths import Home
from podmix.progress import Progress, Steps

if TYPE_CHECKING:
    from podmix.automix.options import MixOptions
    from podmix.automix.plan import MixPlan
    from podmix.automix.planner import PlannedMix

FUNCTION = "podmix.app.mix_work:plan"
NICENESS = 5
"""The sound goes first."""
IDLE_S = 120.0
_HEARTBEAT_S = 0.2
_REPORTS_EVERY_S = 0.1
Answers = queue.SimpleQueue[tuple[WorkerProcess, Report | None]]


@dataclass(frozen=True, slots=True)
class MixRequest:
    """What the worker shall do.

    ``do``: "plan" ``paths``; "open" the plan in the file ``paths[0]``; "know" ``paths``, so that they are remembered;
    "go on": ``plan`` with ``paths`` added, see ``automix_future.go_on`` (``order`` of its tracks as in ``PlannedMix``).
    """

    do: str
    paths: tuple[str, ...] = ()
    options: MixOptions | None = None
    plan: MixPlan | None = None
    order: tuple[int, ...] = ()
    heard_s: float | None = None
    anew: bool = False
    place: int | None = None


class MixProcess:
    """Thread-safe; requests at the same time get a worker each."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._idle: tuple[WorkerProcess, Answers] | None = None
        self._end_idle: threading.Timer | None = None
        self._number = 0

    def asked(self, request: MixRequest, known: PlannedMix | None = None) -> Steps[PlannedMix | None]:
        """Do it; returns the mix (None for "know"). ``known``: its facts are used where its tracks go on.

        Yields at least five times a second. Raises what the worker raised, WorkerDied where it ended.
        """
        worker, answers = self._taken()
        done = False
        try:
            with self._lock:
                self._number += 1
                number = self._number
            worker.send(RunJob(number, FUNCTION, {"request": plain(request)}, _places(self._home)))
            made = yield from _followed(worker, answers, number, known)
            done = True
        except PodMixError as problem:
            done = not isinstance(problem, WorkerDied)
            raise
        finally:
            if done:
                self._rest(worker, answers)
            else:
                worker.kill()
                worker.bury()
        return made

    def close(self) -> None:
        """End the worker that waits."""
        with self._lock:
            idle, self._idle = self._idle, None
            if self._end_idle is not None:
                self._end_idle.cancel()
        if idle is not None:
            idle[0].kill()
            idle[0].bury()

    def _taken(self) -> tuple[WorkerProcess, Answers]:
        with self._lock:
            idle, self._idle = self._idle, None
            if self._end_idle is not None:
                self._end_idle.cancel()
        if idle is not None:
            if not idle[0].gone():
                return idle
            idle[0].bury()
        answers: Answers = queue.SimpleQueue()
        return WorkerProcess("mixes", lambda who, report: answers.put((who, report)), niceness=NICENESS,
                             progress_interval=_REPORTS_EVERY_S), answers

    def _rest(self, worker: WorkerProcess, answers: Answers) -> None:
        with self._lock:
            if self._idle is None:
                self._idle = worker, answers
                self._end_idle = threading.Timer(IDLE_S, self.close)
                self._end_idle.daemon = True
                self._end_idle.start()
                return
        worker.send(EndWorker())
        worker.bury()


def _followed(worker: WorkerProcess, answers: Answers, number: int,
              known: PlannedMix | None) -> Steps[PlannedMix | None]:
    """What the worker says of request ``number``, until its end."""
    parts: dict[str, list[Any]] = {"facts": [], "tracks": [], "transitions": []}
    step = Progress("start", 0, None, "tracks", "")
    while True:
        yield step
        try:
            _, report = answers.get(timeout=_HEARTBEAT_S)
        except queue.Empty:
            continue
        if report is None:
            raise WorkerDied("Planning the mix stopped before it was done. Nothing was lost.",
                             remedy="Try it once more.", detail=worker.last_words[-2000:])
        if report.job_id != number:
            continue
        match report:
            case Progressed():
                step = Progress(report.stage, report.done, report.total, report.unit, report.note)
            case PartialMade():
                parts[report.kind] += (facts_from_plain(report.data),) if report.kind == "facts" else from_plain(
                    report.data["parts"])
            case Failed():
                raise _raised(report)
            case Stopped():
                raise Cancelled
            case Finished():
                return _whole(report.result, parts, known)


def _whole(result: dict[str, Any], parts: dict[str, list[Any]], known: PlannedMix | None) -> PlannedMix | None:
    """The mix of its plan and its facts: those of ``known`` for the tracks that it had, fresh ones for all others."""
    if "plan" not in result:
        return None
    from podmix.automix.planner import PlannedMix

    plan = replace(from_plain(result["plan"]), tracks=tuple(parts["tracks"]), transitions=tuple(parts["transitions"]))
    order = from_plain(result["order"])
    had = dict(zip(known.order, known.facts, strict=True)) if known is not None else {}
    fresh = iter(parts["facts"])
    return PlannedMix(plan, tuple(had[number] if number in had else next(fresh) for number in order), order)


def _raised(report: Failed) -> PodMixError:
    kind = getattr(errors, report.error, None) if report.expected else None
    if isinstance(kind, type) and issubclass(kind, PodMixError):
        return kind(report.message, remedy=report.remedy, detail=report.detail)
    return JobError("The mix could not be planned, and it is our mistake. Nothing was lost.",
                    remedy="Try it once more; if it happens again, `podmix doctor` helps to report it.",
                    detail=f"{report.error}: {report.message}\n{report.detail}"[:4000])


def _places(home: Home) -> dict[str, Any]:
    return {name: str(getattr(home, name)) for name in ("config", "data", "cache", "logs")}
