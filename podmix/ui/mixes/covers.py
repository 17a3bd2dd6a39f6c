# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the artwork of mixes' tracks in the background, mix by mix, and keeps the drawn covers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QPixmap

from podmix.app.interface import Verbs
from podmix.app.taste_views import MixCard
from podmix.errors import PodMixError
from podmix.ui.background import Background
from podmix.ui.mixes.cover_paint import (
    BARE,
    MOST_SPOTS,
    CoverParts,
    artwork_colour,
    coloured,
    cover_parts,
    mix_cover,
)
from podmix.ui.mixes.mix_words import has_previews

Artwork = tuple[Path | None, str]
Where = tuple[str, bool, int, float, float]
"""A cover's place: the mix's key, whether with previews, side, radius, scale."""
_MOST_KEPT = 200


class MixCovers(QObject):
    """``cover`` answers at once, first from names alone; ``arrived`` tells that artwork has come."""

    arrived = Signal()

    def __init__(self, verbs: Verbs, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._verbs, self._background = verbs, background
        self.artwork: dict[int, Artwork] = {}  # by track
        self._drawn: dict[Where, tuple[CoverParts, QPixmap]] = {}
        self._parts: dict[tuple[object, ...], tuple[int, CoverParts]] = {}
        self._version = 0  # grows with the artwork that is known
        self._todo: dict[Where, CoverParts] = {}
        self._one_by_one = QTimer(self)
        self._one_by_one.setSingleShot(True)
        self._one_by_one.setInterval(0)
        self._one_by_one.timeout.connect(self._draw_next)
        self._waiting: list[int] = []
        self._busy = False

    def cover(self, card: MixCard, side: int, radius: float, scale: float) -> QPixmap:
        """Of ``side`` device-independent pixels. One is drawn at once, the others one by one: until then, as before."""
        where = (card.key, has_previews(card), side, radius, scale)
        parts = self._parts_of(card)
        known = self._drawn.get(where)
        if known is not None and known[0] == parts:
            return known[1]
        if not self._one_by_one.isActive() and not self._todo:
            self._one_by_one.start()
            return self._draw(where, parts)
        self._todo[where] = parts
        self._one_by_one.start()
        return known[1] if known is not None else mix_cover(replace(parts, spots=parts.spots[:1], kind=BARE), side,
                                                            radius, scale)

    def _draw(self, where: Where, parts: CoverParts) -> QPixmap:
        if len(self._drawn) >= _MOST_KEPT:
            self._drawn.clear()
        made = mix_cover(parts, *where[2:])
        self._drawn[where] = (parts, made)
        return made

    def _draw_next(self) -> None:
        if self._todo:
            where = next(iter(self._todo))
            self._draw(where, self._todo.pop(where))
            self.arrived.emit()
        if self._todo:
            self._one_by_one.start()

    def _parts_of(self, card: MixCard) -> CoverParts:
        """Looked at again only when artwork came."""
        which = (card.key, card.track_ids, has_previews(card))
        known = self._parts.get(which)
        if known is None or known[0] != self._version:
            if len(self._parts) >= _MOST_KEPT:
                self._parts.clear()
            known = self._parts[which] = (self._version, coloured(card, cover_parts(card), self.artwork))
        return known[1]

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
        self._version += 1
        if any(path is not None for path, _ in found.values()):
            self.arrived.emit()
        self._fetch()
