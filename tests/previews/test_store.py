# SPDX-License-Identifier: GPL-3.0-or-later
"""Stored previews: replaced, but never what the listener touched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from podmix.database import Database
from podmix.previews.store import MIGRATIONS, NewPreview, PreviewStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PreviewStore]:
    with Database.open(tmp_path / "p.sqlite3", MIGRATIONS) as database:
        yield PreviewStore(database)


def new(rank: int, start: float, clip: str | None = None, title: str = "T") -> NewPreview:
    return NewPreview(rank, start, start + 60, 1.0, title, "x", {"hook": 0.5}, [{"text": "Ä"}], b"\x00\xff", clip, True)


def test_what_goes_in_comes_out(store: PreviewStore) -> None:
    made = new(1, 10, "/c.ogg")
    assert store.replace(1, [made], {"models": {"a": "b"}}) == []
    [found] = store.of_episode(1)
    assert found.made == made
    assert (found.liked, found.saved, found.finished, found.heard_s, found.seen_at) == (None, False, False, 0.0, None)
    assert store.get(found.preview_id) == found
    assert store.get(99) is None
    assert store.counts() == {1: 1}
    assert (store.has(1), store.has(2)) == (True, False)


def test_made_again(store: PreviewStore) -> None:
    store.replace(1, [new(1, 0, "a"), new(2, 100, "b"), new(3, 200, "c"), new(4, 300, "d")], {})
    first, second, third, fourth = [p.preview_id for p in store.of_episode(1)]
    store.set_liked(first, liked=True)
    store.set_liked(second, liked=False)
    store.set_saved(third, saved=True)
    gone = store.replace(1, [new(1, 5, "e", "same as the liked one"), new(2, 400, "f")], {})
    assert gone == ["d"]
    assert [p.made.start for p in store.of_episode(1)] == [0, 100, 400, 200]
    assert store.get(fourth) is None
    assert store.replace(1, [new(1, 400, "f")], {}) == [], "a clip that is still pointed at stays"


def test_reactions(store: PreviewStore) -> None:
    store.replace(1, [new(1, 0)], {})
    number = store.of_episode(1)[0].preview_id
    for liked in (True, False, None):
        store.set_liked(number, liked)
        assert store.of_episode(1)[0].liked is liked
    store.heard(number, 30.0, finished=True)
    store.heard(number, 10.0, finished=False)
    found = store.of_episode(1)[0]
    assert (found.heard_s, found.finished) == (30.0, True)
    assert found.seen_at
    store.set_clip(number, "/x")
    assert store.of_episode(1)[0].made.clip == "/x"
    store.remove_episode(1)
    assert store.of_episode(1) == []


def test_one_card_an_episode(store: PreviewStore) -> None:
    for episode in (1, 2, 3):
        store.replace(episode, [new(2, 0), new(1, 100)], {})
    assert [p.episode_id for p in store.best_of_each()] == [3, 2, 1]
    assert {p.made.rank for p in store.best_of_each()} == {1}
    best = store.best_of_each()[0]
    store.set_liked(best.preview_id, liked=True)
    store.replace(3, [new(1, 500)], {})
    assert [p.episode_id for p in store.best_of_each()] == [3, 2, 1], "a kept one and a new one of the same rank"
    for preview in store.of_episode(2):
        store.set_liked(preview.preview_id, liked=False)
    assert [p.episode_id for p in store.best_of_each()] == [3, 1]
    store.heard(store.best_of_each()[0].preview_id, 1.0, finished=False)
    assert [p.episode_id for p in store.best_of_each()] == [1, 3], "unseen first"
    assert len(store.best_of_each(limit=1)) == 1
