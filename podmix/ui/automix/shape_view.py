# SPDX-License-Identifier: GPL-3.0-or-later
"""The energy curve that a person draws: five handles, by mouse or keys."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from podmix.ui.theme import ROW_RADIUS, Theme

LOWEST, HIGHEST = 1.0, 10.0
PRESETS = {"": (5.0, 5.0, 5.0, 5.0, 5.0), "warm-up": (2.0, 4.0, 5.5, 7.5, 9.0), "peak": (3.0, 6.0, 9.0, 8.0, 4.0),
           "wave": (3.0, 8.0, 4.0, 9.0, 5.0), "flat": (5.5, 5.5, 5.5, 5.5, 5.5), "cool-down": (9.0, 7.5, 5.5, 4.0, 2.0)}
_EDGE = 10.0


class ShapeView(QWidget):
    """``levels`` are energies 1..10 at even distances; ``drawn`` when the person changed them."""

    drawn = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.levels = list(PRESETS["warm-up"])
        self._handle = 0
        self._held = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Drag to draw the energy · ← → choose a point, ↑ ↓ move it")
        self._tell()
        theme.changed.connect(self.update)

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        return tuple((place / (len(self.levels) - 1), level) for place, level in enumerate(self.levels))

    def show_levels(self, levels: tuple[float, ...]) -> None:
        self.levels = list(levels)
        self._tell()
        self.update()

    def _tell(self) -> None:
        self.setAccessibleName("Energy over the mix")
        self.setAccessibleDescription(f"Point {self._handle + 1} of {len(self.levels)}: energy "
                                      f"{self.levels[self._handle]:.1f} of 10")

    def sizeHint(self) -> QSize:
        return QSize(300, 96)

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(_EDGE + 4, _EDGE, -_EDGE - 4, -_EDGE)

    def _place(self, number: int) -> QPointF:
        area, share = self._area(), (self.levels[number] - LOWEST) / (HIGHEST - LOWEST)
        return QPointF(area.left() + area.width() * number / (len(self.levels) - 1),
                       area.bottom() - share * area.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(tokens.colour("soft" if self.hasFocus() else "line"), 2 if self.hasFocus() else 1))
        painter.setBrush(tokens.colour("background"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), ROW_RADIUS, ROW_RADIUS)
        line = QPolygonF([self._place(number) for number in range(len(self.levels))])
        below = QPolygonF(line)
        below.append(self._area().bottomRight())
        below.append(self._area().bottomLeft())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.colour("attention", 0.12))
        painter.drawPolygon(below)
        painter.setPen(QPen(tokens.colour("attention"), 2))
        painter.drawPolyline(line)
        for number in range(len(self.levels)):
            lit = self.hasFocus() and number == self._handle
            painter.setPen(QPen(tokens.colour("text" if lit else "attention"), 2))
            painter.setBrush(tokens.colour("attention" if lit else "surface"))
            painter.drawEllipse(self._place(number), 5, 5)
        painter.end()

    def _set(self, number: int, level: float) -> None:
        self._handle = number
        self.levels[number] = min(HIGHEST, max(LOWEST, round(level, 1)))
        self._tell()
        self.update()
        self.drawn.emit()

    def _drag(self, place: QPointF) -> None:
        area = self._area()
        number = round((place.x() - area.left()) / max(1.0, area.width()) * (len(self.levels) - 1))
        share = (area.bottom() - place.y()) / max(1.0, area.height())
        self._set(min(max(0, number), len(self.levels) - 1), LOWEST + share * (HIGHEST - LOWEST))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._held = True
        self._drag(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held:
            self._drag(event.position())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._held = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        across = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        up = {Qt.Key.Key_Up: 0.5, Qt.Key.Key_Down: -0.5}.get(Qt.Key(event.key()), 0.0)
        if across:
            self._handle = min(max(0, self._handle + across), len(self.levels) - 1)
            self._tell()
            self.update()
        elif up:
            self._set(self._handle, self.levels[self._handle] + up)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
