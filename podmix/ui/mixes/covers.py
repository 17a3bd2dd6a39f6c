# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the artwork of mixes' tracks in the background, mix by mix, and keeps the drawn covers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPixmap

from podmix.app.taste_views import MixCard
from podmix.errors import PodMixError
from podmix.ui.background import Background
from podmix.ui.mixes.cover_paint import MOST_SPOTS, CoverParts, artwork_colour, coloured, cover_parts, mix_cover

Artwork = tuple[Path | None, str]
_MOST_KEPT = 200


class MixCovers(QObject):
    """``cover`` answers at once, first from names alone; ``arrived`` tells that artwork has come."""

    arrived = Signal()

    def __init__(self, verbs: Any, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._verbs, self._background = verbs, background
        self.artwork: dict[int, Artwork] = {}  # by track
        self._drawn: dict[tuple[CoverParts, int, float, float], QPixmap] = {}
        self._waiting: list[int] = []
        self._busy = False

    def cover(self, card: MixCard, side: int, radius: float, scale: float) -> QPixmap:
        """Of ``side`` device-independent pixels."""
        parts = coloured(card, cover_parts(card), self.artwork)
        key = (parts, side, radius, scale)
        if key not in self._drawn:
            if len(self._drawn) >= _MOST_KEPT:
                self._drawn.clear()
            self._drawn[key] = mix_cover(parts, side, radius, scale)
        return self._drawn[key]

    def path(self, track: int) -> Path | None:
        """A track's own artwork, where it has come."""
        return self.artwork.get(track, (None, ""))[0]

    def want(self, cards: Iterable[MixCard], *, all_tracks: bool = False) -> None:
        """Artwork that covers are drawn from (or of ``all_tracks``), in this order."""
        for card in cards:
            chosen = card.tracks if all_tracks else (*card.tracks[:MOST_SPOTS], *card.tracks[-1:])
            self._waiting += [int(one.track.id) for one in chosen]
        self._waiting = [one for one in dict.fromkeys(self._waiting) if one not in self.artwork]
        self._fetch()

    def _fetch(self) -> None:
        if self._busy or not self._waiting:
            return
        now, self._waiting = self._waiting[:MOST_SPOTS], self._waiting[MOST_SPOTS:]
        self._busy = True
        self._background.run(lambda: {one: self._found(one) for one in now}, then=self._take, ended=self._free,
                             failed=lambda _error: None, owner=self)

    def _found(self, track: int) -> Artwork:
        try:
            path = self._verbs.track_cover(track)
        except PodMixError:  # gone meanwhile: a cover is no reason to complain
            return None, ""
        return path, artwork_colour(path)

    def _free(self) -> None:
        self._busy = False

    def _take(self, found: dict[int, Artwork]) -> None:
        self.artwork.update(found)
        if any(path is not None for path, _ in found.values()):
            self.arrived.emit()
        self._fetch()
