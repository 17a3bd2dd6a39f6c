# SPDX-License-Identifier: GPL-3.0-or-later
"""How long still: an estimate from the progress of one job. Pure; the clock is an argument (seconds)."""

from __future__ import annotations

from podmix.progress import Progress

SETTLE_S = 1.0  # before that, an estimate would jump about
MEMORY_S = 15.0  # how far back the present speed looks


class Pace:
    """Remembers a stage's beginning and its smoothed speed; a new stage, or going backwards, begins anew."""

    def __init__(self) -> None:
        self._stage = ""
        self._begun = self._last = 0.0
        self._from = self._done = 0.0
        self._speed: float | None = None

    def seconds_left(self, progress: Progress, now: float) -> float | None:
        """Seconds to the end of the present stage, or None while nothing can be said."""
        if progress.stage != self._stage or progress.done < self._done:
            self._stage, self._begun, self._last = progress.stage, now, now
            self._from = self._done = progress.done
            self._speed = None
            return None
        step = now - self._last
        if step > 0:
            speed = (progress.done - self._done) / step
            share = min(1.0, step / MEMORY_S)
            mean = (progress.done - self._from) / (now - self._begun)
            self._speed = mean if now - self._begun < MEMORY_S or self._speed is None else (
                share * speed + (1 - share) * self._speed)
            self._last, self._done = now, progress.done
        if progress.total is None or not self._speed or self._speed <= 0 or now - self._begun < SETTLE_S:
            return None
        return max(0.0, (progress.total - progress.done) / self._speed)
