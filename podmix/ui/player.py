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

FADE_S = 0.03  # a clip's edges never click
UNFOLLOW_S = 1.5  # before its end a clip is told that nothing follows: the next card waits for the person

POLL_LOADING_MS, POLL_PLAYING_MS, POLL_IDLE_MS = 10, 33, 200
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
        self.devices: list[str] = []
        self._following: NowPlaying | None = None
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
        self._port.set_skip_silence(self.skip_silence)
        self._port.ask_devices()
        self._timer.start()

    def close(self) -> None:
        self._timer.stop()
        self._port.close()

    def hold(self) -> None:
        """Ask the engine nothing more: what is shown stays as it is (for pictures)."""
        self._timer.stop()

    # -- what to play --
    def play_preview(self, card: PreviewCard, *, play: bool = True) -> bool:
        return self._load(preview_playing(card), play=play)

    def play_episode(self, row: EpisodeRow, chapters: Sequence[Any] = (), start: float | None = None) -> bool:
        return self._load(episode_playing(row, tuple(chapters), start), play=True)

    def preload(self, card: PreviewCard) -> None:
        """Have the next card decoded before it is needed."""
        self._following = preview_playing(card)
        self._preload(self._following)

    def _preload(self, wanted: NowPlaying | None) -> None:
        if wanted is None:
            self._port.preload(None)
        else:
            self._port.preload(str(wanted.path), *wanted.item, FADE_S)

    def _load(self, wanted: NowPlaying | None, *, play: bool) -> bool:
        if wanted is None:
            return False
        self._told_error = ""
        self._following = None
        self.now, self.position = wanted, wanted.start
        first, last = wanted.item
        fade = FADE_S if wanted.preview_id is not None else 0.0
        self._port.load(str(wanted.path), first, last, fade, at=wanted.start - wanted.offset, play=play)
        if not play:
            self._port.pause()
        self.now_changed.emit(wanted)
        self.moved.emit(self.position)
        self._set_playing(play)
        self._timer.setInterval(POLL_LOADING_MS)  # until its first state arrives
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

    def clear_queue(self) -> None:
        self.queue = []
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
        self._port.set_skip_silence(on)
        self.option_changed.emit("playback.skip_silence", on)

    def set_device(self, device: str) -> None:
        self.device = device
        self._port.set_device(device)
        self.option_changed.emit("playback.device", device)

    def sleep_after(self, seconds: float | None) -> None:
        self.sleep_left = seconds
        self._port.sleep_timer(seconds)
        self.option_changed.emit("sleep", seconds)

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
            elif hasattr(event, "devices"):
                self.devices = [device.name for device in event.devices]
            elif getattr(event, "message", ""):
                self._tell(AudioError(str(event.message), remedy=str(getattr(event, "remedy", ""))))

    def _take(self, state: Any) -> None:
        self.underruns = int(getattr(state, "underruns", 0) or 0)
        error = getattr(state, "error", None)
        if error:
            self._tell(AudioError(str(error), remedy="Choose another output under the player's device menu."))
        now = self.now
        if now is None or str(state.path) != str(now.path):
            return  # still the thing before
        if now.preview_id is not None and abs(float(getattr(state, "start_s", now.item[0])) - now.item[0]) > 1e-3:
            return
        self._show_sleep(getattr(state, "sleep_left_s", None))
        ended = bool(state.ended)
        moved_to = now.end if ended and now.end is not None else float(state.position_s) + now.offset
        if abs(moved_to - self.position) > 1e-3:
            self.position = moved_to
            self.moved.emit(moved_to)
        if self._following is not None and now.end is not None and moved_to > now.end - UNFOLLOW_S * self.speed:
            self._following = None
            self._preload(None)
        was_playing = self.playing
        self._set_playing(bool(state.playing) and not ended)
        if ended and was_playing:
            self.ended.emit(now)
            if now.preview_id is None and self.queue:
                self.play_queued(0)

    def _show_sleep(self, left: float | None) -> None:
        if left is None and self.sleep_left is not None:  # it has run out
            self.sleep_left = None
            self.option_changed.emit("sleep", None)

    def _tell(self, error: PodMixError) -> None:
        if error.message != self._told_error:  # say it once, not thirty times a second
            self._told_error = error.message
            self.problem.emit(error)

    def _set_playing(self, playing: bool) -> None:
        self._timer.setInterval(POLL_PLAYING_MS if playing else POLL_IDLE_MS)
        if playing != self.playing:
            self.playing = playing
            self.playing_changed.emit(playing)
