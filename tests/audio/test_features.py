# SPDX-License-Identifier: GPL-3.0-or-later
"""Peaks for drawing and the per-second features of speech."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.audio.peaks import PeakMeter, peaks, read_peaks
from podmix.audio.speech_features import RATE, SpeechFeatureMeter, speech_features


def voice(pitch_hz: float, seconds: float, *, level: float = 0.3, bursts_hz: float = 0.0) -> np.ndarray:
    t = np.arange(round(seconds * RATE)) / RATE
    x = sum(np.sin(2 * np.pi * pitch_hz * k * t) / k for k in range(1, 9)) * level / 2
    if bursts_hz:
        x = x * np.clip(np.sin(2 * np.pi * bursts_hz * t), 0, None)
    return np.asarray(x, dtype=np.float32)


@pytest.mark.parametrize("pitch", [85, 120, 220, 350])
def test_pitch_of_a_voice(pitch: float) -> None:
    features = speech_features([voice(pitch, 4)])
    assert len(features) == 4
    assert features.pitch_hz == pytest.approx(pitch, rel=0.02)
    assert features.pitch_range_st == pytest.approx(0, abs=0.5)
    assert features.voiced.min() > 0.9


def test_loudness_rate_and_silence() -> None:
    features = speech_features([np.concatenate([voice(150, 4, bursts_hz=4), np.zeros(4 * RATE, np.float32)])])
    assert features.rate[:4] == pytest.approx(4, abs=1)
    assert features.rate[5:].max() == 0
    assert features.silence[5:] == pytest.approx(1)
    assert features.loudness_db[5:] == pytest.approx(-100, abs=1)
    quieter = speech_features([voice(150, 3, level=0.03)]).loudness_db
    assert speech_features([voice(150, 3, level=0.3)]).loudness_db - quieter == pytest.approx(20, abs=0.2)
    assert np.isnan(features.pitch_hz[6])


def test_a_held_chord_is_more_like_music_than_changing_noise() -> None:
    rng = np.random.default_rng(0)
    chord = voice(220, 10) + voice(277, 10) + voice(330, 10)
    words = np.concatenate([voice(f, 0.15) * rng.uniform(0, 1) + 0.1 * rng.normal(size=2400) * rng.integers(0, 2)
                            for f in rng.uniform(90, 250, 66)]).astype(np.float32)
    assert speech_features([chord]).music.mean() > 0.8
    assert speech_features([words]).music.mean() < 0.3


@settings(max_examples=10, deadline=None)
@given(cuts=st.lists(st.integers(1, 2 * RATE - 1), max_size=6))
def test_block_sizes_do_not_matter(cuts: list[int]) -> None:
    rng = np.random.default_rng(1)
    x = (voice(140, 2, bursts_hz=3) + 0.01 * rng.normal(size=2 * RATE)).astype(np.float32)
    meter = SpeechFeatureMeter()
    for piece in np.split(x, sorted(cuts)):
        meter.add(piece)
    together, apart = speech_features([x]), meter.features()
    assert np.allclose(together.rate, apart.rate)
    assert np.allclose(together.pitch_hz, apart.pitch_hz, equal_nan=True, rtol=1e-4)
    assert np.allclose(together.loudness_db, apart.loudness_db, atol=1e-3)


def test_nothing_and_little_are_no_error() -> None:
    assert len(speech_features([])) == 0
    assert len(speech_features([np.zeros(100, np.float32)])) == 0
    assert len(speech_features([np.full(RATE // 2, np.float32(0.1))])) == 1


@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(1, 7_999), max_size=5), width=st.integers(1, 90))
def test_peaks_are_the_largest_magnitudes_at_any_block_size(cuts: list[int], width: int) -> None:
    rng = np.random.default_rng(2)
    x = rng.uniform(-1, 1, 8_000).astype(np.float32)
    meter = PeakMeter(8_000)
    for piece in np.split(x, sorted(cuts)):
        meter.add(piece)
    found = meter.peaks()
    wanted = np.ceil(np.abs(x).reshape(50, 160).max(axis=1) * 255)
    assert found.levels.tolist() == wanted.tolist()
    drawn = found.over(width)
    assert len(drawn) == width
    assert drawn.max() == wanted.max()
    assert found.over(5, 2.0, 3.0).tolist() == [0] * 5


def test_peaks_of_a_file(wav_file: Callable[..., Path]) -> None:
    x = np.concatenate([np.zeros(48_000), 0.5 * np.sin(2 * np.pi * 300 * np.arange(48_000) / 48_000)])
    path = wav_file(x.astype(np.float32), 48_000)
    found = read_peaks(path)
    assert found.duration == pytest.approx(2.0)
    assert found.over(2)[0] < 12
    assert found.over(2)[1] == pytest.approx(128, abs=6)
    assert len(peaks(path, 40)) == 40
