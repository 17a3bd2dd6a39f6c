# SPDX-License-Identifier: GPL-3.0-or-later
"""The one way to the audio engine, for the window, the commands and tests.

All methods return at once; ``poll`` gives what happened since. When the engine dies it is started again and goes on
where it was last heard.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections import deque
from dataclasses import replace
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

from podmix.playback.protocol import (
    Close,
    Command,
    Device,
    Devices,
    EngineOptions,
    EngineRestarted,
    Event,
    Item,
    ListDevices,
    Load,
    Pause,
    Play,
    PlaybackState,
    Preload,
    Seek,
    SetDevice,
    SetSkipSilence,
    SetSpeed,
    SetVolume,
    SleepTimer,
    Stop,
)

MOST_RESTARTS = 3  # so often within so many seconds: then without the sound system, and at last not at all
RESTARTS_WITHIN_S = 20.0
KEEPS_STOPPING = "The sound system makes the sound engine stop, so playback is silent. Restart PodMix to try again."


def _run_engine(connection: Connection, options: EngineOptions) -> None:
    """Entry of the engine's process; only there its arithmetic is loaded."""
    from podmix.playback.engine import run_engine

    run_engine(connection, options)


class PlaybackClient:
    """Commands down, events up. Methods may be called from any thread; ``poll`` from one at a time."""

    def __init__(self, options: EngineOptions | None = None) -> None:
        self._options = options or EngineOptions()
        self._lock = threading.RLock()
        self._connection: Connection | None = None
        self._process: multiprocessing.process.BaseProcess | None = None
        self._item: Item | None = None
        self._next: Item | None = None
        self._playing = False
        self._state = PlaybackState(volume=self._options.volume, speed=self._options.speed)
        self._devices: tuple[Device, ...] = ()
        self._serial = self._oldest_valid = 0
        self._deaths: deque[float] = deque(maxlen=MOST_RESTARTS)

    # Life.

    def start(self) -> None:
        """Start the engine's process; commands given meanwhile wait in the pipe."""
        with self._lock:
            if self._process is not None:
                return
            context = multiprocessing.get_context("spawn")
            ours, theirs = context.Pipe(duplex=True)
            self._process = context.Process(target=_run_engine, args=(theirs, self._options), name="podmix-audio",
                                            daemon=True)
            self._process.start()
            theirs.close()
            self._connection = ours

    def close(self) -> None:
        """End the engine; the client may be started again."""
        with self._lock:
            process, connection = self._process, self._connection
            if process is None or connection is None:
                return
            self._send(Close())
            process.join(1.5)
            if process.is_alive():
                process.kill()
                process.join(1.0)
            connection.close()
            process.close()
            self._process = self._connection = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    @property
    def engine_pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    # Commands.

    def load(self, path: str, start_s: float = 0.0, end_s: float | None = None, fade_s: float = 0.0, *,
             at: float | None = None, play: bool = False) -> None:
        """Replace what plays by ``start_s..end_s`` of ``path``, beginning at ``at`` seconds of the file if given."""
        with self._lock:
            self._item = Item(str(path), start_s, end_s, fade_s)
            self._playing = play or self._playing
            self._next = None if self._next == self._item else self._next
            self._state = replace(self._state, path=str(path), position_s=start_s if at is None else at, ended=False)
            self._send(Load(self._item, at, play))

    def preload(self, path: str | None, start_s: float = 0.0, end_s: float | None = None,
                fade_s: float = 0.0) -> None:
        """Decode ahead what is likely next; it follows without a gap when the present item ends."""
        with self._lock:
            self._next = Item(str(path), start_s, end_s, fade_s) if path else None
            self._send(Preload(self._next))

    def play(self) -> None:
        with self._lock:
            self._playing = True
            self._send(Play())

    def pause(self) -> None:
        with self._lock:
            self._playing = False
            self._send(Pause())

    def toggle(self) -> None:
        self.pause() if self._playing else self.play()

    def seek(self, position_s: float) -> None:
        """Go to a second of the file."""
        with self._lock:
            self._state = replace(self._state, position_s=position_s, ended=False)
            self._send(Seek(position_s))

    def set_speed(self, speed: float) -> None:
        with self._lock:
            self._options = replace(self._options, speed=speed)
            self._send(SetSpeed(speed))

    def set_volume(self, volume: float) -> None:
        with self._lock:
            self._options = replace(self._options, volume=volume)
            self._send(SetVolume(volume))

    def set_skip_silence(self, on: bool) -> None:
        with self._lock:
            self._options = replace(self._options, skip_silence=on)
            self._send(SetSkipSilence(on))

    def set_device(self, name: str) -> None:
        with self._lock:
            self._options = replace(self._options, device=name)
            self._send(SetDevice(name))

    def sleep_timer(self, seconds: float | None, fade_s: float = 10.0) -> None:
        self._send(SleepTimer(seconds, fade_s))

    def stop(self) -> None:
        with self._lock:
            self._item = self._next = None
            self._playing = False
            self._send(Stop())

    def ask_devices(self) -> None:
        """Ask for the device list; it comes as a ``Devices`` event."""
        self._send(ListDevices())

    def devices(self, timeout_s: float = 3.0) -> tuple[Device, ...]:
        """The output devices, waiting for the engine's answer (commands; the window uses ``ask_devices``).

        Other events that arrive meanwhile are only kept as the latest state.
        """
        self.ask_devices()
        deadline = time.monotonic() + timeout_s
        while (left := deadline - time.monotonic()) > 0:
            if any(isinstance(event, Devices) for event in self.poll(left)):
                break
        return self._devices

    # Events.

    @property
    def state(self) -> PlaybackState:
        """The newest state that ``poll`` has seen."""
        return self._state

    def poll(self, timeout_s: float = 0.0) -> list[Event]:
        """Everything that came up since the last call; waits up to ``timeout_s`` for a first event."""
        events: list[Event] = []
        try:
            deadline = time.monotonic() + timeout_s
            while self._connection is not None and self._connection.poll(
                    0.0 if events else max(0.0, deadline - time.monotonic())):
                event: Event = self._connection.recv()
                if self._noted(event):
                    events.append(event)
        except (EOFError, OSError):
            events.append(self._restart())
        return events

    def _noted(self, event: Event) -> bool:
        """Remember the event; False for a state from before the newest load, seek or stop."""
        if isinstance(event, Devices):
            self._devices = event.devices
        elif isinstance(event, PlaybackState):
            with self._lock:
                if event.serial < self._oldest_valid:
                    return False
                self._state = event
                if self._next is not None and event.path == self._next.path and event.start_s == self._next.start:
                    self._item, self._next = self._next, None  # the join has been heard
                if event.serial == self._serial:
                    self._playing = event.playing
        return True

    def _restart(self) -> Event:
        """The engine is dead: start another, go on where it was heard last."""
        with self._lock:
            before = self._state
            if self._process is not None:
                self._process.join(0.5)
                self._process.close()
            if self._connection is not None:
                self._connection.close()
            self._process = self._connection = None
            now = time.monotonic()
            if len(self._deaths) == MOST_RESTARTS and now - self._deaths[0] < RESTARTS_WITHIN_S:
                if self._options.null_audio:
                    self._playing = False
                    self._state = replace(before, playing=False, device="", error=KEEPS_STOPPING)
                    return self._state
                self._options = replace(self._options, null_audio=True, silence_reason=KEEPS_STOPPING)
                self._deaths.clear()
            self._deaths.append(now)
            self.start()
            if self._item is not None:
                self._send(Load(self._item, before.position_s, self._playing and not before.ended))
                if self._next is not None:
                    self._send(Preload(self._next))
            return EngineRestarted("The sound engine stopped and was started again.", before.position_s)

    def _send(self, command: Command) -> None:
        with self._lock:
            if self._connection is None:
                return
            try:
                self._serial += 1
                if isinstance(command, Load | Seek | Stop):
                    self._oldest_valid = self._serial
                self._connection.send((self._serial, command))
            except (BrokenPipeError, OSError):
                pass  # the next poll sees the end of the pipe and restarts from what is remembered here
