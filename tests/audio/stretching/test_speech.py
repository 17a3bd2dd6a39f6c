# SPDX-License-Identifier: GPL-3.0-or-later
"""Speech at another speed: bursts neither lost nor doubled, noise without flutter, places, block sizes.

Pitch and length are tested beside skipped silence in ``tests/playback``.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.audio.stretching.speech import SpeechStretch
from tests.audio.conftest import coloured_noise

RATE = 44_100


def stretched(x: np.ndarray, speed: float, block: int = 8_820) -> np.ndarray:
    stretch = SpeechStretch(speed, RATE)
    pieces = [stretch.push(x[i: i + block]) for i in range(0, len(x), block)]
    return np.concatenate([*pieces, stretch.finish()])


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.5, 2.0, 3.0])
def test_a_burst_is_heard_once_whole_and_in_its_place(speed: float) -> None:
    rng = np.random.default_rng(1)
    burst = (0.4 * rng.normal(size=(300, 2)) * np.exp(-np.arange(300) / 80)[:, None]).astype(np.float32)
    x = 1e-4 * coloured_noise(5.0, RATE)
    places = [round((0.5 + 0.41 * i) * RATE) for i in range(10)]
    for place in places:
        x[place: place + 300] += burst
    out = stretched(x, speed)
    for place in places:
        low = round((place - 0.2 * RATE) / speed)
        piece = out[low: round((place + 0.2 * RATE) / speed)]
        assert (piece ** 2).sum() == pytest.approx((burst ** 2).sum(), rel=0.1)
        assert abs(low + int(np.argmax(np.abs(piece).max(axis=1))) - place / speed) < 0.012 * RATE


@pytest.mark.parametrize("speed", [0.75, 1.5, 2.0])
def test_noise_does_not_flutter(speed: float) -> None:
    x = np.random.default_rng(2).normal(0, 0.1, (3 * RATE, 2)).astype(np.float32)
    out = stretched(x, speed)[RATE // 4: -RATE // 4]
    level = np.sqrt((out[: len(out) // 441 * 441] ** 2).reshape(-1, 441 * 2).mean(axis=1))
    assert level.std() / level.mean() < 0.045  # noise itself: 0.024
    assert level.mean() == pytest.approx(0.1, rel=0.02)


def test_the_stereo_image_is_the_sources() -> None:
    left = coloured_noise(1.0, RATE, channels=1)[:, 0]
    out = stretched(np.stack([left, -0.5 * left], axis=1), 1.6)
    assert np.abs(out[:, 1] + 0.5 * out[:, 0]).max() < 1e-5


@settings(max_examples=8)
@given(block=st.integers(300, 40_000), speed=st.floats(0.5, 3.0))
def test_block_sizes_do_not_matter(block: int, speed: float) -> None:
    x = coloured_noise(0.8, RATE)
    x[9_000: 9_300] += 0.3
    out = stretched(x, speed, block)
    assert len(out) == round(len(x) / speed)
    assert np.array_equal(out, stretched(x, speed, len(x)))


def test_nothing_silence_and_bad_numbers() -> None:
    assert len(SpeechStretch(1.5, RATE).finish()) == 0
    assert not stretched(np.zeros((RATE, 2), np.float32), 1.5).any()
    x = coloured_noise(1.0, RATE)
    x[5_000: 5_010] = np.nan
    x[6_000] = np.inf
    assert np.isfinite(stretched(x, 1.5)).all()
