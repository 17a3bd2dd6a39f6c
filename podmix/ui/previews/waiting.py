# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands on the previews screen between the first subscription and the first preview: the work itself, live."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from podmix.app.views import CaptionsGrew, JobCard
from podmix.ui.surroundings import Surroundings
from podmix.ui.theme import CAPTION, font
from podmix.ui.widgets.buttons import button
from podmix.ui.widgets.labels import ElidedLabel, label
from podmix.ui.wording import left_text

LIVE = ("running", "queued")


class FirstPreviews(QWidget):
    """Shows the job that is furthest, and the words as they are recognised."""

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "screen")
        self._title = label("Listening for the best minutes", kind="title")
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._job = ElidedLabel("Your first previews appear here as soon as they are ready.", kind="soft")
        self._job.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress of the first preview")
        self._bar.setRange(0, 1000)
        self._words = label("", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words.setFont(font(CAPTION))
        self._words.setMinimumHeight(150)
        keeps_its_room = self._words.sizePolicy()
        keeps_its_room.setRetainSizeWhenHidden(True)
        self._words.setSizePolicy(keeps_its_room)
        self._open = button("See the episodes")
        self._open.clicked.connect(lambda: around.ways.screen.emit("podcasts"))
        column = QVBoxLayout(self)
        column.setContentsMargins(48, 24, 48, 24)
        column.setSpacing(16)
        column.addStretch(3)
        column.addWidget(self._title)
        column.addWidget(self._job)
        column.addWidget(self._bar, 0, Qt.AlignmentFlag.AlignHCenter)
        self._bar.setFixedWidth(320)
        column.addSpacing(16)
        column.addWidget(self._words)
        column.addWidget(self._open, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(4)

    def show_jobs(self, jobs: tuple[JobCard, ...]) -> None:
        live = [job for job in jobs if job.state in LIVE]
        self._bar.setVisible(bool(live))
        if not live:
            failed = [job for job in jobs if job.state == "failed"]
            self._title.setText("No previews yet")
            self._job.set_text(failed[0].problem if failed else "Open a show and choose Make preview on an episode.")
            self._words.hide()
            return
        first = max(live, key=lambda job: (job.state == "running", job.fraction or 0.0))
        self._title.setText("Listening for the best minutes")
        about = (first.title, first.note, left_text(first.seconds_left))
        self._job.set_text("  ·  ".join(part for part in about if part))
        self._bar.setValue(round(1000 * (first.fraction or 0.0)))

    def show_words(self, grown: CaptionsGrew) -> None:
        text = " ".join(line.text for line in grown.lines[-2:])
        self._words.setVisible(bool(text))
        self._words.setText(f"“{text[-150:].partition(' ')[2] if len(text) > 150 else text}”" if text else "")
