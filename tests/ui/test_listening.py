# SPDX-License-Identifier: GPL-3.0-or-later
"""What is noted of taste while things play: each thing once, and nothing twice that is noted elsewhere."""

from __future__ import annotations

import dataclasses
import threading
import time
from pathlib import Path

import pytest

from podmix.errors import DatabaseError
from podmix.taste.events import EventKind, TasteEvent, Thing
from podmix.taste.recorder import EventRecorder
from podmix.taste.store import TasteStore
from podmix.ui.listening import ListeningNotes
from podmix.ui.playing import PreviewRow, TrackRow
from tests.ui.automix.conftest import around, theme  # noqa: F401 - fixtures for this file
from tests.ui.fake_player import FakePlayer

LONG = 240.0


@pytest.fixture
def port():
    return FakePlayer(LONG)


@pytest.fixture
def notes(qtbot, around):  # noqa: F811
    made = ListeningNotes(around)
    yield made
    made.deleteLater()


def row(number):
    return TrackRow(number, f"Track {number}", "Somebody", None, Path(f"/music/{number}.flac"), LONG)


def hear(player, port, upto, step=1.0):
    """Let it play on to a position of the file, poll by poll."""
    while port.position < upto - 1e-6:
        port.position = min(upto, port.position + step)
        player.poll()


def noted(verbs):
    return [call[:4] for call in verbs.called("note_reaction")]


def test_a_track_that_is_left_is_skipped_at_its_second(notes, around, verbs, port):  # noqa: F811
    player = around.player
    player.play_track(row(1))
    hear(player, port, 42.0)
    player.play_track(row(2))
    assert noted(verbs) == [("skipped", "track", 1, 42.0)]


def test_a_track_that_only_flashed_by_says_nothing(notes, around, verbs, port):  # noqa: F811
    around.player.play_track(row(1))
    hear(around.player, port, 0.5, 0.5)
    around.player.play_track(row(2))
    assert noted(verbs) == []


def test_a_track_that_ends_is_finished_once_and_not_skipped(notes, around, verbs, port):  # noqa: F811
    player = around.player
    player.play_track(row(1))
    hear(player, port, LONG)
    port.ended = True
    port.playing = False
    player.poll()
    player.play_track(row(2))
    assert [call[:3] for call in noted(verbs)] == [("finished", "track", 1)]


def test_going_on_by_itself_is_finished_too(notes, around, verbs, port):  # noqa: F811
    player = around.player
    player.play_track(row(1))
    player.enqueue(row(2))
    hear(player, port, LONG - 0.5)
    port._begin(port.following.pop(0), 0.0)
    player.poll()
    assert player.now.track_id == 2
    assert [call[:3] for call in noted(verbs)] == [("finished", "track", 1)]


def test_jumping_to_the_end_is_not_hearing_it(notes, around, verbs, port):  # noqa: F811
    player = around.player
    player.play_track(row(1))
    player.seek(LONG - 1)
    player.poll()
    player.play_track(row(2))
    assert [kind for kind, *_ in noted(verbs)] == []


def test_a_pause_and_other_facts_of_the_same_track_say_nothing(notes, around, verbs, port):  # noqa: F811
    player = around.player
    player.play_track(row(1))
    hear(player, port, 20.0)
    player.toggle()
    player.toggle()
    player.now = dataclasses.replace(player.now, episode_duration=LONG + 3)
    player.now_changed.emit(player.now)
    assert noted(verbs) == []


@pytest.fixture
def card(verbs):
    return verbs.preview_feed()[0]


def test_seeking_back_in_a_preview_is_noted_once(notes, around, verbs, port, card):  # noqa: F811
    player = around.player
    player.play_preview(card)
    hear(player, port, card.start + 12)
    player.skip(-5)
    hear(player, port, card.start + 12)
    player.skip(-5)
    player.skip(2)
    assert noted(verbs) == [("sought back", "preview", card.preview_id, pytest.approx(7.0))]


def test_a_state_from_before_a_seek_is_no_seeking_back(notes, around, verbs, port, card):  # noqa: F811
    player = around.player
    player.play_preview(card)
    hear(player, port, card.start + 5)
    player.skip(20)
    player.moved.emit(card.start + 5.1)  # the engine had not heard of it yet
    player.moved.emit(card.start + 25.1)
    assert noted(verbs) == []


def test_hearing_a_finished_preview_again_is_noted_after_a_moment(notes, around, verbs, port, card):  # noqa: F811
    player = around.player
    player.play_preview(card)
    hear(player, port, card.end)
    port.ended, port.playing = True, False
    player.poll()
    player.toggle()
    port.ended = False
    hear(player, port, card.start + 2)
    assert noted(verbs) == []
    hear(player, port, card.start + 6)
    assert [call[:3] for call in noted(verbs)] == [("replayed", "preview", card.preview_id)]


def test_a_preview_of_the_feed_is_told_by_its_screen_only(notes, around, verbs, port, card):  # noqa: F811
    around.player.play_preview(card)
    hear(around.player, port, card.start + 10)
    around.player.play_track(row(1))
    assert verbs.called("seen") == []
    assert noted(verbs) == []


@pytest.mark.parametrize("whole", [False, True])
def test_a_preview_out_of_a_mix_is_told_here(qtbot, notes, around, verbs, port, card, whole):  # noqa: F811
    player = around.player
    player.up_next.add(PreviewRow(card))
    player.up_next.add(row(1))
    player.play_queued(0)
    hear(player, port, card.end if whole else card.start + 10)
    player.step(1)
    player.poll()
    qtbot.waitUntil(lambda: bool(verbs.called("seen")))
    preview, seconds, finished = verbs.called("seen")[0]
    assert (preview, finished) == (card.preview_id, whole)
    assert seconds == pytest.approx(card.end - card.start if whole else 10.0, abs=0.5)


def test_noting_never_waits_for_the_disk(notes, around, verbs, port):  # noqa: F811
    """The real recorder, whose disk does not answer: each note still takes below two milliseconds."""
    gate = threading.Event()

    def stuck() -> TasteStore:
        gate.wait(10)
        raise DatabaseError("The disk does not answer.")

    recorder = EventRecorder(stuck)
    spent = []

    def note(kind, thing, number, seconds=0.0, place=-1):
        began = time.thread_time()
        recorder.note(TasteEvent(EventKind(kind), Thing(thing), number, time.time(), seconds, place))
        spent.append(time.thread_time() - began)

    verbs.note_reaction = note
    for number in range(1, 40):
        around.player.play_track(row(number))
        hear(around.player, port, 3.0)
    gate.set()
    recorder.close()
    assert len(spent) == 38
    assert sorted(spent)[-2] < 0.002, "but for the first, which starts the thread"
