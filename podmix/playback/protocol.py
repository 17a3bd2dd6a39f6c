# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes down to the audio engine and what comes up: plain frozen dataclasses, pickled over one pipe.

A command goes down as ``(serial, command)``, an event comes up as it is. Times are seconds on the decoded clock of the
file; volumes 0..1 linear; speeds 0.5..3 with the pitch kept.
"""

from __future__ import annotations

from dataclasses import dataclass

SLOWEST, FASTEST = 0.5, 3.0
STATES_PER_S = 30


@dataclass(frozen=True, slots=True)
class Item:
    """A stretch of a file to play. ``fade_s`` fades in at ``start`` and out at ``end``."""

    path: str
    start: float = 0.0
    end: float | None = None
    fade_s: float = 0.0


# Commands, downwards.


@dataclass(frozen=True, slots=True)
class Load:
    """Replace what plays by ``item``, beginning at ``at`` seconds of the file (None: the item's start)."""

    item: Item
    at: float | None = None
    play: bool = False


@dataclass(frozen=True, slots=True)
class Preload:
    """Decode ahead what follows without a gap; ``Load`` of the same item then starts at once. None forgets it."""

    item: Item | None


@dataclass(frozen=True, slots=True)
class Play:
    pass


@dataclass(frozen=True, slots=True)
class Pause:
    pass


@dataclass(frozen=True, slots=True)
class Seek:
    position: float


@dataclass(frozen=True, slots=True)
class SetSpeed:
    speed: float


@dataclass(frozen=True, slots=True)
class SetVolume:
    volume: float


@dataclass(frozen=True, slots=True)
class SetSkipSilence:
    on: bool


@dataclass(frozen=True, slots=True)
class SetDevice:
    """Play through the device of this name; "" is the system's default."""

    name: str


@dataclass(frozen=True, slots=True)
class SleepTimer:
    """Fade out and pause after ``seconds`` of playing; None switches the timer off."""

    seconds: float | None
    fade_s: float = 10.0


@dataclass(frozen=True, slots=True)
class ListDevices:
    pass


@dataclass(frozen=True, slots=True)
class Stop:
    """Forget what is loaded."""


@dataclass(frozen=True, slots=True)
class Close:
    """End the engine."""


Command = (Load | Preload | Play | Pause | Seek | SetSpeed | SetVolume | SetSkipSilence | SetDevice | SleepTimer
           | ListDevices | Stop | Close)


# Events, upwards.


@dataclass(frozen=True, slots=True)
class PlaybackState:
    """What is heard now (not what is written: the device's latency is subtracted).

    ``path`` is "" while nothing is loaded; ``start_s``/``end_s`` bound the loaded item; ``duration_s`` is the file's,
    None until known. ``ended`` is True from the item's end until the next command. ``device`` is "" while there is no
    sound device and a silent clock runs; ``error`` is then the sentence to show. ``buffered_s`` is decoded ahead.
    ``serial`` is that of the last command obeyed: the client drops states from before its newest load or seek.
    """

    path: str = ""
    position_s: float = 0.0
    duration_s: float | None = None
    playing: bool = False
    speed: float = 1.0
    volume: float = 1.0
    underruns: int = 0
    device: str = ""
    error: str = ""
    ended: bool = False
    start_s: float = 0.0
    end_s: float | None = None
    buffered_s: float = 0.0
    sleep_left_s: float | None = None
    skip_silence: bool = False
    serial: int = 0


@dataclass(frozen=True, slots=True)
class Device:
    """An output device; ``name`` is what ``SetDevice`` takes."""

    name: str
    channels: int
    default: bool


@dataclass(frozen=True, slots=True)
class Devices:
    devices: tuple[Device, ...]


@dataclass(frozen=True, slots=True)
class EngineRestarted:
    """The engine had died and runs again at ``position_s``; ``message`` is for the screen."""

    message: str
    position_s: float


Event = PlaybackState | Devices | EngineRestarted


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How the engine starts.

    ``null_audio`` plays into nothing; ``null_pace`` is its clock's speed (1 = real time, 0 = as fast as it decodes);
    ``record`` names a file that gets every written frame as raw float32 stereo (null output only, for tests).
    ``silence_reason`` is what a null output shows as its error.
    """

    null_audio: bool = False
    null_pace: float = 1.0
    record: str = ""
    sample_rate: int = 48_000
    device: str = ""
    volume: float = 1.0
    speed: float = 1.0
    skip_silence: bool = False
    silence_reason: str = ""
