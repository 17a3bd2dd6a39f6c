# SPDX-License-Identifier: GPL-3.0-or-later
"""Subscription lists in and out."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.errors import FeedError, PodMixError
from podmix.podcasts.opml import Subscription, read_opml, write_opml

LIST = b"""<?xml version="1.0" encoding="utf-8"?><opml version="1.0"><head><title>x</title></head><body>
<outline text="News"><outline text="Daily"><outline type="rss" text="A" title="Show A" xmlUrl="https://a.org/f"
 htmlUrl="https://a.org"/></outline><outline TYPE="RSS" TEXT="B" XMLURL=" https://b.org/f "/></outline>
<outline text="C" xmlurl="https://c.org/f"/><outline xmlUrl="https://d.org/f"/>
<outline text="again" xmlUrl="https://a.org/f"/><outline text="no address" type="rss"/>
<outline type="rss" url="https://e.org/f" text="E"/></body></opml>"""


def test_folders_cases_and_duplicates() -> None:
    assert read_opml(LIST) == (
        Subscription("https://a.org/f", "Show A", "https://a.org", "News / Daily"),
        Subscription("https://b.org/f", "B", "", "News"), Subscription("https://c.org/f", "C"),
        Subscription("https://d.org/f"), Subscription("https://e.org/f", "E"))


@pytest.mark.parametrize("body", [
    LIST.replace(b"https://a.org/f", b"https://a.org/f?x=1&y=2"), LIST[:-len("</body></opml>")],
    LIST.replace(b"</outline>", b"", 1), b"\n junk " + LIST, LIST.decode().encode("utf-16"),
    LIST.replace(b"Show A", b"Caf\xe9"), LIST.replace(b"<opml", b"<OPML").replace(b"<body>", b"<BODY>"),
    LIST.replace(b'<?xml version="1.0" encoding="utf-8"?>', b'<?xml version="1.0" encoding="utf-16"?>'),
])
def test_broken_lists_are_read(body: bytes) -> None:
    found = read_opml(body)
    assert len(found) == 5
    assert found[0].url.startswith("https://a.org/f")


@pytest.mark.parametrize("body", [b"", b"%PDF-1", b"<html><body>x</body></html>", b"<rss/>", b"words", b'{"a": 1}',
                                  b"<!DOCTYPE o [<!ENTITY a '&b;&b;'><!ENTITY b '&a;'>]><opml><body/></opml>"])
def test_what_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(FeedError):
        read_opml(body)


def test_outside_entities_are_not_read() -> None:
    body = b'<!DOCTYPE o [<!ENTITY a SYSTEM "file:///etc/passwd">]><opml><body><outline text="&a;" xmlUrl="http://a.b"/>'
    assert "root:" not in repr(read_opml(body))


def test_deep_nesting() -> None:
    body = b"<opml><body>" + b'<outline text="f">' * 5000 + b'<outline xmlUrl="https://a.org"/>' + b"</opml>"
    with contextlib.suppress(PodMixError):
        read_opml(body)


def test_no_password_is_written() -> None:
    written = write_opml([Subscription("https://me:secret@a.org:8080/f?q=1#x", "A", "https://me:secret@a.org/")])
    assert b"secret" not in written
    assert b"https://a.org:8080/f?q=1#x" in written
    assert b"secret" not in write_opml([Subscription("https://me:secret@[broken/f", "A")])


WORDS = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="<>&/"), min_size=1, max_size=12)
FOLDERS = st.lists(WORDS, max_size=3).map(" / ".join)
URLS = st.from_regex(r"https://[a-z]{1,8}\.org/[a-z0-9]{0,8}(\?a=1&b=2)?", fullmatch=True)
LISTS = st.lists(st.builds(Subscription, URLS, WORDS, URLS | st.just(""), FOLDERS), max_size=8,
                 unique_by=lambda s: s.url)


@settings(max_examples=60, deadline=None)
@given(LISTS)
def test_round_trip(subscriptions: list[Subscription]) -> None:
    found = read_opml(write_opml(subscriptions))
    assert {one.url: one for one in found} == {one.url: one for one in subscriptions}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=50), st.text(max_size=50))
def test_any_text_can_be_written(title: str, folder: str) -> None:
    (one,) = read_opml(write_opml([Subscription("https://a.org/f", title, "", folder)]))
    assert one.url == "https://a.org/f"


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(LIST)), st.binary(max_size=20))
def test_damaged_lists(at: int, put: bytes) -> None:
    with contextlib.suppress(PodMixError):
        read_opml(LIST[:at] + put + LIST[at + 7:])
