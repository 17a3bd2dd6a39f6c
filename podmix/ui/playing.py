# SPDX-License-Identifier: GPL-3.0-or-later
"""What is playing, and the port to whatever plays it. Plain data: no Qt here.

The port is the playback client's interface as the window uses it. Positions on the port are seconds of the *file*
that was loaded; everything the window shows is seconds of the *episode*: ``NowPlaying.offset`` is the difference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from podmix.app.views import ChapterRow, EpisodeRow, PreviewCard
from podmix.audio.mixing.types import Clip, Lane, Program
from podmix.music.library_types import Track
from podmix.playback.protocol import EngineOptions, Event, Item, Mix, PlaybackState

if TYPE_CHECKING:
    from podmix.app.playback_verbs import EpisodeSound

FADE_S = 0.03  # a clip's edges never click
HEARD_SHARE = 0.97  # who comes back to an episode heard so far begins it again
ENGINE_RATE = EngineOptions().sample_rate
LEVEL_LUFS = -16.0  # what levelling brings everything to
TRACK_DECK, CLICK_DECK = 0, 1
Setting = Callable[[str], Any]
QueueId = int | str  # an episode's number, or a track's or a preview's name


class PlaybackPort(Protocol):
    """Calls go down and return at once; ``poll`` brings up what happened since the last poll."""

    def start(self) -> None: ...
    def load_item(self, item: Item, *, at: float | None = None, play: bool = False) -> None: ...
    def load_mix(self, mix: Mix, *, at: float = 0.0, play: bool = False) -> None: ...
    def replan(self, mix: Mix) -> None: ...
    def queue(self, items: Sequence[Item]) -> None: ...
    def warm(self, items: Sequence[Item]) -> None: ...
    def play(self) -> None: ...
    def pause(self) -> None: ...
    def seek(self, position_s: float) -> None: ...
    def next(self, fade_s: float = 0.0) -> None: ...
    def set_speed(self, speed: float) -> None: ...
    def set_volume(self, volume: float) -> None: ...
    def set_skip_silence(self, on: bool) -> None: ...
    def set_levelling(self, on: bool) -> None: ...
    def set_crossfade(self, seconds: float) -> None: ...
    def set_device(self, name: str) -> None: ...
    def ask_devices(self) -> None: ...
    def sleep_timer(self, seconds: float | None) -> None: ...
    def stop(self) -> None: ...
    def close(self) -> None: ...
    def poll(self) -> Sequence[Event]: ...


def engine_options(setting: Setting, *, null_audio: bool) -> EngineOptions:
    """How the engine starts, so that nothing has to be said again (and rendered again) once it runs."""
    return EngineOptions(
        null_audio=null_audio, device=str(setting("playback.device") or ""), volume=float(setting("playback.volume")),
        speed=float(setting("playback.speed")), skip_silence=bool(setting("playback.skip_silence")),
        levelling=bool(setting("playback.levelling")), crossfade_s=float(setting("playback.crossfade_s")))


@dataclass(frozen=True, slots=True)
class NowPlaying:
    """One thing that plays: a preview, an episode, or a track of music (then ``track_id`` is set, and "episode" in the
    other names means the track; ``clicks`` is the metronome that plays beside it), or a ``planned`` mix of tracks.

    ``start``/``end`` bound it on the episode's clock (``end`` None: to its end).
    """

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
    track_id: int | None = None
    clicks: Path | None = None
    planned: Mix | None = None
    lufs: float | None = None
    growing_to: str = ""  # while it is still downloaded: what ``path`` becomes, and how long that will be
    growing_bytes: int | None = None
    queued: bool = False  # a preview out of the list of what is up next: what follows it is the list's next

    @property
    def is_card(self) -> bool:
        """A preview of the feed, which the feed's next card follows."""
        return self.preview_id is not None and not self.queued

    @property
    def is_episode(self) -> bool:
        return self.preview_id is None and self.track_id is None and self.planned is None

    @property
    def is_mix(self) -> bool:
        """The engine plays it as a program of several clips."""
        return self.clicks is not None or self.planned is not None

    @property
    def queue_id(self) -> QueueId:
        """How the list of what is up next knows it."""
        if self.planned is not None:
            return self.planned.key
        if self.preview_id is not None:
            return f"preview {self.preview_id}"
        return self.episode_id if self.track_id is None else f"track {self.track_id}"

    @property
    def key(self) -> str:
        """Its name in the engine's states. Nothing stands twice among what plays and what follows."""
        if self.planned is not None:
            return self.planned.key
        if self.track_id is not None:
            return f"track {self.track_id}"
        return f"episode {self.episode_id}" if self.preview_id is None else f"preview {self.preview_id}"

    def mix(self, *, levelled: bool) -> Mix:
        """What was planned; else the track with its clicks on a second deck: both run by one clock, to the sample."""
        if self.planned is not None:
            return self.planned
        whole = ((0.0, 0.0), (self.episode_duration, self.episode_duration))
        gain = 10 ** ((LEVEL_LUFS - self.lufs) / 20) if levelled and self.lufs is not None else 1.0
        clips = (Clip(str(self.path), TRACK_DECK, whole, Lane(((0.0, gain),))),
                 Clip(str(self.clicks), CLICK_DECK, whole))
        return Mix(str(self.path), Program(clips, ENGINE_RATE, self.episode_duration), self.key)

    @property
    def item(self) -> Item:
        """What to load: a preview's own span; an episode as a whole, so that it can be sought everywhere."""
        if self.track_id is not None or self.planned is not None:
            return Item(str(self.path), content="music", key=self.key)
        if self.preview_id is None:
            return Item(str(self.path), growing_to=self.growing_to, growing_bytes=self.growing_bytes, key=self.key)
        end = None if self.end is None else self.end - self.offset
        return Item(str(self.path), self.start - self.offset, end, FADE_S, key=self.key)

    @property
    def following_item(self) -> Item:
        """What to queue: it begins by itself, so an episode begins where the person stopped."""
        if self.is_episode:
            return Item(str(self.path), self.start - self.offset, key=self.key)
        return self.item

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


def silence_of(state: PlaybackState, before: str) -> str:
    """Why nothing can be heard; "" while a device sounds.

    Without a device the clock goes on in silence, and the state's error says why (``before``: what it said last). Only
    a file that breaks off leaves its own error there.
    """
    if state.device:
        return ""
    last = state.end_s if state.end_s is not None else state.duration_s
    broke_off = state.ended and bool(state.key) and (last is None or state.position_s < last - 1.0)
    return before if broke_off else state.error


@dataclass(frozen=True, slots=True)
class TrackRow:
    """A track in the words in which the queue speaks of episodes: ``show_title`` is its artist."""

    track_id: int
    title: str
    show_title: str
    artwork: Path | None
    audio: Path | None
    duration: float | None
    lufs: float | None = None
    position: float = 0.0


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A preview in the words in which the queue speaks of episodes."""

    card: PreviewCard
    position: float = 0.0

    @property
    def episode_id(self) -> int:
        return self.card.episode_id

    @property
    def title(self) -> str:
        return self.card.title or self.card.episode_title

    @property
    def show_title(self) -> str:
        return self.card.show_title

    @property
    def artwork(self) -> Path | None:
        return self.card.artwork

    @property
    def audio(self) -> Path | None:
        return self.card.clip or self.card.audio

    @property
    def duration(self) -> float:
        return self.card.end - self.card.start


Row = EpisodeRow | TrackRow | PreviewRow


def track_row(track: Track, artwork: Path | None = None) -> TrackRow:
    """A track of the library for the queue; without sound while its file is missing."""
    return TrackRow(int(track.id), track.title, track.artist or "Unknown artist", artwork,
                    None if track.missing else track.path, track.duration, track.lufs)


def queue_id(row: Row) -> QueueId:
    if isinstance(row, PreviewRow):
        return f"preview {row.card.preview_id}"
    return f"track {row.track_id}" if isinstance(row, TrackRow) else row.episode_id


def resume_point(row: Row) -> float:
    """Where the person stopped, in seconds; the beginning again once the episode was heard."""
    heard = row.duration and row.position >= HEARD_SHARE * row.duration
    return 0.0 if heard else max(0.0, row.position)


def episode_playing(row: EpisodeRow, chapters: tuple[ChapterRow, ...] = (),
                    start: float | None = None) -> NowPlaying | None:
    """How to play an episode from ``start`` (else from where the person stopped)."""
    if row.audio is None:
        return None
    begin = resume_point(row) if start is None else start
    return NowPlaying(row.episode_id, row.show_id, row.title, row.show_title, row.artwork, row.audio, begin, None,
                      row.duration or 0.0, chapters=chapters)


def arriving_playing(row: EpisodeRow, sound: EpisodeSound, chapters: tuple[ChapterRow, ...] = (),
                     start: float | None = None) -> NowPlaying | None:
    """How to play an episode while it is being downloaded."""
    now = episode_playing(replace(row, audio=sound.path), chapters, start)
    return now and replace(now, growing_to=str(sound.final_path or ""), growing_bytes=sound.expected_bytes)


def track_playing(row: TrackRow, start: float = 0.0) -> NowPlaying | None:
    """How to play a track; None where its file is missing."""
    if row.audio is None:
        return None
    return NowPlaying(0, 0, row.title, row.show_title, row.artwork, row.audio, start, None, row.duration or 0.0,
                      track_id=row.track_id, lufs=row.lufs)


def row_playing(row: Row, chapters: tuple[ChapterRow, ...] = ()) -> NowPlaying | None:
    """How to play what stands in the queue."""
    if isinstance(row, PreviewRow):
        now = preview_playing(row.card)
        return now and replace(now, queued=True)
    return track_playing(row) if isinstance(row, TrackRow) else episode_playing(row, chapters)
