# SPDX-License-Identifier: GPL-3.0-or-later
"""Playing a file while it is still being downloaded: another thread writes it, a bite each time the reader waits."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest

from podmix.audio import source
from podmix.audio.decode import probe, read, stream
from podmix.audio.growing import GrowingFile, GrowingTo
from podmix.errors import AudioError, Cancelled
from tests.audio.formats import Samples, write

RATE = 48_000
SECONDS = 12.0
FORMS = ["mp3-cbr", "mp3-vbr", "mp3-bare", "m4a-faststart", "m4a", "mp4-fragmented", "aac", "alac", "opus", "vorbis",
         "webm", "flac", "wav", "aiff", "caf"]
NEEDS_ALL = {"m4a", "alac"}  # their index stands at the end


class Download:
    """A thread that writes ``data`` to ``NAME.part`` whenever the reader waits, then renames it.

    ``then`` runs in that thread instead of the rename; ``wait`` and ``clock`` go into the reader.
    """

    def __init__(self, data: bytes, final: Path, bite: int, then: Callable[[Download], None] | None = None,
                 begin: int = 0) -> None:
        self.data, self.final, self.bite, self.then = data, final, bite, then
        self.part = final.with_name(final.name + ".part")
        self.part.write_bytes(data[:begin])
        self.written, self.begin, self.finished, self.now = begin, begin, False, 0.0
        self._hungry, self._fed = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._closing = False

    def start(self) -> Download:
        self._thread.start()
        return self

    def close(self) -> None:
        self._closing = True
        self._hungry.set()
        self._thread.join(10)

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self._fed.clear()
        self._hungry.set()
        assert self._fed.wait(30)

    def clock(self) -> float:
        return self.now

    def to(self) -> GrowingTo:
        return GrowingTo(self.final, len(self.data))

    def _write(self) -> None:
        with self.part.open("r+b") as out:
            out.seek(self.begin)
            while True:
                self._hungry.wait()
                self._hungry.clear()
                if self._closing:
                    return
                if self.written < len(self.data):
                    out.write(self.data[self.written: self.written + self.bite])
                    out.flush()
                    self.written = min(len(self.data), self.written + self.bite)
                elif not self.finished:
                    self.finished = True
                    self.part.replace(self.final) if self.then is None else self.then(self)
                self._fed.set()


@pytest.fixture(scope="module")
def sound_file(tmp_path_factory: pytest.TempPathFactory, noise: Callable[..., Samples]) -> Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("whole")
    return cache(lambda name: write(name, noise(SECONDS, RATE), RATE, folder / name))


Begin = Callable[..., Download]


@pytest.fixture
def begin(tmp_path: Path, sound_file: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Begin]:
    """``begin(form)`` starts a download of that form that the next reader drives."""
    running: list[Download] = []

    def start(name: str, *, bite: int = 16_000, length: int | None = None, **more: object) -> Download:
        whole = sound_file(name)
        download = Download(whole.read_bytes()[:length], tmp_path / whole.name, bite, **more)  # type: ignore[arg-type]
        running.append(download.start())
        monkeypatch.setattr(source, "GrowingFile", partial(GrowingFile, wait=download.wait, clock=download.clock))
        return download

    yield start
    for download in running:
        download.close()


def blocks(download: Download, start: float = 0.0, **more: object) -> Iterator[Samples]:
    return stream(download.part, mono=False, start=start, block_s=0.1, growing=download.to(),
                  **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", FORMS)
def test_what_is_heard_while_it_comes_is_what_the_whole_file_holds(name: str, begin: Begin,
                                                                   sound_file: Callable[[str], Path]) -> None:
    download = begin(name)
    heard = blocks(download)
    first = next(heard)
    needed = download.written / len(download.data)
    got = np.concatenate([first, *heard])
    wanted = read(sound_file(name), mono=False)[0]
    assert np.array_equal(got, wanted)
    assert (needed > 0.9) if name in NEEDS_ALL else (needed < 0.4)


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("bite", [700, 200_000])
def test_a_start_far_beyond_what_has_come_waits_for_it(name: str, bite: int, begin: Begin,
                                                       sound_file: Callable[[str], Path]) -> None:
    download = begin(name, bite=bite)
    got = np.concatenate(list(blocks(download, start=9.4)))
    wanted = np.concatenate(list(stream(sound_file(name), mono=False, start=9.4)))
    assert got.shape == wanted.shape
    assert np.abs(got - wanted).max() <= (2e-2 if name.startswith(("m4a", "mp4", "aac")) else 0.0)  # noise made anew


def test_headers_tell_what_they_can_while_it_comes(begin: Begin) -> None:
    download = begin("mp3-cbr")
    info = probe(download.part, download.to())
    assert (info.sample_rate, info.channels, info.codec) == (RATE, 2, "mp3float")
    assert info.duration_claimed == pytest.approx(SECONDS, abs=0.1)
    assert download.written < len(download.data) / 3


def test_a_file_that_has_its_final_name_meanwhile_is_read_there(tmp_path: Path,
                                                                sound_file: Callable[[str], Path]) -> None:
    whole = sound_file("flac")
    got = list(stream(tmp_path / "gone.part", growing=GrowingTo(whole)))
    assert np.array_equal(np.concatenate(got), read(whole)[0])
    with pytest.raises(AudioError, match="not there"):
        list(stream(tmp_path / "gone.part", growing=GrowingTo(tmp_path / "gone.flac")))


def test_an_expected_length_that_is_a_lie_does_no_harm(begin: Begin, sound_file: Callable[[str], Path]) -> None:
    wanted = read(sound_file("wav"), mono=False)[0]
    for expected in (None, 1000, 10**9):
        download = begin("wav")
        got = np.concatenate(list(stream(download.part, mono=False, growing=GrowingTo(download.final, expected))))
        assert np.array_equal(got, wanted)
        download.final.unlink()


def test_all_is_there_though_nobody_renames_it(begin: Begin, sound_file: Callable[[str], Path]) -> None:
    download = begin("flac", then=lambda _: None)
    got = np.concatenate(list(blocks(download)))
    assert np.array_equal(got, read(sound_file("flac"), mono=False)[0])
    assert 1.0 <= download.now < 30.0 + len(download.data) / download.bite


def test_a_download_that_stalls_ends_with_a_sentence_after_what_has_come(begin: Begin) -> None:
    download = begin("opus", length=120_000, then=lambda _: None)
    got: list[Samples] = []
    with pytest.raises(AudioError, match=r"download of .* stopped") as caught:
        got.extend(stream(download.part, block_s=0.1, growing=GrowingTo(download.final, 250_000)))
    assert "kept" in caught.value.remedy
    download.part.rename(download.final)
    heard, come = np.concatenate(got), read(download.final)[0]
    assert np.array_equal(heard, come[: len(heard)])
    assert len(come) - len(heard) <= 960, "all that has come is heard, but for one Opus frame"
    assert download.now >= 30.0


def test_a_download_that_is_removed_or_begins_again_ends_with_a_sentence(begin: Begin) -> None:
    def removed(download: Download) -> None:
        download.part.unlink()

    def truncated(download: Download) -> None:
        os.truncate(download.part, 100)

    def replaced(download: Download) -> None:
        other = download.part.with_suffix(".other")
        other.write_bytes(download.data)
        other.replace(download.part)

    for change, words in ((removed, "stopped"), (truncated, "began again"), (replaced, "began again")):
        download = begin("flac", length=200_000, then=change)
        with pytest.raises(AudioError, match=words):
            list(stream(download.part, growing=GrowingTo(download.final, 900_000)))


def test_a_resumed_download_goes_on(begin: Begin, sound_file: Callable[[str], Path]) -> None:
    """The rest is appended by another process to what is there."""
    download = begin("mp3-cbr", begin=90_000)
    assert np.array_equal(np.concatenate(list(blocks(download))), read(sound_file("mp3-cbr"), mono=False)[0])


def test_waiting_can_be_cancelled_and_told_why(begin: Begin) -> None:
    download = begin("flac", length=100_000, then=lambda _: None)
    announced = GrowingTo(download.final, 900_000)
    with pytest.raises(Cancelled):
        list(stream(download.part, growing=announced, cancelled=lambda: download.finished))

    def server_gone() -> bool:
        if download.finished:
            raise AudioError("The server hung up.")
        return False

    download = begin("flac", length=100_000, then=lambda _: None)
    with pytest.raises(AudioError, match="hung up"):
        list(stream(download.part, growing=announced, cancelled=server_gone))


def test_an_mp4_with_its_index_at_the_end_says_that_it_must_come_completely(begin: Begin,
                                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    download = begin("m4a", bite=10)
    monkeypatch.setattr(source, "GrowingFile", partial(GrowingFile, wait=download.wait, clock=download.clock,
                                                       longest_wait_s=20.0))
    with pytest.raises(AudioError, match="once it is downloaded completely"):
        next(blocks(download))


def test_a_place_that_takes_too_long_to_come_says_so(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    download = begin("wav", bite=10, begin=900_000)
    monkeypatch.setattr(source, "GrowingFile", partial(GrowingFile, wait=download.wait, clock=download.clock,
                                                       longest_wait_s=20.0))
    with pytest.raises(AudioError, match="not downloaded yet"):
        next(blocks(download, start=11.0))


def test_what_is_no_sound_is_refused_while_it_comes(begin: Begin, tmp_path: Path) -> None:
    for data in (b"<html>" + bytes(range(256)) * 900, b"#EXTM3U\n" + b"http://127.0.0.1:9/x.ts\n" * 9000, b""):
        download = begin("flac")
        download.data = data
        with pytest.raises(AudioError, match="holds no sound"):
            list(blocks(download))


def test_reading_waits_without_a_busy_loop(tmp_path: Path) -> None:
    part = tmp_path / "a.part"
    part.write_bytes(b"abc")
    pauses: list[float] = []

    def wait(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 20:
            part.write_bytes(b"abcdef")

    file = GrowingFile(part, GrowingTo(tmp_path / "a"), wait=wait)
    assert (file.read(10), file.read(10)) == (b"abc", b"def")
    assert min(pauses) >= 0.01
    assert sum(pauses) > 1.0
    assert file.seek(-1, os.SEEK_END) == -1, "the end is not known while the headers are read"
    file.opening = False
    assert file.seek(-1, os.SEEK_END) == 5
    assert file.seek(2) == 2
    assert file.read(2) == b"cd"
    part.rename(tmp_path / "a")
    assert file.complete
    assert file.read(10) == b"ef"
    assert file.read(10) == b""
    file.close()
