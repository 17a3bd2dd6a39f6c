# SPDX-License-Identifier: GPL-3.0-or-later
"""Edges of transitions moved by hand: what snaps, what stays, what is refused."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.automix import editing
from podmix.automix.edges import MOST_BARS, SHORTEST_S, longer, step_of, with_edges
from podmix.automix.options import MixOptions
from podmix.automix.plan import CURVE_NAMES, Curves
from podmix.automix.planner import PlannedMix, plan_mix
from podmix.automix.weights import MixWeights
from podmix.errors import AudioError, UsageError
from tests.automix.test_planner import check_promises, misalignment
from tests.automix.test_plans import undone
from tests.automix.tracks import track


@cache
def made_up() -> PlannedMix:
    """Beats on beats; beat by beat; a fade; half time; a cut or an echo."""
    return plan_mix([track("a", bpm=122), track("b", bpm=125), track("c", bpm=128, swing=0.01), track("d", bpm=None),
                     track("e", bpm=86), track("f", bpm=174, bars=128, sections=(0, 32, 96)), track("g", bpm=140)])


@pytest.fixture
def mix() -> PlannedMix:
    return made_up()


NUMBERS = (0, 1, 2, 4, 5)
EDGE = st.floats(-30, 30) | st.sampled_from([0.0, 0.01, -0.01, 1000.0, -1000.0])


def last_positions(curves: Curves) -> list[float]:
    return [points[-1][0] for name in CURVE_NAMES if (points := getattr(curves, name))]


@given(st.sampled_from(NUMBERS), EDGE, EDGE, st.booleans())
@settings(max_examples=200, deadline=None)
def test_whatever_is_dragged_the_mix_keeps_its_promises(number: int, start: float, end: float, free: bool) -> None:
    mix = made_up()
    try:
        made = with_edges(mix, number, start, end, free=free)
    except (UsageError, AudioError):
        return  # no room, and it is said
    check_promises(made.plan)
    undone(mix, made, number)
    one, old = made.plan.transitions[number], mix.plan.transitions[number]
    assert (one.kind, one.beat_matched, one.locked) == (old.kind, old.beat_matched, old.locked)
    assert one.reasons[0] == "Placed by hand."
    assert one.reasons.count("Placed by hand.") == 1
    if one.beat_matched and not free:
        assert misalignment(made.plan, made.facts, number).max() < 2e-3
        for facts, at in zip(made.facts[number: number + 2], (one.out_time, one.in_time), strict=True):
            assert min(abs(line - at) for line in facts.table.lines) < 1e-6, "on a bar line"
        assert 1 <= one.bars <= MOST_BARS
        assert one.swap is None or 0 <= one.swap <= one.bars
    assert one.out_end <= made.facts[number].duration + 1e-9
    assert one.in_begin >= 0


@pytest.mark.parametrize("number", [0, 1, 4])
def test_a_bar_more_and_a_bar_less(mix: PlannedMix, number: int) -> None:
    old = mix.plan.transitions[number]
    shorter = longer(mix, number, -2)
    one = shorter.plan.transitions[number]
    assert one.bars == old.bars - 2
    assert one.out_time == pytest.approx(old.out_time)
    assert one.in_time == pytest.approx(old.in_time)
    assert one.mix_start == pytest.approx(old.mix_start)
    assert max(last_positions(one.out_curves)) == pytest.approx(one.bars), "curves are as long as it is"
    again = longer(shorter, number, 2).plan.transitions[number]
    assert (again.bars, again.kind) == (old.bars, old.kind)
    assert np.allclose(again.out_marks, old.out_marks, atol=1e-6)
    assert np.allclose(again.in_marks, old.in_marks, atol=1e-6)


def test_the_front_edge_earlier_makes_it_longer_from_the_front(mix: PlannedMix) -> None:
    old, bar = mix.plan.transitions[0], step_of(mix, 0)
    one = with_edges(mix, 0, 2 * bar, 0.0).plan.transitions[0]
    assert one.bars == old.bars - 2
    assert one.out_marks[-1] == pytest.approx(old.out_marks[-1])
    assert one.in_marks[-1] == pytest.approx(old.in_marks[-1])


def test_both_edges_alike_move_it_in_the_track_that_ends(mix: PlannedMix) -> None:
    old, bar = mix.plan.transitions[0], step_of(mix, 0)
    one = with_edges(mix, 0, -2 * bar, -2 * bar).plan.transitions[0]
    assert one.out_time == pytest.approx(old.out_time - 2 * bar, abs=0.01)
    assert one.in_marks == old.in_marks


def test_with_alt_a_matched_one_moves_by_ten_milliseconds_beats_still_on_beats(mix: PlannedMix) -> None:
    old = mix.plan.transitions[0]
    made = with_edges(mix, 0, 0.03, 0.0, free=True)
    one = made.plan.transitions[0]
    assert one.out_time - old.out_time == pytest.approx(0.03)
    assert 0.02 <= one.in_time - old.in_time <= 0.04
    assert misalignment(made.plan, made.facts, 0).max() < 0.006


def test_a_fade_grows_by_tens_of_milliseconds_and_its_curves_with_it(mix: PlannedMix) -> None:
    old = mix.plan.transitions[2]
    one = with_edges(mix, 2, -0.314, 0.0).plan.transitions[2]
    assert one.length == pytest.approx(old.length + 0.31)
    assert max(last_positions(one.out_curves)) == pytest.approx(one.length)
    assert longer(mix, 2, -2).plan.transitions[2].length == pytest.approx(old.length - 1.0)


def test_it_stops_where_a_track_does(mix: PlannedMix) -> None:
    for number in (0, 1, 2, 4):
        one = with_edges(mix, number, 0.0, 500.0).plan.transitions[number]
        assert one.out_marks[-1] <= mix.facts[number].duration + 1e-6
        assert one.in_marks[-1] <= mix.facts[number + 1].duration + 1e-6


def test_what_cannot_be(mix: PlannedMix) -> None:
    for number in (-1, 99):
        with pytest.raises(UsageError):
            with_edges(mix, number, 0.0, 1.0)
        with pytest.raises(UsageError):
            longer(mix, number, 1)
    with pytest.raises(UsageError, match="shorter"):
        with_edges(mix, 2, 0.0, -mix.plan.transitions[2].length + SHORTEST_S / 2)


def test_a_loop_keeps_its_length() -> None:
    looped = plan_mix([track("a", bars=20, sections=(0, 8)), track("b", bars=64)], MixOptions(most_cut=0.0))
    looped = editing.with_kind(looped, 0, "loop", MixOptions(most_cut=0.0), MixWeights())
    assert looped.plan.transitions[0].loop is not None
    with pytest.raises(UsageError, match="loop"):
        longer(looped, 0, 1)
    check_promises(with_edges(looped, 0, 2.0, 2.0).plan)
