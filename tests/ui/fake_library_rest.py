# SPDX-License-Identifier: GPL-3.0-or-later
"""The rest of ``LibraryVerbs`` in memory: what no screen asks today, so that the contract holds for all of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from podmix.app.music_views import DuplicateGroup, MusicExport
from podmix.music.library_types import DjCue, Playlist, TempoMark
from tests.ui.fake_library import FakeLibrary


class FakeWholeLibrary(FakeLibrary):
    """Nothing is lacking, nothing waits, nothing is there twice."""

    old_cues: tuple[int, ...] = ()

    def can_undo_playlists(self) -> str:
        return "Delete" if getattr(self, "_deleted", None) is not None else ""

    def can_redo_playlists(self) -> str:
        return ""

    def duplicate_tracks(self) -> list[DuplicateGroup]:
        return []

    def export_playlists(self, folder: Path, *, relative: bool = True) -> MusicExport:
        return MusicExport(tuple(folder / f"{one.name}.m3u8" for one in self.lists.values()), len(self.lists), 0)

    def cues_to_renew(self) -> list[int]:
        return list(self.old_cues)

    def lacking_analysis(self) -> list[int]:
        return []

    def music_analysis_result(self, job_id: int) -> dict[str, Any] | None:
        return None

    def music_scan_result(self, job_id: int) -> dict[str, Any] | None:
        return None

    def playlist(self, playlist_id: int) -> Playlist:
        return self.lists[playlist_id]

    def track_cues(self, track_id: int) -> tuple[DjCue, ...]:
        return ()

    def track_grid(self, track_id: int) -> tuple[TempoMark, ...]:
        return ()
