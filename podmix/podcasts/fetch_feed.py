# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetching one feed whole: conditional, over permanent moves and ``itunes:new-feed-url``, with its further pages.

A new address is only told after a feed was read there. Every chain (moves, pages) is bounded and loop-proof.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Protocol
from urllib.parse import urlsplit

from podmix.errors import AddressRefused, NotAFeed, PodMixError
from podmix.net.addresses import checked_url, shares_login, split_login
from podmix.net.client import HttpClient, Response
from podmix.podcasts.types import Feed, FeedItem

FEED_BYTES = 100_000_000
FEED_ACCEPT = ("application/rss+xml, application/atom+xml, application/rdf+xml;q=0.9, application/xml;q=0.9, "
               "text/xml;q=0.9, text/html;q=0.5, */*;q=0.1")
MOST_PAGES = 50
MOST_ITEMS = 50_000
_MOST_MOVES = 3


class Parse(Protocol):
    """``podmix.podcasts.feed.parse_feed``, or what stands in for it."""

    def __call__(self, body: bytes, *, url: str, content_type: str) -> Feed: ...


@dataclass(frozen=True, slots=True)
class Fetched:
    """A feed and what to remember of the answer.

    ``feed`` is None when the server said "not modified". ``permanent_url`` is the address to store instead of the one
    asked, or None. ``answer`` is the last answer itself, for callers that look for feeds in a page.
    """

    feed: Feed | None
    etag: str
    last_modified: str
    permanent_url: str | None
    url_final: str
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reader:
    http: HttpClient
    parse: Parse
    auth: tuple[str, str] | None
    home: str  # the login is for this address's server only
    notes: list[str] = field(default_factory=list)

    def ask(self, url: str, etag: str = "", last_modified: str = "") -> Response:
        auth = self.auth if shares_login(self.home, url) else None
        return self.http.get(url, etag=etag or None, last_modified=last_modified or None, auth=auth,
                             max_bytes=FEED_BYTES, accept=FEED_ACCEPT)

    def read(self, answer: Response) -> Feed:
        return self.parse(answer.body, url=answer.url_final, content_type=answer.content_type)


class NotAFeedHere(NotAFeed):
    """What came is no feed; ``answer`` is what came, for callers that look for feeds in a page."""

    def __init__(self, message: str, *, remedy: str = "", detail: str = "", answer: Response | None = None) -> None:
        super().__init__(message, remedy=remedy, detail=detail)
        self.answer = answer


def fetch_feed(http: HttpClient, url: str, *, parse: Parse, auth: tuple[str, str] | None = None, etag: str = "",
               last_modified: str = "", known: Collection[str] | None = ()) -> Fetched:
    """Fetch and read the feed at ``url``.

    Args:
        parse: reads the bytes.
        auth: login for the feed's own server.
        etag: from the last answer; with ``last_modified`` it lets the server say "not modified".
        known: guids that are stored: further pages (RFC 5005) are read until one holds a known item. None reads no
            further pages; empty reads them all (up to ``MOST_PAGES``).

    Raises:
        NotAFeedHere: something else came.
        NetworkError, FeedError: as they are.
    """
    reader = _Reader(http, parse, auth, url)
    answer = reader.ask(url, etag, last_modified)
    permanent = answer.permanent_url
    if answer.not_modified:
        return Fetched(None, answer.etag or etag, answer.last_modified or last_modified, permanent, answer.url_final)
    try:
        feed = reader.read(answer)
    except NotAFeed as problem:
        raise NotAFeedHere(problem.message, remedy=problem.remedy, detail=problem.detail, answer=answer) from problem
    feed, answer, permanent = _follow_moves(reader, feed, answer, permanent)
    feed = _with_further_pages(reader, feed, answer.url_final, known)
    return Fetched(feed, answer.etag or "", answer.last_modified or "", permanent, answer.url_final,
                   tuple(reader.notes))


def _follow_moves(reader: _Reader, feed: Feed, answer: Response,
                  permanent: str | None) -> tuple[Feed, Response, str | None]:
    """Go where ``itunes:new-feed-url`` points, as long as a feed of the same show can be read there."""
    current = permanent or reader.home
    seen = {_same(current), _same(answer.url_final)}
    for _ in range(_MOST_MOVES):
        target = _move_target(feed)
        if not target or _same(target) in seen:
            break
        seen.add(_same(target))
        try:
            moved_answer = reader.ask(target)
            moved = reader.read(moved_answer)
        except PodMixError as problem:
            reader.notes.append(f"The show names a new address, but no feed could be read there: {problem.message}")
            break
        if feed.guid and moved.guid and feed.guid.lower() != moved.guid.lower():
            reader.notes.append("The show names a new address, but another show lives there.")
            break
        feed, answer, permanent = moved, moved_answer, moved_answer.permanent_url or target
        seen |= {_same(permanent), _same(answer.url_final)}
    return feed, answer, permanent


def _with_further_pages(reader: _Reader, feed: Feed, url: str, known: Collection[str] | None) -> Feed:
    """``feed`` with the items of its further pages, each guid once; ``next_page`` stays set unless all were read."""
    if known is None or not feed.next_page:
        return feed
    stored = frozenset(known)
    items: dict[str, FeedItem] = {}
    extra: list[FeedItem] = []
    for item in feed.items:
        items.setdefault(item.guid, item)
    page, seen = feed, {url}
    for _ in range(MOST_PAGES):
        target = page.next_page
        if not target or target in seen or len(items) >= MOST_ITEMS or any(i.guid in stored for i in page.items):
            break
        seen.add(target)
        try:
            further = reader.read(reader.ask(target))
        except PodMixError as problem:
            reader.notes.append(f"A further page of the feed could not be read: {problem.message}")
            break
        fresh = [item for item in further.items if item.guid not in items]
        if not fresh:
            break  # a server that repeats itself
        page = further
        items.update((item.guid, item) for item in fresh)
        extra.extend(fresh)
    # Without ``next_page`` the feed is whole: what is missing in it has left it.
    return replace(feed, items=feed.items + tuple(extra)[:MOST_ITEMS], next_page=page.next_page)


def _move_target(feed: Feed) -> str:
    try:
        return split_login(checked_url(feed.new_feed_url))[0] if feed.new_feed_url else ""
    except AddressRefused:
        return ""


def _same(url: str) -> str:
    """Addresses that differ only in http/https or a last slash lead to one feed."""
    parts = urlsplit(url)
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}?{parts.query}"
