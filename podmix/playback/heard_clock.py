# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of what was written is still to be heard, known between two writes too.

A device takes whole periods, so blocking writes return in bursts: some wait for room, the others find it. At the end
of a burst the buffer is full, at other times it holds less. The fullest moments of the last seconds tell the device's
clock, and the system's clock carries it on until the next one. A device that stood still (a sound server that only
starts) is found out by a write that had to wait although there should have been room: what was known is forgotten then.
Times are seconds, any monotonic clock.
"""

from __future__ import annotations

from collections import deque

REMEMBERED_S = 2.0  # the two clocks drift apart by less than a frame meanwhile
ROOM_S = 0.06  # more than a period: with so much room no write waits
WAITED_S = 0.004  # a write that finds room is back sooner


class HeardClock:
    """Told by the thread that writes, asked by others."""

    def __init__(self, sample_rate: int, now: float) -> None:
        self._rate = sample_rate
        self._written = 0  # frames, the block included that is being written
        self._held = 0.0
        self._full: deque[tuple[float, float]] = deque()  # when a write returned, and its line
        self._ahead = self._line(now)

    def restart(self, holds_s: float, now: float) -> None:
        """A new device, or one that ran dry: ``holds_s`` is what a full buffer holds."""
        self._held = holds_s * self._rate
        self._full.clear()
        self._ahead = self._line(now)

    def writing(self, frames: int) -> None:
        """A block is about to be written."""
        self._written += frames

    def wrote(self, now: float, took_s: float = 0.0) -> None:
        """The device has taken it, after ``took_s``."""
        if took_s > WAITED_S and self.waiting_s(now) * self._rate < self._held - ROOM_S * self._rate:
            self._full.clear()  # the buffer is full, and seemed to have room: the device stood still
        self._full.append((now, self._line(now)))
        while self._full[0][0] < now - REMEMBERED_S:
            self._full.popleft()
        self._ahead = max(line for _, line in self._full)

    def waiting_s(self, now: float) -> float:
        """From the writing edge to the ear."""
        heard = self._ahead + now * self._rate - self._held
        return max(0.0, self._written - heard) / self._rate

    def _line(self, now: float) -> float:
        """Frames written, on a line that rises with time, read at second 0: the higher, the fuller."""
        return self._written - now * self._rate
