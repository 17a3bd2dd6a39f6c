# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix feed inspect``: everything that was understood of one feed, as plain JSON, nothing stored.

Dates are ISO 8601 in UTC, durations seconds, lengths bytes as claimed; what is not given is null (lists: empty).
An item's ``chapters`` is null or ``{"url", "type", "list"}``: the address of a chapters file where there is one (else
null), and the Podlove chapters that stand in the feed itself. ``persons`` are the item's own. ``computed_guid`` is
what ``guid`` would be by the specification, where an address is known.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

from podmix.podcasts.identity import computed_guid
from podmix.podcasts.types import Feed, FeedItem, LiveItem, Tag

Json = dict[str, Any]

_ITEM_FIELDS = ("link", "author", "season", "season_name", "episode", "number", "explicit", "block", "location",
                "ai_content", "categories", "transcripts", "soundbites", "persons", "alternate_enclosures", "tags")
_FEED_FIELDS = ("title", "guid", "link", "language", "author", "owner", "categories", "explicit", "medium", "format",
                "self_url", "new_feed_url", "next_page", "hub", "complete", "block", "locked", "copyright", "published",
                "ttl_minutes", "funding", "persons", "podroll", "remote_items", "trailers", "location",
                "update_frequency", "ai_content", "tags")


def inspect_feed(body: bytes, url: str = "", content_type: str = "") -> Json:
    """Parse ``body`` and say everything that was found; raises as ``parse_feed`` does."""
    from podmix.podcasts.feed import parse_feed  # feedparser loads at the first feed, not at start

    return feed_json(parse_feed(body, url=url, content_type=content_type))


def feed_json(feed: Feed) -> Json:
    said = {name: plain(getattr(feed, name)) for name in _FEED_FIELDS}
    said |= {"title": feed.title, "url": feed.url or None, "description": feed.description_html or None,
             "image": feed.image_url or None, "type": feed.kind,
             "computed_guid": computed_guid(feed.url) if feed.url else None,
             "items": [item_json(item) for item in feed.items],
             "live_items": [_live_json(live) for live in feed.live_items], "warnings": list(feed.warnings)}
    return said


def item_json(item: FeedItem) -> Json:
    enclosure = item.enclosure
    said: Json = {
        "guid": item.guid, "guid_given": item.guid_given, "title": item.title, "published": plain(item.published),
        "enclosure": enclosure and {"url": enclosure.url, "type": enclosure.type or None, "length": enclosure.length},
        "duration": _number(item.duration), "description": item.notes_html or None, "summary": item.summary or None,
        "image": item.image_url or None, "episode_type": item.episode_kind,
    }
    said |= {name: plain(getattr(item, name)) for name in _ITEM_FIELDS}
    said["chapters"] = None
    if item.chapters_link or item.chapters:
        link = item.chapters_link
        said["chapters"] = {"url": link.url if link else None, "type": (link.type or None) if link else None,
                            "list": plain(item.chapters)}
    return said


def _live_json(live: LiveItem) -> Json:
    return {"status": live.status or None, "start": plain(live.start), "end": plain(live.end),
            "item": item_json(live.item)}


def plain(value: Any) -> Any:
    """Dataclasses as objects, empty text as null, dates as text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Tag):
        return {"name": value.name, "text": value.text or None, "attributes": dict(value.attributes),
                "children": [plain(child) for child in value.children]}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, float):
        return _number(value)
    return None if value == "" else value


def _number(value: float | None) -> float | None:
    """Whole seconds without a decimal point."""
    return int(value) if value is not None and value == int(value) else value
