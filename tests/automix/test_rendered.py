# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans as sound: what is rendered is what the plan says, to the sample."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from podmix.audio.chapters import read_chapters
from podmix.audio.decode import stream
from podmix.audio.loudness import true_peak_db
from podmix.audio.mixing.render import render, render_to_file
from podmix.automix.exports import chapters
from podmix.automix.options import MixOptions
from podmix.automix.plan_json import read_plan, write_plan
from podmix.automix.planner import PlannedMix, plan_mix
from podmix.automix.program import to_program
from podmix.progress import finish
from tests.automix.test_planner import beats_in_mix
from tests.automix.tracks import RATE, sound, track


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


def test_native_parts_are_the_file_sample_by_sample(mix: PlannedMix) -> None:
    """Where no band is moved; what an isolator has touched is turned in phase."""
    plan = plan_mix([mix.facts[0], mix.facts[2]]).plan
    source = np.concatenate(list(stream(mix.facts[0].path, sample_rate=RATE, mono=False)))
    begin, end = plan.tracks[0].time_map[0][1], plan.transitions[0].mix_start
    frames = round(end * RATE) - RATE // 10
    sounds = np.concatenate(list(render(to_program(plan), to_s=end)))[:frames]
    gain, offset = 10 ** (plan.tracks[0].gain_db / 20), round(begin * RATE)
    np.testing.assert_allclose(sounds, gain * source[offset: offset + frames], atol=2e-6)


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
