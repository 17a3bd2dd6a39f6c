# SPDX-License-Identifier: GPL-3.0-or-later
"""Tracks that shall join the mix are being got to know: how far that is, and a way to stop it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from podmix.progress import Progress
from podmix.ui.widgets.buttons import button
from podmix.ui.widgets.labels import label


class JoiningRow(QWidget):
    """Shown while there is something to tell."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = label(kind="soft")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(200)
        self.bar.setAccessibleName("Progress of adding tracks")
        self.stop = button("Cancel", name="Stop adding tracks")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        for part in (self.words, self.bar):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self.stop)
        self.setVisible(False)

    def show_step(self, step: Progress | None) -> None:
        """None: nothing is on its way."""
        self.setVisible(step is not None)
        if step is not None:
            self.words.setText(step.note or "Getting to know the tracks")
            self.bar.setRange(0, 1000 if step.fraction is not None else 0)
            self.bar.setValue(round(1000 * (step.fraction or 0.0)))
