# SPDX-License-Identifier: GPL-3.0-or-later
"""The one-knob filter: where it cuts, that it is out of the way in the middle, and that it moves without noise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.audio.mixing.core import MixCore
from podmix.audio.mixing.sweep import Sweep, cutoff_hz, filters
from tests.audio.mixing.signals import RATE, clip, lane, largest_step, level_db, noise, play, response_db, sine, source

QUANTUM = 512


def swept(planar: np.ndarray, knob: float | np.ndarray) -> np.ndarray:
    sweep = Sweep(RATE, QUANTUM)
    blocks = [sweep.process(planar[:, begin: begin + QUANTUM],
                            knob if isinstance(knob, float) else knob[begin: begin + QUANTUM])
              for begin in range(0, planar.shape[1], QUANTUM)]
    return np.concatenate(blocks, axis=1)


def response(knob: float, hz: list[float]) -> np.ndarray:
    planar = np.zeros((2, 64 * QUANTUM), np.float32)
    planar[:, 0] = 1.0
    return response_db(swept(planar, knob)[0], hz)


def reference(signal: np.ndarray, knobs: np.ndarray) -> np.ndarray:
    """Sample by sample with a coefficient for every sample: what the cells stand in for."""
    system = filters(knobs.astype(np.float64), RATE)
    state, out = np.zeros(4), np.empty(len(signal))
    for frame, value in enumerate(signal.astype(np.float64)):
        out[frame] = system.c[frame, 0] @ state + system.d[frame, 0] * value
        state = system.a[frame] @ state + system.b[frame] * value
    return out


def test_in_the_middle_it_hands_on_the_same_array() -> None:
    block = noise(QUANTUM).T
    assert Sweep(RATE, QUANTUM).process(block, 0.0) is block


@pytest.mark.parametrize("knob", [-1.0, -0.6, -0.3, 0.3, 0.6, 1.0])
def test_cuts_at_its_cutoff_with_24_db_per_octave(knob: float) -> None:
    cutoff = cutoff_hz(knob, RATE)
    away = 2.0 if knob < 0 else 0.5
    at, one, two = response(knob, [cutoff, cutoff * away, cutoff * away ** 2])
    assert -4 < at < 2.5
    assert one - two > 20
    if cutoff < 5000:
        assert one - two < 40
    passed = response(knob, [min(20_000.0, cutoff / away ** 4)])
    assert abs(passed[0]) < 0.5


def test_the_resonance_is_gentle() -> None:
    hz = list(np.geomspace(20, 20_000, 300))
    assert all(response(knob, hz).max() < 3.0 for knob in (-0.9, -0.5, -0.1, 0.1, 0.5, 0.9))


def test_closed_it_is_all_but_silent() -> None:
    assert level_db(swept(noise(40 * QUANTUM).T, -1.0)) < level_db(noise(40 * QUANTUM)) - 25
    assert level_db(swept(sine(40 * QUANTUM, hz=1000.0).T, 1.0)[:, 5000:]) < -100


def test_off_the_middle_it_comes_in_softly() -> None:
    hz = list(np.geomspace(60, 10_000, 100))
    assert np.abs(response(-0.005, hz)).max() < 0.2
    assert np.abs(response(0.005, hz)).max() < 0.2


@pytest.mark.parametrize(("seconds", "limit_db"), [(0.05, -50), (0.2, -60), (1.0, -70)])
def test_fast_sweeps_make_no_zipper_noise(seconds: float, limit_db: float) -> None:
    """What lies well above a swept sine stays as low as with a coefficient for every sample, or inaudible."""
    tone = sine(RATE // QUANTUM * QUANTUM, hz=440.0)
    knobs = np.clip(0.1 - np.arange(len(tone)) / RATE / seconds, -1.0, 0.0).astype(np.float32)
    heard = swept(tone.T, knobs)[0]
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard)))) ** 2
    hz = np.fft.rfftfreq(len(heard), 1 / RATE)
    assert 10 * np.log10(spectrum[hz > 2000].sum() / spectrum.sum()) < limit_db


def test_slow_sweeps_are_those_of_a_coefficient_for_every_sample() -> None:
    tone = noise(8 * QUANTUM, amplitude=0.5)
    knobs = np.linspace(-0.4, -0.42, len(tone)).astype(np.float32)
    difference = swept(tone.T, knobs)[0] - reference(tone[:, 0], knobs)
    assert level_db(difference) < level_db(tone) - 50


@pytest.mark.parametrize("path", [(-1.0, 1.0), (0.0, 1.0), (1.0, 0.0), (0.0, -1.0), (-1.0, 0.0)])
def test_a_jump_of_the_knob_makes_no_step(path: tuple[float, float]) -> None:
    """From one end to the other in a lane's five milliseconds: no step that a sine of this level does not make."""
    frames, jump = 20_000, 10_000 / RATE
    tone = sine(frames, hz=200.0, amplitude=0.3)
    core = MixCore(RATE)
    core.cue(source(tone), deck=0, clip=clip(frames, filter=lane((0.0, path[0]), (jump, path[0]), (jump, path[1]))))
    assert largest_step(play(core)) < 3 * largest_step(tone)


def test_standing_still_and_moving_agree() -> None:
    sound = noise(30 * QUANTUM).T
    knobs = np.full(30 * QUANTUM, -0.5, np.float32)
    standing = swept(sound, -0.5)
    assert np.abs(swept(sound, knobs) - standing).max() < 1e-4


def test_back_in_the_middle_it_is_transparent_again() -> None:
    sound = noise(20 * QUANTUM)
    core = MixCore(RATE)
    core.cue(source(sound), deck=0, clip=clip(len(sound), filter=lane((0.0, -0.8), (0.1, 0.0))))
    assert np.array_equal(play(core)[6000:], sound[6000:])


@settings(max_examples=15)
@given(st.lists(st.integers(1, 5000), min_size=1, max_size=5), st.floats(-1, 1), st.floats(-1, 1))
def test_any_blocks_give_the_same_bits(sizes: list[int], begin: float, end: float) -> None:
    heard = []
    for pattern in ([512], sizes):
        core = MixCore(RATE)
        core.cue(source(noise(7000)), deck=0, clip=clip(7000, filter=lane((0.0, begin), (0.1, end))))
        heard.append(play(core, pattern))
    assert np.array_equal(*heard)
    assert np.isfinite(heard[0]).all()


@pytest.mark.parametrize("rate", [8000, 22_050, 44_100, 96_000, 192_000])
def test_stable_at_any_rate(rate: int) -> None:
    sweep = Sweep(rate, QUANTUM)
    rng = np.random.default_rng(0)
    for _ in range(60):
        block = sweep.process(noise(QUANTUM, amplitude=1.0).T, rng.uniform(-1, 1, QUANTUM).astype(np.float32))
        assert np.abs(block).max() < 20
