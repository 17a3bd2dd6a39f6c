# SPDX-License-Identifier: GPL-3.0-or-later
"""The job tray: what is under way, how far, how long still, and a way to stop it. Rows are reused, never rebuilt."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from podmix.app.views import JobCard
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.buttons import IconButton, button, name_control
from podmix.ui.widgets.labels import ElidedLabel, label
from podmix.ui.wording import left_text

LIVE = ("running", "queued")
MOST = 12


class JobRow(QFrame):
    """One job. A failed one says why and what to do, and can be tried again."""

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around = around
        self._job_id = 0
        self.setProperty("kind", "card")
        self._title = label(kind="strong", wrap=True)  # what it is about stands at the end of a title
        self._stop = IconButton(around.theme, "close", "Cancel", size=14)
        self._stop.clicked.connect(self._cancel)
        self._note = ElidedLabel(kind="small")
        self._left = label(kind="small")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._problem = label(kind="small", wrap=True)
        self._again = button("Try again", kind="link")
        self._again.clicked.connect(self._retry)
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self._title, 1)
        top.addWidget(self._stop, 0, Qt.AlignmentFlag.AlignTop)
        self._facts = QWidget()
        middle = QHBoxLayout(self._facts)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.addWidget(self._note, 1)
        middle.addWidget(self._left)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 8, 12)
        column.setSpacing(4)
        column.addLayout(top)
        inner = QVBoxLayout()
        inner.setContentsMargins(0, 0, 6, 0)
        inner.setSpacing(8)
        inner.addWidget(self._facts)
        inner.addWidget(self._bar)
        inner.addWidget(self._problem)
        inner.addWidget(self._again, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(inner)

    def show_job(self, job: JobCard) -> None:
        self._job_id = job.job_id
        failed = job.state == "failed"
        self._title.setText(textwrap.shorten(job.title, 72, placeholder=" …"))
        self._title.setToolTip(job.title)
        waiting = job.state == "queued"
        self._note.set_text(job.note or ("Waiting" if waiting else ""))
        self._left.setText("" if waiting or failed else left_text(job.seconds_left))
        self._facts.setVisible(not failed)
        self._bar.setVisible(not failed and not waiting)
        self._bar.setRange(0, 0 if job.fraction is None and job.state == "running" else 1000)
        self._bar.setValue(round(1000 * (job.fraction or 0.0)))
        self._bar.setAccessibleName(f"Progress of {job.title}")
        self._problem.setVisible(failed)
        self._problem.setText(f"{job.problem} {job.remedy}".strip())
        self._again.setVisible(failed)
        name_control(self._stop, f"Dismiss {job.title}" if failed else f"Cancel {job.title}")
        self._again.setAccessibleName(f"Try again: {job.title}")

    def _cancel(self) -> None:
        job_id = self._job_id
        self._around.background.run(lambda: self._around.verbs.cancel_job(job_id))

    def _retry(self) -> None:
        job_id = self._job_id
        self._around.background.run(lambda: self._around.verbs.retry_job(job_id))


class JobTray(QWidget):
    """At most a dozen rows: what runs, then what waits; failed ones stay until dismissed."""

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around = around
        self.rows: list[JobRow] = []
        self._dismissed: set[int] = set()
        self._rest = label(kind="small")
        self._idle = label("Nothing to do right now. Long work shows up here.", kind="small", wrap=True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(label("Working on", kind="heading"))
        self._column.addWidget(self._idle)
        self._column.addWidget(self._rest)
        around.events.jobs.connect(self.show_jobs)
        self.show_jobs(())

    def show_jobs(self, jobs: Sequence[JobCard]) -> None:
        order = {"running": 0, "failed": 1, "queued": 2}
        shown = sorted((job for job in jobs if job.state in order), key=lambda job: order[job.state])
        while len(self.rows) < min(MOST, len(shown)):
            row = JobRow(self._around)
            self.rows.append(row)
            self._column.insertWidget(1 + len(self.rows), row)
        for index, row in enumerate(self.rows):
            row.setVisible(index < len(shown))
            if index < len(shown):
                row.show_job(shown[index])
        self._idle.setVisible(not shown)
        self._rest.setVisible(len(shown) > MOST)
        self._rest.setText(f"and {len(shown) - MOST} more")
