# SPDX-License-Identifier: GPL-3.0-or-later
"""Speed without key lock: positions, pitch, purity, block sizes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from podmix.audio.stretching.varispeed import Varispeed, margin, resample_at
from tests.audio.conftest import coloured_noise

RATE = 44_100


def tone(hertz: float, frames: int) -> np.ndarray:
    x = 0.5 * np.sin(2 * np.pi * hertz * np.arange(frames) / RATE)
    return np.repeat(x.astype(np.float32)[:, None], 2, axis=1)


def played(x: np.ndarray, speed: float, block: int) -> np.ndarray:
    varispeed = Varispeed(speed)
    pieces = [varispeed.push(x[i: i + block]) for i in range(0, len(x), block)]
    return np.concatenate([*pieces, varispeed.finish()])


@pytest.mark.parametrize("speed", [0.5, 0.92, 1.08, 1.9])
def test_a_tone_comes_out_as_the_tone_that_the_speed_makes_of_it(speed: float) -> None:
    out = played(tone(3000, RATE), speed, 5000)
    assert len(out) == round(RATE / speed)
    wanted = tone(3000 * speed, len(out))
    middle = slice(200, -200)
    assert 20 * np.log10(np.abs(out - wanted)[middle].max() / 0.5) < -85


def test_nothing_folds_back_at_high_speed() -> None:
    out = played(tone(15_000, RATE), 2.0, 5000)
    assert 20 * np.log10(np.abs(out[500:-500]).max() / 0.5) < -75


@settings(max_examples=10)
@given(block=st.integers(1, 20_000), speed=st.floats(0.25, 4.0))
@example(block=777, speed=1.1)
def test_block_sizes_do_not_matter(block: int, speed: float) -> None:
    x = coloured_noise(0.4, RATE)
    out = played(x, speed, max(block, 50))
    assert len(out) == round(len(x) / speed)
    assert np.array_equal(out, played(x, speed, len(x)))


def test_speed_one_is_the_source() -> None:
    x = coloured_noise(0.5, RATE)
    assert np.array_equal(played(x, 1.0, 1234), x)


def test_positions_without_surroundings_are_refused() -> None:
    x = coloured_noise(0.1, RATE)
    with pytest.raises(ValueError, match="around"):
        resample_at(x, 0, np.array([margin(1.0) - 2.0]), 1.0)
