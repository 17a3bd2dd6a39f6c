# SPDX-License-Identifier: GPL-3.0-or-later
"""After the filler has died: one ring at a time, until each has got on, so that the file that kills it stands alone.

All rings are filled side by side, and a death does not tell whose file it was. So the next filler gets one ring, then
another beside it when that has got on, what is listened to first. Where it dies, the ring that came last is tried alone
by the filler after it; with which two have died alone, that file is given up. The others lose some milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from podmix.audio.source import shown
from podmix.playback.filler import Fill
from podmix.playback.item_source import ItemJob
from podmix.playback.ring import RingSource

MOST_LONELY_DEATHS = 2
GIVEN_UP = "{} makes the decoder stop, so it cannot be played any further."
GOT_ON_FRAMES = 4800
PATIENCE_S = 6.0  # for one that neither gets on nor kills: a download that does not come, a very slow machine


@dataclass(slots=True, eq=False)
class Use:
    """A ring and what it is filled with. ``lonely_deaths`` counts fillers that died with nothing else to do."""

    source: RingSource
    order: Fill
    lonely_deaths: int = 0


class Trials:
    """Whom to order next. Times are any monotonic clock's seconds."""

    def __init__(self) -> None:
        self._waiting: list[Use] = []
        self._tried: Use | None = None
        self._alone = False  # it is this filler's first
        self._before = 0
        self._until = 0.0

    @property
    def running(self) -> bool:
        return self._tried is not None or bool(self._waiting)

    def begin(self, uses: Iterable[Use]) -> None:
        """The filler has died; ``uses`` are all that it had to do."""
        suspect = self._tried if self._tried is not None and not self._got_on(self._tried) else None
        if suspect is not None and self._alone:
            suspect.lonely_deaths += 1
            if suspect.lonely_deaths >= MOST_LONELY_DEATHS:
                suspect.source.fail(GIVEN_UP.format(_name(suspect)))
        self._tried, self._alone = None, True
        self._waiting = sorted((use for use in uses if not use.source.finished()), key=_turn)
        if suspect in self._waiting:
            self._waiting.remove(suspect)
            self._waiting.insert(0, suspect)

    def add(self, use: Use) -> None:
        """A new one: what is listened to comes next, all others at their turn."""
        self._waiting.append(use)
        if not self._alone or self._tried is not None:
            self._waiting.sort(key=_turn)

    def forget(self, use: Use) -> None:
        """Nobody wants it any more."""
        if self._tried is use:
            self._tried, self._alone = None, False
        if use in self._waiting:
            self._waiting.remove(use)

    def due(self, now: float) -> list[Use]:
        """Those to be ordered now: the next one when the one before has got on, all full ones at the end."""
        if self._tried is not None and now < self._until and not self._got_on(self._tried):
            return []
        self._alone = self._alone and self._tried is None
        self._tried = None
        hungry = next((use for use in self._waiting if not use.source.full), None)
        if hungry is None:
            rest, self._waiting = self._waiting, []
            return rest
        self._waiting.remove(hungry)
        self._tried, self._before, self._until = hungry, hungry.source.written(), now + PATIENCE_S
        return [hungry]

    def _got_on(self, use: Use) -> bool:
        source = use.source
        return source.finished() or source.full or source.written() >= self._before + GOT_ON_FRAMES


def _turn(use: Use) -> tuple[bool, bool]:
    job = use.order.job
    waits = isinstance(job, ItemJob) and bool(job.item.growing_to)
    return waits, not use.source.urgent


def _name(use: Use) -> str:
    job = use.order.job
    return shown(Path(job.item.path if isinstance(job, ItemJob) else job.clip.path))
