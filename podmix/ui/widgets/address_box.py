# SPDX-License-Identifier: GPL-3.0-or-later
"""The box that takes any address: a feed, a web page, another player's link."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.buttons import button


class AddressBox(QWidget):
    """Emits through ``ways.subscribe``; the window answers, dialogs included."""

    def __init__(self, around: Surroundings, *, hero: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around = around
        self.edit = QLineEdit()
        self.edit.setPlaceholderText("Paste a podcast's address or web page")
        self.edit.setAccessibleName("Address of a podcast")
        self.edit.setClearButtonEnabled(False)
        self.add = button("Subscribe", kind="primary")
        if hero:
            self.edit.setProperty("kind", "hero")
            self.add.setProperty("size", "hero")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.edit, 1)
        row.addWidget(self.add)
        self.edit.returnPressed.connect(self._send)
        self.add.clicked.connect(self._send)
        self.edit.textChanged.connect(lambda text: self.add.setEnabled(bool(text.strip())))
        self.add.setEnabled(False)

    def _send(self) -> None:
        address = self.edit.text().strip()
        if address:
            self._around.ways.subscribe.emit(address)
            self.edit.clear()
