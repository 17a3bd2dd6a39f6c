# SPDX-License-Identifier: GPL-3.0-or-later
"""Speed with the pitch kept, and skipped silence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.audio.stretching.speech import SpeechStretch
from podmix.playback.silence import KEPT_S, SilenceSkipper

RATE = 48_000


def stretched(x: np.ndarray, speed: float, block: int = 4_800) -> np.ndarray:
    stretch = SpeechStretch(speed, RATE)
    pieces = [stretch.push(x[i: i + block]) for i in range(0, len(x), block)]
    return np.concatenate([*pieces, stretch.finish()])


def tone(hertz: float, seconds: float) -> np.ndarray:
    x = 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
    return np.repeat(x.astype(np.float32)[:, None], 2, axis=1)


@pytest.mark.parametrize("speed", [0.5, 0.75, 1.25, 1.5, 2.0, 3.0])
def test_length_changes_and_pitch_stays(speed: float) -> None:
    out = stretched(tone(200, 3.0), speed)
    assert len(out) / RATE == pytest.approx(3.0 / speed, abs=0.002)
    spectrum = np.abs(np.fft.rfft(out[:, 0] * np.hanning(len(out))))
    assert np.argmax(spectrum) * RATE / len(out) == pytest.approx(200, abs=2)
    middle = out[RATE // 10: -RATE // 10]
    envelope = np.abs(middle[:, 0]).reshape(-1)[: len(middle) // 480 * 480].reshape(-1, 480).max(axis=1)
    assert envelope.min() > 0.4  # no dips where windows meet
    assert np.abs(np.diff(middle[:, 0])).max() < 1.5 * 0.5 * 2 * np.pi * 200 / RATE  # no clicks


@settings(max_examples=10, deadline=None)
@given(block=st.integers(37, 20_000), speed=st.floats(0.5, 3.0))
def test_block_sizes_do_not_matter(block: int, speed: float) -> None:
    rng = np.random.default_rng(0)
    x = np.cumsum(rng.normal(size=(RATE // 2, 2)), axis=0).astype(np.float32) / 300
    assert np.array_equal(stretched(x, speed, block), stretched(x, speed, 1_000))


def test_events_stay_where_the_speed_says() -> None:
    x = np.zeros((4 * RATE, 2), np.float32)
    for second in (1, 2, 3):
        x[second * RATE: second * RATE + 2400] = tone(400, 0.05)
    out = np.abs(stretched(x, 2.0)[:, 0])
    for second in (1, 2, 3):
        around = out[round((second / 2 - 0.1) * RATE): round((second / 2 + 0.1) * RATE)]
        first = int(np.flatnonzero(around > 0.1)[0]) - 0.1 * RATE
        assert abs(first) / RATE < 0.025


def test_silence_shorter_than_kept_is_untouched_and_longer_is_shortened() -> None:
    speech = tone(200, 0.5)
    quiet = np.zeros((round(2.0 * RATE), 2), np.float32)
    short = np.concatenate([speech, quiet[: round(0.3 * RATE)], speech])
    long = np.concatenate([speech, quiet, speech])
    assert np.array_equal(np.concatenate([s for s, _ in SilenceSkipper(RATE).push(short, 0.0)]), short)
    pieces = list(SilenceSkipper(RATE).push(long, 10.0))
    total = sum(len(samples) for samples, _ in pieces)
    assert total / RATE == pytest.approx(1.0 + KEPT_S, abs=0.03)
    assert pieces[0][1] == 10.0
    assert pieces[1][1] == pytest.approx(12.5, abs=0.02)
