# SPDX-License-Identifier: GPL-3.0-or-later
"""Previews in the list of what is up next: between tracks, through a restart, and apart from the feed's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from podmix.errors import UsageError
from podmix.ui.player import Player
from podmix.ui.player_bar.keeping import looked_up
from podmix.ui.player_bar.queue_list import about_text
from podmix.ui.playing import PreviewRow, TrackRow, queue_id
from podmix.ui.up_next import Queued, from_text, kind_of, preview_of, to_text
from tests.ui.fake_player import FakePlayer
from tests.ui.fake_verbs import FakeVerbs


@pytest.fixture
def port():
    return FakePlayer()


@pytest.fixture
def player(qtbot, verbs, port):
    made = Player(port, verbs.setting)
    yield made
    made.close()


@pytest.fixture
def card(verbs):
    return verbs.preview_feed()[0]


def track(number):
    return TrackRow(number, f"Track {number}", "Somebody", None, Path(f"/music/{number}.flac"), 100.0)


def test_a_preview_is_followed_by_the_list_not_by_the_next_card(player, port, card, verbs):
    player.set_autoplay(True)
    player.up_next.add(PreviewRow(card))
    player.up_next.add(track(1))
    assert player.play_queued(0)
    assert port.item.key == f"preview {card.preview_id}"
    assert (port.item.start, port.item.end) == (card.start, card.end)
    player.warm_previews(verbs.preview_feed()[1])
    assert [item.key for item in port.following] == ["track 1"]
    asked = []
    player.step_wanted.connect(asked.append)
    player.step(1)
    player.poll()
    assert asked == [], "next is the list's next"
    assert player.now.track_id == 1


def test_the_same_preview_out_of_the_feed_is_a_card_again(player, port, card):
    player.up_next.add(PreviewRow(card))
    player.play_queued(0)
    assert not player.now.is_card
    player.play_preview(card)
    assert player.now.is_card


def test_what_plays_is_not_put_behind_itself(player, card):
    player.up_next.add(PreviewRow(card))
    player.play_queued(0)
    assert not player.enqueue(PreviewRow(card))
    player.play_preview(card)
    assert player.enqueue(PreviewRow(card)), "a card of the feed may be heard again in a mix"


def test_previews_come_back_after_a_restart_and_those_that_are_gone_do_not(card):
    verbs = FakeVerbs()
    ids = from_text(to_text([f"preview {card.preview_id}", "track 3", "preview 99999"]))
    assert ids == [f"preview {card.preview_id}", "track 3", "preview 99999"]
    found = looked_up(verbs, ids)
    assert [queue_id(each.row) for each in found] == ids[:2]
    assert not found[0].is_episode, "no chapters are looked up for it"

    def gone(_number):
        raise UsageError("There is no preview.")

    verbs.preview = gone
    assert [each.queue_id for each in looked_up(verbs, ids)] == ["track 3"]


@pytest.mark.parametrize("text", ["preview", "preview x", "preview -1", "preview ٣", "trackpreview 1", 7, None])
def test_only_a_previews_name_is_one(text):
    assert preview_of(text) is None


def test_a_preview_says_what_it_is(card):
    assert about_text(PreviewRow(card)).startswith(f"{card.show_title}  ·  preview  ·  ")
    assert kind_of([Queued(PreviewRow(card))]) == "preview"
    assert kind_of([Queued(PreviewRow(card)), Queued(track(1))]) == "item"
