# SPDX-License-Identifier: GPL-3.0-or-later
"""Anything a person may paste, and the feeds that pages name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.errors import AddressRefused
from podmix.podcasts.discovery import find_feeds, normalise_address

PAGE = "https://show.example/about/"


@pytest.mark.parametrize(("text", "url"), [
    ("https://example.com/feed.xml", "https://example.com/feed.xml"),
    ("  <HTTPS://Example.COM/Feed.xml?Token=AbC>  ", "https://example.com/Feed.xml?Token=AbC"),
    ("example.com/feed", "http://example.com/feed"),
    ("example.com", "http://example.com/"),
    ("//example.com/feed", "http://example.com/feed"),
    ("localhost:8000/feed", "http://localhost:8000/feed"),
    ("example.com:8080/feed", "http://example.com:8080/feed"),
    ("[::1]:80/feed", "http://[::1]:80/feed"),
    ("feed://example.com/x", "http://example.com/x"),
    ("feed:example.com/x", "http://example.com/x"),
    ("feed:https://example.com/x", "https://example.com/x"),
    ("feed://https://example.com/x", "https://example.com/x"),
    ("FEED:HTTPS://example.com/x", "https://example.com/x"),
    ("itpc://example.com/x", "http://example.com/x"),
    ("itms://example.com/x", "https://example.com/x"),
    ("pcast:example.com/x", "http://example.com/x"),
    ("podcast://example.com/x", "http://example.com/x"),
    ("gpodder://example.com/x", "http://example.com/x"),
    ("antennapod-subscribe://example.com/x", "http://example.com/x"),
    ("antennapod-subscribe:https%3A%2F%2Fexample.com%2Fx%3Fa%3D1", "https://example.com/x?a=1"),
    ("pktc://subscribe/example.com/x", "http://example.com/x"),
    ("https://antennapod.org/deeplink/subscribe?url=https%3A%2F%2Fexample.com%2Fx&title=T", "https://example.com/x"),
    ("https://subscribeonandroid.com/example.com/x", "http://example.com/x"),
    ("feed:pcast://example.com/x", "http://example.com/x"),
    ("https:/example.com/x", "https://example.com/x"),
    ("https://example.com/x#part", "https://example.com/x"),
])
def test_normalise_address(text: str, url: str) -> None:
    found = normalise_address(text)
    assert (found.url, found.login) == (url, None)


@pytest.mark.parametrize("text", [
    "https://Me%40x:P%C3%A4ss@Example.com/f", "feed:https://Me%40x:P%C3%A4ss@example.com/f",
    "itpc://Me%40x:P%C3%A4ss@EXAMPLE.com/f", "Me%40x:P%C3%A4ss@example.com/f"])
def test_a_login_is_kept_apart_and_keeps_its_case(text: str) -> None:
    found = normalise_address(text)
    assert found.url.endswith("://example.com/f")
    assert found.login == ("Me@x", "Päss")
    assert "Päss" not in repr(found)


@pytest.mark.parametrize("text", ["", "   ", "news", "the daily", "file:///etc/passwd", "javascript:alert(1)", "ftp://x.y/z",
                                  "mailto:me@example.com", "data:text/xml,<rss/>", "feed:", "http://", "feed:file:///etc/passwd",
                                  "feed:feed:feed:feed:feed:example.com", "http://exa mple.com", "/etc/passwd", "../x",
                                  "feed:javascript:alert(1)"])
def test_what_is_no_web_address_is_refused(text: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        normalise_address(text)
    assert caught.value.remedy


@given(st.text(max_size=80) | st.from_regex(r"(feed|pcast|http|itms|x):/{0,3}[a-z.:@%\[\]/?#]{0,30}", fullmatch=True))
def test_any_text_gives_a_web_address_or_a_refusal(text: str) -> None:
    try:
        found = normalise_address(text)
    except AddressRefused:
        return
    assert found.url.startswith(("http://", "https://"))
    assert "@" not in found.url.split("/")[2]


def page(head: str = "", body: str = "") -> bytes:
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()


def test_declared_feeds_in_order() -> None:
    found = find_feeds(page("""
        <link rel="alternate" type="application/rss+xml" title=" The  Show " href="/feed.xml">
        <LINK REL="ALTERNATE home" TYPE="application/atom+xml; charset=utf-8" HREF='//cdn.example/atom'>
        <link rel="alternate" type="application/rss+xml" title="Again" href="https://show.example/feed.xml">
        <link rel="alternate" type="application/rss+xml" title="The Show &raquo; Comments Feed" href="/comments/feed/">
        <link rel="alternate" type="application/json+oembed" href="/oembed">
        <link rel="stylesheet" type="text/xml" href="/style.xml">
        <link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
        <link rel="alternate" type="application/rss+xml" href="file:///etc/passwd">
        <link rel="alternate" type="application/rss+xml">""", '<a href="/other.rss">more</a>'), PAGE)
    assert [(feed.title, feed.url, feed.kind) for feed in found] == [
        ("The Show", "https://show.example/feed.xml", "rss"), ("", "https://cdn.example/atom", "atom")]


def test_only_comments_are_better_than_nothing() -> None:
    assert len(find_feeds(page('<link rel="alternate" type="application/rss+xml" href="/comments/feed">'), PAGE)) == 1


def test_base_href_goes_before_the_page() -> None:
    head = '<base href="/shows/"><link rel="alternate" type="application/rss+xml" href="feed.xml">'
    assert find_feeds(page(head), PAGE)[0].url == "https://show.example/shows/feed.xml"


def test_links_are_the_fallback() -> None:
    found = find_feeds(page(body="""<a href="/about">About</a> <a href="show.rss"><b>Subscribe</b> here</a>
        <a href="https://feeds.example/the-show/feed/">Feed</a> <a href="itpc://feeds.example/x">Player</a>
        <a href="/sitemap.html">x</a> <a href="podcast.xml?x=1">XML</a> <a href="http://[::1">broken</a>"""), PAGE)
    assert [(feed.title, feed.url) for feed in found] == [
        ("Subscribe here", "https://show.example/about/show.rss"), ("Feed", "https://feeds.example/the-show/feed/"),
        ("Player", "http://feeds.example/x"), ("XML", "https://show.example/about/podcast.xml?x=1")]


def test_encodings() -> None:
    html = '<meta charset="iso-8859-1"><link rel="alternate" type="application/rss+xml" title="Gespräch" href="/f">'
    assert find_feeds(html.encode("latin-1"), PAGE)[0].title == "Gespräch"
    assert find_feeds(html.replace("iso-8859-1", "utf-8").encode(), PAGE)[0].title == "Gespräch"


@given(st.binary(max_size=300))
def test_any_bytes_give_a_list(body: bytes) -> None:
    assert isinstance(find_feeds(body, PAGE), list)


def test_hostile_pages_end() -> None:
    assert find_feeds(b"<div>" * 200_000, PAGE) == []
    assert find_feeds(b'<!DOCTYPE a [<!ENTITY x "yyyy">]><a href="&x;.rss">', PAGE) is not None
    assert len(find_feeds(page(body='<a href="/%d.rss">x</a>' * 1), PAGE)) == 1
    many = "".join(f'<a href="/{n}.rss">x</a>' for n in range(1000))
    assert len(find_feeds(page(body=many), PAGE)) == 30
