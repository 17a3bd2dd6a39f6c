# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the ``winrt-*`` packages that PodMix uses, in memory: the same names, nothing more.

Every class has slots, so that a name which the real stubs do not have fails here too. Checked by hand against the
``.pyi`` files of winrt 4.1 (``winrt.windows.media``, ``.media.playback``, ``.storage``, ``.storage.streams``,
``.foundation``).
"""

from __future__ import annotations

import enum
from datetime import timedelta
from types import SimpleNamespace
from typing import Any


class MediaPlaybackStatus(enum.IntEnum):
    CLOSED, CHANGING, STOPPED, PLAYING, PAUSED = range(5)


class MediaPlaybackType(enum.IntEnum):
    UNKNOWN, MUSIC, VIDEO, IMAGE = range(4)


class SystemMediaTransportControlsButton(enum.IntEnum):
    PLAY, PAUSE, STOP, RECORD, FAST_FORWARD, REWIND, NEXT, PREVIOUS, CHANNEL_UP, CHANNEL_DOWN = range(10)


class AsyncStatus(enum.IntEnum):
    STARTED, COMPLETED, CANCELED, ERROR = range(4)


class SystemMediaTransportControlsTimelineProperties:
    __slots__ = ("end_time", "max_seek_time", "min_seek_time", "position", "start_time")


class MusicDisplayProperties:
    __slots__ = ("album_artist", "album_title", "artist", "title")


class DisplayUpdater:
    __slots__ = ("_published", "music_properties", "thumbnail", "type")

    def __init__(self) -> None:
        self.music_properties = MusicDisplayProperties()
        self._published: dict[str, Any] = {}
        self.clear_all()

    def clear_all(self) -> None:
        self.type, self.thumbnail = MediaPlaybackType.UNKNOWN, None
        properties = self.music_properties
        properties.title = properties.artist = properties.album_title = properties.album_artist = ""

    def update(self) -> None:
        properties = self.music_properties
        self._published = {"type": self.type, "title": properties.title, "artist": properties.artist,
                           "album": properties.album_title, "thumbnail": self.thumbnail}


class SystemMediaTransportControls:
    __slots__ = ("_handlers", "_timelines", "display_updater", "is_enabled", "is_next_enabled", "is_pause_enabled",
                 "is_play_enabled", "is_previous_enabled", "is_stop_enabled", "playback_rate", "playback_status")

    def __init__(self) -> None:
        self._handlers: dict[str, dict[int, Any]] = {}
        self._timelines: list[SystemMediaTransportControlsTimelineProperties] = []
        self.display_updater = DisplayUpdater()

    def _add(self, event: str, handler: Any) -> int:
        handlers = self._handlers.setdefault(event, {})
        token = len(handlers) + 1
        handlers[token] = handler
        return token

    def add_button_pressed(self, handler: Any) -> int:
        return self._add("button", handler)

    def remove_button_pressed(self, token: int) -> None:
        del self._handlers["button"][token]

    def add_playback_position_change_requested(self, handler: Any) -> int:
        return self._add("position", handler)

    def remove_playback_position_change_requested(self, token: int) -> None:
        del self._handlers["position"][token]

    def add_playback_rate_change_requested(self, handler: Any) -> int:
        return self._add("rate", handler)

    def remove_playback_rate_change_requested(self, token: int) -> None:
        del self._handlers["rate"][token]

    def update_timeline_properties(self, timeline: SystemMediaTransportControlsTimelineProperties) -> None:
        assert timeline.start_time <= timeline.position <= timeline.end_time
        assert isinstance(timeline.position, timedelta)
        self._timelines.append(timeline)

    def fire(self, event: str, **facts: Any) -> None:
        """Not of Windows: what a person at the desktop does."""
        for handler in list(self._handlers.get(event, {}).values()):
            handler(self, SimpleNamespace(**facts))


class MediaPlaybackCommandManager:
    __slots__ = ("is_enabled",)


class MediaPlayer:
    __slots__ = ("_closed", "command_manager", "system_media_transport_controls")

    def __init__(self) -> None:
        self.command_manager = MediaPlaybackCommandManager()
        self.system_media_transport_controls = SystemMediaTransportControls()
        self._closed = False

    def close(self) -> None:
        self._closed = True


class Fetching:
    """``IAsyncOperation[StorageFile]``: ``finish`` ends it."""

    __slots__ = ("_path", "completed")

    def __init__(self, path: str) -> None:
        self._path = path
        self.completed: Any = None

    def get_results(self) -> str:
        return self._path

    def finish(self, status: AsyncStatus = AsyncStatus.COMPLETED) -> None:
        self.completed(self, status)


class WinRT:
    """Gives the modules by name and keeps what was made."""

    def __init__(self) -> None:
        self.players: list[MediaPlayer] = []
        self.fetched: list[Fetching] = []

    @property
    def controls(self) -> SystemMediaTransportControls:
        return self.players[-1].system_media_transport_controls

    def _player(self) -> MediaPlayer:
        self.players.append(MediaPlayer())
        return self.players[-1]

    def _fetch(self, path: str) -> Fetching:
        self.fetched.append(Fetching(path))
        return self.fetched[-1]

    def load(self, name: str) -> Any:
        return {
            "winrt.windows.media": SimpleNamespace(
                MediaPlaybackStatus=MediaPlaybackStatus, MediaPlaybackType=MediaPlaybackType,
                SystemMediaTransportControlsButton=SystemMediaTransportControlsButton,
                SystemMediaTransportControlsTimelineProperties=SystemMediaTransportControlsTimelineProperties),
            "winrt.windows.foundation": SimpleNamespace(AsyncStatus=AsyncStatus),
            "winrt.windows.media.playback": SimpleNamespace(MediaPlayer=self._player),
            "winrt.windows.storage": SimpleNamespace(
                StorageFile=SimpleNamespace(get_file_from_path_async=self._fetch)),
            "winrt.windows.storage.streams": SimpleNamespace(
                RandomAccessStreamReference=SimpleNamespace(create_from_file=lambda file: ("stream of", file))),
        }[name]
