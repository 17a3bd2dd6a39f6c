# SPDX-License-Identifier: GPL-3.0-or-later
"""Clips as frames: copies bit for bit, exact lengths, joints without clicks, files that end early."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from podmix.audio.decode import read
from podmix.audio.mixing.types import Clip
from podmix.audio.stretching.clip_source import JUMP_FADE_S, ClipSource, clip_blocks
from podmix.errors import AudioError
from tests.audio.conftest import coloured_noise

RATE = 44_100
FADE = round(JUMP_FADE_S * RATE)


@pytest.fixture
def noise_file(wav_file: Callable[..., Path]) -> Path:
    return wav_file(coloured_noise(12.0, RATE), RATE)


def frames_of(path: Path, *points: tuple[float, float], from_frame: int | None = None, rate: int = RATE,
              key_lock: bool = True) -> np.ndarray:
    clip = Clip(str(path), 0, points, key_lock=key_lock)
    return np.concatenate([np.zeros((0, 2), np.float32), *clip_blocks(clip, rate, from_frame=from_frame)])


def test_a_copy_is_the_decoded_file_bit_for_bit(noise_file: Path) -> None:
    whole, _ = read(noise_file, mono=False)
    out = frames_of(noise_file, (3.0, 1.25), (5.0, 3.25), (9.0, 7.25))
    assert np.array_equal(out, whole[round(1.25 * RATE): round(7.25 * RATE)])


def test_a_loop_lands_on_its_frame_and_does_not_click(noise_file: Path) -> None:
    whole, _ = read(noise_file, mono=False)
    out = frames_of(noise_file, (0.0, 2.0), (2.0, 4.0), (2.0, 2.0), (4.0, 4.0), (4.0, 0.0), (5.0, 1.0))
    for begin, end, source in ((0, 2, 2), (2, 4, 2), (4, 5, 0)):
        first, last = begin * RATE, end * RATE - (FADE if end < 5 else 0)
        assert np.array_equal(out[first: last], whole[source * RATE: source * RATE + last - first])
    joint = out[2 * RATE - FADE: 2 * RATE]
    before, after = whole[4 * RATE - FADE: 4 * RATE], whole[2 * RATE - FADE: 2 * RATE]
    low, high = np.minimum(before, after) - 1e-6, np.maximum(before, after) + 1e-6
    assert np.all((joint >= low) & (joint <= high))
    assert np.abs(np.diff(out[:, 0])).max() < 1.2 * np.abs(np.diff(whole[:, 0])).max()


@pytest.mark.parametrize("from_s", [0.0, 0.3, 1.9, 1.9961, 1.999, 2.0, 2.5, 3.9999])
def test_a_beginning_in_the_middle_gives_the_same_samples(noise_file: Path, from_s: float) -> None:
    points = ((1.0, 2.0), (2.0, 3.0), (2.0, 9.0), (4.0, 11.0))
    whole = frames_of(noise_file, *points)
    frame = round(from_s * RATE)
    assert np.array_equal(frames_of(noise_file, *points, from_frame=frame), whole[max(0, frame - RATE):])


def test_nothing_is_left_at_or_after_the_end(noise_file: Path) -> None:
    for frame in (RATE, 5 * RATE):
        assert len(frames_of(noise_file, (0.0, 2.0), (1.0, 3.0), from_frame=frame)) == 0


def test_a_file_that_ends_early_goes_on_as_silence(noise_file: Path) -> None:
    for points, early in ((((0.0, 10.0), (5.0, 15.0)), True), (((0.0, 20.0), (1.0, 21.0)), True),
                          (((0.0, 10.0), (2.0, 12.0)), False)):
        source = ClipSource(Clip(str(noise_file), 0, points), RATE)
        frames = round(points[-1][0] * RATE)
        assert source.available(10**9) == frames
        assert source.finished()
        out = source.take(frames)
        assert source.ended_early == early
        whole, _ = read(noise_file, mono=False, start=points[0][1])
        assert np.array_equal(out[: len(whole)], whole[:frames])
        assert not out[len(whole):].any()


def test_the_source_gives_exactly_what_is_asked_for(noise_file: Path) -> None:
    points = ((1.0, 2.0), (2.0, 3.0), (2.0, 9.0), (4.0, 11.0))
    source = ClipSource(Clip(str(noise_file), 0, points), RATE)
    assert source.first_frame == RATE
    pieces = []
    while not source.finished() or source.available(1):
        pieces.append(source.take(min(source.available(1000), 777)))
    assert np.array_equal(np.concatenate(pieces), frames_of(noise_file, *points))
    with pytest.raises(ValueError, match="wanted"):
        source.take(1)


def test_another_rate_and_mono(wav_file: Callable[..., Path]) -> None:
    path = wav_file(coloured_noise(3.0, 22_050, channels=1)[:, 0], 22_050)
    out = frames_of(path, (0.0, 0.5), (2.0, 2.5), rate=48_000)
    whole, _ = read(path, sample_rate=48_000, mono=False)
    assert out.shape == (96_000, 2)
    assert np.abs(out - whole[24_000: 120_000]).max() < 1e-4


def test_bad_maps_are_refused_at_once_and_bad_files_with_the_first_block(tmp_path: Path) -> None:
    with pytest.raises(AudioError):
        clip_blocks(Clip("any.wav", 0, ((0.0, 0.0), (1.0, 9.0))), RATE)
    blocks = clip_blocks(Clip(str(tmp_path / "gone.wav"), 0, ((0.0, 0.0), (1.0, 1.0))), RATE)
    with pytest.raises(AudioError):
        next(blocks)


def test_without_key_lock_the_map_is_followed_and_joints_to_copies_are_whole(noise_file: Path) -> None:
    points = ((0.0, 1.0), (1.0, 2.0), (3.0, 4.2), (5.0, 6.2))
    out = frames_of(noise_file, *points, key_lock=False)
    whole, _ = read(noise_file, mono=False)
    assert np.array_equal(out[3 * RATE:], whole[round(4.2 * RATE): round(6.2 * RATE)])
    assert np.array_equal(out[: RATE - FADE * 2], whole[RATE: 2 * RATE - FADE * 2])
    wanted = np.interp(RATE + 1.1 * np.arange(RATE), np.arange(len(whole)) - RATE, whole[:, 0])
    assert np.abs(out[RATE: 2 * RATE, 0] - wanted).max() < 0.02  # smooth noise: linear is near enough
    for frame in (RATE // 2, RATE + 3, 2 * RATE + 777, 4 * RATE):
        assert np.abs(frames_of(noise_file, *points, from_frame=frame, key_lock=False) - out[frame:]).max() < 1e-6


def smooth_music(seconds: float) -> np.ndarray:
    t = np.arange(round(seconds * RATE)) / RATE
    left = sum(0.1 * np.sin(2 * np.pi * f * t + f) for f in (110.0, 220.5, 277.0, 331.0, 662.0))
    return np.stack([left, 0.7 * left], axis=1).astype(np.float32)


def test_stretched_parts_join_copies_without_a_click(wav_file: Callable[..., Path]) -> None:
    path = wav_file(smooth_music(16.0), RATE)
    whole, _ = read(path, mono=False)
    out = frames_of(path, (1.0, 1.0), (3.0, 3.0), (7.0, 7.2), (9.0, 9.2), (10.0, 10.3), (12.0, 12.3))
    assert len(out) == 11 * RATE
    for begin, end, source in ((1.0, 3.0, 1.0), (7.0, 9.0, 7.2), (10.0, 12.0, 10.3)):
        first, last = round((begin - 1) * RATE), round((end - 1) * RATE) - 500
        at = round(source * RATE)
        assert np.array_equal(out[first: last], whole[at: at + last - first])
    step = np.abs(np.diff(whole[:, 0], 2)).max()
    assert np.abs(np.diff(out[:, 0], 2)).max() < 1.3 * step
    level = np.sqrt(np.lib.stride_tricks.sliding_window_view(out[:, 0] ** 2, 4410)[::441].mean(axis=1))
    plain = np.sqrt(np.lib.stride_tricks.sliding_window_view(whole[:, 0] ** 2, 4410)[::441].mean(axis=1))
    assert level.min() > 0.8 * plain.min()


@pytest.mark.parametrize("from_s", [0.5, 2.0, 2.9971, 3.5, 5.999, 6.0, 7.0])
def test_a_stretched_clip_begun_in_the_middle(wav_file: Callable[..., Path], from_s: float) -> None:
    path = wav_file(smooth_music(12.0), RATE)
    points = ((0.0, 1.0), (2.0, 3.0), (6.0, 7.2), (8.0, 9.2))
    whole, frame = frames_of(path, *points), round(from_s * RATE)
    out = frames_of(path, *points, from_frame=frame)
    assert len(out) == len(whole) - frame
    assert np.array_equal(out[-2 * RATE:], whole[-min(len(out), 2 * RATE):])  # the copy at the end is the same
    if from_s > 2:
        assert out[: RATE // 10].std() == pytest.approx(whole[frame: frame + RATE // 10].std(), rel=0.2)


def test_a_stretched_file_that_ends_early_goes_on_as_silence(noise_file: Path) -> None:
    source = ClipSource(Clip(str(noise_file), 0, ((0.0, 10.0), (4.0, 14.2))), RATE)
    out = source.take(source.available(10**9))
    assert len(out) == 4 * RATE
    assert source.ended_early
    assert out[: round(1.8 * RATE)].std() > 0.05
    assert np.abs(out[round(2.1 * RATE):]).max() < 1e-3


def test_a_stretched_loop_has_its_length_and_lands_on_its_frame(noise_file: Path) -> None:
    out = frames_of(noise_file, (0.0, 2.0), (2.0, 4.1), (2.0, 2.0), (4.0, 4.1), (4.0, 2.0), (5.0, 3.0))
    whole, _ = read(noise_file, mono=False)
    assert len(out) == 5 * RATE
    assert np.array_equal(out[4 * RATE:], whole[2 * RATE: 3 * RATE])
