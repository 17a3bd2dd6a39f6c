# SPDX-License-Identifier: GPL-3.0-or-later
"""The episodes that play after this one: an ordered list without repeats, and its way into the settings.

It only keeps the order; the player gives it to the engine, and the panel shows it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from podmix.app.views import ChapterRow, EpisodeRow
from podmix.ui.playing import resume_point

MOST = 200  # so many are remembered


@dataclass(frozen=True, slots=True)
class QueuedEpisode:
    """One of the list; ``chapters`` is None until the episode's page was looked up."""

    row: EpisodeRow
    chapters: tuple[ChapterRow, ...] | None = None

    @property
    def episode_id(self) -> int:
        return self.row.episode_id


class UpNext(QObject):
    """Every change is told once, by ``changed``."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queued: tuple[QueuedEpisode, ...] = ()

    @property
    def queued(self) -> tuple[QueuedEpisode, ...]:
        return self._queued

    @property
    def rows(self) -> list[EpisodeRow]:
        return [queued.row for queued in self._queued]

    @property
    def ids(self) -> list[int]:
        return [queued.episode_id for queued in self._queued]

    def replace(self, queued: Iterable[QueuedEpisode]) -> None:
        """Another list; of two with the same episode the first stays."""
        unique: dict[int, QueuedEpisode] = {}
        for each in queued:
            unique.setdefault(each.episode_id, each)
        wanted = tuple(unique.values())[:MOST]
        if wanted != self._queued:
            self._queued = wanted
            self.changed.emit()

    def add(self, row: EpisodeRow, *, first: bool = False) -> None:
        """At the end, or (``first``) before all others; what is in the list already moves there."""
        known = next((each for each in self._queued if each.episode_id == row.episode_id), None)
        added = QueuedEpisode(row, known.chapters if known else None)
        rest = [each for each in self._queued if each is not known]
        self.replace([added, *rest] if first else [*rest, added])

    def remove(self, *episode_ids: int) -> None:
        self.replace(each for each in self._queued if each.episode_id not in episode_ids)

    def move(self, at: int, to: int) -> None:
        """Take the ``at``-th out and put it back so that it is the ``to``-th; both are kept inside the list."""
        rest = list(self._queued)
        if not 0 <= at < len(rest):
            return
        moved = rest.pop(at)
        rest.insert(min(max(0, to), len(rest)), moved)
        self.replace(rest)

    def refresh(self, fresh: Iterable[QueuedEpisode]) -> None:
        """The same episodes as they are now (their audio arrived, their chapters are known)."""
        known = {each.episode_id: each for each in fresh}
        self.replace(known.get(each.episode_id, each) for each in self._queued)


def left_s(queued: Sequence[QueuedEpisode]) -> tuple[float, bool]:
    """How many seconds are to be heard yet, and whether all lengths are known."""
    known = [each.row for each in queued if each.row.duration]
    return sum((row.duration or 0.0) - resume_point(row) for row in known), len(known) == len(queued)


def to_text(episode_ids: Sequence[int]) -> str:
    """For the settings."""
    return json.dumps(list(episode_ids)) if episode_ids else ""


def from_text(text: str) -> list[int]:
    """What ``to_text`` wrote; nothing where somebody else wrote it."""
    try:
        found = json.loads(text or "[]")
    except ValueError:
        return []
    ids = [each for each in found if isinstance(each, int)] if isinstance(found, list) else []
    return list(dict.fromkeys(ids))[:MOST]
