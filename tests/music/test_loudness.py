# SPDX-License-Identifier: GPL-3.0-or-later
"""Loudness beside pyloudnorm and FFmpeg's meter, and as it must be where the answer is known."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from podmix.music.loudness import (
    LoudnessMeter,
    album_gain_db,
    analyse_loudness,
)
from podmix.music.types import LoudnessAnalysis

Floats = NDArray[np.float32]


def music(rate: int, seconds: float, seed: int = 1) -> Floats:
    """Noise of a changing colour and level, different in both channels, quiet parts and a gap: ``(n, 2)``."""
    dice = np.random.default_rng(seed)
    frames = int(rate * seconds)
    sound = np.cumsum(dice.normal(0, 0.02, (frames, 2)), axis=0)
    sound -= np.linspace(0, 1, frames)[:, None] * sound[-1]
    sound = np.diff(sound, axis=0, prepend=0) + 0.02 * np.sin(2 * np.pi * 220 * np.arange(frames) / rate)[:, None]
    level = np.interp(np.arange(frames), np.linspace(0, frames, 9), [0.2, 1, 1, 4, 6, 0.05, 0.001, 3, 5])
    return np.asarray(sound * level[:, None], np.float32)


def measured(sound: Floats, rate: int, channels: int = 2, block: int = 50_000) -> LoudnessAnalysis:
    meter = LoudnessMeter(rate, channels)
    for start in range(0, len(sound), block):
        meter.add(sound[start:start + block])
    return analyse_loudness(meter.blocks())


def ffmpeg(sound: Floats, rate: int) -> dict[str, float]:
    """Integrated, range and true peak by FFmpeg's ebur128."""
    import av

    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=rate, format="fltp", layout="stereo")
    meter = graph.add("ebur128", "metadata=1:peak=true")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    last: dict[str, str] = {}
    top = -200.0

    def drain() -> None:
        nonlocal last, top
        while True:
            try:
                got = graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            if got.metadata:
                last = dict(got.metadata)
                top = max(top, *(20 * np.log10(max(1e-9, float(value))) for name, value in last.items()
                                 if name.startswith("lavfi.r128.true_peaks_ch")), -200.0)

    for start in range(0, len(sound), rate // 10):
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound[start:start + rate // 10].T), "fltp", "stereo")
        frame.sample_rate, frame.pts = rate, start
        graph.push(frame)
        drain()
    return {"integrated": float(last["lavfi.r128.I"]), "range": float(last["lavfi.r128.LRA"]), "peak": top}


@pytest.mark.parametrize("rate", [44100, 48000])
def test_agrees_with_pyloudnorm_and_ffmpeg(rate: int) -> None:
    import pyloudnorm

    sound = music(rate, 40)
    found = measured(sound, rate)
    assert found.integrated_lufs == pytest.approx(pyloudnorm.Meter(rate).integrated_loudness(sound), abs=0.1)
    peer = ffmpeg(sound, rate)
    assert found.integrated_lufs == pytest.approx(peer["integrated"], abs=0.1)
    assert found.range_lu == pytest.approx(peer["range"], abs=0.5)
    if peer["peak"] > -199:
        assert found.true_peak_db == pytest.approx(peer["peak"], abs=0.2)


def test_the_standards_tone_reads_as_written() -> None:
    """BS.1770: a 997 Hz sine at full scale in one channel is -3.01 LUFS; EBU 3341: -23 dBFS in both is -23 LUFS."""
    rate = 48000
    tone = np.sin(2 * np.pi * 997 * np.arange(10 * rate) / rate).astype(np.float32)
    assert measured(np.stack([tone, 0 * tone], 1), rate).integrated_lufs == pytest.approx(-3.01, abs=0.05)
    both = np.stack([tone, tone], 1) * np.float32(10 ** (-23 / 20))
    assert measured(both, rate).integrated_lufs == pytest.approx(-23.0, abs=0.05)
    assert measured(both, rate, channels=1).integrated_lufs == pytest.approx(-26.0, abs=0.05)
    assert measured(both, rate).replaygain_db == pytest.approx(5.0, abs=0.05)


def test_range_of_two_levels_is_their_distance() -> None:
    """EBU Tech 3342, case 1: 20 s at -20 dBFS, then 20 s at -30 dBFS have a range of 10 LU."""
    rate = 48000
    tone = np.sin(2 * np.pi * 1000 * np.arange(40 * rate) / rate)
    level = np.where(np.arange(40 * rate) < 20 * rate, 10 ** (-20 / 20), 10 ** (-30 / 20))
    sound = np.stack([tone * level] * 2, 1).astype(np.float32)
    assert measured(sound, rate).range_lu == pytest.approx(10.0, abs=0.5)


def test_peaks_between_samples_are_seen() -> None:
    """A tone at a quarter of the rate, sampled 45 degrees off its crests, peaks 3 dB above its samples."""
    rate = 48000
    sound = np.sin(np.pi / 2 * np.arange(rate) + np.pi / 4) * 0.5 * np.hanning(rate)
    found = measured(np.stack([sound, sound], 1).astype(np.float32), rate)
    assert found.true_peak_db == pytest.approx(-6.02, abs=0.1)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 90_000), min_size=1, max_size=5), st.sampled_from([8000, 11025, 44100]))
def test_blocks_of_any_length_give_the_same(cuts: list[int], rate: int) -> None:
    sound = music(rate, 4)
    whole, parts = measured(sound, rate, block=len(sound)), LoudnessMeter(rate, 2)
    edges = sorted({0, len(sound), *(cut for cut in cuts if cut < len(sound))})
    for low, high in pairwise(edges):
        parts.add(sound[low:high])
    found = analyse_loudness(parts.blocks())
    assert found.integrated_lufs == pytest.approx(whole.integrated_lufs, abs=1e-6)
    assert found.true_peak_db == pytest.approx(whole.true_peak_db, abs=0.02)
    assert len(found.short_term_lufs) == len(whole.short_term_lufs)


def test_gain_moves_every_level_by_itself() -> None:
    sound = music(22050, 12)
    loud, soft = measured(sound, 22050), measured(sound * np.float32(0.25), 22050)
    assert loud.integrated_lufs is not None
    assert soft.integrated_lufs is not None
    assert loud.integrated_lufs - soft.integrated_lufs == pytest.approx(12.04, abs=0.02)
    assert loud.range_lu == pytest.approx(soft.range_lu, abs=0.3)


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.3, 3.0])
def test_silence_and_scraps(seconds: float) -> None:
    silent = np.zeros((int(44100 * seconds), 2), np.float32)
    found = measured(silent, 44100)
    assert found.integrated_lufs is None
    assert found.true_peak_db is None
    assert (found.replaygain_db, found.range_lu) == (0.0, 0.0)
    if seconds:
        assert measured(silent + np.float32(0.1), 44100).replaygain_peak == pytest.approx(0.1, abs=0.03)


def test_album_gain_is_that_of_the_joined_tracks() -> None:
    first, second = music(44100, 20, seed=2), music(44100, 12, seed=3) * np.float32(0.3)
    joined = measured(np.concatenate([first, second]), 44100)
    found = album_gain_db([measured(first, 44100), measured(second, 44100)])
    assert found == pytest.approx(joined.replaygain_db, abs=0.1)
    assert album_gain_db([]) is None
