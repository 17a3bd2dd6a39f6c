# SPDX-License-Identifier: GPL-3.0-or-later
"""Playlists: a tree of lists in the order that was wished, every edit undone and redone, smart lists by rules."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from podmix.database import Database
from podmix.errors import UsageError
from podmix.music.playlists import GAP, PlaylistStore, keys_between
from podmix.music.scanning import ScanBatch
from podmix.music.store import MIGRATIONS, MusicStore, TrackFilter
from tests.music.library_rows import fill, record


@pytest.fixture
def tracks(store: MusicStore) -> list[int]:
    return [int(t) for t in fill(store, *(record(n, bpm=100.0 + n) for n in range(1, 9)))]


def order(lists: PlaylistStore, playlist: int) -> list[int]:
    return [int(item.track) for item in lists.items(playlist)]


def test_a_list_in_the_order_that_was_wished(lists: PlaylistStore, tracks: list[int]) -> None:
    made = lists.create("Friday  night", tracks=[1, 2, 3])
    assert lists.playlist(made).name == "Friday night"
    first = lists.items(made)[0].id
    lists.add(made, [4, 5, 99_999], before=first)
    assert order(lists, made) == [4, 5, 1, 2, 3]
    items = [item.id for item in lists.items(made)]
    lists.move(made, [items[4], items[0]], before=items[2])
    assert order(lists, made) == [5, 3, 4, 1, 2]
    lists.move(made, [items[2]])
    assert order(lists, made) == [5, 3, 4, 2, 1]
    lists.take_out(made, [items[1], 12_345])
    assert order(lists, made) == [3, 4, 2, 1]
    lists.add(made, [3, 3])
    assert order(lists, made) == [3, 4, 2, 1, 3, 3], "a track may stand in several places"
    assert lists.playlist(made).tracks == 6


def test_undo_and_redo_of_everything(lists: PlaylistStore, tracks: list[int]) -> None:
    made = lists.create("One", tracks=[1, 2, 3])
    items = [item.id for item in lists.items(made)]
    lists.move(made, [items[0]])
    lists.rename(made, "Two")
    lists.take_out(made, items[:2])
    lists.delete(made)
    assert lists.playlists() == []
    assert lists.can_undo() == "Delete “Two”"
    assert lists.undo() == "Delete “Two”"
    assert (lists.playlist(made).name, order(lists, made)) == ("Two", [3])
    lists.undo()
    assert order(lists, made) == [2, 3, 1]
    lists.undo()
    assert lists.playlist(made).name == "One"
    lists.undo()
    assert order(lists, made) == [1, 2, 3]
    assert lists.redo() == "Change the order"
    assert lists.redo() == "Rename to “Two”"
    assert (lists.playlist(made).name, order(lists, made)) == ("Two", [2, 3, 1])
    lists.add(made, [7])
    assert lists.can_redo() == "", "a new edit ends what could be redone"
    for _ in range(10):
        lists.undo()
    assert lists.playlists() == []
    assert lists.undo() == ""


def test_what_changes_nothing_is_no_edit(lists: PlaylistStore, tracks: list[int]) -> None:
    made = lists.create("One")
    lists.take_out(made, [])
    lists.move_playlist(made, None)
    assert lists.can_undo() in ("Create “One”", "Move playlist")


def test_folders_hold_lists(lists: PlaylistStore, tracks: list[int]) -> None:
    folder = lists.create("Sets", kind="folder")
    inner = lists.create("Old", kind="folder", parent=folder)
    made = lists.create("One", parent=inner, tracks=[1, 2])
    other = lists.create("Two", parent=folder)
    lists.move_playlist(made, folder, before=other)
    assert [(p.name, p.parent) for p in lists.playlists() if p.parent == folder and p.kind == "list"] == [
        ("One", folder), ("Two", folder)]
    with pytest.raises(UsageError, match="into itself"):
        lists.move_playlist(folder, inner)
    with pytest.raises(UsageError, match="folders only"):
        lists.create("x", parent=made)
    with pytest.raises(UsageError, match="by hand"):
        lists.add(folder, [1])
    lists.delete(folder)
    assert lists.playlists() == []
    lists.undo()
    assert len(lists.playlists()) == 4
    assert order(lists, made) == [1, 2]


def test_a_copy_is_a_list_of_its_own(lists: PlaylistStore, tracks: list[int]) -> None:
    made = lists.create("One", tracks=[1, 2])
    copy = lists.duplicate(made)
    lists.add(copy, [3])
    assert (lists.playlist(copy).name, order(lists, copy), order(lists, made)) == ("One (copy)", [1, 2, 3], [1, 2])
    with pytest.raises(UsageError):
        lists.duplicate(lists.create("F", kind="folder"))


def test_smart_lists_follow_the_library(lists: PlaylistStore, store: MusicStore, tracks: list[int]) -> None:
    rules = {"rules": {"field": "bpm", "op": "more", "value": 104}, "order": "bpm", "descending": True, "limit": 3}
    made = lists.create("Fast", kind="smart", rules=rules)
    assert lists.smart_ids(made) == [8, 7, 6]
    store.apply(ScanBatch(missing=("/music/8.mp3",)))
    assert lists.smart_ids(made) == [7, 6, 5]
    lists.change_rules(made, {"rules": {"all": []}, "limit": 2, "order": "title"})
    assert lists.smart_ids(made) == [1, 2]
    lists.undo()
    assert lists.smart_ids(made) == [7, 6, 5]
    assert lists.smart_ids(lists.duplicate(made)) == [7, 6, 5]
    for wrong in ({"rules": {"field": "x"}}, {"order": "x"}, {"limit": -1}, {"limit": True}):
        with pytest.raises(UsageError):
            lists.create("x", kind="smart", rules=wrong)
    with pytest.raises(UsageError, match="rules"):
        lists.change_rules(lists.create("plain"), {})


def test_tracks_that_leave_the_library(lists: PlaylistStore, store: MusicStore, database: Database,
                                       tracks: list[int]) -> None:
    made = lists.create("One", tracks=[1, 2, 3])
    store.remove([2])
    assert order(lists, made) == [1, 3]
    store.restore([2])
    assert order(lists, made) == [1, 2, 3]
    assert store.track_ids(TrackFilter(playlist=made), sort="playlist", descending=True) == [3, 2, 1]
    lists.delete(made)
    with database.write() as connection:
        connection.execute("DELETE FROM tracks WHERE id = 2")
    lists.undo()
    assert order(lists, made) == [1, 3], "undoing leaves out what is gone for good"


def test_names_and_kinds(lists: PlaylistStore) -> None:
    with pytest.raises(UsageError, match="name"):
        lists.create("  \n ")
    with pytest.raises(UsageError, match="kind"):
        lists.create("x", kind="cloud")
    with pytest.raises(UsageError, match="no playlist 77"):
        lists.rename(77, "x")
    assert len(lists.playlist(lists.create("n" * 5000 + "\udcff")).name) <= 200


def test_the_log_of_edits_is_bounded(lists: PlaylistStore, database: Database, tracks: list[int]) -> None:
    made = lists.create("One")
    for number in range(230):
        lists.rename(made, f"n{number}")
    with database.read() as connection:
        assert connection.execute("SELECT COUNT(*) FROM playlist_edits").fetchone()[0] == 200


@given(st.integers(-2**40, 2**40), st.integers(1, 2**30), st.integers(0, 50))
def test_places_between(low: int, gap: int, count: int) -> None:
    keys = keys_between(low, low + gap, count)
    if keys is None:
        assert gap // (count + 1) < 1
    else:
        assert [low, *keys, low + gap] == sorted({low, *keys, low + gap})
        assert len(keys) == count


def test_moving_writes_only_the_moved_rows(lists: PlaylistStore, store: MusicStore, database: Database) -> None:
    fill(store, *(record(n) for n in range(1, 2001)))
    made = lists.create("Long", tracks=range(1, 2001))
    items = [item.id for item in lists.items(made)]
    with database.read() as connection:
        before = dict(connection.execute("SELECT id, position FROM playlist_items").fetchall())
    lists.move(made, [items[1999]], before=items[0])
    lists.move(made, [items[10]], before=items[1000])
    with database.read() as connection:
        after = dict(connection.execute("SELECT id, position FROM playlist_items").fetchall())
    assert {i for i in before if before[i] != after[i]} == {items[1999], items[10]}
    assert before[items[1]] - before[items[0]] == GAP


class Playing(RuleBasedStateMachine):
    """A list against a plain Python list, with a history to go back and forth in."""

    items = Bundle("items")

    @initialize()
    def start(self) -> None:
        import tempfile
        from pathlib import Path

        self.folder = tempfile.TemporaryDirectory()
        self.database = Database.open(Path(self.folder.name) / "x.sqlite3", MIGRATIONS)
        fill(MusicStore(self.database), *(record(n) for n in range(1, 6)))
        self.lists = PlaylistStore(self.database)
        self.made = self.lists.create("L")
        self.model: list[int] = []
        self.past: list[list[int]] = []
        self.future: list[list[int]] = []

    def did(self, model: list[int]) -> None:
        self.past.append(self.model)
        self.future.clear()
        self.model = model

    @rule(track=st.integers(1, 5), at=st.integers(0, 8), count=st.integers(1, 3))
    def add(self, track: int, at: int, count: int) -> None:
        before = self.model[at] if at < len(self.model) else None
        new = [int(i) for i in self.lists.add(self.made, [track] * count, before=before)]
        place = at if before is not None else len(self.model)
        self.did([*self.model[:place], *new, *self.model[place:]])

    @rule(picks=st.lists(st.integers(0, 8), min_size=1, max_size=3, unique=True), at=st.integers(0, 8))
    def move(self, picks: list[int], at: int) -> None:
        chosen = [self.model[p] for p in picks if p < len(self.model)]
        if not chosen or at >= len(self.model) or self.model[at] in chosen:
            return
        before = self.model[at]
        self.lists.move(self.made, chosen, before=before)
        left = [i for i in self.model if i not in chosen]
        place = left.index(before)
        self.did([*left[:place], *chosen, *left[place:]])

    @rule(pick=st.integers(0, 8))
    def take_out(self, pick: int) -> None:
        if pick < len(self.model):
            self.lists.take_out(self.made, [self.model[pick]])
            self.did([i for i in self.model if i != self.model[pick]])

    @rule()
    def undo(self) -> None:
        if self.past:
            assert self.lists.undo()
            self.future.append(self.model)
            self.model = self.past.pop()

    @rule()
    def redo(self) -> None:
        if self.future:
            assert self.lists.redo()
            self.past.append(self.model)
            self.model = self.future.pop()

    @invariant()
    def same(self) -> None:
        if hasattr(self, "model"):
            assert [int(item.id) for item in self.lists.items(self.made)] == self.model

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()
            self.folder.cleanup()


TestPlaying = Playing.TestCase
TestPlaying.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
