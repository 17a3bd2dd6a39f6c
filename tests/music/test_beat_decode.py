# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths through activations, bars, lines: on activations whose beats are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from podmix.lab.beat_network import targets
from podmix.music.beats import decode, grid, segments
from podmix.music.beats.bars import count_bars
from podmix.music.beats.features import FINE_RATE, FRAME_RATE

SECONDS = 40.0


def activation(beats: np.ndarray, height: float = 0.8) -> np.ndarray:
    return targets(beats, int(SECONDS * FRAME_RATE)) * np.float32(height)


def nearest(found: np.ndarray, truth: np.ndarray) -> np.ndarray:
    return np.abs(found[:, None] - truth[None]).min(0)


@settings(max_examples=15)
@given(bpm=st.floats(66, 195), phase=st.floats(0, 0.3))
def test_an_even_pulse_is_followed(bpm: float, phase: float) -> None:
    beats = np.arange(phase + 0.1, SECONDS - 0.5, 60 / bpm)
    found = decode.follow_beats(activation(beats))
    assert np.median(np.diff(found)) == pytest.approx(60 / bpm, rel=0.04)
    assert np.mean(nearest(found, beats) < 0.03) > 0.95


@settings(max_examples=15)
@given(ratio=st.floats(0.8, 1.25))
def test_a_drifting_pulse_is_followed(ratio: float) -> None:
    periods = 0.5 * np.exp(np.linspace(0, np.log(ratio), 100))
    beats = 0.3 + np.cumsum(periods)
    beats = beats[beats < SECONDS - 0.5]
    found = decode.follow_beats(activation(beats))
    assert np.mean(nearest(found, beats) < 0.03) > 0.95


def test_a_gap_is_bridged() -> None:
    beats = np.arange(0.4, SECONDS - 0.5, 0.48)
    played = beats[(beats < 14) | (beats > 24)]
    found = decode.follow_beats(activation(played))
    assert np.mean(nearest(found, beats) < 0.05) > 0.95


@pytest.mark.parametrize("metre", [3, 4, 5])
@pytest.mark.parametrize("phase", [0, 1, 2])
def test_bars_are_counted(metre: int, phase: int) -> None:
    dice = np.random.default_rng(metre * 10 + phase)
    chance = np.where(np.arange(90) % metre == phase, 0.6, 0.1) + dice.uniform(-0.08, 0.2, 90)
    bars = count_bars(chance)
    assert bars.metre == metre
    assert np.all(np.flatnonzero(bars.position == 0) % metre == phase)
    assert bars.margin > 0.3


def test_a_short_bar_moves_the_count() -> None:
    chance = np.full(242, 0.05)
    chance[0:120:4] = 0.9
    chance[122::4] = 0.9
    bars = count_bars(chance)
    assert bars.metre == 4
    assert set(np.flatnonzero(bars.position == 0)) >= {0, 4, 116, 126, 130, 238}


def test_no_beats_have_no_bars() -> None:
    assert len(count_bars(np.zeros(0)).position) == 0
    assert len(decode.follow_beats(np.zeros(10, np.float32))) == 0


@settings(max_examples=15)
@given(bpm=st.floats(64, 200), seed=st.integers(0, 20))
def test_a_line_is_exact_through_jitter_and_gaps(bpm: float, seed: int) -> None:
    period = 60 / bpm
    dice = np.random.default_rng(seed)
    truth = np.arange(0.2, SECONDS - 0.2, period)
    heard = truth + dice.normal(0, 0.008, len(truth))
    heard = heard[dice.random(len(heard)) > 0.4]
    assume(len(heard) > 12)
    act = activation(heard)
    lines = grid.candidate_lines(act, 0.0, SECONDS)
    line = min(lines, key=lambda entry: abs(entry.period / period - 1))
    fitted, beats, evidence = grid.fit_line(act, line, 0.0, SECONDS)
    assert fitted.period == pytest.approx(period, rel=5e-4)
    assert np.max(nearest(beats, truth)) < 0.012
    assert segments.astray_share(act, beats, evidence) == 0


def test_two_tempi_lie_astray_of_one_line_and_are_cut() -> None:
    beats = np.concatenate([np.arange(0.2, 20, 0.5), np.arange(20.2, 39, 0.43)])
    act = activation(beats)
    line = grid.candidate_lines(act, 0.0, SECONDS)[0]
    _, placed, evidence = grid.fit_line(act, line, 0.0, SECONDS)
    assert segments.astray_share(act, placed, evidence) > segments.MOST_ASTRAY
    bounds = segments.cut(beats)
    assert any(abs(beats[index] - 20) < 1.5 for index in bounds)


@pytest.mark.parametrize(("bpm", "taken"), [(128.004, 128.0), (127.3, 127.3), (87.501, 87.5)])
def test_whole_tempi_are_taken_only_within_the_evidence(bpm: float, taken: float) -> None:
    assert 60 / grid.rounded_period(60 / bpm, 400) == pytest.approx(taken, abs=1e-9)


@pytest.mark.parametrize("late", [-0.02, 0.0, 0.013])
def test_attacks_show_how_far_a_grid_is_off(late: float) -> None:
    beats = np.arange(0.5, SECONDS - 2, 0.5)
    curve = np.zeros(int(SECONDS * FINE_RATE), np.float32)
    places = np.round((beats + late) * FINE_RATE).astype(int)
    for offset, height in ((-1, 2.0), (0, 4.0), (1, 2.0)):
        curve[places + offset] = height
    shift = grid.attack_shift(curve, beats, np.ones(len(beats)))
    assert shift == pytest.approx(late, abs=0.002)
    assert grid.attack_shift(np.zeros_like(curve), beats, np.ones(len(beats))) is None


def test_beats_stand_out_of_music_and_not_of_noise() -> None:
    dice = np.random.default_rng(2)
    beats = np.arange(0.4, SECONDS - 1, 0.5)
    noise = dice.uniform(0, 0.3, int(SECONDS * FRAME_RATE)).astype(np.float32)
    assert grid.surprise(np.maximum(activation(beats, 0.5), noise), beats) > 8
    assert grid.surprise(np.maximum(activation(beats + 0.25, 0.5), noise), beats) > 8  # all on the off-beat
    line = grid.candidate_lines(noise, 0.0, SECONDS)[0]
    assert grid.surprise(noise, grid.fit_line(noise, line, 0.0, SECONDS)[1]) < 4.5
    assert grid.surprise(np.zeros(500, np.float32), beats) == 0
    assert grid.surprise(noise, beats[:2]) == 0
