# SPDX-License-Identifier: GPL-3.0-or-later
"""The window's side of playback: turns polls into signals, and file seconds into episode seconds.

The engine goes on from item to item by itself, without a gap; the player only tells it what follows and learns from
the key in its states what is heard. Polls 30 times a second while something plays, five times a second otherwise. A
click shows its effect at once; the engine's next state corrects it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from podmix.app.views import EpisodeRow, PreviewCard
from podmix.errors import PodMixError
from podmix.playback.protocol import Devices, Item, PlaybackState
from podmix.ui.playing import (
    NowPlaying,
    PlaybackPort,
    QueueId,
    Row,
    Setting,
    TrackRow,
    arriving_playing,
    episode_playing,
    preview_playing,
    queue_id,
    row_playing,
    track_playing,
)
from podmix.ui.sound_news import SoundNews
from podmix.ui.up_next import UpNext

if TYPE_CHECKING:
    from podmix.app.playback_verbs import EpisodeSound

POLL_LOADING_MS, POLL_PLAYING_MS, POLL_IDLE_MS = 10, 33, 200
LONGEST_SKIP_FADE_S = 2.0  # who asks for the next one wants it now, however long episodes fade by themselves
SURE_AFTER = 3  # states: then none is on its way any more from before the engine was told what follows
log = logging.getLogger("podmix.ui.player")


class Player(SoundNews):
    """What the screens talk to. ``position`` is in seconds of the episode."""

    now_changed = Signal(object)  # NowPlaying | None
    playing_changed = Signal(bool)
    moved = Signal(float)
    sought = Signal(float, float)  # from, to: somebody asked for another place
    ended = Signal(object)  # NowPlaying: it is over, and nothing follows
    went_on = Signal(object, object)  # NowPlaying before, NowPlaying that followed by itself
    left_off = Signal(object, float)  # an episode was paused, left or heard to its end there
    queue_changed = Signal()
    step_wanted = Signal(int)  # next (+1) or previous (-1) preview

    def __init__(self, port: PlaybackPort, setting: Setting, parent: QObject | None = None) -> None:
        super().__init__(port, setting, parent)
        self.now: NowPlaying | None = None
        self.playing = False
        self.position = 0.0
        self.up_next = UpNext(self)
        self.underruns = 0
        self._after: NowPlaying | None = None  # the card after the one that plays
        self._sent: tuple[Item, ...] = ()  # what follows, as the engine knows it
        self._given: dict[str, NowPlaying] = {}  # all that the engine may have gone on to
        self._floor = 0.0  # second of the file before which the engine holds nothing
        self._states_since = 0  # it was told
        self._skipping = False
        self.up_next.changed.connect(self._queue_moved)
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

    def play_arriving(self, row: EpisodeRow, sound: EpisodeSound, chapters: Sequence[Any] = (),
                      start: float | None = None) -> bool:
        """Play an episode while it is being downloaded."""
        return self._load(arriving_playing(row, sound, tuple(chapters), start), play=True)

    def play_track(self, row: TrackRow, start: float = 0.0) -> bool:
        """Play a track of music; False where its file is missing."""
        return self._load(track_playing(row, start), play=True)

    def play_beside(self, clicks: Path | None) -> None:
        """Go on with the track that plays, from where it is, with this sound file beside it (None: alone)."""
        now = self.now
        if now is not None and now.track_id is not None and now.clicks != clicks:
            self._load(replace(now, clicks=clicks, start=self.position), play=self.playing)

    def play_mix(self, wanted: NowPlaying, *, play: bool = True) -> bool:
        """Play a planned mix from ``wanted.start`` on."""
        return self._load(wanted, play=play)

    def replan(self, wanted: NowPlaying) -> None:
        """The mix that plays has another plan: what sounds already stays, what is to come is replaced."""
        if self.now is not None and self.now.key == wanted.key and wanted.planned is not None:
            self._port.replan(wanted.planned)
            self.now = wanted
            self.now_changed.emit(wanted)

    def warm_previews(self, after: PreviewCard | None, before: PreviewCard | None = None) -> None:
        """The cards that may be wanted next are decoded now; ``after`` follows by itself where that is wished."""
        around = [None if card is None else preview_playing(card) for card in (after, before)]
        self._after = around[0]
        self._port.warm([playing.item for playing in around if playing is not None])
        self._tell_followers()

    def _load(self, wanted: NowPlaying | None, *, play: bool) -> bool:
        if wanted is None:
            return False
        before, stood = self.now, self.position
        if not play:
            self._port.pause()
        if not wanted.is_mix:
            self._port.load_item(wanted.item, at=wanted.start - wanted.offset, play=play)  # first: it is waited for
        else:
            self._port.load_mix(wanted.mix(levelled=self.levelling), at=wanted.start, play=play)
        self._given = {item.key: self._given[item.key] for item in self._sent}
        self._floor, self._after = wanted.item.start, None
        self._begin(wanted, wanted.start)
        if before is not None and before.key != wanted.key:
            self._leave(before, stood)
        self._forget_queued(wanted)
        self._tell_followers(again=True)  # it may have gone on just before, and have taken one off
        self.now_changed.emit(wanted)
        self.moved.emit(self.position)
        self._set_playing(play)
        self._timer.setInterval(POLL_LOADING_MS)  # until its first state arrives
        return True

    def _begin(self, now: NowPlaying, position: float) -> None:
        self.now, self.position = now, position
        self._told_error, self._skipping = "", False

    def _leave(self, now: NowPlaying, position: float) -> None:
        if now.is_episode:
            self.left_off.emit(now, position)

    # -- what follows by itself --
    def _followers(self) -> list[NowPlaying]:
        if self.now is None or self.sleep_at_end or self.now.is_mix:  # a mix forgets the engine's queue
            return []
        if self.now.is_card:
            return [self._after] if self.autoplay and self._after is not None else []
        found = [row_playing(queued.row, queued.chapters or ()) for queued in self.up_next.queued]
        return [each for each in found if each is not None and each.key != self.now.key]

    def _tell_followers(self, *, again: bool = False) -> None:
        followers = self._followers()
        self._given |= {each.key: each for each in followers}
        items = tuple(each.following_item for each in followers)
        if items != self._sent or (again and items):
            self._sent, self._states_since = items, 0
            self._port.queue(items)

    def _queue_moved(self) -> None:
        self._tell_followers()
        self.queue_changed.emit()

    def _forget_queued(self, *begun: NowPlaying) -> None:
        self.up_next.remove(*(each.queue_id for each in begun if not each.is_card))

    def _go_on(self, following: NowPlaying, state: PlaybackState) -> None:
        """The engine has gone on to what follows: the window does too."""
        before, stood = self.now, self.position
        assert before is not None
        sure = self._states_since >= SURE_AFTER  # else it may have gone on by the order from before
        place = next((k for k, item in enumerate(self._sent) if item.key == following.key), -1)
        passed = [self._given[item.key] for item in self._sent[:place]] if sure and place > 0 else []
        self._sent = self._sent[place + 1:]
        if not self._skipping:
            stood = self._end_of(before)
        self._floor, self._after = state.start_s, None
        self._begin(following, state.position_s + following.offset)
        self._leave(before, stood)
        self._forget_queued(*passed, following)
        self._tell_followers(again=not sure or state.queue_left != len(self._sent))
        self.now_changed.emit(following)
        self.went_on.emit(before, following)

    @staticmethod
    def _end_of(now: NowPlaying) -> float:
        return now.end if now.end is not None else now.episode_duration

    def _next_queued(self) -> bool:
        """On to what is up next; False where nothing is."""
        if self._sent:
            self._skipping = True
            self._port.next(min(self.crossfade_s, LONGEST_SKIP_FADE_S))
            self._port.play()
            self._timer.setInterval(POLL_LOADING_MS)
            return True
        return any(self.play_queued(index) for index in range(len(self.up_next.queued)))

    # -- transport --
    def toggle(self) -> None:
        self.poll()  # what the engine has just said must not be taken for its answer
        if self.now is None:
            self._next_queued()
            return
        if self.playing:
            self._port.pause()
            self._set_playing(False)
            self._leave(self.now, self.position)
            return
        if self.position >= self.now.span[1] - 0.05:
            if not self.now.is_card and self._next_queued():
                return
            self.seek(self.now.start if self.now.preview_id is not None else 0.0)
        self._port.play()
        self._set_playing(True)

    def pause(self) -> None:
        if self.playing:
            self.toggle()

    def seek(self, position: float) -> None:
        """To a time of the episode, kept inside what is loaded."""
        now = self.now
        if now is None:
            return
        low, high = now.span
        stood, self.position = self.position, min(max(position, low), high)
        at = self.position - now.offset
        if now.preview_id is None and at < self._floor:  # it followed from where the person had stopped
            self._floor = 0.0
            self._port.load_item(now.item, at=at, play=self.playing)
            self._tell_followers(again=True)
        else:
            self._port.seek(at)
        self.sought.emit(stood, self.position)
        self.moved.emit(self.position)

    def skip(self, seconds: float) -> None:
        self.seek(self.position + seconds)

    def step(self, direction: int) -> None:
        """Next or previous: preview, chapter, then the queue."""
        if self.now is None:
            return
        if self.now.is_card:
            self.step_wanted.emit(direction)
            return
        starts = [chapter.start for chapter in self.now.chapters]
        if direction > 0:
            later = [s for s in starts if s > self.position + 0.5]
            if later:
                self.seek(later[0])
            else:
                self._next_queued()
            return
        earlier = [s for s in starts if s < self.position - 3]
        self.seek(earlier[-1] if earlier else 0.0)

    # -- the queue --
    @property
    def queue(self) -> list[Row]:
        return self.up_next.rows

    def enqueue(self, row: Row, *, first: bool = False) -> bool:
        """Put it behind the others, or before them; False for what plays already."""
        if self.now is not None and not self.now.is_card and self.now.queue_id == queue_id(row):
            return False
        self.up_next.add(row, first=first)
        return True

    def unqueue(self, which: QueueId) -> None:
        self.up_next.remove(which)

    def play_queued(self, index: int) -> bool:
        """Play one of the queue now; False while its audio is not on this machine."""
        queued = self.up_next.queued[index]
        wanted = row_playing(queued.row, queued.chapters or ())
        if wanted is not None and self._sent and self._sent[0].key == wanted.key:
            return self._next_queued()  # it is decoded already
        return self._load(wanted, play=True)

    def set_chapters(self, episode_id: int, chapters: Sequence[Any]) -> None:
        """What was played from a list gets its chapters when they are known."""
        now = self.now
        if now is None or not now.is_episode or now.episode_id != episode_id:
            return
        if chapters and not now.chapters:
            self.now = replace(now, chapters=tuple(chapters))
            self.now_changed.emit(self.now)

    # -- options --
    def set_autoplay(self, on: bool) -> None:
        super().set_autoplay(on)
        self._tell_followers()

    def ask_devices(self) -> None:
        """Look which devices there are now; ``devices_changed`` tells."""
        self._port.ask_devices()
        self._timer.setInterval(POLL_LOADING_MS)

    # -- what comes up --
    def poll(self) -> None:
        """Take in what the engine said since the last time."""
        try:
            events = self._port.poll()
        except PodMixError as error:
            self._tell(error)
            return
        for event in events:
            if isinstance(event, PlaybackState):
                self._take(event)
            elif isinstance(event, Devices):
                self._hear_devices(event.devices)
            else:
                self._tell_restart()

    def _take(self, state: PlaybackState) -> None:
        self.underruns = state.underruns
        self._hear_output(state)
        self._show_sleep(state.sleep_left_s)
        if self.now is None:
            self._set_playing(False)
            return
        if state.key != self.now.key:
            if state.key not in self._given:
                return  # still the thing before
            self._go_on(self._given[state.key], state)
        self._states_since += 1
        self._measure(state)
        now, ended = self.now, state.ended
        moved_to = self._end_of(now) if ended and now.end is not None else state.position_s + now.offset
        if abs(moved_to - self.position) > 1e-3:
            self.position = moved_to
            self.moved.emit(moved_to)
        was_playing = self.playing
        self._set_playing(state.playing and not ended)
        if ended and was_playing:
            self._stop_at_end(now)

    def _measure(self, state: PlaybackState) -> None:
        """Feeds say wrong lengths, or none: the file's own counts."""
        now = self.now
        if now is not None and now.preview_id is None and state.duration_s \
                and abs(state.duration_s - now.episode_duration) > 1.0:
            self.now = replace(now, episode_duration=state.duration_s)
            self.now_changed.emit(self.now)

    def _stop_at_end(self, now: NowPlaying) -> None:
        self._leave(now, self.position)
        if self.sleep_at_end:
            self.sleep_after(None)
        elif now.is_mix and self._next_queued():
            return
        self.ended.emit(now)

    def _set_playing(self, playing: bool) -> None:
        self._timer.setInterval(POLL_PLAYING_MS if playing else POLL_IDLE_MS)
        if playing != self.playing:
            self.playing = playing
            self.playing_changed.emit(playing)
