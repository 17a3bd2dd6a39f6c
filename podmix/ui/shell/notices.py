# SPDX-License-Identifier: GPL-3.0-or-later
"""Toasts that pass (with an undo) and the banner that says what went wrong and what to do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPropertyAnimation, Qt, QTimer
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QFrame, QGraphicsOpacityEffect, QHBoxLayout, QVBoxLayout, QWidget

from podmix.errors import NetworkError, PodMixError
from podmix.ui.surroundings import Surroundings
from podmix.ui.theme import NORMAL
from podmix.ui.widgets.buttons import IconButton, button
from podmix.ui.widgets.labels import Glyph, label

STAYS_MS = 6000


class Toast(QFrame):
    """One at a time, low in the middle; stays while the pointer is on it."""

    def __init__(self, around: Surroundings, host: QWidget) -> None:
        super().__init__(host)
        self._around, self._host = around, host
        self._handler: Callable[[], None] | None = None
        self._stays = False
        self.bottom = 96
        self.setProperty("kind", "toast")
        self._text = label()
        self._button = button("Undo")
        self._button.clicked.connect(self._act)
        self._row = QHBoxLayout(self)
        self._row.setSpacing(10)
        self._row.addWidget(self._text)
        self._row.addWidget(self._button)
        self._gone = QTimer(self)
        self._gone.setSingleShot(True)
        self._gone.setInterval(STAYS_MS)
        self._gone.timeout.connect(self.hide)
        self._fade = QGraphicsOpacityEffect(self)
        self._motion = QPropertyAnimation(self._fade, b"opacity", self)
        self.hide()
        host.installEventFilter(self)

    def say(self, text: str, button_text: str = "", handler: Callable[[], None] | None = None,
            stays: bool = False) -> None:
        self._handler = handler
        self._text.setText(text)
        self.setAccessibleName(text)
        self._button.setText(button_text or "Undo")
        self._button.setAccessibleName(f"{button_text}: {text}" if button_text else "Undo")
        self._button.setVisible(handler is not None)
        self._row.setContentsMargins(18, 8, 10 if handler else 18, 8)
        self.adjustSize()
        self.place()
        self.show()
        self.raise_()
        self._stays = stays
        self._leave_soon()
        duration = self._around.theme.duration(NORMAL)
        self.setGraphicsEffect(None)  # type: ignore[arg-type]  # Qt takes null here
        if duration:
            self._fade = QGraphicsOpacityEffect(self)
            self.setGraphicsEffect(self._fade)
            self._motion.stop()
            self._motion.setTargetObject(self._fade)
            self._motion.setDuration(duration)
            self._motion.setStartValue(0.0)
            self._motion.setEndValue(1.0)
            self._motion.start()

    @property
    def text(self) -> str:
        return self._text.text() if self.isVisible() else ""

    @property
    def can_undo(self) -> bool:
        return self.isVisible() and self._handler is not None

    def undo(self) -> None:
        """What Ctrl+Z does while the toast is there."""
        if self.can_undo:
            self._act()

    def _act(self) -> None:
        handler, self._handler = self._handler, None
        self.hide()
        if handler is not None:
            handler()

    def place(self) -> None:
        self.move((self._host.width() - self.width()) // 2, self._host.height() - self.height() - self.bottom)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._gone.stop()
        super().enterEvent(event)

    def _leave_soon(self) -> None:
        self._gone.stop()
        if not self._stays:
            self._gone.start()

    def leaveEvent(self, event: QEvent) -> None:
        self._leave_soon()
        super().leaveEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._host and event.type() == QEvent.Type.Resize and self.isVisible():
            self.place()
        return False


class Banner(QFrame):
    """What happened and what to do; stays until closed. A second problem replaces the first."""

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "banner")
        self._glyph = Glyph(around.theme, "alert", colour="danger")
        self._message = label(kind="strong", wrap=True)
        self._remedy = label(kind="soft", wrap=True)
        self.closer = IconButton(around.theme, "close", "Close this message", size=16)
        self.closer.clicked.connect(self.hide)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._message)
        words.addWidget(self._remedy)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 8, 10)
        row.setSpacing(14)
        row.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self.closer, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def say(self, error: PodMixError) -> None:
        self._glyph.show_icon("offline" if isinstance(error, NetworkError) else "alert")
        self._message.setText(error.message)
        self._remedy.setText(error.remedy)
        self._remedy.setVisible(bool(error.remedy))
        self.setAccessibleName(f"{error.message} {error.remedy}".strip())
        self.show()

    @property
    def text(self) -> str:
        return self._message.text() if self.isVisible() else ""
