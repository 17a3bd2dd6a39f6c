# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's long work above the table: jobs of the queue, and what this screen itself is doing. Each can be stopped."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Event
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from podmix.app.views import JobCard
from podmix.errors import Cancelled, PodMixError
from podmix.progress import Progress
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.buttons import IconButton, button, name_control
from podmix.ui.widgets.labels import ElidedLabel, label
from podmix.ui.wording import left_text

KIND = "lab"


class OwnWork(QObject):
    """Runs generators of ``Progress`` off the main thread, one at a time; ``cancel`` stops after the present step."""

    moved = Signal(str, object)  # title, Progress | None: over

    def __init__(self, around: Surroundings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._around = around
        self._stop: Event | None = None
        self.title = ""

    @property
    def busy(self) -> bool:
        return self._stop is not None

    def begin(self, title: str, steps: Callable[[], Generator[Progress, None, Any]], then: Callable[[Any], object],
              failed: Callable[[PodMixError], None] | None = None) -> bool:
        """False while something else is being done."""
        if self.busy:
            self._around.notices.toast(f"One thing after the other: {self.title.lower()} is not over.")
            return False
        stop = self._stop = Event()
        self.title = title
        self.moved.emit(title, Progress("begin", 0))

        def work() -> Any:
            running = steps()
            while not stop.is_set():
                try:
                    step = next(running)
                except StopIteration as over:
                    return over.value
                self.moved.emit(title, step)
            running.close()
            raise Cancelled

        self._around.background.run(work, then=then, failed=failed, ended=self._over, owner=self)
        return True

    def cancel(self) -> None:
        if self._stop is not None:
            self._stop.set()
            self._over()

    def _over(self) -> None:
        self._stop = None
        self.moved.emit(self.title, None)


@dataclass(slots=True)
class _Line:
    frame: QFrame
    title: Any
    note: ElidedLabel
    bar: QProgressBar
    stop: IconButton
    again: Any
    job: int = 0


class WorkStrip(QWidget):
    """``ended`` when a job of the lab is no longer there, ``running`` tells whether any is."""

    ended = Signal()
    MOST = 3

    def __init__(self, around: Surroundings, own: OwnWork, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around, self._own = around, own
        self._jobs: tuple[JobCard, ...] = ()
        self._step: Progress | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self.lines: list[_Line] = []
        own.moved.connect(self._own_moved)
        around.events.jobs.connect(self.show_jobs)
        self.hide()

    @property
    def running(self) -> bool:
        return any(job.state == "running" for job in self._jobs)

    def show_jobs(self, jobs: Sequence[JobCard]) -> None:
        mine = tuple(job for job in jobs if job.kind == KIND)
        gone = {job.job_id for job in self._jobs} - {job.job_id for job in mine if job.state != "failed"}
        self._jobs = mine
        self._show()
        if gone:
            self.ended.emit()

    def _own_moved(self, title: str, step: Progress | None) -> None:
        del title
        self._step = step
        self._show()

    def _show(self) -> None:
        shown: list[JobCard | None] = [None] if self._step is not None else []
        shown += self._jobs[:self.MOST]
        while len(self.lines) < len(shown):
            self.lines.append(self._line())
        for at, line in enumerate(self.lines):
            line.frame.setVisible(at < len(shown))
            if at < len(shown):
                job = shown[at]
                if job is None:
                    self._fill_own(line)
                else:
                    self._fill(line, job)
        self.setVisible(bool(shown))

    def _line(self) -> _Line:
        frame = QFrame()
        frame.setProperty("kind", "card")
        row = QHBoxLayout(frame)
        row.setContentsMargins(14, 6, 8, 6)
        row.setSpacing(12)
        made = _Line(frame, label(kind="strong"), ElidedLabel(kind="small"), QProgressBar(),
                     IconButton(self._around.theme, "close", "Stop", size=14), button("Try again", kind="link"))
        made.bar.setTextVisible(False)
        made.bar.setFixedWidth(150)
        row.addWidget(made.title)
        row.addWidget(made.note, 1)
        for control in (made.again, made.bar, made.stop):
            row.addWidget(control)
        made.stop.clicked.connect(partial(self._stop, made))
        made.again.clicked.connect(partial(self._retry, made))
        self._column.addWidget(frame)
        return made

    def _fill_own(self, line: _Line) -> None:
        step, line.job = self._step, 0
        assert step is not None
        self._say(line, self._own.title, step.note, step.fraction, failed=False)

    def _fill(self, line: _Line, job: JobCard) -> None:
        line.job = job.job_id
        failed = job.state == "failed"
        left = left_text(job.seconds_left) if job.state == "running" else ""
        note = f"{job.problem} {job.remedy}".strip() if failed else " · ".join(filter(None, (
            job.note or ("Waiting" if job.state == "queued" else "Beginning"), left)))
        self._say(line, job.title, note, 0.0 if job.state == "queued" else job.fraction, failed=failed)

    @staticmethod
    def _say(line: _Line, title: str, note: str, fraction: float | None, *, failed: bool) -> None:
        line.title.setText(title)
        line.note.set_text(note)
        line.bar.setVisible(not failed)
        line.again.setVisible(failed)
        line.again.setAccessibleName(f"Try again: {title}")
        line.bar.setRange(0, 0 if fraction is None else 1000)
        line.bar.setValue(round(1000 * (fraction or 0.0)))
        line.bar.setAccessibleName(f"Progress of {title}")
        name_control(line.stop, f"Dismiss {title}" if failed else f"Stop {title}")

    def _stop(self, line: _Line) -> None:
        job = line.job
        if not job:
            self._own.cancel()
        else:
            self._around.background.run(lambda: self._around.verbs.cancel_job(job))

    def _retry(self, line: _Line) -> None:
        job = line.job
        self._around.background.run(lambda: self._around.verbs.retry_job(job))
