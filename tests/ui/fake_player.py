# SPDX-License-Identifier: GPL-3.0-or-later
"""A playback port with a hand-driven clock: ``advance`` moves time, ``poll`` tells. It passes the real one's suite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from podmix.playback.protocol import Device, Devices, EngineRestarted, Event, Item, Mix, PlaybackState

SPEAKERS, HEADPHONES = Device("Speakers", 2, True), Device("Headphones", 2, False)


class FakePlayer:
    """Notes every call in ``calls``. Set ``position``, ``error``, ``device`` or ``length`` to what shall have happened.
    """

    def __init__(self, length: float = 3600.0) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.item: Item | None = None
        self.following: list[Item] = []
        self.warmed: tuple[Item, ...] = ()
        self.position = 0.0
        self.length = length
        self.ended = False
        self.sleep: float | None = None
        self.playing = False
        self.speed = self.volume = 1.0
        self.skips_silence = False
        self.device = SPEAKERS.name
        self.known = (SPEAKERS, HEADPHONES)
        self.error = ""
        self.underruns = 0
        self.peak = 0.0
        self.closed = False
        self._events: list[Event] = []

    def _note(self, *call: Any) -> None:
        self.calls.append(call)

    def called(self, name: str) -> list[tuple[Any, ...]]:
        return [call[1:] for call in self.calls if call[0] == name]

    # -- commands --
    def start(self) -> None:
        self._note("start")

    def load_item(self, item: Item, *, at: float | None = None, play: bool = False) -> None:
        self._note("load", item.path, item.start, item.end, at, play)
        self._begin(item, item.start if at is None else at)
        self.playing = play or self.playing

    def load_mix(self, mix: Mix, *, at: float = 0.0, play: bool = False) -> None:
        self._note("load_mix", mix, at, play)
        self.following = []
        self._begin(Item(mix.path, end=mix.program.duration_s, key=mix.key), at)
        self.playing = play or self.playing

    def replan(self, mix: Mix) -> None:
        self._note("replan", mix)
        if self.item is not None:
            self.item = Item(mix.path, end=mix.program.duration_s, key=mix.key)

    def queue(self, items: Sequence[Item]) -> None:
        self._note("queue", *items)
        self.following = list(items)

    def warm(self, items: Sequence[Item]) -> None:
        self._note("warm", *items)
        self.warmed = tuple(items)

    def play(self) -> None:
        self._note("play")
        if self.ended and self.item is not None:
            self._begin(self.item, self.item.start)
        self.playing = True

    def pause(self) -> None:
        self._note("pause")
        self.playing = False

    def seek(self, position_s: float) -> None:
        self._note("seek", position_s)
        if self.item is not None:
            self.position, self.ended = min(max(position_s, self.item.start), self._last(self.item)), False

    def next(self, fade_s: float = 0.0) -> None:
        self._note("next", fade_s)
        if self.following:
            self._begin(self.following[0], self.following.pop(0).start)

    def set_speed(self, speed: float) -> None:
        self._note("set_speed", speed)
        self.speed = speed

    def set_volume(self, volume: float) -> None:
        self._note("set_volume", volume)
        self.volume = volume

    def set_device(self, name: str) -> None:
        self._note("set_device", name)
        self.device = name or SPEAKERS.name

    def set_skip_silence(self, on: bool) -> None:
        self._note("set_skip_silence", on)
        self.skips_silence = on

    def set_levelling(self, on: bool) -> None:
        self._note("set_levelling", on)

    def set_crossfade(self, seconds: float) -> None:
        self._note("set_crossfade", seconds)

    def ask_devices(self) -> None:
        self._note("ask_devices")
        self._events.append(Devices(self.known))

    def sleep_timer(self, seconds: float | None) -> None:
        self._note("sleep_timer", seconds)
        self.sleep = seconds

    def stop(self) -> None:
        self._note("stop")
        self.item, self.following, self.playing, self.ended = None, [], False, False

    def close(self) -> None:
        self.closed = True

    # -- what happens --
    def _begin(self, item: Item, at: float) -> None:
        self.item, self.position, self.ended = item, at, False

    def _last(self, item: Item) -> float:
        return self.length if item.end is None else item.end

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass."""
        if not self.playing:
            return
        if self.sleep is not None:
            self.sleep -= seconds
            if self.sleep <= 0:
                self.sleep, self.playing = None, False
        self.position += seconds * self.speed

    def crash(self) -> None:
        """The engine died and runs again where it was."""
        self._events.append(EngineRestarted("The sound engine stopped and was started again.", self.position))

    def poll(self, timeout_s: float = 0.0) -> list[Event]:
        events, self._events = self._events, []
        if self.item is not None and self.playing and self.position >= self._last(self.item):
            if self.following:
                self._begin(self.following[0], self.following.pop(0).start)
            else:
                self.position, self.playing, self.ended = self._last(self.item), False, True
        return [*events, self._state()]

    def _state(self) -> PlaybackState:
        item = self.item
        return PlaybackState(
            path=item.path if item else "", key=item.key if item else "", position_s=self.position if item else 0.0,
            duration_s=self.length if item else None, start_s=item.start if item else 0.0,
            end_s=item.end if item else None, playing=self.playing, ended=self.ended, speed=self.speed,
            volume=self.volume, underruns=self.underruns, device=self.device, error=self.error,
            sleep_left_s=self.sleep, skip_silence=self.skips_silence, queue_left=len(self.following), peak=self.peak)
