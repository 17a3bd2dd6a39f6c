# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole plans: what is promised of every mix, whatever the tracks are."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podmix.audio.stretching.time_map import TimeMap
from podmix.automix.facts import TrackFacts, TrackLabels
from podmix.automix.layout import source_at
from podmix.automix.options import MixOptions
from podmix.automix.pairs import key_distance, pair_terms
from podmix.automix.plan import MixPlan
from podmix.automix.planner import plan_mix
from podmix.automix.program import to_program
from podmix.automix.tempo import FARTHEST, meet
from podmix.automix.transitions.balance import balance, hollow, off_balance, ways_of
from podmix.automix.transitions.curves import SWAP_BARS, low_places
from podmix.errors import AudioError
from tests.automix.tracks import track


def beats_in_mix(plan: MixPlan, place: int, facts: TrackFacts) -> np.ndarray:
    """The track's beats in the mix, in its transition into the next one or out of the one before."""
    found = []
    points = plan.tracks[place].time_map
    beats = np.array(facts.grid.beats)
    for (mix, source), (later, following) in pairwise(points):
        if later > mix and following > source:
            inside = beats[(beats >= source - 1e-6) & (beats < following - 1e-6)]
            found.append(mix + (inside - source) * (later - mix) / (following - source))
    return np.sort(np.concatenate(found))


def misalignment(plan: MixPlan, facts: tuple[TrackFacts, ...], number: int) -> np.ndarray:
    one = plan.transitions[number]
    sides = [beats[(beats > one.mix_start - 1e-3) & (beats < one.mix_end - 1e-3)]
             for beats in (beats_in_mix(plan, number, facts[number]), beats_in_mix(plan, number + 1,
                                                                                   facts[number + 1]))]
    few, many = sorted(sides, key=len)
    assert len(few) >= 4
    return np.abs(few[:, None] - many[None, :]).min(1)


def check_promises(plan: MixPlan) -> None:
    """What holds for every plan."""
    assert len(plan.transitions) == len(plan.tracks) - 1
    for one in plan.tracks:
        TimeMap.from_points(one.time_map, plan.sample_rate)  # within speeds, rising
        for (mix, source), (later, following) in pairwise(one.time_map):
            if later - mix > 0.2 and following > source:
                assert abs((following - source) / (later - mix) - 1) <= FARTHEST + 1e-3
        assert one.time_map[-1][1] <= one.duration + 1e-3 or any(
            transition.loop for transition in plan.transitions)
    for number, one in enumerate(plan.transitions):
        before, after = plan.tracks[number], plan.tracks[number + 1]
        assert one.reasons
        assert before.mix_begin <= one.mix_start <= one.mix_end
        assert after.mix_begin <= one.mix_start + 1e-6
        assert after.mix_begin <= before.mix_end + 1e-6, "no gap"
        assert source_at(after.time_map, one.mix_start) == pytest.approx(one.in_time, abs=2e-4)
        if one.loop is None and one.mix_start < before.mix_end:
            assert source_at(before.time_map, one.mix_start) == pytest.approx(one.out_time, abs=2e-4)
        if number:
            assert plan.transitions[number - 1].mix_end <= one.mix_start + 1e-6
    for before, beyond in zip(plan.tracks, plan.tracks[2:], strict=False):
        assert beyond.mix_begin >= before.mix_end - 1e-6, "never three at once: two would share a deck"
    assert plan.duration_s >= plan.tracks[-1].mix_end - 1e-6
    to_program(plan)


made_up = st.fixed_dictionaries({
    "name": st.integers(0, 99).map("t{}".format),
    "bpm": st.none() | st.floats(60, 190) | st.sampled_from([64.0, 85.0, 88.0, 120.0, 124.0, 128.0, 170.0]),
    "bars": st.integers(1, 12) | st.integers(1, 90), "first": st.floats(0, 3), "key": st.integers(0, 23),
    "energy": st.floats(1, 10), "sure": st.sampled_from([0.1, 0.99]), "per_bar": st.sampled_from([3, 4]),
    "swing": st.sampled_from([0.0, 0.01]), "artist": st.sampled_from(["", "Ada", "Bo"])})


@given(st.lists(made_up, min_size=1, max_size=7), st.sampled_from(["keep", "auto"]), st.booleans(),
       st.sampled_from(["", "wave", "peak"]), st.none() | st.floats(0.5, 10), st.sampled_from([0.3, 0.0, 0.1, 0.9]))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_list_becomes_a_mix_that_keeps_its_promises(given_tracks: list[dict[str, Any]], order: str, full: bool,
                                                          shape: str, minutes: float | None, most_cut: float) -> None:
    tracks = [track(**one) for one in given_tracks]
    mix = plan_mix(tracks, MixOptions(order=order, full_songs=full, shape=shape, minutes=minutes, most_cut=most_cut))
    check_promises(mix.plan)
    assert len(set(mix.order)) == len(mix.order)
    if minutes is None:
        assert sorted(mix.order) == list(range(len(tracks)))
    for number, one in enumerate(mix.plan.transitions):
        if one.beat_matched:
            assert misalignment(mix.plan, mix.facts, number).max() < 0.002


def test_matched_beats_coincide_bars_on_bars() -> None:
    mix = plan_mix([track("a", bpm=124), track("b", bpm=128, first=0.77)])
    [one] = mix.plan.transitions
    assert one.beat_matched
    assert one.kind == "bass-swap"
    assert misalignment(mix.plan, mix.facts, 0).max() < 1e-4
    for facts, at in zip(mix.facts, (one.out_time, one.in_time), strict=True):
        assert np.abs(np.array(facts.grid.downbeats) - at).min() < 1e-6
    assert one.stretch_from == 1.0
    assert one.stretch_to == pytest.approx(124 / 128)


def test_half_time_lies_on_double_time() -> None:
    mix = plan_mix([track("a", bpm=85), track("b", bpm=172, bars=128, sections=(0, 32, 96))])
    [one] = mix.plan.transitions
    assert one.beat_matched
    assert misalignment(mix.plan, mix.facts, 0).max() < 1e-4
    assert "half time" in " ".join(one.reasons)


def test_grids_that_are_not_even_meet_on_every_beat() -> None:
    mix = plan_mix([track("a", swing=0.02), track("b", swing=0.02, bpm=122)])
    [one] = mix.plan.transitions
    assert one.beat_matched
    assert len(one.out_marks) > one.bars + 1
    assert misalignment(mix.plan, mix.facts, 0).max() < 1e-4


@pytest.mark.parametrize(("left", "right"), [(60.0, 174.0), (120.0, 140.0), (100.0, 111.0)])
def test_tempi_too_far_apart_are_not_bent(left: float, right: float) -> None:
    mix = plan_mix([track("a", bpm=left), track("b", bpm=right)])
    [one] = mix.plan.transitions
    assert not one.beat_matched
    assert one.stretch_from == one.stretch_to == 1.0
    assert "too far apart" in one.reasons[0]


@given(st.floats(40, 220), st.floats(40, 220))
def test_nobody_is_stretched_beyond_the_limit(left: float, right: float) -> None:
    found = meet(left, right)
    if found is not None:
        assert max(abs(found.stretch_from - 1), abs(found.stretch_to - 1)) <= 0.0531
        assert left * found.stretch_from * found.octave == pytest.approx(right * found.stretch_to)


def test_unsure_bars_and_pulseless_music_are_faded_with_the_reason() -> None:
    mix = plan_mix([track("a"), track("b", sure=0.3), track("c", bpm=None)])
    assert [one.kind for one in mix.plan.transitions] == ["crossfade", "crossfade"]
    assert "not sure enough" in mix.plan.transitions[0].reasons[0]
    assert "no steady beat" in mix.plan.transitions[1].reasons[0]


def test_voices_are_not_laid_over_voices() -> None:
    one, two = track("a", sung=((40, 56),), bars=64), track("b", sung=((0, 12),), bars=64)
    mix = plan_mix([one, two])
    [way] = mix.plan.transitions
    for at in np.arange(way.mix_start, way.mix_end, 0.1):
        sung = [facts.vocals_at(place - 0.3, place + 0.3) > 0.5 for facts, place in (
            (one, source_at(mix.plan.tracks[0].time_map, at)), (two, source_at(mix.plan.tracks[1].time_map, at)))]
        assert not all(sung)


def test_full_songs_are_played_from_the_first_sound_to_the_last() -> None:
    mix = plan_mix([track("a", first=1.0), track("b", first=2.0)], MixOptions(full_songs=True))
    before, after = mix.plan.tracks
    assert before.time_map[-1][1] >= mix.facts[0].levels.last - 0.05
    assert after.time_map[0][1] <= mix.facts[1].levels.first + 0.05


def test_no_more_is_cut_than_allowed() -> None:
    tracks = [track(str(number), bpm=120 + number) for number in range(4)]
    for share in (0.05, 0.2, 0.5):
        plan = plan_mix(tracks, MixOptions(most_cut=share)).plan
        for facts, planned in zip(tracks, plan.tracks, strict=True):
            heard = planned.time_map[-1][1] - planned.time_map[0][1]
            assert heard >= (1 - share) * (facts.levels.last - facts.levels.first) - 12.0


def test_a_track_that_stops_without_an_outro_goes_round_in_a_loop() -> None:
    short = track("a", bars=20, sections=(0, 8))
    long = track("b", bars=64)
    mix = plan_mix([short, long], MixOptions(most_cut=0.0))
    kinds = {one.kind for one in mix.plan.transitions}
    assert kinds <= {"loop", "bass-swap", "blend", "crossfade"}
    check_promises(mix.plan)


def test_classical_and_live_recordings_are_joined_plainly() -> None:
    quiet = track("a", labels=TrackLabels("Adagio", "Ada", genre="Classical"))
    live = track("b", labels=TrackLabels("Song (Live)", "Bo"))
    plain = track("c")
    assert [one.kind for one in plan_mix([quiet, plain, live]).plan.transitions] == ["join", "join"]


def test_albums_stay_untouched_in_their_own_order() -> None:
    record = [replace(track(str(number), first=0.0, tail=0.0), labels=TrackLabels(
        str(number), "Ada", "Record", track_number=number)) for number in (1, 2, 3)]
    mix = plan_mix([*record, track("other", artist="Bo")])
    assert [one.kind for one in mix.plan.transitions[:2]] == ["join", "join"]
    for one in mix.plan.transitions[:2]:
        assert one.mix_start == one.mix_end
        assert one.in_time == 0.0
    assert len({one.gain_db for one in mix.plan.tracks[:3]}) == 1
    arranged = plan_mix([record[2], track("x"), record[0], record[1]], MixOptions(order="auto"))
    names = [one.title for one in arranged.plan.tracks]
    assert names.index("2") == names.index("1") + 1, "what runs on stays together"


def test_what_cannot_be_played_is_left_out_and_told() -> None:
    mix = plan_mix([track("a"), TrackFacts("/gone.mp3", 0.0, problem="the file is not there."), track("b")])
    assert len(mix.plan.tracks) == 2
    assert "gone.mp3" in mix.plan.notes[0]
    with pytest.raises(AudioError):
        plan_mix([TrackFacts("/gone.mp3", 0.0, problem="gone")])
    with pytest.raises(AudioError):
        plan_mix([])


def test_one_track_and_the_same_track_twice() -> None:
    assert plan_mix([track("a")]).plan.transitions == ()
    mix = plan_mix([track("a"), track("a")])
    check_promises(mix.plan)
    assert any("more than once" in note for note in mix.plan.notes)


def test_facts_without_anything_but_a_length_are_mixed() -> None:
    mix = plan_mix([TrackFacts("/a.wav", 100.0), TrackFacts("/b.wav", 3.0), TrackFacts("/c.wav", 0.3)])
    check_promises(mix.plan)


def test_about_the_wanted_time() -> None:
    tracks = [track(str(number), bpm=100 + number, bars=60 + number) for number in range(40)]
    for minutes in (10.0, 25.0):
        plan = plan_mix(tracks, MixOptions(order="auto", minutes=minutes)).plan
        assert plan.duration_s / 60 == pytest.approx(minutes, abs=1.5)


def test_all_tracks_play_equally_loud_below_the_ceiling() -> None:
    plan = plan_mix([track("a", lufs=-8.0), track("b", lufs=-20.0)]).plan
    loud = [one.gain_db + lufs for one, lufs in zip(plan.tracks, (-8.0, -20.0), strict=True)]
    assert loud[0] == pytest.approx(loud[1])
    assert max(level + 12.0 for level in loud) <= -1.99


def test_a_hundred_tracks_are_planned_within_three_seconds() -> None:
    random = np.random.default_rng(2)
    tracks = [track(str(number), bpm=float(random.uniform(90, 150)), key=int(random.integers(24)),
                    energy=float(random.uniform(1, 10))) for number in range(100)]
    begin = time.process_time()
    mix = plan_mix(tracks, MixOptions(order="auto", shape="wave"))
    assert time.process_time() - begin < 3.0
    check_promises(mix.plan)


@pytest.mark.parametrize(("left", "right", "wanted"), [
    ("8A", "8A", 0.0), ("8A", "8B", 0.1), ("8A", "9A", 0.1), ("12B", "1B", 0.1), ("8A", "10A", 0.4),
    ("8A", "2A", 1.0), ("8A", "9B", 0.35)])
def test_keys_by_the_wheel(left: str, right: str, wanted: float) -> None:
    assert key_distance(left, right) == wanted


def test_terms_of_pairs_are_bounded_and_know_their_names() -> None:
    tracks = [track("a", bpm=120, artist="Ada"), track("b", bpm=121, artist="ada "), track("c", bpm=None),
              TrackFacts("/d", 60.0)]
    terms = pair_terms(tracks)
    for name, value in terms.of(0, 1).items():
        assert 0 <= value <= 1.3, name
    assert terms.artist[0, 1] == 1
    assert terms.unmatched[0, 1] == 0
    assert terms.unmatched[0, 2] == 1
    assert terms.tempo[0, 1] < terms.tempo[0, 2]


def test_two_who_sing_never_meet_however_the_edges_lie() -> None:
    """A section's edge within a bar, or under a plain fade: neither lays a syllable over another."""
    dice = np.random.default_rng(5)
    for bpm in (120.0, None):
        for _ in range(25):
            made = []
            for name in "ab":
                one = track(name, bpm=bpm, bars=48, sections=(0, 16, 32))
                edges = np.sort(dice.uniform(0, one.duration, 4))
                parts = tuple(replace(part, start=float(left), end=float(right), vocals=float(sung))
                              for part, left, right, sung in zip(one.sections * 2, [0.0, *edges],
                                                                 [*edges, one.duration], dice.integers(0, 2, 5),
                                                                 strict=False))
                assert one.structure is not None
                made.append(replace(one, structure=replace(one.structure, sections=parts)))
            plan = plan_mix(made).plan
            [meeting] = plan.transitions
            for at in np.arange(meeting.mix_start + 0.05, meeting.mix_end - 0.05, 0.1):
                both = [any(part.vocals > 0.5 and part.start + 0.05 <= second < part.end - 0.05
                            for part in one.sections)
                        for one, second in zip(made, [source_at(side.time_map, at) for side in plan.tracks],
                                               strict=True)]
                assert not all(both), (meeting.kind, at)


def test_a_loud_part_stays_up_until_the_line_where_only_an_intro_comes_in() -> None:
    loud, soft = np.full(32, 1.0), np.full(32, 10 ** -1.5)
    lows = np.full(32, 1e-6)
    sharp = max(ways_of(8), key=lambda way: way[0])
    window = 6
    halves = np.stack([np.repeat([1.0, 0.0], 16), np.repeat([0.0, 1.0], 16)])
    even, late = off_balance((loud, lows), (soft, lows), [(0.5, 0.5), (sharp[0], 0.5)], halves, window)
    assert late < 4.0 < 6.0 < even


def test_lows_pass_over_where_the_bass_is_kept() -> None:
    swap_early, swap_late = (np.stack([np.arange(32) < at, np.arange(32) >= at]).astype(float) for at in (8, 24))
    bass, none = np.full(32, 1.0), np.full(32, 1e-3)
    assert hollow(bass, none, swap_late) < 1.5 < 5.0 < hollow(bass, none, swap_early)
    assert hollow(none, bass, swap_early) < 1.5 < 5.0 < hollow(none, bass, swap_late)


@pytest.mark.parametrize("slow", [False, True])
@pytest.mark.parametrize("line", [0.0, 2.0, 4.0, 6.0, 8.0])
def test_lows_pass_over_inside_the_overlap_and_end_on_their_line(line: float, slow: bool) -> None:
    begin, end = low_places(8, line, slow=slow)
    assert 0 <= begin < end <= 8
    if slow:
        assert (begin + end) / 2 == pytest.approx(min(max(line, 1.0), 7.0))
    else:
        assert end == pytest.approx(max(line, SWAP_BARS))
        assert end - begin == pytest.approx(SWAP_BARS)


@pytest.mark.parametrize("bars", [4, 8, 16, 32])
def test_lows_stay_until_the_end_where_only_they_are_loud_but_never_under_a_filter(bars: int) -> None:
    loud, soft = (long_of(name, level) for name, level in (("bass", 1.0), ("intro", 0.001)))
    lines = loud.table.lines[: bars + 1]
    free = balance(loud, soft, lines, lines, bars)
    early = balance(loud, soft, lines, lines, bars, early_lows=True)
    assert free.low == 1.0
    assert early.low <= 0.5


def long_of(name: str, level: float) -> TrackFacts:
    """A track of even bars whose waveform is all bass at this level, at one loudness with any other."""
    made = track(name, bpm=120.0, bars=80)
    levels = replace(made.levels, rate=10.0, power=np.full(2000, level * 10 ** (made.lufs / 10)),
                     low=np.full(2000, 0.9 * level * 10 ** (made.lufs / 10)))
    object.__setattr__(made, "levels", levels)
    return made
