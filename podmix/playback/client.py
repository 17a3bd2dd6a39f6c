# SPDX-License-Identifier: GPL-3.0-or-later
"""The one way to the audio engine, for the window, the commands and tests.

All methods return at once; ``poll`` gives what happened since. When the engine dies it is started again and goes on
where it was last heard.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.shared_memory import SharedMemory
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
    Mix,
    Next,
    Pause,
    Play,
    PlaybackState,
    Queue,
    Replan,
    Seek,
    SetCrossfade,
    SetDeck,
    SetDevice,
    SetKeyLock,
    SetLevelling,
    SetSkipSilence,
    SetSpeed,
    SetVolume,
    SleepTimer,
    Stop,
    Warm,
)
from podmix.playback.right_of_way import hurry
from podmix.playback.ring_memory import create_ring_memory
from podmix.playback.run_filler import run_filler

MOST_RESTARTS = 3  # so often within so many seconds: then without the sound system, and at last not at all
RESTARTS_WITHIN_S = 20.0
KEEPS_STOPPING = "The sound system makes the sound engine stop, so playback is silent. Restart PodMix to try again."


def _run_engine(connection: Connection, options: EngineOptions, memory_name: str, filler: Connection) -> None:
    """Entry of the engine's process; only there its arithmetic is loaded."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its products are small, and each thread costs memory
    from podmix.playback.engine import run_engine

    run_engine(connection, options, memory_name, filler)


class PlaybackClient:
    """Commands down, events up. Methods may be called from any thread; ``poll`` from one at a time."""

    def __init__(self, options: EngineOptions | None = None) -> None:
        self._options = options or EngineOptions()
        self._lock = threading.RLock()
        self._connection: Connection | None = None
        self._process: multiprocessing.process.BaseProcess | None = None
        self._filler: multiprocessing.process.BaseProcess | None = None
        self._memory: SharedMemory | None = None
        self._item: Item | Mix | None = None
        self._queue: tuple[Item, ...] = ()
        self._warm: tuple[Item, ...] = ()
        self._decks: dict[int, SetDeck] = {}
        self._sleep_fade_s = 10.0
        self._playing = False
        self._state = PlaybackState(volume=self._options.volume, speed=self._options.speed)
        self._devices: tuple[Device, ...] = ()
        self._serial = self._oldest_valid = 0
        self._deaths: deque[float] = deque(maxlen=MOST_RESTARTS)

    # Life.

    def start(self) -> None:
        """Start the engine's process; commands given meanwhile wait in the pipe. Raises StorageError."""
        with self._lock:
            if self._process is not None:
                return
            if self._memory is None:
                self._memory = create_ring_memory()
                atexit.register(self.close)  # before multiprocessing waits for its children
            context = multiprocessing.get_context("spawn")
            ours, theirs = context.Pipe(duplex=True)
            to_filler, to_engine = context.Pipe(duplex=True)
            # Both start at once, to save time; should the filler die, the engine starts the next. Neither is a daemon:
            # the engine may have a child then. They end when their pipes do.
            self._process = context.Process(
                target=_run_engine, args=(theirs, self._options, self._memory.name, to_filler), name="podmix-audio")
            self._filler = context.Process(target=run_filler, args=(to_engine, self._memory.name),
                                           name="podmix-filler")
            self._filler.start()
            self._process.start()
            for end in (theirs, to_filler, to_engine):
                end.close()
            self._connection = ours

    def close(self) -> None:
        """End the engine; the client may be started again."""
        with self._lock:
            atexit.unregister(self.close)
            process, connection = self._process, self._connection
            if process is not None and connection is not None:
                self._send(Close())
                process.join(1.5)
                if process.is_alive():
                    process.kill()
                    process.join(1.0)
                connection.close()
                process.close()
                self._join_filler()
            self._process = self._connection = None
            if self._memory is not None:
                self._memory.close()
                self._memory.unlink()
                self._memory = None

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
        self.load_item(Item(str(path), start_s, end_s, fade_s), at=at, play=play)

    def load_item(self, item: Item, *, at: float | None = None, play: bool = False) -> None:
        """Replace what plays; the queue stays, and follows."""
        self._load(item, item.start if at is None else at, at, play)

    def load_mix(self, mix: Mix, *, at: float = 0.0, play: bool = False) -> None:
        """Play a planned mix from ``at`` seconds of it on; the queue is forgotten."""
        with self._lock:
            self._queue = self._warm = ()
            self._load(mix, at, at, play)

    def _load(self, what: Item | Mix, position: float, at: float | None, play: bool) -> None:
        with self._lock:
            self._item = what
            self._playing = play or self._playing
            self._state = replace(self._state, path=what.path, key=what.key, position_s=position, ended=False)
            self._send(Load(what, at, play))

    def queue(self, items: Sequence[Item]) -> None:
        """What follows, gapless or crossfaded; the first two are decoded ahead. Replaces the queue there was."""
        with self._lock:
            self._queue = tuple(items)
            self._send(Queue(self._queue))

    def warm(self, items: Sequence[Item]) -> None:
        """Decode ahead what may be loaded next (at most two); it does not follow by itself."""
        with self._lock:
            self._warm = tuple(items)
            self._send(Warm(self._warm))

    def replan(self, mix: Mix) -> None:
        """A new plan for the mix that plays: only what has not begun to sound changes."""
        with self._lock:
            self._item = mix
            self._send(Replan(mix))

    def next(self, fade_s: float = 0.0) -> None:
        """On to the queue's first item, crossfading for ``fade_s`` seconds."""
        self._send(Next(fade_s))

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

    def set_levelling(self, on: bool) -> None:
        """Bring items to one loudness."""
        with self._lock:
            self._options = replace(self._options, levelling=on)
            self._send(SetLevelling(on))

    def set_key_lock(self, on: bool) -> None:
        """Keep the pitch of music when its speed changes."""
        with self._lock:
            self._options = replace(self._options, key_lock=on)
            self._send(SetKeyLock(on))

    def set_crossfade(self, seconds: float) -> None:
        """Between items of the queue; 0 is gapless."""
        with self._lock:
            self._options = replace(self._options, crossfade_s=seconds)
            self._send(SetCrossfade(seconds))

    def set_deck(self, deck: int, *, gain: float | None = None, low: float | None = None, mid: float | None = None,
                 high: float | None = None, filter: float | None = None) -> None:  # noqa: A002 - the field's term
        """A deck's gain, bands (linear; 0 kills) and filter (-1 low-pass .. 1 high-pass); None leaves one alone."""
        with self._lock:
            change = SetDeck(deck, gain, low, mid, high, filter)
            before = self._decks.get(deck, SetDeck(deck))
            kept = {name: value if (value := getattr(change, name)) is not None else getattr(before, name)
                    for name in ("gain", "low", "mid", "high", "filter")}
            self._decks[deck] = SetDeck(deck, **kept)
            self._send(change)

    def set_device(self, name: str) -> None:
        with self._lock:
            self._options = replace(self._options, device=name)
            self._send(SetDevice(name))

    def sleep_timer(self, seconds: float | None, fade_s: float = 10.0) -> None:
        with self._lock:
            self._sleep_fade_s = fade_s
            self._state = replace(self._state, sleep_left_s=seconds)  # should the engine die before it says so
            self._send(SleepTimer(seconds, fade_s))

    def stop(self) -> None:
        with self._lock:
            self._item = None
            self._queue = self._warm = ()
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
        connection = self._connection
        try:
            deadline = time.monotonic() + timeout_s
            while connection is not None and connection is self._connection and connection.poll(
                    0.0 if events else max(0.0, deadline - time.monotonic())):
                event: Event = connection.recv()
                if self._noted(event):
                    events.append(event)
        except (EOFError, OSError, TypeError):  # TypeError: it was closed while this waited
            with self._lock:
                if connection is self._connection:  # else the engine has ended because it was told to
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
                self._note_joins(event)
                if event.serial == self._serial:
                    self._playing = event.playing
        return True

    def _note_joins(self, state: PlaybackState) -> None:
        """Forget of the queue what has begun, so that a restart goes on from there."""
        begun = len(self._queue) - state.queue_left
        if state.serial == self._serial and 0 < begun <= len(self._queue):
            heard = next((item for item in self._queue[:begun]
                          if (item.path, item.start, item.key) == (state.path, state.start_s, state.key)), None)
            if heard is not None:
                self._item, self._queue = heard, self._queue[begun:]

    def _restart(self) -> Event:
        """The engine is dead: start another, go on where it was heard last."""
        with self._lock:
            before, self._oldest_valid = self._state, 0  # the new engine counts from nothing
            if self._process is not None:
                self._process.join(0.5)
                if self._process.is_alive():
                    self._process.kill()
                    self._process.join(1.0)
                self._process.close()
            self._join_filler()
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
            for process in (self._process, self._filler):
                if process is not None and process.pid is not None:
                    hurry(process.pid)
            if self._item is not None:
                self._send(Load(self._item, before.position_s, self._playing and not before.ended))
                if self._queue:
                    self._send(Queue(self._queue))
                if self._warm:
                    self._send(Warm(self._warm))
            for deck in self._decks.values():
                self._send(deck)
            if before.sleep_left_s is not None:
                self._send(SleepTimer(before.sleep_left_s, self._sleep_fade_s))
            return EngineRestarted("The sound engine stopped and was started again.", before.position_s)

    def _join_filler(self) -> None:
        """It ends with the engine, whose pipe it reads."""
        if self._filler is not None:
            self._filler.join(0.5)
            if self._filler.is_alive():
                self._filler.kill()
                self._filler.join(1.0)
            self._filler.close()
            self._filler = None

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
