# SPDX-License-Identifier: GPL-3.0-or-later
"""Marks that coincide, time maps made of them, and curves laid into the mix."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.automix import editing
from podmix.automix.facts import TrackFacts, bar_lines, even_bars
from podmix.automix.layout import simplified, source_at
from podmix.automix.levels import MOST_GAIN_DB, PEAK_DBTP, planned_gains
from podmix.automix.options import MixOptions
from podmix.automix.planner import PlannedMix, plan_mix
from podmix.automix.program import in_mix, to_program
from podmix.automix.stored_facts import facts_from
from podmix.automix.transitions.loop import unrolled
from podmix.automix.transitions.matched import beats_between, coinciding
from podmix.automix.weights import MixWeights
from podmix.music.analysis_form import beats_plain
from tests.automix.test_planner import check_promises, misalignment
from tests.automix.tracks import track


def without_a_beat(number: int) -> TrackFacts:
    one = track(swing=0.01)
    assert one.beats is not None
    beats = one.grid.beats[:number] + one.grid.beats[number + 1:]
    return replace(one, beats=replace(one.beats, grid=replace(one.grid, beats=beats)))


def test_a_bar_with_another_number_of_beats_is_not_even_and_no_transition_lies_on_it() -> None:
    gap = without_a_beat(4 * 50 + 2)
    even = even_bars(gap.grid, gap.table.lines)
    assert list(np.flatnonzero(~even)) == [50]
    assert beats_between(gap, gap.table.lines[48:52]) is None
    assert beats_between(gap, gap.table.lines[51:53]) is not None
    mix = plan_mix([gap, track("b", bpm=122)])
    [one] = mix.plan.transitions
    assert one.beat_matched
    assert not one.out_marks[0] < gap.table.lines[50] + 0.1 < one.out_marks[-1]
    assert misalignment(mix.plan, mix.facts, 0).max() < 1e-4


def test_a_file_that_begins_a_moment_after_the_one_has_its_first_bar_line() -> None:
    one = track("a", first=2.0 - 0.004)
    assert one.beats is not None
    whole = bar_lines(replace(one, waveform=None))
    assert whole[0] == 0.0
    assert whole[1] == pytest.approx(1.996)
    assert bar_lines(track("b", first=0.5))[0] == 0.5


def test_where_tempi_count_twice_every_second_beat_is_a_mark() -> None:
    slow, fast = track("a", bpm=85, swing=0.02), track("b", bpm=170, bars=128, swing=0.02)
    marks = coinciding(slow, fast, slow.table.lines[8:13], fast.table.lines[8:17])
    assert marks is not None
    assert len(marks[0]) == len(marks[1]) == 4 * 4 + 1
    assert np.allclose(marks[0], slow.grid.beats[32:49])
    assert np.allclose(marks[1], fast.grid.beats[32:65:2])
    for tracks in ([slow, fast], [fast, slow]):
        mix = plan_mix(tracks)
        assert mix.plan.transitions[0].beat_matched
        assert misalignment(mix.plan, mix.facts, 0).max() < 1e-4


def test_a_loop_of_an_uneven_grid_goes_round_beat_by_beat() -> None:
    options = MixOptions(most_cut=0.3)
    mix = plan_mix([track("a", bars=24, swing=0.01), track("b", bars=64, bpm=121, swing=0.01)], options)
    made = editing.with_kind(mix, 0, "loop", options, MixWeights())
    assert made.plan.transitions[0].loop is not None
    assert misalignment(made.plan, made.facts, 0).max() < 1e-3
    check_promises(made.plan)


@given(st.lists(st.floats(0.2, 1.0), min_size=1, max_size=8), st.integers(1, 5))
def test_an_unrolled_loop_repeats_its_steps(steps: list[float], turns: int) -> None:
    once = np.concatenate([[3.0], 3.0 + np.cumsum(steps)])
    marks = unrolled(once, turns)
    assert len(marks) == len(steps) * turns + 1
    assert marks[0] == pytest.approx(once[-1])
    assert np.allclose(np.diff(marks), steps * turns)


@given(st.lists(st.tuples(st.floats(0.01, 5), st.floats(0.01, 5)), min_size=1, max_size=20))
def test_what_is_left_out_of_a_time_map_lies_on_its_line(steps: list[tuple[float, float]]) -> None:
    points = [(0.0, 0.0), *((float(mix), float(source)) for mix, source in np.cumsum(steps, axis=0))]
    kept = simplified(points)
    assert kept[0] == points[0]
    assert kept[-1] == pytest.approx(points[-1], abs=1e-7)
    for mix, source in points[:-1]:
        assert source_at(kept, mix) == pytest.approx(source, abs=3e-5)


def test_a_jump_in_a_time_map_stays() -> None:
    looped = [(0.0, 0.0), (4.0, 4.0), (4.0, 2.0), (6.0, 4.0), (6.0, 2.0), (8.0, 4.0)]
    assert simplified(looped) == tuple(looped)
    assert source_at(tuple(looped), 4.0) == 2.0
    assert source_at(tuple(looped), 3.999) == pytest.approx(3.999)


def test_curves_count_bars_where_beats_are_matched_and_go_on_beyond_the_ends() -> None:
    mix: PlannedMix = plan_mix([track("a", bpm=120), track("b", bpm=120)])
    [one] = mix.plan.transitions
    laid = in_mix(one, ((-1.0, 0.0), (0.0, 0.0), (2.0, 0.5), (one.bars + 1.0, 1.0)))
    assert [mix_s - one.mix_start for mix_s, _ in laid] == pytest.approx([-2.0, 0.0, 4.0, 2.0 * one.bars + 2.0])
    assert [value for _, value in laid] == [0.0, 0.0, 0.5, 1.0]
    seconds = in_mix(replace(one, beat_matched=False), ((-0.5, 1.0), (1.5, 0.0)))
    assert [mix_s - one.mix_start for mix_s, _ in seconds] == pytest.approx([-0.5, 1.5])


def test_a_clip_knows_first_the_curves_it_comes_by_then_those_it_leaves_by() -> None:
    mix = plan_mix([track("a"), track("b", bpm=121), track("c", bpm=122)])
    clips = to_program(mix.plan).clips
    assert [clip.deck for clip in clips] == [0, 1, 0]
    points = clips[1].low.points
    assert [value for _, value in points] == [0.0, 1.0, 1.0, 0.0]
    assert all(left <= right for (left, _), (right, _) in pairwise(points))
    first, second = mix.plan.transitions
    assert first.mix_start <= points[1][0] <= first.mix_end <= second.mix_start <= points[2][0]


def test_gains_bring_all_to_one_loudness_below_the_ceiling() -> None:
    tracks = [track("a", lufs=-9.0), track("b", lufs=-20.0), track("c", lufs=-60.0)]
    gains = planned_gains(tracks)
    for one, gain in zip(tracks, gains, strict=True):
        assert one.true_peak_db + gain <= PEAK_DBTP + 1e-3
        assert gain <= MOST_GAIN_DB
    assert gains[0] + tracks[0].lufs == pytest.approx(gains[1] + tracks[1].lufs, abs=0.01)


def test_facts_survive_being_stored_and_a_corrected_grid_is_sure() -> None:
    one = track(sure=0.2)
    assert one.beats is not None
    held = {"beats": (beats_plain(one.beats), b""), "key": ({"key": "Am", "confidence": 0.4}, b""),
            "loudness": ({"error": "unreadable"}, b"")}
    read = facts_from("/a.flac", one.duration, one.labels, held)
    assert read.grid.beats == pytest.approx(one.grid.beats, abs=1e-5)
    assert not read.bars_sure
    assert read.key is not None
    assert (read.key.camelot, read.key.confidence) == ("8A", 0.4)
    assert read.loudness is None, "what could not be analysed is unknown"
    sure = facts_from("/a.flac", one.duration, one.labels, held, by_hand=frozenset({"beats", "key"}))
    assert sure.bars_sure
    assert sure.key is not None
    assert sure.key.confidence == 1.0


def test_fades_cross_later_where_a_soft_intro_comes_up_under_a_loud_part() -> None:
    def with_level(name: str, soft_until: float) -> TrackFacts:
        one = track(name)
        assert one.waveform is not None
        rms = np.frombuffer(one.waveform.rms, np.uint8).reshape(-1, 3).copy()
        rms[: round(soft_until * 150)] //= 3
        return replace(one, waveform=replace(one.waveform, rms=rms.tobytes()))

    alike, soft = plan_mix([track("a"), track("b")]), plan_mix([track("a"), with_level("b", 60.0)])
    crossings = []
    for mix in (alike, soft):
        [one] = mix.plan.transitions
        high = np.array(one.out_curves.high)
        crossings.append(float(np.interp(-0.5, -high[:, 1], high[:, 0])) / one.bars)
        low = np.array(one.out_curves.low)
        assert low[-1, 0] >= one.bars / 2, "the bass changes over in the middle all the same"
    assert crossings[1] > crossings[0] + 0.05


def test_where_both_are_sung_nothing_overlaps() -> None:
    one, two = (track(name, bpm=None, sung=((0, 64),)) for name in ("a", "b"))
    [way] = plan_mix([one, two]).plan.transitions
    assert way.mix_start == way.mix_end
    assert "sung" in " ".join(way.reasons)
