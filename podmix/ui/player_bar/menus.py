# SPDX-License-Identifier: GPL-3.0-or-later
"""The player bar's menus: speed, sleep timer, output device. Built when opened, so they are always true."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from podmix.ui import icons
from podmix.ui.player import Player
from podmix.ui.sound_options import SPEEDS
from podmix.ui.theme import Theme
from podmix.ui.widgets.buttons import literal
from podmix.ui.wording import left_text, length_text

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
    if player.now is not None:
        what = player.now.key.split()[0]
        _choice(menu, group, f"Stop at the end of this {what}", player.sleep_at_the_end, on=player.sleep_at_end)
        menu.addSeparator()
    for minutes in SLEEPS_MIN:
        _choice(menu, group, f"Stop in {length_text(minutes * 60)}", partial(player.sleep_after, minutes * 60.0),
                on=player.sleep_for == minutes * 60.0)
    menu.addSeparator()
    _choice(menu, group, "No sleep timer", lambda: player.sleep_after(None),
            on=player.sleep_for is None and not player.sleep_at_end)


def sleep_text(player: Player) -> str:
    """What the sleep timer will do, for its button."""
    if player.sleep_at_end:
        return "Sleep timer: stops at the end"
    if player.sleep_left is None:
        return "Sleep timer"
    return f"Sleep timer: {left_text(player.sleep_left)}"


def fill_devices(menu: QMenu, player: Player) -> None:
    menu.clear()
    group = QActionGroup(menu)
    names = list(dict.fromkeys(device.name for device in player.devices))
    default = next((device.name for device in player.devices if device.default), "")
    used = player.output if not player.device else default
    _choice(menu, group, literal("  ·  ".join(part for part in ("System default", used) if part)),
            lambda: player.set_device(""), on=not player.device)
    menu.addSeparator()
    for name in names:
        _choice(menu, group, literal(name), partial(player.set_device, name), on=name == player.device)
    if player.device and player.device not in names:
        _choice(menu, group, literal(f"{player.device}  ·  not connected"), lambda: None, on=True).setEnabled(False)
    elif not names:
        menu.addAction("No other device was found").setEnabled(False)


def keep_devices_fresh(menu: QMenu, player: Player, button: QWidget) -> None:
    """Ask for the devices when the menu opens; it follows what comes and goes while it is open."""
    def open_menu() -> None:
        fill_devices(menu, player)
        player.ask_devices()

    def refill() -> None:
        if not menu.isVisible():
            return
        place = menu.geometry()
        above = place.center().y() < button.mapToGlobal(button.rect().center()).y()
        fill_devices(menu, player)
        if above:  # it opened upwards: so does its growth
            menu.move(place.left(), place.bottom() + 1 - menu.sizeHint().height())

    menu.aboutToShow.connect(open_menu)
    player.devices_changed.connect(refill)
    player.output_changed.connect(refill)
