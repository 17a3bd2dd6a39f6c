# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of shows and episodes, and the way between their rows and this room's types.

Times are seconds since 1970 in UTC (REAL); lists that are only read whole are JSON arrays of field values in the
order of the dataclass, so new fields may only be added at the end and with a default. Notes are stored raw and
cleaned when they are read: storing stays quick, and a better cleaner helps old episodes too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from podmix.database import Migration, Row
from podmix.podcasts.inspect import feed_json, plain
from podmix.podcasts.notes import safe_html
from podmix.podcasts.types import (
    Category,
    Chapter,
    ChaptersLink,
    Enclosure,
    Episode,
    EpisodeState,
    Feed,
    FeedItem,
    FeedState,
    Funding,
    Person,
    RemoteItem,
    Show,
    Soundbite,
    TranscriptLink,
    persons_of,
)

MIGRATIONS = (
    Migration("podcasts/0001_shows", """
CREATE TABLE shows (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL, author TEXT NOT NULL, site TEXT NOT NULL, guid TEXT NOT NULL, image_url TEXT NOT NULL,
    description TEXT NOT NULL, language TEXT NOT NULL, kind TEXT NOT NULL, medium TEXT NOT NULL, explicit INTEGER,
    funding TEXT NOT NULL, persons TEXT NOT NULL, categories TEXT NOT NULL, podroll TEXT NOT NULL,
    next_page TEXT NOT NULL, complete INTEGER NOT NULL,
    more TEXT NOT NULL,
    image_path TEXT, folder TEXT NOT NULL DEFAULT '', added REAL NOT NULL, hidden INTEGER NOT NULL DEFAULT 0,
    etag TEXT NOT NULL DEFAULT '', last_modified TEXT NOT NULL DEFAULT '', refreshed REAL, next_due REAL,
    errors INTEGER NOT NULL DEFAULT 0, problem TEXT NOT NULL DEFAULT '', gone INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE episodes (
    id INTEGER PRIMARY KEY,
    show_id INTEGER NOT NULL REFERENCES shows (id) ON DELETE CASCADE,
    guid TEXT NOT NULL,
    title TEXT NOT NULL, published REAL, duration REAL,
    enclosure_url TEXT NOT NULL, enclosure_type TEXT NOT NULL, enclosure_length INTEGER,
    link TEXT NOT NULL, image_url TEXT NOT NULL, season INTEGER, number TEXT NOT NULL, kind TEXT NOT NULL,
    explicit INTEGER, transcripts TEXT NOT NULL, chapters_url TEXT NOT NULL, chapters_type TEXT NOT NULL,
    chapters TEXT NOT NULL, soundbites TEXT NOT NULL, persons TEXT NOT NULL,
    fingerprint BLOB NOT NULL, sort_key REAL NOT NULL, in_feed INTEGER NOT NULL DEFAULT 1, first_seen REAL NOT NULL,
    state TEXT NOT NULL DEFAULT 'new', problem TEXT NOT NULL DEFAULT '',
    audio_path TEXT, audio_size INTEGER, audio_sha256 TEXT NOT NULL DEFAULT '', decoded_duration REAL,
    position REAL NOT NULL DEFAULT 0, played INTEGER NOT NULL DEFAULT 0,
    UNIQUE (show_id, guid)
);
CREATE INDEX episodes_by_show ON episodes (show_id, sort_key DESC);
CREATE INDEX episodes_by_time ON episodes (sort_key DESC);
CREATE INDEX episodes_by_state ON episodes (state);
CREATE TABLE episode_notes (
    episode_id INTEGER PRIMARY KEY REFERENCES episodes (id) ON DELETE CASCADE,
    notes TEXT NOT NULL, more TEXT NOT NULL
);
"""),
)

SHOW_COLUMNS = ("title", "author", "site", "guid", "image_url", "description", "language", "kind", "medium", "explicit",
                "funding", "persons", "categories", "podroll", "next_page", "complete", "more")
EPISODE_COLUMNS = ("guid", "title", "published", "duration", "enclosure_url", "enclosure_type", "enclosure_length",
                   "link", "image_url", "season", "number", "kind", "explicit", "transcripts", "chapters_url",
                   "chapters_type", "chapters", "soundbites", "persons")

Made = TypeVar("Made")


def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def pack(values: Iterable[Any]) -> str:
    """Dataclasses of one kind as a JSON array of arrays; empty text for none."""
    rows = [[getattr(value, name) for name in _names(type(value))] for value in values]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")) if rows else ""


def unpack(kind: type[Made], text: str) -> tuple[Made, ...]:
    return tuple(kind(*row[:len(_names(kind))]) for row in json.loads(text)) if text else ()


def stamp(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment is not None else None


def moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _known(flag: int | None) -> bool | None:
    return None if flag is None else bool(flag)


def show_values(feed: Feed) -> tuple[Any, ...]:
    """What ``SHOW_COLUMNS`` take from a feed."""
    said = feed_json(feed)
    more = {name: value for name, value in said.items() if value
            and name in ("trailers", "remote_items", "live_items", "location", "update_frequency", "tags", "owner",
                         "copyright", "locked", "ai_content", "hub", "self_url")}
    return (feed.title, feed.author, feed.link, feed.guid, feed.image_url, feed.description_html, feed.language,
            feed.kind, feed.medium, feed.explicit, pack(feed.funding), pack(feed.persons), pack(feed.categories),
            pack(feed.podroll), feed.next_page, feed.complete, _json(more))


def _json(said: dict[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")) if said else ""


def episode_values(feed: Feed, item: FeedItem, guid: str) -> tuple[Any, ...]:
    """What ``EPISODE_COLUMNS`` take from an item."""
    enclosure = item.enclosure or Enclosure("")
    chapters = item.chapters_link or ChaptersLink("")
    return (guid, item.title, stamp(item.published), item.duration, enclosure.url, enclosure.type, enclosure.length,
            item.link, item.image_url, item.season, item.number, item.episode_kind, item.explicit,
            pack(item.transcripts), chapters.url, chapters.type, pack(item.chapters), pack(item.soundbites),
            pack(persons_of(feed, item)))


def more_of(item: FeedItem) -> str:
    """What is kept of an item without behaviour, as JSON."""
    names = ("alternate_enclosures", "location", "tags", "categories", "summary", "author", "ai_content", "season_name")
    return _json({name: plain(value) for name in names if (value := getattr(item, name))})


def fingerprint(*parts: Any) -> bytes:
    """Tells an edited item from an unchanged one."""
    return hashlib.blake2b(repr(parts).encode("utf-8", "replace"), digest_size=12).digest()


def show_of(row: Row) -> Show:
    return Show(
        id=row["id"], title=row["title"], author=row["author"], url=row["url"], site=row["site"], guid=row["guid"],
        image_url=row["image_url"], image_path=_path(row["image_path"]), language=row["language"],
        description_html=safe_html(row["description"], base=row["site"] or row["url"]), folder=row["folder"],
        kind=row["kind"], medium=row["medium"], explicit=_known(row["explicit"]),
        funding=unpack(Funding, row["funding"]), persons=unpack(Person, row["persons"]),
        categories=unpack(Category, row["categories"]), podroll=unpack(RemoteItem, row["podroll"]),
        next_page=row["next_page"], complete=bool(row["complete"]), episodes=row["episodes"],
        added=datetime.fromtimestamp(row["added"], UTC), refreshed=moment(row["refreshed"]), problem=row["problem"],
        errors=row["errors"], gone=bool(row["gone"]), hidden=bool(row["hidden"]))


def feed_state_of(row: Row) -> FeedState:
    return FeedState(show_id=row["id"], title=row["title"], url=row["url"], etag=row["etag"],
                     last_modified=row["last_modified"], refreshed=moment(row["refreshed"]),
                     next_due=moment(row["next_due"]), errors=row["errors"], problem=row["problem"],
                     gone=bool(row["gone"]))


def episode_of(row: Row, notes_html: str = "") -> Episode:
    enclosure = Enclosure(row["enclosure_url"], row["enclosure_type"], row["enclosure_length"])
    chapters = ChaptersLink(row["chapters_url"], row["chapters_type"])
    return Episode(
        id=row["id"], show_id=row["show_id"], show_title=row["show_title"], guid=row["guid"], title=row["title"],
        published=moment(row["published"]), duration=row["duration"], enclosure=enclosure if enclosure.url else None,
        link=row["link"], image_url=row["image_url"], season=row["season"], number=row["number"],
        episode_kind=row["kind"], explicit=_known(row["explicit"]), language=row["language"],
        transcripts=unpack(TranscriptLink, row["transcripts"]), chapters_link=chapters if chapters.url else None,
        chapters=unpack(Chapter, row["chapters"]), soundbites=unpack(Soundbite, row["soundbites"]),
        persons=unpack(Person, row["persons"]), in_feed=bool(row["in_feed"]),
        first_seen=datetime.fromtimestamp(row["first_seen"], UTC), state=EpisodeState(row["state"]),
        problem=row["problem"], audio_path=_path(row["audio_path"]), audio_size=row["audio_size"],
        audio_sha256=row["audio_sha256"], decoded_duration=row["decoded_duration"], position=row["position"],
        played=bool(row["played"]), notes_html=notes_html)


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None
