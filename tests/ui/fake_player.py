# SPDX-License-Identifier: GPL-3.0-or-later
"""A playback port with a hand-driven clock: ``advance`` moves time, ``poll`` tells."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class State:
    path: Path | None
    position_s: float
    duration_s: float
    playing: bool
    speed: float = 1.0
    volume: float = 1.0
    underruns: int = 0
    device: str = ""
    error: str = ""
    ended: bool = False


class FakePlayer:
    """Notes every call in ``calls``."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.path: Path | None = None
        self.position = 0.0
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

    def load(self, path: Path, start_s: float = 0.0, end_s: float | None = None, fade_s: float = 0.03) -> None:
        self._note("load", path, start_s, end_s)
        self.path, self.position, self.end, self.playing = path, start_s, end_s, False

    def preload(self, path: Path, start_s: float = 0.0, end_s: float | None = None) -> None:
        self._note("preload", path, start_s, end_s)

    def play(self) -> None:
        self._note("play")
        self.playing = True

    def pause(self) -> None:
        self._note("pause")
        self.playing = False

    def seek(self, position_s: float) -> None:
        self._note("seek", position_s)
        self.position = position_s

    def set_speed(self, speed: float) -> None:
        self._note("set_speed", speed)
        self.speed = speed

    def set_volume(self, volume: float) -> None:
        self._note("set_volume", volume)

    def set_device(self, device: str) -> None:
        self._note("set_device", device)

    def set_skip_silence(self, on: bool) -> None:
        self._note("set_skip_silence", on)

    def devices(self) -> list[str]:
        return ["Speakers", "Headphones"]

    def sleep_timer(self, seconds: float | None) -> None:
        self._note("sleep_timer", seconds)

    def stop(self) -> None:
        self.playing = False

    def close(self) -> None:
        self.closed = True

    def advance(self, seconds: float) -> None:
        if self.playing:
            self.position += seconds * self.speed

    def poll(self) -> list[State]:
        if self.path is None:
            return [State(None, 0.0, 0.0, playing=False, error=self.error)] if self.error else []
        ended = self.end is not None and self.position >= self.end
        if ended:
            self.position, self.playing = self.end or 0.0, False
        return [State(self.path, self.position, 3600.0, self.playing, self.speed, error=self.error, ended=ended)]
