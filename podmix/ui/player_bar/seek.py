# SPDX-License-Identifier: GPL-3.0-or-later
"""The seek bar: played part, chapter ticks, time under the pointer. A slider to the keyboard and to screen readers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QToolTip, QWidget

from podmix.app.views import ChapterRow
from podmix.ui.theme import Theme
from podmix.ui.wording import clock_text, spoken_clock

STEP_S, PAGE_S = 5, 30


class SeekBar(QAbstractSlider):
    """Values are tenths of a second of the shown span."""

    sought = Signal(float)  # seconds of the episode

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._first, self._length = 0.0, 0.0
        self._chapters: tuple[ChapterRow, ...] = ()
        self._dragging = False
        self._pointer: float | None = None
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setSingleStep(STEP_S * 10)
        self.setPageStep(PAGE_S * 10)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(28)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Position")
        self.actionTriggered.connect(self._by_key)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(240, 28)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, 28)

    def set_span(self, first: float, last: float, chapters: Sequence[ChapterRow] = ()) -> None:
        self._first, self._length = first, max(0.0, last - first)
        self._chapters = tuple(chapters)
        self.setRange(0, round(self._length * 10))
        self.update()

    def set_position(self, position: float) -> None:
        """Follow playback, unless the person is dragging."""
        if not self._dragging:
            self.setValue(round((position - self._first) * 10))

    @property
    def dragging(self) -> bool:
        return self._dragging

    def sliderChange(self, change: QAbstractSlider.SliderChange) -> None:
        super().sliderChange(change)
        if change == QAbstractSlider.SliderChange.SliderValueChange:
            self.setAccessibleDescription(f"{spoken_clock(self.value() / 10)} of {spoken_clock(self._length)}")
            self.update()

    def _by_key(self, _action: int) -> None:
        self.sought.emit(self._first + self.sliderPosition() / 10)

    def chapter_at(self, seconds: float) -> str:
        name = ""
        for chapter in self._chapters:
            if chapter.start <= seconds + 0.01:
                name = chapter.title
        return name

    # -- mouse --
    def _share(self, x: float) -> float:
        return min(1.0, max(0.0, (x - 7) / max(1.0, self.width() - 14)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._length:
            self._dragging = True
            self.setValue(round(self._share(event.position().x()) * self.maximum()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = self._share(event.position().x())
        if self._dragging:
            self.setValue(round(self._pointer * self.maximum()))
        if self._length:
            seconds = self._first + self._pointer * self._length
            words = "  ·  ".join(part for part in (clock_text(seconds), self.chapter_at(seconds)) if part)
            QToolTip.showText(event.globalPosition().toPoint(), words, self)
        self.update()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        if self._dragging:
            self._dragging = False
            self.sought.emit(self._first + self.value() / 10)

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self.update()
        super().leaveEvent(event)

    # -- paint --
    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        groove = QRectF(7, middle - 2, self.width() - 14, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.track))
        painter.drawRoundedRect(groove, 2, 2)
        share = self.value() / self.maximum() if self.maximum() > 0 else 0.0
        at = groove.left() + groove.width() * share
        painter.setBrush(QColor(tokens.text))
        painter.drawRoundedRect(QRectF(groove.left(), groove.top(), at - groove.left(), 4), 2, 2)
        painter.setBrush(QColor(tokens.surface))
        for chapter in self._chapters:
            if self._length and 1 < chapter.start - self._first < self._length:
                x = groove.left() + groove.width() * (chapter.start - self._first) / self._length
                painter.drawRect(QRectF(x - 1.25, groove.top() - 0.5, 2.5, 5))
        if self._length:
            wide = 16.0 if self._pointer is not None or self._dragging or self.hasFocus() else 12.0
            knob = QRectF(at - wide / 2, middle - wide / 2, wide, wide)
            painter.setBrush(QColor(tokens.voice))
            painter.drawEllipse(knob)
            if self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(tokens.text), 2))
                painter.drawEllipse(knob.adjusted(-2, -2, 2, 2))
        painter.end()
