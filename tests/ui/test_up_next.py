# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of what is up next, whatever is done to it, and its way through the settings."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.app.views import ChapterRow
from podmix.ui.playing import resume_point
from podmix.ui.up_next import MOST, Queued, UpNext, from_text, left_s, to_text
from tests.ui.fake_verbs import FakeVerbs

ROW = FakeVerbs().episodes(1)[0]
changes = st.lists(st.one_of(
    st.tuples(st.just("add"), st.integers(0, 9), st.booleans()),
    st.tuples(st.just("remove"), st.integers(0, 9), st.none()),
    st.tuples(st.just("move"), st.integers(-2, 10), st.integers(-2, 10))), max_size=30)


def row(number):
    return dataclasses.replace(ROW, episode_id=number, title=f"Episode {number}")


@given(changes)
def test_it_is_a_list_without_repeats_and_tells_each_change_once(steps):
    up_next, wanted, told = UpNext(), [], []
    up_next.changed.connect(lambda: told.append(up_next.ids))
    for verb, one, other in steps:
        before = list(wanted)
        if verb == "add":
            up_next.add(row(one), first=other)
            rest = [each for each in wanted if each != one]
            wanted = [one, *rest] if other else [*rest, one]
        elif verb == "remove":
            up_next.remove(one)
            wanted = [each for each in wanted if each != one]
        elif 0 <= one < len(wanted):
            up_next.move(one, other)
            moved = wanted.pop(one)
            wanted.insert(min(max(0, other), len(wanted)), moved)
        else:
            up_next.move(one, other)
        assert up_next.ids == wanted
        assert told == ([] if wanted == before else [wanted])
        told.clear()


def test_what_is_looked_up_keeps_its_place():
    up_next = UpNext()
    for number in (1, 2, 3):
        up_next.add(row(number))
    chapters = (ChapterRow(0, None, "a"),)
    up_next.refresh([Queued(row(2), chapters), Queued(row(9), chapters)])
    assert up_next.ids == [1, 2, 3]
    assert [each.chapters for each in up_next.queued] == [None, chapters, None]
    up_next.add(row(2))
    assert up_next.queued[-1].chapters == chapters


def test_no_more_than_can_be_remembered():
    up_next = UpNext()
    up_next.replace(Queued(row(number)) for number in range(MOST + 5))
    assert len(up_next.ids) == MOST


@given(st.lists(st.integers(1, 10**6) | st.integers(1, 99).map("track {}".format), unique=True, max_size=20))
def test_it_comes_back_out_of_the_settings(ids):
    assert from_text(to_text(ids)) == ids


@pytest.mark.parametrize("text", ["", "{", "7", '{"a": 1}', '["1", null, 1.5, "track x"]'])
def test_what_somebody_else_wrote_is_nothing(text):
    assert from_text(text) == []


def test_the_time_left_counts_what_was_heard():
    heard = dataclasses.replace(row(1), duration=1000.0, position=400.0)
    again = dataclasses.replace(row(2), duration=1000.0, position=990.0)
    unknown = dataclasses.replace(row(3), duration=None)
    assert left_s([Queued(heard)]) == (600.0, True)
    assert left_s([Queued(heard), Queued(again), Queued(unknown)]) == (1600.0, False)
    assert resume_point(unknown) == 0.0
