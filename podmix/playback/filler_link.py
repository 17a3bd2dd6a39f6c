# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine's side of the filler: gives out rings, and starts the filler again where a file has killed it.

What lies decoded in the rings plays on meanwhile. Which file it was is found out by ``trials``, and that one given up.
"""

from __future__ import annotations

import itertools
import multiprocessing
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from multiprocessing.connection import Connection

from podmix.playback.filler import ClipJob, Drop, Fill
from podmix.playback.item_source import ItemJob
from podmix.playback.ring import RingPool, RingSource, prepare
from podmix.playback.run_filler import run_filler
from podmix.playback.trials import Trials, Use


class FillerLink:
    """Rings for jobs. Used by the engine's main thread only."""

    def __init__(self, pool: RingPool, connection: Connection | None = None) -> None:
        """``connection`` leads to a filler that the front end has started beside the engine, to save time."""
        self._pool = pool
        self._uses: dict[int, Use] = {}  # by slot
        self._trials = Trials()
        self._free = deque(slot.number for slot in pool.slots)  # the longest free one first
        self._generations = itertools.count(time.time_ns())  # a dead engine's filler may still write into these rings
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
        use = self._uses[slot.number] = Use(source, order)
        if self._trials.running:
            self._trials.add(use)
        else:
            self._send(order)
        return source

    def keep_only(self, sources: Iterable[RingSource]) -> None:
        """Give back the rings of all other sources."""
        kept = {id(source) for source in sources}
        for number, use in list(self._uses.items()):
            if id(use.source) not in kept:
                del self._uses[number]
                self._trials.forget(use)
                prepare(use.source.slot, 0, urgent=False)  # its thread sees that it is not wanted
                self._free.append(number)
                self._send(Drop(number, use.order.generation))

    def mend(self) -> bool:
        """Start the filler again if it has died (True), and let its rings go on one after the other."""
        died = self._connection is not None and self._dead(self._connection)
        if died:
            self._bury()
            self.start()
            self._trials.begin(self._uses.values())
        if self._trials.running:
            for use in self._trials.due(time.monotonic()):
                self._resume(use)
        return died

    def _bury(self) -> None:
        self.deaths += 1
        if self._process is not None:
            self._process.join()
            self._process.close()
            self._process = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @staticmethod
    def _dead(connection: Connection) -> bool:
        """The filler says nothing, so that anything to read is the pipe's end."""
        try:
            if connection.poll():
                connection.recv()
            return False
        except (EOFError, OSError):
            return True

    def _resume(self, use: Use) -> None:
        """Let a ring go on where its filler stopped."""
        source, order = use.source, use.order
        written = source.written()
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
