# SPDX-License-Identifier: GPL-3.0-or-later
"""Mixes as a grid of drawn covers with a title, their length and why they are there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
    Signal,
)
from PySide6.QtGui import QColor, QFocusEvent, QFont, QMouseEvent, QPainter, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from podmix.app.taste_views import MixCard
from podmix.ui import icons
from podmix.ui.mixes.covers import MixCovers
from podmix.ui.mixes.mix_words import DRIVE, count_and_length, has_previews, kind_text, why_text
from podmix.ui.podcasts.show_grid import BY_KEY
from podmix.ui.theme import BODY, CARD_RADIUS, SMALL, Theme, font

LEAST, MOST, GAP, WORDS, PLAY = 148, 196, 20, 74, 40
CARD_ROLE = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex


class MixModel(QAbstractListModel):
    """Rows are ``MixCard``; ``None`` is a place that is still being made."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.cards: list[MixCard | None] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.cards)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        card = self.cards[index.row()]
        if role == CARD_ROLE:
            return card
        if card is None:
            return "Being made" if role == Qt.ItemDataRole.AccessibleTextRole else None
        if role == Qt.ItemDataRole.DisplayRole:
            return card.title
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return f"{kind_text(card)}: {card.title}, {count_and_length(card).replace('  ·  ', ', ')}. {why_text(card)}"
        return None

    def set_cards(self, cards: Sequence[MixCard | None]) -> None:
        self.beginResetModel()
        self.cards = list(cards)
        self.endResetModel()


class MixPainter(QStyledItemDelegate):
    """Cover, title, length, why; under the pointer a button to play."""

    def __init__(self, theme: Theme, covers: MixCovers, parent: QObject) -> None:
        super().__init__(parent)
        self._theme, self._covers = theme, covers
        self.side = LEAST
        self.pointer: QPoint | None = None

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(self.side + GAP, self.side + WORDS + GAP)

    def picture(self, area: QRectF) -> QRectF:
        return QRectF(area.left() + 4, area.top() + 4, self.side, self.side)

    def play_spot(self, area: QRectF) -> QRectF:
        picture = self.picture(area)
        return QRectF(picture.right() - PLAY - 10, picture.bottom() - PLAY - 10, PLAY, PLAY)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens, card = self._theme.tokens, index.data(CARD_ROLE)
        area = QRectF(option.rect)
        picture = self.picture(area)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if card is None:
            self._placeholder(painter, picture)
            painter.restore()
            return
        painter.drawPixmap(picture.topLeft(), self._covers.cover(card, self.side, CARD_RADIUS,
                                                                 painter.device().devicePixelRatioF()))
        states = QStyle.StateFlag
        focused = bool(option.state & states.State_HasFocus and option.state & states.State_Selected)
        if option.state & QStyle.StateFlag.State_MouseOver or focused:
            self._play(painter, self.play_spot(area))
        if focused:
            painter.setPen(QPen(QColor(tokens.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(picture.adjusted(-3, -3, 3, 3), CARD_RADIUS + 3, CARD_RADIUS + 3)
        self._words(painter, picture, card)
        painter.restore()

    def _words(self, painter: QPainter, picture: QRectF, card: MixCard) -> None:
        tokens, side = self._theme.tokens, int(self.side)
        drive = has_previews(card)
        about = tokens.voice if drive else tokens.music if card.match is not None else tokens.soft
        for text, top, size, weight, colour in (
                (DRIVE if drive else card.title, 8.0, BODY, QFont.Weight.DemiBold, tokens.text),
                (count_and_length(card), 29.0, SMALL, QFont.Weight.Normal, tokens.soft),
                (why_text(card), 48.0, SMALL, QFont.Weight.Normal, about)):
            painter.setPen(QColor(colour))
            painter.setFont(font(size, weight, numbers=size == SMALL))
            painter.drawText(QRectF(picture.left(), picture.bottom() + top, side, 20), Qt.AlignmentFlag.AlignVCenter,
                             painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, side))

    def _play(self, painter: QPainter, spot: QRectF) -> None:
        tokens = self._theme.tokens
        over = self.pointer is not None and spot.contains(self.pointer.toPointF())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.music).lighter(112 if over else 100))
        painter.drawEllipse(spot)
        icons.paint(painter, "play", tokens.on_music, spot.adjusted(11, 11, -11, -11))

    def _placeholder(self, painter: QPainter, picture: QRectF) -> None:
        tokens = self._theme.tokens
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.raised))
        painter.drawRoundedRect(picture, CARD_RADIUS, CARD_RADIUS)
        for top, share in ((12.0, 0.62), (34.0, 0.45), (52.0, 0.8)):
            painter.drawRoundedRect(QRectF(picture.left(), picture.bottom() + top, picture.width() * share, 9), 4, 4)


class MixGrid(QListView):
    """As high as its rows; the page scrolls. Arrows move, Enter opens, the disc on a cover plays."""

    opened = Signal(object)  # MixCard
    play_wanted = Signal(object)

    def __init__(self, theme: Theme, covers: MixCovers, name: str) -> None:
        super().__init__()
        self._model = MixModel(self)
        self._painter = MixPainter(theme, covers, self)
        self._pressed_play = -1
        self.setModel(self._model)
        self.setItemDelegate(self._painter)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        for policy in (self.setHorizontalScrollBarPolicy, self.setVerticalScrollBarPolicy):
            policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setAccessibleName(name)
        self.activated.connect(self._open)
        theme.changed.connect(self.viewport().update)
        covers.arrived.connect(self.viewport().update)

    def set_cards(self, cards: Sequence[MixCard | None]) -> None:
        """Show these; the chosen one stays chosen."""
        if list(cards) == self._model.cards:
            return
        held = self.currentIndex().data(CARD_ROLE) if self.currentIndex().isValid() else None
        self._model.set_cards(cards)
        keys = [card.key for card in cards if card is not None]
        if held is not None and held.key in keys:
            self.setCurrentIndex(self._model.index(keys.index(held.key)))
        self._fit()

    @property
    def cards(self) -> list[MixCard]:
        return [card for card in self._model.cards if card is not None]

    @property
    def chosen(self) -> MixCard | None:
        index = self.currentIndex()
        return index.data(CARD_ROLE) if index.isValid() else None

    def _open(self, index: QModelIndex) -> None:
        card = index.data(CARD_ROLE)
        if card is not None:
            self.opened.emit(card)

    # -- size --
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = max(LEAST + GAP, self.width() - 8)  # Qt breaks the row a little early
        columns = max(2, room // (LEAST + GAP))
        while columns > 2 and room // columns > MOST + GAP:
            columns += 1
        cell = room // columns
        self._painter.side = max(96, min(MOST, cell - GAP))
        self.setGridSize(QSize(cell, self._painter.side + WORDS + 14))
        rows = -(-len(self._model.cards) // columns)
        self.setFixedHeight(max(1, rows) * self.gridSize().height() + 2)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the page scrolls

    # -- keys and mouse --
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in BY_KEY and not self.currentIndex().isValid() and self._model.rowCount():
            self.setCurrentIndex(self._model.index(0))
        self.viewport().update()

    def _play_under(self, at: QPoint) -> int:
        index = self.indexAt(at)
        if not index.isValid() or index.data(CARD_ROLE) is None:
            return -1
        return index.row() if self._painter.play_spot(QRectF(self.visualRect(index))).contains(at.toPointF()) else -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_play = self._play_under(event.position().toPoint())
        if self._pressed_play < 0:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        pressed, self._pressed_play = self._pressed_play, -1
        if pressed >= 0:
            if self._play_under(at) == pressed:
                self.play_wanted.emit(self._model.cards[pressed])
            return
        super().mouseReleaseEvent(event)
        index = self.indexAt(at)
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            self._open(index)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()  # the first click has opened it

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        before, self._painter.pointer = self._painter.pointer, event.position().toPoint()
        over = self.indexAt(self._painter.pointer).isValid()
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)
        for point in (before, self._painter.pointer):
            if point is not None and (index := self.indexAt(point)).isValid():
                self.viewport().update(self.visualRect(index))

    def leaveEvent(self, event: QEvent) -> None:
        self._painter.pointer = None
        super().leaveEvent(event)
        self.viewport().update()
