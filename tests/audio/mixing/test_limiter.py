# SPDX-License-Identifier: GPL-3.0-or-later
"""The limiter: no true peak above the ceiling, nothing touched below it, no pumping, the same at any rate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import resample_poly

from podmix.audio.loudness import true_peak_db
from podmix.audio.mixing.core import MixCore
from podmix.audio.mixing.limiter import Limiter
from tests.audio.mixing.signals import RATE, level_db, noise, play, sine, source

CEILING_DB = -1.0
ALLOWED_DB = CEILING_DB + 0.05
SECOND = np.arange(RATE) / RATE


def limited(samples: np.ndarray, rate: int = RATE, *, ceiling_db: float = CEILING_DB) -> np.ndarray:
    core = MixCore(rate, ceiling_dbtp=ceiling_db)
    core.cue(source(samples), deck=0)
    return play(core, [4096])


def stereo(wave: np.ndarray) -> np.ndarray:
    return np.stack([wave, wave], axis=1).astype(np.float32)


def hot_music(seed: int) -> np.ndarray:
    """Kicks, a bass, noise bursts and chords, 8 dB too loud."""
    rng = np.random.default_rng(seed)
    beat = (SECOND * 2) % 1.0
    kick = np.sin(2 * np.pi * 55 * beat / (1 + 3 * beat)) * np.exp(-beat * 12)
    hat = rng.normal(size=RATE) * np.exp(-((SECOND * 8) % 1.0) * 10)
    chord = sum(np.sign(np.sin(2 * np.pi * hz * SECOND + rng.uniform(0, 6))) for hz in (220.3, 277.1, 329.7))
    bass = np.sin(2 * np.pi * 41.2 * SECOND)
    left = 1.4 * kick + 0.5 * bass + 0.3 * hat + 0.2 * chord
    return np.stack([left, np.roll(left, 37) * 0.8], axis=1).astype(np.float32)


MATERIAL = {
    "noise": noise(RATE, seed=1, amplitude=2.0),
    "gaussian": np.random.default_rng(2).normal(size=(RATE, 2)).astype(np.float32) * 4,
    "very loud": noise(RATE, seed=3, amplitude=50.0),
    "square 100": stereo(np.sign(np.sin(2 * np.pi * 100.3 * SECOND))),
    "square 5000": stereo(2 * np.sign(np.sin(2 * np.pi * 5011.3 * SECOND))),
    "between samples": stereo(1.2 * np.sin(np.pi / 2 * np.arange(RATE) + np.pi / 4)),
    "near Nyquist": stereo(1.5 * np.sin(2 * np.pi * 22_700 * SECOND)),
    "bits": stereo(0.9 * np.random.default_rng(4).choice([-1.0, 1.0], RATE)),
    "clicks": stereo(np.where(np.random.default_rng(5).random(RATE) < 0.001, 8.0, 0.001)),
    "sudden": noise(RATE, seed=6, amplitude=1.0) * np.where(SECOND < 0.5, 0.01, 30.0).astype(np.float32)[:, None],
    "bursts": noise(RATE, seed=7) * np.repeat(10 ** np.random.default_rng(8).uniform(-2, 2, RATE // 300),
                                             300)[:, None].astype(np.float32),
    "music": hot_music(9),
}


@pytest.mark.parametrize("name", MATERIAL)
def test_no_true_peak_above_the_ceiling(name: str) -> None:
    heard = limited(MATERIAL[name])
    assert len(heard) == RATE
    assert true_peak_db(MATERIAL[name], RATE) > CEILING_DB
    assert true_peak_db(heard, RATE) <= ALLOWED_DB
    other = np.abs(resample_poly(heard.astype(np.float64), 4, 1)).max()  # another interpolation than our own
    assert 20 * np.log10(other) <= ALLOWED_DB
    assert 20 * np.log10(other) > CEILING_DB - 2.5  # and not far below


@settings(max_examples=30)
@given(st.integers(0, 2 ** 31), st.floats(0.01, 30), st.integers(2, 3000), st.sampled_from([22_050, 44_100, 96_000]))
def test_no_true_peak_above_the_ceiling_whatever_comes(seed: int, loud: float, run: int, rate: int) -> None:
    rng = np.random.default_rng(seed)
    levels = np.repeat(loud * 10 ** rng.uniform(-2, 0, 16_000 // run + 1), run)[:16_000, None]
    sound = (rng.uniform(-1, 1, size=(16_000, 2)) * levels).astype(np.float32)
    assert true_peak_db(limited(sound, rate), rate) <= max(ALLOWED_DB, true_peak_db(sound, rate) - 100)


def test_below_the_ceiling_every_bit_stays() -> None:
    sound = sine(RATE, hz=997.0, amplitude=10 ** (-1.01 / 20))
    assert true_peak_db(sound, RATE) > -1.1
    assert limited(sound).tobytes() == sound.tobytes()


def test_after_a_peak_the_signal_is_itself_again() -> None:
    sound = noise(12 * RATE, amplitude=0.2)
    sound[5000:5050] *= 8
    heard = limited(sound)
    assert not np.array_equal(heard[5000:5050], sound[5000:5050])
    assert np.array_equal(heard[:5000 - 600], sound[:5000 - 600])
    assert np.array_equal(heard[5000 + 10 * RATE:], sound[5000 + 10 * RATE:])


def test_a_loud_bass_note_is_not_bent_within_its_wave() -> None:
    """The harmonics that a gain following the wave would make are missing."""
    tone = sine(2 * RATE, hz=41.2, amplitude=1.6)
    heard = limited(tone)[RATE // 2: RATE // 2 + RATE, 0]
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(RATE))) ** 2
    assert 10 * np.log10(spectrum[70:].sum() / spectrum[:70].sum()) < -80


def gains_db(sound: np.ndarray) -> np.ndarray:
    """The gain of every frame of ``sound`` whose first channel is not near zero, else NaN."""
    heard = limited(sound)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.abs(sound[:, 0]) > 0.01, 20 * np.log10(np.abs(heard[:, 0] / sound[:, 0])), np.nan)


def test_a_beat_that_is_too_loud_does_not_pump() -> None:
    """Each kick needs 4 dB. A lone one gives it back; of a beat's only a part still moves with the beat."""
    beat = (np.arange(6 * RATE) / RATE * 2) % 1.0
    kick = stereo(1.6 * np.sin(2 * np.pi * 50 * beat) * np.exp(-beat * 30))
    sound = kick + sine(6 * RATE, hz=3000.0, amplitude=0.05)
    lone = sound.copy()
    lone[RATE // 2:] -= kick[RATE // 2:]
    alone, steady = gains_db(lone), gains_db(sound)
    assert np.nanmin(alone) < -4.0
    assert np.nanmin(alone[RATE // 2:]) > -0.8
    late = steady[5 * RATE: 6 * RATE - 2000]
    assert np.nanmin(late) < -4.0
    assert np.nanmax(late) - np.nanmin(late) < 2.7


def test_the_stereo_picture_stays() -> None:
    sound = noise(RATE, amplitude=1.0) * np.array([3.0, 0.5], np.float32)
    heard = limited(sound)
    assert level_db(heard[:, 0]) - level_db(heard[:, 1]) == pytest.approx(
        level_db(sound[:, 0]) - level_db(sound[:, 1]), abs=0.05)


@pytest.mark.parametrize("rate", [8000, 16_000, 44_100, 96_000, 192_000])
def test_the_look_ahead_is_made_up_for_at_any_rate(rate: int) -> None:
    sound = noise(5000, amplitude=0.3)
    assert np.array_equal(limited(sound, rate), sound)
    assert true_peak_db(limited(sound * 20, rate), rate) <= ALLOWED_DB


def test_another_ceiling() -> None:
    assert true_peak_db(limited(noise(RATE), ceiling_db=-30.0), RATE) <= -29.95


def test_its_own_numbers() -> None:
    """A pulse of 4 in quiet sound, against what the limiter gave when it was written."""
    sound = np.full((2, 512 * 6), 0.1, np.float32)
    sound[:, 1000] = 4.0
    limiter = Limiter(RATE, 512, ceiling_dbtp=-1.0)
    heard = np.concatenate([limiter.process(sound[:, begin: begin + 512]) for begin in range(0, 3072, 512)], axis=1)
    assert limiter.lag == 352
    gains = heard[0, limiter.lag:] / sound[0, : 3072 - limiter.lag]
    found = gains[[600, 720, 800, 900, 1000, 1500, 2000, 2500]]
    assert np.allclose(found, [1.0, 0.96807, 0.74936, 0.34466, 0.22128, 0.22128, 0.22854, 0.26622], rtol=1e-4)


@settings(max_examples=15)
@given(st.lists(st.integers(1, 5000), min_size=1, max_size=5))
def test_any_blocks_give_the_same_bits(sizes: list[int]) -> None:
    heard = []
    for pattern in ([512], sizes):
        core = MixCore(RATE)
        core.cue(source(hot_music(3)[:9000]), deck=0)
        heard.append(play(core, pattern))
    assert np.array_equal(*heard)
