# SPDX-License-Identifier: GPL-3.0-or-later
"""Planning what is still to come of a mix: the past and all locks stay, to the microsecond."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.app.automix_future import LEAD_S, go_on, heard_tracks
from podmix.automix.editing import locked, with_kind
from podmix.automix.facts import TrackFacts
from podmix.automix.options import MixOptions
from podmix.automix.plan import PlannedTransition
from podmix.automix.planner import PlannedMix, plan_mix
from podmix.automix.weights import MixWeights
from podmix.errors import AudioError
from tests.automix.tracks import track

AUTO, KEEP, PLAIN = MixOptions(order="auto"), MixOptions(order="keep"), MixWeights()


def some_track(number: int) -> TrackFacts:
    return track(f"t{number}", bpm=(118.0, 120.0, 122.0, 125.0)[number % 4], key=number * 5 % 24,
                 energy=1.0 + number * 3 % 9, artist=f"artist {number % 5}")


TRACKS = [some_track(number) for number in range(14)]
MIX = plan_mix(TRACKS[:8], AUTO)


def decisions(one: PlannedTransition) -> PlannedTransition:
    return replace(one, mix_start=0.0, mix_end=0.0)


def pairs(mix: PlannedMix) -> dict[tuple[str, str], PlannedTransition]:
    paths = [one.path for one in mix.plan.tracks]
    return {(paths[place], paths[place + 1]): one for place, one in enumerate(mix.plan.transitions)}


def test_kept_order_puts_them_at_the_end_and_touches_nothing() -> None:
    made = go_on(MIX, TRACKS[8:10], KEEP, PLAIN)
    assert made.plan.transitions[:7] == MIX.plan.transitions
    assert [one.path for one in made.facts[8:]] == [one.path for one in TRACKS[8:10]]
    assert made.plan.tracks[:7] == MIX.plan.tracks[:7]


def test_they_may_join_at_a_place_that_is_still_to_come() -> None:
    made = go_on(MIX, TRACKS[8:10], KEEP, PLAIN, place=3)
    assert [one.path for one in made.facts[3:5]] == [one.path for one in TRACKS[8:10]]
    assert made.plan.transitions[:2] == MIX.plan.transitions[:2]
    heard = MIX.plan.tracks[5].mix_begin
    made = go_on(MIX, TRACKS[8:10], KEEP, PLAIN, place=1, heard_s=heard)
    assert made.facts[:6] == MIX.facts[:6]
    assert {one.path for one in made.facts[6:8]} == {one.path for one in TRACKS[8:10]}


@settings(max_examples=25, deadline=None)
@given(heard=st.floats(0.0, MIX.plan.duration_s), more=st.integers(0, 5),
       locks=st.sets(st.integers(0, 6), max_size=4), anew=st.booleans(), order=st.sampled_from(["auto", "keep"]))
def test_the_past_and_the_locks_stay(heard: float, more: int, locks: set[int], anew: bool, order: str) -> None:
    mix = MIX
    for number in locks:
        mix = locked(with_kind(mix, number, "cut", AUTO, PLAIN), number)
    heard = min(heard, mix.plan.duration_s)
    made = go_on(mix, TRACKS[8:8 + more], replace(AUTO, order=order), PLAIN, heard_s=heard, anew=anew)
    fixed = heard_tracks(mix, heard)
    assert made.facts[:fixed] == mix.facts[:fixed]
    assert made.plan.transitions[:fixed - 1] == mix.plan.transitions[:fixed - 1]
    assert made.plan.tracks[:fixed - 1] == mix.plan.tracks[:fixed - 1]
    assert sorted(one.path for one in made.facts) == sorted(one.path for one in (*mix.facts, *TRACKS[8:8 + more]))
    new = pairs(made)
    for pair, one in pairs(mix).items():
        if one.locked:
            assert decisions(new[pair]) == decisions(one)


def test_locked_pairs_that_were_asked_for_stay_together() -> None:
    options = replace(AUTO, pairs=((2, 5), (5, 0)))
    mix = plan_mix(TRACKS[:8], options)
    made = go_on(mix, TRACKS[8:], options, PLAIN)
    paths = [one.path for one in made.plan.tracks]
    for before, after in options.pairs:
        assert paths.index(TRACKS[after].path) == paths.index(TRACKS[before].path) + 1


def test_first_and_last_stay_where_they_were_asked_to_be() -> None:
    options = replace(AUTO, first=3, last=6)
    made = go_on(plan_mix(TRACKS[:8], options), TRACKS[8:], options, PLAIN)
    assert made.facts[0].path == TRACKS[3].path
    assert made.facts[-1].path == TRACKS[6].path
    while_playing = go_on(plan_mix(TRACKS[:8], options), TRACKS[8:], options, PLAIN, heard_s=30.0)
    assert while_playing.facts[-1].path == TRACKS[6].path


def test_neighbours_that_stay_neighbours_keep_what_was_done_to_them_unless_all_is_planned_anew() -> None:
    mix = with_kind(MIX, 6, "cut", AUTO, PLAIN)
    kept, anew = go_on(mix, [], KEEP, PLAIN), go_on(mix, [], KEEP, PLAIN, anew=True)
    assert kept.plan.transitions == mix.plan.transitions
    assert anew.plan.transitions[6].kind != "cut"


def test_what_was_learnt_counts_when_planning_anew() -> None:
    wild = replace(PLAIN, kinds={"filter": 2.0})
    before = sum(one.kind == "filter" for one in MIX.plan.transitions)
    after = sum(one.kind == "filter" for one in go_on(MIX, [], KEEP, wild, anew=True).plan.transitions)
    assert after > before


def test_what_begins_in_a_moment_counts_as_heard() -> None:
    begin = MIX.plan.tracks[3].mix_begin
    assert heard_tracks(MIX, begin - LEAD_S - 0.1) == 3
    assert heard_tracks(MIX, begin - LEAD_S + 0.1) == 4
    assert heard_tracks(MIX, None) == 0


def test_what_holds_no_sound_is_left_out_and_told() -> None:
    broken = TrackFacts("/music/broken.flac", 0.0, problem="it is no sound.")
    made = go_on(MIX, [broken, TRACKS[9]], KEEP, PLAIN)
    assert len(made.facts) == 9
    assert any("broken.flac" in note for note in made.plan.notes)
    with pytest.raises(AudioError, match="None of these"):
        go_on(MIX, [broken], KEEP, PLAIN)
