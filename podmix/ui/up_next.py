# SPDX-License-Identifier: GPL-3.0-or-later
"""What plays after this: an ordered list of episodes, tracks and previews, and its way into the settings.

It only keeps the order; the player gives it to the engine, and the panel shows it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from podmix.app.views import ChapterRow
from podmix.ui.playing import PreviewRow, QueueId, Row, TrackRow, queue_id, resume_point

MOST = 200  # so many are remembered


@dataclass(frozen=True, slots=True)
class Queued:
    """One of the list; ``chapters`` is None until the episode's page was looked up (others have none)."""

    row: Row
    chapters: tuple[ChapterRow, ...] | None = None

    @property
    def queue_id(self) -> QueueId:
        return queue_id(self.row)

    @property
    def is_episode(self) -> bool:
        return not isinstance(self.row, TrackRow | PreviewRow)


class UpNext(QObject):
    """Every change is told once, by ``changed``."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queued: tuple[Queued, ...] = ()

    @property
    def queued(self) -> tuple[Queued, ...]:
        return self._queued

    @property
    def rows(self) -> list[Row]:
        return [queued.row for queued in self._queued]

    @property
    def ids(self) -> list[QueueId]:
        return [queued.queue_id for queued in self._queued]

    def replace(self, queued: Iterable[Queued]) -> None:
        """Another list; of two with the same episode the first stays."""
        unique: dict[QueueId, Queued] = {}
        for each in queued:
            unique.setdefault(each.queue_id, each)
        wanted = tuple(unique.values())[:MOST]
        if wanted != self._queued:
            self._queued = wanted
            self.changed.emit()

    def add(self, row: Row, *, first: bool = False) -> None:
        """At the end, or (``first``) before all others; what is in the list already moves there."""
        known = next((each for each in self._queued if each.queue_id == queue_id(row)), None)
        added = Queued(row, known.chapters if known else None)
        rest = [each for each in self._queued if each is not known]
        self.replace([added, *rest] if first else [*rest, added])

    def remove(self, *ids: QueueId) -> None:
        self.replace(each for each in self._queued if each.queue_id not in ids)

    def move(self, at: int, to: int) -> None:
        """Take the ``at``-th out and put it back so that it is the ``to``-th; both are kept inside the list."""
        rest = list(self._queued)
        if not 0 <= at < len(rest):
            return
        moved = rest.pop(at)
        rest.insert(min(max(0, to), len(rest)), moved)
        self.replace(rest)

    def refresh(self, fresh: Iterable[Queued]) -> None:
        """The same episodes as they are now (their audio arrived, their chapters are known)."""
        known = {each.queue_id: each for each in fresh}
        self.replace(known.get(each.queue_id, each) for each in self._queued)


def left_s(queued: Sequence[Queued]) -> tuple[float, bool]:
    """How many seconds are to be heard yet, and whether all lengths are known."""
    known = [each.row for each in queued if each.row.duration]
    return sum((row.duration or 0.0) - resume_point(row) for row in known), len(known) == len(queued)


def kind_of(queued: Sequence[Queued]) -> str:
    """What to call one of them: "episode", "track", "preview", or, where there are several kinds, "item"."""
    kinds = {"episode" if each.is_episode else "track" if isinstance(each.row, TrackRow) else "preview"
             for each in queued}
    return kinds.pop() if len(kinds) == 1 else "item"


def to_text(ids: Sequence[QueueId]) -> str:
    """For the settings."""
    return json.dumps(list(ids)) if ids else ""


def from_text(text: str) -> list[QueueId]:
    """What ``to_text`` wrote; nothing where somebody else wrote it."""
    try:
        found = json.loads(text or "[]")
    except ValueError:
        return []
    if not isinstance(found, list):
        return []
    ids = [each for each in found if isinstance(each, int) or track_of(each) or preview_of(each)]
    return list(dict.fromkeys(ids))[:MOST]


def track_of(one: object) -> int | None:
    """The number in a track's name ("track 7"); None for anything else."""
    return _number_of("track", one)


def preview_of(one: object) -> int | None:
    """The number in a preview's name ("preview 7"); None for anything else."""
    return _number_of("preview", one)


def _number_of(kind: str, one: object) -> int | None:
    word, _, number = one.partition(" ") if isinstance(one, str) else ("", "", "")
    return int(number) if word == kind and number.isascii() and number.isdigit() else None
