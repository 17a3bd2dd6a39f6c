# SPDX-License-Identifier: GPL-3.0-or-later
"""An empty, loading, offline or broken state as a designed thing: a sign, a sentence, one thing to do."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from podmix.ui.theme import Theme
from podmix.ui.widgets.buttons import button
from podmix.ui.widgets.labels import Glyph, centred, label

NEXT = "Next step"  # what the button is called while it offers nothing and is not shown


class EmptyState(QWidget):
    """``acted`` when the one button was pressed; without ``act`` there is none."""

    acted = Signal()

    def __init__(self, theme: Theme, icon: str, title: str, text: str = "", act: str = "",  # noqa: PLR0917 - one line each
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._glyph = Glyph(theme, icon, size=44, colour="faint")
        self._title = label(title, kind="large")
        self._text = label(text, kind="soft", wrap=True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text.setFixedWidth(400)
        self.button = button(act, name=act or NEXT)
        self.button.setVisible(bool(act))
        self.button.clicked.connect(self.acted)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addStretch(2)
        for part in (self._glyph, self._title, self._text):
            column.addLayout(centred(part))
        column.addSpacing(8)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def say(self, icon: str, title: str, text: str = "", act: str = "") -> None:
        self._glyph.show_icon(icon)
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.button.setText(act)
        self.button.setAccessibleName(act or NEXT)
        self.button.setVisible(bool(act))
