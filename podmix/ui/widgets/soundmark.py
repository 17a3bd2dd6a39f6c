# SPDX-License-Identifier: GPL-3.0-or-later
"""The program's mark: a few bars of sound, the middle ones lit; and the word mark."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from podmix.ui.theme import Theme, font

HEIGHTS = (0.22, 0.45, 0.30, 0.62, 0.95, 0.72, 1.0, 0.55, 0.8, 0.42, 0.6, 0.28, 0.36)
LIT = range(4, 9)


class Soundmark(QWidget):
    """Bars 6 wide and 6 apart."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFixedSize(len(HEIGHTS) * 12 - 6, 56)
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for index, height in enumerate(HEIGHTS):
            painter.setBrush(QColor(tokens.voice if index in LIT else tokens.track))
            tall = height * self.height()
            painter.drawRoundedRect(QRectF(index * 12, (self.height() - tall) / 2, 6, tall), 3, 3)
        painter.end()


class WordMark(QWidget):
    """PodMix: voice and music meet in its colours. ``short`` shows the P and the M only."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.short = False
        self.setAccessibleName("PodMix")
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(96, 32)

    def set_short(self, short: bool) -> None:
        self.short = short
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        face = font(18, QFont.Weight.Bold)
        painter.setFont(face)
        metrics = QFontMetricsF(face)
        parts = (("P", tokens.text), ("M", tokens.voice)) if self.short else \
            (("Pod", tokens.text), ("M", tokens.voice), ("ix", tokens.music))
        left = float(self.contentsMargins().left())
        if self.short:
            left = (self.width() - sum(metrics.horizontalAdvance(text) for text, _ in parts)) / 2
        for text, colour in parts:
            painter.setPen(QColor(colour))
            painter.drawText(QRectF(left, 0, 80, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
            left += metrics.horizontalAdvance(text)
        painter.end()
