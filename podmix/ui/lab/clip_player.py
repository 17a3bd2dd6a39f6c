# SPDX-License-Identifier: GPL-3.0-or-later
"""Clips of the lab through the program's own player.

Each plays as a mix of one file, untouched by loudness levelling (a listening test levels its clips itself) and unknown
to what the program learns of a person's taste.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from podmix.audio.mixing.types import Clip, Program
from podmix.playback.protocol import Mix
from podmix.ui.playing import ENGINE_RATE, NowPlaying
from podmix.ui.surroundings import Surroundings

LONGEST_STEP_S = 1.0  # a larger one between two news is a jump, not something heard


class ClipPlayer(QObject):
    """``heard`` tells how much more of which clip sounded; ``changed`` when another one plays, or none."""

    heard = Signal(str, float)  # name, seconds
    changed = Signal()

    def __init__(self, around: Surroundings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player = around.player
        self._keys: dict[str, str] = {}
        self._at = 0.0
        self._player.moved.connect(self._moved)
        self._player.now_changed.connect(lambda _now: self._now_changed())
        self._player.playing_changed.connect(lambda _on: self.changed.emit())
        self._player.ended.connect(self._ended)

    @property
    def name(self) -> str:
        """The clip that is loaded; empty where something else is."""
        now = self._player.now
        return self._keys.get(now.key, "") if now is not None else ""

    @property
    def playing(self) -> str:
        """The clip that sounds now."""
        return self.name if self._player.playing else ""

    @property
    def position(self) -> float:
        return float(self._player.position) if self.name else 0.0

    def toggle(self, name: str, path: Path, seconds: float, *, title: str = "", about: str = "",
               at: float = 0.0) -> None:
        """Play a clip, or pause it; ``at`` is where it begins when another one was loaded."""
        if self.name == name:
            self._player.toggle()
        else:
            self.play(name, path, seconds, title=title, about=about, at=at)

    def play(self, name: str, path: Path, seconds: float, *, title: str = "", about: str = "", at: float = 0.0) -> None:
        key = f"lab {hashlib.sha256(f'{name} {path}'.encode()).hexdigest()[:16]}"
        self._keys[key] = name
        whole = ((0.0, 0.0), (seconds, seconds))
        mix = Mix(title or name, Program((Clip(str(path), 0, whole),), ENGINE_RATE, seconds), key)
        start = at if at < seconds - 0.5 else 0.0
        self._at = start
        self._player.play_mix(NowPlaying(0, 0, title or name, about or "Lab", None, path, start, None, seconds,
                                         planned=mix))

    def stop(self) -> None:
        """Silence, if it is a clip of these that sounds."""
        if self.playing:
            self._player.pause()

    def _now_changed(self) -> None:
        self._at = self.position
        self.changed.emit()

    def _moved(self, position: float) -> None:
        name, step = self.name, position - self._at
        self._at = position
        if name and 0 < step < LONGEST_STEP_S:
            self.heard.emit(name, step)

    def _ended(self, _now: object) -> None:
        self.changed.emit()
