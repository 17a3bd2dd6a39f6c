# SPDX-License-Identifier: GPL-3.0-or-later
"""What sounds next: ``process(frames)`` gives the next block, at any block size, with no I/O and no clock.

Pause, seek and skip act here, at the reading side: 8 ms of fade, then the queue that was being read is dropped, so
what is felt is the device's buffer and nothing of what was decoded ahead. The join to the upcoming queue has no fade
and no gap. A timeline remembers which second of which file every written frame was, so that a state can be told for
what is heard, one output latency ago.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from podmix.playback.filler import ChunkQueue
from podmix.playback.protocol import Item
from podmix.playback.ramps import Gate, Slope

Samples = NDArray[np.float32]

FADE_S = 0.008
VOLUME_S = 0.01


@dataclass(frozen=True, slots=True)
class Heard:
    """What a listener hears at one moment."""

    item: Item | None
    position: float
    ended: bool


@dataclass(frozen=True, slots=True)
class _Mark:
    frame: int  # output frame where this begins
    queue: ChunkQueue | None
    position: float
    per_frame: float
    ended: bool


class Transport:
    """Reads queues; all methods may be called from any thread."""

    def __init__(self, sample_rate: int, *, volume: float = 1.0) -> None:
        self.sample_rate = sample_rate
        self.underruns = 0
        self._lock = threading.RLock()
        self._gate = Gate(round(FADE_S * sample_rate))
        self._volume = Slope(volume)
        self._sleep = Slope(1.0)
        self._sleep_frames: int | None = None
        self._sleep_fade = 0
        self._playing = False
        self._ended = False
        self._queue: ChunkQueue | None = None
        self._upcoming: ChunkQueue | None = None
        self._next: tuple[ChunkQueue | None] | None = None  # what to change to after the fade
        self._fresh = True  # the queue has given nothing yet: waiting for it is no underrun
        self._frames = 0
        self._position = 0.0
        self._marks: deque[_Mark] = deque(maxlen=4096)

    # What the engine asks for.

    @property
    def playing(self) -> bool:
        return self._playing

    @property
    def silent(self) -> bool:
        """Nothing sounds and nothing is about to."""
        with self._lock:
            return self._gate.closed and not self._playing and self._next is None

    @property
    def queue(self) -> ChunkQueue | None:
        """What is played or about to be."""
        with self._lock:
            return self._next[0] if self._next is not None else self._queue

    @property
    def upcoming(self) -> ChunkQueue | None:
        return self._upcoming

    @property
    def written_position(self) -> float:
        """Seconds of the file at the reading edge (not yet heard)."""
        with self._lock:
            if self._next is not None:
                return self._next[0].at if self._next[0] is not None else 0.0
            return self._position

    def change_to(self, queue: ChunkQueue | None) -> None:
        """Fade out, drop what is read now, go on with ``queue``."""
        with self._lock:
            if self._next is not None and self._next[0] is not None and self._next[0] is not queue:
                self._next[0].cancel()
            self._next = (queue,)
            self._ended = False

    def follow_with(self, queue: ChunkQueue | None) -> None:
        """Read ``queue`` when the present one ends, without a gap."""
        with self._lock:
            self._upcoming = queue

    def play(self) -> None:
        with self._lock:
            if not self._ended:
                self._playing = True
                self._sleep.move(1.0, 0)

    def pause(self) -> None:
        with self._lock:
            self._playing = False

    def set_volume(self, volume: float) -> None:
        with self._lock:
            self._volume.move(volume, round(VOLUME_S * self.sample_rate))

    @property
    def volume(self) -> float:
        return self._volume.target

    def sleep_after(self, seconds: float | None, fade_s: float) -> None:
        with self._lock:
            self._sleep.move(1.0, round(VOLUME_S * self.sample_rate))
            self._sleep_frames = None if seconds is None else round(seconds * self.sample_rate)
            self._sleep_fade = round(min(fade_s, seconds or 0.0) * self.sample_rate)

    @property
    def sleep_left_s(self) -> float | None:
        frames = self._sleep_frames
        return None if frames is None else frames / self.sample_rate

    def heard(self, latency_s: float) -> Heard:
        """What sounds ``latency_s`` after it was written."""
        with self._lock:
            if self._next is not None:
                queue = self._next[0]
                return Heard(queue.item if queue else None, queue.at if queue else 0.0, ended=False)
            frame = self._frames - round(latency_s * self.sample_rate)
            mark: _Mark | None = None
            for candidate in reversed(self._marks):
                mark = candidate
                if candidate.frame <= frame:
                    break
            if mark is None:
                return Heard(self._queue.item if self._queue else None, self._position, ended=False)
            position = mark.position + max(0, frame - mark.frame) * mark.per_frame
            return Heard(mark.queue.item if mark.queue else None, position, mark.ended)

    # What the output asks for.

    def process(self, frames: int) -> Samples:
        """The next ``frames`` frames ``(frames, 2)``, limited to -1..1."""
        with self._lock:
            out = np.zeros((frames, 2), np.float32)
            filled = 0
            while filled < frames:
                got = self._some(out[filled:])
                if not got:
                    self._mark(self._position, 0.0)
                    self._frames += frames - filled
                    break
                filled += got
                self._frames += got
            self._apply_volume(out, frames)
            if np.abs(out).max(initial=0.0) > 1.0:
                np.clip(out, -1.0, 1.0, out=out)
            return out

    def _some(self, out: Samples) -> int:
        """Fill the beginning of ``out``; returns the frames done, 0 when the rest is silence."""
        self._gate.opening = self._playing and self._next is None and self._queue is not None
        if self._gate.closed:
            if self._next is None:
                return 0
            self._change()
            return self._some(out)
        assert self._queue is not None
        most = min(len(out), self._gate.moving or len(out))
        chunk = self._queue.take(most)
        if chunk is None:
            return self._dry(out)
        if self._fresh:
            self._begin(chunk.position)
        size = len(chunk.samples)
        gains = self._gate.take(size)
        out[:size] = chunk.samples if gains is None else chunk.samples * gains[:, None]
        self._mark(chunk.position, chunk.per_frame)
        self._position = chunk.position + size * chunk.per_frame
        return size

    def _begin(self, position: float) -> None:
        """The first frames of a queue: at an item's own start, which needs no fade, the gate stands open."""
        self._fresh = False
        assert self._queue is not None
        item = self._queue.item
        if position <= item.start + 1e-9 and (item.fade_s > 0 or item.start == 0.0):
            self._gate.jump_open()

    def _dry(self, out: Samples) -> int:
        """The queue has nothing now: the next queue, the end, or an underrun."""
        assert self._queue is not None
        if self._queue.exhausted:
            if self._upcoming is not None:
                self._queue, self._upcoming = self._upcoming, None
                self._position, self._fresh = self._queue.at, False
                return self._some(out)
            self._ended, self._playing = self._next is None, False
            self._gate.shut()
            return self._some(out) if self._next is not None else 0
        if not self._fresh and self._next is None:
            self.underruns += 1
            self._fresh = True
        self._gate.shut()
        return self._some(out) if self._next is not None else 0

    def _change(self) -> None:
        assert self._next is not None
        if self._queue is not None and self._queue is not self._next[0]:
            self._queue.cancel()
        self._queue, self._next = self._next[0], None
        self._position = self._queue.at if self._queue is not None else 0.0
        self._fresh = True
        self._marks.clear()  # what the device still holds of the old place is not shown any more

    def _apply_volume(self, out: Samples, frames: int) -> None:
        volume = self._volume.take(frames)
        self._scale(out, volume)
        if self._sleep_frames is None or not self._playing:
            return
        if self._sleep_frames <= self._sleep_fade and self._sleep.target == 1.0:
            self._sleep.move(0.0, max(1, self._sleep_frames))
        self._scale(out, self._sleep.take(frames))
        self._sleep_frames -= frames
        if self._sleep_frames <= 0:
            self._sleep_frames, self._playing = None, False
            self._gate.shut()
            self._sleep.move(1.0, 0)

    @staticmethod
    def _scale(out: Samples, gain: NDArray[np.float32] | float) -> None:
        if isinstance(gain, float | int):
            if gain != 1.0:
                out *= np.float32(gain)
        else:
            out *= gain[:, None]

    def _mark(self, position: float, per_frame: float) -> None:
        """Note what the output frame about to be written is; standing still is noted once."""
        last = self._marks[-1] if self._marks else None
        still = per_frame == 0.0 and last is not None and last.per_frame == 0.0
        if still and last is not None and (last.queue, last.position, last.ended) == (
                self._queue, position, self._ended):
            return
        self._marks.append(_Mark(self._frames, self._queue, position, per_frame, self._ended))
