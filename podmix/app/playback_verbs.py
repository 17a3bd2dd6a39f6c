# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be played, made ready for the player: an episode (downloaded or just arriving), files, a planned mix.

Times are seconds on the decoded clock of the file, or of the mix.
"""

from __future__ import annotations

import json
import math
import threading
import time
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podmix.app.search_verbs import SearchVerbs
from podmix.automix.plan_json import is_mix_plan
from podmix.errors import AudioError, NetworkError
from podmix.jobs.types import Job, JobState
from podmix.net.parts import PartNote, part_of
from podmix.paths import Home
from podmix.playback.protocol import EngineOptions, Item, Mix
from podmix.podcasts.download import ending, file_stem
from podmix.podcasts.types import Episode
from podmix.units import JobId

if TYPE_CHECKING:
    from podmix.playback.client import PlaybackClient

_HEAD_BYTES = 512  # from which a file's kind is told
_LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class EpisodeSound:
    """An episode as the player takes it.

    ``position`` is where the person stopped, ``duration`` what is known of its length. While it is still being
    downloaded by job ``job_id``, ``path`` is the part that is there, ``final_path`` what it becomes and
    ``expected_bytes`` its length as the server announced it.
    """

    episode_id: int
    title: str
    show_title: str
    path: Path
    position: float
    duration: float | None
    job_id: int | None = None
    final_path: Path | None = None
    expected_bytes: int | None = None

    def item(self, end: float | None = None) -> Item:
        """For the player, to second ``end`` or all of it."""
        return Item(str(self.path), 0.0, end, growing_to=str(self.final_path or ""),
                    growing_bytes=self.expected_bytes, key=f"episode:{self.episode_id}")


class PlaybackVerbs(SearchVerbs):
    """From an episode's number to sound."""

    def listen(self, episode_id: int, *, patience_s: float = 60.0) -> EpisodeSound:
        """An episode's sound; what is not here is downloaded, and given out with its first bytes.

        Raises NetworkError and others when the download does not begin within ``patience_s``, FeedError where the
        episode names no audio.
        """
        episode = self.known_episode(episode_id)
        if (whole := _whole(episode)) is not None:
            return whole
        arriving = _Arriving.of(self.home.episodes / f"{episode.show_id}", episode)
        job_id = self.download(episode_id)
        self.queue.start()
        deadline, pause = time.monotonic() + patience_s, threading.Event()
        while time.monotonic() < deadline:
            job = self.queue.job(JobId(job_id))
            if (sound := arriving.sound(episode, job_id)) is not None:
                return sound
            if job is None or not job.state.active:
                if (whole := _whole(self.known_episode(episode_id))) is not None:
                    return whole
                raise _not_downloaded(job)
            pause.wait(_LOOK_EVERY_S)
        raise NetworkError(f"The download of “{episode.title}” has not begun yet.",
                           remedy="It goes on waiting in the queue; try again in a while.")

    def finish_download(self, job_id: int, patience_s: float) -> bool:
        """Wait until a download that was played is in its place; False when patience ends first."""
        return self.queue.wait([JobId(job_id)], timeout=patience_s)


def _whole(episode: Episode) -> EpisodeSound | None:
    if episode.audio_path is None or not episode.audio_path.is_file():
        return None
    return EpisodeSound(episode.id, episode.title, episode.show_title, episode.audio_path, episode.position,
                        episode.decoded_duration or episode.duration)


def _not_downloaded(job: Job | None) -> NetworkError:
    if job is not None and job.state is JobState.CANCELLED:
        return NetworkError("The download was cancelled.", remedy="Start it again to hear the episode.")
    message, remedy = (job.error if job else None) or ("The episode could not be downloaded.", "Try again later.")
    return NetworkError(message, remedy=remedy)


@dataclass(frozen=True, slots=True)
class _Arriving:
    """Where a download writes, and what lay there before it began: an old part may be continued or thrown away."""

    target: Path  # as the download names it before its kind is known
    url: str
    claimed_type: str
    before: tuple[int, int] | None

    @classmethod
    def of(cls, folder: Path, episode: Episode) -> _Arriving:
        url = episode.enclosure.url if episode.enclosure else ""
        target = folder / f"{file_stem(episode.title, url)}.download"
        return cls(target, url, episode.enclosure.type if episode.enclosure else "", _facts(part_of(target)))

    def sound(self, episode: Episode, job_id: int) -> EpisodeSound | None:
        """The part as something to play; None while nothing new has come."""
        part = part_of(self.target)
        facts = _facts(part)
        if facts is None or facts == self.before or facts[0] < _HEAD_BYTES:
            return None
        note = PartNote.read(self.target, self.url)
        try:
            with part.open("rb") as stream:
                head = stream.read(_HEAD_BYTES)
        except OSError:  # renamed meanwhile
            return None
        suffix = ending(head, note.content_type if note else "", self.claimed_type, self.url)
        final = self.target.with_name(self.target.name.removesuffix(".download") + suffix)
        return EpisodeSound(episode.id, episode.title, episode.show_title, part, episode.position, episode.duration,
                            job_id, final, note.length if note else None)


def _facts(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


# -- files --


@dataclass(frozen=True, slots=True)
class FileSound:
    """A file that can be played: its title (tagged, else its name) and the length that it claims."""

    path: Path
    title: str
    duration: float | None

    def item(self, end: float | None = None) -> Item:
        return Item(str(self.path), 0.0, end, content="music", key=f"file:{self.path}")


def file_sound(path: Path) -> FileSound:
    """Look at a sound file's headers. Raises AudioError for anything that cannot be played."""
    from podmix.audio.decode import probe

    path = path.absolute()
    info = probe(path)
    artist, title = info.tags.get("artist", "").strip(), info.tags.get("title", "").strip()
    return FileSound(path, f"{artist} – {title}" if artist and title else title or path.name, info.duration_claimed)


# -- mixes: plans of the automix room, and bare lists of clips as below --

PLAN_VERSION = 1
LARGEST_PLAN = 64 * 1024 * 1024  # bytes
MOST_TRACKS = 2_000
_LANES = ("gain", "low", "mid", "high", "filter")
_DECKS = 4


def read_mix(path: Path) -> Mix:
    """The mix that a plan file describes.

    ``{"version": 1, "tracks": [{"path", "time_map": [[mix_s, source_s], ...], "deck", "key_lock", "gain": [[mix_s,
    value], ...], "low", "mid", "high", "filter"}, ...], "transitions": [], "sample_rate": 48000}``. Paths count from
    the plan's folder. Without ``deck`` tracks alternate between the first two.

    Raises AudioError where the file is no such plan, or a sound of it is missing.
    """
    from podmix.audio.mixing.types import Program

    plan = _plan(path)
    if is_mix_plan(plan):
        return _planned(path)
    tracks = plan.get("tracks")
    if not isinstance(tracks, list) or not 0 < len(tracks) <= MOST_TRACKS:
        raise _no_plan(path, "it names no tracks")
    rate = plan.get("sample_rate", 48_000)
    if rate not in (44_100, 48_000, 88_200, 96_000):
        raise _no_plan(path, f"sample rate {rate!r}")
    clips = tuple(_clip(path, track, number) for number, track in enumerate(tracks))
    return Mix(str(path), Program(clips, rate, max(clip.time_map[-1][0] for clip in clips)), key=f"mix:{path}")


def _planned(path: Path) -> Mix:
    """A plan of ``podmix automix``."""
    from podmix.app.automix import check_files
    from podmix.automix.plan_json import read_plan
    from podmix.automix.program import to_program

    plan = read_plan(path)
    check_files(plan)
    return Mix(str(path), to_program(plan), key=f"mix:{path}")


def _plan(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > LARGEST_PLAN:
            raise _no_plan(path, "it is too large")
        plan = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as problem:
        raise _no_plan(path, str(problem)) from problem
    if not isinstance(plan, dict) or plan.get("version") != PLAN_VERSION:
        raise _no_plan(path, "no plan of a version that is known")
    return plan


def _clip(path: Path, track: Any, number: int) -> Any:
    from podmix.audio.mixing.types import Clip, Lane

    if not isinstance(track, dict) or not isinstance(track.get("path"), str):
        raise _no_plan(path, f"track {number + 1} names no file")
    file = path.absolute().parent / track["path"]
    deck = track.get("deck", number % 2)
    if deck not in range(_DECKS):
        raise _no_plan(path, f"track {number + 1}: deck {deck!r}")
    if not file.is_file():
        raise AudioError(f"The mix needs {file.name}, which is not there.", remedy="Put it back, or plan the mix anew.",
                         detail=str(file))
    time_map = _points(path, track.get("time_map"), number, least=2)
    if any(mix < 0 or source < 0 for mix, source in time_map) or time_map[-1][0] <= time_map[0][0]:
        raise _no_plan(path, f"track {number + 1}: its time map")
    lanes = {name: Lane(_points(path, track[name], number, least=1)) for name in _LANES if name in track}
    clip = Clip(str(file), int(deck), time_map, key_lock=bool(track.get("key_lock", True)))
    return replace(clip, **lanes)  # type: ignore[arg-type]  # the names are those of lanes


def _points(path: Path, given: Any, number: int, *, least: int) -> tuple[tuple[float, float], ...]:
    """Pairs of finite numbers whose times do not decrease."""
    pairs = given if isinstance(given, list) else []
    good = [pair for pair in pairs if isinstance(pair, list) and len(pair) == 2 and all(map(_finite, pair))]
    points = tuple((float(time_s), float(value)) for time_s, value in good)
    in_order = all(before[0] <= after[0] for before, after in pairwise(points))
    if len(points) < least or len(points) != len(pairs) or not in_order:
        raise _no_plan(path, f"track {number + 1}: points {given!r:.80}")
    return points


def _finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _no_plan(path: Path, detail: str) -> AudioError:
    return AudioError(f"{path.name} is not a mix that PodMix can play.",
                      remedy="Give a plan that “podmix automix” wrote, or a sound file.", detail=detail)


# -- the player --


def open_player(home: Home, *, null_audio: bool, episode: bool = False, device: str | None = None,
                volume: float | None = None, speed: float | None = None, skip_silence: bool = False,
                crossfade_s: float = 0.0) -> PlaybackClient:
    """A player that is not started yet. What is not given comes from the settings.

    The settings' speed, skipped silence and loudness are meant for episodes; files play as they are.
    """
    from podmix.playback.client import PlaybackClient
    from podmix.settings.store import Settings

    setting = Settings.load(home.settings).get

    def of_episodes(key: str, other: Any) -> Any:
        return setting(key) if episode else other

    return PlaybackClient(EngineOptions(
        null_audio=null_audio, device=str(setting("playback.device") or "") if device is None else device,
        volume=float(setting("playback.volume")) if volume is None else volume,
        speed=float(of_episodes("playback.speed", 1.0)) if speed is None else speed,
        skip_silence=skip_silence or bool(of_episodes("playback.skip_silence", False)),
        levelling=bool(of_episodes("playback.levelling", False)), crossfade_s=crossfade_s))


def is_mix(source: str) -> bool:
    return source.lower().endswith(".json")


def episode_number(source: str) -> int:
    """The episode that a command's words name. Raises AudioError where they name none."""
    if source.isascii() and source.isdigit() and len(source) < 19:
        return int(source)
    raise AudioError(f"There is no file {source}.",
                     remedy="Give a sound file, a mix plan, or an episode's number from “podmix episodes”.")


__all__ = ["EpisodeSound", "FileSound", "PlaybackVerbs", "episode_number", "file_sound", "is_mix", "open_player",
           "read_mix"]
