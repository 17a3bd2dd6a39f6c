# SPDX-License-Identifier: GPL-3.0-or-later
"""rekordbox's XML: the collection with grids and cues, and the playlists, written and read.

Format: the "xml format list" of rekordbox's developers. ``TEMPO`` has the start in seconds (Inizio), beats a minute,
the metre and the place of that beat in its bar (Battito, from 1), one for each stretch of even beats. ``POSITION_MARK``
has a type (0 cue, 1 fade-in, 2 fade-out, 3 load, 4 loop), start and end in seconds, Num (-1 memory cue, 0.. hot cue)
and a colour. Locations are ``file://localhost/`` and the path with its bytes percent-encoded. Playlists name tracks by
TrackID (KeyType 0) or by location (1).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes

from podmix.errors import StorageError
from podmix.music.interop.collection import (
    MOST_TRACKS,
    DjCollection,
    DjPlaylist,
    DjTrack,
    ImportRefused,
    xml_text,
)
from podmix.music.interop.safe_xml import decimal, read_xml, whole
from podmix.music.library_types import DjCue, TempoMark
from podmix.paths import atomic_write

CUE_KINDS = ("cue", "fade-in", "fade-out", "load", "loop")
"""By POSITION_MARK's Type."""

HOT_CUE_COLOURS = ((40, 226, 20), (230, 40, 40), (48, 90, 255), (224, 100, 27), (180, 50, 255), (255, 160, 0),
                   (16, 177, 118), (255, 18, 123))
"""rekordbox's own for hot cues A to H, written where a cue has none."""

_PREFIX = "file://localhost/"
_KINDS = {"mp3": "MP3 File", "m4a": "M4A File", "alac": "ALAC File", "flac": "FLAC File", "wav": "WAV File",
          "aiff": "AIFF File", "aac": "AAC File", "ogg": "OGG File", "opus": "Opus File"}


def kind_of(short: str) -> str:
    """rekordbox's name of a format ("MP3 File")."""
    return _KINDS.get(short, f"{short.upper()} File")


def location_of(path: str) -> str:
    """A path as a location; bytes that are no text survive."""
    raw = os.fsencode(path.replace(os.sep, "/") if os.sep != "/" else path)
    return _PREFIX + quote_from_bytes(raw.removeprefix(b"/"), safe="/:!$&'()*+,;=@")


def path_of(location: str) -> str:
    """The path a location names; a location of another form stays as it is."""
    for prefix in (_PREFIX, "file:///"):
        if location.startswith(prefix):
            raw = unquote_to_bytes(location[len(prefix):])
            drive = raw[1:2] == b":"  # C:/Music
            return os.fsdecode(raw if drive else b"/" + raw)
    return location


# -- writing --


def write_rekordbox_xml(collection: DjCollection, target: Path, *, product: str = "PodMix", version: str = "") -> None:
    """Write the collection; TrackIDs are 1, 2, … in its order. Raises StorageError."""
    from lxml import etree

    try:
        with atomic_write(target) as out, etree.xmlfile(out, encoding="UTF-8") as xml:
            xml.write_declaration()
            with xml.element("DJ_PLAYLISTS", Version="1.0.0"):
                xml.write(etree.Element("PRODUCT", Name=product, Version=version, Company=""), pretty_print=True)
                with xml.element("COLLECTION", Entries=str(len(collection.tracks))):
                    for number, track in enumerate(collection.tracks, 1):
                        xml.write(_track_element(etree, number, track), pretty_print=True)
                with xml.element("PLAYLISTS"):
                    root = DjPlaylist("ROOT", children=collection.playlists, is_folder=True)
                    xml.write(_node_element(etree, root, len(collection.tracks)), pretty_print=True)
    except OSError as problem:
        raise StorageError(f"{target.name} could not be written.", remedy="Check the folder and its permissions.",
                           detail=str(problem)) from problem


def _track_element(etree: Any, number: int, track: DjTrack) -> Any:
    values = {
        "TrackID": number, "Name": track.title, "Artist": track.artist, "Composer": track.composer,
        "Album": track.album, "Grouping": track.grouping, "Genre": track.genre, "Kind": track.kind,
        "Size": track.size, "TotalTime": None if track.duration is None else round(track.duration),
        "DiscNumber": track.disc_number or 0, "TrackNumber": track.track_number or 0, "Year": track.year or 0,
        "AverageBpm": f"{track.bpm or 0.0:.2f}", "DateAdded": track.added,
        "BitRate": None if track.bitrate is None else round(track.bitrate / 1000), "SampleRate": track.sample_rate,
        "Comments": track.comment, "PlayCount": track.play_count, "Rating": (track.rating or 0) * 51,
        "Location": location_of(track.location), "Remixer": track.remixer, "Tonality": track.key,
        "Label": track.label, "Mix": "",
    }
    element = etree.Element("TRACK", {name: xml_text(str(value)) for name, value in values.items()
                                      if value is not None})
    for mark in track.grid:
        etree.SubElement(element, "TEMPO", Inizio=f"{mark.start:.6f}", Bpm=f"{mark.bpm:.4f}",
                         Metro=f"{mark.beats_per_bar}/4", Battito=str(mark.beat))
    for cue in track.cues:
        etree.SubElement(element, "POSITION_MARK", _cue_values(cue))
    return element


def _cue_values(cue: DjCue) -> dict[str, str]:
    kind = CUE_KINDS.index(cue.kind) if cue.kind in CUE_KINDS else 0
    values = {"Name": xml_text(cue.name), "Type": str(kind), "Start": f"{cue.start:.6f}", "Num": str(cue.number)}
    if cue.end is not None:
        values["End"] = f"{cue.end:.6f}"
    colour = cue.colour or (HOT_CUE_COLOURS[cue.number % 8] if cue.number >= 0 else None)
    if colour is not None:
        values |= dict(zip(("Red", "Green", "Blue"), map(str, colour), strict=True))
    return values


def _node_element(etree: Any, node: DjPlaylist, count: int) -> Any:
    if node.is_folder:
        element = etree.Element("NODE", Type="0", Name=xml_text(node.name), Count=str(len(node.children)))
        for child in node.children:
            element.append(_node_element(etree, child, count))
        return element
    keys = [number + 1 for number in node.tracks if 0 <= number < count]
    element = etree.Element("NODE", Name=xml_text(node.name), Type="1", KeyType="0", Entries=str(len(keys)))
    for key in keys:
        etree.SubElement(element, "TRACK", Key=str(key))
    return element


# -- reading --


def read_rekordbox_xml(path: Path) -> DjCollection:
    """The collection in a file of rekordbox (or one written like it). Errors as ``safe_xml.read_xml``."""
    reader = _Reader()
    read_xml(path, reader)
    if not reader.is_collection:
        raise ImportRefused(f"{path.name} is no collection of rekordbox.",
                            remedy="In rekordbox: File, Export Collection in xml format.")
    return DjCollection("rekordbox", tuple(reader.tracks), tuple(reader.playlists()))


class _Node:
    """A playlist while it is read."""

    def __init__(self, name: str, is_folder: bool, by_location: bool) -> None:
        self.name = name
        self.is_folder = is_folder
        self.by_location = by_location
        self.keys: list[str] = []
        self.children: list[_Node] = []


class _Reader:
    """Hears the elements; see ``safe_xml.Reader``."""

    def __init__(self) -> None:
        self.is_collection = False
        self.tracks: list[DjTrack] = []
        self._by_id: dict[str, int] = {}
        self._by_location: dict[str, int] = {}
        self._values: Mapping[str, str] | None = None
        self._cues: list[DjCue] = []
        self._grid: list[TempoMark] = []
        self._root = _Node("ROOT", is_folder=True, by_location=False)
        self._open: list[_Node] = [self._root]

    def begin(self, name: str, values: Mapping[str, str]) -> None:
        if name == "DJ_PLAYLISTS":
            self.is_collection = True
        elif name == "NODE":
            node = _Node(values.get("Name", ""), values.get("Type") != "1", values.get("KeyType") == "1")
            self._open[-1].children.append(node)
            self._open.append(node)
        elif name == "TRACK" and len(self._open) > 1:
            self._open[-1].keys.append(values.get("Key", ""))
        elif name == "TRACK":
            self._values, self._cues, self._grid = values, [], []
        elif name == "TEMPO" and self._values is not None:
            self._grid += _tempo_of(values)
        elif name == "POSITION_MARK" and self._values is not None:
            self._cues += _cue_of(values)

    def end(self, name: str) -> None:
        if name == "NODE":
            self._open.pop()
        elif name == "TRACK" and self._values is not None:
            self._take(self._values)
            self._values = None

    def _take(self, values: Mapping[str, str]) -> None:
        if len(self.tracks) >= MOST_TRACKS:
            raise ImportRefused("This collection has too many tracks.")
        track = _track_of(values, tuple(self._cues), tuple(sorted(self._grid, key=lambda mark: mark.start)))
        self._by_id.setdefault(values.get("TrackID", ""), len(self.tracks))
        self._by_location.setdefault(values.get("Location", ""), len(self.tracks))
        self.tracks.append(track)

    def playlists(self) -> list[DjPlaylist]:
        """rekordbox puts all into one folder, ROOT; what is inside it."""
        found = [self._finished(node) for node in self._root.children]
        if len(found) == 1 and found[0].is_folder:
            return list(found[0].children)
        return found

    def _finished(self, node: _Node) -> DjPlaylist:
        known = self._by_location if node.by_location else self._by_id
        tracks = tuple(known[key] for key in node.keys if key in known)
        return DjPlaylist(node.name, tracks, tuple(self._finished(child) for child in node.children), node.is_folder)


def _tempo_of(values: Mapping[str, str]) -> Sequence[TempoMark]:
    start, bpm = decimal(values.get("Inizio")), decimal(values.get("Bpm"))
    if start is None or bpm is None or not 10.0 <= bpm <= 1000.0:
        return ()
    beats = whole(values.get("Metro", "4/4").split("/", maxsplit=1)[0]) or 4
    beats = beats if 1 <= beats <= 32 else 4
    beat = whole(values.get("Battito")) or 1
    return (TempoMark(start, bpm, beats, beat if 1 <= beat <= beats else 1),)


def _cue_of(values: Mapping[str, str]) -> Sequence[DjCue]:
    start, kind = decimal(values.get("Start")), whole(values.get("Type")) or 0
    if start is None or not 0 <= kind < len(CUE_KINDS):
        return ()
    rgb = [whole(values.get(name)) for name in ("Red", "Green", "Blue")]
    colour = tuple(part for part in rgb if part is not None and 0 <= part <= 255)
    number = whole(values.get("Num"))
    return (DjCue(CUE_KINDS[kind], start, decimal(values.get("End")), values.get("Name", ""),
                  -1 if number is None else max(-1, min(number, 255)),
                  (colour[0], colour[1], colour[2]) if len(colour) == 3 else None),)


def _track_of(values: Mapping[str, str], cues: tuple[DjCue, ...], grid: tuple[TempoMark, ...]) -> DjTrack:
    rating = whole(values.get("Rating")) or 0
    bitrate = whole(values.get("BitRate"))
    return DjTrack(
        path_of(values.get("Location", "")), values.get("Name", ""), values.get("Artist", ""), values.get("Album", ""),
        values.get("Genre", ""), values.get("Comments", ""), values.get("Composer", ""), values.get("Remixer", ""),
        values.get("Label", ""), values.get("Grouping", ""), values.get("Tonality", ""),
        decimal(values.get("AverageBpm")) or None, whole(values.get("Year")) or None,
        whole(values.get("TrackNumber")) or None, whole(values.get("DiscNumber")) or None,
        decimal(values.get("TotalTime")), whole(values.get("Size")), None if bitrate is None else bitrate * 1000,
        whole(values.get("SampleRate")), min(5, rating // 51) or None, max(0, whole(values.get("PlayCount")) or 0),
        values.get("DateAdded", ""), values.get("Kind", ""), cues, grid)
