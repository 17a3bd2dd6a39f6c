# SPDX-License-Identifier: GPL-3.0-or-later
"""What is still to be heard, against a device that takes whole periods and tells nobody what it holds."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.playback.heard_clock import HeardClock

RATE = 48_000
PERIOD, BUFFER = 2048, 5 * 2048


class Device:
    """Plays in real time from second 0 on; a write waits until whole periods are free."""

    def __init__(self, late_s: float, seed: int) -> None:
        self.now = 0.0
        self.written = BUFFER  # of silence
        self._random, self._late_s = random.Random(seed), late_s

    @property
    def played(self) -> float:
        return self.now * RATE

    def write(self, frames: int) -> None:
        self.now += self._random.uniform(0, 0.0005)  # the writer's own work
        held = self.written - int(self.played / PERIOD) * PERIOD
        if held + frames > BUFFER:
            periods = -(-(held + frames - BUFFER) // PERIOD)
            self.now = (int(self.played / PERIOD) + periods) * PERIOD / RATE
            self.now += self._random.uniform(0, self._late_s)
        self.written += frames


@given(late_s=st.floats(0, 0.01), seed=st.integers(0, 1000), block=st.sampled_from([256, 1024, 2048]),
       drift=st.floats(-1e-4, 1e-4))
def test_positions_follow_the_device_and_not_the_bursts_of_writing(late_s: float, seed: int, block: int, drift: float,
                                                                   ) -> None:
    device = Device(late_s, seed)

    def clock_now(later_s: float = 0.0) -> float:
        return (device.now + later_s) * (1 + drift)

    clock = HeardClock(RATE, clock_now())
    clock.restart(BUFFER / RATE, clock_now())
    later_s = seed % 7 / 7 * 0.02
    for number in range(600):
        clock.writing(block)
        began = clock_now()
        device.write(block)
        clock.wrote(clock_now(), clock_now() - began)
        if number > 200:
            truly = (device.written - device.played) / RATE - later_s
            assert clock.waiting_s(clock_now(later_s)) == pytest.approx(truly, abs=0.003 + late_s)


def test_a_block_that_is_being_written_waits_and_never_more_is_heard_than_was_written() -> None:
    clock = HeardClock(RATE, 10.0)
    clock.writing(4800)
    assert clock.waiting_s(10.0) == pytest.approx(0.1)
    assert clock.waiting_s(10.04) == pytest.approx(0.06)
    assert clock.waiting_s(11.0) == 0.0
    clock.wrote(11.0)
    assert clock.waiting_s(11.0) == 0.0


def test_a_device_that_ran_dry_begins_anew() -> None:
    clock = HeardClock(RATE, 0.0)
    clock.restart(0.2, 0.0)
    clock.writing(1024)
    clock.wrote(0.02)
    assert clock.waiting_s(0.02) == pytest.approx(0.2, abs=0.01)
    clock.writing(1024)
    clock.restart(0.2, 0.9)
    clock.wrote(0.9)
    assert clock.waiting_s(0.9) == pytest.approx(0.2)
    assert clock.waiting_s(1.0) == pytest.approx(0.1)


@given(stood_s=st.floats(0.1, 0.5), late_s=st.floats(0, 0.01), seed=st.integers(0, 1000))
def test_a_device_that_stood_still_is_found_out_by_the_next_write_that_waits(stood_s: float, late_s: float,
                                                                             seed: int) -> None:
    """A sound server that starts takes a buffer full and then plays nothing for a while."""
    device = Device(late_s, seed)
    clock = HeardClock(RATE, 0.0)
    clock.restart(BUFFER / RATE, 0.0)
    stood = 0.0
    for number in range(60):
        clock.writing(1024)
        began = device.now + stood
        device.write(1024)
        if number == 10:
            stood = stood_s
        now = device.now + stood
        clock.wrote(now, now - began)
        if number > 14:
            truly = (device.written - device.played) / RATE
            assert clock.waiting_s(now) == pytest.approx(truly, abs=PERIOD / RATE + late_s)
