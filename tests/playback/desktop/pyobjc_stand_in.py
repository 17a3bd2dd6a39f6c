# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of pyobjc's ``MediaPlayer`` and ``AppKit`` that PodMix uses, in memory: the same names, nothing more.

Checked by hand against the metadata of pyobjc-framework-MediaPlayer 12.2 (constants and their values, selectors) and
Apple's reference.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

KEYS = ("MPMediaItemPropertyTitle", "MPMediaItemPropertyArtist", "MPMediaItemPropertyAlbumTitle",
        "MPMediaItemPropertyArtwork", "MPMediaItemPropertyPlaybackDuration", "MPNowPlayingInfoPropertyMediaType",
        "MPNowPlayingInfoPropertyElapsedPlaybackTime", "MPNowPlayingInfoPropertyPlaybackRate",
        "MPNowPlayingInfoPropertyDefaultPlaybackRate")
NUMBERS = {"MPNowPlayingInfoMediaTypeAudio": 1, "MPNowPlayingPlaybackStatePlaying": 1,
           "MPNowPlayingPlaybackStatePaused": 2, "MPNowPlayingPlaybackStateStopped": 3,
           "MPRemoteCommandHandlerStatusSuccess": 0, "MPRemoteCommandHandlerStatusNoActionableNowPlayingItem": 110,
           "MPRemoteCommandHandlerStatusCommandFailed": 200}
COMMANDS = ("playCommand", "pauseCommand", "togglePlayPauseCommand", "stopCommand", "nextTrackCommand",
            "previousTrackCommand", "changePlaybackPositionCommand", "changePlaybackRateCommand")


class Command:
    """``MPRemoteCommand`` and its kinds."""

    def __init__(self) -> None:
        self.enabled = False
        self.targets: dict[int, Any] = {}
        self.rates: list[float] = []

    def setEnabled_(self, enabled: bool) -> None:
        self.enabled = enabled

    def addTargetWithHandler_(self, handler: Any) -> int:
        token = len(self.targets) + 1
        self.targets[token] = handler
        return token

    def removeTarget_(self, target: int) -> None:
        del self.targets[target]

    def setSupportedPlaybackRates_(self, rates: list[float]) -> None:
        self.rates = rates

    def press(self, **facts: float) -> list[int]:
        """Not of macOS: a person presses it. Event values are methods, as pyobjc has them."""
        event = SimpleNamespace(**{name: lambda value=value: value for name, value in facts.items()})
        return [handler(event) for handler in list(self.targets.values()) if self.enabled]


class InfoCenter:
    def __init__(self) -> None:
        self.info: dict[str, Any] | None = None
        self.state = 0
        self.updates = 0

    def setNowPlayingInfo_(self, info: dict[str, Any] | None) -> None:
        self.info = info
        self.updates += 1

    def setPlaybackState_(self, state: int) -> None:
        self.state = state


class Image:
    """``NSImage``; a path that ends in ``.broken`` cannot be read."""

    def __init__(self) -> None:
        self.path = ""

    @classmethod
    def alloc(cls) -> Image:
        return cls()

    def initWithContentsOfFile_(self, path: str) -> Image | None:
        self.path = path
        return None if path.endswith(".broken") else self

    def size(self) -> tuple[float, float]:
        return (600.0, 600.0)


class Artwork:
    def __init__(self) -> None:
        self.image: Any = None

    @classmethod
    def alloc(cls) -> Artwork:
        return cls()

    def initWithBoundsSize_requestHandler_(self, size: tuple[float, float], handler: Any) -> Artwork:
        self.image = handler(size)
        return self


class MacOS:
    """Gives the modules by name; one center and one set of commands a process, as there."""

    def __init__(self) -> None:
        self.center = InfoCenter()
        self.commands = {name: Command() for name in COMMANDS}

    def load(self, name: str) -> Any:
        if name == "AppKit":
            return SimpleNamespace(NSImage=Image)
        assert name == "MediaPlayer"
        shared = SimpleNamespace(**{key: lambda command=command: command for key, command in self.commands.items()})
        return SimpleNamespace(
            **{key: key for key in KEYS}, **NUMBERS, MPMediaItemArtwork=Artwork,
            MPNowPlayingInfoCenter=SimpleNamespace(defaultCenter=lambda: self.center),
            MPRemoteCommandCenter=SimpleNamespace(sharedCommandCenter=lambda: shared))
