# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits of a track, to do and to undo."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from podmix.app.track_views import TrackPage
from podmix.music.interop.grids import grid_of_marks
from podmix.music.library_types import TempoMark


@dataclass(frozen=True, slots=True)
class Edit:
    """``before`` and ``after`` are what was held, with where it came from."""

    kind: str
    label: str
    before: tuple[Any, str]
    after: tuple[Any, str]


@dataclass(slots=True)
class History:
    done: list[Edit] = field(default_factory=list)
    undone: list[Edit] = field(default_factory=list)


def with_grid(page: TrackPage, marks: tuple[TempoMark, ...]) -> TrackPage:
    """The page with another grid, laid out."""
    laid: dict[str, Any] = {"beats": (), "downbeats": (), "tempo": None}
    if marks:
        laid = grid_of_marks(marks, page.duration)
    return replace(page, marks=marks, beats=tuple(laid["beats"]), downbeats=tuple(laid["downbeats"]),
                   track=replace(page.track, bpm=laid["tempo"]))
