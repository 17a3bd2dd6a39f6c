# SPDX-License-Identifier: GPL-3.0-or-later
"""Directories against stand-ins that speak the real protocols and check the signature as the real one does."""

from __future__ import annotations

import hashlib
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from podmix.errors import AuthenticationNeeded, FeedError, NetworkError
from podmix.net.client import HttpClient
from podmix.podcasts.directories import (
    AppleDirectory,
    DirectoryHit,
    PodcastIndexDirectory,
    apple_id_of,
    enabled_directories,
)
from tests.net.loopback import Call, LoopbackServer

NOW = 1_795_400_000
KEY, SECRET = "ABCDEFGHIJ", "s3cret^with#signs"
APPLE_SHOW = {"wrapperType": "track", "kind": "podcast", "collectionId": 1234567890, "trackId": 1234567890,
              "artistName": "Ada", "collectionName": "Salt and Signal", "feedUrl": "https://feeds.example/salt",
              "artworkUrl30": "https://a.example/30.jpg", "artworkUrl600": "https://a.example/600.jpg",
              "trackCount": 42, "country": "USA", "primaryGenreName": "Science"}
INDEX_SHOW = {"id": 75075, "podcastGuid": "9b024349-ccf0-5f69-a609-6b82873eab3c", "title": "Salt and Signal",
              "url": "https://feeds.example/salt", "originalUrl": "https://old.example/salt", "link": "https://x.example",
              "description": "About the sea.", "author": "Ada", "image": "https://a.example/i.jpg",
              "artwork": "https://a.example/art.jpg", "language": "en", "itunesId": 1234567890, "dead": 0,
              "episodeCount": 42}


@pytest.fixture
def apple(server: LoopbackServer, client: HttpClient) -> AppleDirectory:
    def search(call: Call) -> None:
        query = parse_qs(urlsplit(call.path).query)
        assert query["media"] == ["podcast"]
        shows = [APPLE_SHOW, {**APPLE_SHOW, "collectionName": "twin"}, {**APPLE_SHOW, "feedUrl": None}, "nonsense",
                 {**APPLE_SHOW, "feedUrl": "file:///etc/passwd"}] if query["term"] == ["salt & sea ü"] else []
        call.reply(200, json.dumps({"resultCount": len(shows), "results": shows}).encode(),
                   {"Content-Type": "text/javascript; charset=utf-8"})

    def lookup(call: Call) -> None:
        known = parse_qs(urlsplit(call.path).query)["id"] == ["1234567890"]
        call.reply(200, json.dumps({"resultCount": int(known), "results": [APPLE_SHOW] if known else []}).encode())

    server.routes |= {"/search": search, "/lookup": lookup}
    return AppleDirectory(client, server.url(""))


@pytest.fixture
def index(server: LoopbackServer, client: HttpClient) -> PodcastIndexDirectory:
    def signed(call: Call) -> bool:
        sent = call.seen.headers
        date = sent.get("x-auth-date", "")
        expected = hashlib.sha1((KEY + SECRET + date).encode()).hexdigest()
        fresh = date.isdigit() and abs(int(date) - NOW) <= 180
        return (fresh and sent.get("x-auth-key") == KEY and sent.get("authorization") == expected
                and bool(sent.get("user-agent")))

    def answer(call: Call) -> None:
        query = parse_qs(urlsplit(call.path).query)
        if not signed(call):
            call.reply(401, b'{"status":"false","description":"Authorization header is not valid"}')
        elif call.path.startswith("/search/byterm"):
            listed = [INDEX_SHOW, {**INDEX_SHOW, "url": "https://dead.example", "dead": 1}]
            feeds = listed if query["q"] == ["salt"] else []
            call.reply(200, json.dumps({"status": "true", "feeds": feeds, "count": len(feeds)}).encode())
        elif query["id"] == ["1234567890"]:
            call.reply(200, json.dumps({"status": "true", "feed": INDEX_SHOW}).encode())
        else:
            call.reply(200, b'{"status": "true", "feed": []}')

    server.routes |= {"/search/byterm": answer, "/podcasts/byitunesid": answer}
    return PodcastIndexDirectory(client, KEY, SECRET, server.url(""), clock=lambda: NOW + 0.9)


def test_apple_search(apple: AppleDirectory) -> None:
    hits = apple.search("salt & sea ü")
    assert len(hits) == 1
    assert hits[0] == DirectoryHit("Salt and Signal", "Ada", "https://feeds.example/salt",
                                   "https://a.example/600.jpg", apple_id=1234567890, episodes=42,
                                   directory="Apple Podcasts")
    assert apple.search("nothing") == []


def test_apple_lookup(apple: AppleDirectory) -> None:
    assert apple.feed_url(1234567890) == "https://feeds.example/salt"
    with pytest.raises(FeedError):
        apple.feed_url(99999)


def test_podcast_index_signs_its_requests(index: PodcastIndexDirectory, server: LoopbackServer) -> None:
    hits = index.search("salt")
    assert [(hit.title, hit.feed_url, hit.guid, hit.language) for hit in hits] == [
        ("Salt and Signal", "https://feeds.example/salt", "9b024349-ccf0-5f69-a609-6b82873eab3c", "en")]
    assert SECRET not in str(server.requests)
    found = index.lookup(1234567890)
    assert found is not None
    assert found.apple_id == 1234567890
    assert index.lookup(5) is None


@pytest.mark.parametrize(("key", "secret", "now"), [(KEY, "wrong", NOW), ("wrong", SECRET, NOW),
                                                    (KEY, SECRET, NOW - 999)])
def test_a_wrong_key_or_clock_is_said(index: PodcastIndexDirectory, server: LoopbackServer, client: HttpClient,
                                      key: str, secret: str, now: int) -> None:
    with pytest.raises(AuthenticationNeeded, match="key"):
        PodcastIndexDirectory(client, key, secret, server.url(""), clock=lambda: now).search("salt")


@pytest.mark.parametrize("body", [b"", b"[]", b"not json", b"[" * 100_000])
def test_nonsense_is_an_error(server: LoopbackServer, client: HttpClient, body: bytes) -> None:
    server.page("/search", body)
    with pytest.raises(NetworkError, match="cannot read"):
        AppleDirectory(client, server.url("")).search("x")


@pytest.mark.parametrize("body", [b"{}", b'{"results": 5}', b'{"results": [1, null, {"feedUrl": 7}]}'])
def test_odd_answers_hold_nothing(server: LoopbackServer, client: HttpClient, body: bytes) -> None:
    server.page("/search", body)
    assert AppleDirectory(client, server.url("")).search("x") == []


@pytest.mark.parametrize(("url", "found"), [
    ("https://podcasts.apple.com/us/podcast/salt-and-signal/id1234567890", 1234567890),
    ("https://podcasts.apple.com/de/podcast/x/id1234567890?i=1000", 1234567890),
    ("https://itunes.apple.com/lookup?id=1234567890", 1234567890),
    ("https://podcasts.apple.com/us/browse", None), ("https://evil.example/podcast/id1234567890", None),
    ("https://podcasts.apple.com.evil.example/id1234567890", None), ("http://[::1", None)])
def test_apple_id_of(url: str, found: int | None) -> None:
    assert apple_id_of(url) == found


def test_only_what_was_switched_on(client: HttpClient) -> None:
    assert enabled_directories(client, apple=False, podcast_index=None) == []
    both = enabled_directories(client, apple=True, podcast_index=("k", "s"))
    assert [directory.name for directory in both] == ["Apple Podcasts", "Podcast Index"]
