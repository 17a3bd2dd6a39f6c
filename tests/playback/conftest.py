# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine's inside without processes, devices and clocks: a filler's threads, rings, sequencer and transport."""

from __future__ import annotations

import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from podmix.playback.filler import Drop, Fill, Filler
from podmix.playback.filler_link import FillerLink
from podmix.playback.ring import RingPool
from podmix.playback.ring_memory import create_ring_memory
from podmix.playback.sequencer import Manner, Sequencer
from podmix.playback.transport import FADE_S, Transport

RATE = 48_000
FADE = round(FADE_S * RATE)


class ThreadLink(FillerLink):
    """The filler in this process."""

    def __init__(self, pool: RingPool) -> None:
        super().__init__(pool)
        self.filler = Filler(pool)

    def start(self) -> None:
        pass

    def _send(self, message: Fill | Drop) -> None:
        self.filler.obey(message)


class Desk:
    """What the engine's main thread and its writer do, by hand."""

    def __init__(self, pool: RingPool) -> None:
        self.link = ThreadLink(pool)
        self.transport = Transport(RATE)
        self.manner = Manner()
        self.sequencer = Sequencer(self.link, self.transport, self.manner)

    def pull(self, frames: int, block: int = 2048) -> np.ndarray:
        """As a simulated clock does: waits for the filler, never for time."""
        out = [np.zeros((0, 2), np.float32)]
        while frames > 0:
            size = min(block, frames)
            self.sequencer.tick()
            deadline = time.monotonic() + 10
            while not self.transport.ready(size):
                assert time.monotonic() < deadline, "the filler gives nothing"
                time.sleep(0.0005)
            out.append(self.transport.process(size))
            frames -= size
        return np.concatenate(out)


@pytest.fixture(scope="session")
def ring_pool() -> Iterator[RingPool]:
    memory = create_ring_memory()
    pool = RingPool(memory)
    yield pool
    memory.unlink()
    pool.forget()


@pytest.fixture
def make_desk(ring_pool: RingPool) -> Iterator[Callable[[], Desk]]:
    """A maker of desks; one at a time, for they share the rings."""
    made: list[Desk] = []

    def make() -> Desk:
        for desk in made:
            desk.sequencer.stop()
            desk.transport.process(8192)
            desk.sequencer.tick()
        made.append(Desk(ring_pool))
        return made[-1]

    yield make
    for desk in made:
        desk.link.keep_only([])


@pytest.fixture
def desk(make_desk: Callable[[], Desk]) -> Desk:
    return make_desk()


def ramp_file(path: Path, seconds: float, offset: int = 0) -> np.ndarray:
    """A file whose every sample tells its place; returns what decodes, ``(n, 2)``."""
    n = np.arange(offset, offset + round(seconds * RATE))
    samples = ((n * 7919) % 20011 - 10005).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return np.repeat((samples / 32768).astype(np.float32)[:, None], 2, axis=1)
