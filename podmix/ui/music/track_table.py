# SPDX-License-Identifier: GPL-3.0-or-later
"""The music table: rows are pictures made by ``TrackPainter``, columns can be hidden, moved and sorted by.

It says what is wanted by signals. Enter plays, Q puts up next (Shift+Q before all others), Alt+0 to Alt+5 rate, Delete
takes out, Alt with the arrows moves tracks of a playlist. It scrolls by pixels. No frame makes more pictures than
``PAINT_S`` allows: the others come in the next frames, and those near what is in sight are made while nothing else is
to do.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from podmix.music.library_types import Track
from podmix.ui.music.columns import PLACES
from podmix.ui.music.track_header import TrackHeader
from podmix.ui.music.track_model import TRACKS_MIME, Index, TrackModel, dropped_tracks
from podmix.ui.music.track_painter import CHOSEN, HOVERED, PLAIN, ROW, TrackPainter, stars_at
from podmix.ui.theme import ROW_RADIUS, Theme

LOOK_MS = 12
PAINT_S, PREPARE_S = 0.006, 0.003
BEYOND = 24  # rows that are made ready before and behind what is in sight
_OWN = {Qt.Key.Key_Return: "play", Qt.Key.Key_Enter: "play", Qt.Key.Key_Q: "queue"}
_STARS = {Qt.Key.Key_0: 0, Qt.Key.Key_1: 1, Qt.Key.Key_2: 2, Qt.Key.Key_3: 3, Qt.Key.Key_4: 4, Qt.Key.Key_5: 5}


class TrackTable(QTableView):
    """``in_order`` tells it that it shows a playlist in its own order, where tracks may be moved."""

    acted = Signal(str)  # play, queue, first, take: what to do with the chosen tracks
    rated = Signal(object, int)  # ids, stars
    menu_wanted = Signal(QPoint)
    moved = Signal(object, object)  # items, before which item (None: the end)
    came = Signal(object, object)  # tracks dropped from elsewhere, before which item
    chosen_changed = Signal()

    def __init__(self, theme: Theme, model: TrackModel) -> None:
        super().__init__()
        self._theme, self.tracks_model = theme, model
        self.in_order = False
        self._drop_row: int | None = None
        self.hovered, self.hovered_stars = -1, 0
        self.painter = TrackPainter(theme, model)
        self.head = TrackHeader()
        self.setHorizontalHeader(self.head)
        self.setModel(model)
        self.head.first_columns()
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.timeout.connect(self._prepare)
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(self._tell_sight)
        self._set_up()
        model.arrived.connect(self._arrived)
        model.modelReset.connect(self._look.start)
        self.verticalScrollBar().valueChanged.connect(lambda _value: self._look.isActive() or self._look.start())
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
        self.setAccessibleName("Tracks")
        self.setAccessibleDescription("Enter plays, E opens the track, Q puts it up next")
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.CopyAction)
        rows = self.verticalHeader()
        rows.setVisible(False)
        rows.setAccessibleName("Rows")
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(ROW)
        rows.setDefaultSectionSize(ROW)

    # -- what is chosen --
    @property
    def chosen_rows(self) -> list[int]:
        spans = self.selectionModel().selection()
        return sorted({at for place in range(spans.count())
                       for at in range(spans.at(place).top(), spans.at(place).bottom() + 1)})

    @property
    def chosen(self) -> list[int]:
        """Ids of the chosen tracks, in the order of the table."""
        ids = self.tracks_model.ids
        return [ids[row] for row in self.chosen_rows if row < len(ids)]

    @property
    def current(self) -> Track | None:
        return self.tracks_model.track_at(self.currentIndex().row())

    def choose(self, rows: list[int], *, scroll: bool = True) -> None:
        """Choose these rows; the first becomes the current one."""
        model, selection = self.tracks_model, QItemSelection()
        for row in rows:
            selection.select(model.index(row, 0), model.index(row, model.columnCount() - 1))
        if rows:
            self.selectionModel().setCurrentIndex(model.index(rows[0], PLACES["title"]),
                                                  QItemSelectionModel.SelectionFlag.NoUpdate)
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if rows and scroll:
            self.scrollTo(model.index(rows[0], PLACES["title"]))

    def selectionChanged(self, new: QItemSelection, old: QItemSelection) -> None:
        super().selectionChanged(new, old)
        self.chosen_changed.emit()

    def scrollTo(self, index: Index,
                 hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible) -> None:
        across = self.horizontalScrollBar().value()
        super().scrollTo(index, hint)
        self.horizontalScrollBar().setValue(across)  # moving down a list must not push it sideways

    # -- what is in sight --
    def sight(self) -> tuple[int, int]:
        """The first and the last row in sight."""
        first = max(0, self.rowAt(0))
        return first, min(self.tracks_model.rowCount() - 1, first + self.viewport().height() // ROW + 1)

    def _tell_sight(self) -> None:
        self.tracks_model.look_at(*self.sight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._look.start()

    # -- keys --
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self._is_own(event):
            event.accept()  # here they mean the tracks, not what they mean elsewhere
            return True
        return super().event(event)

    @staticmethod
    def _is_own(event: QKeyEvent) -> bool:
        key, alt = Qt.Key(event.key()), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if alt:
            return key in _STARS or key in (Qt.Key.Key_Up, Qt.Key.Key_Down)
        return key in _OWN or key == Qt.Key.Key_Delete

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        alt = bool(modifiers & Qt.KeyboardModifier.AltModifier)
        if alt and key in _STARS:
            self.rated.emit(self.chosen, _STARS[key])
        elif alt and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.move_chosen(-1 if key == Qt.Key.Key_Up else 1)
        elif key in _OWN:
            first = key == Qt.Key.Key_Q and modifiers & Qt.KeyboardModifier.ShiftModifier
            self.acted.emit("first" if first else _OWN[key])
        elif key == Qt.Key.Key_Delete:
            self.acted.emit("take")
        elif key == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, _search: str) -> None:
        """Letters are commands here; what is looked for is typed above."""

    def move_chosen(self, by: int) -> None:
        items, rows = self.tracks_model.items, self.chosen_rows
        if not self.in_order or not items or not rows:
            return
        to = rows[0] - 1 if by < 0 else rows[-1] + 2
        if to < 0 or to > len(items):
            return
        self.moved.emit([items[row] for row in rows], items[to] if to < len(items) else None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.tracks_model.rowCount():
            self.choose([self.sight()[0]])

    # -- mouse --
    def _stars_under(self, at: QPoint) -> int:
        """Which star lies there; 0 beside them."""
        index = self.indexAt(at)
        if not index.isValid() or index.column() != PLACES["rating"]:
            return 0
        return stars_at(at.x() - self.columnViewportPosition(PLACES["rating"]))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        at = event.position().toPoint()
        before = self.hovered, self.hovered_stars
        self.hovered, self.hovered_stars = self.indexAt(at).row(), self._stars_under(at)
        if before != (self.hovered, self.hovered_stars):
            self._repaint_rows(before[0], self.hovered)

    def _repaint_rows(self, *rows: int) -> None:
        for row in set(rows):
            if row >= 0:
                self.viewport().update(0, self.rowViewportPosition(row), self.viewport().width(), ROW)

    def leaveEvent(self, event: QEvent) -> None:
        before, self.hovered, self.hovered_stars = self.hovered, -1, 0
        self._repaint_rows(before)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        index, stars = self.indexAt(at), self._stars_under(at)
        if stars and event.button() == Qt.MouseButton.LeftButton:
            track = self.tracks_model.track_at(index.row())
            if track is not None:
                self.rated.emit([int(track.id)], 0 if track.rating == stars else stars)
            return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if self.indexAt(at).isValid() and not self._stars_under(at):
            self.acted.emit("play")

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if index.isValid():
            at = self.viewport().mapToGlobal(self.visualRect(index).center()) if by_key else event.globalPos()
            self.menu_wanted.emit(at)

    # -- drag and drop --
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self.in_order and event.mimeData().hasFormat(TRACKS_MIME):
            at = event.position().toPoint().y()
            row = self.rowAt(at)
            count = self.tracks_model.rowCount()
            self._drop_row = count if row < 0 else row + (at - self.rowViewportPosition(row) > ROW / 2)
            event.acceptProposedAction()
        else:
            self._drop_row = None
            event.ignore()
        self.viewport().update()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drop_row = None
        self.viewport().update()
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        row, self._drop_row = self._drop_row, None
        self.viewport().update()
        if row is None or not event.mimeData().hasFormat(TRACKS_MIME):
            event.ignore()
            return
        tracks, items = dropped_tracks(event.mimeData())
        mine = self.tracks_model.items
        before = mine[row] if row < len(mine) else None
        if items and set(items) <= set(mine):
            self.moved.emit(items, before)
        else:
            self.came.emit(tracks, before)
        event.acceptProposedAction()

    # -- painting --
    def paintEvent(self, event: QPaintEvent) -> None:
        model, bar, view = self.tracks_model, self.verticalScrollBar(), self.viewport()
        across, scale = self.horizontalScrollBar().value(), self.devicePixelRatioF()
        spans = self.head.spans()
        wide = max(view.width(), self.head.length())
        self.painter.use(spans, wide, scale)
        rating = next(((left, width) for column, left, width in spans if column.kind == "rating"), None)
        painter = QPainter(view)
        painter.translate(-across, 0)
        until, late = time.perf_counter() + PAINT_S, False
        for row in rows_between(event.rect().top() + bar.value(), event.rect().bottom() + bar.value(), len(model.ids)):
            top, state, track = row * ROW - bar.value(), self._state(row), model.track_at(row)
            if track is None:
                self.painter.paint_placeholder(painter, top, state)
                continue
            if self.painter.has(track, state) or time.perf_counter() < until:
                painter.drawPixmap(0, top, self.painter.picture(row, track, state))
            else:
                late = True
                before = self.painter.old_picture(track, state)
                if before is None:
                    self.painter.paint_placeholder(painter, top, state)
                    continue
                painter.drawPixmap(0, top, before)
            if rating is not None:
                stars = self.hovered_stars if row == self.hovered else None
                self.painter.paint_rating(painter, QRect(rating[0], top, rating[1], ROW), track, stars)
        painter.translate(across, 0)
        self._paint_marks(painter)
        painter.end()
        if late:
            QTimer.singleShot(0, view, view.update)
        else:
            self._idle.start(0)

    def _state(self, row: int) -> int:
        if self.selectionModel().isSelected(self.tracks_model.index(row, 0)):
            return CHOSEN
        return HOVERED if row == self.hovered else PLAIN

    def _paint_marks(self, painter: QPainter) -> None:
        """Where the keyboard is, and where something would be dropped."""
        current = self.currentIndex()
        if self.hasFocus() and current.isValid():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self._theme.tokens.text), 2))
            painter.drawRoundedRect(QRect(1, self.rowViewportPosition(current.row()) + 1, self.viewport().width() - 2,
                                          ROW - 2), ROW_RADIUS, ROW_RADIUS)
        if self._drop_row is not None:
            top = self._drop_row * ROW - self.verticalScrollBar().value()
            painter.setPen(QPen(QColor(self._theme.tokens.music), 2))
            painter.drawLine(4, max(1, top), self.viewport().width() - 4, max(1, top))

    def _prepare(self) -> None:
        """Make pictures of rows that may come into sight next, a few milliseconds at a time."""
        first, last = self.sight()
        model, until = self.tracks_model, time.perf_counter() + PREPARE_S
        below = range(last + 1, min(len(model.ids), last + BEYOND))
        for row in (*below, *range(first - 1, max(-1, first - BEYOND), -1)):
            track = model.track_at(row)
            if track is not None and not self.painter.has(track):
                self.painter.picture(row, track, PLAIN)
                if time.perf_counter() > until:
                    self._idle.start(1)
                    return

    def _arrived(self, ids: Sequence[int]) -> None:
        """Of these there is news: paint those in sight again."""
        self.painter.forget(ids)
        first, last = self.sight()
        news, shown = set(ids), self.tracks_model.ids
        self._repaint_rows(*(row for row in range(first, last + 1) if shown[row] in news))


def rows_between(top: int, bottom: int, count: int) -> range:
    """The rows that touch these pixels of the whole table."""
    return range(max(0, top // ROW), min(count, bottom // ROW + 1))
