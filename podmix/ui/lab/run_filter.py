# SPDX-License-Identifier: GPL-3.0-or-later
"""Which runs are shown: a line to type into, and chips for model, kind, status and group that compose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPushButton, QWidget

from podmix.ui.lab.run_rows import KINDS, RunRow, Wanted
from podmix.ui.widgets.buttons import button, literal

TYPED_MS = 120
CHIPS = {"models": ("Model", "model"), "kinds": ("Kind", "kind"), "statuses": ("Status", "status"),
         "groups": ("Group", "group")}


class RunFilter(QWidget):
    """``changed`` when ``wanted`` is another one; ``left`` when Enter or Down leads on to the table."""

    changed = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.wanted = Wanted()
        self._rows: list[RunRow] = []
        self.edit = QLineEdit()
        self.edit.setPlaceholderText("Search names, settings, groups …")
        self.edit.setAccessibleName("Search the runs")
        self.edit.setMinimumWidth(160)
        self.chips: dict[str, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.edit, 1)
        for name in CHIPS:
            row.addWidget(self._chip(name))
        self.clear = button("Clear", kind="quiet", name="Show all runs again")
        self.clear.clicked.connect(self.reset)
        row.addWidget(self.clear)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(TYPED_MS)
        self._soon.timeout.connect(self._typed)
        self.edit.textChanged.connect(lambda _text: self._soon.start())
        self.edit.returnPressed.connect(self._entered)
        self._show()

    def _chip(self, name: str) -> QPushButton:
        made = button(CHIPS[name][0], kind="chip")
        made.setCheckable(True)
        menu = QMenu(made)
        menu.setAccessibleName(CHIPS[name][0])
        menu.addAction(" ")  # an empty menu would not open
        menu.aboutToShow.connect(lambda: self._fill(menu, name))
        menu.aboutToHide.connect(self._show)
        made.setMenu(menu)
        self.chips[name] = made
        return made

    def show_rows(self, rows: Iterable[RunRow]) -> None:
        """What there is to choose from."""
        self._rows = list(rows)

    def values(self, name: str) -> list[tuple[str, int]]:
        """What a chip offers, with how many runs of it there are."""
        counts: dict[str, int] = {}
        for row in self._rows:
            value = str(getattr(row, CHIPS[name][1]))
            if value:
                counts[value] = counts.get(value, 0) + 1
        return sorted(counts.items())

    def _fill(self, menu: QMenu, name: str) -> None:
        menu.clear()
        chosen: frozenset[str] = getattr(self.wanted, name)
        for value, count in self.values(name):
            entry = menu.addAction(f"{literal(words_of(name, value))}   ·   {count}")
            entry.setCheckable(True)
            entry.setChecked(value in chosen)
            entry.triggered.connect(lambda on, value=value: self.choose(name, value, on=on))
        if not menu.actions():
            menu.addAction("There are none").setEnabled(False)

    def choose(self, name: str, value: str, *, on: bool = True) -> None:
        """Want, or no longer want, a value of a chip."""
        chosen: frozenset[str] = getattr(self.wanted, name)
        changed: dict[str, Any] = {name: chosen | {value} if on else chosen - {value}}
        self._want(replace(self.wanted, **changed))

    def reset(self) -> None:
        self.edit.clear()
        self._soon.stop()
        self._want(Wanted())

    def _typed(self) -> None:
        self._want(replace(self.wanted, text=self.edit.text()))

    def _entered(self) -> None:
        self._soon.stop()
        self._typed()
        self.left.emit()

    def _want(self, wanted: Wanted) -> None:
        if wanted != self.wanted:
            self.wanted = wanted
            self.changed.emit()
        self._show()

    def _show(self) -> None:
        for name, control in self.chips.items():
            chosen = sorted(getattr(self.wanted, name))
            title = CHIPS[name][0]
            words = words_of(name, chosen[0]) if len(chosen) == 1 else f"{title}: {len(chosen)}" if chosen else title
            control.setChecked(bool(chosen))
            control.setText(literal(words if len(words) < 24 else f"{words[:22]}…"))
            names = ", ".join(words_of(name, one) for one in chosen)
            control.setAccessibleName(f"{title}: {names}" if names else f"{title}: any")
        self.clear.setVisible(self.wanted.asks_something)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.left.emit()
        else:
            super().keyPressEvent(event)


def words_of(chip: str, value: str) -> str:
    return KINDS.get(value, value) if chip == "kinds" else value


