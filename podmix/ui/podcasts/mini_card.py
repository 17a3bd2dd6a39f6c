# SPDX-License-Identifier: GPL-3.0-or-later
"""A preview as a small card: its title, how strong it is, where it starts; a click plays it on the previews screen."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from podmix.app.views import PreviewCard
from podmix.ui import icons
from podmix.ui.previews.card_paint import two_lines
from podmix.ui.previews.waveform import paint_place
from podmix.ui.theme import BODY, CARD_RADIUS, SMALL, Theme, font, mix
from podmix.ui.wording import clock_text, length_text


class MiniCard(QAbstractButton):
    """One of an episode's previews."""

    def __init__(self, theme: Theme, card: PreviewCard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self.card = theme, card
        self._rank = "Best preview" if card.rank <= 1 else f"Alternative {card.rank - 1}"
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(102)
        self.setAccessibleName(f"{self._rank}: {card.title}, from {clock_text(card.start)}")
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(260, 102)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens, card = self._theme.tokens, self.card
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(tokens.text), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.hover if self.underMouse() else tokens.raised))
        painter.drawRoundedRect(box, CARD_RADIUS, CARD_RADIUS)
        inner = box.adjusted(14, 10, -14, -10)
        painter.setFont(font(SMALL, QFont.Weight.DemiBold))
        painter.setPen(QColor(tokens.voice if card.rank <= 1 else tokens.soft))
        painter.drawText(QRectF(inner.left(), inner.top(), inner.width(), 16), Qt.AlignmentFlag.AlignVCenter,
                         self._rank)
        painter.setPen(QColor(tokens.soft))
        painter.setFont(font(SMALL, numbers=True))
        painter.drawText(QRectF(inner.left(), inner.top(), inner.width(), 16),
                         Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                         f"{clock_text(card.start)}  ·  {length_text(card.end - card.start)}")
        face = font(BODY, QFont.Weight.DemiBold)
        painter.setFont(face)
        painter.setPen(QColor(tokens.text))
        words = card.title or (card.captions[0].text if card.captions else card.episode_title)
        for number, line in enumerate(two_lines(words, face, inner.width() - 30)):
            painter.drawText(QRectF(inner.left(), inner.top() + 21 + number * 19, inner.width() - 26, 19),
                             Qt.AlignmentFlag.AlignVCenter, line)
        icons.paint(painter, "play", tokens.text, QRectF(inner.right() - 18, inner.top() + 31, 18, 18))
        paint_place(painter, QRectF(inner.left(), inner.bottom() - 7, inner.width(), 6), (card.start, card.end),
                    card.episode_duration, QColor(tokens.voice), mix(QColor(tokens.raised), QColor(tokens.text), 0.25))
        painter.end()
