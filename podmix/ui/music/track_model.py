# SPDX-License-Identifier: GPL-3.0-or-later
"""The tracks of the table: all ids in order, rows only round what is looked at.

Ids come as a whole; rows, small waveforms and covers are fetched through the background door for the rows in sight and
some beyond, one request at a time, and are kept for a while. Nothing here waits: a row that is not there yet is painted
as a placeholder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    QUrl,
    Signal,
)

from podmix.music.library_types import Track
from podmix.ui.background import Background
from podmix.ui.music.columns import COLUMNS, PLACES, cell_text, spoken

Index = QModelIndex | QPersistentModelIndex
TRACKS_MIME = "application/x-podmix-tracks"
AHEAD = 60  # rows fetched before and behind what is in sight
AT_ONCE = 120
KEPT = 6000
COVERS_AT_ONCE = 6
REST_MS = 140  # covers and waveforms are fetched once the table has come to rest
MOST_DRAGGED = 5000


class TrackModel(QAbstractTableModel):
    """``verbs`` answer music_rows, track_waves and track_cover. ``arrived`` tells which tracks to paint again."""

    arrived = Signal(object)  # ids

    def __init__(self, verbs: Any, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._verbs, self._background = verbs, background
        self.ids: list[int] = []
        self.items: list[int] = []  # places in a playlist, beside ``ids``; empty elsewhere
        self.tracks: dict[int, Track] = {}
        self.waves: dict[int, bytes] = {}
        self.covers: dict[int, Path | None] = {}
        self.playing: int | None = None
        self.now = datetime.now(UTC)
        self._wanted = (0, 0)
        self._busy = self._decorating = False
        self._no_wave: set[int] = set()
        self._gone: set[int] = set()
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._decorate)

    # -- what Qt asks --
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.ids)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].title
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            across = Qt.AlignmentFlag.AlignRight if COLUMNS[section].kind in ("number", "strong") \
                else Qt.AlignmentFlag.AlignLeft
            return across | Qt.AlignmentFlag.AlignVCenter
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.AccessibleTextRole:
            return COLUMNS[section].title or "Cover"
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return None
        track = self.track_at(index.row())
        if track is None:
            return "" if role == Qt.ItemDataRole.DisplayRole else None
        name = COLUMNS[index.column()].name
        if role == Qt.ItemDataRole.AccessibleTextRole and name == "title":
            return spoken(track)
        if role == Qt.ItemDataRole.ToolTipRole:
            if name == "title" and (track.missing or track.problem):
                return track.problem or f"The file is missing: {track.path}"
            return None
        return str(index.row() + 1) if name == "place" else cell_text(track, name, self.now)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        rows = sorted({index.row() for index in indexes})[:MOST_DRAGGED]
        made = QMimeData()
        places = [self.items[row] for row in rows] if self.items else []
        said = ("|".join(",".join(map(str, part)) for part in ([self.ids[row] for row in rows], places))).encode()
        made.setData(TRACKS_MIME, said)
        known = [self.tracks[self.ids[row]] for row in rows if self.ids[row] in self.tracks]
        made.setUrls([QUrl.fromLocalFile(str(track.path)) for track in known])
        return made

    def mimeTypes(self) -> list[str]:
        return [TRACKS_MIME]

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    # -- content --
    def track_at(self, row: int) -> Track | None:
        return self.tracks.get(self.ids[row]) if 0 <= row < len(self.ids) else None

    def set_ids(self, ids: Sequence[int], items: Sequence[int] = ()) -> bool:
        """Another order; returns False where nothing changed."""
        if list(ids) == self.ids and list(items) == self.items:
            return False
        self.beginResetModel()
        self.ids, self.items = list(ids), list(items)
        self._wanted = (0, 0)
        self.endResetModel()
        return True

    def forget(self, ids: Iterable[int]) -> None:
        """These changed: they are fetched again; until then the old rows stand. Nothing given: all."""
        changed = set(ids) or set(self.tracks)
        self._gone |= changed
        self._no_wave -= changed
        for one in changed:
            self.covers.pop(one, None)
        self.now = datetime.now(UTC)
        self._fetch()
        self._rest.start()

    def look_at(self, first: int, last: int) -> None:
        """These rows are in sight."""
        self._wanted = (first, last)
        self._fetch()
        self._rest.start()

    def _near(self, around: int) -> list[int]:
        first, last = self._wanted
        inside = self.ids[max(0, first):last + 1]
        return [*inside, *self.ids[last + 1:last + 1 + around], *self.ids[max(0, first - around):max(0, first)]]

    def _fetch(self) -> None:
        if self._busy:
            return
        lacking = [one for one in self._near(AHEAD) if one not in self.tracks or one in self._gone][:AT_ONCE]
        if lacking:
            self._busy = True
            self._background.run(lambda: self._verbs.music_rows(lacking), then=lambda rows: self._take(lacking, rows),
                                 ended=self._free, owner=self)

    def _free(self) -> None:
        self._busy = False

    def _take(self, asked: Sequence[int], rows: Sequence[Track]) -> None:
        if len(self.tracks) > KEPT:
            near = set(self._near(AT_ONCE))
            for kept in (self.tracks, self.waves, self.covers):
                for one in [one for one in kept if one not in near]:
                    del kept[one]
        self.tracks.update((int(track.id), track) for track in rows)
        self._gone.difference_update(asked)
        for one in set(asked) - {int(track.id) for track in rows}:
            self.tracks.pop(one, None)
        self.arrived.emit(asked)
        if rows:  # what is gone from the library would be asked for for ever
            self._fetch()

    # -- covers and waveforms --
    def _decorate(self) -> None:
        if self._decorating:
            return
        near = self._near(10)
        waves = [one for one in near if one in self.tracks and one not in self.waves and one not in self._no_wave]
        pictures = [one for one in near if one in self.tracks and one not in self.covers][:COVERS_AT_ONCE]
        if waves:
            self._ask(lambda: self._verbs.track_waves(waves[:40]), lambda found: self._take_waves(waves[:40], found))
        elif pictures:
            self._ask(lambda: {one: self._verbs.track_cover(one) for one in pictures}, self.covers.update)

    def _ask(self, work: Callable[[], Any], take: Callable[[Any], Any]) -> None:
        def free() -> None:
            self._decorating = False

        def then(found: Any) -> None:
            take(found)
            self.arrived.emit(list(found))
            self._decorate()

        self._decorating = True
        self._background.run(work, then=then, failed=lambda _error: None, ended=free, owner=self)

    def _take_waves(self, asked: Sequence[int], found: dict[int, bytes]) -> None:
        self.waves.update(found)
        self._no_wave.update(one for one in asked if one not in found)


def dropped_tracks(data: QMimeData) -> tuple[list[int], list[int]]:
    """(tracks, places in a playlist) of what was dragged out of the table."""
    tracks, _, places = bytes(data.data(TRACKS_MIME).data()).decode("ascii", "ignore").partition("|")
    return tuple([int(one) for one in part.split(",") if one.isdigit()] for part in (tracks, places))  # type: ignore[return-value]


def column_index(name: str) -> int:
    return PLACES[name]
