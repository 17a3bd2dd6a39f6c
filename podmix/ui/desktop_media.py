# SPDX-License-Identifier: GPL-3.0-or-later
"""The player at the desktop: what plays is shown to the desktop's media controls, and what is pressed there is done.

The desktop asks on threads of its own; a queued signal brings every wish to the window's thread. The keyboard's media
keys come through the desktop, and directly while the window has the focus: both do the same. Positions here are seconds
from the start of what is shown: of the clip for a preview, of the episode else.

Two habits of a podcast player go before the letter of MPRIS: Next begins to play even when paused, as the button in the
window does; and after Stop an episode goes on where it was, for two hours are soon lost (a preview begins anew).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from podmix.playback.desktop.interface import (
    DesktopControls,
    NowPlayingInfo,
    Phase,
    PlaybackStatus,
    Requests,
    prepare,
)
from podmix.ui.background import Background
from podmix.ui.player import Player
from podmix.ui.playing import NowPlaying

PLAYED_ON_S = 0.5  # so far the engine's last word before a stop may lie behind
Connect = Callable[[Requests], DesktopControls]
log = logging.getLogger("podmix.ui.desktop")


class DesktopMedia(QObject):
    """``begin`` starts what stands in front when a key asks for sound and nothing is loaded."""

    _asked = Signal(object)

    def __init__(self, player: Player, window: QWidget, begin: Callable[[], object]) -> None:
        super().__init__(window)
        self._player, self._window, self._begin = player, window, begin
        self._controls: DesktopControls | None = None
        self._told: NowPlayingInfo | None = None
        self._stopped_at: float | None = None  # there Stop was pressed, and nothing has played on since
        self._asked.connect(self._do, Qt.ConnectionType.QueuedConnection)
        for changed in (player.now_changed, player.playing_changed, player.moved, player.option_changed,
                        player.queue_changed):
            changed.connect(self._tell)
        for key, handler in ((Qt.Key.Key_MediaPlay, self._play), (Qt.Key.Key_MediaPause, player.pause),
                             (Qt.Key.Key_MediaTogglePlayPause, self._toggle), (Qt.Key.Key_MediaStop, self._stop),
                             (Qt.Key.Key_MediaNext, partial(player.step, 1)),
                             (Qt.Key.Key_MediaPrevious, partial(player.step, -1))):
            shortcut = QShortcut(QKeySequence(key), window)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(handler)

    # -- life --
    def start(self, connect: Connect, background: Background) -> None:
        """Appear at the desktop. The libraries load in the background; nothing waits for them."""
        background.run(prepare, then=lambda _none: self._connect(connect), owner=self)

    def _connect(self, connect: Connect) -> None:
        self._controls = connect(Requests(
            play=self._later(self._play), pause=self._later(self._player.pause), toggle=self._later(self._toggle),
            stop=self._later(self._stop), next=self._later(partial(self._player.step, 1)),
            previous=self._later(partial(self._player.step, -1)), seek_by=self._later(self._player.skip),
            seek_to=self._later(self._seek_to), set_volume=self._later(self._player.set_volume),
            set_rate=self._later(self._player.set_speed), raise_window=self._later(self._raise),
            quit=self._later(self._window.close)))
        if self._controls.problem:
            log.info("%s", self._controls.problem)
        self._told = None
        self._tell()

    def close(self) -> None:
        """Disappear from the desktop."""
        controls, self._controls = self._controls, None
        if controls is not None:
            controls.close()

    # -- what is asked --
    def _later(self, wish: Callable[..., object]) -> Callable[..., object]:
        """For the desktop's threads: do it soon in the window's own."""
        def ask(*arguments: Any) -> None:
            try:
                self._asked.emit(partial(wish, *arguments))
            except RuntimeError:  # this object is already gone: the window closed
                return

        return ask

    def _do(self, wish: Callable[[], object]) -> None:
        if self._controls is not None:
            wish()

    def _play(self) -> None:
        if not self._player.playing:
            self._toggle()

    def _toggle(self) -> None:
        if self._player.now is None:
            self._begin()
        else:
            self._player.toggle()

    def _stop(self) -> None:
        now = self._player.now
        if now is None:
            return
        self._player.pause()
        if now.preview_id is not None:
            self._player.seek(now.start)
        self._stopped_at = self._player.position
        self._tell()

    def _seek_to(self, position_s: float, track_id: str) -> None:
        now = self._player.now
        if now is not None and track_id == _track_id(now):
            self._player.seek(now.span[0] + position_s)

    def _raise(self) -> None:
        if self._window.isMinimized():
            self._window.showNormal()
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    # -- what is told --
    def _tell(self, *_news: object) -> None:
        if self._controls is None:
            return
        now = self._player.now
        info = None if now is None else self._info(now)
        if info != self._told:
            if info is None or self._told is None or info.track_id != self._told.track_id:
                self._stopped_at = None
            self._told = info
            self._controls.show(info, self._status(now))
        else:
            self._controls.status(self._status(now))

    def _info(self, now: NowPlaying) -> NowPlayingInfo:
        first, last = now.span
        if now.preview_id is not None:
            more = True  # the feed knows its end, nobody else
        else:
            more = bool(self._player.queue) or any(c.start > self._player.position + 0.5 for c in now.chapters)
        return NowPlayingInfo(_track_id(now), now.title, now.show_title, artwork=now.artwork, can_next=more,
                              length_s=last - first if last - first > 0.01 else None)  # a feed may not say it

    def _status(self, now: NowPlaying | None) -> PlaybackStatus:
        player = self._player
        if now is None:
            return PlaybackStatus(Phase.STOPPED, 0.0, player.speed, player.volume)
        if self._stopped_at is not None and abs(player.position - self._stopped_at) > PLAYED_ON_S:
            self._stopped_at = None
        still = Phase.PAUSED if self._stopped_at is None else Phase.STOPPED
        return PlaybackStatus(Phase.PLAYING if player.playing else still, player.position - now.span[0], player.speed,
                              player.volume)


def _track_id(now: NowPlaying) -> str:
    return now.key.replace(" ", "")
