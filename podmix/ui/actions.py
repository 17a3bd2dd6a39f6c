# SPDX-License-Identifier: GPL-3.0-or-later
"""One registry of everything a person can do by name or key: shortcuts, the palette and the ``?`` sheet read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do. ``section`` groups it in the help; ``keys`` are Qt key names, the first one is shown.

    ``yields_to_buttons``: Space and Enter belong to a focused button first. ``at_focus``: the keys count only while one
    control has the focus, which answers to them itself; they stand here to be shown.
    """

    name: str
    text: str
    keys: tuple[str, ...]
    section: str
    handler: Callable[[], object]
    icon: str = ""
    yields_to_buttons: bool = False
    enabled: Callable[[], bool] | None = None
    at_focus: bool = False

    @property
    def key_text(self) -> str:
        """The first key as the platform writes it."""
        return key_text(self.keys[0]) if self.keys else ""


_SIGNS = {"Down": "↓", "Up": "↑", "Left": "←", "Right": "→", "Return": "Enter"}


def key_text(key: str) -> str:
    return _SIGNS.get(key) or QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


class Actions(QObject):
    """All actions by name. Those of a screen answer to their keys only while that screen is in front."""

    changed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._known: dict[str, Action] = {}
        self._qt: dict[str, QAction] = {}
        self._context: dict[str, str] = {}
        self._front = ""
        self._suspended = False

    def add(self, action: Action, context: str = "") -> None:
        """Register; ``context`` is a screen's name, empty for everywhere. Names are unique."""
        if action.name in self._known:
            raise ValueError(f"two actions are called {action.name}")
        made = QAction(action.text, self._window)
        made.setShortcuts([] if action.at_focus else [QKeySequence(key) for key in action.keys])
        made.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        made.triggered.connect(lambda _checked=False, a=action: self._trigger(a))
        made.setEnabled(context in ("", self._front))
        self._window.addAction(made)
        self._known[action.name], self._qt[action.name], self._context[action.name] = action, made, context
        self.changed.emit()

    def add_all(self, actions: list[Action], context: str = "") -> None:
        for action in actions:
            self.add(action, context)

    def set_front(self, context: str) -> None:
        """The screen in front: its keys answer, other screens' do not."""
        self._front = context
        self._enable()

    def suspend(self, *, suspended: bool) -> None:
        """While a veil is up all keys belong to it."""
        self._suspended = suspended
        self._enable()

    def _enable(self) -> None:
        for name, made in self._qt.items():
            made.setEnabled(not self._suspended and self._context[name] in ("", self._front))

    def available(self) -> list[Action]:
        """What can be done now: everywhere and on the front screen."""
        return [action for name, action in self._known.items()
                if self._context[name] in ("", self._front) and (action.enabled is None or action.enabled())]

    def all(self) -> list[Action]:
        return list(self._known.values())

    def find(self, name: str) -> Action:
        return self._known[name]

    def run(self, name: str) -> None:
        self._known[name].handler()

    def _trigger(self, action: Action) -> None:
        focus = QApplication.focusWidget()
        if action.yields_to_buttons and isinstance(focus, QAbstractButton) and focus.isEnabled():
            focus.click()
            return
        if action.yields_to_buttons and isinstance(focus, QLineEdit):
            focus.returnPressed.emit()
            return
        if action.enabled is None or action.enabled():
            action.handler()
