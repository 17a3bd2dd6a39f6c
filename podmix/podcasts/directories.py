# SPDX-License-Identifier: GPL-3.0-or-later
"""Searching the public directories: Apple's and the Podcast Index, behind one ``Directory``.

Both are off until the person switches them on; each sends the search words to its server. Sources: Apple's "iTunes
Search API", the Podcast Index API documentation (signed headers).
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from podmix.errors import AddressRefused, AuthenticationNeeded, FeedError, NetworkError
from podmix.net.addresses import checked_url, split_login
from podmix.net.client import HttpClient

APPLE = "https://itunes.apple.com"
PODCAST_INDEX = "https://api.podcastindex.org/api/1.0"
_ANSWER_BYTES = 5_000_000
_APPLE_HOSTS = frozenset({"podcasts.apple.com", "itunes.apple.com", "geo.itunes.apple.com", "geo.podcasts.apple.com"})


@dataclass(frozen=True, slots=True)
class DirectoryHit:
    """One show as a directory lists it; empty text and 0 mean "not said". ``guid`` is the ``podcast:guid``."""

    title: str
    author: str
    feed_url: str
    artwork_url: str = ""
    description: str = ""
    language: str = ""
    guid: str = ""
    apple_id: int = 0
    episodes: int = 0
    directory: str = ""


class Directory(Protocol):
    """Something that finds shows by words."""

    name: str

    def search(self, term: str, *, limit: int = 20) -> list[DirectoryHit]:
        """Shows that fit ``term``, in the directory's order; raises NetworkError and its kinds."""
        ...


class AppleDirectory:
    """Apple's directory; no key. ``base`` is its address, another one in tests."""

    name = "Apple Podcasts"

    def __init__(self, http: HttpClient, base: str = APPLE) -> None:
        self._http = http
        self._base = base

    def search(self, term: str, *, limit: int = 20) -> list[DirectoryHit]:
        query = {"term": term, "media": "podcast", "entity": "podcast", "limit": str(_limit(limit, 200))}
        return _hits(map(self._hit, self._ask("/search", query)), limit)

    def lookup(self, apple_id: int) -> DirectoryHit | None:
        """The show with this id, None where Apple knows none or names no feed."""
        query = {"id": str(apple_id), "entity": "podcast"}
        return next(iter(_hits(map(self._hit, self._ask("/lookup", query)), 1)), None)

    def feed_url(self, apple_id: int) -> str:
        """The feed of the show with this id; raises FeedError where there is none."""
        found = self.lookup(apple_id)
        if found is None:
            raise FeedError("Apple Podcasts names no feed for this show.",
                            remedy="Look for the feed on the show's own web site.", detail=f"id {apple_id}")
        return found.feed_url

    def _ask(self, path: str, query: dict[str, str]) -> list[Mapping[str, Any]]:
        return _entries(_get_json(self._http, f"{self._base}{path}?{urlencode(query)}", {}, self.name), "results")

    def _hit(self, said: Mapping[str, Any]) -> DirectoryHit:
        art = next((said[key] for key in ("artworkUrl600", "artworkUrl100", "artworkUrl60") if said.get(key)), "")
        return DirectoryHit(
            title=_text(said, "collectionName", "trackName"), author=_text(said, "artistName"),
            feed_url=_text(said, "feedUrl"), artwork_url=art if isinstance(art, str) else "",
            apple_id=_number(said.get("collectionId") or said.get("trackId")), episodes=_number(said.get("trackCount")),
            directory=self.name)


class PodcastIndexDirectory:
    """The Podcast Index.

    Args:
        key: the public part of the person's free key.
        secret: its secret part; signs every request and never leaves this machine.
        base: the API's address, another one in tests.
        clock: seconds since the epoch.
    """

    name = "Podcast Index"

    def __init__(self, http: HttpClient, key: str, secret: str, base: str = PODCAST_INDEX,
                 clock: Callable[[], float] = time.time) -> None:
        self._http = http
        self._key = key
        self._secret = secret
        self._base = base
        self._clock = clock

    def search(self, term: str, *, limit: int = 20) -> list[DirectoryHit]:
        query = {"q": term, "max": str(_limit(limit, 1000))}
        return _hits(map(self._hit, _entries(self._ask("/search/byterm", query), "feeds")), limit)

    def lookup(self, apple_id: int) -> DirectoryHit | None:
        """The show with this id in Apple's directory, None where it is unknown."""
        feed = self._ask("/podcasts/byitunesid", {"id": str(apple_id)}).get("feed")
        return next(iter(_hits([self._hit(feed)], 1)), None) if isinstance(feed, dict) else None

    def _ask(self, path: str, query: dict[str, str]) -> Mapping[str, Any]:
        try:
            return _get_json(self._http, f"{self._base}{path}?{urlencode(query)}", self._signed(), self.name)
        except AuthenticationNeeded as problem:
            raise AuthenticationNeeded("Podcast Index did not accept the key.",
                                       remedy="Check the key and the secret under Settings, Directories, and this "
                                              "machine's clock.", detail=problem.detail) from problem

    def _signed(self) -> dict[str, str]:
        """Authorization = sha1(key + secret + date), hex; the date is Unix time, valid three minutes."""
        date = str(int(self._clock()))
        digest = hashlib.sha1(f"{self._key}{self._secret}{date}".encode(), usedforsecurity=False).hexdigest()
        return {"X-Auth-Key": self._key, "X-Auth-Date": date, "Authorization": digest}

    def _hit(self, said: Mapping[str, Any]) -> DirectoryHit:
        dead = bool(said.get("dead"))
        return DirectoryHit(
            title=_text(said, "title"), author=_text(said, "author", "ownerName"),
            feed_url="" if dead else _text(said, "url", "originalUrl"), artwork_url=_text(said, "artwork", "image"),
            description=_text(said, "description"), language=_text(said, "language"), guid=_text(said, "podcastGuid"),
            apple_id=_number(said.get("itunesId")), episodes=_number(said.get("episodeCount")), directory=self.name)


def enabled_directories(http: HttpClient, *, apple: bool, podcast_index: tuple[str, str] | None) -> list[Directory]:
    """The directories the person switched on; ``podcast_index`` is (key, secret) or None."""
    directories: list[Directory] = []
    if apple:
        directories.append(AppleDirectory(http))
    if podcast_index:
        directories.append(PodcastIndexDirectory(http, *podcast_index))
    return directories


def apple_id_of(url: str) -> int | None:
    """The show's id in an Apple Podcasts address (``…/id1234567890``), None for other addresses."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    found = re.search(r"/id(\d{3,15})(?:/|$)", parts.path) or re.search(r"(?:^|&)id=(\d{3,15})(?:&|$)", parts.query)
    return int(found[1]) if host in _APPLE_HOSTS and found else None


def _get_json(http: HttpClient, url: str, headers: dict[str, str], name: str) -> Mapping[str, Any]:
    answer = http.get(url, headers=headers, accept="application/json", max_bytes=_ANSWER_BYTES)
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError) as problem:
        raise NetworkError(f"{name} gave an answer that PodMix cannot read.", remedy="Try again later.",
                           detail=str(problem)) from problem
    if not isinstance(said, dict):
        raise NetworkError(f"{name} gave an answer that PodMix cannot read.", remedy="Try again later.")
    return said


def _entries(said: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = said.get(key)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _hits(hits: Iterable[DirectoryHit], limit: int) -> list[DirectoryHit]:
    """Those with a feed that may be asked, each feed once."""
    first: dict[str, DirectoryHit] = {}
    for hit in hits:
        try:
            url, _ = split_login(checked_url(hit.feed_url))
        except AddressRefused:
            continue
        first.setdefault(url, hit)
    return list(first.values())[:limit]


def _limit(wanted: int, most: int) -> int:
    return max(1, min(wanted, most))


def _text(said: Mapping[str, Any], *keys: str) -> str:
    return next((value.strip() for key in keys if isinstance(value := said.get(key), str) and value.strip()), "")


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
