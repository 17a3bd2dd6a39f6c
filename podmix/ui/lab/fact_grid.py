# SPDX-License-Identifier: GPL-3.0-or-later
"""A table to read: settings, figures, scores. It is as tall as its rows, can be walked by keys, and copied from."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QKeyEvent, QKeySequence, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from podmix.ui.lab.run_rows import number_text
from podmix.ui.theme import BODY, Theme, font

ROW, HEAD = 30, 32
MOST_ROWS = 400
EVEN = 6  # so many columns share the width evenly
BEST = "  ★"


class FactGrid(QTableWidget):
    """``show_rows`` fills it. The first column names what the others tell; ``tall`` 0 grows with its rows."""

    def __init__(self, theme: Theme, name: str, *, tall: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._tall = theme, tall
        self._best: frozenset[tuple[int, int]] = frozenset()
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setStyleSheet("QTableWidget::item { padding: 0 10px; }")
        rows, head = self.verticalHeader(), self.horizontalHeader()
        rows.setVisible(False)
        rows.setAccessibleName("Rows")
        rows.setDefaultSectionSize(ROW)
        head.setFixedHeight(HEAD)
        head.setHighlightSections(False)
        head.setAccessibleName("Columns")
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        theme.changed.connect(self._colour)

    def show_rows(self, columns: Sequence[str], rows: Sequence[Sequence[object]],
                  best: Collection[tuple[int, int]] = ()) -> None:
        """Cells as they are read; ``best`` are (row, column) of cells that are the best of their row."""
        kept = rows[:MOST_ROWS]
        self._best = frozenset(best)
        self.clear()
        self.setColumnCount(len(columns))
        self.setRowCount(len(kept))
        self.setHorizontalHeaderLabels(list(columns))
        self.horizontalHeader().setVisible(any(columns))
        for at, row in enumerate(kept):
            for column, value in enumerate(row):
                mark = BEST if (at, column) in self._best else ""
                item = QTableWidgetItem(number_text(value) + mark)
                item.setFont(font(BODY, QFont.Weight.DemiBold if mark else QFont.Weight.Normal, numbers=True))
                item.setToolTip(str(value) if value is not None else "")
                if mark:
                    item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{number_text(value)}, the best")
                self.setItem(at, column, item)
        self._colour()
        self._arrange()

    def _arrange(self) -> None:
        head = self.horizontalHeader()
        even = 2 < self.columnCount() <= EVEN
        for column in range(self.columnCount()):
            head.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch if even and column else
                                      QHeaderView.ResizeMode.ResizeToContents)
        head.setStretchLastSection(not even)
        tall = self.rowCount() * ROW + (0 if head.isHidden() else HEAD) + 14
        self.setFixedHeight(min(tall, self._tall) if self._tall else tall)

    def _colour(self) -> None:
        tokens = self._theme.tokens
        for row in range(self.rowCount()):
            for column in range(self.columnCount()):
                item = self.item(row, column)
                if item is not None:
                    name = "music" if (row, column) in self._best else "soft" if column == 0 else "text"
                    item.setForeground(QColor(getattr(tokens, name)))

    @property
    def texts(self) -> list[list[str]]:
        """What stands there."""
        cells = [[self.item(row, column) for column in range(self.columnCount())] for row in range(self.rowCount())]
        return [[cell.text() if cell is not None else "" for cell in row] for row in cells]

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A grid that shows all its rows lets the page scroll."""
        if self._tall and self.verticalScrollBar().maximum() > 0:
            super().wheelEvent(event)
        else:
            event.ignore()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride \
                and event.matches(QKeySequence.StandardKey.Copy):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def copy(self) -> None:
        """The chosen cells (else all) with tabs between them."""
        chosen = self.selectedRanges()
        texts = self.texts
        if chosen and chosen[0].rowCount() * chosen[0].columnCount() > 1:
            area = chosen[0]
            texts = [row[area.leftColumn():area.rightColumn() + 1]
                     for row in texts[area.topRow():area.bottomRow() + 1]]
        QGuiApplication.clipboard().setText("\n".join("\t".join(cell.removesuffix(BEST) for cell in row)
                                                      for row in texts))
