# SPDX-License-Identifier: GPL-3.0-or-later
"""Covers: the same tracks give the same picture, other tracks another one; drawing never holds up the window."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtGui import QColor

from podmix.ui.mixes.cover_paint import artwork_colour, coloured, cover_parts, mix_cover, vivid
from podmix.ui.mixes.covers import MixCovers
from podmix.ui.mixes.learned_words import erased_text, interest_lines, is_blank, noted_lines
from podmix.ui.mixes.mix_words import friend_of, is_unknown_listener, kind_text, why_text
from podmix.ui.theme import contrast
from tests.ui.fake_artwork import draw
from tests.ui.fake_verbs import FakeVerbs

VERBS = FakeVerbs()
CARDS = {card.kind: card for card in (VERBS.daily_mixes()[0], VERBS.genre_mix("House"), VERBS.blend_mix("Ben"),
                                      VERBS.enhance_playlist(1), VERBS.sound_path(1, 2))}


def picture(card, side=96):
    return mix_cover(cover_parts(card), side, 12, 1.0).toImage()


@pytest.mark.parametrize("kind", list(CARDS))
def test_the_same_tracks_give_the_same_picture(qapp, kind):
    assert picture(CARDS[kind]) == picture(CARDS[kind])


def test_kinds_and_tracks_differ(qapp):
    pictures = [picture(card) for card in CARDS.values()]
    assert all(one != other for at, one in enumerate(pictures) for other in pictures[:at])
    other = VERBS.daily_mixes()[1]
    assert picture(other) != picture(CARDS["daily"])


@pytest.mark.parametrize("kind", list(CARDS))
@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_mix_of_hardly_anything_still_has_a_cover(qapp, kind, count):
    card = dataclasses.replace(CARDS[kind], tracks=CARDS[kind].tracks[:count])
    assert not picture(card).isNull()


def test_artwork_colours_the_cover_and_is_its_label(qapp, tmp_path):
    card = CARDS["daily"]
    path = draw("salt", tmp_path / "salt.png")
    colour = artwork_colour(path)
    assert QColor(colour).isValid()
    first = int(card.tracks[0].track.id)
    parts = coloured(card, cover_parts(card), {first: (path, colour)})
    assert parts.lead == path
    assert parts.spots[0].colour == vivid(QColor(colour)).name()
    assert mix_cover(parts, 96, 12, 1.0).toImage() != picture(card)


def test_no_artwork_or_a_broken_one_is_no_colour(tmp_path):
    broken = tmp_path / "x.png"
    broken.write_bytes(b"no picture")
    assert artwork_colour(None) == artwork_colour(broken) == ""


@pytest.mark.parametrize("colour", ["#000000", "#ffffff", "#808080", "#120305", "#00ff00"])
def test_every_colour_is_seen_on_the_dark_ground(colour):
    assert contrast(vivid(QColor(colour)), "#0F1014") > 3


def test_covers_are_drawn_one_at_a_time(qtbot, qapp, around):
    covers = MixCovers(around.verbs, around.background)
    cards = VERBS.daily_mixes()
    arrived = []
    covers.arrived.connect(lambda: arrived.append(len(covers._drawn)))
    for card in cards:
        assert not covers.cover(card, 96, 12, 1.0).isNull()
    assert len(covers._drawn) == 1, "the others wait for the next turns"
    qtbot.waitUntil(lambda: len(covers._drawn) == len(cards))
    assert arrived == list(range(2, len(cards) + 1))
    again = covers.cover(cards[3], 96, 12, 1.0)
    assert again.cacheKey() == covers.cover(cards[3], 96, 12, 1.0).cacheKey()


def test_artwork_that_comes_is_drawn_and_what_cannot_be_read_is_passed_over(qtbot, qapp, around, tmp_path):
    path = draw("salt", tmp_path / "salt.png")
    around.verbs.track_cover = lambda number: path
    covers = MixCovers(around.verbs, around.background)
    card = CARDS["daily"]
    before = covers.cover(card, 96, 12, 1.0).toImage()
    covers.want([card])
    qtbot.waitUntil(lambda: set(covers.artwork) == set(card.track_ids))
    qtbot.waitUntil(lambda: covers.cover(card, 96, 12, 1.0).toImage() != before)
    assert covers.path(card.track_ids[0]) == path
    assert covers.path(424_242) is None


# -- words --


def test_a_mix_says_in_one_line_why_it_is_there():
    assert why_text(CARDS["blend"]) == "68 % in common"
    assert why_text(dataclasses.replace(CARDS["blend"], match=0)) == CARDS["blend"].about
    assert "you love" in why_text(CARDS["daily"])
    assert why_text(CARDS["genre"]) == CARDS["genre"].about
    assert friend_of(CARDS["blend"]) == "Ben"
    assert friend_of(CARDS["daily"]) == ""
    drive = dataclasses.replace(CARDS["daily"], tracks=(dataclasses.replace(CARDS["daily"].tracks[0], preview_id=1),))
    assert "previews" in why_text(drive)
    assert "previews" in kind_text(drive)


def test_nobody_is_unknown_who_rated_one_track():
    plain = dataclasses.replace(CARDS["daily"].tracks[0].track, play_count=0, rating=None)
    unheard = dataclasses.replace(CARDS["daily"], tracks=(dataclasses.replace(CARDS["daily"].tracks[0], track=plain),))
    assert is_unknown_listener([unheard])
    rated = dataclasses.replace(unheard, tracks=(*unheard.tracks, dataclasses.replace(
        unheard.tracks[0], track=dataclasses.replace(plain, rating=1))))
    assert not is_unknown_listener([rated])
    assert not is_unknown_listener([])


def test_what_is_known_in_words():
    summary = VERBS.taste_summary()
    assert noted_lines(summary) == ["31 previews and tracks heard to the end", "6 likes"]
    assert [share for _, share in interest_lines(summary)] == [0.6, 0.4]
    assert not is_blank(summary)
    blank = dataclasses.replace(summary, events=(), interests=(), chosen=(), friends=())
    assert is_blank(blank)
    assert erased_text(blank) == "Erased, out of backups too: all mixes, likes and play counts"
