# SPDX-License-Identifier: GPL-3.0-or-later
"""A widget whose keys mean something of its own while it has the focus, whatever they mean in the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

Command = Callable[[], object]


class KeyedWidget(QWidget):
    """Say in ``command_of`` what a key does; the window's own shortcuts then stand back."""

    def command_of(self, event: QKeyEvent) -> Command | None:
        """What a key does here; None for keys that are not this widget's own."""
        raise NotImplementedError

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride \
                and self.command_of(event) is not None:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        command = self.command_of(event)
        if command is not None:
            command()
        else:
            super().keyPressEvent(event)
