# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import errno
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from podmix.audio import encode
from podmix.audio.artwork import embedded_artwork, picture_type
from podmix.audio.chapters import FileChapter, read_chapters
from podmix.audio.decode import decoded_duration, probe, read
from podmix.audio.encode import SUFFIXES, write_clip, write_video
from podmix.errors import AudioError, StorageError

RATE = 48_000
TONE = (0.3 * np.sin(2 * np.pi * 440 * np.arange(2 * RATE) / RATE)).astype(np.float32)


def small_png() -> bytes:
    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    return (b"\x89PNG\r\n\x1a\n" + part(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
            + part(b"IDAT", zlib.compress(b"\0\xff\0\0")) + part(b"IEND", b""))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_tags_art_and_chapters_come_back(tmp_path: Path, suffix: str) -> None:
    chapters = (FileChapter(0.0, None, "Opening"), FileChapter(1.25, None, "Größe"))
    path = write_clip(TONE, RATE, tmp_path / f"clip{suffix}", art=small_png(), chapters=chapters,
                      tags={"title": "Ein Stück", "artist": "Ann", "date": "2026", "x-odd": "kept", "comment": ""})
    info = probe(path)
    assert (info.tags["title"], info.tags["artist"], info.tags["date"]) == ("Ein Stück", "Ann", "2026")
    assert info.tags["x-odd"] == "kept"
    assert info.channels == 1
    assert info.has_art
    assert embedded_artwork(path) == small_png()
    assert embedded_artwork(path, max_bytes=10) is None
    assert [(c.start, c.title) for c in read_chapters(path)] == [(0.0, "Opening"), (1.25, "Größe")]
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_lossless_is_lossless_within_16_bits(tmp_path: Path) -> None:
    for suffix in (".wav", ".flac"):
        decoded, _ = read(write_clip(TONE, RATE, tmp_path / f"x{suffix}"))
        assert np.abs(decoded - TONE).max() < 2.5 / 32768


def test_a_rate_that_the_format_lacks_is_resampled(tmp_path: Path) -> None:
    for suffix in (".ogg", ".mp3", ".m4a"):
        path = write_clip(TONE[:: 4], 12_000, tmp_path / f"x{suffix}")
        assert decoded_duration(path) == pytest.approx(2.0, abs=1e-3)


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "clip.mp3"
    target.write_bytes(b"old")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(encode, "write_tags", full)
    with pytest.raises(StorageError, match="disk is full"):
        write_clip(TONE, RATE, target)
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["clip.mp3"]


def test_refusals(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"cannot write \.xyz"):
        write_clip(TONE, RATE, tmp_path / "a.xyz")
    with pytest.raises(AudioError, match="no sound"):
        write_clip(TONE[:0], RATE, tmp_path / "a.mp3")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError):
        write_clip(TONE, RATE, tmp_path / "file" / "a.mp3")


def test_broken_samples_do_not_reach_the_file(tmp_path: Path) -> None:
    bad = TONE.copy()
    bad[100] = np.nan
    bad[200] = np.inf
    decoded, _ = read(write_clip(bad, RATE, tmp_path / "x.wav"))
    assert np.isfinite(decoded).all()


def test_a_video_lasts_as_long_as_its_sound(tmp_path: Path) -> None:
    asked = []

    def pictures() -> object:
        for i in range(10_000):
            asked.append(i)
            yield np.full((64, 96, 3), i % 255, np.uint8)

    path = write_video(pictures(), TONE, RATE, tmp_path / "clip.mp4", frames_per_s=25, title="T")  # type: ignore[arg-type]
    assert len(asked) == 50
    info = probe(path)
    assert info.tags["title"] == "T"
    assert info.duration_claimed == pytest.approx(2.0, abs=0.05)
    assert decoded_duration(path) == 2.0
    assert not info.has_art


def test_pictures_are_known_by_their_first_bytes() -> None:
    assert picture_type(small_png()) == "image/png"
    assert picture_type(b"\xff\xd8\xff\xe0") == "image/jpeg"
    assert picture_type(b"RIFF\0\0\0\0WEBP") == "image/webp"
    assert picture_type(b"<svg onload=alert(1)>") is None
