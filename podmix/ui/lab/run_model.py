# SPDX-License-Identifier: GPL-3.0-or-later
"""The runs as Qt's table model: all of them are held, what is wanted is shown in the wanted order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from podmix.ui.lab.run_rows import (
    KINDS,
    RunRow,
    Wanted,
    delta_text,
    filtered,
    number_text,
    ordered,
    seconds_text,
    spoken,
    started_text,
)

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Column:
    """``sort`` is a field of ``RunRow``; ``falling``: the first click sorts downwards."""

    title: str
    sort: str
    width: int
    falling: bool = False
    right: bool = False
    hint: str = ""


COLUMNS = (
    Column("Status", "status", 108), Column("Name", "name", 180), Column("Model", "model", 118),
    Column("Figure", "value", 142, falling=True, right=True, hint="The score, or an evaluation's first metric"),
    Column("To used", "delta", 92, falling=True, right=True, hint="Difference to the model in use"),
    Column("Started", "started", 124, falling=True, right=True),
    Column("Took", "seconds", 78, falling=True, right=True), Column("Device", "device", 66),
    Column("Sync", "sync", 92), Column("In use", "promoted", 78, falling=True),
)
STATUS, NAME, MODEL, VALUE, DELTA, STARTED, TOOK, DEVICE, SYNC, IN_USE = range(len(COLUMNS))


class RunModel(QAbstractTableModel):
    """``shown`` are the rows in their order."""

    def __init__(self, parent: QObject | None = None,
                 clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        super().__init__(parent)
        self._clock = clock
        self._all: list[RunRow] = []
        self.shown: list[RunRow] = []
        self.wanted = Wanted()
        self.sorting = ("started", True)

    @property
    def all_rows(self) -> Sequence[RunRow]:
        return self._all

    def set_rows(self, rows: Sequence[RunRow]) -> bool:
        """Take new rows; whether something that is shown changed."""
        self._all = list(rows)
        return self._show()

    def want(self, wanted: Wanted) -> bool:
        self.wanted = wanted
        return self._show()

    def sort_by(self, column: str, *, descending: bool) -> bool:
        self.sorting = column, descending
        return self._show()

    def _show(self) -> bool:
        """The same runs in the same order are only repainted: what is chosen stays chosen."""
        rows = ordered(filtered(self._all, self.wanted), self.sorting[0], descending=self.sorting[1])
        if [row.run_id for row in rows] == [row.run_id for row in self.shown]:
            changed = rows != self.shown
            self.shown = rows
            if changed and rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))
            return changed
        self.beginResetModel()
        self.shown = rows
        self.endResetModel()
        return True

    def row_of(self, run_id: str) -> int:
        return next((at for at, row in enumerate(self.shown) if row.run_id == run_id), -1)

    # -- Qt's questions --
    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.shown)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.shown):
            return None
        row = self.shown[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.text(row, index.column())
            case Qt.ItemDataRole.AccessibleTextRole:
                return spoken(row, self._clock()) if index.column() == NAME else self.text(row, index.column())
            case Qt.ItemDataRole.ToolTipRole:
                return self._tip(row, index.column())
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if COLUMNS[index.column()].right else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def text(self, row: RunRow, column: int) -> str:
        match column:
            case 0:
                return row.status
            case 1:
                return row.name
            case 2:
                return row.model
            case 3:
                return number_text(row.value) if row.figure else ""
            case 4:
                return delta_text(row)
            case 5:
                return started_text(row, self._clock())
            case 6:
                return seconds_text(row.seconds)
            case 7:
                return row.device
            case 8:
                return row.sync
        return "in use" if row.promoted else ""

    @staticmethod
    def _tip(row: RunRow, column: int) -> str:
        match column:
            case 0 if row.problem:
                return row.problem
            case 1:
                group = f", group {row.group}" if row.group else ""
                return f"{row.name}\n{KINDS.get(row.kind, row.kind)}{group}\n{row.run_id}"
            case 3:
                return row.figure
        return ""

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or section >= len(COLUMNS):
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            sort, descending = self.sorting
            return f"{column.title} {'↓' if descending else '↑'}" if column.sort == sort else column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.hint or f"Sort by {column.title.lower()}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None
