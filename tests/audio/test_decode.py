# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podmix.audio.decode import decoded_duration, probe, read, stream
from podmix.audio.encode import SUFFIXES, write_clip
from podmix.errors import AudioError

RATE = 48_000
SECONDS = 12.0  # beyond the point from which a start is reached by seeking


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, noise: Callable[..., np.ndarray]) -> dict[str, Path]:
    """The same noise in every format that PodMix writes."""
    folder = tmp_path_factory.mktemp("formats")
    samples = noise(SECONDS, RATE) * np.float32(0.5)
    return {suffix: write_clip(samples, RATE, folder / f"noise{suffix}") for suffix in SUFFIXES}


@pytest.fixture(scope="module")
def whole(files: dict[str, Path]) -> dict[tuple[str, int], np.ndarray]:
    return {(suffix, rate): read(path, sample_rate=rate)[0]
            for suffix, path in files.items() for rate in (RATE, 16_000)}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_one_sine_is_at_the_same_sample_in_every_format(suffix: str, tmp_path: Path) -> None:
    n = np.arange(4 * RATE)
    sine = (0.4 * np.sin(2 * np.pi * 480 * n / RATE)).astype(np.float32)
    decoded, rate = read(write_clip(sine, RATE, tmp_path / f"sine{suffix}"))
    assert rate == RATE
    assert len(decoded) == len(sine)
    middle = slice(RATE, 3 * RATE)
    turn = np.sum(decoded[middle] * np.exp(-2j * np.pi * 480 * n[middle] / RATE))
    shift = (np.angle(turn) + np.pi / 2) / (2 * np.pi) * RATE / 480
    assert abs(shift) < 0.5


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_length_claimed_counted_and_decoded_agree(suffix: str, files: dict[str, Path],
                                                  whole: dict[tuple[str, int], np.ndarray]) -> None:
    info = probe(files[suffix])
    assert (info.sample_rate, info.channels) == (RATE, 2)
    assert len(whole[suffix, RATE]) == SECONDS * RATE
    assert decoded_duration(files[suffix]) == SECONDS
    assert info.duration_claimed == pytest.approx(SECONDS, abs=0.03)


# AAC's noise substitution is random by design, so single bands may differ after a seek.
@pytest.mark.parametrize(("suffix", "exact"), [(".wav", 0.0), (".flac", 0.0), (".mp3", 0.0), (".ogg", 2e-3),
                                               (".m4a", 2e-2)])
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.floats(0, SECONDS + 1), length=st.floats(0.001, 4.0), rate=st.sampled_from([RATE, 16_000]))
def test_any_stretch_is_what_cutting_the_whole_gives(files: dict[str, Path],
                                                     whole: dict[tuple[str, int], np.ndarray], suffix: str,
                                                     exact: float, start: float, length: float, rate: int) -> None:
    got = np.concatenate([np.zeros(0, np.float32), *stream(files[suffix], sample_rate=rate, start=start,
                                                           end=start + length, block_s=0.7)])
    wanted = whole[suffix, rate][round(start * rate): round((start + length) * rate)]
    assert got.shape == wanted.shape
    assert np.abs(got - wanted).max(initial=0.0) <= exact


def test_blocks_join_to_the_whole_and_are_mono_or_stereo(files: dict[str, Path]) -> None:
    blocks = list(stream(files[".flac"], mono=False, block_s=1.7))
    assert [len(block) for block in blocks] == [81_600] * 7 + [4_800]
    assert all(block.shape[1] == 2 and block.dtype == np.float32 for block in blocks)
    mono = np.concatenate(list(stream(files[".flac"])))
    assert np.abs(np.concatenate(blocks).mean(axis=1) - mono).max() < 1e-6


def test_mono_is_doubled_at_the_same_level(wav_file: Callable[..., Path]) -> None:
    path = wav_file(np.full(RATE, 0.5, np.float32), RATE)
    stereo, _ = read(path, mono=False)
    assert stereo.shape == (RATE, 2)
    assert np.abs(stereo - 0.5).max() < 1e-4


def test_a_truncated_file_gives_what_decodes(files: dict[str, Path], tmp_path: Path) -> None:
    for suffix in (".mp3", ".ogg", ".flac", ".wav"):
        data = files[suffix].read_bytes()
        (tmp_path / f"cut{suffix}").write_bytes(data[: len(data) // 2])
        decoded, _ = read(tmp_path / f"cut{suffix}")
        assert 0.35 * SECONDS < len(decoded) / RATE < 0.65 * SECONDS
        assert decoded_duration(tmp_path / f"cut{suffix}") == pytest.approx(len(decoded) / RATE, abs=0.1)


def test_an_mp3_that_claims_less_than_it_holds_is_read_to_its_end(tmp_path: Path, files: dict[str, Path]) -> None:
    data = files[".mp3"].read_bytes()
    (tmp_path / "lying.mp3").write_bytes(data + data[2000:] + data[2000:])  # the header counts only the first part
    assert decoded_duration(tmp_path / "lying.mp3") == pytest.approx(3 * SECONDS, abs=0.5)
    assert len(read(tmp_path / "lying.mp3")[0]) / RATE == pytest.approx(3 * SECONDS, abs=0.5)


def test_a_change_of_rate_and_channels_in_the_middle_is_played_on(tmp_path: Path,
                                                                 noise: Callable[..., np.ndarray]) -> None:
    first = write_clip(noise(3, 48_000), 48_000, tmp_path / "a.mp3").read_bytes()
    second = write_clip(noise(3, 32_000, channels=1)[:, 0], 32_000, tmp_path / "b.mp3").read_bytes()
    (tmp_path / "joined.mp3").write_bytes(first + second)
    decoded, rate = read(tmp_path / "joined.mp3")
    assert rate == 48_000
    assert len(decoded) / rate == pytest.approx(6.0, abs=0.2)
    assert np.abs(decoded[-rate:]).max() > 0.05


@pytest.mark.parametrize(("name", "data"), [
    ("empty.mp3", b""),
    ("page.mp3", b"<!DOCTYPE html><html><body>Not found</body></html>" * 50),
    ("noise.mp3", np.random.default_rng(3).bytes(200_000)),
    ("list.m3u8", b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/a.ts\n"),
    ("list.mp3", b"ffconcat version 1.0\nfile 'noise.wav'\n"),
])
def test_what_is_no_sound_is_refused_with_a_sentence(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    for attempt in (read, decoded_duration):
        with pytest.raises(AudioError, match="holds no sound"):
            attempt(tmp_path / name)


def test_a_playlist_opens_no_other_file(tmp_path: Path, wav_file: Callable[..., Path]) -> None:
    wav_file(np.full(RATE, 0.5, np.float32), RATE, "secret.wav")
    (tmp_path / "list.m3u8").write_text(
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXTINF:1.0,\nsecret.wav\n#EXT-X-ENDLIST\n")
    with pytest.raises(AudioError):
        read(tmp_path / "list.m3u8")
    with pytest.raises(AudioError, match="not there"):
        read(f"concat:{tmp_path / 'secret.wav'}")


def test_a_wav_that_claims_ten_gigabytes_is_read_to_its_real_end(tmp_path: Path, wav_file: Callable[..., Path]) -> None:
    path = wav_file(np.full(RATE, 0.5, np.float32), RATE)
    data = bytearray(path.read_bytes())
    data[4:8] = data[40:44] = b"\xf0\xff\xff\xff"
    path.write_bytes(bytes(data))
    assert len(read(path)[0]) == RATE
    assert decoded_duration(path) == 1.0


def test_importing_loads_nothing_heavy() -> None:
    code = ("import sys, podmix.audio.decode, podmix.audio.clip, podmix.audio.encode, podmix.audio.speech_features\n"
            "print([m for m in ('av', 'scipy.signal', 'librosa', 'torch', 'mutagen') if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.shared
def test_real_vorbis_files_whose_time_stamps_stray_keep_one_clock() -> None:
    folder = Path(__file__).parents[2].parent / "shared" / "data" / "music"
    paths = sorted(folder.glob("fof_*.ogg"))[:2]
    if not paths:
        pytest.skip("the shared music is not there")
    for path in paths:
        whole, rate = read(path, sample_rate=16_000)
        assert decoded_duration(path) == pytest.approx(len(whole) / rate, abs=1e-3)
        for start in (20.003, 50.777):
            part, _ = read(path, sample_rate=16_000, start=start, end=start + 1)
            assert np.array_equal(part, whole[round(start * rate): round((start + 1) * rate)])
