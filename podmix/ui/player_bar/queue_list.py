# SPDX-License-Identifier: GPL-3.0-or-later
"""What is up next as a list that is put in order by dragging or with Alt and the arrows.

It says what is wanted by signals and shows what it is given; the order itself belongs to ``UpNext``.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from podmix.app.views import EpisodeRow
from podmix.ui import icons
from podmix.ui.playing import PreviewRow, Row, TrackRow, queue_id, resume_point
from podmix.ui.theme import BODY, ROW_RADIUS, SMALL, Theme, font
from podmix.ui.widgets.artwork import cover
from podmix.ui.wording import clock_text, left_text, length_text

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole
ROW, COVER, SPOT = 60, 40, 30
NOT_HERE, GONE = "Not on this machine yet", "Its file is missing"
SCROLL_MS, SCROLL_STEP, SCROLL_EDGE = 16, 6, 28
OWN_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
            Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
VERBS = (("play", "play", "Play now"), ("first", "next", "Play next"), ("up", "up", "Move up"),
         ("down", "down", "Move down"), ("remove", "close", "Remove from the list"))


def about_text(row: Row) -> str:
    """Whose it is and how long it still takes."""
    if row.audio is None:
        when = GONE if isinstance(row, TrackRow) else NOT_HERE
    elif resume_point(row) > 0 and row.duration:
        when = left_text(row.duration - resume_point(row))
    else:
        when = length_text(row.duration) if isinstance(row, EpisodeRow) else clock_text(row.duration or 0)
    if isinstance(row, PreviewRow):
        when = f"preview  ·  {when}"
    return "  ·  ".join(part for part in (row.show_title, when) if part)


class QueueModel(QAbstractListModel):
    """The rows as they are; set as a whole."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            place = f"{index.row() + 1} of {len(self.rows)}"
            return ", ".join((row.title, about_text(row).replace("  ·  ", ", "), place))
        return None

    def set_rows(self, rows: Sequence[Row]) -> None:
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()


class QueuePainter(QStyledItemDelegate):
    """One row: cover, title, show and length; under the pointer also its two buttons."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self.pointer: QPoint | None = None

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(200, ROW)

    @staticmethod
    def spots(area: QRectF, index: int) -> list[tuple[QRectF, str, str, str]]:
        """Where the buttons lie: (place, verb, icon, words); the first row is next already."""
        middle, right = area.center().y(), area.right() - 8
        away = (QRectF(right - SPOT, middle - SPOT / 2, SPOT, SPOT), "remove", "close", "Remove from the list")
        first = (QRectF(right - 2 * SPOT - 2, middle - SPOT / 2, SPOT, SPOT), "first", "next", "Play next")
        return [first, away] if index else [away]

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens, row = self._theme.tokens, index.data(ROW_ROLE)
        area = QRectF(option.rect).adjusted(0, 1, 0, -1)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = self.pointer is not None and area.contains(self.pointer.toPointF())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.colour("raised", 1.0 if chosen else 0.6))
            painter.drawRoundedRect(area, ROW_RADIUS, ROW_RADIUS)
        if chosen and option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(tokens.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), ROW_RADIUS, ROW_RADIUS)
        edge = area.right() - 12
        if hovered or (chosen and option.state & QStyle.StateFlag.State_HasFocus):
            spots = self.spots(area, index.row())
            edge = spots[0][0].left() - 8
            for place, _, icon, _ in spots:
                self._spot(painter, place, icon)
        scale = painter.device().devicePixelRatioF()
        painter.setOpacity(1.0 if row.audio is not None else 0.5)
        painter.drawPixmap(QRectF(area.left() + 10, area.center().y() - COVER / 2, COVER, COVER).topLeft(),
                           cover(row.artwork, row.show_title, COVER, 6, scale))
        painter.setOpacity(1.0)
        self._words(painter, QRectF(area.left() + 62, area.top(), edge - area.left() - 62, area.height()), row)
        painter.restore()

    def _spot(self, painter: QPainter, place: QRectF, icon: str) -> None:
        tokens = self._theme.tokens
        over = self.pointer is not None and place.contains(self.pointer.toPointF())
        if over:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.track))
            painter.drawEllipse(place)
        icons.paint(painter, icon, tokens.text if over else tokens.soft, place.adjusted(7, 7, -7, -7))

    def _words(self, painter: QPainter, area: QRectF, row: Row) -> None:
        tokens, wide = self._theme.tokens, int(area.width())
        for text, top, size, weight, colour in (
                (row.title, 9.0, BODY, QFont.Weight.DemiBold, tokens.text if row.audio is not None else tokens.soft),
                (about_text(row), 31.0, SMALL, QFont.Weight.Normal, tokens.soft)):
            painter.setPen(QColor(colour))
            painter.setFont(font(size, weight, numbers=size == SMALL))
            painter.drawText(QRectF(area.left(), area.top() + top, wide, 20), Qt.AlignmentFlag.AlignVCenter,
                             painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, wide))


class QueueList(QListView):
    """Enter plays, Delete removes, Alt+Up and Alt+Down move; the menu key offers all of it."""

    acted = Signal(str, int)  # verb (see VERBS), place in the list
    moved = Signal(int, int)  # from, to

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.rows_model = QueueModel(self)
        self._painter = QueuePainter(theme, self)
        self._pressed: tuple[int, QPoint] | None = None
        self._target: int | None = None  # while dragging: before which row it would come
        self.setModel(self.rows_model)
        self.setItemDelegate(self._painter)
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setAccessibleName("Up next")
        self.setAccessibleDescription("Enter plays, Delete removes, Alt with the arrows moves")
        self._scroll = QTimer(self)
        self._scroll.setInterval(SCROLL_MS)
        self._scroll.timeout.connect(self._scroll_along)
        theme.changed.connect(self.viewport().update)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these; the chosen episode stays chosen, or what took its place."""
        chosen = self.currentIndex().row()
        held = queue_id(self.rows_model.rows[chosen]) if 0 <= chosen < len(self.rows_model.rows) else None
        self._end_drag()
        self.rows_model.set_rows(rows)
        ids = [queue_id(row) for row in rows]
        if held is not None and ids:
            self.choose(ids.index(held) if held in ids else min(chosen, len(ids) - 1))

    def choose(self, place: int) -> None:
        self.setCurrentIndex(self.rows_model.index(place))

    # -- keys --
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and event.key() in OWN_KEYS:
            event.accept()  # here they mean the row, not what they mean elsewhere
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        place, key = self.currentIndex().row(), event.key()
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if place < 0:
            super().keyPressEvent(event)
        elif alt and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._act("up" if key == Qt.Key.Key_Up else "down", place)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._act("play", place)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._act("remove", place)
        else:
            super().keyPressEvent(event)

    def _act(self, verb: str, place: int) -> None:
        if verb in ("up", "down"):
            to = place + (1 if verb == "down" else -1)
            if 0 <= to < self.rows_model.rowCount():
                self.moved.emit(place, to)
        else:
            self.acted.emit(verb, place)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        place = self.currentIndex().row()
        if place < 0:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        last = self.rows_model.rowCount() - 1
        for verb, icon, words in VERBS:
            action = menu.addAction(icons.icon(icon, self._theme.tokens.soft), words)
            action.setEnabled(not ((verb in ("up", "first") and place == 0) or (verb == "down" and place == last)
                                   or (verb == "play" and self.rows_model.rows[place].audio is None)))
            action.triggered.connect(lambda _checked=False, verb=verb: self._act(verb, place))
        menu.popup(event.globalPos())

    # -- mouse --
    def _spot_at(self, at: QPoint) -> tuple[int, str, str] | None:
        """(place in the list, verb, words) of the button there."""
        index = self.indexAt(at)
        if index.isValid():
            area = QRectF(self.visualRect(index)).adjusted(0, 1, 0, -1)
            for place, verb, _, words in self._painter.spots(area, index.row()):
                if place.contains(at.toPointF()):
                    return index.row(), verb, words
        return None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        at = event.position().toPoint()
        index = self.indexAt(at)
        if event.button() == Qt.MouseButton.LeftButton and index.isValid() and self._spot_at(at) is None:
            self._pressed = index.row(), at

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        self._painter.pointer = at
        if self._pressed is not None:
            far = (at - self._pressed[1]).manhattanLength() >= QApplication.startDragDistance()
            if far or self._target is not None:
                self._drag_to(at)
            return
        spot = self._spot_at(at)
        self.viewport().setToolTip(spot[2] if spot else "")
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if spot else Qt.CursorShape.ArrowCursor)
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at, pressed, target = event.position().toPoint(), self._pressed, self._target
        self._end_drag()
        if pressed is not None and target is not None:
            to = target - 1 if target > pressed[0] else target
            if to != pressed[0]:
                self.moved.emit(pressed[0], to)
        elif event.button() == Qt.MouseButton.LeftButton and (spot := self._spot_at(at)) is not None:
            self.acted.emit(spot[1], spot[0])
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and self._spot_at(event.position().toPoint()) is None:
            self.acted.emit("play", index.row())

    def leaveEvent(self, event: QEvent) -> None:
        self._painter.pointer = None
        self.viewport().update()
        super().leaveEvent(event)

    # -- dragging --
    def _drag_to(self, at: QPoint) -> None:
        first = self.visualRect(self.rows_model.index(0)).top()
        self._target = min(max(0, round((at.y() - first) / ROW)), self.rows_model.rowCount())
        self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        near_edge = at.y() < SCROLL_EDGE or at.y() > self.viewport().height() - SCROLL_EDGE
        if near_edge and not self._scroll.isActive():
            self._scroll.start()
        elif not near_edge:
            self._scroll.stop()
        self.viewport().update()

    def _scroll_along(self) -> None:
        at = self._painter.pointer
        if at is None or self._target is None:
            self._scroll.stop()
            return
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + (-SCROLL_STEP if at.y() < SCROLL_EDGE else SCROLL_STEP))
        self._drag_to(at)

    def _end_drag(self) -> None:
        self._pressed = self._target = None
        self._scroll.stop()
        self.viewport().unsetCursor()
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._target is None:
            return
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = self.visualRect(self.rows_model.index(0)).top() + self._target * ROW
        painter.setPen(QPen(QColor(self._theme.tokens.voice), 2))
        painter.drawLine(8, max(1, top), self.viewport().width() - 8, max(1, top))
        painter.end()
