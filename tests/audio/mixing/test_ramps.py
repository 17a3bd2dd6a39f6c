# SPDX-License-Identifier: GPL-3.0-or-later
"""Gains that move: where they begin, where they end, and that blocks do not matter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.audio.mixing.ramps import Fade, Gate, Slope, product

sizes_of_blocks = st.lists(st.integers(1, 90), min_size=1, max_size=8)


def spread(gains: object, count: int) -> np.ndarray:
    return np.broadcast_to(np.float32(1.0 if gains is None else gains), count)  # type: ignore[arg-type]


@given(sizes_of_blocks)
def test_slope_in_any_blocks(sizes: list[int]) -> None:
    whole, parts = Slope(1.0), Slope(1.0)
    for slope in (whole, parts):
        slope.move(0.25, 200)
    found = np.concatenate([spread(parts.take(size), size) for size in sizes])
    assert np.array_equal(found, spread(whole.take(sum(sizes)), sum(sizes)))
    assert parts.value == pytest.approx(whole.value)


def test_slope_settles_on_its_target() -> None:
    slope = Slope(0.0)
    slope.move(0.7, 100)
    assert not slope.settled
    slope.take(150)
    assert slope.settled
    assert slope.take(10) == 0.7


def test_gate_opens_and_closes_softly() -> None:
    gate = Gate(100)
    assert gate.closed
    gate.opening = True
    opened = spread(gate.take(100), 100)
    assert opened[-1] == 1.0
    assert np.abs(np.diff(opened)).max() < 0.02
    assert gate.take(10) is None
    gate.opening = False
    assert gate.moving == 100
    assert spread(gate.take(100), 100)[-1] == 0.0
    assert gate.closed


@given(st.booleans(), st.booleans(), sizes_of_blocks)
def test_fade_in_any_blocks(rising: bool, equal_power: bool, sizes: list[int]) -> None:
    fade, frame, parts = Fade(50, 120, rising, equal_power), 0, []
    for size in sizes:
        parts.append(spread(fade.at(frame, size), size))
        frame += size
    assert np.array_equal(np.concatenate(parts), spread(fade.at(0, frame), frame))


def test_an_equal_power_pair_keeps_its_power() -> None:
    rise, fall = (spread(Fade(0, 1000, rising, equal_power=True).at(0, 1000), 1000) for rising in (True, False))
    assert np.allclose(rise ** 2 + fall ** 2, 1.0, atol=1e-6)
    assert (rise + fall).max() == pytest.approx(2 ** 0.5, abs=1e-6)
    assert Fade(0, 1000, rising=True, equal_power=True).at(1000, 5) == 1.0
    assert Fade(0, 1000, rising=False, equal_power=True).at(1000, 5) == 0.0


def test_products_of_one_change_nothing() -> None:
    gains = np.array([0.5, 0.25], np.float32)
    assert product(1.0, gains) is gains
    assert product(0.5, 0.5) == 0.25
    assert np.allclose(product(gains, 2.0), [1.0, 0.5])
