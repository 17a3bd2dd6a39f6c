# SPDX-License-Identifier: GPL-3.0-or-later
"""What every desktop's media controls have in common: what is shown to them, and what they may ask for.

``connect`` gives the controls of the platform it runs on (MPRIS over D-Bus, Windows' SystemMediaTransportControls,
macOS' Now Playing), or ``NoControls`` that say why there are none. Positions and lengths are seconds from the start of
the track, rates are multiples of the normal speed, volumes 0..1 linear.

Nothing but title, show, album, length and artwork of what plays leaves through here, and artwork only as a file of this
machine.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

SLOWEST_RATE, FASTEST_RATE = 0.5, 3.0  # those of playback.protocol, which would load the whole mixer here


class Phase(StrEnum):
    PLAYING = "playing"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class NowPlayingInfo:
    """What plays. ``track_id`` tells one track from another and is never shown; ``length_s`` None: not known yet."""

    track_id: str
    title: str
    artist: str = ""  # of a podcast: the show
    album: str = ""
    length_s: float | None = None
    artwork: Path | None = None
    can_next: bool = True
    can_previous: bool = True
    can_seek: bool = True


@dataclass(frozen=True, slots=True)
class PlaybackStatus:
    """How it plays, at the moment it is handed over."""

    phase: Phase = Phase.STOPPED
    position_s: float = 0.0
    rate: float = 1.0
    volume: float = 1.0


@dataclass(frozen=True, slots=True)
class Requests:
    """What the desktop may ask for. Called from any thread, so each must return at once and never raise.

    ``seek_to`` gets the track for which it was meant, for it may have ended meanwhile. Opening an address is not here:
    PodMix plays nothing that another program hands it.
    """

    play: Callable[[], object]
    pause: Callable[[], object]
    toggle: Callable[[], object]
    stop: Callable[[], object]
    next: Callable[[], object]
    previous: Callable[[], object]
    seek_by: Callable[[float], object]  # seconds, negative: back
    seek_to: Callable[[float, str], object]  # seconds, track id
    set_volume: Callable[[float], object]  # 0..1
    set_rate: Callable[[float], object]  # SLOWEST_RATE..FASTEST_RATE
    raise_window: Callable[[], object]
    quit: Callable[[], object]


class DesktopControls(Protocol):
    """One connection to the desktop. All methods return at once and may be called 30 times a second."""

    @property
    def problem(self) -> str:
        """Why the desktop shows nothing; empty while it does (or is still being asked)."""

    def show(self, info: NowPlayingInfo | None, status: PlaybackStatus) -> None:
        """Another track, or the same one with other facts; None: nothing is loaded."""

    def status(self, status: PlaybackStatus) -> None:
        """The same track, played on: phase, position, rate, volume."""

    def close(self) -> None:
        """Disappear from the desktop; nothing is asked any more."""


@dataclass(frozen=True, slots=True)
class NoControls:
    """Stands in where the desktop has no media controls; the window's own keys and buttons still work."""

    problem: str
    remedy: str = ""

    def show(self, info: NowPlayingInfo | None, status: PlaybackStatus) -> None:
        """Nobody looks."""

    def status(self, status: PlaybackStatus) -> None:
        """Nobody looks."""

    def close(self) -> None:
        """Nothing to close."""


@dataclass(frozen=True, slots=True)
class Availability:
    """For ``podmix doctor``: whether all is as it should be, in words, and what to do if not."""

    fine: bool
    words: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class _Kind:
    """A platform's controls: their name, the module they need and the packages that bring it."""

    name: str
    module: str
    packages: str


_WINDOWS = _Kind("Windows media controls", "winrt.windows.media.playback",
                 "winrt-Windows.Media winrt-Windows.Media.Playback winrt-Windows.Storage")
_MACOS = _Kind("macOS Now Playing", "MediaPlayer", "pyobjc-framework-MediaPlayer")
_MPRIS = _Kind("MPRIS", "jeepney", "jeepney")
NO_BUS = "There is no session bus here, so no desktop can show what plays."


def _kind(platform: str) -> _Kind:
    return {"win32": _WINDOWS, "darwin": _MACOS}.get(platform, _MPRIS)


def _installed(kind: _Kind) -> bool:
    try:
        return importlib.util.find_spec(kind.module) is not None
    except ImportError:  # a package above it is missing
        return False


def prepare(platform: str = sys.platform) -> None:
    """Load what ``connect`` needs, so that it costs the window's thread nothing. From any thread; never raises."""
    name = {_WINDOWS: "windows", _MACOS: "macos", _MPRIS: "mpris"}[_kind(platform)]
    importlib.import_module(f"podmix.playback.desktop.{name}")


def connect(requests: Requests, platform: str = sys.platform) -> DesktopControls:
    """The controls of this platform. Does not wait: what takes time happens behind it."""
    kind = _kind(platform)
    if not _installed(kind):
        return NoControls(f"The library for {kind.name} is missing, so the desktop does not show what plays.",
                          f"pip install {kind.packages}")
    try:
        if kind is _WINDOWS:
            from podmix.playback.desktop.windows import SystemMediaControls

            return SystemMediaControls(requests)
        if kind is _MACOS:
            from podmix.playback.desktop.macos import NowPlayingCenter

            return NowPlayingCenter(requests)
        from podmix.playback.desktop.mpris import Mpris
        from podmix.playback.desktop.session_bus import session_bus_address

        address = session_bus_address()
        return Mpris(requests, address) if address else NoControls(NO_BUS)
    except (ImportError, OSError) as problem:
        return NoControls(f"{kind.name} cannot be reached: {problem}")


def availability(platform: str = sys.platform) -> Availability:
    """Look whether ``connect`` would work; on Linux the bus is asked (at most some seconds)."""
    kind = _kind(platform)
    if not _installed(kind):
        return Availability(False, f"{kind.name}: library missing", f"pip install {kind.packages}")
    if kind is not _MPRIS:
        return Availability(True, kind.name)
    from podmix.playback.desktop.session_bus import BusConnection, session_bus_address

    address = session_bus_address()
    if not address:
        return Availability(True, "none: no session bus here; media keys work while the window has the focus")
    try:
        BusConnection(address).close()
    except OSError as problem:
        return Availability(False, f"the session bus does not answer: {problem}",
                            "Log out and in again, or start PodMix from the desktop.")
    return Availability(True, "MPRIS on the session bus")
