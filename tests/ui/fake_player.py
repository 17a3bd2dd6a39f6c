# SPDX-License-Identifier: GPL-3.0-or-later
"""A playback port with a hand-driven clock: ``advance`` moves time, ``poll`` tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class State:
    path: str
    position_s: float
    duration_s: float
    playing: bool
    speed: float = 1.0
    volume: float = 1.0
    underruns: int = 0
    device: str = ""
    error: str = ""
    ended: bool = False
    start_s: float = 0.0
    sleep_left_s: float | None = None


@dataclass(frozen=True, slots=True)
class FakeDevice:
    name: str


@dataclass(frozen=True, slots=True)
class FakeDevices:
    devices: tuple[FakeDevice, ...]


class FakePlayer:
    """Notes every call in ``calls``."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.path = ""
        self.position = self.first = 0.0
        self.ended = False
        self.sleep: float | None = None
        self.asked_devices = False
        self.end: float | None = None
        self.playing = False
        self.speed = 1.0
        self.error = ""
        self.closed = False

    def _note(self, *call: Any) -> None:
        self.calls.append(call)

    def called(self, name: str) -> list[tuple[Any, ...]]:
        return [call[1:] for call in self.calls if call[0] == name]

    def start(self) -> None:
        self._note("start")

    def load(self, path: str, start_s: float = 0.0, end_s: float | None = None, fade_s: float = 0.0, *,
             at: float | None = None, play: bool = False) -> None:
        self._note("load", path, start_s, end_s, at, play)
        self.path, self.end, self.first, self.ended = path, end_s, start_s, False
        self.position = start_s if at is None else at
        self.playing = play or self.playing

    def preload(self, path: str | None, start_s: float = 0.0, end_s: float | None = None, fade_s: float = 0.0) -> None:
        self._note("preload", path, start_s, end_s)

    def play(self) -> None:
        self._note("play")
        self.playing = True

    def pause(self) -> None:
        self._note("pause")
        self.playing = False

    def seek(self, position_s: float) -> None:
        self._note("seek", position_s)
        self.position, self.ended = position_s, False

    def set_speed(self, speed: float) -> None:
        self._note("set_speed", speed)
        self.speed = speed

    def set_volume(self, volume: float) -> None:
        self._note("set_volume", volume)

    def set_device(self, device: str) -> None:
        self._note("set_device", device)

    def set_skip_silence(self, on: bool) -> None:
        self._note("set_skip_silence", on)

    def ask_devices(self) -> None:
        self.asked_devices = True

    def sleep_timer(self, seconds: float | None) -> None:
        self._note("sleep_timer", seconds)
        self.sleep = seconds

    def stop(self) -> None:
        self.playing = False

    def close(self) -> None:
        self.closed = True

    def advance(self, seconds: float) -> None:
        if self.playing:
            self.position += seconds * self.speed

    def poll(self) -> list[Any]:
        events: list[Any] = []
        if self.asked_devices:
            self.asked_devices = False
            events.append(FakeDevices((FakeDevice("Speakers"), FakeDevice("Headphones"))))
        if self.path and self.end is not None and self.position >= self.end and self.playing:
            self.position, self.playing, self.ended = self.end, False, True
        if self.path or self.error:
            events.append(State(self.path, self.position, 3600.0, self.playing, self.speed, error=self.error,
                                ended=self.ended, start_s=self.first, sleep_left_s=self.sleep))
        return events
