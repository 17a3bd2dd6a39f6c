# SPDX-License-Identifier: GPL-3.0-or-later
"""Rings of decoded sound in shared memory: the filler writes seconds ahead, the engine reads, nobody waits.

One writer and one reader a ring. The writer stores samples and marks first and moves its counter after them; the
reader moves its own counter only after it has copied. Counters are aligned 64-bit words, which every platform that
PodMix runs on stores whole. A ring belongs to one *generation* at a time, so that a reader never takes what an earlier
use of the slot left behind.

Marks say which second of the file a frame is: ``(frame, position_s, seconds of file per frame)``, counted from the
ring's first frame, so that positions stay right through speed changes and skipped silence.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.shared_memory import SharedMemory

import numpy as np
from numpy.typing import NDArray

from podmix.playback.ring_memory import (
    ERROR_BYTES,
    HEADER_BYTES,
    MARKS,
    SLOT_BYTES,
    SLOT_FRAMES,
    SLOTS,
    attach_ring_memory,
)

Samples = NDArray[np.float32]

_GENERATION, _WRITTEN, _READ, _STATE, _MARKED, _CAPACITY, _URGENT, _ERROR_LENGTH = range(8)
_FILLING, _FINISHED = 0, 1
HUNGRY_S = 1.0
_FULL_NAP_S = 0.03
_TURN_NAP_S = 0.002


@dataclass(frozen=True, slots=True)
class Slot:
    """Views into one ring's memory."""

    number: int
    counters: NDArray[np.int64]
    duration: NDArray[np.float64]  # (1,), NaN while unknown
    error: NDArray[np.uint8]
    marks: NDArray[np.float64]  # (MARKS, 3)
    samples: Samples  # (SLOT_FRAMES, 2)


class RingPool:
    """The rings of a piece of shared memory that the front end has made; engine and filler attach to it by name."""

    def __init__(self, memory: SharedMemory) -> None:
        self._memory = memory
        self.slots = tuple(_slot(memory, number) for number in range(SLOTS))
        self.writing = tuple(threading.Lock() for _ in range(SLOTS))  # between threads that write the same ring

    @classmethod
    def attach(cls, name: str) -> RingPool:
        return cls(attach_ring_memory(name))

    @property
    def name(self) -> str:
        return self._memory.name

    def forget(self) -> None:
        """Let go of the memory as far as nobody holds a view of it; the process's end frees the rest."""
        self.slots = ()
        try:
            self._memory.close()
        except BufferError:
            self._memory.close = lambda: None  # type: ignore[method-assign]  # else its end complains

    def hungry(self, besides: int) -> bool:
        """Is a ring that is being listened to nearly empty?"""
        return any(slot.counters[_URGENT] and slot.counters[_STATE] == _FILLING and slot.number != besides
                   and slot.counters[_WRITTEN] - slot.counters[_READ] < min(HUNGRY_S * 48_000,
                                                                            slot.counters[_CAPACITY] // 2)
                   for slot in self.slots)


def _slot(memory: SharedMemory, number: int) -> Slot:
    start, buffer = number * SLOT_BYTES, memory.buf
    assert buffer is not None  # it is open
    marks_at = start + HEADER_BYTES
    return Slot(
        number,
        np.frombuffer(buffer, np.int64, 8, start),
        np.frombuffer(buffer, np.float64, 1, start + 64),
        np.frombuffer(buffer, np.uint8, ERROR_BYTES, start + 72),
        np.frombuffer(buffer, np.float64, MARKS * 3, marks_at).reshape(MARKS, 3),
        np.frombuffer(buffer, np.float32, SLOT_FRAMES * 2, marks_at + MARKS * 24).reshape(SLOT_FRAMES, 2))


def prepare(slot: Slot, capacity: int, *, urgent: bool) -> None:
    """Take the ring away from whoever had it; it is valid again once a filler has begun its new generation."""
    slot.counters[_GENERATION] = 0
    slot.counters[_CAPACITY] = min(capacity, SLOT_FRAMES)
    slot.counters[_URGENT] = urgent


def _finish(slot: Slot, error: str) -> None:
    text = error.encode()[:ERROR_BYTES]
    slot.error[: len(text)] = np.frombuffer(text, np.uint8)
    slot.counters[_ERROR_LENGTH] = len(text)
    slot.counters[_STATE] = _FINISHED


class RingWriter:
    """The filler's end. ``stop`` is asked while waiting for room."""

    def __init__(self, pool: RingPool, slot: Slot, generation: int, stop: threading.Event) -> None:
        self._pool, self._slot, self._generation, self._stop = pool, slot, generation, stop
        self._lock = pool.writing[slot.number]  # a thread that is stopped may still stand in the middle of a write
        self._expected: tuple[int, float, float] | None = None  # the last mark

    def begin(self) -> None:
        """Make the ring this generation's, empty; one that is already goes on where it is (its filler died)."""
        counters = self._slot.counters
        with self._lock:
            if counters[_GENERATION] == self._generation or self._stop.is_set():
                return
            counters[[_WRITTEN, _READ, _STATE, _MARKED, _ERROR_LENGTH]] = 0
            self._slot.duration[0] = math.nan
            counters[_GENERATION] = self._generation

    @property
    def written(self) -> int:
        return int(self._slot.counters[_WRITTEN])

    def wait_for_turn(self, patience_s: float) -> None:
        """A file that nobody listens to yet is not even opened while a ring that is listened to is nearly empty."""
        deadline = time.monotonic() + patience_s
        while (not (self.stopped or self._slot.counters[_URGENT]) and self._pool.hungry(self._slot.number)
               and time.monotonic() < deadline):
            self._stop.wait(_TURN_NAP_S)

    @property
    def stopped(self) -> bool:
        return self._stop.is_set() or self._slot.counters[_GENERATION] != self._generation

    def set_duration(self, seconds: float) -> None:
        with self._lock:
            if not self.stopped:
                self._slot.duration[0] = seconds

    def put(self, samples: Samples, position: float, per_frame: float) -> bool:
        """Add frames ``(n, 2)``, the first of which is second ``position`` of the file; False once stopped."""
        done = 0
        while done < len(samples):
            with self._lock:
                room = self._room()
                if self.stopped:
                    return False
                size = min(room, len(samples) - done)
                if size:
                    self._store(samples[done: done + size], position + done * per_frame, per_frame)
            if not size:
                self._stop.wait(_FULL_NAP_S)
            done += size
        return not self.stopped

    def _room(self) -> int:
        counters = self._slot.counters
        if not counters[_URGENT] and counters[_WRITTEN] > 4800 and self._pool.hungry(self._slot.number):
            return 0  # what is listened to comes first
        return int(counters[_CAPACITY] - (counters[_WRITTEN] - counters[_READ]))

    def _store(self, samples: Samples, position: float, per_frame: float) -> None:
        counters, ring = self._slot.counters, self._slot.samples
        written, capacity = int(counters[_WRITTEN]), int(counters[_CAPACITY])
        self._mark(written, position, per_frame)
        place = written % capacity
        first = min(len(samples), capacity - place)
        ring[place: place + first] = samples[:first]
        ring[: len(samples) - first] = samples[first:]
        counters[_WRITTEN] = written + len(samples)

    def _mark(self, frame: int, position: float, per_frame: float) -> None:
        last = self._expected
        if last is not None and last[2] == per_frame and abs(
                last[1] + (frame - last[0]) * per_frame - position) < 1e-6:
            return
        self._expected = (frame, position, per_frame)
        count = int(self._slot.counters[_MARKED])
        self._slot.marks[count % MARKS] = (frame, position, per_frame)
        self._slot.counters[_MARKED] = count + 1

    def finish(self, error: str = "") -> None:
        """No more will come; ``error`` says why where that is not the end."""
        with self._lock:
            if not self.stopped:
                _finish(self._slot, error)


class RingSource:
    """The engine's end: what a deck of the mixing core reads."""

    def __init__(self, slot: Slot, generation: int, at: float) -> None:
        self.slot, self.generation, self.at = slot, generation, at
        self._read = 0
        self._marks: deque[tuple[int, float, float]] = deque(maxlen=4096)
        self._marks_seen = 0

    # The mixing core's Source.

    def available(self, wanted: int = 0) -> int:
        """Frames that can be taken now; never waits."""
        del wanted
        return int(self.slot.counters[_WRITTEN]) - self._read if self.valid else 0

    def finished(self) -> bool:
        """No more will come than ``available`` says. Asked before ``available``, so that the answer can only grow."""
        return self.valid and bool(self.slot.counters[_STATE] == _FINISHED)

    def take(self, frames: int) -> Samples:
        """Exactly ``frames`` frames, copied; not more than ``available``."""
        capacity, ring = int(self.slot.counters[_CAPACITY]), self.slot.samples
        place = self._read % capacity
        first = min(frames, capacity - place)
        out = np.empty((frames, 2), np.float32)
        out[:first] = ring[place: place + first]
        out[first:] = ring[: frames - first]
        self._note_marks()
        self._read += frames
        self.slot.counters[_READ] = self._read
        return out

    # What the engine asks.

    @property
    def valid(self) -> bool:
        """False once the slot serves somebody else."""
        return bool(self.slot.counters[_GENERATION] == self.generation)

    @property
    def frames_read(self) -> int:
        return self._read

    @property
    def duration(self) -> float | None:
        """The file's length in seconds, once the filler knows it."""
        seconds = float(self.slot.duration[0]) if self.valid else math.nan
        return None if math.isnan(seconds) else seconds

    @property
    def error(self) -> str:
        length = int(self.slot.counters[_ERROR_LENGTH]) if self.valid else 0
        return bytes(self.slot.error[:length]).decode(errors="ignore")

    @property
    def full(self) -> bool:
        return self.available() >= int(self.slot.counters[_CAPACITY]) - 9600

    def written(self) -> int:
        return int(self.slot.counters[_WRITTEN]) if self.valid else 0

    def place(self, frame: int) -> tuple[float, float]:
        """The second of the file that the ring's frame is, and the seconds of file a frame covers there."""
        self._note_marks()
        found: tuple[int, float, float] | None = None
        for mark in reversed(self._marks):
            found = mark
            if mark[0] <= frame:
                break
        if found is None:
            return self.at, 0.0
        return found[1] + (frame - found[0]) * found[2], found[2]

    @property
    def urgent(self) -> bool:
        """It is listened to, or about to be."""
        return bool(self.slot.counters[_URGENT])

    def set_urgent(self, urgent: bool) -> None:
        self.slot.counters[_URGENT] = urgent

    def fail(self, error: str) -> None:
        """End the ring from the reader's side: no filler has it, because they all died on this file."""
        self.slot.counters[_GENERATION] = self.generation
        _finish(self.slot, error)

    def wait_for(self, frames: int, timeout_s: float, stop: Callable[[], bool]) -> None:
        """Wait until so many frames are there or no more will come (simulated clocks only)."""
        deadline = time.monotonic() + timeout_s
        while not (self.finished() or self.available() >= frames or stop()) and time.monotonic() < deadline:
            time.sleep(0.0005)

    def _note_marks(self) -> None:
        count = int(self.slot.counters[_MARKED]) if self.valid else 0
        for index in range(max(self._marks_seen, count - MARKS), count):
            frame, position, per_frame = self.slot.marks[index % MARKS]
            self._marks.append((int(frame), float(position), float(per_frame)))
        self._marks_seen = max(count, self._marks_seen)
