# SPDX-License-Identifier: GPL-3.0-or-later
"""The audio engine: the process that plays. Nothing here touches the database, the network or a log.

Three threads: the main one takes commands and looks after the rings; the writer asks the transport for blocks and
writes them to the output; the reporter sends states. Decoding happens in the filler, a process of its own. A client
that does not read its events costs only old states. When the pipe ends, because the front end closed or died, so does
the engine.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Iterator
from multiprocessing.connection import Connection

from podmix.errors import AudioError
from podmix.playback.filler_link import FillerLink
from podmix.playback.limits import within_limits
from podmix.playback.newest import newest
from podmix.playback.protocol import (
    STATES_PER_S,
    Close,
    Command,
    DeckState,
    EngineOptions,
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
from podmix.playback.right_of_way import give_way, take_right_of_way
from podmix.playback.ring import RingPool
from podmix.playback.sequencer import Manner, Sequencer
from podmix.playback.starts import Heard
from podmix.playback.transport import HEAD_START_S, STRIPS, Transport
from podmix.playback.writer import Writer

TICK_S = 0.03
MOST_AT_ONCE = 2000  # commands between two looks at the rings


class Engine:
    """Obeys commands."""

    def __init__(self, options: EngineOptions, pool: RingPool, filler: Connection | None = None) -> None:
        self.outbox: deque[Event] = deque()
        self._link = FillerLink(pool, filler)
        can_wait = options.null_audio and options.null_pace != 1.0  # a clock that stands still until sound is there
        self._transport = Transport(options.sample_rate, volume=options.volume,
                                    head_start_s=0.0 if can_wait else HEAD_START_S)
        self._manner = Manner(options.speed, options.skip_silence, options.key_lock, options.levelling,
                              options.crossfade_s)
        self._sequencer = Sequencer(self._link, self._transport, self._manner)
        self._writer = Writer(self._transport, options, self.outbox.append)
        self._durations: dict[str, float] = {}
        self._decks: dict[int, SetDeck] = {}
        self._serial = 0

    def start(self) -> None:
        self._link.start()
        self._writer.start()

    def close(self) -> None:
        self._writer.close()
        self._link.close()

    def tick(self) -> None:
        """Look after the rings; some thirty times a second."""
        self._sequencer.tick()

    def obey(self, command: Command, serial: int = 0) -> None:
        """Carry out one command; returns at once. What has no sense is left out, or said in the next state."""
        try:
            wanted = within_limits(command)
        except AudioError as problem:
            self._sequencer.error, wanted = str(problem), None
        if wanted is not None:
            self._obey(wanted)
        self._serial = serial
        self._writer.wake()

    def _obey(self, command: Command) -> None:  # noqa: C901 - one line a command
        transport, sequencer = self._transport, self._sequencer
        match command:
            case Load(item=what, at=at, play=play):
                sequencer.load(what, at)
                if play:
                    transport.play()
            case Queue(items=items):
                sequencer.set_queue(items)
            case Warm(items=items):
                sequencer.set_warm(items)
            case Replan(mix=mix):
                sequencer.replan(mix)
            case Play():
                if transport.heard(0.0).ended:
                    sequencer.again()
                transport.play()
            case Pause():
                transport.pause()
            case Seek(position=position):
                sequencer.seek(position)
            case Next(fade_s=fade_s):
                sequencer.next(fade_s)
            case SetDeck():
                self._set_deck(command)
            case SetVolume(volume=volume):
                transport.set_volume(volume)
            case SetDevice(name=name):
                self._writer.use_device(name)
            case SleepTimer(seconds=seconds, fade_s=fade_s):
                transport.sleep_after(seconds, fade_s)
            case ListDevices():
                self._writer.ask_devices()
            case Stop():
                sequencer.stop()
            case SetSpeed() | SetSkipSilence() | SetKeyLock() | SetLevelling() | SetCrossfade():
                self._set_manner(command)
            case Close():
                pass

    def _set_manner(self, command: SetSpeed | SetSkipSilence | SetKeyLock | SetLevelling | SetCrossfade) -> None:
        manner = self._manner
        match command:
            case SetSpeed(speed=speed):
                manner.speed = speed
            case SetSkipSilence(on=on):
                manner.skip_silence = on
            case SetKeyLock(on=on):
                manner.key_lock = on
            case SetLevelling(on=on):
                manner.levelling = on
            case SetCrossfade(seconds=seconds):
                manner.crossfade_s = seconds
                self._sequencer.join_again()
                return
        self._sequencer.render_again()

    def _set_deck(self, command: SetDeck) -> None:
        if not 0 <= command.deck < STRIPS:
            return
        before = self._decks.get(command.deck, SetDeck(command.deck, 1.0, 1.0, 1.0, 1.0, 0.0))
        values = {name: getattr(before if getattr(command, name) is None else command, name)
                  for name in ("gain", "low", "mid", "high", "filter")}
        self._decks[command.deck] = SetDeck(command.deck, **values)
        self._transport.set_strip(command.deck, **values)

    # States.

    def state(self) -> PlaybackState:
        """What is heard now."""
        transport, serial = self._transport, self._serial
        heard = transport.heard(self._writer.latency_s())
        peak, rms, deck_peaks = transport.levels()
        what, source = heard.what, heard.source
        item = what if isinstance(what, Item) else None
        error = (source.error if source is not None else "") or self._sequencer.error or self._writer.error
        duration_s = self._duration(heard)
        return PlaybackState(
            path=what.path if what else "", position_s=heard.position if duration_s is None else min(
                heard.position, duration_s), duration_s=duration_s,
            playing=transport.playing, speed=self._manner.speed if item else 1.0, volume=transport.volume,
            underruns=transport.underruns + self._writer.device_underruns, device=self._writer.device, error=error,
            ended=heard.ended, start_s=item.start if item else 0.0, end_s=item.end if item else None,
            buffered_s=source.available() / transport.sample_rate if source is not None else 0.0,
            sleep_left_s=transport.sleep_left_s, skip_silence=self._manner.skip_silence, serial=serial,
            key=what.key if what else "", queue_left=self._sequencer.queue_left,
            decks=self._deck_states(heard, deck_peaks), peak=peak, rms=rms)

    def _duration(self, heard: Heard) -> float | None:
        if isinstance(heard.what, Mix):
            return heard.what.program.duration_s
        if heard.what is None:
            return None
        if heard.source is not None and (length := heard.source.duration) is not None:
            self._durations[heard.what.path] = length
        return self._durations.get(heard.what.path)

    def _deck_states(self, heard: Heard, peaks: dict[int, float]) -> tuple[DeckState, ...]:
        states = []
        for deck in heard.decks:
            live = self._decks.get(deck.deck, SetDeck(deck.deck, 1.0, 1.0, 1.0, 1.0, 0.0))
            states.append(DeckState(deck.deck, deck.path, deck.position, peaks.get(deck.deck, 0.0), live.gain or 0.0,
                                    live.low or 0.0, live.mid or 0.0, live.high or 0.0, live.filter or 0.0))
        return tuple(states)


def run_engine(connection: Connection, options: EngineOptions, pool_name: str, filler: Connection) -> None:
    """The process's main function: obey commands until ``Close`` or the end of the pipe. ``filler`` leads to one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a front end that is stopped closes the pipe
    threading.excepthook = _die
    if options.null_audio:  # a simulated clock takes what it can get
        give_way()
    else:
        take_right_of_way()
    pool = RingPool.attach(pool_name)
    engine = Engine(options, pool, filler)
    engine.start()
    done = threading.Event()
    reporter = threading.Thread(target=_report, args=(engine, connection, done), name="reporter", daemon=True)
    reporter.start()
    try:
        _obey_until_closed(engine, connection)
    except (EOFError, OSError, KeyboardInterrupt):
        pass
    finally:
        done.set()
        engine.close()
        os._exit(0)  # views into shared memory would only complain while the interpreter takes itself apart


def _die(failure: threading.ExceptHookArgs) -> None:
    """An engine without its writer would hang silently; one that is dead is started again."""
    threading.__excepthook__(failure)
    os._exit(70)


def _obey_until_closed(engine: Engine, connection: Connection) -> None:
    tick_at = 0.0
    while True:
        for serial, command in newest(_arrived(connection, TICK_S)):
            engine.obey(command, serial)
            if isinstance(command, Close):
                return
        if time.monotonic() >= tick_at:
            engine.tick()
            tick_at = time.monotonic() + TICK_S


def _arrived(connection: Connection, timeout_s: float) -> Iterator[tuple[int, Command]]:
    """All commands that have come, waiting for a first one."""
    for number in range(MOST_AT_ONCE):
        if not connection.poll(0.0 if number else timeout_s):
            return
        yield connection.recv()


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
