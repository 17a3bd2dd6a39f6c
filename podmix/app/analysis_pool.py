# SPDX-License-Identifier: GPL-3.0-or-later
"""Worker processes that analyse many tracks side by side, each file on its own: what one does harms no other.

A worker that dies on a file costs that file; a fresh one goes on. When the pool is left, by whatever way, its workers
end.
"""

from __future__ import annotations

import os
import queue
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from podmix.jobs.protocol import Failed, Finished, Report, RunJob
from podmix.jobs.worker_process import WorkerProcess

Plain = dict[str, Any]

FUNCTION = "podmix.app.analysis_work:analyse_track"
NICENESS = 5
_LOOK_EVERY_S = 0.2
_REPORTS_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of task number ``task``: a result, or the sentence that says why there is none.

    ``lasting`` tells that the file itself is the reason, so that trying again means nothing.
    """

    task: int
    result: Plain | None = None
    error: str = ""
    lasting: bool = False


def usual_workers() -> int:
    """Half the processors: what is left keeps the window and the sound smooth."""
    return max(1, (os.cpu_count() or 2) // 2)


class AnalysisPool:
    """``workers`` processes; they start as tasks come."""

    def __init__(self, workers: int, *, niceness: int = NICENESS, function: str = FUNCTION) -> None:
        self._most, self._niceness, self._function = max(1, workers), niceness, function
        self._inbox: queue.SimpleQueue[tuple[WorkerProcess, Report | None]] = queue.SimpleQueue()
        self._busy: dict[WorkerProcess, int] = {}
        self._idle: list[WorkerProcess] = []

    def run(self, tasks: Iterable[Plain], cancelled: Callable[[], bool] = lambda: False) -> Generator[Answer, None,
                                                                                                     None]:
        """Answers in the order in which tasks (params of the function) are done; ends early when cancelled."""
        waiting = enumerate(tasks)
        more = True
        try:
            while not cancelled():
                while more and len(self._busy) < self._most:
                    more = self._begin(waiting)
                if not self._busy:
                    return
                answer = self._next()
                if answer is not None:
                    yield answer
        finally:
            self._end()

    def _begin(self, waiting: Iterator[tuple[int, Plain]]) -> bool:
        number, params = next(waiting, (-1, {}))
        if number < 0:
            return False
        worker = self._idle.pop() if self._idle else WorkerProcess(
            "analysis", lambda who, report: self._inbox.put((who, report)), niceness=self._niceness,
            progress_interval=_REPORTS_EVERY_S)
        self._busy[worker] = number
        worker.send(RunJob(number, self._function, params, {}))
        return True

    def _next(self) -> Answer | None:
        try:
            worker, report = self._inbox.get(timeout=_LOOK_EVERY_S)
        except queue.Empty:
            return None
        number = self._busy.get(worker)
        if report is None:
            self._busy.pop(worker, None)
            if worker in self._idle:
                self._idle.remove(worker)
            code = worker.bury()
            return None if number is None else Answer(number, error=_death(code), lasting=code < 0)
        if number is None or not isinstance(report, Finished | Failed) or report.job_id != number:
            return None
        del self._busy[worker]
        self._idle.append(worker)
        if isinstance(report, Failed):
            return Answer(number, error=report.message, lasting=report.error == "AudioError")
        return Answer(number, report.result)

    def _end(self) -> None:
        for worker in (*self._busy, *self._idle):
            worker.kill()
        for worker in (*self._busy, *self._idle):
            worker.bury()
        self._busy.clear()
        self._idle.clear()


def _death(code: int) -> str:
    return f"Analysing this file ended the process that did it ({'signal ' + str(-code) if code < 0 else code})."
