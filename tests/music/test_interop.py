# SPDX-License-Identifier: GPL-3.0-or-later
"""What other DJ programs read and write: rekordbox's XML against pyrekordbox, lists, cue sheets, NML, Mixxx, Serato."""

from __future__ import annotations

import base64
import os
import sqlite3
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.errors import PodMixError, StorageError
from podmix.music.interop import safe_xml
from podmix.music.interop.collection import DjCollection, DjPlaylist, DjTrack, ImportRefused
from podmix.music.interop.cue_sheet import CueSheet, CueTrack, cue_time, read_cue_sheet, write_cue_sheet
from podmix.music.interop.grids import grid_of_marks, marks_of_grid
from podmix.music.interop.m3u8 import ListedFile, read_list, write_m3u8
from podmix.music.interop.matching import Matcher
from podmix.music.interop.mixxx import read_mixxx
from podmix.music.interop.rekordbox_xml import location_of, path_of, read_rekordbox_xml, write_rekordbox_xml
from podmix.music.interop.serato import read_beatgrid, read_crate, read_markers, read_markers2, serato_marks
from podmix.music.interop.traktor import location_of as traktor_location
from podmix.music.interop.traktor import read_traktor_nml
from podmix.music.library_types import DjCue, TempoMark, TrackId
from podmix.music.tags import read_file
from tests.music.sound_files import put

ODD = "/music/Ünï cödé 100% & #1 «x»/a+b;c'd\"e <f>.mp3"
COLLECTION = DjCollection("rekordbox", (
    DjTrack("/music/one.mp3", "Night Train", "Ada & Ben", "Harbour", "House", "8A - 7", "Cleo", "Dan", "Pier", "peak",
            "Am", 127.97, 2019, 3, 1, 241.0, 9_640_000, 320_000, 44_100, 4, 12, "2024-03-09", "MP3 File",
            (DjCue("cue", 0.123456, None, "in", 0, (204, 0, 0)), DjCue("cue", 15.5, None, "memory", -1),
             DjCue("loop", 30.0, 37.5, "loop <1>", 1, (0, 204, 0)), DjCue("fade-in", 1.0, 3.0, "", -1),
             DjCue("load", 0.5, None, "", -1)),
            (TempoMark(0.123456, 127.97, 4, 1), TempoMark(120.5, 128.03, 4, 3), TempoMark(200.25, 64.0, 3, 2))),
    DjTrack(ODD, "„Quotes“ \"and\" <tags> & 音楽", "", rating=None),
    DjTrack("/music/bad\udcff\udcfe.flac", "bytes"),
), (
    DjPlaylist("Friday", (2, 0, 0)),
    DjPlaylist("Sets", children=(DjPlaylist("Inner & more", (1,)), DjPlaylist("Deep", children=(DjPlaylist("x"),),
                                                                              is_folder=True)), is_folder=True),
))


def test_rekordbox_xml_comes_back_equal(tmp_path: Path) -> None:
    target = tmp_path / "rekordbox.xml"
    write_rekordbox_xml(COLLECTION, target, version="1.0")
    found = read_rekordbox_xml(target)
    assert found.playlists == COLLECTION.playlists
    for ours, theirs in zip(COLLECTION.tracks, found.tracks, strict=True):
        assert theirs.grid == ours.grid
        assert [(c.kind, c.start, c.end, c.name, c.number) for c in theirs.cues] == [
            (c.kind, c.start, c.end, c.name, c.number) for c in ours.cues]
        for name in ("location", "title", "artist", "album", "genre", "comment", "composer", "remixer", "label",
                     "grouping", "key", "bpm", "year", "track_number", "disc_number", "duration", "size", "bitrate",
                     "sample_rate", "rating", "play_count", "added", "kind"):
            assert getattr(theirs, name) == getattr(ours, name), name
    assert found.tracks[0].cues[0].colour == (204, 0, 0)
    assert found.tracks[0].cues[1].colour is None, "memory cues have no colour of their own"


def test_rekordbox_xml_read_by_pyrekordbox_is_equal(tmp_path: Path) -> None:
    """The collection, grids of several stretches, cues with names, kinds and colours, and the tree of playlists."""
    rbxml = pytest.importorskip("pyrekordbox.rbxml", reason="the dev extra brings pyrekordbox")
    target = tmp_path / "rekordbox.xml"
    write_rekordbox_xml(COLLECTION, target)
    theirs = rbxml.RekordboxXml(target)
    assert theirs.num_tracks == len(COLLECTION.tracks)
    marks = {"cue": "cue", "fade-in": "fadein", "fade-out": "fadeout", "load": "load", "loop": "loop"}
    for number, ours in enumerate(COLLECTION.tracks, 1):
        track = theirs.get_track(TrackID=number)
        assert (track["Name"], track["Artist"], track["Album"], track["Genre"], track["Comments"]) == (
            ours.title, ours.artist, ours.album, ours.genre, ours.comment)
        assert track["Tonality"] == ours.key
        assert track["Rating"] == (ours.rating or 0)
        assert track["AverageBpm"] == pytest.approx(ours.bpm or 0.0)
        if "\udcff" not in ours.location:  # pyrekordbox cannot say bytes that are no text
            assert "/" + track["Location"] == ours.location
        assert [(t["Inizio"], t["Bpm"], t["Metro"], t["Battito"]) for t in track.tempos] == [
            (m.start, m.bpm, f"{m.beats_per_bar}/4", m.beat) for m in ours.grid]
        assert [(m["Type"], m["Start"], m.get("End"), m["Name"], m["Num"]) for m in track.marks] == [
            (marks[c.kind], c.start, c.end, c.name, c.number) for c in ours.cues]
        for mark, cue in zip(track.marks, ours.cues, strict=True):
            if cue.colour:
                assert [mark._element.attrib[n] for n in ("Red", "Green", "Blue")] == [str(v) for v in cue.colour]
    root = theirs.root_playlist_folder
    assert [node.name for node in root.get_playlists()] == ["Friday", "Sets"]
    assert theirs.get_playlist("Friday").get_tracks() == [3, 1, 1]
    assert theirs.get_playlist("Sets", "Inner & more").get_tracks() == [2]
    assert theirs.get_playlist("Sets").count == 2


def test_what_pyrekordbox_writes_is_read(tmp_path: Path) -> None:
    rbxml = pytest.importorskip("pyrekordbox.rbxml", reason="the dev extra brings pyrekordbox")
    theirs = rbxml.RekordboxXml(name="rekordbox", version="6", company="x")
    track = theirs.add_track("/Users/ada/a b.mp3", Name="T", Artist="A", AverageBpm=128.0, Rating=255)
    track.add_tempo(0.5, 128.0, "4/4", 2)
    track.add_mark("hot", "loop", 1.0, 2.0, 3)
    theirs.add_playlist_folder("F").add_playlist("P").add_track(track.TrackID)
    theirs.add_playlist("Q", keytype="Location").add_track(track._element.attrib["Location"])
    target = tmp_path / "theirs.xml"
    theirs.save(target)
    found = read_rekordbox_xml(target)
    [ours] = found.tracks
    assert (ours.title, ours.bpm, ours.rating, os.path.basename(ours.location)) == ("T", 128.0, 5, "a b.mp3")
    assert ours.grid == (TempoMark(0.5, 128.0, 4, 2),)
    assert ours.cues == (DjCue("loop", 1.0, 2.0, "hot", 3),)
    assert found.playlists == (DjPlaylist("F", children=(DjPlaylist("P", (0,)),), is_folder=True),
                               DjPlaylist("Q", (0,)))


@pytest.mark.parametrize("path", ["/a/b.mp3", ODD, "/x/\udcff.mp3", "/50% off.mp3", "/Users/a/ü.mp3", "/a?b#c.mp3",
                                  "C:/Music/a b.mp3"])
def test_locations(path: str) -> None:
    assert path_of(location_of(path)) == path
    assert location_of(path).isascii()


def test_other_forms_of_locations() -> None:
    assert path_of("file:///C:/Music/a%20b.mp3") == "C:/Music/a b.mp3"
    assert path_of("file://localhost/C:/Music/a.mp3") == "C:/Music/a.mp3"
    assert path_of("soundcloud:tracks:1") == "soundcloud:tracks:1"


def test_text_that_xml_cannot_hold(tmp_path: Path) -> None:
    target = tmp_path / "x.xml"
    write_rekordbox_xml(DjCollection("x", (DjTrack("/a.mp3", "a\x00b\x0b\ud800c\uffff"),),
                                     (DjPlaylist("\x01p", (0, 5, -1)),)), target)
    found = read_rekordbox_xml(target)
    assert found.tracks[0].title == "abc"
    assert found.playlists == (DjPlaylist("p", (0,)),)


# -- XML made to do harm --

LAUGHS = ('<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
          + "".join(f'<!ENTITY lol{n} "' + f"&lol{n - 1 or ''};" * 10 + '">' for n in range(1, 10))
          + ']><DJ_PLAYLISTS Version="1.0.0"><PRODUCT Name="&lol9;"/></DJ_PLAYLISTS>')
HARM = {
    "laughs": LAUGHS.encode(),
    "laughs in UTF-16": LAUGHS.encode("utf-16"),
    "outside": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><DJ_PLAYLISTS>&e;</DJ_PLAYLISTS>',
    "plain type": b"<!DOCTYPE DJ_PLAYLISTS><DJ_PLAYLISTS/>",
    "deep": b"<DJ_PLAYLISTS>" + b"<NODE>" * 5000,
    "empty": b"",
    "binary": bytes(range(256)) * 4,
    "cut": b'<DJ_PLAYLISTS><COLLECTION><TRACK Name="x">',
    "html": b"<!doctype html><html></html>",
    "another XML": b"<rss/>",
    "a zip": b"PK\x03\x04" + b"\0" * 100,
}


@pytest.mark.parametrize("name", HARM)
@pytest.mark.parametrize("read", [read_rekordbox_xml, read_traktor_nml], ids=["rekordbox", "traktor"])
def test_xml_made_to_do_harm(tmp_path: Path, name: str, read) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes(HARM[name])
    with pytest.raises(ImportRefused) as said:
        read(path)
    assert said.value.message


def test_files_that_are_too_large_or_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    huge = tmp_path / "huge.xml"
    with huge.open("wb") as out:
        out.truncate(2_000_000_000)
    for read in (read_rekordbox_xml, read_traktor_nml, read_list, read_cue_sheet, read_mixxx):
        with pytest.raises(ImportRefused):
            read(huge)
        with pytest.raises(StorageError):
            read(tmp_path / "gone.xml")
        with pytest.raises(ImportRefused):
            read(tmp_path)
    monkeypatch.setattr(safe_xml, "MOST_ELEMENTS", 10)
    long = tmp_path / "long.xml"
    long.write_bytes(b"<DJ_PLAYLISTS>" + b"<a/>" * 20 + b"</DJ_PLAYLISTS>")
    with pytest.raises(ImportRefused, match="too long"):
        read_rekordbox_xml(long)


def test_nonsense_in_attributes_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_text("""<DJ_PLAYLISTS><COLLECTION><TRACK TrackID="1" Name="x" Rating="9999999999999999999999" Year="soon"
      AverageBpm="NaN" TotalTime="inf" PlayCount="-5" BitRate="1e999">
      <TEMPO Inizio="0" Bpm="0"/><TEMPO Bpm="120"/><TEMPO Inizio="1" Bpm="120" Metro="abc" Battito="77"/>
      <POSITION_MARK Type="9" Start="1"/><POSITION_MARK Type="0" Start="x"/>
      <POSITION_MARK Type="0" Start="2" Num="-7" Red="300" Green="1" Blue="1"/></TRACK></COLLECTION>
      <PLAYLISTS><NODE Type="0" Name="ROOT"><NODE Type="1" Name="p" KeyType="0"><TRACK Key="99"/><TRACK/></NODE></NODE>
      </PLAYLISTS></DJ_PLAYLISTS>""")
    found = read_rekordbox_xml(path)
    [track] = found.tracks
    assert (track.year, track.bpm, track.duration, track.play_count, track.rating) == (None, None, None, 0, None)
    assert track.grid == (TempoMark(1.0, 120.0, 4, 1),)
    assert track.cues == (DjCue("cue", 2.0, None, "", -1),)
    assert found.playlists == (DjPlaylist("p"),)


# -- grids --


def test_grids_of_several_stretches_become_marks_and_come_back() -> None:
    marks = (TempoMark(0.25, 120.0, 4, 3), TempoMark(20.25, 125.0, 4, 1), TempoMark(39.45, 90.0, 4, 2))
    payload = grid_of_marks(marks, 100.0)
    assert payload["tempo"] == 90.0
    assert payload["downbeats"][0] == 1.25
    assert marks_of_grid(payload) == marks
    del payload["segments"]
    found = marks_of_grid(payload)
    assert [m.beat for m in found] == [3, 1, 2]
    for ours, theirs in zip(marks, found, strict=True):
        assert theirs.start == pytest.approx(ours.start, abs=0.01)
        assert theirs.bpm == pytest.approx(ours.bpm, rel=1e-4)


def test_bars_that_begin_anew_get_a_mark() -> None:
    beats = [n * 0.5 for n in range(16)]
    payload = {"beats": beats, "downbeats": [beats[n] for n in (0, 4, 8, 10, 14)], "beats_per_bar": 4}
    assert [(m.start, m.beat) for m in marks_of_grid(payload)] == [(0.0, 1), (5.0, 1)]
    assert marks_of_grid({"grid": payload}) == marks_of_grid(payload)
    assert marks_of_grid({}) == ()
    assert marks_of_grid({"beats": [1.0]}) == ()
    assert [m.beat for m in marks_of_grid({"beats": beats, "downbeats": [beats[3]], "beats_per_bar": 3})] == [1]


@given(st.lists(st.tuples(st.floats(60, 200), st.integers(4, 40)), min_size=1, max_size=5), st.integers(1, 7))
def test_any_tempo_map_survives_as_marks(stretches: list[tuple[float, int]], bar: int) -> None:
    """Every beat of the grid is where the marks say, whatever the stretches."""
    beats, at = [], 0.1
    for bpm, count in stretches:
        for _ in range(count):
            beats.append(round(at, 6))
            at += 60.0 / bpm
    marks = marks_of_grid({"beats": beats, "downbeats": beats[::bar], "beats_per_bar": bar})
    again = grid_of_marks(marks, beats[-1] + 0.01)["beats"]
    assert len(again) == len(beats)
    assert max(abs(a - b) for a, b in zip(again, beats, strict=True)) < 0.02


# -- lists --


@pytest.mark.parametrize("relative", [True, False])
def test_m3u8_comes_back(tmp_path: Path, relative: bool) -> None:
    folder = tmp_path / "music"
    files = [ListedFile(str(folder / "a.mp3"), "Title - more", "Ada", 241.4),
             ListedFile(str(folder / "sub" / "#odd ünï.flac"), "x\ny"),
             ListedFile(str(folder) + "/bad\udcff.mp3", "z"), ListedFile(str(folder / "line\u2028 end.mp3"), "t")]
    target = tmp_path / "lists" / "Friday.m3u8"
    write_m3u8(files, target, relative=relative, name="Friday night")
    assert (b"../music" in target.read_bytes()) == relative
    found = read_list(target)
    assert [t.location for t in found.tracks] == [f.path for f in files]
    assert [(t.artist, t.title, t.duration) for t in found.tracks[:2]] == [("Ada", "Title - more", 241.0),
                                                                          ("", "x y", None)]
    assert found.playlists == (DjPlaylist("Friday night", (0, 1, 2, 3)),)


@pytest.mark.parametrize(("name", "raw"), [
    ("a.m3u", "#EXTM3U\r\n#EXTINF:12,Ü - x\r\nmüsic.mp3\r\n".encode("cp1252")),
    ("a.m3u", "#EXTM3U\n#EXTINF:12,Ü - x\nmüsic.mp3".encode("utf-8-sig")),
    ("a.m3u", "#EXTM3U\n#EXTINF:12,Ü - x\nmüsic.mp3".encode("utf-16")),
    ("a.m3u", "#EXTM3U\r#EXTINF:12.4,Ü - x\rmüsic.mp3".encode()),
    ("a.pls", "[playlist]\nFile1=müsic.mp3\nTitle1=Ü - x\nLength1=12\nNumberOfEntries=1".encode()),
    ("a.m3u", "[playlist]\nfile1=müsic.mp3\ntitle1=Ü - x\nlength1=12".encode()),
])
def test_lists_of_many_programs(tmp_path: Path, name: str, raw: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(raw)
    [track] = read_list(path).tracks
    assert (track.location, track.artist, track.title) == (str(tmp_path / "müsic.mp3"), "Ü", "x")
    assert track.duration == pytest.approx(12.0, abs=0.5)


def test_lines_that_are_no_files(tmp_path: Path) -> None:
    path = tmp_path / "a.m3u8"
    path.write_text("http://radio.example/stream\nfile:///music/a%20b.mp3\nsub\\win.mp3\nC:\\Music\\x.mp3\n\n# note\n"
                    + "x" * 20_000 + "\n../up.mp3\n")
    found = read_list(path)
    assert [t.location for t in found.tracks] == ["/music/a b.mp3", str(tmp_path / "sub/win.mp3"), "C:\\Music\\x.mp3",
                                                  str(tmp_path.parent / "up.mp3")]
    assert found.notes == ("2 addresses of streams were left out.",)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_refused(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    folder = tmp_path_factory.mktemp("lists")
    for name, read in (("a.m3u", read_list), ("a.pls", read_list), ("a.cue", read_cue_sheet),
                       ("a.nml", read_traktor_nml)):
        path = folder / name
        path.write_bytes(raw)
        try:
            read(path)
        except PodMixError:
            pass


def test_cue_sheets(tmp_path: Path) -> None:
    sheet = CueSheet("mix \u201cone\u201d.flac", (CueTrack(0.0, "First", "Ada"), CueTrack(245.52, 'Second "x"', ""),
                                                  CueTrack(6000.0, "", "Ben", "other.mp3")), "Friday", "DJ Ö")
    target = tmp_path / "mix.cue"
    write_cue_sheet(sheet, target)
    found = read_cue_sheet(target)
    assert (found.file, found.title, found.performer) == (sheet.file, "Friday", "DJ Ö")
    assert [(t.title, t.performer, t.file) for t in found.tracks] == [("First", "Ada", ""), ("Second 'x'", "", ""),
                                                                     ("", "Ben", "other.mp3")]
    assert [t.start for t in found.tracks] == pytest.approx([0.0, 245.52, 6000.0], abs=1 / 150)
    assert cue_time(6000.0) == "100:00:00"
    assert cue_time(1 / 75) == "00:00:01"
    target.write_text("just words\n")
    with pytest.raises(ImportRefused):
        read_cue_sheet(target)


# -- Traktor --

NML = """<?xml version="1.0" encoding="UTF-8"?><NML VERSION="19"><HEAD/><COLLECTION ENTRIES="2">
<ENTRY TITLE="Night" ARTIST="Ada"><LOCATION DIR="/:Users/:ada/:Music/:" FILE="a.mp3" VOLUME="Macintosh HD"/>
<ALBUM TITLE="Harbour" TRACK="3"/><INFO BITRATE="320000" GENRE="House" COMMENT="c" KEY="1m" PLAYTIME="241" RANKING="204"
 PLAYCOUNT="7" IMPORT_DATE="2024/3/9" RELEASE_DATE="2019/1/1" FILESIZE="9000"/><TEMPO BPM="128.000" BPM_QUALITY="100"/>
<MUSICAL_KEY VALUE="21"/><CUE_V2 NAME="AutoGrid" TYPE="4" START="500" LEN="0" HOTCUE="-1"/>
<CUE_V2 NAME="Beat Marker" TYPE="4" START="60500" LEN="0" HOTCUE="0"/>
<CUE_V2 NAME="drop" TYPE="0" START="30500.25" LEN="0" HOTCUE="1"/>
<CUE_V2 NAME="n.n." TYPE="5" START="40000" LEN="7500" HOTCUE="2"/></ENTRY>
<ENTRY TITLE="Win"><LOCATION DIR="/:Music/:" FILE="b.mp3" VOLUME="D:"/></ENTRY></COLLECTION>
<PLAYLISTS><NODE TYPE="FOLDER" NAME="$ROOT"><SUBNODES COUNT="3"><NODE TYPE="PLAYLIST" NAME="_LOOPS"><PLAYLIST/></NODE>
<NODE TYPE="FOLDER" NAME="Sets"><SUBNODES><NODE TYPE="PLAYLIST" NAME="Fri"><PLAYLIST>
<ENTRY><PRIMARYKEY TYPE="TRACK" KEY="D:/:Music/:b.mp3"/></ENTRY>
<ENTRY><PRIMARYKEY TYPE="TRACK" KEY="Macintosh HD/:Users/:ada/:Music/:a.mp3"/></ENTRY>
<ENTRY><PRIMARYKEY TYPE="TRACK" KEY="gone"/></ENTRY></PLAYLIST></NODE></SUBNODES></NODE></SUBNODES></NODE></PLAYLISTS>
</NML>"""


def test_traktor(tmp_path: Path) -> None:
    path = tmp_path / "collection.nml"
    path.write_text(NML)
    found = read_traktor_nml(path)
    first, second = found.tracks
    assert (first.location, second.location) == ("/Users/ada/Music/a.mp3", "D:/Music/b.mp3")
    assert (first.title, first.key, first.bpm, first.rating, first.added, first.year) == (
        "Night", "Am", 128.0, 4, "2024-03-09", 2019)
    assert first.grid == (TempoMark(0.5, 128.0), TempoMark(60.5, 128.0))
    assert first.cues == (DjCue("cue", 30.50025, None, "drop", 1), DjCue("loop", 40.0, 47.5, "", 2),
                          DjCue("cue", 60.5, None, "", 0))
    assert found.playlists == (DjPlaylist("Sets", children=(DjPlaylist("Fri", (1, 0)),), is_folder=True),)
    assert traktor_location("USB", "/:a/:", "b.mp3") == "/Volumes/USB/a/b.mp3"


# -- Mixxx --


def mixxx_library(path: Path) -> None:
    def field(number: int, body: bytes) -> bytes:
        return bytes([number << 3 | 2, len(body)]) + body

    def frame(value: int) -> bytes:
        out = b"\x08"
        while value >= 0x80:
            out += bytes([value & 0x7F | 0x80])
            value >>= 7
        return out + bytes([value])

    grid = field(1, b"\x09" + struct.pack("<d", 128.0)) + field(2, frame(22_050))
    beat_map = b"".join(field(1, frame(n * 22_050 + 4_410)) for n in range(20))
    connection = sqlite3.connect(path)
    connection.executescript("""
        CREATE TABLE track_locations (id INTEGER PRIMARY KEY, location TEXT);
        CREATE TABLE library (id INTEGER PRIMARY KEY, location INTEGER, artist, title, album, year, genre, tracknumber,
            comment, bitrate, samplerate, duration, bpm, rating, key, timesplayed, beats BLOB, beats_version, grouping,
            composer, datetime_added, mixxx_deleted INTEGER);
        CREATE TABLE cues (id INTEGER PRIMARY KEY, track_id, type, position, length, hotcue, label, color);
        CREATE TABLE crates (id INTEGER PRIMARY KEY, name); CREATE TABLE crate_tracks (crate_id, track_id);
        CREATE TABLE Playlists (id INTEGER PRIMARY KEY, name, position, hidden);
        CREATE TABLE PlaylistTracks (playlist_id, track_id, position);""")
    connection.executemany("INSERT INTO track_locations VALUES (?, ?)", [(1, "/music/a.mp3"), (2, "/music/b.mp3"),
                                                                         (3, "/music/gone.mp3")])
    row = "INSERT INTO library VALUES (" + ",".join("?" * 22) + ")"
    connection.execute(row, (1, 1, "Ada", "Night", "H", "2019-01", "House", "3/9", "c", 320, 44100, 241.0, 128.0, 4,
                             "Am", 7, grid, "BeatGrid-2.0", "g", "Cleo", "2024-03-09T10:00:00", 0))
    connection.execute(row, (2, 2, None, b"\xff", None, None, None, None, None, None, None, None, "x", None, None, None,
                             beat_map, "BeatMap-1.0", None, None, None, 0))
    connection.execute(row, (3, 3, *[None] * 19, 1))
    connection.executemany("INSERT INTO cues VALUES (?,?,?,?,?,?,?,?)", [
        (1, 1, 1, 88_200.0, 0, 0, "drop", 0xCC0044), (2, 1, 4, 176_400.0, 88_200.0, 1, "", None),
        (3, 1, 7, -1, 0, -1, "", None), (4, 1, 8, 1.0, 0, -1, "", None)])
    connection.executescript("INSERT INTO crates VALUES (1, 'Peak'); INSERT INTO crate_tracks VALUES (1, 2), (1, 99);"
                             "INSERT INTO Playlists VALUES (1, 'Fri', 1, 0), (2, 'history', 2, 2);"
                             "INSERT INTO PlaylistTracks VALUES (1, 2, 1), (1, 1, 2)")
    connection.commit()
    connection.close()


def test_mixxx(tmp_path: Path) -> None:
    path = tmp_path / "mixxxdb.sqlite"
    mixxx_library(path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    before = path.read_bytes()
    found = read_mixxx(path)
    first, second = found.tracks
    assert (first.location, first.title, first.bpm, first.rating, first.key, first.track_number) == (
        "/music/a.mp3", "Night", 128.0, 4, "Am", 3)
    assert first.grid == (TempoMark(0.5, 128.0),)
    assert first.cues == (DjCue("cue", 1.0, None, "drop", 0, (204, 0, 68)), DjCue("loop", 2.0, 3.0, "", 1))
    assert [round(m.bpm, 3) for m in second.grid] == [120.0]
    assert found.playlists == (DjPlaylist("Fri", (1, 0)), DjPlaylist("Crates", children=(DjPlaylist("Peak", (1,)),),
                                                                    is_folder=True))
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["mixxxdb.sqlite"]


@pytest.mark.parametrize("cut", [16, 100, 1000, 5000])
def test_damaged_libraries_of_mixxx(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "mixxxdb.sqlite"
    mixxx_library(path)
    raw = path.read_bytes()
    path.write_bytes(raw[:cut])
    with pytest.raises(ImportRefused):
        read_mixxx(path)
    path.write_bytes(raw[:100] + bytes(len(raw) - 100))
    with pytest.raises(ImportRefused):
        read_mixxx(path)
    path.write_bytes(b"not a database at all")
    with pytest.raises(ImportRefused):
        read_mixxx(path)
    path.unlink()
    sqlite3.connect(path).executescript("CREATE TABLE x (y)").connection.close()
    with pytest.raises(ImportRefused, match="no library of Mixxx"):
        read_mixxx(path)


# -- Serato --


def markers2(*entries: tuple[bytes, bytes]) -> bytes:
    body = b"\x01\x01" + b"".join(n + b"\0" + len(d).to_bytes(4, "big") + d for n, d in entries) + b"\0"
    return b"\x01\x01" + base64.b64encode(body).rstrip(b"=") + b"\0" * 20


CUE = b"\0\x02" + (15_250).to_bytes(4, "big") + b"\0\xcc\x88\x00\0\0drop\0"
LOOP = (b"\0\x01" + (20_000).to_bytes(4, "big") + (27_500).to_bytes(4, "big") + b"\xff" * 4 + b"\0\x27\xaa\xe1\0\x01"
        + "schläng".encode() + b"\0")
GRID = b"\x01\x00" + (3).to_bytes(4, "big") + struct.pack(">fI", 0.5, 64) + struct.pack(">fI", 30.5, 64) + struct.pack(
    ">ff", 60.5, 140.0) + b"\0"


def test_serato_frames() -> None:
    cues = read_markers2(markers2((b"COLOR", b"\0\xff\xff\xff"), (b"CUE", CUE), (b"LOOP", LOOP), (b"BPMLOCK", b"\0")))
    assert cues == [DjCue("cue", 15.25, None, "drop", 2, (204, 136, 0)),
                    DjCue("loop", 20.0, 27.5, "schläng", 1, (0x27, 0xAA, 0xE1))]
    assert read_beatgrid(GRID) == (TempoMark(0.5, 128.0), TempoMark(30.5, 128.0), TempoMark(60.5, 140.0))

    def seven(value: int) -> bytes:
        return bytes((value >> shift) & 0x7F for shift in (21, 14, 7, 0))

    entry = b"\0" + seven(15_000) + b"\x7f" + b"\x7f" * 4 + b"\0" + b"\x7f" * 5 + seven(0xCC0000) + b"\x01\0"
    unset = b"\x7f" * 22
    old = b"\x02\x05" + (14).to_bytes(4, "big") + unset * 2 + entry + unset * 11 + seven(0xFFFFFF)
    assert read_markers(old) == [DjCue("cue", 15.0, None, "", 2, (204, 0, 0))]
    marks = serato_marks({"Serato Markers2": markers2((b"CUE", CUE)), "Serato Markers_": old, "Serato BeatGrid": GRID})
    assert marks is not None
    assert marks.cues == (DjCue("cue", 15.0, None, "drop", 2, (204, 0, 0)),), "the old frame wins, the name stays"
    assert serato_marks({}) is None


def test_serato_in_files(tmp_path: Path) -> None:
    from mutagen.flac import FLAC
    from mutagen.id3 import GEOB, ID3
    from mutagen.mp4 import MP4, MP4FreeForm

    frame = markers2((b"CUE", CUE))
    wrapped = base64.b64encode(b"application/octet-stream\0\0Serato Markers2\0" + frame)
    mp3 = put(tmp_path, "a.mp3")
    tags = ID3(mp3)
    tags.add(GEOB(encoding=0, mime="application/octet-stream", filename="", desc="Serato Markers2", data=frame))
    tags.add(GEOB(encoding=0, mime="application/octet-stream", filename="", desc="Serato BeatGrid", data=GRID))
    tags.save(mp3)
    flac = FLAC(put(tmp_path, "a.flac"))
    flac["SERATO_MARKERS_V2"] = b"\n".join(wrapped[n:n + 72] for n in range(0, len(wrapped), 72)).decode()
    flac.save()
    m4a = MP4(put(tmp_path, "a.m4a"))
    m4a["----:com.serato.dj:markersv2"] = [MP4FreeForm(wrapped)]
    m4a.save()
    for path in (mp3, tmp_path / "a.flac", tmp_path / "a.m4a"):
        marks = read_file(path).marks
        assert marks is not None
        assert marks.cues == (DjCue("cue", 15.25, None, "drop", 2, (204, 136, 0)),)
    marks = read_file(mp3).marks
    assert marks is not None
    assert len(marks.grid) == 3


@given(st.binary(max_size=200), st.sampled_from([b"", b"\x01\x01", b"\x02\x05", b"\x01\x00"]))
def test_any_bytes_in_serato_frames(body: bytes, version: bytes) -> None:
    for read in (read_markers2, read_markers, read_beatgrid):
        read(version + body)
    read_markers2(b"\x01\x01" + base64.b64encode(version + body))
    read_crate(b"vrsn" + body)


def test_serato_crates() -> None:
    def tagged(name: bytes, body: bytes) -> bytes:
        return name + len(body).to_bytes(4, "big") + body

    tracks = [tagged(b"otrk", tagged(b"ptrk", p.encode("utf-16-be"))) for p in ("Users/ada/ü.mp3", "b.mp3")]
    data = tagged(b"vrsn", "1.0/Serato ScratchLive Crate".encode("utf-16-be")) + b"".join(tracks)
    assert read_crate(data) == ["Users/ada/ü.mp3", "b.mp3"]
    assert read_crate(b"junk") == []


# -- matching --


def test_locations_of_other_machines() -> None:
    library = {"/home/ada/Music/House/a.mp3": TrackId(1), "/home/ada/Music/Dub/a.mp3": TrackId(2),
               "/home/ada/Music/Dub/Ünï.mp3": TrackId(3), "/x/one/same.mp3": TrackId(4), "/x/two/same.mp3": TrackId(5)}
    matcher = Matcher(library)
    for location, found in (("/home/ada/Music/Dub/a.mp3", 2), ("C:\\Users\\Ada\\Music\\House\\A.MP3", 1),
                            ("/Volumes/USB/Dub/U\u0308ni\u0308.mp3", 3), ("/other/a.mp3", None),
                            ("/three/same.mp3", None), ("two/same.mp3", 5), ("nothing.mp3", None), ("", None)):
        assert matcher.find(location) == found, location
