# SPDX-License-Identifier: GPL-3.0-or-later
"""Words on the screen: labels that end in an ellipsis instead of being cut, icons beside them, hairlines."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from podmix.ui import icons
from podmix.ui.theme import Theme


def label(text: str = "", *, kind: str = "", wrap: bool = False, numbers: bool = False) -> QLabel:
    """A label in the style sheet's ``kind``; plain text only, so nothing in a feed can style itself."""
    made = QLabel(text)
    made.setProperty("kind", kind)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if numbers:
        from podmix.ui.theme import BODY, font

        made.setFont(font(BODY, numbers=True))
    return made


def centred(*parts: QWidget) -> QHBoxLayout:
    """A row with its parts in the middle; wrapping labels keep the height they need (an aligned cell would not)."""
    row = QHBoxLayout()
    row.addStretch()
    for part in parts:
        row.addWidget(part)
    row.addStretch()
    return row


class ElidedLabel(QLabel):
    """One line that ends in … where it does not fit; the whole text is its tooltip then."""

    def __init__(self, text: str = "", *, kind: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", kind)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._whole = ""
        self.set_text(text)

    def set_text(self, text: str) -> None:
        self._whole = " ".join(text.split())
        self.setAccessibleName(self._whole)
        self._elide()

    @property
    def whole(self) -> str:
        return self._whole

    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + 4, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, max(10, self.width() - 2))
        self.setText(shown)
        self.setToolTip(self._whole if shown != self._whole else "")


class Glyph(QWidget):
    """An icon that only decorates: named for nobody, focused by nobody."""

    def __init__(self, theme: Theme, icon: str, *, size: int = 20, colour: str = "soft",
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._icon, self._colour = theme, icon, colour
        self.setFixedSize(size, size)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.changed.connect(self.update)

    def show_icon(self, icon: str, colour: str = "") -> None:
        self._icon, self._colour = icon, colour or self._colour
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        icons.paint(painter, self._icon, getattr(self._theme.tokens, self._colour),
                    QRectF(0, 0, self.width(), self.height()))
        painter.end()


def hairline(*, vertical: bool = False) -> QFrame:
    line = QFrame()
    line.setProperty("kind", "hairline")
    if vertical:
        line.setFixedWidth(1)
    else:
        line.setFixedHeight(1)
    return line
