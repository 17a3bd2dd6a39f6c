# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of every format: read under common names, written without touching the sound; files made to break readers."""

from __future__ import annotations

import contextlib
import os
import shutil
import struct
import zlib
from pathlib import Path

import mutagen
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen import id3
from mutagen.flac import FLAC, Picture
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4, MP4Cover, MP4FreeForm
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis

from podmix.errors import AudioError, StorageError
from podmix.music import tag_fields as fields
from podmix.music.interop.key_notation import KeyNotation
from podmix.music.tag_formats import LARGEST_UNPACKED
from podmix.music.tag_writing import TagChanges, write_tags
from podmix.music.tags import read_file, read_picture
from tests.music.sound_files import FORMATS, TAGGED, decoded, encoded, picture, put


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_tells_how_long_it_is(tmp_path: Path, suffix: str) -> None:
    says = read_file(put(tmp_path, f"tone{suffix}"))
    assert says.sound.duration == pytest.approx(1.0, abs=0.06)
    assert (says.sound.format, says.sound.channels) == (suffix[1:], 2)
    assert says.sound.sample_rate in (44_100, 48_000)
    assert says.sound.bitrate > 10_000
    assert len(says.fingerprint) == 16
    assert says.marks is None


def test_id3_as_dj_programs_write_it(tmp_path: Path) -> None:
    path = put(tmp_path, "a.mp3")
    cover = picture()
    file = MP3(path)
    file.tags.clear()
    for frame in (id3.TIT2(text=["Night\nTrain"]), id3.TPE1(text=["Ada", "Ben"]), id3.TPE2(text=["Various"]),
                  id3.TALB(text=["Harbour"]), id3.TCON(text=["(18)"]), id3.TDRC(text=["2019-05-03"]),
                  id3.TRCK(text=["3/12"]), id3.TPOS(text=["1/2"]), id3.TBPM(text=["127.97"]), id3.TKEY(text=["F#m"]),
                  id3.COMM(lang="eng", desc="", text=["11A - 7 - played a lot"]),
                  id3.COMM(lang="eng", desc="iTunNORM", text=["00000"]),
                  id3.TXXX(desc="replaygain_track_gain", text=["-7.03 dB"]),
                  id3.TXXX(desc="REPLAYGAIN_TRACK_PEAK", text=["0.98"]), id3.TXXX(desc="label", text=["Pier"]),
                  id3.POPM(email="rating@example.org", rating=196, count=3), id3.TPE4(text=["Cleo"]),
                  id3.APIC(mime="image/png", type=4, desc="back", data=b"\x89PNG back"),
                  id3.APIC(mime="image/jpeg", type=3, desc="front", data=cover)):
        file.tags.add(frame)
    file.save()
    tags = read_file(path).tags
    assert (tags.title, tags.artist, tags.album_artist, tags.album) == ("Night Train", "Ada, Ben", "Various", "Harbour")
    assert (tags.genre, tags.year, tags.track_number, tags.disc_number) == ("Techno", 2019, 3, 1)
    assert (tags.bpm, tags.key, tags.energy, tags.rating) == (127.97, "F# minor", 7.0, 4)
    assert (tags.track_gain, tags.track_peak, tags.label, tags.remixer) == (-7.03, 0.98, "Pier", "Cleo")
    assert tags.comment == "11A - 7 - played a lot"
    assert tags.art
    assert read_picture(path) == cover


def test_comments_atoms_and_opus_gain(tmp_path: Path) -> None:
    flac = FLAC(put(tmp_path, "a.flac"))
    flac.update({"TITLE": "One", "ARTIST": ["A", "B"], "INITIALKEY": "8A", "BPM": "174", "ENERGYLEVEL": "6",
                 "RATING": "80", "DATE": "1999"})
    cover = Picture()
    cover.type, cover.mime, cover.data = 3, "image/jpeg", picture()
    flac.add_picture(cover)
    flac.save()
    tags = read_file(Path(flac.filename)).tags
    assert (tags.artist, tags.key, tags.bpm) == ("A, B", "A minor", 174)
    assert (tags.energy, tags.rating, tags.year) == (6, 4, 1999)
    assert read_picture(Path(flac.filename)) == cover.data

    opus = OggOpus(put(tmp_path, "a.opus"))
    opus.update({"TITLE": "Two", "R128_TRACK_GAIN": "-2048", "R128_ALBUM_GAIN": "256"})
    opus.save()
    tags = read_file(Path(opus.filename)).tags
    assert (tags.track_gain, tags.album_gain) == (-3.0, 6.0)

    m4a = MP4(put(tmp_path, "a.m4a"))
    m4a.tags.clear()
    m4a.tags.update({"\xa9nam": ["Three"], "tmpo": [128], "trkn": [(4, 9)], "covr": [MP4Cover(picture())],
                     "----:com.apple.iTunes:initialkey": [MP4FreeForm(b"1m")],
                     "----:com.apple.iTunes:BPM": [MP4FreeForm(b"127.5")]})
    m4a.save()
    tags = read_file(Path(m4a.filename)).tags
    assert (tags.title, tags.bpm, tags.key, tags.track_number) == ("Three", 127.5, "A minor", 4)
    assert tags.art == read_file(Path(flac.filename)).tags.art, "one cover, one digest"


CHANGES = TagChanges(bpm=127.97, key="8A", track_gain=-7.25, track_peak=0.9, album_gain=-6.5, rating=4)


@pytest.mark.parametrize("suffix", TAGGED)
@pytest.mark.parametrize("tagged", [False, True], ids=["bare", "tagged"])
def test_writing_keeps_the_sound_the_other_tags_and_the_times(tmp_path: Path, suffix: str, tagged: bool) -> None:
    path = put(tmp_path, f"tone{suffix}")
    if tagged:
        file = mutagen.File(path, easy=True)
        if file.tags is None:
            file.add_tags()
        if suffix in (".wav", ".aiff"):
            file.tags.add(id3.TIT2(text=["Old"]))
            file.tags.add(id3.TXXX(desc="mine", text=["kept"]))
        else:
            file["Title" if suffix in (".wma", ".wv") else "title"] = "Old"
        file.save()
    os.utime(path, ns=(1_600_000_000_000_000_000, 1_600_000_000_000_000_000))
    path.chmod(0o640)
    before, samples = read_file(path), decoded(path)
    stat = path.stat()
    written = write_tags(path, CHANGES)
    says = read_file(path)
    assert says == written
    assert says.fingerprint == before.fingerprint
    assert np.array_equal(decoded(path), samples)
    assert (says.tags.bpm, says.tags.key, says.tags.rating) == (127.97, "A minor", 4)
    assert says.tags.track_gain == pytest.approx(-7.25, abs=0.01)
    assert says.tags.album_gain == pytest.approx(-6.5, abs=0.01)
    assert says.tags.title == before.tags.title
    assert (path.stat().st_mtime_ns, path.stat().st_mode) == (stat.st_mtime_ns, stat.st_mode)
    assert [p.name for p in tmp_path.iterdir()] == [path.name], "nothing is left beside it"
    again = write_tags(path, TagChanges(key="F# major", rating=0), notation=KeyNotation.OPEN)
    assert (again.tags.key, again.tags.bpm, again.tags.rating) == ("F# major", 127.97, None)
    assert again.fingerprint == before.fingerprint


@pytest.mark.parametrize("version", [2, 3, 4])
def test_id3_keeps_its_version_and_every_other_frame(tmp_path: Path, version: int) -> None:
    path = put(tmp_path, "a.mp3")
    if version == 2:
        frame = b"TT2" + (5).to_bytes(3, "big") + b"\0Old\0" + b"TBP" + (4).to_bytes(3, "big") + b"\x00120"
        head = b"ID3\x02\0\0" + bytes([0, 0, 0, len(frame)])
        path.write_bytes(head + frame + path.read_bytes())
    else:
        def frame(name: bytes, body: bytes) -> bytes:
            return name + len(body).to_bytes(4, "big") + b"\0\0" + body  # sizes below 128 read alike in both versions

        body = (frame(b"TIT2", b"\0Old") + frame(b"XABC", b"own bytes \xff\x00") + frame(b"TYER", b"\x001999")
                + frame(b"PRIV", b"owner\0\x01\x02") + frame(b"TBPM", b"\x00120"))
        path.write_bytes(b"ID3" + bytes([version, 0, 0, 0, 0, 0, len(body)]) + body + path.read_bytes())
    end = b"TAG" + b"v1 title".ljust(125, b"\0")
    path.write_bytes(path.read_bytes() + end)
    write_tags(path, TagChanges(bpm=90.0))
    raw = path.read_bytes()
    assert raw.endswith(end), "the old tag at the end is untouched"
    assert raw.count(b"TAGv1 title") == 1
    assert read_file(path).tags.bpm == 90.0
    assert read_file(path).tags.title == "Old"
    if version > 2:
        assert raw[3] == version
        for kept in (b"TIT2", b"own bytes \xff\x00", b"TYER", b"owner\0\x01\x02"):
            assert kept in raw


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    path = put(tmp_path, "real/a.flac")
    link = tmp_path / "link.flac"
    link.symlink_to(path)
    write_tags(link, TagChanges(bpm=120.0))
    assert link.is_symlink()
    assert read_file(path).tags.bpm == 120.0


@pytest.mark.parametrize(("changes", "word"), [(TagChanges(bpm=0.0), "tempo"), (TagChanges(key="loud"), "no key")])
def test_nonsense_is_not_written(tmp_path: Path, changes: TagChanges, word: str) -> None:
    path = put(tmp_path, "a.mp3")
    with pytest.raises(AudioError, match=word):
        write_tags(path, changes)
    assert path.read_bytes() == encoded(".mp3")


def test_refusals_leave_the_file_alone(tmp_path: Path) -> None:
    path = put(tmp_path, "a.aac")
    with pytest.raises(AudioError, match="AAC"):
        write_tags(path, TagChanges(bpm=120.0))
    assert path.read_bytes() == encoded(".aac")
    with pytest.raises(StorageError):
        write_tags(tmp_path / "gone.mp3", TagChanges(bpm=120.0))


def test_a_full_disk_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path, "a.mp3")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(StorageError, match="disk is full"):
        write_tags(path, TagChanges(bpm=120.0))
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp3"]
    assert path.read_bytes() == encoded(".mp3")


# -- hostile files --


def packed_frame(name: bytes, content: bytes) -> bytes:
    """An ID3v2.3 frame packed with zlib."""
    packed = zlib.compress(content, 9)
    return name + (len(packed) + 4).to_bytes(4, "big") + b"\0\x80" + len(content).to_bytes(4, "big") + packed


def with_frames(path: Path, body: bytes) -> Path:
    length = bytes((len(body) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    path.write_bytes(b"ID3\x03\0\0" + length + body + path.read_bytes())
    return path


@pytest.mark.parametrize(("count", "size"), [(1, 80 * 1024 * 1024), (40, 10 * 1024 * 1024)], ids=["one", "many"])
def test_what_would_unpack_to_much_stays_packed(tmp_path: Path, count: int, size: int) -> None:
    """A megabyte of zeros in a kilobyte; a reader that unpacks it all would take a thousand times the file's size."""
    one = packed_frame(b"TIT2" if count == 1 else b"APIC", b"\0" * size)
    path = with_frames(put(tmp_path, "a.mp3"), one * count)
    import tracemalloc

    tracemalloc.start()
    says = read_file(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < (20 * 1024 * 1024 if count == 1 else 3 * LARGEST_UNPACKED)
    assert says.tags.title == ""
    assert says.sound.duration == pytest.approx(1.0, abs=0.06)


def test_a_large_packed_frame_of_true_words_is_read_and_kept(tmp_path: Path) -> None:
    """Larger packed frames were once passed over, with what they said."""
    words = "".join(f"{number:x} " for number in range(60_000))
    frames = packed_frame(b"TIT2", b"\0Low Orbit") + packed_frame(b"COMM", b"\0eng\0" + words.encode())
    path = with_frames(put(tmp_path, "a.mp3"), frames)
    assert len(frames) > 64 * 1024
    says = read_file(path)
    assert says.tags.title == "Low Orbit"
    assert says.tags.comment.startswith("0 1 2 3")


def test_tags_larger_than_sound_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    with path.open("wb") as out:
        out.write(b"ID3\x04\0\0" + bytes([0x7F, 0x7F, 0x7F, 0x7F]))
        out.truncate(300 * 1024 * 1024)
    with pytest.raises(AudioError, match="too large"):
        read_file(path)


@pytest.mark.parametrize("suffix", FORMATS)
def test_cut_and_emptied_files(tmp_path: Path, suffix: str) -> None:
    whole = encoded(suffix)
    for count in (0, 1, 10, 26):
        path = tmp_path / f"cut{count}{suffix}"
        path.write_bytes(whole[:count])
        with pytest.raises(AudioError):
            read_file(path)
    for count in range(30, 600, 7):
        path.write_bytes(whole[:count])
        with contextlib.suppress(AudioError):  # what little is there may be readable
            read_file(path)


@given(data=st.data())
def test_bytes_turned_over_never_break_the_reader(tmp_path_factory: pytest.TempPathFactory,
                                                  data: st.DataObject) -> None:
    suffix = data.draw(st.sampled_from(sorted(FORMATS)))
    raw = bytearray(encoded(suffix))
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.one_of(st.integers(0, 300), st.integers(0, len(raw) - 1)))
        raw[at] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("turned") / f"x{suffix}"
    path.write_bytes(bytes(raw))
    try:
        says = read_file(path)
    except AudioError:
        return
    assert 0.0 < says.sound.duration < 1e7


@pytest.mark.parametrize("content", [b"<html>", b"%PDF-1.4" + b"x" * 4000, b"\0" * 70_000, b"RIFF\xff\xff\xff\xffWAVE",
                                     b"OggS" + b"\0" * 500, b"fLaC" + b"\x84\xff\xff\xff" * 9,
                                     struct.pack(">I4s", 8, b"ftyp") * 500])
def test_what_is_no_music(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.mp3"
    path.write_bytes(content)
    with pytest.raises(AudioError):
        read_file(path)


# -- values --


@pytest.mark.parametrize(("text", "value"), [("128", 128.0), ("127,97", 127.97), ("12800", 128.0), ("0", None),
                                             ("fast", None), ("1500", None), ("19", None), ("", None)])
def test_tempo(text: str, value: float | None) -> None:
    assert fields.tempo([text]) == value
    assert fields.tempo(["128", "127.97"]) == 127.97


@pytest.mark.parametrize(("comment", "key", "energy"), [
    ("8A - 7", "8A", 7.0), ("08A - Energy 6", "8A", 6.0), ("Energy 10", None, 10.0), ("Energy: 3, nice", None, 3.0),
    ("Am - 5", "8A", 5.0), ("12B - 4 - great", "12B", 4.0), ("7", None, None), ("A - Team", None, None),
    ("Energy 11", None, None), ("2 - 7", None, None), ("8A", "8A", None), ("1A/2A - 8", "1A", 8.0)])
def test_key_and_energy_in_comments(comment: str, key: str | None, energy: float | None) -> None:
    found = fields.key([], comment)
    assert (found.camelot if found else None, fields.energy([], comment)) == (key, energy)


def test_ratings_of_many_programs() -> None:
    assert [fields.stars_of_byte(v) for v in (0, 1, 64, 128, 196, 255)] == [None, 1, 2, 3, 4, 5], "Windows"
    assert [fields.stars_of_byte(v) for v in (51, 102, 153, 204, 255)] == [1, 2, 3, 4, 5], "rekordbox"
    assert [fields.stars_of_byte(fields.byte_of_stars(s)) for s in range(6)] == [None, 1, 2, 3, 4, 5]
    told = ("3", "60", "0.6", "0", "255", "x", "1", "1.0")
    assert [fields.stars([t]) for t in told] == [3, 3, 3, None, 5, None, 1, 5]


def test_names_without_tags() -> None:
    assert fields.from_file_name("03 - Ada - Night Train") == ("Ada", "Night Train")
    assert fields.from_file_name("Ada - Night - Train (Mix)") == ("Ada", "Night - Train (Mix)")
    assert fields.from_file_name("night_train") == ("", "night train")
    assert fields.from_file_name("01 - Intro") == ("", "01 - Intro")
    assert fields.from_file_name("bad\udcffname")[1]


@given(st.text(max_size=400))
def test_clean_text_is_one_printable_line(text: str) -> None:
    found = fields.clean(text)
    found.encode("utf-8")
    assert "\n" not in found
    assert "\0" not in found
    assert len(found) <= fields.LONGEST_TEXT


def test_the_first_vorbis_picture(tmp_path: Path) -> None:
    import base64

    file = OggVorbis(put(tmp_path, "a.ogg"))
    cover = Picture()
    cover.type, cover.mime, cover.data = 3, "image/jpeg", picture(200)
    file["metadata_block_picture"] = base64.b64encode(cover.write()).decode()
    before = read_file(Path(file.filename)).fingerprint
    file.save()
    assert read_picture(Path(file.filename)) == cover.data
    assert read_file(Path(file.filename)).fingerprint == before
