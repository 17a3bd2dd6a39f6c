# SPDX-License-Identifier: GPL-3.0-or-later
"""A show's episodes: fetched in pages, painted by a delegate, smooth with thousands of rows.

A row's buttons (download, make preview) are painted; the same can be done from the keyboard (D, P) and the menu.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QContextMenuEvent, QFocusEvent, QFont, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QFrame, QListView, QMenu, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from podmix.app.views import EpisodeRow
from podmix.podcasts.types import EpisodeState
from podmix.ui import icons
from podmix.ui.theme import BODY, ROW_RADIUS, SMALL, Theme, font
from podmix.ui.wording import clock_text, day_text, length_text

ROW = 68
ROW_ROLE = Qt.ItemDataRole.UserRole + 1
PAGE = 500
BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
Index = QModelIndex | QPersistentModelIndex

STATE_WORDS = {
    EpisodeState.NEW: "", EpisodeState.DOWNLOADING: "Downloading", EpisodeState.DOWNLOADED: "Downloaded",
    EpisodeState.WORKING: "Listening", EpisodeState.READY: "Preview ready", EpisodeState.FAILED: "Did not work",
}
STATE_COLOURS = {
    EpisodeState.DOWNLOADING: "attention", EpisodeState.WORKING: "attention", EpisodeState.READY: "voice",
    EpisodeState.FAILED: "danger",
}


def actions_of(row: EpisodeRow) -> tuple[tuple[str, str, str], ...]:
    """(verb, icon, words) a row offers, by its state."""
    match row.state:
        case EpisodeState.READY:
            return (("preview", "play", "Hear the preview"),)
        case EpisodeState.DOWNLOADING | EpisodeState.WORKING:
            return ()
        case EpisodeState.DOWNLOADED:
            return (("make", "make", "Make preview"),)
        case EpisodeState.FAILED:
            return (("make", "refresh", "Try again"),)
        case _:
            return (("download", "download", "Download"), ("make", "make", "Make preview"))


class EpisodeModel(QAbstractListModel):
    """Rows of ``EpisodeRow``. More are wanted through ``more_wanted`` as the view scrolls to the end."""

    more_wanted = Signal(int)  # offset

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[EpisodeRow] = []
        self._complete = True
        self._asked = -1

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (row.title, length_text(row.duration), STATE_WORDS[row.state]) if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.problem or row.title
        return None

    def canFetchMore(self, _parent: Index) -> bool:
        return not self._complete

    def fetchMore(self, _parent: Index) -> None:
        if self._asked != len(self._rows):
            self._asked = len(self._rows)
            self.more_wanted.emit(self._asked)

    def set_rows(self, rows: Sequence[EpisodeRow], *, complete: bool) -> None:
        """A new list; when it begins with the same episodes only what changed is repainted."""
        ids = [row.episode_id for row in rows]
        if ids == [row.episode_id for row in self._rows[:len(ids)]] and len(rows) <= len(self._rows) and rows:
            for at, row in enumerate(rows):
                if row != self._rows[at]:
                    self._rows[at] = row
                    self.dataChanged.emit(self.index(at), self.index(at), [ROW_ROLE])
            return
        self.beginResetModel()
        self._rows, self._complete, self._asked = list(rows), complete, -1
        self.endResetModel()

    def add_rows(self, rows: Sequence[EpisodeRow], *, complete: bool) -> None:
        self._complete = complete
        if rows:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(rows) - 1)
            self._rows.extend(rows)
            self.endInsertRows()

    @property
    def rows(self) -> list[EpisodeRow]:
        return self._rows


class EpisodePainter(QStyledItemDelegate):
    """One row: title, day, length, state, what was heard, buttons."""

    acted = Signal(str, int)  # verb, episode id

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self.now = datetime.now(UTC)
        self.pointer: Any = None

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(200, ROW)

    def spots(self, area: QRectF, row: EpisodeRow) -> list[tuple[QRectF, str, str, str]]:
        """Where each button lies: (place, verb, icon, words), the last one rightmost."""
        right, made = area.right() - 14, []
        for verb, icon, words in reversed(actions_of(row)):
            made.append((QRectF(right - 36, area.center().y() - 18, 36, 36), verb, icon, words))
            right -= 42
        return list(reversed(made))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens, row = self._theme.tokens, index.data(ROW_ROLE)
        area = QRectF(option.rect).adjusted(0, 1, 0, -1)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
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
        spots = self.spots(area, row)
        edge = (spots[0][0].left() if spots else area.right() - 14) - 12
        state = STATE_WORDS[row.state]
        if state:
            edge = self._state(painter, area, edge, row, state)
        self._words(painter, area, edge, row)
        for place, _, icon, _ in spots:
            self._button(painter, place, icon, lit=row.state is EpisodeState.READY)
        painter.restore()

    def _words(self, painter: QPainter, area: QRectF, edge: float, row: EpisodeRow) -> None:
        tokens = self._theme.tokens
        left, wide = area.left() + 14, edge - area.left() - 14
        heard = row.duration and row.position / row.duration > 0.97
        painter.setPen(QColor(tokens.soft if heard else tokens.text))
        painter.setFont(font(BODY, QFont.Weight.DemiBold))
        painter.drawText(QRectF(left, area.top() + 11, wide, 22), Qt.AlignmentFlag.AlignVCenter,
                         painter.fontMetrics().elidedText(row.title, Qt.TextElideMode.ElideRight, int(wide)))
        begun = f"{clock_text(row.position)} heard" if row.position > 5 and not heard else ""
        number = f"S{row.season} E{row.number}" if row.season and row.number else ""
        kind = row.kind.capitalize() if row.kind not in ("full", "") else ""
        about = "  ·  ".join(part for part in (kind, number, day_text(row.published, self.now),
                                               length_text(row.duration), "Heard" if heard else begun) if part)
        painter.setPen(QColor(tokens.soft))
        painter.setFont(font(SMALL, numbers=True))
        painter.drawText(QRectF(left, area.top() + 34, wide, 20), Qt.AlignmentFlag.AlignVCenter,
                         painter.fontMetrics().elidedText(about, Qt.TextElideMode.ElideRight, int(wide)))

    def _state(self, painter: QPainter, area: QRectF, edge: float, row: EpisodeRow, words: str) -> float:
        tokens = self._theme.tokens
        colour = QColor(getattr(tokens, STATE_COLOURS.get(row.state, "soft")))
        painter.setFont(font(SMALL, QFont.Weight.Medium))
        wide = painter.fontMetrics().horizontalAdvance(words) + 16
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(QRectF(edge - wide, area.center().y() - 3, 6, 6))
        painter.setPen(QColor(tokens.soft) if row.state is not EpisodeState.FAILED else colour)
        painter.drawText(QRectF(edge - wide + 14, area.top(), wide, area.height()), Qt.AlignmentFlag.AlignVCenter,
                         words)
        return edge - wide - 12

    def _button(self, painter: QPainter, place: QRectF, icon: str, *, lit: bool) -> None:
        tokens = self._theme.tokens
        over = self.pointer is not None and place.contains(self.pointer)
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.setBrush(QColor(tokens.track if over else tokens.raised))
        painter.drawEllipse(place.adjusted(0.5, 0.5, -0.5, -0.5))
        icons.paint(painter, icon, tokens.voice if lit else tokens.text, place.adjusted(9, 9, -9, -9))

    def editorEvent(self, event: QEvent, _model: Any, option: QStyleOptionViewItem, index: Index) -> bool:
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonRelease \
                and event.button() == Qt.MouseButton.LeftButton:
            row = index.data(ROW_ROLE)
            for place, verb, _, _ in self.spots(QRectF(option.rect).adjusted(0, 1, 0, -1), row):
                if place.contains(event.position()):
                    self.acted.emit(verb, row.episode_id)
                    return True
        return False


class EpisodeList(QListView):
    """Enter opens, D downloads, P makes the preview, Q puts it up next (Shift+Q before all others); the menu key
    offers all of it.
    """

    opened = Signal(int)
    acted = Signal(str, int)  # verb, episode id

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.rows_model = EpisodeModel(self)
        self._painter = EpisodePainter(theme, self)
        self.setModel(self.rows_model)
        self.setItemDelegate(self._painter)
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setAccessibleName("Episodes")
        self._painter.acted.connect(self.acted)
        self._painter.acted.connect(self._acted)
        self._just_acted = False
        self.clicked.connect(self._clicked)
        self.activated.connect(lambda index: self.opened.emit(index.data(ROW_ROLE).episode_id))
        theme.changed.connect(self.viewport().update)

    def current_row(self) -> EpisodeRow | None:
        index = self.currentIndex()
        return index.data(ROW_ROLE) if index.isValid() else None

    def _acted(self, _verb: str, _episode: int) -> None:
        self._just_acted = True

    def _clicked(self, index: QModelIndex) -> None:
        if self._just_acted:
            self._just_acted = False
            return
        self.opened.emit(index.data(ROW_ROLE).episode_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.current_row()
        verb = {Qt.Key.Key_D: "download", Qt.Key.Key_P: "make", Qt.Key.Key_Q: "queue"}.get(Qt.Key(event.key()))
        if row is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(row.episode_id)
        elif row is not None and verb == "queue" and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            self.acted.emit("first", row.episode_id)
        elif row is not None and verb and not event.modifiers():
            self.acted.emit(verb, row.episode_id)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # D, P and Q mean the row here, not what they mean elsewhere.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride \
                and not event.modifiers() and event.key() in (Qt.Key.Key_D, Qt.Key.Key_P, Qt.Key.Key_Q):
            event.accept()
            return True
        return super().event(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        row = self.current_row()
        if row is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        entries = [*actions_of(row), ("first", "next", "Play it next"), ("queue", "queue", "Put it up next")]
        if row.state is EpisodeState.READY:
            entries.append(("again", "refresh", "Choose previews again"))
        for verb, icon, words in entries:
            action = menu.addAction(icons.icon(icon, self._theme.tokens.soft), words)
            action.triggered.connect(lambda _checked=False, verb=verb: self.acted.emit(verb, row.episode_id))
        menu.popup(event.globalPos())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._painter.pointer = event.position()
        index = self.indexAt(event.position().toPoint())
        hint = ""
        if index.isValid():
            area = QRectF(self.visualRect(index)).adjusted(0, 1, 0, -1)
            for place, _, _, words in self._painter.spots(area, index.data(ROW_ROLE)):
                hint = words if place.contains(event.position()) else hint
        self.viewport().setToolTip(hint)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        self.viewport().update(self.visualRect(index))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._painter.pointer = None
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in BY_KEY and not self.currentIndex().isValid() and self.rows_model.rowCount():
            self.setCurrentIndex(self.rows_model.index(0))
