# SPDX-License-Identifier: GPL-3.0-or-later
"""One list of chapters out of several sources."""

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.audio.chapters import FileChapter
from podmix.errors import FeedError
from podmix.podcasts.chapters import choose_chapters, from_file, read_json_chapters, with_ends
from podmix.podcasts.types import Chapter

FILE = {"version": "1.2.0", "waypoints": True, "chapters": [
    {"startTime": 60.5, "title": "Two", "endTime": 90, "url": "two", "img": "https://e.org/2.png"},
    {"startTime": 0, "title": " One "}, {"startTime": 70, "toc": False, "title": "silent"},
    {"startTime": "1:40", "title": "Clock"}, {"title": "no start"}, {"startTime": -1}, {"startTime": float("inf")}, 7,
    {"startTime": True}]}


def test_json_chapters() -> None:
    found = read_json_chapters(b"\xef\xbb\xbf" + json.dumps(FILE).encode(), "https://e.org/x/")
    assert [(c.start, c.title, c.listed) for c in found] == \
        [(0.0, "One", True), (60.5, "Two", True), (70.0, "silent", False), (100.0, "Clock", True)]
    assert (found[1].end, found[1].url, found[1].image) == (90.0, "https://e.org/x/two", "https://e.org/2.png")


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"chapters": 3}', b"3", b"[" * 100_000, b"\xff"])
def test_what_is_no_chapters_file(body: bytes) -> None:
    with pytest.raises(FeedError, match="chapters"):
        read_json_chapters(body)


JSON_TREES = st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
                          lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
                              st.sampled_from(["chapters", "startTime", "title", "toc", "endTime", "img"]), inner,
                              max_size=5), max_leaves=20)


@settings(max_examples=60, deadline=None)
@given(JSON_TREES)
def test_any_json(tree: object) -> None:
    try:
        found = read_json_chapters(json.dumps(tree).encode())
    except FeedError:
        return
    assert list(found) == sorted(found, key=lambda chapter: chapter.start)


def test_the_first_source_that_lists_anything_wins_alone() -> None:
    file, feed, audio = (Chapter(0, "f"),), (Chapter(0, "p"),), from_file([FileChapter(0, 5, "a")])
    assert choose_chapters(file, feed, audio) == file
    assert choose_chapters((Chapter(0, "silent", listed=False),), feed, audio) == feed
    assert choose_chapters((), (), audio) == (Chapter(0, "a", 5),)
    assert choose_chapters() == ()


def test_ends() -> None:
    rows = with_ends((Chapter(10), Chapter(0, "a"), Chapter(5, "s", listed=False), Chapter(10, "again"),
                      Chapter(99, "late"), Chapter(20, "c", end=25)), duration=60)
    assert [(c.start, c.end, c.title) for c in rows] == [(0, 10, "a"), (10, 20, "Chapter 2"), (20, 25, "c")]
    assert with_ends(()) == ()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1e5), max_size=20), st.none() | st.floats(1, 1e5))
def test_chapters_never_overlap(starts: list[float], duration: float | None) -> None:
    rows = with_ends([Chapter(start, "x") for start in starts], duration)
    assert all(one.end == two.start and one.start < two.start for one, two in pairwise(rows))
    assert not rows or rows[-1].end == duration
