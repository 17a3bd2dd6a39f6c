# SPDX-License-Identifier: GPL-3.0-or-later
"""Slots: few a host, some altogether, given back whatever happens."""

from __future__ import annotations

import threading

import pytest

from podmix.errors import NetworkError
from podmix.net.politeness import HostSlots


def test_few_a_host_and_some_altogether() -> None:
    slots = HostSlots(per_host=2, at_once=3)
    with slots.taken("a", wait_s=0), slots.taken("a", wait_s=0):
        with pytest.raises(NetworkError), slots.taken("a", wait_s=0.01):
            pass
        with slots.taken("b", wait_s=0), pytest.raises(NetworkError), slots.taken("c", wait_s=0.01):
            pass
        with slots.taken("b", wait_s=0):
            pass
    with slots.taken("a", wait_s=0), slots.taken("a", wait_s=0):
        pass


def test_a_slot_comes_back_after_an_error() -> None:
    slots = HostSlots(per_host=1, at_once=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), slots.taken("a", wait_s=0):
            raise ZeroDivisionError


def test_the_next_one_waits_its_turn() -> None:
    slots = HostSlots(per_host=1, at_once=9)
    order: list[str] = []

    def second() -> None:
        with slots.taken("a", wait_s=10):
            order.append("second")

    with slots.taken("a", wait_s=0):
        thread = threading.Thread(target=second)
        thread.start()
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]
