# SPDX-License-Identifier: GPL-3.0-or-later
"""Directory search from the address box: words instead of an address ask the directories the person switched on."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from podmix.app.views import DirectoryShow
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.address_box import AddressBox
from podmix.ui.widgets.buttons import button
from podmix.ui.widgets.labels import ElidedLabel, label

WAIT_MS, MOST = 450, 6
DIRECTORIES = ("directories.apple", "directories.podcast_index")


def looks_like_words(text: str) -> bool:
    """Not an address: no scheme, no dot inside a single word."""
    text = text.strip()
    return len(text) >= 3 and "://" not in text and not ("." in text and " " not in text)


class DirectoryResults(QFrame):
    """Hidden unless a directory is on and something was typed."""

    def __init__(self, around: Surroundings, box: AddressBox, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around, self._box = around, box
        self.setProperty("kind", "card")
        self.setAccessibleName("Shows found in directories")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 12, 16, 12)
        self._rows: list[QWidget] = []
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(WAIT_MS)
        self._wait.timeout.connect(self._ask)
        box.edit.textChanged.connect(self._typed)
        self.hide()

    def _typed(self, text: str) -> None:
        on = any(self._around.verbs.setting(key) for key in DIRECTORIES)
        if on and looks_like_words(text):
            self._wait.start()
        else:
            self._wait.stop()
            self.hide()

    def _ask(self) -> None:
        term = self._box.edit.text().strip()
        self._around.background.run(lambda: self._around.verbs.search_directories(term), then=self.show_found,
                                    owner=self, key="directories")

    def show_found(self, found: list[DirectoryShow]) -> None:
        for row in self._rows:
            self._column.removeWidget(row)
            row.deleteLater()
        self._rows = []
        for show in found[:MOST]:
            self._rows.append(self._row(show))
        if not found:
            self._rows.append(label("No show found by that name.", kind="soft"))
        for row in self._rows:
            self._column.addWidget(row)
        self.show()

    def _row(self, show: DirectoryShow) -> QWidget:
        made = QWidget()
        line = QHBoxLayout(made)
        line.setContentsMargins(0, 0, 0, 0)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(ElidedLabel(show.title, kind="strong"))
        words.addWidget(ElidedLabel(show.author or show.feed_url, kind="small"))
        add = button("Subscribe", name=f"Subscribe to {show.title}")
        add.clicked.connect(lambda: self._around.ways.subscribe.emit(show.feed_url))
        add.clicked.connect(self._box.edit.clear)
        line.addLayout(words, 1)
        line.addWidget(add)
        return made
