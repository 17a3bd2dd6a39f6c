# SPDX-License-Identifier: GPL-3.0-or-later
"""The worker process: runs one job after another and reports up its pipe.

Commands come on what was standard input, reports leave on what was standard output; both are hidden from the job
and from whatever it starts, and prints go to standard error. The thread that reads commands also notices that the
parent is gone and ends the whole family. Nothing heavy is imported until a job's function asks for it.
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import sys
import threading
import time
import traceback
from typing import IO

from podmix.errors import Cancelled, JobError, PodMixError
from podmix.jobs.driving import drive
from podmix.jobs.process_tree import end_own_tree, watch_over
from podmix.jobs.protocol import (
    CancelJob,
    EndWorker,
    Failed,
    Finished,
    Partial,
    PartialMade,
    Progressed,
    RunJob,
    Stopped,
    packed,
    unpacked,
)
from podmix.progress import Progress


class Outbox:
    """Sends reports on a thread of its own. Of progress only the newest is kept, one each ``interval`` seconds."""

    def __init__(self, pipe: IO[bytes], interval: float) -> None:
        self._pipe = pipe
        self._interval = interval
        self._lines: list[bytes] = []
        self._progress: Progressed | None = None
        self._sent = 0.0
        self._closing = False
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="reports", daemon=True)
        self._thread.start()

    def progress(self, report: Progressed) -> None:
        with self._news:
            fresh, self._progress = self._progress is None, report
            if fresh:
                self._news.notify()

    def send(self, report: PartialMade | Finished | Failed | Stopped) -> None:
        """After the newest progress, in order. Raises TypeError or ValueError for what is not plain data."""
        line = packed(report)
        with self._news:
            if not isinstance(report, PartialMade):
                self._progress = None  # the end says more
            self._lines.append(line)
            self._news.notify()

    def close(self) -> None:
        """Send what is left."""
        with self._news:
            self._closing = True
            self._news.notify()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._news:
                while not self._lines and not self._closing:
                    wait = self._sent + self._interval - time.monotonic() if self._progress else None
                    if wait is not None and wait <= 0:
                        break
                    self._news.wait(wait)
                due = self._progress and time.monotonic() >= self._sent + self._interval
                lines, self._lines = self._lines, []
                if due and self._progress:
                    lines.append(packed(self._progress))
                    self._progress, self._sent = None, time.monotonic()
                ending = self._closing and not lines
            if ending:
                return
            try:
                self._pipe.write(b"".join(lines))
                self._pipe.flush()
            except OSError:
                end_own_tree()  # nobody reads any more


class Worker:
    """One worker's life: a thread for commands, the main thread for jobs."""

    def __init__(self, commands: IO[bytes], outbox: Outbox) -> None:
        self._commands = commands
        self._outbox = outbox
        self._jobs: queue.SimpleQueue[RunJob | None] = queue.SimpleQueue()
        self._cancelled: set[int] = set()

    def live(self) -> None:
        """Until told to end, or until the parent is gone."""
        threading.Thread(target=self._listen, name="commands", daemon=True).start()
        while (command := self._jobs.get()) is not None:
            self._run(command)
        self._outbox.close()

    def _listen(self) -> None:
        for line in self._commands:
            try:
                command = unpacked(line)
            except ValueError:
                break  # half a line: the parent was killed while writing
            match command:
                case RunJob():
                    self._jobs.put(command)
                case CancelJob():
                    self._cancelled.add(command.job_id)
                case EndWorker():
                    self._jobs.put(None)
        end_own_tree()

    def _run(self, command: RunJob) -> None:
        job_id = command.job_id

        def show(step: Progress | Partial) -> None:
            if isinstance(step, Partial):
                self._outbox.send(PartialMade(job_id, step.kind, step.data))
            else:
                self._outbox.progress(Progressed(
                    job_id, str(step.stage), float(step.done), None if step.total is None else float(step.total),
                    str(step.unit), str(step.note)))

        try:
            result = drive(command.function, command.params, command.context, lambda: job_id in self._cancelled, show)
            self._outbox.send(Finished(job_id, result))
        except Cancelled:
            self._outbox.send(Stopped(job_id))
        except BaseException as problem:  # noqa: BLE001 - the edge of the process: whatever it was, the parent hears
            self._outbox.send(Stopped(job_id) if job_id in self._cancelled else failure(job_id, problem))
        self._cancelled.discard(job_id)


def failure(job_id: int, problem: BaseException) -> Failed:
    """What to tell about an exception that ended a job."""
    trace = "".join(traceback.format_exception(problem))
    match problem:
        case PodMixError():
            return Failed(job_id, type(problem).__name__, problem.message, problem.remedy,
                          problem.detail or trace, expected=True)
        case MemoryError():
            return Failed(job_id, JobError.__name__, "There was not enough memory for this.",
                          "Close other programs, or choose a smaller model under Settings, Models.", trace,
                          expected=True)
        case _:
            return Failed(job_id, JobError.__name__, "Something went wrong that PodMix did not foresee.",
                          "Try again; if it happens once more, send the report that podmix doctor makes.", trace,
                          expected=False)


def _take_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Commands and reports as private files; jobs find an empty input and an output that leads to the log."""
    commands = os.fdopen(os.dup(0), "rb")
    reports = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return commands, reports


def main(*, niceness: int, interval: float) -> None:
    """Live as a worker of the process at the other end of the standard pipes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to understand
    watch_over(parent_pipe=0)
    if sys.platform != "win32":
        os.nice(niceness)
    commands, reports = _take_pipes()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    Worker(commands, Outbox(reports, interval)).live()
    sys.stderr.flush()
    os._exit(0)  # libraries' own threads must not hold up the end
