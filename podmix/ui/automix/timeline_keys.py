# SPDX-License-Identifier: GPL-3.0-or-later
"""What keys mean while the timeline has the focus."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from podmix.ui.automix.timeline import Timeline

ZOOM_STEP = 1.25


def command_of(line: Timeline, event: QKeyEvent) -> Callable[[], object] | None:
    """What a key means while the timeline has the focus; None for keys that are not its own."""
    mods = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    key, none = event.key(), Qt.KeyboardModifier.NoModifier
    step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(key), 0)
    alt = Qt.KeyboardModifier.AltModifier
    if step and mods == none:
        return lambda: line.choose(max(0, line.chosen + step), show=True)
    if step and mods == Qt.KeyboardModifier.ControlModifier:
        return lambda: line.pan_step(step)
    if step and mods in (alt, alt | Qt.KeyboardModifier.ShiftModifier):
        fine = mods != alt
        return lambda: line.nudge(step, fine)
    if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and mods == alt:
        return lambda: line.move_track(-1 if key == Qt.Key.Key_Up else 1)
    if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and mods == none:
        return lambda: line.choose_track(-1 if key == Qt.Key.Key_Up else 1)
    if mods not in (none, Qt.KeyboardModifier.ShiftModifier):
        return None
    plain: dict[str, Callable[[], object]] = {
        "+": lambda: line.zoom(ZOOM_STEP), "=": lambda: line.zoom(ZOOM_STEP), "-": lambda: line.zoom(1 / ZOOM_STEP),
        "0": line.fit, "z": line.zoom_chosen, "a": lambda: line.acted.emit("audition"),
        "y": lambda: line.acted.emit("like"), "n": lambda: line.acted.emit("dislike"),
        "l": lambda: line.acted.emit("lock"), "k": lambda: line.acted.emit("kind"),
        ".": lambda: line.acted.emit("longer"), ";": lambda: line.acted.emit("shorter"),
        "<": lambda: line.acted.emit("shorter"), ">": lambda: line.acted.emit("longer")}
    special: dict[Qt.Key, Callable[[], object]] = {
        Qt.Key.Key_Delete: lambda: line.acted.emit("take"), Qt.Key.Key_Home: lambda: line.choose(0, show=True),
        Qt.Key.Key_End: lambda: line.choose(len(line.picture.transitions) - 1, show=True)}
    return special.get(Qt.Key(key)) or plain.get(event.text().lower())
