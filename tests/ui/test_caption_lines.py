# SPDX-License-Identifier: GPL-3.0-or-later
"""Cutting sentences into lines loses nothing, and the lit word is the one being spoken."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from podmix.app.views import CaptionLine, CaptionWord
from podmix.ui.previews.caption_lines import HOLD_S, line_at, shown_lines, word_at
from tests.ui import fake_content as content

WORDS = st.lists(st.text("abcdefghij.,", min_size=1, max_size=12), min_size=1, max_size=70)


def timed(words, start=10.0):
    spoken = tuple(CaptionWord(w, start + i * 0.3, start + i * 0.3 + 0.25) for i, w in enumerate(words))
    return CaptionLine(" ".join(words), spoken[0].start, spoken[-1].end, "Maya", spoken)


@given(WORDS)
def test_nothing_is_lost_or_doubled(words):
    for caption in (timed(words), CaptionLine(" ".join(words), 10.0, 40.0)):
        lines = shown_lines([caption])
        assert " ".join(line.text for line in lines).split() == " ".join(words).split()
        starts = [line.start for line in lines]
        assert starts == sorted(starts)
        assert lines[-1].end <= caption.end + 1e-6


@given(WORDS)
def test_lit_places_are_the_words(words):
    caption = timed(words)
    found = [line.text[word.first:word.last] for line in shown_lines([caption]) for word in line.words]
    assert found == [word.text for word in caption.words]


@given(WORDS)
def test_no_line_is_much_too_long(words):
    for line in shown_lines([timed(words)], longest=84):
        assert len(line.text) <= 84 * 1.6


def test_the_spoken_word_is_lit_and_held_through_a_short_pause():
    line = shown_lines([timed(["We", "found", "it"])])[0]
    assert line.text[word_at(line, 10.31).first:].startswith("found")
    assert word_at(line, 9.9) is None
    assert word_at(line, line.end + HOLD_S - 0.1) is not None
    assert word_at(line, line.end + HOLD_S + 0.1) is None


def test_the_current_line_is_the_last_that_began():
    lines = shown_lines(content.spoken(content.MINUTES[0][4], 100.0))
    assert line_at(lines, 0.0) == 0
    assert line_at(lines, lines[3].start + 0.1) == 3
    assert line_at(lines, 1e9) == len(lines) - 1
    assert line_at((), 5.0) == -1


def test_a_turn_is_marked_once():
    lines = shown_lines(content.spoken(content.MINUTES[0][4], 100.0))
    turns = [line.speaker for line in lines if line.turn]
    assert turns[0] == "Maya"
    assert all(a != b for a, b in itertools.pairwise(turns))


def test_the_direction_of_a_line_is_its_first_letters():
    from podmix.ui.previews.captions import runs_left

    assert runs_left("في الصباح")
    assert runs_left("«שלום», he said")
    assert not runs_left("12 Uhr")
    assert not runs_left("")


def test_a_name_keeps_a_row_of_facts_in_order():
    from podmix.ui.wording import isolated

    assert isolated("Salt & Signal") == "Salt & Signal"
    assert isolated("ميناء").strip("\u2068\u2069") == "ميناء" != isolated("ميناء")
