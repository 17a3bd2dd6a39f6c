# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine says about devices, silence and itself, told once each."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Signal

from podmix.errors import AudioError, PodMixError
from podmix.playback.protocol import Device, PlaybackState
from podmix.ui.playing import PlaybackPort, Setting, silence_of
from podmix.ui.sleeping import Sleeping

RESTARTED = "The sound engine stopped and was started again. Nothing was lost."
RESTARTED_EVERY_S = 60.0


class SoundNews(Sleeping):
    """``output`` is the device that sounds, ``silence`` why there is none."""

    output_changed = Signal()
    devices_changed = Signal()
    notice = Signal(str)
    problem = Signal(object)

    def __init__(self, port: PlaybackPort, setting: Setting, parent: QObject | None = None) -> None:
        super().__init__(port, setting, parent)
        self.output = ""
        self.silence = ""
        self.devices: tuple[Device, ...] = ()
        self._told_error = ""
        self._told_restart = -RESTARTED_EVERY_S

    def _hear_devices(self, devices: tuple[Device, ...]) -> None:
        self.devices = devices
        self.devices_changed.emit()

    def _hear_output(self, state: PlaybackState) -> None:
        silence = silence_of(state, self.silence)
        if (state.device, silence) != (self.output, self.silence):
            self.output, self.silence = state.device, silence
            self.output_changed.emit()
        if state.error and state.error != silence:
            self._tell(AudioError(state.error))

    def _tell_restart(self) -> None:
        now_s = time.monotonic()
        if now_s - self._told_restart >= RESTARTED_EVERY_S:
            self._told_restart = now_s
            self.notice.emit(RESTARTED)

    def _tell(self, error: PodMixError) -> None:
        if error.message != self._told_error:  # say it once, not thirty times a second
            self._told_error = error.message
            self.problem.emit(error)
