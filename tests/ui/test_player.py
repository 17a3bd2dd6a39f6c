# SPDX-License-Identifier: GPL-3.0-or-later
"""The window's side of playback: episode seconds, ends, errors, the queue."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from podmix.app.views import ChapterRow
from podmix.ui.player import Player
from tests.ui.fake_player import FakePlayer
from tests.ui.fake_verbs import FakeVerbs


@pytest.fixture
def port():
    return FakePlayer()


@pytest.fixture
def player(qapp, port):
    made = Player(port, FakeVerbs().setting)
    made.start()
    yield made
    made.close()


@pytest.fixture
def card():
    return FakeVerbs().preview(1)


def test_a_preview_plays_its_span_of_the_episode(player, port, card):
    assert player.play_preview(card)
    assert port.called("load") == [(str(card.audio), card.start, card.end, card.start, True)]
    port.position += 3.0
    player.poll()
    assert player.position == pytest.approx(card.start + 3)


def test_a_cut_clip_plays_from_zero_but_tells_episode_time(player, port, card):
    clip = dataclasses.replace(card, clip=Path("/nowhere/clip.ogg"))
    player.play_preview(clip)
    path, first, last, at, _ = port.called("load")[0]
    assert (path, first, at) == ("/nowhere/clip.ogg", 0.0, 0.0)
    assert last == pytest.approx(card.end - card.start)
    port.position = 2.0
    player.poll()
    assert player.position == pytest.approx(card.start + 2)


def test_without_audio_nothing_is_loaded(player, port, card):
    assert not player.play_preview(dataclasses.replace(card, audio=None))
    assert port.called("load") == []


def test_the_end_is_told_once_and_play_starts_over(qtbot, player, port, card):
    ends = []
    player.ended.connect(ends.append)
    player.play_preview(card)
    port.position = card.end + 1
    for _ in range(3):
        player.poll()
    assert len(ends) == 1
    assert not player.playing
    player.toggle()
    assert port.called("seek")[-1] == (card.start,)


def test_what_was_preloaded_does_not_start_by_itself(player, port, card):
    player.play_preview(card)
    player.preload(FakeVerbs().preview(2))
    port.position = card.end - 0.5
    player.poll()
    assert port.called("preload")[-1][0] is None


def test_an_episode_can_be_sought_as_a_whole(player, port):
    row = FakeVerbs().episodes(1)[1]
    player.play_episode(row)
    _, first, last, at, play = port.called("load")[0]
    assert (first, last, at, play) == (0.0, None, row.position, True)


def test_next_goes_by_chapters_then_to_the_queue(player, port):
    rows = FakeVerbs().episodes(1)
    chapters = (ChapterRow(0, None, "a"), ChapterRow(100, None, "b"))
    player.play_episode(rows[0], chapters, 10.0)
    player.enqueue(rows[1])
    player.step(1)
    assert player.position == 100
    player.step(1)
    assert player.now.episode_id == rows[1].episode_id
    assert player.queue == []


def test_an_engine_error_is_said_once(player, port, card):
    said = []
    player.problem.connect(said.append)
    player.play_preview(card)
    port.error = "The headphones are gone."
    for _ in range(5):
        player.poll()
    assert [error.message for error in said] == ["The headphones are gone."]


def test_speed_stays_in_bounds_and_is_remembered(player, port):
    kept = []
    player.option_changed.connect(lambda key, value: kept.append((key, value)))
    player.set_speed(9)
    assert player.speed == 3.0
    assert kept == [("playback.speed", 3.0)]
    player.faster(-1)
    assert player.speed == 2.5


def test_devices_come_up_by_name(player):
    player.poll()
    assert player.devices == ["Speakers", "Headphones"]


def test_the_sleep_timer_is_shown_until_it_ran_out(player, port, card):
    player.play_preview(card)
    player.sleep_after(300)
    player.poll()
    assert player.sleep_left == 300
    port.sleep = None
    player.poll()
    assert player.sleep_left is None
