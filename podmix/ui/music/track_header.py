# SPDX-License-Identifier: GPL-3.0-or-later
"""The headings of the music table: a click sorts, dragging moves and widens, a menu shows and hides columns."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QPoint, Qt, Signal
from PySide6.QtWidgets import QHeaderView, QMenu

from podmix.ui.music.columns import COLUMNS, PLACES, first_descending
from podmix.ui.music.track_painter import Spans

TALL, LEAST = 34, 40


class TrackHeader(QHeaderView):
    """``sort_by`` sets what it shows without telling; a click tells by ``sort_wanted`` (sort, descending)."""

    sort_wanted = Signal(str, bool)
    columns_changed = Signal()

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.sort, self.descending = "artist", False
        self.setAccessibleName("Columns")
        self.setSectionsMovable(True)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setMinimumSectionSize(LEAST)
        self.setFixedHeight(TALL)
        self.setSortIndicatorShown(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self.open_menu)
        self.sectionClicked.connect(self._clicked)
        self.sectionResized.connect(lambda *_: self.columns_changed.emit())
        self.sectionMoved.connect(lambda *_: self.columns_changed.emit())

    def spans(self) -> Spans:
        """The columns that are shown, from left to right: (column, left edge, width)."""
        order = (self.logicalIndex(at) for at in range(self.count()))
        return tuple((COLUMNS[at], self.sectionPosition(at), self.sectionSize(at)) for at in order
                     if not self.isSectionHidden(at))

    def first_columns(self) -> None:
        """Widths, order and choice of columns as at the first start."""
        for at, column in enumerate(COLUMNS):
            self.moveSection(self.visualIndex(at), at)
            self.setSectionHidden(at, not column.shown)
            self.resizeSection(at, column.width)

    def state_text(self) -> str:
        return bytes(self.saveState().toBase64().data()).decode("ascii")

    def restore_text(self, state: str) -> None:
        """What ``state_text`` gave; anything else leaves the columns as at the first start."""
        if not state or not self.restoreState(QByteArray.fromBase64(state.encode("ascii", "ignore"))) \
                or self.count() != len(COLUMNS):
            self.first_columns()
        self.setSectionsMovable(True)
        self.setSectionHidden(PLACES["title"], False)
        self.setSectionHidden(PLACES["place"], True)

    def show_column(self, name: str, *, shown: bool) -> None:
        self.setSectionHidden(PLACES[name], not shown)
        if shown and self.sectionSize(PLACES[name]) < LEAST:
            self.resizeSection(PLACES[name], COLUMNS[PLACES[name]].width)
        self.columns_changed.emit()

    def show_place(self, *, shown: bool) -> None:
        """The column that numbers a playlist; it is nobody's choice, so nobody is told."""
        self.setSectionHidden(PLACES["place"], not shown)

    def open_menu(self, at: QPoint) -> None:
        """Which columns there are, to show and hide."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName("Columns")
        self.fill(menu)
        menu.popup(self.mapToGlobal(at))

    def fill(self, menu: QMenu) -> None:
        for place, column in enumerate(COLUMNS):
            if column.name in ("place", "title"):
                continue
            entry = menu.addAction(column.title or "Cover")
            entry.setCheckable(True)
            entry.setChecked(not self.isSectionHidden(place))
            entry.toggled.connect(lambda on, name=column.name: self.show_column(name, shown=on))
        menu.addSeparator()
        menu.addAction("As at first").triggered.connect(self._as_at_first)

    def _as_at_first(self) -> None:
        self.first_columns()
        self.columns_changed.emit()

    def sort_by(self, sort: str, *, descending: bool) -> None:
        self.sort, self.descending = sort, descending
        place = next((at for at, column in enumerate(COLUMNS) if column.sort == sort), -1)
        self.setSortIndicator(place, Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder)

    def _clicked(self, section: int) -> None:
        column = COLUMNS[section]
        if not column.sort:
            self.sort_by(self.sort, descending=self.descending)  # Qt has moved its arrow here
            return
        descending = not self.descending if self.sort == column.sort else first_descending(column.name)
        self.sort_by(column.sort, descending=descending)
        self.sort_wanted.emit(column.sort, descending)
