# SPDX-License-Identifier: GPL-3.0-or-later
"""Buttons: with an icon, round with a word below, a switch, a choice of few.

All are reachable with Tab and show a ring when focused so; a mouse click leaves no ring. Every one has an accessible
name, which is also its tooltip (with its key).
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Property, QEasingCurve, QEvent, QPropertyAnimation, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from podmix.ui import icons
from podmix.ui.theme import EASE, NORMAL, QUICK, SMALL, Theme, font, mix


def name_control(control: QWidget, name: str, key: str = "", hint: str = "") -> None:
    """Give a control its accessible name and a tooltip."""
    control.setAccessibleName(name)
    words = hint or name
    control.setToolTip(f"{words}  ·  {key}" if key else words)


def literal(text: str) -> str:
    """A name out of a feed as a button or menu shows it: its ampersands are no shortcuts."""
    return text.replace("&", "&&")


def button(text: str, *, kind: str = "", name: str = "") -> QPushButton:
    """A push button in the style sheet's ``kind`` (primary, quiet, danger, chip, link)."""
    made = QPushButton(text)
    made.setProperty("kind", kind)
    made.setAccessibleName(name or text)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    return made


class IconButton(QToolButton):
    """A small icon button; with ``on_icon`` it is a toggle that lights up in ``on_colour``."""

    def __init__(self, theme: Theme, icon: str, name: str, *, key: str = "", size: int = 20, on_icon: str = "",
                 on_colour: str = "voice", colour: str = "soft", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._icon, self._on_icon, self._on_colour = theme, icon, on_icon, on_colour
        self._colour = colour
        self.setIconSize(QSize(size, size))
        self.setFixedSize(size + 16, size + 16)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        name_control(self, name, key)
        theme.changed.connect(self._tint)
        self._tint()

    def set_icon(self, icon: str, name: str = "", key: str = "") -> None:
        self._icon = icon
        if name:
            name_control(self, name, key)
        self._tint()

    def set_colour(self, colour: str) -> None:
        self._colour = colour
        self._tint()

    def _tint(self) -> None:
        tokens = self._theme.tokens
        on = getattr(tokens, self._on_colour) if self._on_icon else ""
        self.setIcon(icons.icon(self._icon, getattr(tokens, self._colour), on, self._on_icon))


class RoundButton(QAbstractButton):
    """A disc with an icon; ``label`` stands below it. Checked: the disc fills with ``on_colour``."""

    def __init__(self, theme: Theme, icon: str, name: str, *, key: str = "", label: str = "", disc: int = 48,
                 on_icon: str = "", on_colour: str = "voice", filled: bool = False,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._icon, self._on_icon, self._on_colour = theme, icon, on_icon, on_colour
        self._label, self._disc, self._filled = label, disc, filled
        self._hover = 0.0
        self.setCheckable(bool(on_icon))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        name_control(self, name, key)
        self._motion = QPropertyAnimation(self, b"hover", self)
        self._motion.setEasingCurve(EASE)
        theme.changed.connect(self.update)

    def set_icon(self, icon: str, name: str, key: str = "") -> None:
        self._icon = icon
        name_control(self, name, key)
        self.update()

    def sizeHint(self) -> QSize:
        if not self._label:
            return QSize(self._disc + 4, self._disc + 4)
        words = QFontMetrics(font(SMALL)).horizontalAdvance(self._label)
        return QSize(max(self._disc + 4, 84, words + 6), self._disc + 4 + 20)

    minimumSizeHint = sizeHint

    def _get_hover(self) -> float:
        return self._hover

    def _set_hover(self, value: float) -> None:
        self._hover = value
        self.update()

    hover = Property(float, _get_hover, _set_hover)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._glide(1.0)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._glide(0.0)
        super().leaveEvent(event)

    def _glide(self, to: float) -> None:
        self._motion.stop()
        self._motion.setDuration(self._theme.duration(QUICK))
        self._motion.setEndValue(to)
        self._motion.start()

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        disc = QRectF((self.width() - self._disc) / 2, 2, self._disc, self._disc)
        if self.isDown():
            disc.adjust(1.5, 1.5, -1.5, -1.5)
        on = self.isChecked()
        plain = QColor(tokens.text) if self._filled else QColor(tokens.raised)
        fill = QColor(getattr(tokens, self._on_colour)) if on else plain
        glyph = QColor(tokens.background) if on or self._filled else QColor(tokens.text)
        if not self.isEnabled():
            fill, glyph = QColor(tokens.raised), QColor(tokens.faint)
        elif not on and not self._filled:
            fill = mix(fill, QColor(tokens.track), self._hover)
        painter.setPen(QPen(QColor(tokens.line), 1) if not (on or self._filled) else Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawEllipse(disc.adjusted(0.5, 0.5, -0.5, -0.5))
        side = self._disc * 0.44
        icons.paint(painter, self._on_icon if on and self._on_icon else self._icon, glyph,
                    QRectF(disc.center().x() - side / 2, disc.center().y() - side / 2, side, side))
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(disc.adjusted(-1, -1, 1, 1))
        if self._label:
            painter.setFont(font(SMALL))
            painter.setPen(QColor(tokens.text if on or self.underMouse() else tokens.soft))
            painter.drawText(QRectF(0, disc.bottom() + 3, self.width(), 18), Qt.AlignmentFlag.AlignCenter, self._label)
        painter.end()


class Switch(QAbstractButton):
    """On or off; drawn as a sliding knob, spoken as a check box."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._knob = theme, 0.0
        self.setCheckable(True)
        self.setFixedSize(48, 28)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        name_control(self, name)
        self._motion = QPropertyAnimation(self, b"knob", self)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self.toggled.connect(self._slide)
        theme.changed.connect(self.update)

    def _get_knob(self) -> float:
        return self._knob

    def _set_knob(self, value: float) -> None:
        self._knob = value
        self.update()

    knob = Property(float, _get_knob, _set_knob)

    def _slide(self, on: bool) -> None:
        self._motion.stop()
        if not self.isVisible() or self._theme.reduced_motion:
            self._set_knob(float(on))
            return
        self._motion.setDuration(NORMAL)
        self._motion.setEndValue(float(on))
        self._motion.start()

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(4, 4, 40, 20)
        off = QColor(tokens.faint)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mix(off, QColor(tokens.music), self._knob))
        painter.drawRoundedRect(track, 10, 10)
        painter.setBrush(QColor(tokens.surface))
        painter.drawEllipse(QRectF(6 + 20 * self._knob, 6, 16, 16))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.text), 2))
            painter.drawRoundedRect(QRectF(1, 1, 46, 26), 13, 13)
        painter.end()


class Segments(QFrame):
    """One of a few, all visible: ``choices`` are (value, text)."""

    chosen = Signal(str)

    def __init__(self, name: str, choices: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "segments")
        self.setAccessibleName(name)
        self._values = [value for value, _ in choices]
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(3, 3, 3, 3)
        row.setSpacing(2)
        for index, (_, text) in enumerate(choices):
            segment = button(text, kind="segment", name=f"{name}: {text}")
            segment.setCheckable(True)
            self._group.addButton(segment, index)
            row.addWidget(segment)
        self._group.idClicked.connect(lambda index: self.chosen.emit(self._values[index]))
        self.set_value(self._values[0])

    @property
    def value(self) -> str:
        return self._values[max(0, self._group.checkedId())]

    def set_value(self, value: str) -> None:
        if value in self._values:
            self._group.button(self._values.index(value)).setChecked(True)
