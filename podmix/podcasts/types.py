# SPDX-License-Identifier: GPL-3.0-or-later
"""What a feed says (``Feed``, ``FeedItem``) and what PodMix keeps of it (``Show``, ``Episode``).

Conventions: times inside an episode are float seconds; dates are timezone-aware UTC; lengths are bytes as the
publisher claims them (often wrong: never trust them); text that holds markup is named ``..._html`` and is raw, as
published, unless its docstring says that it was made safe. Empty text means "not given".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The audio (or video) of an item; ``length`` is the claim, None when absent or nonsense."""

    url: str
    type: str = ""
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One place an alternate enclosure can be fetched from."""

    uri: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class AlternateEnclosure:
    """Another form of the same media. ``integrity`` is (kind, value), kind "sri" or "pgp-signature"."""

    type: str
    sources: tuple[Source, ...] = ()
    length: int | None = None
    bitrate: float | None = None  # bit/s
    height: int | None = None
    language: str = ""
    title: str = ""
    rel: str = ""
    codecs: str = ""
    default: bool = False
    integrity: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class TranscriptLink:
    """``rel`` "captions" means timed, whatever the type says. ``language`` falls back to the feed's."""

    url: str
    type: str = ""
    language: str = ""
    rel: str = ""


@dataclass(frozen=True, slots=True)
class ChaptersLink:
    url: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """``listed`` False is a silent marker (``toc: false``): jump there, do not show it."""

    start: float
    title: str = ""
    end: float | None = None
    url: str = ""
    image: str = ""
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Soundbite:
    start: float
    duration: float
    title: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """``role`` and ``group`` are lower case, for they match case-insensitively."""

    name: str
    role: str = "host"
    group: str = "cast"
    img: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Funding:
    url: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class RemoteItem:
    """A show (or an item of it) that this feed points to."""

    feed_guid: str = ""
    feed_url: str = ""
    item_guid: str = ""
    medium: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Trailer:
    url: str
    title: str = ""
    published: datetime | None = None
    length: int | None = None
    type: str = ""
    season: int | None = None


@dataclass(frozen=True, slots=True)
class Category:
    """A directory category; ``sub`` is the nested one."""

    name: str
    sub: str = ""


@dataclass(frozen=True, slots=True)
class Location:
    name: str
    rel: str = ""
    geo: str = ""
    osm: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class UpdateFrequency:
    text: str = ""
    complete: bool = False
    dtstart: str = ""
    rrule: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that is kept without behaviour (value, license, socialInteract, chat…): nothing of it is lost."""

    name: str
    text: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    children: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One ``item`` or ``entry``.

    ``guid`` is the published one, else the enclosure's address, else the link, else a hash of title and date
    (``guid_given`` tells). ``persons`` are the item's own: when there are any they replace the channel's
    (``persons_of``). ``number`` is the text to show ("12", "3.5", "Pilot").
    """

    guid: str
    title: str
    published: datetime | None = None
    enclosure: Enclosure | None = None
    duration: float | None = None
    notes_html: str = ""
    link: str = ""
    image_url: str = ""
    author: str = ""
    season: int | None = None
    season_name: str = ""
    episode: float | None = None
    number: str = ""
    episode_kind: str = "full"  # full | trailer | bonus
    explicit: bool | None = None
    block: bool = False
    guid_given: bool = True
    summary: str = ""  # the shorter description, raw, where the feed gives two
    categories: tuple[str, ...] = ()
    transcripts: tuple[TranscriptLink, ...] = ()
    chapters_link: ChaptersLink | None = None
    chapters: tuple[Chapter, ...] = ()  # Podlove Simple Chapters inside the feed
    soundbites: tuple[Soundbite, ...] = ()
    persons: tuple[Person, ...] = ()
    alternate_enclosures: tuple[AlternateEnclosure, ...] = ()
    location: Location | None = None
    ai_content: bool | None = None
    tags: tuple[Tag, ...] = ()

    @property
    def chapters_url(self) -> str:
        return self.chapters_link.url if self.chapters_link else ""


@dataclass(frozen=True, slots=True)
class LiveItem:
    """A live stream announced by the feed; never counted as an episode."""

    status: str  # pending | live | ended
    start: datetime | None
    end: datetime | None
    item: FeedItem


@dataclass(frozen=True, slots=True)
class Feed:
    """One parsed feed. ``guid`` is the published ``podcast:guid`` or empty; ``items`` stand in feed order."""

    title: str
    url: str = ""  # where it was fetched from
    guid: str = ""
    link: str = ""
    language: str = ""
    description_html: str = ""
    author: str = ""
    owner: str = ""
    image_url: str = ""
    categories: tuple[Category, ...] = ()
    explicit: bool | None = None
    kind: str = "episodic"  # episodic | serial
    medium: str = "podcast"
    format: str = ""  # "rss20", "atom10", "rss10"…
    self_url: str = ""
    new_feed_url: str = ""
    next_page: str = ""
    hub: str = ""
    complete: bool = False
    block: bool = False
    locked: bool | None = None
    copyright: str = ""
    published: datetime | None = None
    ttl_minutes: int | None = None
    funding: tuple[Funding, ...] = ()
    persons: tuple[Person, ...] = ()
    podroll: tuple[RemoteItem, ...] = ()
    remote_items: tuple[RemoteItem, ...] = ()
    trailers: tuple[Trailer, ...] = ()
    live_items: tuple[LiveItem, ...] = ()
    location: Location | None = None
    update_frequency: UpdateFrequency | None = None
    ai_content: bool | None = None
    tags: tuple[Tag, ...] = ()
    items: tuple[FeedItem, ...] = ()
    warnings: tuple[str, ...] = ()


def persons_of(feed: Feed, item: FeedItem) -> tuple[Person, ...]:
    """Who is in this episode: the item's own list replaces the channel's (Podcasting 2.0, ``person``)."""
    return item.persons or feed.persons


class EpisodeState(StrEnum):
    """How far an episode is on its way to a preview."""

    NEW = "new"
    DOWNLOADING = "downloading"
    DOWNLOADED = "downloaded"
    WORKING = "working"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class HttpState:
    """What the last answer said, sent back with the next question. ``url`` is the permanent new address, if any."""

    etag: str = ""
    last_modified: str = ""
    url: str = ""
    next_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class FeedState:
    """What refreshing needs of a show. ``errors`` counts failures in a row; ``gone`` ends polling (410)."""

    show_id: int
    title: str
    url: str
    etag: str
    last_modified: str
    refreshed: datetime | None
    next_due: datetime | None
    errors: int
    problem: str
    gone: bool


@dataclass(frozen=True, slots=True)
class UpdateResult:
    """What one update changed: ids of new episodes (newest first), ids of edited ones."""

    new_episode_ids: tuple[int, ...] = ()
    changed_episode_ids: tuple[int, ...] = ()
    show_changed: bool = False

    @property
    def changed(self) -> bool:
        return bool(self.new_episode_ids or self.changed_episode_ids or self.show_changed)


@dataclass(frozen=True, slots=True)
class Show:
    """A stored show. ``description_html`` is safe; ``episodes`` counts what is kept, also what left the feed."""

    id: int
    title: str
    author: str
    url: str
    site: str
    guid: str
    image_url: str
    image_path: Path | None
    description_html: str
    language: str
    folder: str
    kind: str
    medium: str
    explicit: bool | None
    funding: tuple[Funding, ...]
    persons: tuple[Person, ...]
    categories: tuple[Category, ...]
    podroll: tuple[RemoteItem, ...]
    next_page: str
    complete: bool
    episodes: int
    added: datetime
    refreshed: datetime | None
    problem: str
    errors: int
    gone: bool
    hidden: bool


@dataclass(frozen=True, slots=True)
class Episode:
    """A stored episode.

    ``duration`` is the publisher's claim, ``decoded_duration`` what plays. ``notes_html`` is safe to show; lists leave
    it empty (``PodcastStore.episode`` fills it). ``persons`` already follow the replace rule.
    """

    id: int
    show_id: int
    show_title: str
    guid: str
    title: str
    published: datetime | None
    duration: float | None
    enclosure: Enclosure | None
    link: str
    image_url: str
    season: int | None
    number: str
    episode_kind: str
    explicit: bool | None
    language: str
    transcripts: tuple[TranscriptLink, ...]
    chapters_link: ChaptersLink | None
    chapters: tuple[Chapter, ...]
    soundbites: tuple[Soundbite, ...]
    persons: tuple[Person, ...]
    in_feed: bool
    first_seen: datetime
    state: EpisodeState
    problem: str
    audio_path: Path | None
    audio_size: int | None
    audio_sha256: str
    decoded_duration: float | None
    position: float
    played: bool
    notes_html: str = ""
