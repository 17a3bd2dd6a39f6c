# SPDX-License-Identifier: GPL-3.0-or-later
"""A veil over the window with one thing in front of it: the palette, the help, the drop sign."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from podmix.ui import icons
from podmix.ui.theme import TITLE, Theme, font


class Overlay(QWidget):
    """Covers its host; Escape and a click beside the content close it and give the focus back."""

    toggled = Signal(bool)

    def __init__(self, theme: Theme, host: QWidget) -> None:
        super().__init__(host)
        self._theme, self._host = theme, host
        self._before: QWidget | None = None
        self.frame = QFrame(self)
        self.frame.setProperty("kind", "outlined")
        self.column = QVBoxLayout(self.frame)
        self.hide()
        host.installEventFilter(self)

    def open(self) -> None:
        self._before = self.window().focusWidget()
        self.setGeometry(self._host.rect())
        self.arrange()
        self.show()
        self.raise_()
        self.toggled.emit(True)

    def close_veil(self) -> None:
        if not self.isVisible():
            return
        self.hide()
        self.toggled.emit(False)
        if self._before is not None and self._before.isVisible():
            self._before.setFocus()

    def arrange(self) -> None:
        """Place ``frame``; subclasses say how."""
        self.frame.adjustSize()
        self.frame.move((self.width() - self.frame.width()) // 2, (self.height() - self.frame.height()) // 2)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._host and event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._host.rect())
            self.arrange()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_veil()
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.frame.geometry().contains(event.position().toPoint()):
            self.close_veil()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        veil = QColor(0, 0, 0)
        veil.setAlphaF(0.55 if self._theme.tokens.dark else 0.32)
        painter.fillRect(self.rect(), veil)
        painter.end()


class DropSign(QWidget):
    """Shown while something that can be dropped is over the window."""

    def __init__(self, theme: Theme, host: QWidget) -> None:
        super().__init__(host)
        self._theme, self._host = theme, host
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Drop it here")
        self.hide()

    def appear(self) -> None:
        self.setGeometry(self._host.rect())
        self.show()
        self.raise_()

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(tokens.background)
        veil.setAlphaF(0.93)
        painter.fillRect(self.rect(), veil)
        box = QRectF(self.rect()).adjusted(28, 28, -28, -28)
        edge = QPen(QColor(tokens.voice), 2, Qt.PenStyle.CustomDashLine)
        edge.setDashPattern([5, 5])
        painter.setPen(edge)
        painter.drawRoundedRect(box, 20, 20)
        middle = box.center()
        icons.paint(painter, "plus", tokens.voice, QRectF(middle.x() - 28, middle.y() - 74, 56, 56))
        painter.setPen(QColor(tokens.text))
        painter.setFont(font(TITLE, painter.font().Weight.Bold))
        painter.drawText(QRectF(0, middle.y() - 6, self.width(), 36), Qt.AlignmentFlag.AlignCenter, "Drop it here")
        painter.setPen(QColor(tokens.soft))
        painter.setFont(font(14))
        painter.drawText(QRectF(0, middle.y() + 30, self.width(), 24), Qt.AlignmentFlag.AlignCenter,
                         "Feed addresses, web pages, OPML files, folders with music")
        painter.end()
