# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs on playlists: make, fill, put in order, undo; smart playlists by rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from podmix.app.music_verbs import MusicVerbs
from podmix.app.views import Changed, Part
from podmix.music.library_types import ItemId, Playlist, PlaylistId, PlaylistItem, Track, TrackId
from podmix.music.smart_lists import Rules

T = TypeVar("T")


class PlaylistVerbs(MusicVerbs):
    """Every change is told as ``Changed(Part.PLAYLISTS)``; undo takes back the last one, over restarts too."""

    def playlists(self) -> list[Playlist]:
        return self.playlist_store.playlists()

    def playlist(self, playlist_id: int) -> Playlist:
        return self.playlist_store.playlist(playlist_id)

    def playlist_items(self, playlist_id: int) -> list[PlaylistItem]:
        """The places of a plain list, in order."""
        return self.playlist_store.items(playlist_id)

    def playlist_track_ids(self, playlist_id: int) -> list[TrackId]:
        """The tracks of any list in its order; a smart one as it is now, a folder's lists one after another."""
        found = self.playlist_store.playlist(playlist_id)
        if found.kind == "smart":
            return self.playlist_store.smart_ids(playlist_id)
        if found.kind == "folder":
            inside = [p.id for p in self.playlist_store.playlists() if p.parent == playlist_id]
            return list(dict.fromkeys(track for one in inside for track in self.playlist_track_ids(one)))
        return [item.track for item in self.playlist_store.items(playlist_id)]

    def playlist_tracks(self, playlist_id: int) -> list[Track]:
        return self.music.tracks(self.playlist_track_ids(playlist_id))

    def create_playlist(self, name: str, *, parent: int | None = None, tracks: Iterable[int] = ()) -> PlaylistId:
        return self._told(self.playlist_store.create(name, parent=parent, tracks=tracks))

    def create_playlist_folder(self, name: str, *, parent: int | None = None) -> PlaylistId:
        return self._told(self.playlist_store.create(name, kind="folder", parent=parent))

    def create_smart_playlist(self, name: str, rules: Rules, *, parent: int | None = None) -> PlaylistId:
        """``rules`` as in ``podmix.music.smart_lists``: rules, order, descending, limit. Raises UsageError."""
        return self._told(self.playlist_store.create(name, kind="smart", parent=parent, rules=rules))

    def change_smart_playlist(self, playlist_id: int, rules: Rules) -> None:
        self.playlist_store.change_rules(playlist_id, rules)
        self.events.tell(Changed(Part.PLAYLISTS))

    def try_rules(self, rules: Rules) -> list[TrackId]:
        """What a smart playlist with these rules would hold now."""
        return self.playlist_store.matching(rules)

    def rename_playlist(self, playlist_id: int, name: str) -> None:
        self.playlist_store.rename(playlist_id, name)
        self.events.tell(Changed(Part.PLAYLISTS))

    def move_playlist(self, playlist_id: int, parent: int | None, before: int | None = None) -> None:
        self.playlist_store.move_playlist(playlist_id, parent, before)
        self.events.tell(Changed(Part.PLAYLISTS))

    def duplicate_playlist(self, playlist_id: int, name: str = "") -> PlaylistId:
        return self._told(self.playlist_store.duplicate(playlist_id, name))

    def delete_playlist(self, playlist_id: int) -> None:
        self.playlist_store.delete(playlist_id)
        self.events.tell(Changed(Part.PLAYLISTS))

    def add_to_playlist(self, playlist_id: int, tracks: Iterable[int], *, before: int | None = None) -> list[ItemId]:
        return self._told(self.playlist_store.add(playlist_id, tracks, before=before))

    def take_from_playlist(self, playlist_id: int, items: Iterable[int]) -> None:
        self.playlist_store.take_out(playlist_id, items)
        self.events.tell(Changed(Part.PLAYLISTS))

    def move_in_playlist(self, playlist_id: int, items: Sequence[int], *, before: int | None = None) -> None:
        self.playlist_store.move(playlist_id, items, before=before)
        self.events.tell(Changed(Part.PLAYLISTS))

    def can_undo_playlists(self) -> str:
        """What ``undo_playlists`` would take back ("Add tracks"); empty for nothing."""
        return self.playlist_store.can_undo()

    def can_redo_playlists(self) -> str:
        return self.playlist_store.can_redo()

    def undo_playlists(self) -> str:
        return self._told(self.playlist_store.undo())

    def redo_playlists(self) -> str:
        return self._told(self.playlist_store.redo())

    def _told(self, outcome: T) -> T:
        self.events.tell(Changed(Part.PLAYLISTS))
        return outcome
