# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import resample_poly

from podmix.audio.loudness import integrated_lufs, limit, normalise, short_term_lufs, true_peak_db

RATE = 48_000


def test_the_standard_s_sine_measures_as_the_standard_says() -> None:
    # EBU Tech 3341, case 1: a stereo sine of 1 kHz at -23 dBFS is -23 LUFS.
    sine = 10 ** (-23 / 20) * np.sin(2 * np.pi * 1000 * np.arange(20 * RATE) / RATE)
    stereo = np.stack([sine, sine], axis=1).astype(np.float32)
    assert integrated_lufs(stereo, RATE) == pytest.approx(-23.0, abs=0.1)
    assert short_term_lufs(stereo, RATE) == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000])
def test_agrees_with_pyloudnorm(noise: Callable[..., np.ndarray], rate: int) -> None:
    import pyloudnorm

    x = noise(6, rate)
    x[2 * rate: 4 * rate] *= 0.01  # the gates have work
    wanted = pyloudnorm.Meter(rate, filter_class="DeMan").integrated_loudness(x)
    assert integrated_lufs(x, rate) == pytest.approx(wanted, abs=0.05)


def test_true_peak_between_samples() -> None:
    # A sine of a quarter of the rate whose samples all miss its top by 3 dB.
    x = np.sin(np.pi / 2 * np.arange(RATE) + np.pi / 4).astype(np.float32)
    assert true_peak_db(x, RATE) == pytest.approx(0.0, abs=0.15)


def test_silence_stays_silence() -> None:
    quiet = np.zeros((RATE, 2), np.float32)
    assert integrated_lufs(quiet, RATE) == -math.inf
    assert true_peak_db(quiet, RATE) == -math.inf
    assert not normalise(quiet, RATE).any()
    assert normalise(np.zeros(0, np.float32), RATE).size == 0


@settings(max_examples=8, deadline=None)
@given(level=st.floats(-12, 6), spikes=st.integers(0, 20), seed=st.integers(0, 99), stereo=st.booleans())
def test_never_above_the_ceiling_and_on_target_unless_limited(level: float, spikes: int, seed: int,
                                                              stereo: bool) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2 * RATE, 2 if stereo else 1)) * 0.05
    x[rng.integers(0, len(x), spikes)] += 0.9
    x = (x * 10 ** (level / 20)).astype(np.float32)
    x = x if stereo else x[:, 0]
    y = normalise(x, RATE)
    measured = 20 * np.log10(np.abs(resample_poly(y.astype(float), 4, 1, axis=0)).max())
    assert measured <= -1.0 + 0.02
    assert true_peak_db(y, RATE) <= -1.0 + 1e-3
    assert y.shape == x.shape
    assert y.dtype == np.float32
    assert integrated_lufs(y, RATE) == pytest.approx(-16, abs=0.5)


def test_limiting_leaves_the_rest_alone() -> None:
    x = np.full(RATE, 0.2, np.float32)
    x[RATE // 2] = 1.5
    y = limit(x, RATE)
    far = np.abs(np.arange(RATE) - RATE // 2) > RATE * 0.02
    assert np.all(y[: RATE // 2 - RATE // 50] == x[: RATE // 2 - RATE // 50])
    assert np.abs(y[far]).min() > 0.1
    assert np.abs(y).max() < 0.9
