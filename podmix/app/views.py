# SPDX-License-Identifier: GPL-3.0-or-later
"""What the front ends see: plain, frozen results, ready to show. No table row and no model object passes this door."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from podmix.podcasts.types import EpisodeState


@dataclass(frozen=True, slots=True)
class ShowCard:
    show_id: int
    title: str
    author: str
    feed_url: str
    site_url: str
    description: str
    artwork: Path | None
    folder: str
    episodes: int
    previews: int
    refreshed: datetime | None
    problem: str = ""
    funding: tuple[tuple[str, str], ...] = ()  # (label, url)


@dataclass(frozen=True, slots=True)
class EpisodeRow:
    episode_id: int
    show_id: int
    show_title: str
    title: str
    published: datetime | None
    duration: float | None
    state: EpisodeState
    artwork: Path | None
    audio: Path | None
    position: float = 0.0
    problem: str = ""
    season: int | None = None
    number: str = ""
    kind: str = "full"


@dataclass(frozen=True, slots=True)
class CaptionWord:
    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class CaptionLine:
    """A sentence on the screen; times are seconds of the *episode*. ``words`` may be empty (times of the line only)."""

    text: str
    start: float
    end: float
    speaker: str = ""
    words: tuple[CaptionWord, ...] = ()


@dataclass(frozen=True, slots=True)
class PreviewCard:
    """One preview in the feed. ``start``/``end`` are seconds of the episode; ``clip`` is the cut file once it exists.

    ``reasons`` are (key, words to show, 0..1), strongest first. ``peaks`` are 0..255 over the clip.
    """

    preview_id: int
    episode_id: int
    show_id: int
    show_title: str
    episode_title: str
    title: str
    published: datetime | None
    start: float
    end: float
    episode_duration: float
    score: float
    rank: int
    reasons: tuple[tuple[str, str, float], ...]
    captions: tuple[CaptionLine, ...]
    artwork: Path | None
    audio: Path | None
    clip: Path | None
    peaks: bytes = b""
    liked: bool | None = None  # True like, False not for me
    saved: bool = False
    from_publisher: bool = False


@dataclass(frozen=True, slots=True)
class ChapterRow:
    start: float
    end: float | None
    title: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class EpisodePage:
    episode: EpisodeRow
    notes_html: str
    link: str
    chapters: tuple[ChapterRow, ...]
    captions: tuple[CaptionLine, ...]
    transcript_source: str
    persons: tuple[tuple[str, str], ...]  # (name, role)
    previews: tuple[PreviewCard, ...]


@dataclass(frozen=True, slots=True)
class JobCard:
    """One line of the job tray."""

    job_id: int
    kind: str
    title: str
    state: str
    fraction: float | None
    note: str
    seconds_left: float | None
    problem: str = ""
    remedy: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class SearchHit:
    episode_id: int
    episode_title: str
    show_title: str
    start: float
    end: float
    snippet_html: str
    score: float
    by: str  # "words" | "meaning"


@dataclass(frozen=True, slots=True)
class DirectoryShow:
    title: str
    author: str
    feed_url: str
    artwork_url: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class SubscribeResult:
    """What came of one address; ``choices`` is filled when a page offers several feeds."""

    show: ShowCard | None
    episodes: int = 0
    already: bool = False
    choices: tuple[tuple[str, str], ...] = ()  # (title, url)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportResult:
    added: int
    already: int
    failed: tuple[tuple[str, str], ...]  # (address, why)


class Part(StrEnum):
    """Which part of the program's state changed: screens refresh only what they show."""

    SHOWS = "shows"
    EPISODES = "episodes"
    PREVIEWS = "previews"
    MUSIC = "music"  # tracks and folders
    PLAYLISTS = "playlists"
    JOBS = "jobs"
    SETTINGS = "settings"


@dataclass(frozen=True, slots=True)
class Changed:
    part: Part
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class JobsMoved:
    """The tray's newest state, at most ten times a second."""

    jobs: tuple[JobCard, ...]


@dataclass(frozen=True, slots=True)
class CaptionsGrew:
    """Words of an episode that is being transcribed right now."""

    episode_id: int
    lines: tuple[CaptionLine, ...]
    done: float
    total: float | None


@dataclass(frozen=True, slots=True)
class ProblemShown:
    """Something the person should know: what happened, what to do."""

    message: str
    remedy: str = ""


Event = Changed | JobsMoved | CaptionsGrew | ProblemShown


@dataclass(frozen=True, slots=True)
class DoctorLine:
    name: str
    ok: bool
    value: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class DoctorReport:
    lines: tuple[DoctorLine, ...] = field(default_factory=tuple)

    @property
    def ok(self) -> bool:
        return all(line.ok for line in self.lines)
