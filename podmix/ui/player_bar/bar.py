# SPDX-License-Identifier: GPL-3.0-or-later
"""The player bar, at the bottom of every screen: what plays, where it is, how it plays."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSlider, QToolButton, QVBoxLayout, QWidget

from podmix.ui.player_bar.menus import fill_devices, fill_queue, fill_sleep, fill_speed, speed_text
from podmix.ui.player_bar.seek import SeekBar
from podmix.ui.playing import NowPlaying
from podmix.ui.surroundings import Surroundings
from podmix.ui.theme import BODY, font
from podmix.ui.widgets.artwork import Artwork
from podmix.ui.widgets.buttons import IconButton, RoundButton, name_control
from podmix.ui.widgets.labels import ElidedLabel, label
from podmix.ui.wording import clock_text, count_text

HEIGHT = 76


class PlayerBar(QWidget):
    """``play_wanted`` asks the window, which knows what Play means here.

    Below 1180 the rarer controls fold into one menu.
    """

    play_wanted = Signal()

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
        self._end = self._time_label()
        self.seek = SeekBar(theme)
        self.speed = QToolButton()
        self.speed.setFont(font(BODY, QFont.Weight.DemiBold, numbers=True))
        self.silence = IconButton(theme, "silence", "Skip silence", on_icon="silence", on_colour="voice")
        self.silence.setCheckable(True)
        self.sleep = IconButton(theme, "sleep", "Sleep timer", on_icon="sleep", on_colour="voice")
        self.volume_sign = IconButton(theme, "volume", "Mute", key="M")
        self.volume = QSlider(Qt.Orientation.Horizontal)
        self.device = IconButton(theme, "device", "Output device")
        self.queue = IconButton(theme, "queue", "Up next")
        self.more = IconButton(theme, "more", "More playback options")
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
            (self.queue, "Up next", lambda menu: fill_queue(menu, player)),
            (self.more, "More playback options", self._fill_more),
        ):
            menu = QMenu(control)
            menu.setAccessibleName(name)
            menu.aboutToShow.connect(lambda menu=menu, fill=fill: fill(menu))
            control.setMenu(menu)
            control.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            name_control(control, name)

    def _fill_more(self, menu: QMenu) -> None:
        menu.clear()
        skip = menu.addAction("Skip silence")
        skip.setCheckable(True)
        skip.setChecked(self._player.skip_silence)
        skip.triggered.connect(self._player.set_skip_silence)
        for text, fill in (("Sleep timer", fill_sleep), ("Output device", fill_devices), ("Up next", fill_queue)):
            fill(menu.addMenu(text), self._player)

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
        row = QHBoxLayout(self)
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
        row.addWidget(self._end)
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
            self._end.setText("0:00")
            return
        self._art.show_cover(now.artwork, now.show_title)
        self._title.set_text(now.title)
        self._show.set_text(now.show_title)
        self._title.setAccessibleName(f"Playing: {now.title}")
        first, last = now.span
        self.seek.set_span(first, last, now.chapters if now.preview_id is None else ())
        self._end.setText(clock_text(last - first + (0.5 if now.preview_id is not None else 0)))
        self._follow(self._player.position)

    def _follow(self, position: float) -> None:
        self.seek.set_position(position)

    def _show_time(self) -> None:
        at_end = self.seek.value() >= self.seek.maximum() > 0
        self._at.setText(self._end.text() if at_end else clock_text(self.seek.value() / 10))

    def _show_playing(self, playing: bool) -> None:
        self.play.set_icon("pause" if playing else "play", "Pause" if playing else "Play", "Space")

    def _show_options(self, _key: str, _value: object) -> None:
        player = self._player
        self.speed.setText(speed_text(player.speed))
        name_control(self.speed, f"Speed: {speed_text(player.speed)}", "[ ]")
        self.silence.setChecked(player.skip_silence)
        self.sleep.setCheckable(player.sleep_left is not None)
        self.sleep.setChecked(player.sleep_left is not None)
        self.volume.blockSignals(True)
        self.volume.setValue(round(player.volume * 100))
        self.volume.blockSignals(False)
        silent = player.volume <= 0
        self.volume_sign.set_icon("mute" if silent else "volume", "Unmute" if silent else "Mute", "M")
        name_control(self.queue, f"Up next: {count_text(len(player.queue), 'episode')}")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= 1180
        for part in (self.silence, self.sleep, self.device, self.queue):
            part.setVisible(wide)
        self.more.setVisible(not wide)
        self._about.setFixedWidth(max(200, min(360, int(self.width() * 0.24))))
