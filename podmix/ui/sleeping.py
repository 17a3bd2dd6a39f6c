# SPDX-License-Identifier: GPL-3.0-or-later
"""The sleep timer: after so long, or at the end of what plays, it fades out and pauses. The engine counts."""

from __future__ import annotations

from PySide6.QtCore import QObject

from podmix.ui.playing import PlaybackPort, Setting
from podmix.ui.sound_options import SoundOptions


class Sleeping(SoundOptions):
    """``sleep_for`` is what was chosen, ``sleep_left`` what the engine has said is left of it, both seconds."""

    def __init__(self, port: PlaybackPort, setting: Setting, parent: QObject | None = None) -> None:
        super().__init__(port, setting, parent)
        self.sleep_for: float | None = None
        self.sleep_left: float | None = None
        self.sleep_at_end = False
        self._sleep_begun = False

    def poll(self) -> None:
        """Take in what the engine said; the player does."""

    def _tell_followers(self, *, again: bool = False) -> None:
        """Tell the engine what follows; the player does."""

    def sleep_after(self, seconds: float | None) -> None:
        """Fade out and pause after so many seconds of playing; None: never."""
        self.poll()
        self.sleep_for = self.sleep_left = seconds
        self._sleep_begun, self.sleep_at_end = False, False
        self._port.sleep_timer(seconds)
        self._tell_followers()
        self.option_changed.emit("sleep", seconds)

    def sleep_at_the_end(self) -> None:
        """Stop when what plays now is over."""
        self.sleep_after(None)
        self.sleep_at_end = True
        self._tell_followers()
        self.option_changed.emit("sleep", None)

    def _show_sleep(self, left: float | None) -> None:
        if left is not None:
            stood, self.sleep_left, self._sleep_begun = self.sleep_left, left, True
            if stood is None or int(stood / 60) != int(left / 60):
                self.option_changed.emit("sleep", left)
        elif self._sleep_begun:  # it has run out
            self.sleep_for = self.sleep_left = None
            self._sleep_begun = False
            self.option_changed.emit("sleep", None)
