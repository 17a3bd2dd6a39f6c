# SPDX-License-Identifier: GPL-3.0-or-later
"""The filler: the process that decodes and stretches ahead of the engine, into the rings.

Separate from the engine so that no decoder, however hostile its file, can make the writer late or take it down. One
thread a ring; what is listened to comes first. When the pipe ends, so does the process.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection

from podmix.audio.mixing.types import Clip
from podmix.errors import PodMixError
from podmix.playback.item_source import Chunk, ItemJob, item_chunks
from podmix.playback.levelling import levelling_gain
from podmix.playback.ring import RingPool, RingWriter

SURVEY_AFTER_S = 3.0  # so much is decoded before length and loudness are looked for: they cost what the sound needs
TURN_PATIENCE_S = 2.0  # what is not listened to yet waits so long for what is: a slow download never has enough


@dataclass(frozen=True, slots=True)
class ClipJob:
    """What the filler makes of a clip of a mix, from ``from_frame`` of the mix on."""

    clip: Clip
    from_frame: int


@dataclass(frozen=True, slots=True)
class Fill:
    """Fill the ring of ``slot`` at ``sample_rate``; ``generation`` is what it has been prepared for."""

    slot: int
    generation: int
    job: ItemJob | ClipJob
    sample_rate: int


@dataclass(frozen=True, slots=True)
class Drop:
    """Nobody reads this ring any more."""

    slot: int
    generation: int


class Filler:
    """Threads that fill rings."""

    def __init__(self, pool: RingPool) -> None:
        self._pool = pool
        self._running: dict[int, tuple[threading.Event, threading.Thread]] = {}
        self._lengths: dict[str, float] = {}
        self._gains: dict[tuple[str, float, float | None], float] = {}

    def obey(self, command: Fill | Drop) -> None:
        stop, before = self._running.pop(command.slot, (None, None))
        if stop is not None:
            stop.set()
        if isinstance(command, Drop):
            return
        stop = threading.Event()
        thread = threading.Thread(target=self._fill, args=(command, stop, before), daemon=True, name="fill")
        self._running[command.slot] = (stop, thread)
        thread.start()

    def _fill(self, order: Fill, stop: threading.Event, before: threading.Thread | None) -> None:
        if before is not None:
            before.join()
        if stop.is_set():
            return
        writer = RingWriter(self._pool, self._pool.slots[order.slot], order.generation, stop)
        writer.begin()
        writer.wait_for_turn(TURN_PATIENCE_S)
        try:
            for chunk in self._chunks(order, writer):
                if not writer.put(chunk.samples, chunk.position, chunk.per_frame):
                    return
            writer.finish()
        except PodMixError as problem:
            writer.finish(str(problem))
        except Exception as problem:  # noqa: BLE001 - the thread's edge: a ring nobody ends would hang its reader
            writer.finish(f"This file cannot be played any further ({type(problem).__name__}).")

    def _chunks(self, order: Fill, writer: RingWriter) -> Iterator[Chunk]:
        job = order.job
        if isinstance(job, ClipJob):
            return self._clip_chunks(job, order.sample_rate)
        return self._item_chunks(job, order.sample_rate, writer)

    @staticmethod
    def _clip_chunks(job: ClipJob, sample_rate: int) -> Iterator[Chunk]:
        from podmix.audio.stretching.clip_source import clip_blocks

        frame = job.from_frame
        for block in clip_blocks(job.clip, sample_rate, from_frame=job.from_frame):
            yield Chunk(block, frame / sample_rate, 1 / sample_rate)
            frame += len(block)

    def _item_chunks(self, job: ItemJob, sample_rate: int, writer: RingWriter) -> Iterator[Chunk]:
        """An item's chunks; its length and loudness are looked up beside, once sound is there."""
        item = job.item
        asked = False
        if item.path in self._lengths:
            writer.set_duration(self._lengths[item.path])
        span = (item.path, item.start, item.end)
        if item.gain_db is not None:
            self._gains[span] = 10 ** (item.gain_db / 20)
        gain = (lambda: self._gains.get(span, 1.0)) if job.levelling or item.gain_db is not None else None
        for chunk in item_chunks(job, sample_rate, gain=gain, cancelled=lambda: writer.stopped):
            yield chunk
            if not asked and writer.written > SURVEY_AFTER_S * sample_rate:
                asked = True
                self._survey(job, writer)
        if not asked:
            self._survey(job, writer)

    def _survey(self, job: ItemJob, writer: RingWriter) -> None:
        """Learn length and loudness in a thread of its own, so that the ring goes on filling."""
        item = job.item
        if item.growing_to:  # it would read what is not there yet
            return

        def learn() -> None:
            from podmix.audio.decode import decoded_duration

            try:
                if item.path not in self._lengths:
                    self._lengths[item.path] = decoded_duration(item.path)
                writer.set_duration(self._lengths[item.path])
                span = (item.path, item.start, item.end)
                if job.levelling and item.gain_db is None and span not in self._gains:
                    self._gains[span] = levelling_gain(item.path, start=item.start, end=item.end)
            except (PodMixError, OSError, ValueError):
                return  # the ring's own reading tells what is wrong with the file

        threading.Thread(target=learn, daemon=True, name="survey").start()


def fill_until_closed(connection: Connection, pool_name: str) -> None:
    """The process's main function: fill what is asked for until the pipe ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pool = RingPool.attach(pool_name)
    filler = Filler(pool)
    try:
        while True:
            filler.obey(connection.recv())
    except (EOFError, OSError, KeyboardInterrupt):
        pass
    finally:
        os._exit(0)  # threads may hang in a decoder; nothing of theirs is worth waiting for
