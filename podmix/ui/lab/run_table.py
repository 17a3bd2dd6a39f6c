# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of runs. Enter opens, C compares, P promotes; letters mean what they say here, text is typed above."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from podmix.ui import icons
from podmix.ui.lab.run_model import COLUMNS, DEVICE, NAME, SYNC, TOOK, Index, RunModel
from podmix.ui.lab.run_rows import STAYS, RunRow
from podmix.ui.theme import BODY, ROW_RADIUS, SMALL, Theme, font

ROW, GAP = 36, 10
_COLOURS = {"running": "attention", "finished": "music", "failed": "danger", "cancelled": "faint",
            "interrupted": "voice"}
_SIGNS = {"running": "working", "finished": "check", "failed": "alert", "cancelled": "close", "interrupted": "pause"}
KEYS = {Qt.Key.Key_Return: "open", Qt.Key.Key_Enter: "open", Qt.Key.Key_C: "compare", Qt.Key.Key_P: "promote",
        Qt.Key.Key_R: "report"}


class _Cells(QStyledItemDelegate):
    """Draws a cell; a row's ground is drawn with its first one."""

    def __init__(self, theme: Theme, table: RunTable) -> None:
        super().__init__(table)
        self._theme, self._table = theme, table

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(COLUMNS[index.column()].width, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens, row = self._theme.tokens, self._table.runs.shown[index.row()]
        rect = QRectF(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen or index.row() == self._table.hovered:
            self._ground(painter, rect, index.column(), QColor(tokens.raised if chosen else tokens.surface))
        current = self._table.currentIndex()
        if self._table.hasFocus() and current.row() == index.row() and index.column() == NAME:
            painter.setPen(QPen(QColor(tokens.text), 2))
            painter.drawLine(rect.topLeft().toPoint() + QPoint(1, 9), rect.bottomLeft().toPoint() + QPoint(1, -9))
        self._cell(painter, rect.adjusted(GAP, 0, -GAP, 0), index, row)
        painter.restore()

    def _ground(self, painter: QPainter, rect: QRectF, column: int, colour: QColor) -> None:
        """Rounded at the row's ends only."""
        head = self._table.horizontalHeader()
        first, last = head.visualIndex(column) == 0, head.visualIndex(column) == head.count() - 1
        wide = rect.adjusted(0 if first else -ROW_RADIUS, 1, 0 if last else ROW_RADIUS, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.setClipRect(rect)
        painter.drawRoundedRect(wide, ROW_RADIUS, ROW_RADIUS)

    def _cell(self, painter: QPainter, rect: QRectF, index: Index, row: RunRow) -> None:
        tokens, column = self._theme.tokens, index.column()
        text = self._table.runs.text(row, column)
        colour, face = QColor(tokens.soft), font(BODY, numbers=True)
        match column:
            case 0:
                tint = QColor(getattr(tokens, _COLOURS.get(row.status, "soft")))
                icons.paint(painter, _SIGNS.get(row.status, "clock"), tint,
                            QRectF(rect.left(), rect.center().y() - 8, 16, 16))
                rect = rect.adjusted(24, 0, 0, 0)
            case 1:
                colour, face = QColor(tokens.text), font(BODY, QFont.Weight.Medium)
            case 3:
                rect = self._figure(painter, rect, row)
                colour = QColor(tokens.text)
            case 4:
                colour = QColor(tokens.music if row.better else tokens.soft)  # its sign tells what is worse
            case 9 if row.promoted:
                colour = QColor(tokens.music)
                icons.paint(painter, "star-on", colour, QRectF(rect.left(), rect.center().y() - 8, 16, 16))
                rect = rect.adjusted(22, 0, GAP, 0)
        painter.setFont(face)
        painter.setPen(colour)
        side = Qt.AlignmentFlag.AlignRight if COLUMNS[column].right else Qt.AlignmentFlag.AlignLeft
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(rect.width()))
        painter.drawText(rect, side | Qt.AlignmentFlag.AlignVCenter, shown)

    def _figure(self, painter: QPainter, rect: QRectF, row: RunRow) -> QRectF:
        """The figure's name stands small before it; returns where the number goes."""
        painter.setFont(font(SMALL))
        painter.setPen(QColor(self._theme.tokens.faint))
        room = max(0.0, rect.width() - 52)
        name = painter.fontMetrics().elidedText(row.figure, Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        return rect


class RunTable(QTableView):
    """Says what is wanted by signals."""

    acted = Signal(str)  # open, compare, promote, report
    sort_wanted = Signal(str, bool)
    menu_wanted = Signal(QPoint)
    chosen_changed = Signal()

    def __init__(self, theme: Theme, model: RunModel) -> None:
        super().__init__()
        self.runs, self.hovered = model, -1
        self.setModel(model)
        self.setItemDelegate(_Cells(theme, self))
        self._set_up()
        theme.changed.connect(self.viewport().update)

    def _set_up(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setStyleSheet("QTableView { selection-background-color: transparent; }")  # the cells draw their ground
        self.setAccessibleName("Runs")
        self.setAccessibleDescription("Enter opens a run, C compares the chosen ones, P puts a model in use")
        rows, head = self.verticalHeader(), self.horizontalHeader()
        rows.setVisible(False)
        rows.setAccessibleName("Rows")
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(ROW)
        rows.setDefaultSectionSize(ROW)
        head.setFixedHeight(32)
        head.setHighlightSections(False)
        head.setSectionsClickable(True)
        head.setAccessibleName("Columns")
        head.setMinimumSectionSize(48)
        for at, column in enumerate(COLUMNS):
            self.setColumnWidth(at, column.width)
        head.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        head.sectionClicked.connect(self._head_clicked)
        self.show_sorting()

    def show_sorting(self) -> None:
        """The head names the order."""
        self.horizontalHeader().viewport().update()

    def fit(self, width: int) -> None:
        """What matters least goes first where there is little room; where nothing is sent, nothing is told of it."""
        sends = any(row.sync != STAYS for row in self.runs.all_rows)
        self.setColumnHidden(SYNC, not sends or width < 900)
        self.setColumnHidden(DEVICE, width < (1060 if sends else 900))
        self.setColumnHidden(TOOK, width < 900)

    def _head_clicked(self, section: int) -> None:
        column, descending = self.runs.sorting
        wanted = COLUMNS[section]
        self.sort_wanted.emit(wanted.sort, not descending if wanted.sort == column else wanted.falling)

    # -- what is chosen --
    @property
    def chosen(self) -> list[str]:
        """Ids of the chosen runs, in the order of the table."""
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
        return [self.runs.shown[row].run_id for row in rows if row < len(self.runs.shown)]

    @property
    def current(self) -> RunRow | None:
        row = self.currentIndex().row()
        return self.runs.shown[row] if 0 <= row < len(self.runs.shown) else None

    def choose(self, run_ids: Sequence[str]) -> None:
        selection = QItemSelection()
        rows = [row for row in map(self.runs.row_of, run_ids) if row >= 0]
        for row in rows:
            selection.select(self.runs.index(row, 0), self.runs.index(row, len(COLUMNS) - 1))
        if rows:
            self.selectionModel().setCurrentIndex(self.runs.index(rows[0], NAME),
                                                  QItemSelectionModel.SelectionFlag.NoUpdate)
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def selectionChanged(self, new: QItemSelection, old: QItemSelection) -> None:
        super().selectionChanged(new, old)
        self.chosen_changed.emit()

    # -- keys and mouse --
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self._is_own(event):
            event.accept()
            return True
        return super().event(event)

    @staticmethod
    def _is_own(event: QKeyEvent) -> bool:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        return plain and Qt.Key(event.key()) in KEYS

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._is_own(event):
            self.acted.emit(KEYS[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, _search: str) -> None:
        """Letters are commands here; what is looked for is typed above."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.indexAt(event.position().toPoint()).isValid():
            self.acted.emit("open")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.indexAt(event.position().toPoint()).row())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if row != self.hovered:
            self.hovered = row
            self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())


