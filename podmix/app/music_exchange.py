# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs that exchange music with other programs: rekordbox XML and lists out; collections, lists, cues in.

What goes out is what holds: the grid and cues a person put right before imported ones before analysed ones. What comes
in never overwrites anything of the person's: cues and grids stand by their source, ratings fill gaps, playlists are
made anew (as one edit, to be undone).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from podmix.app.music_views import MusicExport, MusicImport
from podmix.app.playlist_verbs import PlaylistVerbs
from podmix.app.views import Changed, Part
from podmix.errors import UsageError
from podmix.music.interop.collection import DjCollection, DjPlaylist, DjTrack
from podmix.music.interop.grids import marks_of_grid
from podmix.music.library_types import DjCue, DjMarks, Playlist, TempoMark, Track, TrackId
from podmix.music.playlists import Branch
from podmix.paths import safe_name

_LONGEST_UNKNOWN = 100
_HOT_CUES = 8
_NAMES = {"in": "In", "out": "Out"}


class MusicExchange(PlaylistVerbs):
    """All *slow* with large collections; the window calls them through its background door."""

    # -- out --

    def export_rekordbox(self, target: Path, *, playlists: Sequence[int] | None = None) -> MusicExport:
        """The library, or only these playlists with their tracks, as rekordbox XML. Raises StorageError, UsageError."""
        from podmix import __version__
        from podmix.music.interop.rekordbox_xml import write_rekordbox_xml

        with self.database.read():  # one picture of the library
            collection = self._collection(playlists)
        write_rekordbox_xml(collection, target, version=__version__)
        lists = sum(1 for node in collection.playlists for _ in node.lists())
        return MusicExport((target,), len(collection.tracks), lists)

    def _collection(self, playlists: Sequence[int] | None) -> DjCollection:
        chosen = [self.playlist_store.playlist(one) for one in playlists] if playlists is not None else None
        if chosen is None:
            ids = self.music_ids(missing=False)
        else:
            ids = list(dict.fromkeys(t for p in chosen for t in self.playlist_track_ids(p.id)))
        tracks = self.music.tracks(ids)
        places = {track.id: place for place, track in enumerate(tracks)}
        tree = self._tree(places, None) if chosen is None else tuple(self._node(p, places) for p in chosen)
        return DjCollection("podmix", tuple(self._dj_track(track) for track in tracks), tree)

    def export_playlist(self, playlist_id: int, target: Path, *, relative: bool = True) -> MusicExport:
        """One list as M3U8, or as rekordbox XML where ``target`` ends in .xml."""
        if target.suffix.lower() == ".xml":
            return self.export_rekordbox(target, playlists=[playlist_id])
        if target.suffix.lower() not in (".m3u8", ".m3u"):
            raise UsageError("Playlists are written as .m3u8 or .xml (rekordbox).")
        found = self.playlist_store.playlist(playlist_id)
        count = self._write_list(found, target, relative=relative)
        return MusicExport((target,), count, 1)

    def export_playlists(self, folder: Path, *, relative: bool = True) -> MusicExport:
        """Every list as M3U8 into ``folder``, folders as folders; a second list of a name gets a number."""
        known = self.playlist_store.playlists()
        by_id = {one.id: one for one in known}
        written: list[Path] = []
        taken: set[str] = set()
        count = 0
        for one in known:
            if one.kind == "folder":
                continue
            place = folder.joinpath(*(safe_name(name) for name in _around(one, by_id)))
            target, number = place / f"{safe_name(one.name)}.m3u8", 1
            while str(target).casefold() in taken:
                number += 1
                target = place / f"{safe_name(one.name)} ({number}).m3u8"
            taken.add(str(target).casefold())
            count += self._write_list(one, target, relative=relative)
            written.append(target)
        return MusicExport(tuple(written), count, len(written))

    def _write_list(self, found: Playlist, target: Path, *, relative: bool) -> int:
        from podmix.music.interop.m3u8 import ListedFile, write_m3u8

        tracks = self.playlist_tracks(found.id)
        write_m3u8([ListedFile(str(t.path), t.title, t.artist, t.duration or 0.0) for t in tracks], target,
                   relative=relative, name=found.name)
        return len(tracks)

    def _tree(self, places: dict[TrackId, int], parent: int | None) -> tuple[DjPlaylist, ...]:
        return tuple(self._node(one, places) for one in self.playlist_store.playlists() if one.parent == parent)

    def _node(self, one: Playlist, places: dict[TrackId, int]) -> DjPlaylist:
        if one.kind == "folder":
            return DjPlaylist(one.name, children=self._tree(places, one.id), is_folder=True)
        ids = self.playlist_track_ids(one.id)
        return DjPlaylist(one.name, tuple(places[track] for track in ids if track in places))

    def _dj_track(self, track: Track) -> DjTrack:
        from podmix.music.interop.key_notation import parse_key
        from podmix.music.interop.rekordbox_xml import kind_of

        tags = self.music.tags(track.id)
        key = parse_key(track.key)
        return DjTrack(
            str(track.path), track.title, track.artist, track.album, track.genre, track.comment,
            tags.composer if tags else "", tags.remixer if tags else "", tags.label if tags else "",
            tags.grouping if tags else "", key.short if key else "", track.bpm, track.year, track.track_number,
            track.disc_number, track.duration, track.size, track.bitrate, track.sample_rate, track.rating,
            track.play_count, track.added.date().isoformat(), kind_of(track.format), self.track_cues(track.id),
            self.track_grid(track.id))

    def track_cues(self, track_id: int) -> tuple[DjCue, ...]:
        """The cues that hold: by hand, else the newest imported ones, else the analysed ones."""
        held = self.analyses.current(TrackId(track_id), "cues")
        if held is None or held[1] != "hand":
            for marks in self.analyses.imported_marks(TrackId(track_id)):
                if marks.cues:
                    return marks.cues
        return cues_of(held[0]) if held is not None else ()

    def track_grid(self, track_id: int) -> tuple[TempoMark, ...]:
        """The grid that holds as tempo marks: by hand, else analysed, else imported."""
        held = self.analyses.current(TrackId(track_id), "beats")
        found = marks_of_grid(held[0]) if held is not None else ()
        imported = (marks.grid for marks in self.analyses.imported_marks(TrackId(track_id)) if marks.grid)
        return found or next(imported, ())

    # -- in --

    def import_music(self, path: Path) -> MusicImport:
        """A file of another program: .xml (rekordbox), .nml (Traktor), .sqlite (Mixxx), .m3u8 .m3u .pls, .crate, .cue.

        Raises ImportRefused (wrong or harmful), StorageError, UsageError (another kind of file).
        """
        read = _READERS.get(path.suffix.lower())
        if read is None:
            raise UsageError(f"PodMix does not import {path.suffix or 'such'} files.",
                             remedy="It reads " + ", ".join(sorted(_READERS)) + ".")
        outcome = self._take_in(read(path), path)
        self.events.tell(Changed(Part.MUSIC))
        self.events.tell(Changed(Part.PLAYLISTS))
        return outcome

    def _take_in(self, collection: DjCollection, path: Path) -> MusicImport:
        from podmix.music.interop.matching import Matcher

        matcher = Matcher(self.music.ids_by_path())
        ids = [matcher.find(track.location) for track in collection.tracks]
        known = {t.id: t for t in self.music.tracks([i for i in ids if i is not None])}
        cued = rated = 0
        with self.database.write():
            for track, found in zip(collection.tracks, ids, strict=True):
                if found is None:
                    continue
                if track.cues or track.grid:
                    self.analyses.import_marks(found, DjMarks(collection.source, track.cues, track.grid))
                    cued += 1
                if track.rating and known[found].rating is None:
                    self.music.rate([found], track.rating)
                    rated += 1
            branches = [_branch(node, ids) for node in collection.playlists]
            made = []
            if branches:
                name = path.stem.encode("utf-8", "replace").decode()
                if len(branches) > 1 or branches[0].is_folder:
                    branches = [Branch(name, children=tuple(branches), is_folder=True)]
                made = self.playlist_store.create_tree(f"Import “{name}”", branches)
        unknown = [track.location for track, found in zip(collection.tracks, ids, strict=True) if found is None]
        return MusicImport(collection.source, len(ids), len(ids) - len(unknown), cued, rated, tuple(made),
                           tuple(unknown[:_LONGEST_UNKNOWN]), collection.notes)


def cues_of(payload: dict[str, Any]) -> tuple[DjCue, ...]:
    """The payload of "cues" (a list under ``cues``: time, kind in, out, hot or loop, label) as DJ programs know it.

    Places where to come in and go out become memory cues, hot cues take A to H in their order unless they have a
    number; more than eight become memory cues.
    """
    found: list[DjCue] = []
    taken = {cue["number"] for cue in payload.get("cues", ()) if isinstance(cue.get("number"), int)}
    free = [number for number in range(_HOT_CUES) if number not in taken]
    for cue in sorted(payload.get("cues", ()), key=lambda one: float(one["time"])):
        number = cue.get("number")
        if not isinstance(number, int):
            number = free.pop(0) if cue.get("kind") == "hot" and free else -1
        end = cue.get("end")
        colour = cue.get("colour")
        found.append(DjCue("loop" if end is not None else "cue", float(cue["time"]),
                           float(end) if end is not None else None,
                           str(cue.get("label") or _NAMES.get(str(cue.get("kind")), "")), number,
                           (colour[0], colour[1], colour[2]) if colour else None))
    return tuple(found)


def _around(one: Playlist, by_id: dict[Any, Playlist]) -> list[str]:
    """The names of the folders around a list, from the outside."""
    names: list[str] = []
    parent = one.parent
    while parent is not None and len(names) < 64:
        names.insert(0, by_id[parent].name)
        parent = by_id[parent].parent
    return names


def _branch(node: DjPlaylist, ids: Sequence[TrackId | None]) -> Branch:
    tracks = tuple(found for place in node.tracks if (found := ids[place]) is not None)
    return Branch(node.name, tracks, tuple(_branch(child, ids) for child in node.children), node.is_folder)


# -- readers, imported when they are needed --


def _rekordbox(path: Path) -> DjCollection:
    from podmix.music.interop.rekordbox_xml import read_rekordbox_xml

    return read_rekordbox_xml(path)


def _traktor(path: Path) -> DjCollection:
    from podmix.music.interop.traktor import read_traktor_nml

    return read_traktor_nml(path)


def _mixxx(path: Path) -> DjCollection:
    from podmix.music.interop.mixxx import read_mixxx

    return read_mixxx(path)


def _list(path: Path) -> DjCollection:
    from podmix.music.interop.m3u8 import read_list

    return read_list(path)


def _crate(path: Path) -> DjCollection:
    from podmix.music.interop.collection import opened_for_import
    from podmix.music.interop.serato import LARGEST_CRATE, read_crate

    paths = read_crate(opened_for_import(path, largest=LARGEST_CRATE))
    name = path.stem.replace("%%", " / ")  # how Serato writes crates in crates
    tracks = tuple(DjTrack("/" + one if one[1:2] != ":" else one) for one in paths)
    return DjCollection("serato", tracks, (DjPlaylist(name, tuple(range(len(tracks)))),))


def _cue(path: Path) -> DjCollection:
    """The entries of a cue sheet as memory cues of the file it is about."""
    from podmix.music.interop.cue_sheet import read_cue_sheet

    sheet = read_cue_sheet(path)
    files = dict.fromkeys(track.file or sheet.file for track in sheet.tracks)
    return DjCollection("cue sheet", tuple(
        DjTrack(os.path.normpath(os.path.join(path.absolute().parent, file)),  # noqa: PTH118 - bytes that are no text
                cues=tuple(_entries((t.start, t.performer, t.title) for t in sheet.tracks
                                    if (t.file or sheet.file) == file)))
        for file in files))


def _entries(rows: Iterable[tuple[float, str, str]]) -> Iterable[DjCue]:
    return (DjCue("cue", start, None, " - ".join(filter(None, (who, what)))) for start, who, what in rows)


_READERS: dict[str, Callable[[Path], DjCollection]] = {
    ".xml": _rekordbox, ".nml": _traktor, ".sqlite": _mixxx, ".sqlite3": _mixxx, ".db": _mixxx, ".m3u": _list,
    ".m3u8": _list, ".pls": _list, ".crate": _crate, ".cue": _cue,
}
