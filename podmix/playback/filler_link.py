# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine's side of the filler: gives out rings, and starts the filler again where a file has killed it.

What lies decoded in the rings plays on meanwhile. A file at whose same place the filler dies three times is given up.
"""

from __future__ import annotations

import itertools
import multiprocessing
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection

from podmix.playback.filler import ClipJob, Drop, Fill
from podmix.playback.item_source import ItemJob
from podmix.playback.ring import RingPool, RingSource, prepare
from podmix.playback.run_filler import run_filler

MOST_DEATHS = 3
GIVEN_UP = "This file makes the decoder stop, so it cannot be played any further."


@dataclass(slots=True)
class _Use:
    source: RingSource
    order: Fill
    deaths: int = 0
    written: int = -1  # at the last death


class FillerLink:
    """Rings for jobs. Used by the engine's main thread only."""

    def __init__(self, pool: RingPool, connection: Connection | None = None) -> None:
        """``connection`` leads to a filler that the front end has started beside the engine, to save time."""
        self._pool = pool
        self._uses: dict[int, _Use] = {}  # by slot
        self._free = deque(slot.number for slot in pool.slots)  # the longest free one first
        self._generations = itertools.count(1)
        self._connection = connection
        self._process: multiprocessing.process.BaseProcess | None = None
        self.deaths = 0

    def start(self) -> None:
        if self._connection is not None:
            return
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=True)
        self._process = context.Process(target=run_filler, args=(theirs, self._pool.name), name="podmix-filler",
                                        daemon=True)
        self._process.start()
        theirs.close()
        self._connection = ours

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def fill(self, job: ItemJob | ClipJob, *, sample_rate: int, ahead_s: float, urgent: bool) -> RingSource | None:
        """A ring that is being filled; None while all are in use."""
        if not self._free:
            return None
        slot = self._pool.slots[self._free.popleft()]
        generation = next(self._generations)
        prepare(slot, round(ahead_s * sample_rate), urgent=urgent)
        order = Fill(slot.number, generation, job, sample_rate)
        source = RingSource(slot, generation, job.at if isinstance(job, ItemJob) else job.from_frame / sample_rate)
        self._uses[slot.number] = _Use(source, order)
        self._send(order)
        return source

    def keep_only(self, sources: Iterable[RingSource]) -> None:
        """Give back the rings of all other sources."""
        kept = {id(source) for source in sources}
        for number, use in list(self._uses.items()):
            if id(use.source) not in kept:
                del self._uses[number]
                prepare(use.source.slot, 0, urgent=False)  # its thread sees that it is not wanted
                self._free.append(number)
                self._send(Drop(number, use.order.generation))

    def mend(self) -> bool:
        """Start the filler again if it has died; True if so."""
        if self._connection is None or not self._dead(self._connection):
            return False
        self.deaths += 1
        if self._process is not None:
            self._process.join()
            self._process.close()
        self._connection.close()
        self._connection = None
        self.start()
        for use in self._uses.values():
            self._resume(use)
        return True

    @staticmethod
    def _dead(connection: Connection) -> bool:
        """The filler says nothing, so that anything to read is the pipe's end."""
        try:
            if connection.poll():
                connection.recv()
            return False
        except (EOFError, OSError):
            return True

    def _resume(self, use: _Use) -> None:
        """Let a ring that was not finished go on where its filler stopped."""
        source, order = use.source, use.order
        if source.finished():
            return
        written = source.written()
        if not source.full:
            use.deaths = use.deaths + 1 if written == use.written else 1
            use.written = written
        if use.deaths >= MOST_DEATHS:
            source.fail(GIVEN_UP)
            return
        if written:
            position, _ = source.place(written)
            job = order.job
            order = replace(order, job=replace(job, at=position) if isinstance(job, ItemJob)
                            else replace(job, from_frame=job.from_frame + written))
        self._send(order)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            self._process.join(0.3)
            if self._process.is_alive():
                self._process.kill()
                self._process.join(1.0)
            self._process = None

    def _send(self, message: Fill | Drop) -> None:
        if self._connection is None:
            return
        try:
            self._connection.send(message)
        except (BrokenPipeError, OSError):
            pass  # dead: ``mend`` sends what is still wanted again
