# SPDX-License-Identifier: GPL-3.0-or-later
"""Traktor's collection (NML), read.

An ENTRY has TITLE and ARTIST, a LOCATION (VOLUME, DIR with ``/:`` between folders, FILE), ALBUM, INFO (GENRE,
COMMENT, KEY, PLAYTIME, RANKING in steps of 51), TEMPO, MUSICAL_KEY (0..11 major, 12..23 minor) and CUE_V2: TYPE 0 cue,
1 fade-in, 2 fade-out, 3 load, 4 grid, 5 loop, START and LEN in milliseconds, HOTCUE -1..7. Grid cues carry no tempo of
their own: between two of them the tempo is the one that fits whole beats, nearest the track's. A playlist names its
tracks by ``VOLUME + DIR + FILE``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from podmix.music.interop.collection import MOST_TRACKS, DjCollection, DjPlaylist, DjTrack, ImportRefused
from podmix.music.interop.key_notation import from_traktor
from podmix.music.interop.safe_xml import decimal, read_xml, whole
from podmix.music.library_types import DjCue, TempoMark

_KINDS = {0: "cue", 1: "fade-in", 2: "fade-out", 3: "load", 5: "loop"}
_GRID = 4
_AUTOMATIC = "AutoGrid"


def read_traktor_nml(path: Path) -> DjCollection:
    """The collection in ``collection.nml``. Errors as ``safe_xml.read_xml``."""
    reader = _Reader()
    read_xml(path, reader)
    if not reader.is_collection:
        raise ImportRefused(f"{path.name} is no collection of Traktor.")
    return DjCollection("traktor", tuple(reader.tracks), reader.playlists())


class _Node:
    def __init__(self, name: str, is_folder: bool) -> None:
        self.name = name
        self.is_folder = is_folder
        self.keys: list[str] = []
        self.children: list[_Node] = []


class _Reader:
    """Hears the elements; see ``safe_xml.Reader``."""

    def __init__(self) -> None:
        self.is_collection = False
        self.tracks: list[DjTrack] = []
        self._by_key: dict[str, int] = {}
        self._entry: dict[str, Mapping[str, str]] | None = None
        self._marks: list[Mapping[str, str]] = []
        self._root = _Node("$ROOT", is_folder=True)
        self._open: list[_Node] = [self._root]
        self._in_collection = False

    def begin(self, name: str, values: Mapping[str, str]) -> None:
        if name == "NML":
            self.is_collection = True
        elif name == "COLLECTION":
            self._in_collection = True
        elif name == "NODE":
            node = _Node(values.get("NAME", ""), values.get("TYPE") == "FOLDER")
            self._open[-1].children.append(node)
            self._open.append(node)
        elif name == "PRIMARYKEY" and len(self._open) > 1:
            self._open[-1].keys.append(values.get("KEY", ""))
        elif name == "ENTRY" and self._in_collection:
            self._entry, self._marks = {"ENTRY": values}, []
        elif name == "CUE_V2" and self._entry is not None:
            self._marks.append(values)
        elif self._entry is not None:
            self._entry.setdefault(name, values)

    def end(self, name: str) -> None:
        if name == "COLLECTION":
            self._in_collection = False
        elif name == "NODE":
            self._open.pop()
        elif name == "ENTRY" and self._entry is not None:
            if len(self.tracks) >= MOST_TRACKS:
                raise ImportRefused("This collection has too many tracks.")
            place = self._entry.get("LOCATION", {})
            key = place.get("VOLUME", "") + place.get("DIR", "") + place.get("FILE", "")
            self._by_key.setdefault(key, len(self.tracks))
            self.tracks.append(_track_of(self._entry, self._marks))
            self._entry = None

    def playlists(self) -> tuple[DjPlaylist, ...]:
        found = tuple(self._finished(node) for node in self._root.children)
        inside = found[0].children if len(found) == 1 and found[0].name == "$ROOT" else found
        return tuple(one for one in inside if not one.name.startswith("_"))  # _LOOPS, _RECORDINGS: Traktor's own

    def _finished(self, node: _Node) -> DjPlaylist:
        tracks = tuple(self._by_key[key] for key in node.keys if key in self._by_key)
        return DjPlaylist(node.name, tracks, tuple(self._finished(child) for child in node.children), node.is_folder)


def location_of(volume: str, folders: str, file: str) -> str:
    """``"C:", "/:Music/:House/:", "a.mp3"`` -> ``"C:/Music/House/a.mp3"``; a volume of macOS is the disk's name."""
    path = folders.replace("//", "\0").replace("/:", "/").replace("\0", ":") + file
    if len(volume) == 2 and volume[1] == ":":
        return volume + path
    if not volume or path.startswith(("/Users/", "/Volumes/")):
        return path
    return f"/Volumes/{volume}{path}"


def _track_of(entry: Mapping[str, Mapping[str, str]], marks: list[Mapping[str, str]]) -> DjTrack:
    about, info = entry["ENTRY"], entry.get("INFO", {})
    place, album, tempo = entry.get("LOCATION", {}), entry.get("ALBUM", {}), entry.get("TEMPO", {})
    bpm = decimal(tempo.get("BPM"))
    bpm = bpm if bpm is not None and 10.0 <= bpm <= 1000.0 else None
    number = whole(entry.get("MUSICAL_KEY", {}).get("VALUE"))
    key = from_traktor(number) if number is not None else None
    released = info.get("RELEASE_DATE", "")
    ranking = whole(info.get("RANKING")) or 0
    size = whole(info.get("FILESIZE"))
    return DjTrack(
        location_of(place.get("VOLUME", ""), place.get("DIR", ""), place.get("FILE", "")), about.get("TITLE", ""),
        about.get("ARTIST", ""), album.get("TITLE", ""), info.get("GENRE", ""), info.get("COMMENT", ""),
        info.get("PRODUCER", ""), info.get("REMIXER", ""), info.get("LABEL", ""), "",
        key.short if key else info.get("KEY", ""), bpm, whole(released[:4]), whole(album.get("TRACK")) or None, None,
        decimal(info.get("PLAYTIME_FLOAT")) or decimal(info.get("PLAYTIME")), size * 1024 if size else None,
        whole(info.get("BITRATE")), None, min(5, ranking // 51) or None, max(0, whole(info.get("PLAYCOUNT")) or 0),
        _date(info.get("IMPORT_DATE", "")), "", _cues_of(marks), _grid_of(marks, bpm))


def _date(text: str) -> str:
    """``2024/3/9`` -> ``2024-03-09``."""
    parts = [whole(part) for part in text.split("/")]
    if len(parts) != 3:
        return ""
    year, month, day = (part or 0 for part in parts)
    return f"{year:04d}-{month:02d}-{day:02d}" if 1900 < year < 3000 and 0 < month < 13 and 0 < day < 32 else ""


def _cues_of(marks: list[Mapping[str, str]]) -> tuple[DjCue, ...]:
    found = []
    for values in marks:
        kind, start = whole(values.get("TYPE")), decimal(values.get("START"))
        number = whole(values.get("HOTCUE"))
        number = -1 if number is None else max(-1, min(number, 255))
        name = "" if values.get("NAME") in ("n.n.", _AUTOMATIC, "Beat Marker") else values.get("NAME", "")
        if start is None or (kind == _GRID and number < 0):
            continue
        length = decimal(values.get("LEN")) or 0.0
        # A grid mark with a key of its own is a hot cue too.
        found.append(DjCue(_KINDS.get(kind or 0, "cue"), start / 1000.0,
                           (start + length) / 1000.0 if length > 0 else None, name, number))
    return tuple(sorted(found, key=lambda cue: (cue.start, cue.number)))


def _grid_of(marks: list[Mapping[str, str]], bpm: float | None) -> tuple[TempoMark, ...]:
    if bpm is None:
        return ()
    starts = sorted({start / 1000.0 for values in marks if whole(values.get("TYPE")) == _GRID
                     and (start := decimal(values.get("START"))) is not None})
    grid = []
    for place, start in enumerate(starts):
        tempo = bpm
        if place + 1 < len(starts):
            span = starts[place + 1] - start
            beats = max(1, round(span * bpm / 60.0))
            fitting = 60.0 * beats / span
            tempo = fitting if abs(fitting / bpm - 1.0) < 0.2 else bpm
        grid.append(TempoMark(round(start, 6), round(tempo, 6)))
    return tuple(grid)
