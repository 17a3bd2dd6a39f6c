# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that end early, lie, change in the middle or are damaged go on in place; what is no sound gets a sentence."""

from __future__ import annotations

import contextlib
import os
import struct
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podmix.audio.decode import LOUDEST, decoded_duration, probe, read, stream
from podmix.audio.growing import GrowingTo, unread_tag
from podmix.audio.source import open_source
from podmix.errors import AudioError
from tests.audio.formats import FORMS, Samples, write
from tests.audio.ogg_pages import pages, with_granules

RATE = 48_000
SECONDS = 10.0
INDEX_AT_END = ("m4a", "alac")  # nothing of them can be read without their end
ONE_INDEX = (*INDEX_AT_END, "m4a-faststart", "mp4-fragmented")  # it names places in the file, which must not move


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, noise: Callable[..., Samples]) -> Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("whole")
    return cache(lambda name: write(name, noise(SECONDS, RATE), RATE, folder / name))


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, bytes], Path]:
    """Write a file of that form's suffix."""
    def made(name: str, data: bytes) -> Path:
        path = tmp_path / f"bad{FORMS[name].suffix if name in FORMS else name}"
        path.write_bytes(data)
        return path

    return made


Put = Callable[[str, bytes], Path]
Whole = Callable[[str], Path]


def sound(path: Path, **more: object) -> Samples:
    """All of it, in two channels; clean whatever the file holds."""
    samples, _ = read(path, mono=False, sample_rate=RATE, **more)  # type: ignore[arg-type]
    assert np.isfinite(samples).all()
    assert np.abs(samples).max(initial=0.0) <= LOUDEST
    return samples


# -- ends early, damage --


@pytest.mark.parametrize("name", FORMS)
def test_a_file_that_ends_early_plays_as_far_as_it_goes(name: str, whole: Whole, put: Put) -> None:
    data = whole(name).read_bytes()
    path = put(name, data[: int(len(data) * 0.7) + 3])
    if name in INDEX_AT_END:
        with pytest.raises(AudioError, match="holds no sound"):
            sound(path)
        return
    got = sound(path)
    assert 0.55 * SECONDS < len(got) / RATE < 0.75 * SECONDS
    same = sound(whole(name))[: len(got) - 3000]
    assert np.abs(got[: len(same)] - same).max() < 0.03
    assert decoded_duration(path) == pytest.approx(len(got) / RATE, abs=0.15)


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("damage", ["overwritten", "zeros", "missing", "inserted"])
def test_sound_goes_on_in_place_after_damage(name: str, damage: str, whole: Whole, put: Put) -> None:
    data, size = whole(name).read_bytes(), 4_008  # whole samples of every width
    middle = len(data) // 2 & ~7
    junk = np.random.default_rng(5).bytes(size)
    begin, end = data[:middle], data[middle + (0 if damage == "inserted" else size):]
    between = {"overwritten": junk, "inserted": junk, "zeros": bytes(size), "missing": b""}[damage]
    path = put(name, begin + between + end)
    if name in ONE_INDEX and damage in ("missing", "inserted"):
        try:
            sound(path)
        except AudioError:
            return
        return
    got = sound(path)
    if name in ("mp4-fragmented", "webm"):  # a whole fragment or cluster goes with it
        return
    wanted = sound(whole(name))
    lost_s = size * SECONDS / len(data)
    assert len(got) / RATE == pytest.approx(len(wanted) / RATE, abs=lost_s + 0.3)
    shift = _shift(got, wanted)
    assert abs(shift) / RATE <= lost_s + 0.3
    if name in ("opus", "vorbis", "flac", "m4a", "m4a-faststart", "alac"):
        assert shift == 0, "its clock says where the rest belongs"


def _shift(got: Samples, wanted: Samples) -> int:
    """By how many samples a second of the file's last part lies later than it should."""
    at, size = round((SECONDS - 2.5) * RATE), RATE
    piece = wanted[at: at + size, 0]
    around = got[max(0, at - RATE): at + size + RATE, 0]
    count = 1 << (len(around) + size).bit_length()
    match = np.fft.irfft(np.fft.rfft(around, count) * np.conj(np.fft.rfft(piece, count)), count)
    return int(np.argmax(match[: len(around)])) - min(at, RATE)


Hits = list[tuple[float, bytes]]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(FORMS)), length=st.floats(0.01, 1.0), start=st.floats(0, 12),
       hits=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=40)), max_size=6))
def test_whatever_is_in_a_file_gives_clean_sound_or_a_sentence(name: str, hits: Hits, length: float, start: float,
                                                               whole: Whole, put: Put) -> None:
    data = bytearray(whole(name).read_bytes())
    for where, junk in hits:
        at = int(where * where * (len(data) - 1))  # more often in the headers
        data[at: at + len(junk)] = junk
    path = put(name, bytes(data[: int(len(data) * length)]))
    for attempt in (lambda: sound(path), lambda: sound(path, start=start, end=start + 0.5),
                    lambda: decoded_duration(path), lambda: probe(path)):
        with contextlib.suppress(AudioError):
            attempt()


def test_infinite_and_absurd_samples_become_silence(put: Put) -> None:
    samples = np.full((RATE, 2), 0.25, np.float32)
    samples[100], samples[200], samples[300], samples[400] = np.nan, np.inf, -np.inf, 1e30
    path = write("wav-float", samples, RATE, put(".wav", b""))
    got, _ = read(path, mono=False)
    assert np.array_equal(got[100:301:100], np.zeros((3, 2)))
    assert got[400, 0] == LOUDEST
    assert np.array_equal(got[500:], samples[500:])
    resampled, _ = read(path, sample_rate=44_100)
    assert np.isfinite(resampled).all()
    assert np.abs(resampled[1000:-1000] - 0.25).max() < 1e-3


# -- changes in the middle --


def piece(name: str, rate: int, channels: int, seed: int, noise: Callable[..., Samples], folder: Path,
          seconds: float = 3.0) -> bytes:
    samples = noise(seconds, rate, seed=seed, channels=channels)
    return write(name, samples[:, 0] if channels == 1 else samples, rate, folder / f"piece-{seed}").read_bytes()


@pytest.mark.parametrize("name", ["mp3-cbr", "mp3-bare", "aac", "vorbis", "opus"])
def test_a_change_of_rate_and_channels_is_played_on(name: str, noise: Callable[..., Samples], tmp_path: Path,
                                                    put: Put) -> None:
    rates = (48_000,) * 3 if name == "opus" else (44_100, 22_050, 48_000)
    data = [piece(name, rate, channels, seed, noise, tmp_path)
            for seed, (rate, channels) in enumerate(zip(rates, (2, 1, 2), strict=True))]
    path = put(name, b"".join(data))
    got = sound(path)
    assert len(got) / RATE == pytest.approx(9.0, abs=0.25)
    assert decoded_duration(path) == pytest.approx(len(got) / RATE, abs=0.05)
    wanted = sound(put(name, data[2]))[RATE: 2 * RATE, 0]
    around = got[round(6.8 * RATE): round(8.6 * RATE), 0]
    likeness = np.correlate(around, wanted, "valid").max() / np.sum(wanted * wanted)
    assert likeness > 0.95, "the last part is heard at its own rate"
    quiet = np.abs(got).max(axis=1).reshape(-1, 1)[: len(got) // 480 * 480].reshape(-1, 480).max(axis=1) == 0
    assert quiet.sum() <= 6, "and without holes"


def test_chained_ogg_is_exact_to_the_sample_wherever_it_is_begun(noise: Callable[..., Samples], tmp_path: Path,
                                                                 put: Put) -> None:
    for name in ("vorbis", "opus"):
        data = [piece(name, RATE, channels, seed, noise, tmp_path, 5.0) for seed, channels in enumerate((2, 1, 2))]
        parts = [sound(put(name, one)) for one in data]
        path = put(name, b"".join(data))
        got = sound(path)
        assert np.array_equal(got, np.concatenate(parts))
        assert decoded_duration(path) == 15.0
        for start in (4.2, 4.99, 5.0, 9.7, 14.3, 14.99, 15.0):
            cut = [np.zeros((0, 2), np.float32), *stream(path, mono=False, start=start)]
            assert np.abs(np.concatenate(cut) - got[round(start * RATE):]).max(initial=0.0) < 3e-3


def test_a_chain_of_different_codecs(noise: Callable[..., Samples], tmp_path: Path, put: Put) -> None:
    data = piece("opus", RATE, 2, 1, noise, tmp_path) + piece("vorbis", 44_100, 2, 2, noise, tmp_path)
    assert len(sound(put("opus", data))) == 6 * RATE
    assert decoded_duration(put("opus", data)) == 6.0


# -- lies about its length --


def test_a_wrong_frame_count_in_an_mp3(whole: Whole, put: Put) -> None:
    data = bytearray(whole("mp3-vbr").read_bytes())
    header = max(data.find(b"Info"), data.find(b"Xing"))
    for at, value in [(8, n) for n in (0, 1, 100, 10**5, 2**32 - 1)] + [(12, n) for n in (0, 1000, 2**31, 2**32 - 1)]:
        lying = bytearray(data)
        lying[header + at: header + at + 4] = struct.pack(">I", value)
        path = put("mp3-vbr", bytes(lying))
        assert len(sound(path)) / RATE == pytest.approx(SECONDS, abs=0.03)
        assert decoded_duration(path) == pytest.approx(SECONDS, abs=0.03)
        assert len(sound(path, start=9.0)) / RATE == pytest.approx(SECONDS - 9.0, abs=0.03)


@pytest.mark.parametrize("value", [0, 0xFFFFFFFF, 0xFFFFFFF0, 0x80000000, 2_000_000])
def test_a_wrong_data_size_in_a_wav(value: int, whole: Whole, put: Put) -> None:
    data = bytearray(whole("wav").read_bytes())
    at = data.find(b"data") + 4
    data[at: at + 4] = struct.pack("<I", value)
    for riff in (data[4:8], bytes(4), b"\xff\xff\xff\xff"):
        data[4:8] = riff
        path = put("wav", bytes(data))
        assert len(sound(path)) == SECONDS * RATE
        assert decoded_duration(path) == SECONDS


def test_wrong_durations_in_an_mp4(whole: Whole, put: Put) -> None:
    data = whole("m4a").read_bytes()
    for atom, offset in ((b"mvhd", 20), (b"mdhd", 20), (b"tkhd", 24), (b"elst", 12), (b"elst", 16)):
        at = data.find(atom) + offset
        for value in (0, 2**31 - 1, 2**32 - 1):
            if (atom, offset, value) == (b"elst", 12, 2**32 - 1):
                continue
            path = put("m4a", data[:at] + struct.pack(">I", value) + data[at + 4:])
            assert len(sound(path)) / RATE == pytest.approx(SECONDS, abs=0.05)
            assert decoded_duration(path) == pytest.approx(SECONDS, abs=0.05)


def test_a_wrong_number_of_samples_in_a_flac(whole: Whole, put: Put) -> None:
    data = whole("flac").read_bytes()
    for total in (0, 1, 1000, 2**36 - 1):
        facts = int.from_bytes(data[18:26], "big") >> 36 << 36 | total
        path = put("flac", data[:18] + facts.to_bytes(8, "big") + data[26:])
        assert len(sound(path)) == SECONDS * RATE
        assert decoded_duration(path) == SECONDS


LIES: dict[str, Callable[[int, int, int], int]] = {
    "last huge": lambda at, last, granule: 2**62 if at == last else granule,
    "last zero": lambda at, last, granule: 0 if at == last else granule,
    "last early": lambda at, last, granule: 48_000 if at == last else granule,
    "one huge": lambda at, last, granule: 2**61 if at == last // 2 else granule,
    "one negative": lambda at, last, granule: -5000 if at == 3 else granule,
    "an hour late": lambda at, last, granule: granule + 3600 * RATE if at > 1 else granule,
    "two seconds back": lambda at, last, granule: max(0, granule - 2 * RATE) if at > last // 2 else granule,
    "all zero": lambda at, last, granule: 0,
    "random": lambda at, last, granule: hash((at, last)) % 2**40 if at > 1 else granule,
}


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("name", ["opus", "vorbis"])
def test_nonsense_positions_in_an_ogg(name: str, lie: str, whole: Whole, put: Put) -> None:
    data = whole(name).read_bytes()
    last = len(list(pages(data))) - 1
    path = put(name, with_granules(data, lambda at, granule: LIES[lie](at, last, granule)))
    assert len(sound(path)) / RATE == pytest.approx(SECONDS, abs=0.05)
    assert decoded_duration(path) == pytest.approx(SECONDS, abs=0.05)
    sound(path, start=9.0)


# -- odd but honest --


def test_unusual_rates_widths_and_channels(noise: Callable[..., Samples], tmp_path: Path) -> None:
    for name, rate, channels in (("wav", 8_000, 1), ("wav-24", 192_000, 2), ("flac", 96_000, 2), ("wav-8", 11_025, 1),
                                 ("mp3-cbr", 8_000, 1), ("aiff", 8_000, 1), ("aifc", 44_100, 2)):
        samples = noise(2.0, rate, channels=channels)
        path = write(name, samples[:, 0] if channels == 1 else samples, rate, tmp_path / f"{name}-{rate}")
        info = probe(path)
        assert (info.sample_rate, info.channels) == (rate, channels)
        assert len(sound(path)) == pytest.approx(2.0 * RATE, abs=2)
        assert decoded_duration(path) == 2.0


@pytest.mark.parametrize("name", ["wav", "flac", "m4a", "opus", "vorbis"])
def test_six_channels_become_two_without_clipping(name: str, tmp_path: Path) -> None:
    loud = np.full((RATE, 6), 0.9, np.float32) * np.sin(np.arange(RATE) / 20)[:, None].astype(np.float32)
    got = sound(write(name, loud, RATE, tmp_path / name))
    assert got.shape == (RATE, 2)
    assert 0.3 < np.abs(got[RATE // 4: -RATE // 4]).max() <= (1.0 if FORMS[name].lossless else 1.2)


def test_hidden_video_is_passed_over(noise: Callable[..., Samples], tmp_path: Path) -> None:
    from podmix.audio.encode import write_video

    pictures = [np.random.default_rng(n).integers(0, 255, (64, 64, 3)).astype(np.uint8) for n in range(30)]
    clip = noise(3.0, RATE)
    for suffix in (".mp4", ".mp3"):  # the second one lies about what it is
        path = write_video(pictures, clip, RATE, tmp_path / "video.mp4").rename(tmp_path / f"hidden{suffix}")
        got = sound(path)
        assert len(got) / RATE == pytest.approx(3.0, abs=0.03)
        assert decoded_duration(path) == pytest.approx(3.0, abs=0.03)


def huge_tag(path: Path, size: int, sound_bytes: bytes) -> Path:
    """An MP3 behind an ID3 tag of ``size`` bytes; the file is sparse, so it costs no disk."""
    def coded(value: int) -> bytes:
        return bytes(value >> shift & 127 for shift in (21, 14, 7, 0))

    with path.open("wb") as file:
        file.write(b"ID3\x04\0\0" + coded(size) + b"PRIV" + coded(size - 10) + b"\0\0")
        file.seek(10 + size)
        file.write(sound_bytes)
    return path


def test_a_tag_of_a_hundred_megabytes_is_not_read(whole: Whole, tmp_path: Path) -> None:
    wanted = sound(whole("mp3-bare"))
    path = huge_tag(tmp_path / "tag.mp3", 100_000_000, whole("mp3-bare").read_bytes())
    with path.open("rb") as file:
        assert unread_tag(file.read(10)) == 100_000_010
    assert np.array_equal(sound(path), wanted)
    assert decoded_duration(path) == len(wanted) / RATE
    assert np.array_equal(sound(path, start=9.1), wanted[round(9.1 * RATE):])
    growing = GrowingTo(tmp_path / "tag.whole.mp3", path.stat().st_size)
    path.rename(growing.final_path)
    os.link(growing.final_path, tmp_path / "tag.part")
    os.unlink(growing.final_path)
    with open_source(tmp_path / "tag.part", growing) as source:
        assert source.growing is not None
        assert source.growing.tell() < 1_000_000
    small = huge_tag(tmp_path / "small.mp3", 100_000, whole("mp3-bare").read_bytes())
    assert np.array_equal(sound(small), wanted)


# -- no files, no sound --


def test_a_file_that_vanishes_while_it_is_open_plays_on(whole: Whole, put: Put) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows keeps open files")
    for name in ("mp3-cbr", "m4a", "flac", "opus"):
        path = put(name, whole(name).read_bytes())
        heard = stream(path, mono=False, block_s=0.5)
        first = next(heard)
        path.unlink()
        assert np.array_equal(np.concatenate([first, *heard]), sound(whole(name)))
        with pytest.raises(AudioError, match="not there any more"):
            sound(path)


def test_a_file_that_shrinks_while_it_is_open_ends(whole: Whole, put: Put) -> None:
    path = put("wav", whole("wav").read_bytes())
    heard = stream(path, mono=False, block_s=0.5)
    first = next(heard)
    os.truncate(path, 200_000)
    rest = list(heard)
    assert np.isfinite(np.concatenate([first, *rest])).all()
    assert sum(map(len, rest)) < SECONDS * RATE


def odd_places(folder: Path) -> Iterator[tuple[Path | str, str]]:
    yield folder, "is a folder"
    yield folder / "none.mp3", "not there any more"
    yield folder / "nul\0name.mp3", "not there any more"
    yield "", "is a folder"
    yield "file:/etc/passwd", "not there any more"
    yield "http://127.0.0.1:9/a.mp3", "not there any more"
    yield "pipe:0", "not there any more"
    if sys.platform != "win32":
        os.mkfifo(folder / "fifo.mp3")
        yield folder / "fifo.mp3", "pipe or a device"
        (folder / "link.mp3").symlink_to(folder / "fifo.mp3")
        yield folder / "link.mp3", "pipe or a device"
        (folder / "loop.mp3").symlink_to(folder / "loop.mp3")
        yield folder / "loop.mp3", "not there any more"
        yield "/dev/null", "pipe or a device"
        yield "/dev/zero", "pipe or a device"


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    for place, words in odd_places(tmp_path):
        for attempt in (read, decoded_duration, probe):
            with pytest.raises(AudioError, match=words) as caught:
                attempt(place)
            assert caught.value.message.isprintable()
            assert caught.value.remedy
        with pytest.raises(AudioError, match=words), open_source(place, GrowingTo(tmp_path / "final.mp3")):
            pass


def test_no_bytes_and_no_permission(put: Put, whole: Whole) -> None:
    for suffix in (".mp3", ".m4a", ".ogg", ".flac", ".wav", ".aiff", ".aac", ""):
        with pytest.raises(AudioError, match="holds no sound"):
            sound(put(suffix, b""))
    path = put("wav", whole("wav").read_bytes())
    path.chmod(0)
    if not os.access(path, os.R_OK):
        with pytest.raises(AudioError):
            sound(path)
