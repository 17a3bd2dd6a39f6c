# SPDX-License-Identifier: GPL-3.0-or-later
"""Playlists in the database: a tree of lists, smart lists and folders, put in order by hand, undone and redone.

Places are whole numbers with wide gaps: moving tracks writes only their own rows, and a list is numbered anew only
where a gap is used up. How edits are noted and turned back: ``playlist_edits``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from podmix.database import Database, Row
from podmix.errors import UsageError
from podmix.music import playlist_edits as edits
from podmix.music.library_types import ItemId, Playlist, PlaylistId, PlaylistItem, TrackId
from podmix.music.playlist_edits import Edit
from podmix.music.smart_lists import Rules, compiled
from podmix.music.store_tables import SORTS, moment

GAP = 1 << 24
LONGEST_NAME = 200

_SELECT = ("SELECT p.*, CASE WHEN kind = 'list' THEN (SELECT COUNT(*) FROM playlist_items i JOIN tracks t "
           "ON t.id = i.track WHERE i.playlist = p.id AND t.removed IS NULL) ELSE -1 END AS tracks FROM playlists p")


@dataclass(frozen=True, slots=True)
class Branch:
    """A list with its tracks, or a folder of lists, to be created."""

    name: str
    tracks: tuple[int, ...] = ()
    children: tuple[Branch, ...] = ()
    is_folder: bool = False


def keys_between(low: int | None, high: int | None, count: int) -> list[int] | None:
    """``count`` rising numbers strictly between ``low`` and ``high`` (None: open), evenly apart; None without room."""
    if low is None and high is None:
        low = 0
    if high is None:
        assert low is not None
        return [low + GAP * place for place in range(1, count + 1)]
    if low is None:
        return [high - GAP * place for place in range(count, 0, -1)]
    step = (high - low) // (count + 1)
    return [low + step * place for place in range(1, count + 1)] if step >= 1 else None


class PlaylistStore:
    """The one owner of playlists; every method is one transaction and, where it changes something, one edit."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    # -- looking --

    def playlists(self) -> list[Playlist]:
        """The whole tree as a flat list in its order: folders and their content by ``parent``."""
        with self._database.read() as connection:
            return [_playlist_of(row) for row in connection.execute(f"{_SELECT} ORDER BY p.position, p.id")]

    def playlist(self, playlist: int) -> Playlist:
        """Raises UsageError where there is none."""
        with self._database.read() as connection:
            row = connection.execute(f"{_SELECT} WHERE p.id = ?", (playlist,)).fetchone()
        if row is None:
            raise UsageError(f"There is no playlist {playlist}.", remedy="“podmix library playlists” lists them.")
        return _playlist_of(row)

    def items(self, playlist: int) -> list[PlaylistItem]:
        """The places of a list in order, tracks that were removed from the library left out."""
        with self._database.read() as connection:
            return [PlaylistItem(ItemId(row[0]), TrackId(row[1])) for row in connection.execute(
                "SELECT i.id, i.track FROM playlist_items i JOIN tracks t ON t.id = i.track "
                "WHERE i.playlist = ? AND t.removed IS NULL ORDER BY i.position, i.id", (playlist,))]

    def smart_ids(self, playlist: int) -> list[TrackId]:
        """The tracks that a smart list holds now."""
        found = self.playlist(playlist)
        return self.matching(found.rules)

    def matching(self, rules: Rules) -> list[TrackId]:
        """What a smart list with these rules would hold."""
        order = _checked(rules)
        condition = compiled(rules.get("rules") or {"all": []}, self._clock())
        with self._database.read() as connection:
            rows = connection.execute(f"SELECT tracks.id FROM tracks WHERE removed IS NULL AND missing IS NULL "  # noqa: S608
                                      f"AND {condition.text} ORDER BY {order} LIMIT ?",
                                      (*condition.parameters, rules.get("limit") or -1)).fetchall()
        return [TrackId(row[0]) for row in rows]

    # -- the tree --

    def create(self, name: str, *, kind: str = "list", parent: int | None = None, rules: Rules | None = None,
               tracks: Iterable[int] = ()) -> PlaylistId:
        """A new list (with ``tracks``), smart list (with ``rules``) or folder at the end of its parent."""
        name = _name(name)
        if kind not in ("list", "smart", "folder"):
            raise UsageError(f"There is no playlist of the kind “{kind[:20]}”.")
        if kind == "smart":
            self.matching(rules or {})  # refuses rules that cannot be asked
        with self._edit(f"Create “{name}”") as edit:
            self._parent(edit, parent)
            now = self._clock()
            made = edit.insert("playlists", parent=parent, kind=kind, name=name, position=self._end(edit, parent),
                               rules=json.dumps(rules or {}), created=now, changed=now)
            if kind == "list":
                self._append(edit, made, tracks)
        return PlaylistId(made)

    def create_tree(self, label: str, branches: Sequence[Branch], parent: int | None = None) -> list[PlaylistId]:
        """Many lists in folders, as one edit; returns the lists, without the folders."""
        with self._edit(label) as edit:
            self._parent(edit, parent)
            return self._grow(edit, branches, parent)

    def _grow(self, edit: Edit, branches: Sequence[Branch], parent: int | None) -> list[PlaylistId]:
        found: list[PlaylistId] = []
        now = self._clock()
        for branch in branches:
            kind = "folder" if branch.is_folder else "list"
            made = edit.insert("playlists", parent=parent, kind=kind, name=_name(branch.name or "Untitled"),
                               position=self._end(edit, parent), rules="{}", created=now, changed=now)
            if branch.is_folder:
                found += self._grow(edit, branch.children, made)
            else:
                self._append(edit, made, branch.tracks)
                found.append(PlaylistId(made))
        return found

    def rename(self, playlist: int, name: str) -> None:
        name = _name(name)
        with self._edit(f"Rename to “{name}”") as edit:
            self._known(edit, playlist)
            edit.change("playlists", playlist, name=name, changed=self._clock())

    def change_rules(self, playlist: int, rules: Rules) -> None:
        if self.playlist(playlist).kind != "smart":
            raise UsageError("Only a smart playlist has rules.")
        self.matching(rules)
        with self._edit("Change rules") as edit:
            edit.change("playlists", playlist, rules=json.dumps(dict(rules)), changed=self._clock())

    def move_playlist(self, playlist: int, parent: int | None, before: int | None = None) -> None:
        """Into a folder (None: the top), before one of its lists or at the end."""
        with self._edit("Move playlist") as edit:
            self._known(edit, playlist)
            self._parent(edit, parent)
            inside = parent
            while inside is not None:
                if inside == playlist:
                    raise UsageError("A folder cannot be put into itself.")
                inside = self._known(edit, inside)["parent"]
            rows = edit.connection.execute("SELECT id, position FROM playlists WHERE parent IS ? AND id <> ? "
                                           "ORDER BY position, id", (parent, playlist)).fetchall()
            [position] = self._room(edit, "playlists", rows, before, 1)
            edit.change("playlists", playlist, parent=parent, position=position)

    def duplicate(self, playlist: int, name: str = "") -> PlaylistId:
        """A copy of a list or smart list beside it."""
        found = self.playlist(playlist)
        if found.kind == "folder":
            raise UsageError("A folder is not copied; copy its lists.")
        tracks = [item.track for item in self.items(playlist)]
        return self.create(name or f"{found.name} (copy)", kind=found.kind, parent=found.parent, rules=found.rules,
                           tracks=tracks)

    def delete(self, playlist: int) -> None:
        """A list, or a folder with all that is in it."""
        with self._edit(f"Delete “{self.playlist(playlist).name}”") as edit:
            self._delete(edit, playlist)

    def _delete(self, edit: Edit, playlist: int) -> None:
        for row in edit.connection.execute("SELECT id FROM playlists WHERE parent = ?", (playlist,)).fetchall():
            self._delete(edit, row["id"])
        for row in edit.connection.execute("SELECT id FROM playlist_items WHERE playlist = ?", (playlist,)).fetchall():
            edit.delete("playlist_items", row["id"])
        edit.delete("playlists", playlist)

    # -- tracks in a list --

    def add(self, playlist: int, tracks: Iterable[int], *, before: int | None = None) -> list[ItemId]:
        """Put tracks before the item ``before``, or at the end; unknown tracks are left out. Returns the new items."""
        with self._edit("Add tracks") as edit:
            self._list(edit, playlist)
            made = self._append(edit, playlist, tracks, before)
            edit.change("playlists", playlist, changed=self._clock())
        return made

    def take_out(self, playlist: int, items: Iterable[int]) -> None:
        with self._edit("Take out tracks") as edit:
            self._list(edit, playlist)
            for item in items:
                row = edit.row("playlist_items", item)
                if row is not None and row["playlist"] == playlist:
                    edit.delete("playlist_items", item)
            edit.change("playlists", playlist, changed=self._clock())

    def move(self, playlist: int, items: Sequence[int], *, before: int | None = None) -> None:
        """Put these items, in the order given, before another item or at the end."""
        wanted = list(dict.fromkeys(items))
        with self._edit("Change the order") as edit:
            self._list(edit, playlist)
            rows = self._places(edit, playlist)
            there = [row["id"] for row in rows]
            moving = set(wanted) & set(there)
            wanted = [item for item in wanted if item in moving]
            if before in moving:  # before the next one that stays
                before = next((item for item in there[there.index(before):] if item not in moving), None)
            left = [row for row in rows if row["id"] not in moving]
            places = self._room(edit, "playlist_items", left, before, len(wanted))
            for item, position in zip(wanted, places, strict=True):
                edit.change("playlist_items", item, position=position)
            edit.change("playlists", playlist, changed=self._clock())

    def _append(self, edit: Edit, playlist: int, tracks: Iterable[int], before: int | None = None) -> list[ItemId]:
        known = {row[0] for row in edit.connection.execute("SELECT id FROM tracks")}
        wanted = [track for track in tracks if track in known]
        places = self._room(edit, "playlist_items", self._places(edit, playlist), before, len(wanted))
        return [ItemId(edit.insert("playlist_items", playlist=playlist, track=track, position=position))
                for track, position in zip(wanted, places, strict=True)]

    @staticmethod
    def _places(edit: Edit, playlist: int) -> list[Row]:
        return edit.connection.execute("SELECT id, position FROM playlist_items WHERE playlist = ? "
                                       "ORDER BY position, id", (playlist,)).fetchall()

    @staticmethod
    def _room(edit: Edit, table: str, rows: Sequence[Row], before: int | None, count: int) -> list[int]:
        """Positions for ``count`` rows before the row ``before`` (None or unknown: the end)."""
        ids = [row["id"] for row in rows]
        at = ids.index(before) if before in ids else len(rows)
        low = rows[at - 1]["position"] if at > 0 else None
        high = rows[at]["position"] if at < len(rows) else None
        found = keys_between(low, high, count)
        if found is not None:
            return found
        for place, row in enumerate([*rows[:at], *[None] * count, *rows[at:]]):
            if row is not None:
                edit.change(table, row["id"], position=(place + 1) * GAP)
        return [(at + place + 1) * GAP for place in range(count)]

    @staticmethod
    def _end(edit: Edit, parent: int | None) -> int:
        row = edit.connection.execute("SELECT MAX(position) FROM playlists WHERE parent IS ?", (parent,)).fetchone()
        return (row[0] or 0) + GAP

    @staticmethod
    def _known(edit: Edit, playlist: int) -> dict[str, Any]:
        row = edit.row("playlists", playlist)
        if row is None:
            raise UsageError(f"There is no playlist {playlist}.", remedy="“podmix library playlists” lists them.")
        return row

    def _list(self, edit: Edit, playlist: int) -> None:
        if self._known(edit, playlist)["kind"] != "list":
            raise UsageError("Only a plain playlist holds tracks that are put in by hand.")

    def _parent(self, edit: Edit, parent: int | None) -> None:
        if parent is not None and self._known(edit, parent)["kind"] != "folder":
            raise UsageError("Playlists can be put into folders only.")

    # -- undoing --

    def can_undo(self) -> str:
        """What would be undone ("Add tracks"); empty when nothing."""
        with self._database.read() as connection:
            return edits.label(connection, undone=False)

    def can_redo(self) -> str:
        with self._database.read() as connection:
            return edits.label(connection, undone=True)

    def undo(self) -> str:
        """Take back the last edit; returns what it was, empty when there was none."""
        with self._database.write() as connection:
            return edits.turn(connection, undone=False)

    def redo(self) -> str:
        with self._database.write() as connection:
            return edits.turn(connection, undone=True)

    @contextmanager
    def _edit(self, label: str) -> Iterator[Edit]:
        """One edit, noted when it changed something."""
        with self._database.write() as connection:
            edit = Edit(connection)
            yield edit
            edits.note(edit, label, self._clock())


def _checked(rules: Rules) -> str:
    """The order of a smart list as SQL; UsageError for orders and limits that there are not."""
    order, limit = rules.get("order", "artist"), rules.get("limit")
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or not 0 <= limit <= 1_000_000):
        raise UsageError("A smart playlist holds 0 (no limit) to 1000000 tracks.")
    if order == "random":
        return "random()"
    if order not in SORTS:
        raise UsageError(f"Music cannot be sorted by “{str(order)[:40]}”.", remedy=f"By: {', '.join(SORTS)}, random.")
    way = "DESC" if rules.get("descending") else "ASC"
    return ", ".join(f"{column} {way} NULLS LAST" for column in SORTS[order]) + ", tracks.id"


def _name(name: str) -> str:
    plain = " ".join(name.encode("utf-8", "replace").decode().split())[:LONGEST_NAME]
    if not plain:
        raise UsageError("A playlist needs a name.")
    return plain


def _playlist_of(row: Row) -> Playlist:
    return Playlist(PlaylistId(row["id"]), row["name"], row["kind"],
                    PlaylistId(row["parent"]) if row["parent"] is not None else None, row["tracks"],
                    moment(row["created"]), moment(row["changed"]), json.loads(row["rules"]))
