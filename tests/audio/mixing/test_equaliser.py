# SPDX-License-Identifier: GPL-3.0-or-later
"""The isolator against its textbook filters (scipy), flatness, kill, engaging, and that blocks do not matter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import butter, sosfilt

from podmix.audio.mixing.core import MixCore
from podmix.audio.mixing.equaliser import HIGH_SPLIT_HZ, LOW_SPLIT_HZ, Equaliser
from tests.audio.mixing.signals import RATE, clip, lane, largest_step, level_db, noise, play, response_db, sine, source

QUANTUM = 512
AUDIBLE = np.geomspace(20, 20_000, 200)


def filtered(planar: np.ndarray, *gains: float, rate: int = RATE) -> np.ndarray:
    equaliser = Equaliser(rate, QUANTUM)
    equaliser.engage(at_once=True)
    blocks = [equaliser.process(planar[:, begin: begin + QUANTUM], *gains)
              for begin in range(0, planar.shape[1], QUANTUM)]
    return np.concatenate(blocks, axis=1)


def impulse(frames: int = 16 * 1024) -> np.ndarray:
    planar = np.zeros((2, frames), np.float32)
    planar[:, 0] = 1.0
    return planar


def split(signal: np.ndarray, hz: float, kind: str, rate: int) -> np.ndarray:
    sections = butter(2, hz, kind, fs=rate, output="sos")
    return sosfilt(sections, sosfilt(sections, signal))


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_the_bands_are_linkwitz_riley_splits(rate: int) -> None:
    sound = noise(QUANTUM * 20, amplitude=1.0).T
    signal = sound[0].astype(np.float64)
    below, above = split(signal, LOW_SPLIT_HZ, "low", rate), split(signal, LOW_SPLIT_HZ, "high", rate)
    wanted = {(1.0, 0.0, 0.0): split(below, HIGH_SPLIT_HZ, "low", rate) + split(below, HIGH_SPLIT_HZ, "high", rate),
              (0.0, 1.0, 0.0): split(above, HIGH_SPLIT_HZ, "low", rate),
              (0.0, 0.0, 1.0): split(above, HIGH_SPLIT_HZ, "high", rate)}
    for gains, band in wanted.items():
        assert np.abs(filtered(sound, *gains, rate=rate)[0] - band).max() < 2e-6


def test_flat_is_an_allpass() -> None:
    assert np.abs(response_db(filtered(impulse(), 1.0, 1.0, 1.0)[0], AUDIBLE)).max() < 0.01


def test_a_killed_low_band_is_gone_below_150_hz_and_leaves_the_rest() -> None:
    seen = response_db(filtered(impulse(), 0.0, 1.0, 1.0)[0], AUDIBLE)
    assert seen[AUDIBLE <= 150].max() <= -18
    assert np.abs(seen[AUDIBLE >= 700]).max() < 0.3
    assert seen.max() < 0.01


def test_all_killed_is_silence() -> None:
    assert not filtered(noise(QUANTUM * 4).T, 0.0, 0.0, 0.0).any()


def test_untouched_hands_on_the_same_array() -> None:
    equaliser, block = Equaliser(RATE, QUANTUM), noise(QUANTUM).T
    assert equaliser.process(block, 1.0, 1.0, 1.0) is block


def test_moving_and_standing_gains_agree() -> None:
    sound = noise(QUANTUM * 3).T
    standing = filtered(sound, 0.3, 0.7, 1.2)
    still = np.full(QUANTUM, 0.7, np.float32)
    assert np.abs(filtered(sound, 0.3, still, 1.2) - standing).max() < 1e-6


def test_engaging_in_the_middle_of_a_sine_does_not_click() -> None:
    tone = sine(30_000, hz=100.0)
    core = MixCore(RATE)
    core.cue(source(tone), deck=0)
    before = core.process(10_000)
    core.set_strip(0, high=0.0)
    heard = np.concatenate([before, play(core)])
    assert largest_step(heard) <= 1.5 * largest_step(tone)
    assert level_db(heard[20_000:]) == pytest.approx(level_db(tone), abs=0.1)


def test_a_clip_with_moving_bands_is_equalised_from_its_first_frame() -> None:
    """No bass gets through before the isolator takes hold."""
    tone = sine(20_000, hz=60.0)
    core = MixCore(RATE)
    core.cue(source(tone), deck=0, clip=clip(20_000, low=lane((0.0, 0.0), (10.0, 0.0), (11.0, 1.0))))
    assert np.abs(play(core)[:1000]).max() < 0.04  # what the beginning of a sine holds besides its own frequency


def test_knobs_turned_before_a_voice_begins_hold_from_its_first_frame() -> None:
    core = MixCore(RATE)
    core.set_strip(0, low=0.0, mid=0.0, high=0.0)
    core.process(0)
    core.cue(source(np.zeros((4000, 2), np.float32)), deck=1)
    core.process(3000)
    core.cue(source(noise(4000)), deck=0)
    assert not play(core).any()


NUDGED = lane((0.0, 1.0), (0.8, 1.0), (0.81, 0.99999), (0.9, 0.99999), (0.91, 1.0))  # the isolator comes and goes
MOVED = lane((0.0, 1.0), (0.8, 1.0), (0.81, 0.2), (0.9, 0.2), (0.91, 1.0))


def test_where_bands_stand_at_one_a_clip_is_its_source_bit_for_bit() -> None:
    sound = noise(96_000)
    core = MixCore(RATE)
    core.cue(source(sound), deck=0, clip=clip(96_000, low=MOVED))
    touched = np.flatnonzero((play(core) != sound).any(axis=1)) / RATE
    assert 0.77 < touched.min() < 0.8
    assert 0.91 < touched.max() < 0.945


@pytest.mark.parametrize("hz", [60.0, 110.0, 250.0, 440.0])
def test_coming_in_and_going_away_cannot_be_heard_as_a_click(hz: float) -> None:
    """What a click holds above 8 kHz stays 100 dB below full scale: a step of -80 dB would hold more."""
    core = MixCore(RATE)
    core.cue(source(sine(96_000, hz=hz)), deck=0, clip=clip(96_000, low=NUDGED))
    above = butter(4, 8000, "high", fs=RATE, output="sos")
    assert np.abs(sosfilt(above, play(core), axis=0))[2000:-2000].max() < 1e-5
    step = np.where(np.arange(96_000) < 48_000, 0.0, 1e-4)
    assert np.abs(sosfilt(above, step)).max() > 1e-5


def test_a_band_that_is_killed_at_once_is_gone_at_once_though_the_isolator_slept() -> None:
    tone = sine(48_000, hz=60.0)
    core = MixCore(RATE)
    core.cue(source(tone), deck=0, clip=clip(48_000, low=lane((0.5, 1.0), (0.5, 0.0))))
    heard = play(core)
    assert level_db(heard[24_000 + 960: 24_000 + 1920]) < level_db(tone) - 35
    assert np.array_equal(heard[:21_000], tone[:21_000])


def test_played_from_the_middle_on_it_soon_is_what_it_would_have_been() -> None:
    sound = noise(96_000)
    heard = []
    for begin in (0, 30_000):
        core = MixCore(RATE)
        core.reset(begin)
        core.cue(source(sound[begin:]), deck=0, start_frame=begin, clip=clip(96_000, low=MOVED))
        heard.append(play(core)[-60_000:])
    assert np.abs(heard[0] - heard[1]).max() < 1e-6


def test_a_bass_swap_between_two_decks_never_doubles_the_bass() -> None:
    frames, swap = 40_000, 20_000 / RATE
    tone = sine(frames, hz=60.0, amplitude=0.3)
    core = MixCore(RATE)
    core.cue(source(tone), deck=0, clip=clip(frames, low=lane((0.0, 1.0), (swap, 1.0), (swap, 0.0))))
    core.cue(source(tone), deck=1, clip=clip(frames, deck=1, low=lane((0.0, 0.0), (swap, 0.0), (swap, 1.0))))
    heard = play(core)
    for begin in range(4000, frames - 4000, 2400):
        assert level_db(heard[begin: begin + 2400]) < level_db(tone) + 1.0
    assert largest_step(heard) < 0.3 * (2 * np.pi * 60 / RATE + 1 / 240) * 1.2


@settings(max_examples=15)
@given(st.lists(st.integers(1, 5000), min_size=1, max_size=5))
def test_any_blocks_give_the_same_bits(sizes: list[int]) -> None:
    heard = []
    for pattern in ([512], sizes):
        core = MixCore(RATE)
        core.cue(source(noise(7000)), deck=0, clip=clip(7000, low=lane((0.0, 0.2), (0.1, 1.3))))
        heard.append(play(core, pattern))
    assert np.array_equal(*heard)


def test_silence_leaves_no_denormal_numbers() -> None:
    equaliser = Equaliser(RATE, QUANTUM)
    equaliser.engage(at_once=True)
    equaliser.process(noise(QUANTUM).T, 1.0, 1.0, 1.0)
    silence = np.full((2, QUANTUM), 1e-41, np.float32)  # itself a denormal number
    for _ in range(200):
        equaliser.process(silence, 1.0, 1.0, 1.0)
    assert not equaliser._state.any()
