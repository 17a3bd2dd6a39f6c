# SPDX-License-Identifier: GPL-3.0-or-later
"""The fingerprint: of the sound alone, whatever happens to tags, covers and names."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import mutagen
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen import apev2, id3
from mutagen.flac import Picture

from podmix.errors import AudioError
from podmix.music.fingerprint import fingerprint, locate
from tests.music.sound_files import FORMATS, TAGGED, encoded, put


def of(path: Path) -> bytes:
    with path.open("rb") as stream:
        return fingerprint(stream, path.stat().st_size)


def dress(path: Path, size: int) -> None:
    """Tags and a cover of ``size`` bytes, large enough to lay out an Ogg file's head anew."""
    cover = Picture()
    cover.type, cover.mime, cover.data = 3, "image/jpeg", bytes(range(256)) * (size // 256)
    file = mutagen.File(path)
    if file.tags is None:
        file.add_tags()
    suffix = path.suffix
    if suffix in (".mp3", ".wav", ".aiff"):
        file.tags.add(id3.TIT2(text=["x" * 100]))
        file.tags.add(id3.APIC(mime="image/jpeg", type=3, data=cover.data))
    elif suffix == ".flac":
        file["title"] = "x" * 100
        file.add_picture(cover)
    elif suffix in (".ogg", ".opus"):
        file["title"] = "x" * 100
        file["metadata_block_picture"] = base64.b64encode(cover.write()).decode()
    elif suffix == ".m4a":
        from mutagen.mp4 import MP4Cover

        file["\xa9nam"], file["covr"] = "x" * 100, [MP4Cover(cover.data)]
    elif suffix == ".wv":
        file["Title"] = "x" * 100
        file["Cover Art (Front)"] = apev2.APEValue(b"x\0" + cover.data, apev2.BINARY)
    else:
        file["Title"] = "x" * 100
    file.save()


@pytest.mark.parametrize("suffix", TAGGED)
@pytest.mark.parametrize("seconds", [0.2, 4.0])
def test_tags_and_covers_change_nothing(tmp_path: Path, suffix: str, seconds: float) -> None:
    path = put(tmp_path, f"a{suffix}", seconds)
    bare = of(path)
    for size in (1_000, 300_000, 5_000):
        if suffix == ".flac":
            file = mutagen.File(path)
            file.clear_pictures()
            file.save()
        dress(path, size)
        assert of(path) == bare, size
    file = mutagen.File(path)
    file.delete()
    assert of(path) == bare


@pytest.mark.parametrize("suffix", FORMATS)
def test_another_sound_is_another(tmp_path: Path, suffix: str) -> None:
    prints = {of(put(tmp_path, f"{pitch}-{seconds}{suffix}", seconds, pitch))
              for pitch in (440.0, 441.0) for seconds in (1.0, 4.0)}
    assert len(prints) == 4


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_sound_cut_short_is_another(tmp_path: Path, suffix: str) -> None:
    path = put(tmp_path, f"a{suffix}", 4.0)
    whole = of(path)
    path.write_bytes(path.read_bytes()[:-3_000])
    assert of(path) != whole


@pytest.mark.parametrize("at", [0.0, 0.25, 0.5, 0.75, 0.999])
def test_a_change_in_any_piece_is_seen(tmp_path: Path, at: float) -> None:
    path = put(tmp_path, "a.wav", 4.0)
    before = of(path)
    raw = bytearray(path.read_bytes())
    with path.open("rb") as stream:
        [region] = locate(stream, len(raw)).regions
    raw[region.start + int((region.end - region.start - 1) * at)] ^= 1
    path.write_bytes(bytes(raw))
    assert of(path) != before


def test_old_tags_at_the_end_and_in_front() -> None:
    raw = encoded(".mp3", 4.0)
    ape = apev2.APEv2()
    ape["Title"] = "x"
    out = io.BytesIO()
    ape.save(out)
    v1 = b"TAG" + bytes(125)
    lyrics = b"LYRICSBEGININD0000200" + b"000021LYRICS200"
    bare = fingerprint(io.BytesIO(raw), len(raw))
    for dressed in (raw + v1, raw + out.getvalue(), raw + out.getvalue() + v1, raw + lyrics + v1,
                    b"ID3\x04\0\0\0\0\0\x05hello" + raw, b"ID3\x03\0\0\0\0\0\x00" * 3 + raw):
        assert fingerprint(io.BytesIO(dressed), len(dressed)) == bare


def test_what_looks_like_a_tag_at_the_end_of_nothing_else() -> None:
    raw = b"TAG" + bytes(125)
    assert fingerprint(io.BytesIO(raw), len(raw))


MAGIC = [b"", b"OggS\0", b"fLaC", b"RIFF", b"FORM", b"DSD ", b"FRM8", b"ID3\4\0\0", b"\0\0\0\x08ftyp",
         bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")]


@given(st.binary(max_size=400), st.sampled_from(MAGIC))
def test_any_bytes_have_one_or_say_so(body: bytes, magic: bytes) -> None:
    raw = magic + body
    try:
        found = fingerprint(io.BytesIO(raw), len(raw))
    except AudioError:
        return
    assert len(found) == 16
    assert found == fingerprint(io.BytesIO(raw), len(raw))
