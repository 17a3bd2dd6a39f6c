# SPDX-License-Identifier: GPL-3.0-or-later
"""Rings given out by one engine after another, in the same memory."""

from __future__ import annotations

from podmix.playback.item_source import ItemJob
from podmix.playback.protocol import Item
from podmix.playback.ring import RingPool
from tests.playback.conftest import RATE, ThreadLink


def test_an_engine_never_takes_over_what_the_one_before_it_had_decoded(ring_pool: RingPool) -> None:
    job = ItemJob(Item("not there"), 0.0)
    generations = []
    for _ in range(2):
        link = ThreadLink(ring_pool)
        source = link.fill(job, sample_rate=RATE, ahead_s=1.0, urgent=True)
        assert source is not None
        generations.append(source.generation)
        link.keep_only([])
    assert generations[0] != generations[1]
