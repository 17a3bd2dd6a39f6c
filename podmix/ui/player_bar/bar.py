# SPDX-License-Identifier: GPL-3.0-or-later
"""The player bar, at the bottom of every screen: what plays, where it is, how it plays."""

from __future__ import annotations

import logging

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSlider, QToolButton, QVBoxLayout, QWidget

from podmix.ui import icons
from podmix.ui.player_bar.menus import (
    fill_devices,
    fill_sleep,
    fill_speed,
    keep_devices_fresh,
    sleep_text,
    speed_text,
)
from podmix.ui.player_bar.seek import SeekBar
from podmix.ui.playing import NowPlaying
from podmix.ui.surroundings import Surroundings
from podmix.ui.theme import BODY, font
from podmix.ui.up_next import kind_of
from podmix.ui.widgets.artwork import Artwork
from podmix.ui.widgets.buttons import IconButton, RoundButton, button, name_control
from podmix.ui.widgets.labels import ElidedLabel, label
from podmix.ui.wording import clock_text, count_text, spoken_clock

HEIGHT = 76
NO_DEVICE = "No sound device – playing silently"
TIME_LEFT = "window.time_left"
log = logging.getLogger("podmix.ui.player")


class PlayerBar(QWidget):
    """``play_wanted`` and ``queue_wanted`` ask the window, which knows what Play means here and where the list lies.

    Below 1180 the rarer controls fold into one menu.
    """

    play_wanted = Signal()
    queue_wanted = Signal()
    option_changed = Signal(str, object)  # setting key, value

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around, self._player = around, around.player
        self.setProperty("kind", "player-bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName("Player")
        theme = around.theme
        self._art = Artwork(theme, 48)
        self._title = ElidedLabel("Nothing is playing", kind="strong")
        self._show = ElidedLabel("Press Space on a preview to hear it", kind="small")
        self.previous = IconButton(theme, "previous", "Previous", key="Shift+P")
        self.play = RoundButton(theme, "play", "Play", key="Space", disc=44, filled=True)
        self.next = IconButton(theme, "next", "Next", key="Shift+N")
        self._at = self._time_label()
        self._left_wanted = bool(around.verbs.setting(TIME_LEFT))
        self._length = 0.0
        self.end = button("0:00", kind="time")
        self.seek = SeekBar(theme)
        self.speed = QToolButton()
        self.speed.setFont(font(BODY, QFont.Weight.DemiBold, numbers=True))
        self.silence = IconButton(theme, "silence", "Skip silence", on_icon="silence", on_colour="voice")
        self.silence.setCheckable(True)
        self.sleep = IconButton(theme, "sleep", "Sleep timer", on_icon="sleep", on_colour="voice")
        self.volume_sign = IconButton(theme, "volume", "Mute", key="M")
        self.volume = QSlider(Qt.Orientation.Horizontal)
        self.device = IconButton(theme, "device", "Output device")
        self.queue = IconButton(theme, "queue", "Up next", key="U", on_icon="queue", on_colour="voice")
        self.queue.setCheckable(True)
        self.more = IconButton(theme, "more", "More playback options")
        self.no_device = button(NO_DEVICE, kind="notice")
        self.no_device.setParent(self)
        self.no_device.hide()
        self._menus()
        self._assemble()
        self._wire()
        self._show_now(None)

    @staticmethod
    def _time_label() -> QLabel:
        made = label("0:00", kind="soft")
        made.setFont(font(BODY, QFont.Weight.Medium, numbers=True))
        made.setMinimumWidth(46)
        return made

    def _menus(self) -> None:
        theme, player = self._around.theme, self._player
        self.speed.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.speed.setFixedHeight(36)
        self.speed.setMinimumWidth(52)
        for control, name, fill in (
            (self.speed, "Speed", lambda menu: fill_speed(menu, player, theme)),
            (self.sleep, "Sleep timer", lambda menu: fill_sleep(menu, player)),
            (self.device, "Output device", lambda menu: fill_devices(menu, player)),
            (self.more, "More playback options", lambda _menu: None),
        ):
            menu = QMenu(control)
            menu.setAccessibleName(name)
            menu.aboutToShow.connect(lambda menu=menu, fill=fill: fill(menu))
            control.setMenu(menu)
            control.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            name_control(control, name)
        keep_devices_fresh(self.device.menu(), player, self.device)
        self._build_more()

    def _build_more(self) -> None:
        """The controls that have no room in a narrow bar."""
        player, menu = self._player, self.more.menu()
        skip = menu.addAction("Skip silence")
        skip.setCheckable(True)
        skip.triggered.connect(player.set_skip_silence)
        sleep, devices = menu.addMenu("Sleep timer"), menu.addMenu("Output device")
        sleep.aboutToShow.connect(lambda: fill_sleep(sleep, player))
        keep_devices_fresh(devices, player, self.more)
        menu.addAction("Up next…").triggered.connect(lambda _checked=False: self.queue_wanted.emit())

        def refresh() -> None:
            skip.setChecked(player.skip_silence)
            fill_sleep(sleep, player)  # an empty menu would not open
            fill_devices(devices, player)

        menu.aboutToShow.connect(refresh)

    def _assemble(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addStretch()
        words.addWidget(self._title)
        words.addWidget(self._show)
        words.addStretch()
        self._about = QWidget()
        about = QHBoxLayout(self._about)
        about.setContentsMargins(0, 0, 0, 0)
        about.setSpacing(14)
        about.addWidget(self._art)
        about.addLayout(words, 1)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(20, 0, 16, 0)
        row.setSpacing(4)
        row.addWidget(self._about)
        row.addSpacing(12)
        for part in (self.previous, self.play, self.next):
            row.addWidget(part)
        row.addSpacing(12)
        self._at.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._at)
        row.addSpacing(4)
        row.addWidget(self.seek, 1)
        row.addSpacing(4)
        self.end.setFont(font(BODY, QFont.Weight.Medium, numbers=True))
        self.end.setMinimumWidth(58)
        row.addWidget(self.end)
        row.addSpacing(8)
        rest: tuple[QWidget, ...] = (self.speed, self.silence, self.sleep, self.volume_sign, self.volume, self.device,
                                     self.queue, self.more)
        for control in rest:
            row.addWidget(control)
        self.volume.setFixedWidth(84)
        self.volume.setRange(0, 100)
        self.volume.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        name_control(self.volume, "Volume")

    def _wire(self) -> None:
        player = self._player
        self.play.clicked.connect(self.play_wanted)
        self.previous.clicked.connect(lambda: player.step(-1))
        self.next.clicked.connect(lambda: player.step(1))
        self.seek.sought.connect(player.seek)
        self.seek.valueChanged.connect(lambda _value: self._show_time())
        self.silence.clicked.connect(lambda: player.set_skip_silence(self.silence.isChecked()))
        self.volume.valueChanged.connect(lambda value: player.set_volume(value / 100))
        self.volume_sign.clicked.connect(self.toggle_mute)
        self.end.clicked.connect(self._turn_time)
        self.queue.clicked.connect(self.queue_wanted)
        self.no_device.clicked.connect(self._open_devices)
        player.output_changed.connect(self._show_output)
        player.now_changed.connect(self._show_now)
        player.playing_changed.connect(self._show_playing)
        player.moved.connect(self._follow)
        player.option_changed.connect(self._show_options)
        player.queue_changed.connect(lambda: self._show_options("queue", None))
        self._before_mute = player.volume or 0.5
        self._show_options("", None)

    def toggle_mute(self) -> None:
        if self._player.volume > 0:
            self._before_mute = self._player.volume
            self._player.set_volume(0.0)
        else:
            self._player.set_volume(self._before_mute)

    def _show_now(self, now: NowPlaying | None) -> None:
        for control in (self.previous, self.next, self.seek):
            control.setEnabled(now is not None)
        if now is None:
            self._length = 0.0
            self._show_time()
            return
        self._art.show_cover(now.artwork, now.show_title)
        self._title.set_text(now.title)
        self._show.set_text(now.show_title)
        self._title.setAccessibleName(f"Playing: {now.title}")
        first, last = now.span
        self._length = last - first + (0.5 if now.preview_id is not None else 0)
        self.seek.set_span(first, last, now.chapters if now.preview_id is None else ())
        self._follow(self._player.position)
        self._show_time()

    def _follow(self, position: float) -> None:
        self.seek.set_position(position)
        if log.isEnabledFor(logging.DEBUG):
            self.device.setToolTip(f"{self.device.accessibleName()}  ·  {self._player.underruns} underruns")

    def _show_time(self) -> None:
        """Both sides of the seek bar, in whole seconds that add up."""
        whole, at = int(self._length), self.seek.value() // 10
        if self.seek.value() >= self.seek.maximum():
            at = whole
        self._at.setText(clock_text(at))
        left = max(0, whole - at)
        shown = f"−{clock_text(left)}" if self._left_wanted else clock_text(whole)
        if shown != self.end.text():
            self.end.setText(shown)
            self.end.setAccessibleName(f"Time left: {spoken_clock(left)}" if self._left_wanted
                                       else f"Length: {spoken_clock(whole)}")
            self.end.setToolTip("Show the length" if self._left_wanted else "Show the time left")

    def _turn_time(self) -> None:
        self._left_wanted = not self._left_wanted
        self._show_time()
        self.option_changed.emit(TIME_LEFT, self._left_wanted)

    def _show_playing(self, playing: bool) -> None:
        self.play.set_icon("pause" if playing else "play", "Pause" if playing else "Play", "Space")

    def _show_options(self, _key: str, _value: object) -> None:
        player = self._player
        self.speed.setText(speed_text(player.speed))
        name_control(self.speed, f"Speed: {speed_text(player.speed)}", "[ ]")
        self.silence.setChecked(player.skip_silence)
        sleeps = player.sleep_left is not None or player.sleep_at_end
        self.sleep.setCheckable(sleeps)
        self.sleep.setChecked(sleeps)
        name_control(self.sleep, sleep_text(player))
        self.volume.blockSignals(True)
        self.volume.setValue(round(player.volume * 100))
        self.volume.blockSignals(False)
        silent = player.volume <= 0
        self.volume_sign.set_icon("mute" if silent else "volume", "Unmute" if silent else "Mute", "M")
        name_control(self.queue, f"Up next: {count_text(len(player.queue), kind_of(player.up_next.queued))}", "U")
        self._show_output()

    # -- where it sounds --
    def _show_output(self) -> None:
        player, theme = self._player, self._around.theme
        name_control(self.device, f"Output device: {player.device or player.output or 'System default'}")
        self.no_device.setVisible(bool(player.silence))
        if player.silence:
            self.no_device.setIcon(icons.icon("mute", theme.tokens.attention))
            name_control(self.no_device, f"{NO_DEVICE}. Choose a device", hint=player.silence)
            self._place_notice()

    def _place_notice(self) -> None:
        self.no_device.adjustSize()
        size, seek = self.no_device.size(), self.seek.geometry()
        self.no_device.move(seek.center().x() - size.width() // 2, HEIGHT - size.height() - 4)
        self.no_device.raise_()

    def _open_devices(self) -> None:
        menu = self.device.menu()
        fill_devices(menu, self._player)
        at = self.no_device.mapToGlobal(QPoint(0, 0))
        menu.popup(at - QPoint(0, menu.sizeHint().height() + 4))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= 1180
        for part in (self.silence, self.sleep, self.device, self.queue):
            part.setVisible(wide)
        self.more.setVisible(not wide)
        self._about.setFixedWidth(max(200, min(360, int(self.width() * 0.24))))
        self._row.activate()
        self._place_notice()
