# SPDX-License-Identifier: GPL-3.0-or-later
"""The drawn waveform: bands, sizes, both levels of detail."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.music.waveform import MOST_POINTS, POINTS_PER_SECOND, RATE, WaveformMeter, overview, points_of


def drawn(sound: np.ndarray, block: int = 10_000):  # type: ignore[no-untyped-def]
    meter = WaveformMeter()
    for start in range(0, len(sound), block):
        meter.add(sound[start:start + block].astype(np.float32))
    return meter.waveform()


@pytest.mark.parametrize(("hertz", "band"), [(50, 0), (700, 1), (6000, 2)])
def test_a_tone_shows_in_its_band(hertz: float, band: int) -> None:
    wave = drawn(0.5 * np.sin(2 * np.pi * hertz * np.arange(4 * RATE) / RATE))
    peaks = points_of(wave.peaks)[100:-100]
    assert (peaks.argmax(1) == band).all()
    assert peaks[:, band].mean() == pytest.approx(255 * np.sqrt(0.5), rel=0.05)
    assert points_of(wave.rms)[100:-100, band].mean() == pytest.approx(255 * np.sqrt(0.5 / np.sqrt(2)), rel=0.08)


def test_sizes() -> None:
    wave = drawn(np.random.default_rng(1).normal(0, 0.1, 40 * RATE + 5))
    assert wave.points_per_second == POINTS_PER_SECOND == 150
    assert len(points_of(wave.peaks)) == len(points_of(wave.rms)) == 6001
    assert len(points_of(wave.overview_peaks)) == len(points_of(wave.overview_rms)) == MOST_POINTS


def test_the_overview_keeps_the_highest_peak() -> None:
    sound = np.zeros(60 * RATE)
    sound[1_000_000] = 1.0
    wave = drawn(sound)
    assert points_of(wave.peaks).max() == points_of(wave.overview_peaks).max() > 100


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 30_000))
def test_blocks_of_any_length_draw_the_same(block: int) -> None:
    sound = np.random.default_rng(2).normal(0, 0.2, 30_000)
    one, other = points_of(drawn(sound).peaks), points_of(drawn(sound, block).peaks)
    assert np.abs(one.astype(int) - other).max() <= 1


def test_nothing_and_too_much() -> None:
    assert drawn(np.zeros(0)).peaks == b""
    assert points_of(drawn(np.full(3000, 30.0)).peaks).max() == 255
    assert points_of(drawn(np.zeros(3000)).peaks).max() == 0
    peaks = np.zeros((3, 3), np.uint8)
    assert overview(peaks, peaks, 10)[0] is peaks
