# SPDX-License-Identifier: GPL-3.0-or-later
"""Subscriptions as a grid of covers that fills the width evenly. Plain rows, a thin model, a delegate that paints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from podmix.app.views import ShowCard
from podmix.ui.theme import BODY, CARD_RADIUS, SMALL, Theme, font
from podmix.ui.widgets.artwork import cover
from podmix.ui.wording import count_text

LEAST, GAP, WORDS = 164, 20, 54
BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
CARD_ROLE = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex


class ShowModel(QAbstractListModel):
    """Rows are ``ShowCard``; unchanged rows are not touched when a new list comes."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cards: list[ShowCard] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._cards)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        card = self._cards[index.row()]
        if role == CARD_ROLE:
            return card
        if role == Qt.ItemDataRole.DisplayRole:
            return card.title
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return f"{card.title}, {card.author}" if card.author else card.title
        return None

    def set_cards(self, cards: Sequence[ShowCard]) -> None:
        if [card.show_id for card in cards] != [card.show_id for card in self._cards]:
            self.beginResetModel()
            self._cards = list(cards)
            self.endResetModel()
            return
        for row, card in enumerate(cards):
            if card != self._cards[row]:
                self._cards[row] = card
                self.dataChanged.emit(self.index(row), self.index(row), [CARD_ROLE])

    @property
    def cards(self) -> list[ShowCard]:
        return self._cards


class ShowPainter(QStyledItemDelegate):
    """Cover, title, what there is to hear."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self.side = LEAST

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(self.side + GAP, self.side + WORDS + GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens, card = self._theme.tokens, index.data(CARD_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, top, side = float(option.rect.left()), option.rect.top() + 6.0, float(self.side)
        picture = QRectF(left, top, side, side)
        painter.drawPixmap(picture.topLeft(), cover(card.artwork, card.title, self.side, CARD_RADIUS,
                                                    painter.device().devicePixelRatioF()))
        if option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(255, 255, 255, 26))
            painter.drawRoundedRect(picture, CARD_RADIUS, CARD_RADIUS)
        if option.state & QStyle.StateFlag.State_HasFocus and option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(QColor(tokens.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(picture.adjusted(-3, -3, 3, 3), CARD_RADIUS + 3, CARD_RADIUS + 3)
        painter.setPen(QColor(tokens.text))
        painter.setFont(font(BODY, QFont.Weight.DemiBold))
        painter.drawText(QRectF(left, picture.bottom() + 8, side, 20), Qt.AlignmentFlag.AlignVCenter,
                         painter.fontMetrics().elidedText(card.title, Qt.TextElideMode.ElideRight, int(side)))
        about = card.problem or count_text(card.episodes, "episode")
        if card.previews and not card.problem:
            about += f"  ·  {count_text(card.previews, 'preview')}"
        painter.setPen(QColor(tokens.danger if card.problem else tokens.soft))
        painter.setFont(font(SMALL))
        painter.drawText(QRectF(left, picture.bottom() + 28, side, 18), Qt.AlignmentFlag.AlignVCenter,
                         painter.fontMetrics().elidedText(about, Qt.TextElideMode.ElideRight, int(side)))
        painter.restore()


class ShowGrid(QListView):
    """Arrows move, Enter opens."""

    opened = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = ShowModel(self)
        self._painter = ShowPainter(theme, self)
        self.setModel(self._model)
        self.setItemDelegate(self._painter)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setAccessibleName("Shows you follow")
        self.clicked.connect(self._open)
        self.activated.connect(self._open)
        theme.changed.connect(self.viewport().update)

    def set_cards(self, cards: Sequence[ShowCard]) -> None:
        self._model.set_cards(cards)

    @property
    def cards(self) -> list[ShowCard]:
        return self._model.cards

    def _open(self, index: QModelIndex) -> None:
        self.opened.emit(index.data(CARD_ROLE).show_id)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in BY_KEY and not self.currentIndex().isValid() and self._model.rowCount():
            self.setCurrentIndex(self._model.index(0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        room = self.width() - 24  # the scroll bar's room is kept, so that it never changes the columns
        columns = max(2, (room + GAP) // (LEAST + GAP))
        cell = room // columns
        self._painter.side = min(232, cell - GAP)
        self.setGridSize(QSize(cell, self._painter.side + WORDS + GAP))
        super().resizeEvent(event)
