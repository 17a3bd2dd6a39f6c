# SPDX-License-Identifier: GPL-3.0-or-later
"""The window's side of playback: turns polls into signals, and file seconds into episode seconds.

Polls 30 times a second while something plays, five times a second otherwise. A click shows its effect at once; the
engine's next state corrects it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from podmix.app.views import EpisodeRow, PreviewCard
from podmix.errors import AudioError, PodMixError
from podmix.ui.playing import NowPlaying, PlaybackPort, episode_playing, preview_playing

POLL_PLAYING_MS, POLL_IDLE_MS = 33, 200
SPEEDS = (0.5, 0.75, 1.0, 1.1, 1.2, 1.35, 1.5, 1.75, 2.0, 2.5, 3.0)
log = logging.getLogger("podmix.ui.player")


class Player(QObject):
    """What the screens talk to. ``position`` is in seconds of the episode."""

    now_changed = Signal(object)  # NowPlaying | None
    playing_changed = Signal(bool)
    moved = Signal(float)
    ended = Signal(object)  # NowPlaying
    queue_changed = Signal()
    option_changed = Signal(str, object)  # setting key, value
    step_wanted = Signal(int)  # next (+1) or previous (-1) preview
    problem = Signal(object)

    def __init__(self, port: PlaybackPort, setting: Callable[[str], Any], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._port = port
        self.now: NowPlaying | None = None
        self.playing = False
        self.position = 0.0
        self.speed = float(setting("playback.speed") or 1.0)
        self.volume = float(setting("playback.volume") if setting("playback.volume") is not None else 0.9)
        self.skip_silence = bool(setting("playback.skip_silence"))
        self.device = str(setting("playback.device") or "")
        self.queue: list[EpisodeRow] = []
        self.sleep_left: float | None = None
        self.underruns = 0
        self._told_error = ""
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_IDLE_MS)
        self._timer.timeout.connect(self.poll)

    def start(self) -> None:
        """Start the engine and polling. The engine starts by itself in another process; nothing waits for it."""
        try:
            self._port.start()
        except PodMixError as error:
            self.problem.emit(error)
            return
        self._port.set_volume(self.volume)
        self._port.set_speed(self.speed)
        if self.device:
            self._port.set_device(self.device)
        self._optional("set_skip_silence", self.skip_silence)
        self._timer.start()

    def close(self) -> None:
        self._timer.stop()
        self._port.close()

    # -- what to play --
    def play_preview(self, card: PreviewCard, *, play: bool = True) -> bool:
        return self._load(preview_playing(card), play=play)

    def play_episode(self, row: EpisodeRow, chapters: Sequence[Any] = (), start: float | None = None) -> bool:
        return self._load(episode_playing(row, tuple(chapters), start), play=True)

    def preload(self, card: PreviewCard) -> None:
        """Have the next card decoded before it is needed."""
        wanted = preview_playing(card)
        if wanted is not None and wanted.end is not None:
            self._port.preload(wanted.path, wanted.start - wanted.offset, wanted.end - wanted.offset)

    def _load(self, wanted: NowPlaying | None, *, play: bool) -> bool:
        if wanted is None:
            return False
        self._told_error = ""
        self.now, self.position = wanted, wanted.start
        end = None if wanted.end is None else wanted.end - wanted.offset
        self._port.load(wanted.path, wanted.start - wanted.offset, end)
        if play:
            self._port.play()
        self.now_changed.emit(wanted)
        self.moved.emit(self.position)
        self._set_playing(play)
        return True

    # -- transport --
    def toggle(self) -> None:
        if self.now is None:
            return
        if self.playing:
            self._port.pause()
            self._set_playing(False)
            return
        begin, end = self.now.span
        if self.position >= end - 0.05:  # play again from the start
            self.seek(self.now.start if self.now.preview_id is not None else begin)
        self._port.play()
        self._set_playing(True)

    def pause(self) -> None:
        if self.playing:
            self.toggle()

    def seek(self, position: float) -> None:
        """To a time of the episode, kept inside what is loaded."""
        if self.now is None:
            return
        low, high = self.now.span
        self.position = min(max(position, low), high)
        self._port.seek(self.position - self.now.offset)
        self.moved.emit(self.position)

    def skip(self, seconds: float) -> None:
        self.seek(self.position + seconds)

    def step(self, direction: int) -> None:
        """Next or previous: preview, chapter, then the queue."""
        if self.now is None:
            return
        if self.now.preview_id is not None:
            self.step_wanted.emit(direction)
            return
        starts = [chapter.start for chapter in self.now.chapters]
        if direction > 0:
            later = [s for s in starts if s > self.position + 0.5]
            if later:
                self.seek(later[0])
            elif self.queue:
                self.play_queued(0)
            return
        earlier = [s for s in starts if s < self.position - 3]
        self.seek(earlier[-1] if earlier else 0.0)

    # -- the queue --
    def enqueue(self, row: EpisodeRow) -> None:
        self.queue = [*[r for r in self.queue if r.episode_id != row.episode_id], row]
        self.queue_changed.emit()

    def unqueue(self, episode_id: int) -> None:
        self.queue = [r for r in self.queue if r.episode_id != episode_id]
        self.queue_changed.emit()

    def play_queued(self, index: int) -> None:
        row = self.queue[index]
        self.unqueue(row.episode_id)
        self.play_episode(row)

    # -- options --
    def set_speed(self, speed: float) -> None:
        self.speed = min(3.0, max(0.5, round(speed, 2)))
        self._port.set_speed(self.speed)
        self.option_changed.emit("playback.speed", self.speed)

    def faster(self, direction: int) -> None:
        nearest = min(range(len(SPEEDS)), key=lambda i: abs(SPEEDS[i] - self.speed))
        self.set_speed(SPEEDS[min(len(SPEEDS) - 1, max(0, nearest + direction))])

    def set_volume(self, volume: float) -> None:
        self.volume = min(1.0, max(0.0, volume))
        self._port.set_volume(self.volume)
        self.option_changed.emit("playback.volume", self.volume)

    def set_skip_silence(self, on: bool) -> None:
        self.skip_silence = on
        self._optional("set_skip_silence", on)
        self.option_changed.emit("playback.skip_silence", on)

    def set_device(self, device: str) -> None:
        self.device = device
        self._port.set_device(device)
        self.option_changed.emit("playback.device", device)

    def devices(self) -> list[str]:
        """Names of the output devices that the engine knows; empty where it does not say."""
        return list(self._optional("devices") or [])

    def sleep_after(self, seconds: float | None) -> None:
        self.sleep_left = seconds
        self._port.sleep_timer(seconds)
        self.option_changed.emit("sleep", seconds)

    def _optional(self, name: str, *args: Any) -> Any:
        known = getattr(self._port, name, None)
        return None if known is None else known(*args)

    # -- what comes up --
    def poll(self) -> None:
        """Take in what the engine said since the last time."""
        try:
            events = self._port.poll()
        except PodMixError as error:
            self._tell(error)
            return
        for event in events:
            if hasattr(event, "position_s"):
                self._take(event)
            elif getattr(event, "message", ""):
                self._tell(AudioError(str(event.message), remedy=str(getattr(event, "remedy", ""))))

    def _take(self, state: Any) -> None:
        self.underruns = int(getattr(state, "underruns", 0) or 0)
        error = getattr(state, "error", None)
        if error:
            self._tell(AudioError(str(error), remedy="Choose another output under the player's device menu."))
        if self.now is None or (state.path is not None and str(state.path) != str(self.now.path)):
            return  # still the thing before
        moved_to = float(state.position_s) + self.now.offset
        if abs(moved_to - self.position) > 1e-3:
            self.position = moved_to
            self.moved.emit(moved_to)
        ended = bool(getattr(state, "ended", False))
        was_playing = self.playing
        self._set_playing(bool(state.playing) and not ended)
        if ended and was_playing:
            self.ended.emit(self.now)
            if self.now.preview_id is None and self.queue:
                self.play_queued(0)

    def _tell(self, error: PodMixError) -> None:
        if error.message != self._told_error:  # say it once, not thirty times a second
            self._told_error = error.message
            self.problem.emit(error)

    def _set_playing(self, playing: bool) -> None:
        self._timer.setInterval(POLL_PLAYING_MS if playing else POLL_IDLE_MS)
        if playing != self.playing:
            self.playing = playing
            self.playing_changed.emit(playing)
