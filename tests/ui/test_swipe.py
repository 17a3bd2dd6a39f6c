# SPDX-License-Identifier: GPL-3.0-or-later
"""One gesture, one card: wheels, trackpads with momentum, fingers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from podmix.ui.previews.swipe import FAR_ENOUGH, Swipe, resisted

HEIGHT = 600.0


def test_a_wheel_notch_is_a_step():
    assert Swipe().wheel(angle=-120, pixels=0, now_ms=0, height=HEIGHT).step == 1
    assert Swipe().wheel(angle=120, pixels=0, now_ms=0, height=HEIGHT).step == -1


def test_a_flick_with_long_momentum_is_one_step():
    swipe, steps = Swipe(), 0
    for tick in range(60):
        steps += swipe.wheel(angle=-30, pixels=-30, now_ms=tick * 16.0, height=HEIGHT).step
    assert steps == 1


def test_after_a_quiet_gap_the_next_flick_counts_again():
    swipe = Swipe()
    first = sum(swipe.wheel(angle=-30, pixels=-40, now_ms=t * 16.0, height=HEIGHT).step for t in range(10))
    second = sum(swipe.wheel(angle=-30, pixels=-40, now_ms=1000 + t * 16.0, height=HEIGHT).step for t in range(10))
    assert (first, second) == (1, 1)


def test_a_small_pull_only_moves_the_card():
    motion = Swipe().wheel(angle=-8, pixels=-30, now_ms=0, height=HEIGHT)
    assert motion.step == 0
    assert 0 < motion.offset < FAR_ENOUGH


def test_a_slow_short_drag_springs_back_and_a_long_one_steps():
    swipe = Swipe()
    swipe.press(500, 0)
    assert swipe.drag(470, 400, HEIGHT).offset > 0
    assert swipe.release(470, 800, HEIGHT).step == 0
    swipe.press(500, 1000)
    swipe.drag(300, 1600, HEIGHT)
    assert swipe.release(300, 2400, HEIGHT).step == 1


def test_a_fast_short_drag_steps():
    swipe = Swipe()
    swipe.press(100, 0)
    swipe.drag(150, 30, HEIGHT)
    assert swipe.release(170, 45, HEIGHT).step == -1


@given(st.floats(-1, 1))
def test_at_the_ends_the_card_gives_way_only_a_little(offset):
    held = resisted(offset, at_first=True, at_last=True)
    assert abs(held) <= 0.125
    assert held * offset >= 0
