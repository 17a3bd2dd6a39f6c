# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans as sound: what is rendered is what the plan says, to the sample."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from podmix.audio.chapters import read_chapters
from podmix.audio.decode import stream
from podmix.audio.loudness import true_peak_db
from podmix.audio.mixing.render import render, render_to_file
from podmix.automix.exports import chapters
from podmix.automix.options import MixOptions
from podmix.automix.plan import Points
from podmix.automix.plan_json import read_plan, write_plan
from podmix.automix.planner import PlannedMix, plan_mix
from podmix.automix.program import to_program
from podmix.progress import finish
from tests.automix.test_planner import beats_in_mix
from tests.automix.tracks import RATE, sound, track

SETTLES_S = 0.06
"""So long before and after a curve the isolator may be there."""


@pytest.fixture(scope="module")
def mix(tmp_path_factory: pytest.TempPathFactory) -> PlannedMix:
    folder = tmp_path_factory.mktemp("sounds")
    tracks = [sound(track("a", bpm=120, bars=14, sections=(0, 8)), folder),
              sound(track("b", bpm=124, bars=14, first=0.31, sections=(0, 8)), folder, hertz=330.0),
              sound(track("c", bpm=None, bars=6), folder, hertz=262.0)]
    return plan_mix(tracks, MixOptions(most_cut=0.5))


@pytest.fixture(scope="module")
def heard(mix: PlannedMix) -> np.ndarray:
    return np.concatenate(list(render(to_program(mix.plan))))


def test_it_is_as_long_as_the_plan_says_and_below_the_ceiling(mix: PlannedMix, heard: np.ndarray) -> None:
    assert len(heard) == round(mix.plan.duration_s * RATE)
    assert true_peak_db(heard, RATE) <= -1.0 + 0.05
    assert np.isfinite(heard).all()


def test_clicks_stand_where_the_time_maps_put_the_beats(mix: PlannedMix, heard: np.ndarray) -> None:
    mono = heard.mean(axis=1)
    [first, second] = mix.plan.transitions
    assert first.beat_matched
    assert abs(first.stretch_to - 1) > 0.02
    for place, begin, end in ((0, 0.0, first.mix_start), (1, first.mix_end, second.mix_start)):
        for beat in beats_in_mix(mix.plan, place, mix.facts[place]):
            if begin + 0.1 < beat < end - 0.1:
                around = slice(round((beat - 0.03) * RATE), round((beat + 0.03) * RATE))
                rise = np.diff(np.convolve(np.abs(np.diff(mono[around], 2)), np.ones(20) / 20, "same"))
                assert abs(int(rise.argmax()) / RATE - 0.03) < 0.004


def test_where_a_track_plays_alone_at_its_own_speed_it_is_its_file_bit_for_bit(mix: PlannedMix,
                                                                              heard: np.ndarray) -> None:
    """Before, between and after transitions that move bands: isolator, filter and limiter are out of the way."""
    plan, alone_s = mix.plan, 0.0
    assert any(one.in_curves.low for one in plan.transitions)
    for place, one in enumerate(plan.tracks):
        begin = plan.transitions[place - 1].mix_end if place else 0.0
        end = plan.transitions[place].mix_start if place < len(plan.transitions) else plan.duration_s
        source = np.concatenate(list(stream(one.path, sample_rate=RATE, mono=False)))
        gain = np.float32(10 ** (one.gain_db / 20))
        for (left, at), (right, following) in pairwise(one.time_map):
            left, at = max(left, begin + SETTLES_S), at + max(0.0, begin + SETTLES_S - left)
            right = min(right, end - SETTLES_S)
            if right <= left or abs((following - at) / max(right - left, 1e-9)) > 50 or not native(one.time_map, left):
                continue
            first, count, offset = round(left * RATE), round(right * RATE) - round(left * RATE), round(at * RATE)
            wanted = source[offset: offset + count] * gain
            assert np.array_equal(heard[first: first + count], wanted)
            alone_s += count / RATE
    assert alone_s > 15


def native(points: Points, at: float) -> bool:
    [slope] = [(following - source) / (right - left) for (left, source), (right, following) in pairwise(points)
               if left <= at < right]
    return abs(slope - 1) < 1e-5


def test_a_plan_from_its_file_sounds_the_same(mix: PlannedMix, heard: np.ndarray, tmp_path: Path) -> None:
    write_plan(mix.plan, tmp_path / "plan.json")
    again = np.concatenate(list(render(to_program(read_plan(tmp_path / "plan.json")))))
    assert np.array_equal(again, heard)


def test_nothing_stops_between_two_tracks(mix: PlannedMix, heard: np.ndarray) -> None:
    size = RATE // 20
    begin, end = (round(place * RATE) for place in (1.0, mix.plan.duration_s - 1.0))
    power = (heard[begin:end].mean(axis=1) ** 2)[: (end - begin) // size * size].reshape(-1, size).mean(1)
    assert power.min() > 1e-5


def test_a_file_with_chapters(tmp_path: Path) -> None:
    short = [sound(track(name, bpm=None, bars=2), tmp_path) for name in ("a", "b")]
    plan = plan_mix(short).plan
    target = tmp_path / "mix.m4a"
    finish(render_to_file(to_program(plan), target, chapters=chapters(plan)))
    assert [one.title for one in read_chapters(target)] == ["a", "b"]
