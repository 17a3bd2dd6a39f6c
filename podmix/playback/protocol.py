# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes down to the audio engine and what comes up: plain frozen dataclasses, pickled over one pipe.

A command goes down as ``(serial, command)``, an event comes up as it is. Times are seconds on the decoded clock of the
file, or of the mix for a mix; volumes and gains are linear; speeds 0.5..3 with the pitch kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from podmix.audio.mixing.types import Program

SLOWEST, FASTEST = 0.5, 3.0
LONGEST_CROSSFADE_S = 10.0
STATES_PER_S = 30
PRELOADED = 2  # so many items of the queue are decoded before they are needed


@dataclass(frozen=True, slots=True)
class Item:
    """A stretch of a file to play.

    Attributes:
        path: a local file.
        start: second of the file where it begins; ``end`` None: to the file's end.
        fade_s: fades in at ``start`` and out at ``end``.
        content: "speech" or "music": which stretcher keeps the pitch best.
        gain_db: what brings it to the common loudness; None: measured when levelling is on.
        growing_to: set while the file is still being downloaded: where it will be in the end.
        growing_bytes: how long it will be then, where the server has said so.
        key: the caller's own name for it, given back in states.
    """

    path: str
    start: float = 0.0
    end: float | None = None
    fade_s: float = 0.0
    content: str = "speech"
    gain_db: float | None = None
    growing_to: str = ""
    growing_bytes: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Mix:
    """A planned mix; ``path`` names it (the plan's file). Its times are seconds of the mix."""

    path: str
    program: Program
    key: str = ""


# Commands, downwards.


@dataclass(frozen=True, slots=True)
class Load:
    """Replace what plays, beginning at ``at`` seconds of the file or mix (None: its start)."""

    item: Item | Mix
    at: float | None = None
    play: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    """What follows the present item, in order; the first two are decoded ahead. Replaces the queue there was."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Warm:
    """Decode the beginnings of what may be loaded next (at most two); they follow nothing by themselves."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Replan:
    """Go on with a new program for the mix that plays: what sounds already stays, what is to come is replaced."""

    mix: Mix


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
class Next:
    """Go to the next item of the queue now, crossfading for ``fade_s`` seconds (0: a few milliseconds)."""

    fade_s: float = 0.0


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
class SetLevelling:
    """Bring items to one loudness (-16 LUFS)."""

    on: bool


@dataclass(frozen=True, slots=True)
class SetKeyLock:
    """Keep the pitch of music when the speed changes (speech always keeps its own)."""

    on: bool


@dataclass(frozen=True, slots=True)
class SetCrossfade:
    """Crossfade from item to item of the queue for so many seconds; 0 is gapless."""

    seconds: float


@dataclass(frozen=True, slots=True)
class SetDeck:
    """A deck's own controls; None leaves one as it is. Bands and gain are linear, ``filter`` -1..1."""

    deck: int
    gain: float | None = None
    low: float | None = None
    mid: float | None = None
    high: float | None = None
    filter: float | None = None


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


Command = (Load | Queue | Warm | Replan | Play | Pause | Seek | Next | SetSpeed | SetVolume | SetSkipSilence
           | SetLevelling | SetKeyLock | SetCrossfade | SetDeck | SetDevice | SleepTimer | ListDevices | Stop | Close)


# Events, upwards.


@dataclass(frozen=True, slots=True)
class DeckState:
    """One deck that sounds: what, where, and how loud it left the deck since the last state (linear peak)."""

    deck: int
    path: str
    position_s: float
    peak: float
    gain: float = 1.0
    low: float = 1.0
    mid: float = 1.0
    high: float = 1.0
    filter: float = 0.0


@dataclass(frozen=True, slots=True)
class PlaybackState:
    """What is heard now (not what is written: the device's latency is subtracted).

    ``path`` is "" while nothing is loaded; ``start_s``/``end_s`` bound the loaded item; ``duration_s`` is the file's,
    None until known. ``ended`` is True from the item's end until the next command. ``device`` is "" while there is no
    sound device and a silent clock runs; ``error`` is then the sentence to show. ``buffered_s`` is decoded ahead.
    ``serial`` is that of the last command obeyed: the client drops states from before its newest load or seek.
    ``key`` is the item's own; ``queue_left`` counts what of the queue has not begun; ``peak`` and ``rms`` are the
    output's levels since the last state, before the volume.
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
    key: str = ""
    queue_left: int = 0
    decks: tuple[DeckState, ...] = ()
    peak: float = 0.0
    rms: float = 0.0


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
    levelling: bool = False
    key_lock: bool = True
    crossfade_s: float = 0.0
    silence_reason: str = ""
