# SPDX-License-Identifier: GPL-3.0-or-later
"""Two transitions of one track never meet, and no three tracks sound at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.automix import editing
from podmix.automix.layout import lay_out
from podmix.automix.options import MixOptions
from podmix.automix.plan import PlannedTransition
from podmix.automix.planner import PlannedMix, plan_mix
from podmix.automix.room import meet, with_room
from podmix.automix.weights import MixWeights
from podmix.errors import AudioError
from tests.automix.test_planner import check_promises
from tests.automix.tracks import track

OPTIONS, WEIGHTS = MixOptions(), MixWeights()
FACTS = [track("a", bars=24), track("b", bars=24), track("c", bars=24)]


def fade(out: float, into: float, length: float) -> PlannedTransition:
    return PlannedTransition("crossfade", (out, out + length), (into, into + length), out + length, into,
                             reasons=("made up",))


@given(st.floats(0, 40), st.floats(0, 44), st.floats(0.01, 4), st.sampled_from([(), (True, False), (False, True)]))
@settings(max_examples=200, deadline=None)
def test_what_would_meet_gives_way(into: float, out: float, length: float, kept: tuple[bool, ...]) -> None:
    given_ones = fade(40.0, into, length), fade(out, 0.5, length)
    made = with_room(FACTS, given_ones, kept)
    assert not meet(*made)
    if not meet(*given_ones):
        assert made == given_ones
    else:
        [changed] = [number for number in (0, 1) if made[number] != given_ones[number]]
        assert not (kept and kept[changed]), "what a person placed stays"
        assert "No room" in made[changed].reasons[0]
    mix = plan_mix(FACTS)
    check_promises(lay_out(replace(mix.plan, transitions=made)))


def test_of_two_that_a_person_placed_none_is_changed_and_it_is_said() -> None:
    both = fade(40.0, 20.0, 4.0), fade(10.0, 0.5, 4.0)
    assert with_room(FACTS, both, (True, True)) == both
    with pytest.raises(AudioError, match="before it has begun"):
        lay_out(replace(plan_mix(FACTS).plan, transitions=both))


def test_a_track_beside_a_far_moved_transition_is_planned_all_the_same() -> None:
    mix = plan_mix([track("a"), track("b", bars=32)])
    late = editing.moved(mix, 0, in_s=60.0)  # the second track comes in with its last bars
    assert late.plan.transitions[0].in_time > 30
    made = editing.with_track(late, 2, track("new"), OPTIONS, WEIGHTS)
    assert made.plan.transitions[0].in_marks == late.plan.transitions[0].in_marks
    assert "No room" in made.plan.transitions[1].reasons[0]
    check_promises(made.plan)


def test_a_tail_and_a_pickup_give_way_to_the_deck_that_they_share() -> None:
    mix: PlannedMix = plan_mix(FACTS, MixOptions(full_songs=True))
    one, two = mix.plan.transitions
    tailed = replace(one, out_end=one.out_marks[-1] + 100.0)
    early = replace(two, in_begin=0.0, in_marks=tuple(mark + 15 for mark in two.in_marks))
    check_promises(lay_out(replace(mix.plan, tracks=tuple(replace(a, duration=999.0) for a in mix.plan.tracks),
                                   transitions=(tailed, early))))
