# SPDX-License-Identifier: GPL-3.0-or-later
"""Search inside one transcript: the box, how many, next and previous."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from podmix.ui.podcasts.transcript_view import TranscriptView
from podmix.ui.theme import Theme
from podmix.ui.widgets.buttons import IconButton
from podmix.ui.widgets.labels import label


class FindBar(QWidget):
    """Opened by Ctrl+F; Enter is next, Shift+Enter previous, Escape closes."""

    def __init__(self, theme: Theme, transcript: TranscriptView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._transcript = transcript
        self.edit = QLineEdit()
        self.edit.setPlaceholderText("Find in this transcript")
        self.edit.setAccessibleName("Find in this transcript")
        self.count = label(kind="small")
        self.count.setMinimumWidth(64)
        self.before = IconButton(theme, "up", "Previous place", key="Shift+Enter", size=16)
        self.after = IconButton(theme, "down", "Next place", key="Enter", size=16)
        self.closer = IconButton(theme, "close", "Close the search", key="Esc", size=16)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for part in (self.edit, self.count, self.before, self.after, self.closer):
            row.addWidget(part)
        self.edit.textChanged.connect(transcript.find_all)
        self.before.clicked.connect(lambda: transcript.step_hit(-1))
        self.after.clicked.connect(lambda: transcript.step_hit(1))
        self.closer.clicked.connect(self.close_bar)
        transcript.found_changed.connect(self._show_count)
        self.hide()

    def open_bar(self) -> None:
        self.show()
        self.edit.setFocus()
        self.edit.selectAll()

    def close_bar(self) -> None:
        if self.isVisible():
            self.edit.clear()
            self.hide()
            self._transcript.setFocus()

    def _show_count(self, which: int, of: int) -> None:
        self.count.setText(f"{which} of {of}" if of else ("nothing found" if self.edit.text().strip() else ""))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._transcript.step_hit(-1 if back else 1)
        else:
            super().keyPressEvent(event)
