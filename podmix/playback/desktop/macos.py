# SPDX-License-Identifier: GPL-3.0-or-later
"""The media controls of macOS: ``MPNowPlayingInfoCenter`` and ``MPRemoteCommandCenter`` through pyobjc.

Belongs to the main thread, whose run loop (Qt's) delivers the commands. The system moves the elapsed time by itself at
the rate it was told, so the dictionary is sent anew only for changes and jumps. ``playbackState`` must be set on
macOS whenever playback begins or halts, else remote commands may not arrive (Apple's reference).

Written against the metadata of pyobjc-framework-MediaPlayer 12.2 and Apple's reference, and tested with a stand-in that
has the same names. It has not run on macOS.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
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

OFFERED_RATES = (0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)


class NowPlayingCenter:
    """``DesktopControls`` of macOS. ``load`` imports a module by name."""

    problem = ""

    def __init__(self, requests: Requests, *, load: Callable[[str], Any] = importlib.import_module,
                 clock: Callable[[], float] = time.monotonic) -> None:
        self._requests, self._clock = requests, clock
        self._names, self._images = load("MediaPlayer"), load("AppKit")
        self._center = self._names.MPNowPlayingInfoCenter.defaultCenter()
        self._commands = self._names.MPRemoteCommandCenter.sharedCommandCenter()
        self._shown = Shown(None, PlaybackStatus(), clock())
        self._belief = Belief()
        self._artwork: tuple[Path | None, Any] = (None, None)
        self._closed = False
        self._targets: list[tuple[Any, Any]] = []
        self._commands.changePlaybackRateCommand().setSupportedPlaybackRates_(list(OFFERED_RATES))
        for command, handler in self._table():
            command.setEnabled_(True)
            self._targets.append((command, command.addTargetWithHandler_(handler)))

    def _table(self) -> Iterator[tuple[Any, Callable[[Any], int]]]:
        commands, requests = self._commands, self._requests
        yield commands.playCommand(), self._simply(requests.play)
        yield commands.pauseCommand(), self._simply(requests.pause)
        yield commands.togglePlayPauseCommand(), self._simply(requests.toggle)
        yield commands.stopCommand(), self._simply(requests.stop)
        yield commands.nextTrackCommand(), self._simply(requests.next)
        yield commands.previousTrackCommand(), self._simply(requests.previous)
        yield commands.changePlaybackPositionCommand(), self._position_wanted
        yield commands.changePlaybackRateCommand(), self._rate_wanted

    # -- what is shown --
    def show(self, info: NowPlayingInfo | None, status: PlaybackStatus) -> None:
        self._put(Shown(info, status, self._clock()))

    def status(self, status: PlaybackStatus) -> None:
        self._put(Shown(self._shown.info, status, self._clock()))

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        for command, target in self._targets:
            command.removeTarget_(target)
        self._targets.clear()
        self._center.setNowPlayingInfo_(None)
        self._center.setPlaybackState_(self._names.MPNowPlayingPlaybackStateStopped)

    def _put(self, shown: Shown) -> None:
        if self._closed:
            return
        before, self._shown = self._shown, shown
        if not (self._belief.corrected_by(shown) or shown.differs(before)):
            return
        info, names = shown.info, self._names
        self._commands.nextTrackCommand().setEnabled_(info is not None and info.can_next)
        self._commands.previousTrackCommand().setEnabled_(info is not None and info.can_previous)
        self._commands.changePlaybackPositionCommand().setEnabled_(info is not None and info.can_seek)
        self._center.setNowPlayingInfo_(self._dictionary(shown, info) if info is not None else None)
        phases = {Phase.PLAYING: names.MPNowPlayingPlaybackStatePlaying,
                  Phase.PAUSED: names.MPNowPlayingPlaybackStatePaused,
                  Phase.STOPPED: names.MPNowPlayingPlaybackStateStopped}
        self._center.setPlaybackState_(phases[shown.status.phase if info is not None else Phase.STOPPED])

    def _dictionary(self, shown: Shown, info: NowPlayingInfo) -> dict[Any, Any]:
        names, status = self._names, shown.status
        made = {
            names.MPMediaItemPropertyTitle: plain_text(info.title),
            names.MPMediaItemPropertyArtist: plain_text(info.artist),
            names.MPMediaItemPropertyAlbumTitle: plain_text(info.album),
            names.MPNowPlayingInfoPropertyMediaType: names.MPNowPlayingInfoMediaTypeAudio,
            names.MPNowPlayingInfoPropertyElapsedPlaybackTime: shown.position_s(self._clock()),
            names.MPNowPlayingInfoPropertyPlaybackRate: status.rate if status.phase is Phase.PLAYING else 0.0,
            names.MPNowPlayingInfoPropertyDefaultPlaybackRate: 1.0,
        }
        if shown.length_s is not None:
            made[names.MPMediaItemPropertyPlaybackDuration] = shown.length_s
        artwork = self._artwork_of(info.artwork)
        if artwork is not None:
            made[names.MPMediaItemPropertyArtwork] = artwork
        return made

    def _artwork_of(self, path: Path | None) -> Any:
        """The picture as the center takes it; read once, None where it cannot be read."""
        if path != self._artwork[0]:
            image = None if path is None else self._images.NSImage.alloc().initWithContentsOfFile_(str(path))
            made = None if image is None else self._names.MPMediaItemArtwork.alloc(
            ).initWithBoundsSize_requestHandler_(image.size(), lambda _size: image)
            self._artwork = (path, made)
        return self._artwork[1]

    # -- what is asked --
    def _simply(self, request: Callable[[], object]) -> Callable[[Any], int]:
        def handle(_event: Any) -> int:
            if self._shown.info is None:
                return int(self._names.MPRemoteCommandHandlerStatusNoActionableNowPlayingItem)
            request()
            return int(self._names.MPRemoteCommandHandlerStatusSuccess)

        return handle

    def _position_wanted(self, event: Any) -> int:
        info = self._shown.info
        if info is None or not info.can_seek:
            return int(self._names.MPRemoteCommandHandlerStatusNoActionableNowPlayingItem)
        self._requests.seek_to(max(0.0, float(event.positionTime())), info.track_id)
        return int(self._names.MPRemoteCommandHandlerStatusSuccess)

    def _rate_wanted(self, event: Any) -> int:
        rate = float(event.playbackRate())
        if rate <= 0:
            return int(self._names.MPRemoteCommandHandlerStatusCommandFailed)
        self._requests.set_rate(min(FASTEST_RATE, max(SLOWEST_RATE, rate)))
        return int(self._names.MPRemoteCommandHandlerStatusSuccess)
