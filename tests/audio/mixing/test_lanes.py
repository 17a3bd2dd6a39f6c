# SPDX-License-Identifier: GPL-3.0-or-later
"""Lanes: as written where they are slow, led over where they jump, the same value in whatever block it is asked."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.audio.mixing.lanes import HALF_WAY_S, Automation, Curve
from podmix.audio.mixing.types import FLAT, Lane
from podmix.errors import AudioError
from tests.audio.mixing.signals import RATE, lane

HALF = round(HALF_WAY_S * RATE)


def values(curve: Curve, frame: int, count: int) -> np.ndarray:
    found = curve.at(frame, count)
    return np.full(count, found, np.float32) if isinstance(found, float) else found


lanes = st.lists(st.tuples(st.integers(0, 40), st.floats(0, 2, width=16)), min_size=1, max_size=8).map(
    lambda points: Lane(tuple((steps * 0.0011, value) for steps, value in sorted(points, key=lambda p: p[0]))))


def test_linear_between_points_and_held_outside() -> None:
    curve = Curve(lane((0.1, 0.0), (0.2, 1.0)), RATE)
    assert curve.at(0, 4800) == 0.0
    assert curve.at(9600, 500) == 1.0
    middle = values(curve, 4800, 4801)
    assert np.allclose(middle, np.arange(4801) / 4800, atol=1e-6)


def test_a_flat_lane_is_one_number() -> None:
    assert Curve(FLAT, RATE).at(12_345, 512) == 1.0
    assert Curve(FLAT, RATE).is_always(1.0)


def test_a_jump_takes_five_milliseconds_round_its_place() -> None:
    curve = Curve(lane((0.0, 1.0), (0.5, 1.0), (0.5, 0.2)), RATE)
    place = RATE // 2
    found = values(curve, place - 1000, 2000)
    assert (found[: 1000 - HALF] == 1.0).all()
    assert (found[1000 + HALF + 1:] == np.float32(0.2)).all()
    assert found[1000] == pytest.approx(0.6, abs=0.01)
    assert np.abs(np.diff(found)).max() <= 0.8 / (2 * HALF) * 1.05
    assert (np.diff(found) <= 0).all()


def test_a_fade_of_three_milliseconds_is_left_alone() -> None:
    curve = Curve(lane((0.0, 0.0), (0.003, 1.0)), RATE)
    assert np.allclose(values(curve, 0, 145), np.arange(145) / 144, atol=1e-6)


def test_jumps_at_a_clips_bounds_have_no_say() -> None:
    written = lane((0.1, 0.0), (0.1, 1.0), (0.2, 1.0), (0.2, 0.0))
    assert Curve(written, RATE, begin=4800, end=9600).is_always(1.0)
    assert not Curve(written, RATE).is_always(1.0)


def test_what_lies_outside_the_range_is_held_to_it() -> None:
    curve = Curve(lane((0.0, -3.0), (1.0, 500.0)), RATE, most=2.0)
    assert curve.value(0) == 0.0
    assert curve.value(RATE) == 2.0


@pytest.mark.parametrize("points", [(), ((0.0, math.nan),), ((math.inf, 1.0),), ((1.0, 0.0), (0.5, 1.0))])
def test_a_lane_without_sense_is_refused(points: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(AudioError):
        Curve(Lane(points), RATE)


@given(lanes, st.lists(st.integers(1, 700), min_size=1, max_size=6))
def test_the_same_frame_has_the_same_value_in_any_block(written: Lane, sizes: list[int]) -> None:
    curve = Curve(written, RATE)
    whole, frame = values(curve, 0, sum(sizes)), 0
    for size in sizes:
        assert np.array_equal(values(curve, frame, size), whole[frame: frame + size])
        frame += size


@given(lanes)
def test_bounded_in_value_and_slope(written: Lane) -> None:
    curve = Curve(written, RATE)
    heights = [value for _, value in written.points]
    found = values(curve, 0, 3000).astype(np.float64)
    assert min(heights) - 1e-6 <= found.min()
    assert found.max() <= max(heights) + 1e-6
    assert np.abs(np.diff(found)).max() <= (max(heights) - min(heights)) / HALF * 1.01 + 1e-4


def test_ten_seconds_of_stutter_stay_bounded() -> None:
    points = tuple((place * 0.002, float(place % 2)) for place in range(5000) for _ in range(1))
    stutter = tuple((time, value) for time, level in points for value in (level, 1.0 - level))
    found = values(Curve(Lane(stutter), RATE), 0, RATE)
    assert np.abs(np.diff(found)).max() <= 1.01 / HALF
    assert 0.0 <= found.min() <= found.max() <= 1.0


def test_a_hand_over_moves_within_five_milliseconds() -> None:
    automation = Automation(1.0, RATE)
    low, high = Curve(lane((0.0, 0.1)), RATE), Curve(lane((0.0, 0.9)), RATE)
    automation.hand_over(low, 0, softly=False)
    assert automation.at(0, 512) == pytest.approx(0.1)
    automation.hand_over(high, 1000, softly=True)
    found = np.concatenate([np.broadcast_to(automation.at(frame, 512), 512) for frame in (512, 1024, 1536)])
    assert np.allclose(found[: 1000 - 512], 0.1)
    assert np.allclose(found[1000 - 512 + 2 * HALF:], 0.9)
    assert np.abs(np.diff(found)).max() <= 0.8 / (2 * HALF) * 1.01
    automation.hand_over(None, 2048, softly=False)
    assert automation.at(2048, 512) == 1.0
