# SPDX-License-Identifier: GPL-3.0-or-later
"""The media controls of Windows 10 and 11: ``SystemMediaTransportControls`` through the ``winrt-*`` packages.

A program without a UWP view gets its controls from a ``MediaPlayer`` that plays nothing and whose command manager is
switched off (Microsoft, "Manual control of the System Media Transport Controls"). Windows calls back on threads of its
own pool, so handlers only read the newest state and pass the wish on.

Written against Microsoft's reference, type-checked against the stubs of winrt 4.1, and tested with a stand-in that has
the same names. It has not run on Windows.
"""

from __future__ import annotations

import importlib
import logging
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from podmix.playback.desktop.interface import (
    FASTEST_RATE,
    SLOWEST_RATE,
    NowPlayingInfo,
    Phase,
    PlaybackStatus,
    Requests,
)
from podmix.playback.desktop.presented import Belief, Shown, plain_text

TIMELINE_EVERY_S = 5.0  # Windows does not move the bar by itself in every place where it shows it
log = logging.getLogger("podmix.playback.desktop")


class SystemMediaControls:
    """``DesktopControls`` of Windows. ``load`` imports a module by name."""

    def __init__(self, requests: Requests, *, load: Callable[[str], Any] = importlib.import_module,
                 clock: Callable[[], float] = time.monotonic) -> None:
        self._requests, self._clock = requests, clock
        self._media = load("winrt.windows.media")
        self._foundation = load("winrt.windows.foundation")
        self._storage = load("winrt.windows.storage")
        self._streams = load("winrt.windows.storage.streams")
        self._player = load("winrt.windows.media.playback").MediaPlayer()
        self._player.command_manager.is_enabled = False
        self._controls = self._player.system_media_transport_controls
        self._shown = Shown(None, PlaybackStatus(), clock())
        self._belief = Belief()
        self._timeline_at = clock()
        self._fetching: Any = None  # the artwork on its way
        self._forget: list[Callable[[], object]] = []
        self._closed = False
        self._listen()
        self._controls.is_enabled = False
        self.problem = ""

    def _listen(self) -> None:
        controls = self._controls
        for event, handler in (("button_pressed", self._pressed),
                               ("playback_position_change_requested", self._position_wanted),
                               ("playback_rate_change_requested", self._rate_wanted)):
            token = getattr(controls, f"add_{event}")(handler)
            self._forget.append(partial(getattr(controls, f"remove_{event}"), token))

    # -- what is shown --
    def show(self, info: NowPlayingInfo | None, status: PlaybackStatus) -> None:
        self._put(Shown(info, status, self._clock()))

    def status(self, status: PlaybackStatus) -> None:
        self._put(Shown(self._shown.info, status, self._clock()))

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        for forget in self._forget:
            self._carefully(forget)
        self._forget.clear()
        self._carefully(lambda: setattr(self._controls, "is_enabled", False))
        self._carefully(self._player.close)

    def _put(self, shown: Shown) -> None:
        if self._closed:
            return
        before, self._shown = self._shown, shown
        jumped, differs = self._belief.corrected_by(shown), shown.differs(before)
        if not (jumped or differs or shown.at - self._timeline_at >= TIMELINE_EVERY_S):
            return
        self.problem, self._timeline_at = "", shown.at
        if shown.info != before.info:
            self._carefully(self._show_track)
        if differs:
            self._carefully(self._show_status)
        self._carefully(self._show_timeline)

    def _carefully(self, do: Callable[[], object]) -> None:
        """Windows may refuse at any time (the service behind it restarts): sound and window must not notice."""
        try:
            do()
        except OSError as problem:  # what every HRESULT becomes
            self.problem = f"Windows' media controls do not answer: {problem}"
            log.info("%s", self.problem)

    def _show_track(self) -> None:
        info, updater = self._shown.info, self._controls.display_updater
        updater.clear_all()
        if info is not None:
            updater.type = self._media.MediaPlaybackType.MUSIC  # podcasts too: no other kind has an artist
            properties = updater.music_properties
            properties.title, properties.artist = plain_text(info.title), plain_text(info.artist)
            properties.album_title = plain_text(info.album)
        updater.update()
        if info is not None and info.artwork is not None:
            self._fetch_artwork(info.artwork)

    def _fetch_artwork(self, artwork: Path) -> None:
        fetching = self._storage.StorageFile.get_file_from_path_async(str(artwork.absolute()))
        fetching.completed = lambda operation, state: self._carefully(
            lambda: self._show_artwork(artwork, operation, state))
        self._fetching = fetching

    def _show_artwork(self, artwork: Path, operation: Any, state: Any) -> None:
        info = self._shown.info
        if self._closed or info is None or info.artwork != artwork:
            return  # another track plays by now
        if state == self._foundation.AsyncStatus.COMPLETED:
            reference = self._streams.RandomAccessStreamReference.create_from_file(operation.get_results())
            self._controls.display_updater.thumbnail = reference
            self._controls.display_updater.update()

    def _show_status(self) -> None:
        info, status, controls = self._shown.info, self._shown.status, self._controls
        names = self._media.MediaPlaybackStatus
        controls.is_enabled = info is not None
        controls.is_play_enabled = controls.is_pause_enabled = controls.is_stop_enabled = info is not None
        controls.is_next_enabled = info is not None and info.can_next
        controls.is_previous_enabled = info is not None and info.can_previous
        controls.playback_rate = float(status.rate)
        phases = {Phase.PLAYING: names.PLAYING, Phase.PAUSED: names.PAUSED, Phase.STOPPED: names.STOPPED}
        controls.playback_status = phases[status.phase] if info is not None else names.CLOSED

    def _show_timeline(self) -> None:
        shown = self._shown
        if shown.info is None or shown.length_s is None:
            return
        position_s = shown.position_s(self._clock())
        seekable = shown.info.can_seek
        timeline = self._media.SystemMediaTransportControlsTimelineProperties()
        timeline.start_time = timedelta(0)
        timeline.end_time = timedelta(seconds=shown.length_s)
        timeline.min_seek_time = timedelta(seconds=0 if seekable else position_s)
        timeline.max_seek_time = timedelta(seconds=shown.length_s if seekable else position_s)
        timeline.position = timedelta(seconds=position_s)
        self._controls.update_timeline_properties(timeline)

    # -- what is asked, on Windows' threads --
    def _pressed(self, _controls: Any, event: Any) -> None:
        buttons, requests = self._media.SystemMediaTransportControlsButton, self._requests
        wanted = {buttons.PLAY: requests.play, buttons.PAUSE: requests.pause, buttons.STOP: requests.stop,
                  buttons.NEXT: requests.next, buttons.PREVIOUS: requests.previous}.get(event.button)
        if wanted is not None and self._shown.info is not None:
            wanted()

    def _position_wanted(self, _controls: Any, event: Any) -> None:
        info, wanted_s = self._shown.info, event.requested_playback_position.total_seconds()
        if info is not None and info.can_seek:
            self._requests.seek_to(max(0.0, wanted_s), info.track_id)

    def _rate_wanted(self, _controls: Any, event: Any) -> None:
        if event.requested_playback_rate > 0:
            self._requests.set_rate(min(FASTEST_RATE, max(SLOWEST_RATE, float(event.requested_playback_rate))))
