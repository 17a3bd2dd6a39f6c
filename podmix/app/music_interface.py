# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs of music; ``interface.Verbs`` takes them in. Conventions as there."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

from podmix.app.music_views import DuplicateGroup, MusicExport, MusicImport, TagsWritten
from podmix.app.track_views import CueMark, TrackPage
from podmix.music.library_types import (
    DjCue,
    ItemId,
    MusicFolder,
    Playlist,
    PlaylistId,
    PlaylistItem,
    TempoMark,
    Track,
    TrackId,
    UnreadableFile,
)
from podmix.music.smart_lists import Rules
from podmix.progress import Progress


class LibraryVerbs(Protocol):
    """What a person can do with music; ``Application`` has these beside ``Verbs``.

    Ids of tracks come at once in order, rows by window: a table of 50,000 asks ``music_ids`` when its order changes and
    ``music_rows`` for what it shows.
    """

    # -- folders and scans --
    def add_music_folder(self, path: Path, *, scan: bool = True) -> MusicFolder:
        """Raises UsageError where there is no such folder. The scan is a job of the queue."""

    def remove_music_folder(self, folder_id: int) -> int:
        """Its tracks leave the library (the files stay) until it is added again; returns how many."""

    def music_folders(self) -> list[MusicFolder]: ...

    def watch_music_folder(self, folder_id: int, watched: bool) -> None: ...

    def scan_music(self, folder_ids: Sequence[int] | None = None, *, only: Sequence[str] = (),
                   again: bool = False) -> int:
        """Queue a scan; returns the job id. ``again`` also tries what could not be read before."""

    def music_scan_result(self, job_id: int) -> dict[str, Any] | None:
        """Counts of a finished scan: seen, new, changed, moved, unchanged, missing, unreadable, problems."""

    # -- the table --
    def music_ids(self, *, text: str = "", rules: Rules | None = None, playlist: int | None = None,
                  missing: bool | None = None, sort: str = "artist", descending: bool = False,
                  limit: int = -1) -> list[TrackId]:
        """Ids in order. ``text`` is for the full-text search; ``smart_lists.read_filter`` reads a line into both."""

    def music_rows(self, ids: Sequence[int]) -> list[Track]: ...

    def music_track(self, track_id: int) -> Track: ...

    def music_genres(self) -> list[tuple[str, int]]: ...

    def duplicate_tracks(self) -> list[DuplicateGroup]: ...

    def unreadable_music(self) -> list[UnreadableFile]: ...

    def rate_tracks(self, ids: Iterable[int], stars: int | None) -> None: ...

    def note_track_played(self, track_id: int, seconds: float | None = None) -> None: ...

    def remove_tracks(self, ids: Iterable[int]) -> None: ...

    def restore_tracks(self, ids: Iterable[int]) -> None: ...

    def track_cover(self, track_id: int) -> Path | None:
        """*slow* the first time: a JPEG of at most 320 pixels a side."""

    def track_cues(self, track_id: int) -> tuple[DjCue, ...]: ...

    def track_grid(self, track_id: int) -> tuple[TempoMark, ...]: ...

    def write_track_tags(self, ids: Sequence[int], fields: Sequence[str] = ("bpm", "key", "gain", "rating"), *,
                         notation: str = "musical") -> Generator[Progress, None, TagsWritten]:
        """*slow*: a generator; the only verb that changes music files."""

    # -- one track --
    def track_page(self, track_id: int) -> TrackPage:
        """*slow*: everything that is known of a track, its waveform too."""

    def correct_grid(self, track_id: int, marks: Sequence[TempoMark] | None) -> None:
        """Put a grid in force for ever (empty: no beat); None goes back to what was analysed. So do the next two."""

    def correct_key(self, track_id: int, key: str | None) -> None: ...

    def correct_cues(self, track_id: int, cues: Sequence[CueMark] | None) -> None: ...

    def click_track(self, track_id: int) -> Path:
        """*slow*: a sound file with a click on every beat of the grid that holds. Raises UsageError without a grid."""

    def track_waves(self, ids: Sequence[int], points: int = 160) -> dict[int, bytes]:
        """Small waveforms (three bytes a point) of those that have one."""

    # -- what is heard in it --
    def lacking_analysis(self) -> list[TrackId]:
        """Tracks whose present sound the present analysers have not heard."""

    def cues_to_renew(self) -> list[TrackId]:
        """*slow*. Tracks whose cues another model found than the one that is in use."""

    def analyse_music(self, track_ids: Sequence[int] | None = None, *, again: bool = False,
                      workers: int | None = None, kinds: Collection[str] | None = None) -> int | None:
        """Queue an analysis; the job's id, None where nothing lacks."""

    def music_analysis_result(self, job_id: int) -> dict[str, Any] | None:
        """The counts of a finished analysis."""

    # -- playlists --
    def playlists(self) -> list[Playlist]: ...

    def playlist(self, playlist_id: int) -> Playlist: ...

    def playlist_items(self, playlist_id: int) -> list[PlaylistItem]: ...

    def playlist_track_ids(self, playlist_id: int) -> list[TrackId]: ...

    def playlist_tracks(self, playlist_id: int) -> list[Track]: ...

    def create_playlist(self, name: str, *, parent: int | None = None, tracks: Iterable[int] = ()) -> PlaylistId: ...

    def create_playlist_folder(self, name: str, *, parent: int | None = None) -> PlaylistId: ...

    def create_smart_playlist(self, name: str, rules: Rules, *, parent: int | None = None) -> PlaylistId: ...

    def change_smart_playlist(self, playlist_id: int, rules: Rules) -> None: ...

    def try_rules(self, rules: Rules) -> list[TrackId]: ...

    def rename_playlist(self, playlist_id: int, name: str) -> None: ...

    def move_playlist(self, playlist_id: int, parent: int | None, before: int | None = None) -> None: ...

    def duplicate_playlist(self, playlist_id: int, name: str = "") -> PlaylistId: ...

    def delete_playlist(self, playlist_id: int) -> None: ...

    def add_to_playlist(self, playlist_id: int, tracks: Iterable[int], *,
                        before: int | None = None) -> list[ItemId]: ...

    def take_from_playlist(self, playlist_id: int, items: Iterable[int]) -> None: ...

    def move_in_playlist(self, playlist_id: int, items: Sequence[int], *, before: int | None = None) -> None: ...

    def can_undo_playlists(self) -> str: ...

    def can_redo_playlists(self) -> str: ...

    def undo_playlists(self) -> str: ...

    def redo_playlists(self) -> str: ...

    # -- other programs --
    def export_rekordbox(self, target: Path, *, playlists: Sequence[int] | None = None) -> MusicExport:
        """*slow*"""

    def export_playlist(self, playlist_id: int, target: Path, *, relative: bool = True) -> MusicExport: ...

    def export_playlists(self, folder: Path, *, relative: bool = True) -> MusicExport:
        """*slow*"""

    def import_music(self, path: Path) -> MusicImport:
        """*slow*"""
