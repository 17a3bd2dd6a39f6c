# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits of a beat grid by hand, as laws that hold for all grids."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from podmix.errors import UsageError
from podmix.music import grid_edits as edits
from podmix.music.interop.grids import grid_of_marks, marks_of_grid
from podmix.music.library_types import TempoMark

LONG = 90.0
tempi = st.floats(60.0, 180.0)
times = st.floats(0.0, LONG)


@st.composite
def grids(draw, most=3):
    bar = draw(st.sampled_from((3, 4)))
    starts = sorted(draw(st.lists(st.floats(0.0, 60.0), min_size=1, max_size=most)))
    assume(all(later - earlier > 4.0 for earlier, later in pairwise(starts)))
    marks = [TempoMark(start, draw(tempi), bar, draw(st.integers(1, bar))) for start in starts]
    return edits.shifted(tuple(marks), 0.0)


def beats(marks, of="beats"):
    return grid_of_marks(marks, LONG)[of]


def near(one, other, within=2e-5):
    return len(one) == len(other) and all(abs(a - b) < within for a, b in zip(one, other, strict=True))


@given(grids(), st.floats(-0.4, 0.4))
def test_a_shift_moves_every_beat_and_reaches_back_to_the_start(marks, seconds):
    moved = edits.shifted(marks, seconds)
    assert moved[0].start < 60.0 / moved[0].bpm + 1e-6
    inside = [beat + seconds for beat in beats(marks) if 1 < beat + seconds < LONG - 1]
    there = beats(moved)
    for beat in inside[::7]:
        assert min(abs(beat - other) for other in there) < 1e-4


@given(grids(most=1), st.floats(-30.0, 30.0))
def test_there_and_back_is_where_it_was(marks, seconds):
    back = edits.shifted(edits.shifted(marks, seconds), -seconds)
    assert near(beats(back), beats(marks))
    assert near(beats(back, "downbeats"), beats(marks, "downbeats"))


@given(grids(), st.integers(-8, 8))
def test_turning_the_bars_leaves_the_beats(marks, number):
    turned = edits.turned(marks, number)
    assert beats(turned) == beats(marks)
    assert edits.turned(turned, -number) == marks


@given(grids(most=1))
def test_doubling_and_halving_keep_bar_lines(marks):
    double = edits.scaled(marks, 2.0)
    lines, fine = beats(double, "downbeats"), beats(double)
    for line in beats(marks, "downbeats"):
        assert min(abs(line - other) for other in lines) < 1e-4
    for beat in beats(marks):
        assert min(abs(beat - other) for other in fine) < 1e-4
    back = edits.scaled(double, 0.5)
    for line in beats(back, "downbeats"):
        assert min(abs(line - other) for other in lines) < 1e-4
    if beats(marks, "downbeats")[0] < marks[0].beats_per_bar * 30.0 / marks[0].bpm - 1e-3:  # no new line before it
        assert near(beats(back), beats(marks))
        assert near(beats(back, "downbeats"), beats(marks, "downbeats"))


@given(grids(), times)
def test_the_nearest_beat_begins_the_bar(marks, at):
    made = edits.with_downbeat(marks, at)
    assert near(beats(made), beats(marks))
    beat, number = edits.nearest_beat(made, at)
    assert number == 1
    assert abs(beat - edits.nearest_beat(marks, at)[0]) < 1e-4


@given(grids(most=1), times)
def test_a_beat_comes_to_the_cursor_by_the_shortest_way(marks, at):
    made = edits.with_beat(marks, at)
    assert abs(edits.nearest_beat(made, at)[0] - at) < 1e-4
    before = beats(marks)
    after = beats(made)
    half = 30.0 / marks[0].bpm
    assert all(min(abs(beat - other) for other in after) <= half + 1e-4 for beat in before[1:-1:5])


@given(grids(most=1), times, tempi)
def test_another_tempo_keeps_the_beat_at_the_cursor(marks, at, bpm):
    beat, number = edits.nearest_beat(marks, at)
    made = edits.with_bpm(marks, bpm, at)
    assert made[0].bpm == bpm
    kept, same = edits.nearest_beat(made, beat)
    assert abs(kept - beat) < 1e-4
    assert same == number


@given(tempi, st.floats(0.0, 20.0), st.integers(4, 40), st.data())
def test_taps_give_their_tempo_and_phase(bpm, first, count, data):
    left_out = data.draw(st.sets(st.integers(1, count - 2), max_size=count // 8))
    taps = [first + n * 60.0 / bpm for n in range(count) if n not in left_out]
    assume(len(taps) >= 4)
    marks = edits.of_taps(taps)
    assert abs(marks[0].bpm - bpm) < 1e-6
    assert abs(edits.nearest_beat(marks, first)[0] - first) < 1e-4
    assert edits.nearest_beat(marks, first)[1] == 1


def test_unsteady_hands_are_evened_out():
    wobble = (0.012, -0.015, 0.004, -0.009, 0.011, 0.0, -0.013, 0.008)
    marks = edits.of_taps([5 + n * 0.5 + wobble[n % 8] for n in range(32)])
    assert abs(marks[0].bpm - 120) < 0.2


def test_too_few_taps_are_no_grid():
    assert edits.of_taps([1.0, 1.5, 2.0]) == ()
    assert edits.of_taps([1.0, 1.0, 1.0, 1.0]) == ()


@given(grids(), st.integers(1, 7))
def test_another_metre_counts_to_it(marks, bar):
    made = edits.with_metre(marks, bar)
    assert near(beats(made), beats(marks))
    lines, all_beats = beats(made, "downbeats"), beats(made)
    if len(made) == 1 and len(lines) > 2:
        assert all_beats.index(lines[1]) - all_beats.index(lines[0]) == bar


@given(grids())
def test_what_is_stored_reads_back_as_the_same_marks(marks):
    again = marks_of_grid(grid_of_marks(marks, LONG))
    assert near(beats(again), beats(marks), 1e-4)


@pytest.mark.parametrize("wrong", [lambda m: edits.scaled(m, 4.0), lambda m: edits.with_bpm(m, 5.0, 0.0),
                                   lambda m: edits.with_metre(m, 0)])
def test_absurd_wishes_are_refused(wrong):
    with pytest.raises(UsageError):
        wrong(edits.even(150.0, 0.0))
