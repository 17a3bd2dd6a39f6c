# SPDX-License-Identifier: GPL-3.0-or-later
"""The desktop's media controls on Linux: MPRIS 2.2 on the session bus, and with it the keyboard's media keys.

``show`` and ``status`` only put the newest state down and, where a client can see a difference, wake the bus's thread;
several changes in a row are told as one. A second PodMix gets a name of its own (``…podmix.instance1234``), as the
specification asks.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

from podmix.playback.desktop.interface import NowPlayingInfo, PlaybackStatus, Requests
from podmix.playback.desktop.mpris_object import (
    BUS_NAME,
    OBJECT_PATH,
    PLAYER,
    PROPERTIES,
    MprisObject,
    announced_values,
    microseconds,
)
from podmix.playback.desktop.presented import Belief, Shown
from podmix.playback.desktop.session_bus import BusService, Signal, Variant


def instance_name(attempt: int, pid: int | None = None) -> str:
    """The plain name first; where it is taken one with the process in it; in one process one with a number too."""
    if attempt == 0:
        return BUS_NAME
    own = f"{BUS_NAME}.instance{os.getpid() if pid is None else pid}"
    return own if attempt == 1 else f"{own}_{attempt}"


class Mpris:
    """``DesktopControls`` on the session bus at ``address``."""

    def __init__(self, requests: Requests, address: str, *, clock: Callable[[], float] = time.monotonic,
                 pause_s: float = 1.0) -> None:
        self._clock = clock
        self._lock = threading.Lock()  # held for the exchange of some references, never while anything is sent
        self._shown = Shown(None, PlaybackStatus(), clock())
        self._belief = Belief()
        self._jumped = False
        self._announced: dict[str, Variant] = {}  # the bus thread's alone
        answers = MprisObject(requests, lambda: self._shown, clock)
        self._service = BusService(address, instance_name, answers.answer, self._news, self._begin, pause_s=pause_s)
        self._service.start()

    @property
    def problem(self) -> str:
        return self._service.problem

    @property
    def name(self) -> str:
        """The well-known name on the bus; empty while it is not there."""
        return self._service.name

    @property
    def attempts(self) -> int:
        """How often the bus was tried."""
        return self._service.attempts

    def show(self, info: NowPlayingInfo | None, status: PlaybackStatus) -> None:
        with self._lock:
            news = self._put(info, status)
        if news:
            self._service.wake()

    def status(self, status: PlaybackStatus) -> None:
        with self._lock:
            news = self._put(self._shown.info, status)
        if news:
            self._service.wake()

    def close(self) -> None:
        self._service.close()

    def _put(self, info: NowPlayingInfo | None, status: PlaybackStatus) -> bool:
        before, self._shown = self._shown, Shown(info, status, self._clock())
        self._jumped = self._belief.corrected_by(self._shown) or self._jumped
        return self._jumped or self._shown.differs(before)

    def _begin(self) -> None:
        """A new connection: whoever meets the player there asks it for everything, so nothing is old news."""
        with self._lock:
            self._jumped = False
            self._announced = announced_values(self._shown)

    def _news(self) -> list[Signal]:
        with self._lock:
            shown, jumped, self._jumped = self._shown, self._jumped, False
        values = announced_values(shown)
        changed = {name: value for name, value in values.items() if self._announced.get(name) != value}
        self._announced = values
        signals = []
        if changed:
            signals.append(Signal(OBJECT_PATH, PROPERTIES, "PropertiesChanged", "sa{sv}as", (PLAYER, changed, [])))
        if jumped and shown.info is not None:
            position = microseconds(shown.position_s(self._clock()))
            signals.append(Signal(OBJECT_PATH, PLAYER, "Seeked", "x", (position,)))
        return signals
