# SPDX-License-Identifier: GPL-3.0-or-later
"""The ``?`` sheet: every key, by where it works, read from the one registry of actions."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from podmix.ui.actions import Action, key_text
from podmix.ui.shell.overlay import Overlay
from podmix.ui.theme import Theme
from podmix.ui.widgets.buttons import IconButton
from podmix.ui.widgets.labels import label


class HelpSheet(Overlay):
    """Built anew whenever it opens, so it never lags behind the registry."""

    def __init__(self, theme: Theme, host: QWidget) -> None:
        super().__init__(theme, host)
        self.setAccessibleName("Keyboard shortcuts")
        self.closer = IconButton(theme, "close", "Close", size=16)
        self.closer.clicked.connect(self.close_veil)
        top = QHBoxLayout()
        top.addWidget(label("Keys", kind="title"))
        top.addStretch()
        top.addWidget(self.closer)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setAccessibleName("List of shortcuts")
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.column.setContentsMargins(28, 20, 20, 20)
        self.column.setSpacing(12)
        self.column.addLayout(top)
        self.column.addWidget(self._scroll)

    def open_with(self, actions: Sequence[Action]) -> None:
        page = QWidget()
        page.setProperty("kind", "page")
        columns = QHBoxLayout(page)
        columns.setContentsMargins(0, 0, 12, 0)
        columns.setSpacing(36)
        sides = [QVBoxLayout(), QVBoxLayout()]
        heights = [0, 0]
        for side in sides:
            side.setSpacing(8)
            columns.addLayout(side, 1)
        for section in dict.fromkeys(action.section for action in actions):
            mine = [action for action in actions if action.section == section and action.keys]
            if not mine:
                continue
            low = heights.index(min(heights))
            heights[low] += len(mine) + 2
            sides[low].addWidget(label(section, kind="heading"))
            sides[low].addLayout(self._grid(mine))
            sides[low].addSpacing(14)
        for side in sides:
            side.addStretch()
        self._scroll.setWidget(page)
        self.open()
        self._scroll.setFocus()

    @staticmethod
    def _grid(actions: Sequence[Action]) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        for row, action in enumerate(actions):
            grid.addWidget(label(action.text), row, 0)
            keys = QHBoxLayout()
            keys.setSpacing(4)
            keys.addStretch()
            for key in dict.fromkeys(key_text(key) for key in action.keys[:2] if not key.startswith("Media")):
                sign = QLabel(key)
                sign.setProperty("kind", "key")
                keys.addWidget(sign)
            grid.addLayout(keys, row, 1)
        return grid

    def arrange(self) -> None:
        wide, tall = min(880, self.width() - 56), min(640, self.height() - 80)
        self.frame.setGeometry((self.width() - wide) // 2, (self.height() - tall) // 2, wide, tall)
