# SPDX-License-Identifier: GPL-3.0-or-later
"""Time maps: exact frames, jumps, both directions, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.audio.stretching.time_map import TimeMap
from podmix.errors import AudioError

RATE = 44_100


def test_a_stretch_between_two_copies() -> None:
    time_map = TimeMap.from_points(((2.0, 10.0), (4.0, 12.0), (6.0, 14.2), (7.0, 15.2)), RATE)
    assert (time_map.start, time_map.end) == (2 * RATE, 7 * RATE)
    assert [part.is_copy for part in time_map.segments] == [True, False, True]
    assert time_map.segments[1].slope == pytest.approx(1.1)
    assert len(time_map.runs) == 1
    assert time_map.source_at(5 * RATE) == pytest.approx(13.1 * RATE)
    assert np.allclose(time_map.source_at([RATE, 8 * RATE]), [9.0 * RATE, 16.2 * RATE])  # outer slopes go on


def test_a_loop_is_a_jump_and_the_later_point_holds() -> None:
    time_map = TimeMap.from_points(((0.0, 8.0), (4.0, 12.0), (4.0, 8.0), (8.0, 12.0)), RATE)
    [jump] = time_map.jumps
    assert (jump.frame, jump.source_before, jump.source_after) == (4 * RATE, 12 * RATE, 8 * RATE)
    assert [run.start for run in time_map.runs] == [0, 4 * RATE]
    assert float(time_map.source_at(4 * RATE)) == 8 * RATE
    assert time_map.mix_at(9 * RATE) == (RATE, 5 * RATE)
    assert time_map.mix_at(20 * RATE) == ()


@given(st.lists(st.floats(0.001, 30.0), min_size=1, max_size=12), st.floats(0, 100), st.floats(0, 100))
def test_speed_one_stays_a_copy_whatever_the_rounding(steps: list[float], mix: float, source: float) -> None:
    points = [(mix, source)]
    for step in steps:
        points.append((points[-1][0] + step, points[-1][1] + step))
    time_map = TimeMap.from_points(tuple(points), RATE)
    assert all(part.is_copy for part in time_map.segments)
    assert not time_map.jumps
    assert abs(time_map.segments[-1].source_end - points[-1][1] * RATE) <= 1.5  # one frame and a rounding


@given(st.lists(st.tuples(st.floats(0.1, 30.0), st.floats(0.3, 3.5)), min_size=1, max_size=12), st.floats(0, 100))
def test_points_are_met_and_both_ways_agree(steps: list[tuple[float, float]], source: float) -> None:
    points = [(0.0, source)]
    for step, slope in steps:
        points.append((points[-1][0] + step, points[-1][1] + step * slope))
    time_map = TimeMap.from_points(tuple(points), RATE)
    for mix, at in points:
        assert abs(float(time_map.source_at(round(mix * RATE))) - at * RATE) <= 1.5
    middle = (time_map.start + time_map.end) // 2
    [back] = time_map.mix_at(float(time_map.source_at(middle)))
    assert back == pytest.approx(middle, abs=1e-3)
    assert time_map.segments[0].start == 0
    assert all(a.end == b.start for a, b in zip(time_map.segments, time_map.segments[1:], strict=False))


@pytest.mark.parametrize("points", [
    (), ((0.0, 0.0),), ((0.0, 0.0), (0.0, 4.0)), ((0.0, 0.0), (1e-9, 1e-9)),
    ((1.0, 0.0), (0.5, 1.0)), ((0.0, -1.0), (1.0, 0.0)), ((-1.0, 0.0), (1.0, 2.0)),
    ((0.0, math.nan), (1.0, 1.0)), ((0.0, 0.0), (math.inf, 1.0)),
    ((0.0, 5.0), (1.0, 5.0)), ((0.0, 5.0), (1.0, 4.0)), ((0.0, 0.0), (1.0, 4.01)), ((0.0, 0.0), (1.0, 0.24)),
])
def test_nonsense_is_refused(points: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(AudioError):
        TimeMap.from_points(points, RATE)


def test_the_outermost_speeds_are_allowed() -> None:
    time_map = TimeMap.from_points(((0.0, 0.0), (1.0, 4.0), (5.0, 5.0)), RATE)
    assert [part.slope for part in time_map.segments] == [4.0, 0.25]
