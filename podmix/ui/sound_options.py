# SPDX-License-Identifier: GPL-3.0-or-later
"""How it sounds: volume, speed, device and the like. Each goes to the engine at once and is told to be remembered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from podmix.playback.protocol import FASTEST, LONGEST_CROSSFADE_S, SLOWEST
from podmix.ui.playing import PlaybackPort, Setting

SPEEDS = (0.5, 0.75, 1.0, 1.1, 1.2, 1.35, 1.5, 1.75, 2.0, 2.5, 3.0)


class SoundOptions(QObject):
    """Begins with the settings that the engine was started with (``engine_options``), so nothing is said twice."""

    option_changed = Signal(str, object)  # setting key, value

    def __init__(self, port: PlaybackPort, setting: Setting, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._port = port
        self.speed = float(setting("playback.speed"))
        self.volume = float(setting("playback.volume"))
        self.skip_silence = bool(setting("playback.skip_silence"))
        self.levelling = bool(setting("playback.levelling"))
        self.crossfade_s = float(setting("playback.crossfade_s"))
        self.device = str(setting("playback.device") or "")
        self.autoplay = bool(setting("previews.autoplay"))

    def use_setting(self, key: str, value: Any) -> None:
        """A setting was changed elsewhere: it acts at once."""
        setters: dict[str, Callable[[Any], None]] = {
            "playback.volume": self.set_volume, "playback.speed": self.set_speed,
            "playback.skip_silence": self.set_skip_silence, "playback.levelling": self.set_levelling,
            "playback.crossfade_s": self.set_crossfade, "playback.device": self.set_device,
            "previews.autoplay": self.set_autoplay}
        if key in setters:
            setters[key](value)

    def set_speed(self, speed: float) -> None:
        self.speed = min(FASTEST, max(SLOWEST, round(speed, 2)))
        self._port.set_speed(self.speed)
        self.option_changed.emit("playback.speed", self.speed)

    def faster(self, direction: int) -> None:
        """The next of the usual speeds, up (+1) or down (-1)."""
        nearest = min(range(len(SPEEDS)), key=lambda i: abs(SPEEDS[i] - self.speed))
        self.set_speed(SPEEDS[min(len(SPEEDS) - 1, max(0, nearest + direction))])

    def set_volume(self, volume: float) -> None:
        self.volume = min(1.0, max(0.0, volume))
        self._port.set_volume(self.volume)
        self.option_changed.emit("playback.volume", self.volume)

    def set_skip_silence(self, on: bool) -> None:
        self.skip_silence = on
        self._port.set_skip_silence(on)
        self.option_changed.emit("playback.skip_silence", on)

    def set_levelling(self, on: bool) -> None:
        """Bring everything to one loudness."""
        self.levelling = on
        self._port.set_levelling(on)
        self.option_changed.emit("playback.levelling", on)

    def set_crossfade(self, seconds: float) -> None:
        """Let episodes up next fade into each other for so long; 0 goes on without a gap."""
        self.crossfade_s = min(LONGEST_CROSSFADE_S, max(0.0, seconds))
        self._port.set_crossfade(self.crossfade_s)
        self.option_changed.emit("playback.crossfade_s", self.crossfade_s)

    def set_autoplay(self, on: bool) -> None:
        """Let previews go on to the next card by themselves."""
        self.autoplay = on
        self.option_changed.emit("previews.autoplay", on)

    def set_device(self, device: str) -> None:
        """Play through the device of this name; "" is the system's default."""
        self.device = device
        self._port.set_device(device)
        self.option_changed.emit("playback.device", device)
