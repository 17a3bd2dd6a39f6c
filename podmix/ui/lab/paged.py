# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab's pages have in common: a head with a way back, a body that scrolls, and their three other states:
loading, failed, and nothing there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from podmix.errors import PodMixError
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.buttons import IconButton
from podmix.ui.widgets.empty import EmptyState
from podmix.ui.widgets.labels import ElidedLabel, label


class Page(QWidget):
    """``back`` when the person wants to leave it. Fill ``body``; ``show_body`` shows it."""

    back = Signal()

    def __init__(self, around: Surroundings, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.around = around
        self.verbs: Any = around.verbs
        self._again: Callable[[], object] | None = None
        self.title, self.facts = ElidedLabel(title, kind="title"), ElidedLabel(kind="soft")
        self.leave = IconButton(around.theme, "left", "Back to the runs", key="Escape")
        self.leave.clicked.connect(self.back)
        self.head = QHBoxLayout()
        self.head.setSpacing(8)
        self.head.addWidget(self.leave)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.title)
        words.addWidget(self.facts)
        self.head.addLayout(words, 1)
        inner = QWidget()
        inner.setProperty("kind", "page")
        self.body = QVBoxLayout(inner)
        self.body.setContentsMargins(0, 4, 12, 24)
        self.body.setSpacing(12)
        self.area = QScrollArea()
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inner)
        self.area.setAccessibleName(title)
        self.state = EmptyState(around.theme, "clock", "")
        self.state.acted.connect(lambda: self._again() if self._again is not None else self.back.emit())
        self.faces = QStackedWidget()
        self.faces.addWidget(self.area)
        self.faces.addWidget(self.state)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(self.head)
        column.addWidget(self.faces, 1)

    def heading(self, text: str) -> QWidget:
        made = label(text, kind="large")
        self.body.addWidget(made)
        return made

    def show_body(self) -> None:
        self.faces.setCurrentWidget(self.area)

    def show_loading(self, words: str) -> None:
        """Something else is coming: it begins at its top."""
        self._again = None
        self.area.verticalScrollBar().setValue(0)
        self.state.say("clock", words)
        self.faces.setCurrentWidget(self.state)

    def show_failure(self, error: PodMixError, again: Callable[[], object] | None = None) -> None:
        self._again = again
        self.state.say("alert", error.message, error.remedy, "Try again" if again is not None else "Back to the runs")
        self.faces.setCurrentWidget(self.state)

    def show_nothing(self, icon: str, title: str, text: str) -> None:
        self._again = None
        self.state.say(icon, title, text, "Back to the runs")
        self.faces.setCurrentWidget(self.state)

    def ask(self, work: Callable[[], Any], then: Callable[[Any], object], *, loading: str = "",
            again: Callable[[], object] | None = None, key: str = "") -> None:
        """``work`` off the main thread, ``then`` its answer; a failure becomes the page's own state."""
        if loading:
            self.show_loading(loading)
        self.around.background.run(work, then=then, failed=lambda error: self.show_failure(error, again), owner=self,
                                   key=key or f"lab {type(self).__name__}")


def emptied(column: QVBoxLayout | QHBoxLayout) -> None:
    """Take everything out of a layout."""
    while (entry := column.takeAt(0)) is not None:
        if (widget := entry.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (layout := entry.layout()) is not None:
            emptied(layout)  # type: ignore[arg-type]
