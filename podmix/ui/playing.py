# SPDX-License-Identifier: GPL-3.0-or-later
"""What is playing, and the port to whatever plays it. Plain data: no Qt here.

The port is the playback client's interface as the window uses it. Positions on the port are seconds of the *file*
that was loaded; everything the window shows is seconds of the *episode*: ``NowPlaying.offset`` is the difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from podmix.app.views import ChapterRow, EpisodeRow, PreviewCard


class PlaybackPort(Protocol):
    """Calls go down and return at once; ``poll`` brings up what happened since the last poll."""

    def start(self) -> None: ...
    def load(self, path: str, start_s: float = 0.0, end_s: float | None = None, fade_s: float = 0.0, *,
             at: float | None = None, play: bool = False) -> None: ...
    def preload(self, path: str | None, start_s: float = 0.0, end_s: float | None = None,
                fade_s: float = 0.0) -> None: ...
    def play(self) -> None: ...
    def pause(self) -> None: ...
    def seek(self, position_s: float) -> None: ...
    def set_speed(self, speed: float) -> None: ...
    def set_volume(self, volume: float) -> None: ...
    def set_skip_silence(self, on: bool) -> None: ...
    def set_device(self, name: str) -> None: ...
    def ask_devices(self) -> None: ...
    def sleep_timer(self, seconds: float | None) -> None: ...
    def close(self) -> None: ...
    def poll(self) -> Sequence[Any]:
        """States (``position_s``, ``playing``, ``ended`` …), ``Devices`` and ``EngineRestarted``."""


@dataclass(frozen=True, slots=True)
class NowPlaying:
    """One thing that plays. ``start``/``end`` bound it on the episode's clock (``end`` None: to its end)."""

    episode_id: int
    show_id: int
    title: str
    show_title: str
    artwork: Path | None
    path: Path
    start: float
    end: float | None
    episode_duration: float
    offset: float = 0.0
    preview_id: int | None = None
    chapters: tuple[ChapterRow, ...] = ()

    @property
    def item(self) -> tuple[float, float | None]:
        """First and last second of the file that may be heard; an episode can always be sought as a whole."""
        if self.preview_id is None:
            return 0.0, None
        return self.start - self.offset, None if self.end is None else self.end - self.offset

    @property
    def span(self) -> tuple[float, float]:
        """The part of the episode that the seek bar shows: the clip of a preview, else the whole episode."""
        if self.preview_id is not None and self.end is not None:
            return self.start, self.end
        return 0.0, max(self.episode_duration, 0.001)


def preview_playing(card: PreviewCard) -> NowPlaying | None:
    """How to play a card: its cut clip where it exists, else its span of the episode; None while there is no audio."""
    path = card.clip or card.audio
    if path is None:
        return None
    return NowPlaying(card.episode_id, card.show_id, card.title or card.episode_title, card.show_title, card.artwork,
                      path, card.start, card.end, card.episode_duration,
                      offset=card.start if card.clip else 0.0, preview_id=card.preview_id)


def episode_playing(row: EpisodeRow, chapters: tuple[ChapterRow, ...] = (),
                    start: float | None = None) -> NowPlaying | None:
    """How to play an episode from ``start`` (else from where the person stopped)."""
    if row.audio is None:
        return None
    begin = row.position if start is None else start
    return NowPlaying(row.episode_id, row.show_id, row.title, row.show_title, row.artwork, row.audio, begin, None,
                      row.duration or 0.0, chapters=chapters)
