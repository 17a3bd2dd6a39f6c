# SPDX-License-Identifier: GPL-3.0-or-later
"""The player bar's menus: speed, sleep timer, output device, up next. Built when opened, so they are always true."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from podmix.ui import icons
from podmix.ui.player import SPEEDS, Player
from podmix.ui.theme import Theme
from podmix.ui.widgets.buttons import literal
from podmix.ui.wording import length_text

SLEEPS_MIN = (5, 10, 15, 30, 45, 60, 90)


def speed_text(speed: float) -> str:
    return f"{speed:g}×"


def _choice(menu: QMenu, group: QActionGroup, text: str, handler: Callable[[], object], *, on: bool) -> QAction:
    entry = menu.addAction(text)
    entry.setCheckable(True)
    entry.setChecked(on)
    group.addAction(entry)
    entry.triggered.connect(lambda _checked=False: handler())
    return entry


def fill_speed(menu: QMenu, player: Player, theme: Theme) -> None:
    menu.clear()
    group = QActionGroup(menu)
    for speed in SPEEDS:
        _choice(menu, group, speed_text(speed), partial(player.set_speed, speed),
                on=abs(speed - player.speed) < 0.001)
    menu.addSeparator()
    skip = menu.addAction(icons.icon("silence", theme.tokens.soft), "Skip silence")
    skip.setCheckable(True)
    skip.setChecked(player.skip_silence)
    skip.triggered.connect(player.set_skip_silence)


def fill_sleep(menu: QMenu, player: Player) -> None:
    menu.clear()
    group = QActionGroup(menu)
    for minutes in SLEEPS_MIN:
        _choice(menu, group, f"Stop in {length_text(minutes * 60)}", partial(player.sleep_after, minutes * 60.0),
                on=player.sleep_left == minutes * 60.0)
    menu.addSeparator()
    _choice(menu, group, "No sleep timer", lambda: player.sleep_after(None), on=player.sleep_left is None)


def fill_devices(menu: QMenu, player: Player) -> None:
    menu.clear()
    group = QActionGroup(menu)
    _choice(menu, group, "The system's own choice", lambda: player.set_device(""), on=not player.device)
    names = player.devices
    if names:
        menu.addSeparator()
    for name in names:
        _choice(menu, group, literal(name), partial(player.set_device, name), on=name == player.device)


def fill_queue(menu: QMenu, player: Player) -> None:
    menu.clear()
    if not player.queue:
        empty = menu.addAction("Nothing up next. Add episodes from a show's page.")
        empty.setEnabled(False)
        return
    for index, row in enumerate(player.queue[:20]):
        entry = menu.addAction(literal(f"{row.title}  ·  {row.show_title}"))
        entry.triggered.connect(lambda _checked=False, index=index: player.play_queued(index))
    menu.addSeparator()
    clear = menu.addAction("Clear the list")
    clear.triggered.connect(player.clear_queue)
