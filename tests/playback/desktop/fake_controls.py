# SPDX-License-Identifier: GPL-3.0-or-later
"""``DesktopControls`` in memory, and a recorder for what is asked of the program."""

from __future__ import annotations

import dataclasses
from typing import Any

from podmix.playback.desktop.interface import NowPlayingInfo, PlaybackStatus, Requests


class Wishes:
    """Notes every request in ``made``: its name, then its arguments."""

    def __init__(self) -> None:
        self.made: list[tuple[Any, ...]] = []
        names = [field.name for field in dataclasses.fields(Requests)]
        self.requests = Requests(**{name: self._noting(name) for name in names})

    def _noting(self, name: str) -> Any:
        return lambda *arguments: self.made.append((name, *arguments))

    def take(self) -> list[tuple[Any, ...]]:
        made, self.made = self.made, []
        return made


class FakeControls:
    """Shows everything at once and forgets it when closed; ``requests`` is what a person at the desktop would ask."""

    problem = ""

    def __init__(self, requests: Requests) -> None:
        self.requests = requests
        self.info: NowPlayingInfo | None = None
        self.shown = PlaybackStatus()
        self.tracks: list[NowPlayingInfo | None] = []
        self.closed = False

    def show(self, info: NowPlayingInfo | None, status: PlaybackStatus) -> None:
        if self.closed:
            return
        self.info = info
        self.tracks.append(info)
        self.status(status)

    def status(self, status: PlaybackStatus) -> None:
        self.shown = status

    def close(self) -> None:
        self.info, self.closed = None, True
