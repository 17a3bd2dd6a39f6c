# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of a mix's page as data: its tracks, and the previews between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from podmix.app.taste_views import MixTrack
from podmix.app.views import PreviewCard
from podmix.ui.mixes.mix_words import whose_text
from podmix.ui.wording import count_text, length_text, spoken_clock

ROW_ROLE = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class MixRow:
    """A track with its reason, or (``preview``) a preview that is heard before the next track.

    ``accepted`` tells that an added track stands in the playlist by now; ``place`` counts tracks from 1.
    """

    one: MixTrack
    place: int
    preview: PreviewCard | None = None
    accepted: bool = False

    @property
    def is_preview(self) -> bool:
        return self.preview is not None

    @property
    def waits(self) -> bool:
        """An added track that was neither accepted nor taken away."""
        return self.one.added and not self.accepted and not self.is_preview

    @property
    def track_id(self) -> int:
        return int(self.one.track.id)


def rows_of(tracks: Sequence[MixTrack], previews: Mapping[int, PreviewCard],
            accepted: frozenset[int] = frozenset()) -> list[MixRow]:
    """In the order in which they are heard."""
    found: list[MixRow] = []
    for place, one in enumerate(tracks, start=1):
        card = previews.get(one.preview_id) if one.preview_id is not None else None
        if card is not None:
            found.append(MixRow(one, place, card))
        found.append(MixRow(one, place, accepted=one.added and int(one.track.id) in accepted))
    return found


def spoken_row(row: MixRow, friend: str = "") -> str:
    """A row for screen readers."""
    if row.preview is not None:
        length = length_text(row.preview.end - row.preview.start)
        return f"Preview: {row.preview.title}, {row.preview.show_title}, {length}"
    track = row.one.track
    parts = [f"{row.place}. {track.title}", track.artist, row.one.reason, whose_text(row.one.whose, friend),
             f"key {track.camelot}" if track.camelot else "", f"{track.bpm:.0f} BPM" if track.bpm else "",
             spoken_clock(track.duration or 0), "added, not in the playlist yet" if row.waits else ""]
    return ", ".join(filter(None, parts))


class MixRows(QAbstractListModel):
    """Set as a whole, or longer by a page."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[MixRow] = []
        self.friend = ""

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.preview.title if row.preview is not None else row.one.track.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken_row(row, self.friend)
        if role == Qt.ItemDataRole.ToolTipRole and row.preview is None:
            return row.one.reason
        return None

    def set_rows(self, rows: Sequence[MixRow], friend: str = "") -> None:
        self.beginResetModel()
        self.rows, self.friend = list(rows), friend
        self.endResetModel()

    def append(self, rows: Sequence[MixRow]) -> None:
        if rows:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(rows) - 1)
            self.rows += rows
            self.endInsertRows()

    def take(self, place: int) -> None:
        self.beginRemoveRows(QModelIndex(), place, place)
        del self.rows[place]
        self.endRemoveRows()

    def put(self, place: int, row: MixRow) -> None:
        place = min(place, len(self.rows))
        self.beginInsertRows(QModelIndex(), place, place)
        self.rows.insert(place, row)
        self.endInsertRows()

    def mark(self, tracks: frozenset[int], *, accepted: bool) -> None:
        """These added tracks stand in the playlist, or no longer do."""
        self.rows = [replace(row, accepted=accepted) if row.one.added and row.track_id in tracks else row
                     for row in self.rows]
        if self.rows:
            self.dataChanged.emit(self.index(0), self.index(len(self.rows) - 1))

    @property
    def waiting(self) -> list[int]:
        """Added tracks that nobody has decided about."""
        return [row.track_id for row in self.rows if row.waits]

    @property
    def tracks(self) -> list[MixTrack]:
        return [row.one for row in self.rows if not row.is_preview]


def waiting_text(count: int) -> str:
    return f"{count_text(count, 'suggestion')}" if count else "Nothing left to decide"
