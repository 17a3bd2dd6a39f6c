# SPDX-License-Identifier: GPL-3.0-or-later
"""The writer: a thread that asks the transport for blocks and writes them to an output that it keeps open.

Where the device goes, a silent clock takes over, so that positions still move, and the device is tried again every
second. Nothing here allocates much, waits for a lock for long, or touches files.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np

from podmix.errors import AudioError
from podmix.playback.heard_clock import HeardClock
from podmix.playback.outputs import NullOutput, Output, OutputLostError, Samples, SoundDeviceOutput, list_devices
from podmix.playback.protocol import Devices, EngineOptions, Event
from podmix.playback.transport import Transport

BLOCK_FRAMES = 1024
LEAD_FRAMES = 1024  # of silence before the first sound: servers drop some milliseconds while a stream opens
WAITING_FRAMES = 256  # while nothing has arrived yet: silence in small pieces, so that sound starts soon
REOPEN_EVERY_S = 1.0
IDLE_AFTER_S = 20.0  # paused so long, the device is let go
STARVED_WAIT_S = 5.0  # a simulated clock waits so long for the filler


class Writer:
    """Owns the output."""

    def __init__(self, transport: Transport, options: EngineOptions, post: Callable[[Event], None]) -> None:
        self._transport = transport
        self._options = options
        self._post = post
        self._output: Output = NullOutput(options.sample_rate)
        self._lead = 0  # frames of silence still to be written before the transport's
        self.error = ""
        self.device_underruns = 0
        self._wanted_device = options.device
        self._reopen = threading.Event()
        self._awake = threading.Event()
        self._closing = threading.Event()
        self._devices_asked = threading.Event()
        self._clock = HeardClock(options.sample_rate, time.monotonic())
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        self._reopen.set()
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        self._awake.set()
        self._thread.join(1.0)

    def wake(self) -> None:
        """A command has been obeyed."""
        self._awake.set()

    def use_device(self, name: str) -> None:
        self._wanted_device = name
        self._reopen.set()

    def ask_devices(self) -> None:
        self._devices_asked.set()

    @property
    def device(self) -> str:
        return self._output.name

    def latency_s(self) -> float:
        """From the reading edge to the ear, now."""
        return 0.0 if self._output.simulated else self._clock.waiting_s(time.monotonic())

    # The thread.

    def _run(self) -> None:
        retry_at = 0.0
        silent_since: float | None = None
        while not self._closing.is_set():
            if self._devices_asked.is_set():
                self._devices_asked.clear()
                self._post(Devices(() if self._options.null_audio else list_devices(rescan=self._silenced())))
            if self._reopen.is_set() or (self._silenced() and time.monotonic() >= retry_at):
                self._reopen.clear()
                self._open_output()
                retry_at = time.monotonic() + REOPEN_EVERY_S
            silent_since = (silent_since or time.monotonic()) if self._transport.silent else None
            if silent_since is not None and self._rest(silent_since):
                continue
            self._write_block()
        self._output.close()

    def _write_block(self) -> None:
        frames = BLOCK_FRAMES
        if self._output.simulated:
            self._wait_for_filler()
        elif self._transport.waiting:
            frames = WAITING_FRAMES
        block = self._silent_lead() if self._lead else self._transport.process(frames)
        self._clock.writing(len(block))
        begun = time.monotonic()
        try:
            ran_dry = self._output.write(block)
        except OutputLostError as problem:
            self._fall_silent(problem)
            return
        now = time.monotonic()
        if ran_dry:
            self._clock.restart(self._output.latency_s, now)
            self.device_underruns += self._transport.playing
        self._clock.wrote(now, now - begun)

    def _silent_lead(self) -> Samples:
        block = np.zeros((self._lead, 2), np.float32)
        self._lead = 0
        return block

    def _wait_for_filler(self) -> None:
        """A simulated clock stands still until the sound is there."""
        deadline = time.monotonic() + STARVED_WAIT_S
        while not (self._transport.ready(BLOCK_FRAMES) or self._closing.is_set() or time.monotonic() > deadline):
            time.sleep(0.0005)

    def _rest(self, silent_since: float) -> bool:
        """Nothing sounds: a simulated clock waits for a command, a device is let go after a while."""
        if self._output.simulated:
            pass
        elif time.monotonic() - silent_since < IDLE_AFTER_S:
            return False
        elif not isinstance(self._output, NullOutput):
            name = self._output.name
            self._output.close()
            self._use(NullOutput(self._options.sample_rate))
            self._output.name = name  # it is there, only let go
        self._awake.clear()
        if self._transport.silent:
            self._awake.wait(0.2)
        if not self._transport.silent and not self._output.simulated:
            self._reopen.set()
        return True

    def _silenced(self) -> bool:
        return bool(self.error) and not self._options.null_audio

    def _open_output(self) -> None:
        rate = self._options.sample_rate
        self._output.close()
        if self._options.null_audio:
            self._use(NullOutput(rate, pace=self._options.null_pace, record=self._options.record))
            self.error = self._options.silence_reason
            return
        try:
            if self._silenced():
                list_devices(rescan=True)
            self._use(SoundDeviceOutput(self._wanted_device, rate))
            self.error = ""
        except OutputLostError as problem:
            self._fall_silent(problem)

    def _fall_silent(self, problem: AudioError) -> None:
        """Go on with a silent clock, so that positions still move, and say why."""
        self._output.close()
        self._use(NullOutput(self._options.sample_rate))
        self.error = str(problem)

    def _use(self, output: Output) -> None:
        self._output = output
        self._lead = 0 if isinstance(output, NullOutput) else LEAD_FRAMES
        self._clock.restart(output.latency_s, time.monotonic())
