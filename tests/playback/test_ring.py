# SPDX-License-Identifier: GPL-3.0-or-later
"""Rings in shared memory: what is written is what is read, whatever the sizes, and never another generation's."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podmix.playback.ring import RingPool, RingSource, RingWriter, prepare
from podmix.playback.ring_memory import SLOTS, create_ring_memory


@pytest.fixture(scope="module")
def pool() -> Iterator[RingPool]:
    memory = create_ring_memory()
    pool = RingPool(memory)
    yield pool
    memory.unlink()
    pool.forget()


def ring(pool: RingPool, *, capacity: int, generation: int = 1, slot: int = 0) -> tuple[RingWriter, RingSource]:
    prepare(pool.slots[slot], capacity, urgent=True)
    writer = RingWriter(pool, pool.slots[slot], generation, threading.Event())
    source = RingSource(pool.slots[slot], generation, 5.0)
    writer.begin()
    return writer, source


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(writes=st.lists(st.integers(1, 300), min_size=1, max_size=40), reads=st.lists(st.integers(1, 300), min_size=1),
       capacity=st.integers(300, 700))
def test_what_is_written_is_read_in_order(pool: RingPool, writes: list[int], reads: list[int], capacity: int) -> None:
    writer, source = ring(pool, capacity=capacity)
    sent = np.arange(2 * sum(writes), dtype=np.float32).reshape(-1, 2)
    got: list[np.ndarray] = []
    done = turn = 0
    for size in writes:
        while capacity - source.available() < size:
            got.append(source.take(min(reads[turn % len(reads)], source.available())))
            turn += 1
        assert writer.put(sent[done: done + size], done / 10, 0.1)
        done += size
    writer.finish()
    assert source.finished()
    got.append(source.take(source.available()))
    assert np.array_equal(np.concatenate(got), sent)
    for frame in (0, len(sent) // 2, len(sent) - 1):
        assert source.place(frame) == pytest.approx((frame / 10, 0.1))


def test_marks_follow_jumps_of_the_position(pool: RingPool) -> None:
    writer, source = ring(pool, capacity=1000)
    block = np.zeros((100, 2), np.float32)
    writer.put(block, 5.0, 0.01)
    writer.put(block, 6.0, 0.01)  # goes on
    writer.put(block, 9.0, 0.02)  # a pause was skipped, and it is faster now
    assert source.place(150) == pytest.approx((6.5, 0.01))
    assert source.place(199) == pytest.approx((6.99, 0.01))
    assert source.place(250) == pytest.approx((10.0, 0.02))


def test_a_reader_never_gets_what_another_use_left(pool: RingPool) -> None:
    writer, old = ring(pool, capacity=1000, generation=7)
    writer.put(np.ones((100, 2), np.float32), 0.0, 1.0)
    assert old.available() == 100
    prepare(pool.slots[0], 1000, urgent=False)
    new = RingSource(pool.slots[0], 8, 0.0)
    assert (old.available(), old.finished(), new.available(), new.finished()) == (0, False, 0, False)
    assert not writer.put(np.ones((10, 2), np.float32), 0.0, 1.0)  # it notices
    again = RingWriter(pool, pool.slots[0], 8, threading.Event())
    again.begin()
    again.put(np.full((10, 2), 2, np.float32), 3.0, 1.0)
    assert new.available() == 10
    assert new.take(10)[0, 0] == 2
    assert old.available() == 0


def test_a_ring_goes_on_where_a_dead_filler_left_it(pool: RingPool) -> None:
    writer, source = ring(pool, capacity=1000, generation=3)
    writer.put(np.ones((100, 2), np.float32), 0.0, 0.5)
    source.take(40)
    other = RingWriter(pool, pool.slots[0], 3, threading.Event())
    other.begin()
    other.put(np.full((20, 2), 2, np.float32), 50.0, 0.5)
    assert source.available() == 80
    assert source.take(80)[-1, 0] == 2
    assert source.place(110)[0] == 55.0


def test_a_failure_is_told(pool: RingPool) -> None:
    writer, source = ring(pool, capacity=1000)
    assert source.duration is None
    writer.set_duration(12.5)
    writer.finish("Schluß: the file is gone." + "x" * 1000)
    assert source.finished()
    assert source.error.startswith("Schluß: the file is gone.")
    assert source.duration == 12.5


def test_the_writer_waits_for_room_and_stops_when_told(pool: RingPool) -> None:
    writer, source = ring(pool, capacity=500)
    done = threading.Event()
    results: list[bool] = []

    def write() -> None:
        results.append(writer.put(np.zeros((1200, 2), np.float32), 0.0, 1.0))
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    taken = 0
    while taken < 1200:
        taken += len(source.take(min(100, source.available())))
    thread.join(5)
    assert results == [True]
    assert done.is_set()


def test_what_is_listened_to_is_filled_first(pool: RingPool) -> None:
    _, _ = ring(pool, capacity=48_000, slot=1)  # urgent and empty
    prepare(pool.slots[2], 48_000, urgent=False)
    stop = threading.Event()
    patient = RingWriter(pool, pool.slots[2], 4, stop)
    patient.begin()
    assert patient.put(np.zeros((4801, 2), np.float32), 0.0, 1.0)  # a beginning is allowed
    assert pool.hungry(2)
    stop.set()
    assert not patient.put(np.zeros((10, 2), np.float32), 0.0, 1.0)
    assert RingSource(pool.slots[2], 4, 0.0).available() == 4801
    prepare(pool.slots[1], 0, urgent=False)
    assert len(pool.slots) == SLOTS


def test_a_stopped_writer_in_the_middle_of_a_write_spoils_nothing(pool: RingPool,
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    slot, stop = pool.slots[3], threading.Event()
    prepare(slot, 1000, urgent=True)
    old = RingWriter(pool, slot, 1, stop)
    old.begin()
    next_one = RingWriter(pool, slot, 2, threading.Event())
    mark, threads = old._mark, []

    def begin_and_put() -> None:
        next_one.begin()
        next_one.put(np.ones((10, 2), np.float32), 0.0, 0.1)

    def lose_the_turn(frame: int, position: float, per_frame: float) -> None:
        stop.set()
        prepare(slot, 1000, urgent=True)
        threads.append(threading.Thread(target=begin_and_put))
        threads[0].start()
        threads[0].join(0.05)  # it has to wait for this write
        mark(frame, position, per_frame)

    monkeypatch.setattr(old, "_mark", lose_the_turn)
    assert not old.put(np.full((500, 2), 7, np.float32), 0.0, 0.1)
    threads[0].join()
    source = RingSource(slot, 2, 0.0)
    assert source.available() == 10
    assert (source.take(10) == 1).all()


def test_a_writer_stopped_before_it_began_takes_nothing_away(pool: RingPool) -> None:
    slot, stop = pool.slots[4], threading.Event()
    prepare(slot, 1000, urgent=True)
    late = RingWriter(pool, slot, 1, stop)
    stop.set()
    RingWriter(pool, slot, 2, threading.Event()).begin()
    late.begin()
    assert RingSource(slot, 2, 0.0).valid
