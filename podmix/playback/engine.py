# SPDX-License-Identifier: GPL-3.0-or-later
"""The audio engine: the process that plays. Nothing here touches the database, the network or a log.

Four threads: the main one takes commands; the writer asks the transport for blocks and writes them to the output; a
filler decodes ahead; the reporter sends states. A client that does not read its events costs only old states. When
the pipe ends, because the front end closed or died, so does the engine.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from multiprocessing.connection import Connection

from podmix.errors import AudioError
from podmix.playback.filler import ChunkQueue, start_filler
from podmix.playback.outputs import BLOCK_FRAMES, NullOutput, Output, OutputLostError, SoundDeviceOutput, list_devices
from podmix.playback.protocol import (
    FASTEST,
    SLOWEST,
    STATES_PER_S,
    Close,
    Command,
    Devices,
    EngineOptions,
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
from podmix.playback.transport import Transport

REOPEN_EVERY_S = 1.0
IDLE_AFTER_S = 20.0  # paused so long, the device is let go


class Engine:
    """Turns commands into queues for the transport, and keeps an output open."""

    def __init__(self, options: EngineOptions) -> None:
        self._options = options
        self._transport = Transport(options.sample_rate, volume=options.volume)
        self._speed = options.speed
        self._skip_silence = options.skip_silence
        self._ahead: ChunkQueue | None = None  # what was preloaded
        self._durations: dict[str, float] = {}
        self._wanted_device = options.device
        self._output: Output = NullOutput(options.sample_rate)
        self._output_error = ""
        self._device_underruns = 0
        self._reopen = threading.Event()
        self._awake = threading.Event()
        self._closing = threading.Event()
        self._devices_asked = threading.Event()
        self._serial = 0
        self._written_at = time.monotonic()
        self.outbox: deque[Event] = deque()
        self._writer = threading.Thread(target=self._write, name="writer", daemon=True)

    def start(self) -> None:
        self._reopen.set()
        self._writer.start()

    def close(self) -> None:
        self._closing.set()
        self._awake.set()
        self._writer.join(1.0)

    # Commands.

    def obey(self, command: Command, serial: int = 0) -> None:
        """Carry out one command; returns at once."""
        self._obey(command)
        self._serial = serial
        self._awake.set()

    def _obey(self, command: Command) -> None:
        transport = self._transport
        match command:
            case Load(item=item, at=at, play=play):
                self._load(item, at)
                if play:
                    transport.play()
            case Preload(item=item):
                self._preload(item)
            case Play():
                self._play()
            case Pause():
                transport.pause()
            case Seek(position=position):
                self._go(position)
            case SetSpeed() | SetSkipSilence():
                self._render_again(command)
            case SetVolume(volume=volume):
                transport.set_volume(min(1.0, max(0.0, volume)))
            case SetDevice(name=name):
                self._wanted_device = name
                self._reopen.set()
            case SleepTimer(seconds=seconds, fade_s=fade_s):
                transport.sleep_after(seconds, fade_s)
            case ListDevices():
                self._devices_asked.set()
            case Stop():
                transport.pause()
                transport.change_to(None)
                self._preload(None)
            case Close():
                self._closing.set()

    def _fill(self, item: Item, at: float) -> ChunkQueue:
        return start_filler(item, at, sample_rate=self._transport.sample_rate, speed=self._speed,
                            skip_silence=self._skip_silence, durations=self._durations)

    def _load(self, item: Item, at: float | None) -> None:
        begin = item.start if at is None else at
        ready = self._ahead
        if ready is not None and ready.item == item and abs(begin - item.start) < 1e-6 and not ready.cancelled \
                and ready is not self._transport.queue:
            self._ahead = None
            self._transport.follow_with(None)
            self._transport.change_to(ready)
        else:
            self._transport.change_to(self._fill(item, begin))

    def _preload(self, item: Item | None) -> None:
        ahead = self._ahead
        if ahead is not None and ahead is not self._transport.queue:
            if ahead.item == item:
                return
            self._transport.follow_with(None)
            ahead.cancel()
        self._ahead = self._fill(item, item.start) if item is not None else None
        self._transport.follow_with(self._ahead)

    def _play(self) -> None:
        queue = self._transport.queue
        if queue is not None and self._transport.heard(0.0).ended:
            self._transport.change_to(self._fill(queue.item, queue.item.start))
        self._transport.play()

    def _go(self, position: float) -> None:
        queue = self._transport.queue
        if queue is None:
            return
        last = queue.item.end if queue.item.end is not None else queue.duration
        position = max(queue.item.start, position if last is None else min(position, last))
        self._transport.change_to(self._fill(queue.item, position))

    def _render_again(self, command: SetSpeed | SetSkipSilence) -> None:
        """Speed and silence are rendered ahead, so a change begins a new queue where the reader is."""
        if isinstance(command, SetSpeed):
            self._speed = min(FASTEST, max(SLOWEST, command.speed))
        else:
            self._skip_silence = command.on
        queue = self._transport.queue
        if queue is not None and not self._transport.heard(0.0).ended:
            self._transport.change_to(self._fill(queue.item, self._transport.written_position))
        if self._ahead is not None and self._ahead is not self._transport.queue:
            item = self._ahead.item
            self._ahead.cancel()
            self._ahead = self._fill(item, item.start)
            self._transport.follow_with(self._ahead)

    # States.

    def state(self) -> PlaybackState:
        """What is heard now."""
        transport, serial = self._transport, self._serial
        queue = transport.queue
        heard = transport.heard(self._latency_s())
        item = heard.item
        error = queue.error if queue is not None and queue.error else self._output_error
        return PlaybackState(
            path=item.path if item else "", position_s=heard.position,
            duration_s=self._durations.get(item.path) if item else None,
            playing=transport.playing, speed=self._speed, volume=transport.volume,
            underruns=transport.underruns + self._device_underruns, device=self._output.name, error=error,
            ended=heard.ended, start_s=item.start if item else 0.0, end_s=item.end if item else None,
            buffered_s=queue.buffered_s if queue is not None else 0.0, sleep_left_s=transport.sleep_left_s,
            skip_silence=self._skip_silence, serial=serial)

    def _latency_s(self) -> float:
        """From the reading edge to the ear, now: the output's latency, and what of the last block is yet to sound."""
        if self._output.simulated:
            return 0.0
        block_s = BLOCK_FRAMES / self._options.sample_rate
        return self._output.latency_s + max(0.0, block_s - (time.monotonic() - self._written_at))

    # The writer thread.

    def _write(self) -> None:
        retry_at = 0.0
        silent_since: float | None = None
        while not self._closing.is_set():
            if self._devices_asked.is_set():
                self._devices_asked.clear()
                self.outbox.append(Devices(() if self._options.null_audio else list_devices(rescan=self._silenced())))
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
        if self._output.simulated:
            queue = self._transport.queue
            if queue is not None and self._transport.playing:
                queue.wait_for(BLOCK_FRAMES, 5.0)
        block = self._transport.process(BLOCK_FRAMES)
        self._written_at = time.monotonic()
        try:
            if self._output.write(block) and self._transport.playing:
                self._device_underruns += 1
        except OutputLostError as problem:
            self._fall_silent(problem)

    def _rest(self, silent_since: float) -> bool:
        """Nothing sounds: a simulated clock waits for a command, a device is let go after a while."""
        if self._output.simulated:
            pass
        elif time.monotonic() - silent_since < IDLE_AFTER_S:
            return False
        elif not isinstance(self._output, NullOutput):
            self._output.close()
            self._output = NullOutput(self._options.sample_rate)
            self._output.name = self._wanted_device
        self._awake.clear()
        if self._transport.silent:
            self._awake.wait(0.2)
        if not self._transport.silent and not self._output.simulated:
            self._reopen.set()
        return True

    def _silenced(self) -> bool:
        return bool(self._output_error) and not self._options.null_audio

    def _open_output(self) -> None:
        rate = self._options.sample_rate
        self._output.close()
        if self._options.null_audio:
            self._output = NullOutput(rate, pace=self._options.null_pace, record=self._options.record)
            self._output_error = self._options.silence_reason
            return
        try:
            if self._silenced():
                list_devices(rescan=True)
            self._output = SoundDeviceOutput(self._wanted_device, rate)
            self._output_error = ""
        except OutputLostError as problem:
            self._fall_silent(problem)

    def _fall_silent(self, problem: AudioError) -> None:
        """Go on with a silent clock, so that positions still move, and say why."""
        self._output.close()
        self._output = NullOutput(self._options.sample_rate)
        self._output_error = str(problem)


def run_engine(connection: Connection, options: EngineOptions) -> None:
    """The process's main function: obey commands until ``Close`` or the end of the pipe."""
    engine = Engine(options)
    engine.start()
    done = threading.Event()
    reporter = threading.Thread(target=_report, args=(engine, connection, done), name="reporter", daemon=True)
    reporter.start()
    try:
        while True:
            serial, command = connection.recv()
            engine.obey(command, serial)
            if isinstance(command, Close):
                break
    except (EOFError, OSError):
        pass
    finally:
        done.set()
        engine.close()


def _report(engine: Engine, connection: Connection, done: threading.Event) -> None:
    """Send events in order and the newest state 30 times a second; while nothing changes, once a second."""
    last: PlaybackState | None = None
    sent_at = 0.0
    try:
        while not done.wait(1 / STATES_PER_S):
            while engine.outbox:
                connection.send(engine.outbox.popleft())
            state = engine.state()
            if state != last or time.monotonic() - sent_at >= 1.0:
                connection.send(state)
                last, sent_at = state, time.monotonic()
    except (BrokenPipeError, OSError):
        return
