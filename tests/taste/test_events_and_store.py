# SPDX-License-Identifier: GPL-3.0-or-later
"""Reactions: what they come to, how they are stored, what happens when clocks jump and disks do not obey."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.database import Database
from podmix.errors import StorageError
from podmix.taste.events import EventKind, TasteEvent, Thing, outcomes_of
from podmix.taste.recorder import MOST_WAITING, EventRecorder
from podmix.taste.store import MIGRATIONS, Item, TasteStore

NOW = 1_800_000_000.0


def event(kind: EventKind, number: int = 1, at: float = NOW, seconds: float = 0.0,
          thing: Thing = Thing.PREVIEW) -> TasteEvent:
    return TasteEvent(kind, thing, number, at, seconds)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[TasteStore]:
    with Database.open(tmp_path / "taste.sqlite3", MIGRATIONS) as database:
        yield TasteStore(database, clock=lambda: NOW)


def test_words_say_more_than_signs() -> None:
    value = {kind: outcomes_of([event(EventKind.WATCHED, seconds=20.0), event(kind)])[0]
             for kind in (EventKind.LIKED, EventKind.FINISHED, EventKind.DISLIKED, EventKind.OPENED)}
    assert value[EventKind.LIKED].value > value[EventKind.FINISHED].value > 0.5
    assert value[EventKind.LIKED].weight > 2 * value[EventKind.FINISHED].weight
    assert value[EventKind.DISLIKED].value < 0
    assert value[EventKind.DISLIKED].explicit
    assert not value[EventKind.OPENED].explicit


def test_hearing_longer_is_worth_more_but_never_as_much_as_the_end() -> None:
    short, long = (outcomes_of([event(EventKind.WATCHED, seconds=s)])[0].value for s in (5.0, 55.0))
    end = outcomes_of([event(EventKind.FINISHED, seconds=60.0)])[0].value
    assert short < long < end


def test_a_dislike_taken_back_is_gone_whatever_the_order_of_storing() -> None:
    told = [event(EventKind.DISLIKED, at=NOW), event(EventKind.CLEARED, at=NOW + 1),
            event(EventKind.FINISHED, at=NOW - 5)]
    for events in (told, told[::-1]):
        assert outcomes_of(events)[0].value > 0.5
    assert outcomes_of([event(EventKind.LIKED), event(EventKind.DISLIKED, at=NOW + 1)])[0].value < 0


def test_a_card_swiped_over_unseen_says_nothing() -> None:
    assert outcomes_of([event(EventKind.SHOWN, seconds=0.3)]) == []
    assert outcomes_of([event(EventKind.SHOWN, seconds=4.0)])[0].value == 0.0


def test_music_left_at_once_was_not_wanted() -> None:
    early, late = (outcomes_of([event(EventKind.PLAYED, thing=Thing.TRACK),
                                event(EventKind.SKIPPED, seconds=s, thing=Thing.TRACK)])[0].value for s in (4.0, 150.0))
    assert early < 0.2
    assert late > 0.5


@given(st.floats(), st.floats(), st.integers(-(2**70), 2**70), st.integers(-(2**40), 2**40))
def test_what_is_stored_is_sound_whatever_comes(at: float, seconds: float, number: int, place: int) -> None:
    kept = TasteEvent(EventKind.SHOWN, Thing.PREVIEW, number, at, seconds, place).tidy(NOW)
    if kept is not None:
        assert 0 <= kept.at <= NOW
        assert 0 <= kept.seconds <= 86_400
        assert -1 <= kept.place <= 100_000
        assert 0 <= kept.number < 2**62
    else:
        assert not (math.isfinite(at) and math.isfinite(seconds) and 0 <= number < 2**62)


def test_a_clock_that_ran_ahead_is_set_to_now(store: TasteStore) -> None:
    assert store.add([event(EventKind.LIKED, at=NOW + 1e9), event(EventKind.LIKED, at=math.nan)]) == 1
    assert [one.at for one in store.events()] == [NOW]


def test_old_events_and_too_many_go(store: TasteStore) -> None:
    store.add([event(EventKind.SHOWN, number=n, at=NOW - n * 86_400.0) for n in range(10)])
    assert store.prune(keep_days=5.5) == 4
    assert store.prune(keep_days=100, most=2) == 4
    assert len(store.events()) == 2


def test_one_start_with_a_wrong_date_forgets_nothing(tmp_path: Path) -> None:
    clock = [NOW]
    with Database.open(tmp_path / "taste.sqlite3", MIGRATIONS) as database:
        store = TasteStore(database, clock=lambda: clock[0])
        store.add([event(EventKind.LIKED, at=NOW - 86_400.0), event(EventKind.LIKED, at=NOW)])
        clock[0] = NOW + 20 * 365 * 86_400.0
        assert store.prune() == 0
        assert len(store.events()) == 2


def test_items_and_documents_come_back(store: TasteStore) -> None:
    item = Item(Thing.PREVIEW, 4, b"d", "space", b"\x00\x3c", {"show": 2, "people": ["Ada"]}, "Title")
    store.put_items([item, item])
    store.put_document("friend", "Zoë", {"a": [1]})
    assert store.items(Thing.PREVIEW) == {4: item}
    assert store.documents("friend") == {"Zoë": {"a": [1]}}
    assert store.drop_document("friend", "Zoë")
    assert not store.drop_document("friend", "Zoë")


def test_erasing_leaves_no_byte_in_the_file_or_its_log(tmp_path: Path) -> None:
    path = tmp_path / "taste.sqlite3"
    with Database.open(path, MIGRATIONS) as database:
        store = TasteStore(database, clock=lambda: NOW)
        store.put_document("friend", "Needle-in-a-name", "Needle-in-a-body")
        store.add([event(EventKind.SOUGHT_BACK)] * 500)
        held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert b"Needle-in-a-name" in held
        assert b"sought back" in held
        store.erase()
        left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"Needle" not in left
    assert b"sought" not in left
    assert b"CREATE TABLE events" in left, "it was the database that was looked at"


def test_the_recorder_stores_in_order_and_ends_with_what_waits(store: TasteStore) -> None:
    recorder = EventRecorder(lambda: store)
    for number in range(500):
        recorder.note(event(EventKind.SHOWN, number=number))
    recorder.close()
    assert [one.number for one in store.events()] == list(range(500))
    recorder.note(event(EventKind.SHOWN))
    assert len(store.events()) == 500


def test_noting_never_waits_for_the_disk(store: TasteStore) -> None:
    asked, may_go_on = threading.Event(), threading.Event()

    def slow() -> TasteStore:
        asked.set()
        assert may_go_on.wait(20)
        return store

    recorder = EventRecorder(slow)
    recorder.note(event(EventKind.SHOWN, number=0))
    assert asked.wait(20)
    for number in range(1, 200):
        recorder.note(event(EventKind.SHOWN, number=number))  # the disk still hangs
    assert store.events() == []
    may_go_on.set()
    assert recorder.flush(20)
    assert len(store.events()) == 200
    recorder.close()


def test_what_could_not_be_stored_is_stored_with_the_next(store: TasteStore) -> None:
    broken = [True]

    def sometimes() -> TasteStore:
        if broken[0]:
            raise StorageError("The disk is full.")
        return store

    recorder = EventRecorder(sometimes)
    for number in range(3):
        recorder.note(event(EventKind.SHOWN, number=number))
    assert not recorder.flush(20)
    broken[0] = False
    recorder.note(event(EventKind.SHOWN, number=3))
    assert recorder.flush(20)
    assert [one.number for one in store.events()] == [0, 1, 2, 3]
    recorder.close()


def test_a_disk_that_never_obeys_costs_bounded_memory() -> None:
    def never() -> TasteStore:
        raise StorageError("The disk is full.")

    recorder = EventRecorder(never)
    for number in range(MOST_WAITING + 100):
        recorder.note(event(EventKind.SHOWN, number=number))
    recorder.flush(20)
    assert len(recorder._waiting) <= MOST_WAITING
    recorder.close()


def test_dropped_events_are_not_stored(store: TasteStore) -> None:
    def never() -> TasteStore:
        raise StorageError("The disk is full.")

    recorder = EventRecorder(never)
    recorder.note(event(EventKind.LIKED))
    recorder.flush(20)
    recorder.drop()
    assert recorder.flush(20)
    recorder.close()
