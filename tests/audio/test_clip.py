# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podmix.audio.clip import CLIP_RATE, cut_clip, faded
from podmix.audio.decode import read
from podmix.audio.encode import write_clip
from podmix.audio.loudness import integrated_lufs, true_peak_db
from podmix.errors import AudioError


@pytest.fixture(scope="module")
def episode(tmp_path_factory: pytest.TempPathFactory, noise: Callable[..., np.ndarray]) -> Path:
    """Speech-like bursts of noise with loud clicks, stereo, 44.1 kHz."""
    x = noise(20, 44_100)
    t = np.arange(len(x)) / 44_100
    x *= (0.3 + 0.25 * np.sin(2 * np.pi * 3 * t))[:, None].astype(np.float32)
    x[::30_011] = 0.95
    return write_clip(x, 44_100, tmp_path_factory.mktemp("clip") / "episode.flac")


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.floats(0, 12), length=st.floats(3, 7))
def test_length_level_peak_and_edges(episode: Path, start: float, length: float) -> None:
    clip = cut_clip(episode, start, start + length)
    assert clip.sample_rate == CLIP_RATE
    assert len(clip.samples) == round((start + length - start) * CLIP_RATE)
    assert integrated_lufs(clip.samples, CLIP_RATE) == pytest.approx(-16, abs=0.5)
    assert true_peak_db(clip.samples, CLIP_RATE) <= -1.0
    assert not clip.samples[0].any()
    assert not clip.samples[-1].any()


@pytest.mark.parametrize("suffix", [".ogg", ".mp3", ".m4a"])
def test_the_coded_file_keeps_length_level_and_peak(episode: Path, tmp_path: Path, suffix: str) -> None:
    clip = cut_clip(episode, 2.0, 8.0)
    decoded, rate = read(write_clip(clip.samples, clip.sample_rate, tmp_path / f"clip{suffix}"), mono=False)
    assert (rate, len(decoded)) == (CLIP_RATE, 6 * CLIP_RATE)
    assert integrated_lufs(decoded, rate) == pytest.approx(-16, abs=0.5)
    assert true_peak_db(decoded, rate) <= -1.0


def test_a_clip_past_the_end_is_shorter_and_beyond_it_is_refused(episode: Path) -> None:
    assert cut_clip(episode, 18.0, 25.0).duration == pytest.approx(2.0, abs=0.001)
    with pytest.raises(AudioError, match="ends before"):
        cut_clip(episode, 30.0, 40.0)
    with pytest.raises(AudioError, match="no length"):
        cut_clip(episode, 5.0, 5.0)


def test_fades_are_symmetric_and_short() -> None:
    x = faded(np.ones(48_000, np.float32), 48_000)
    assert np.all(x[1440:-1440] == 1)
    assert np.array_equal(x, x[::-1])
    assert np.abs(np.diff(x)).max() < 0.002
    assert faded(np.ones(1, np.float32), 48_000).tolist() == [1.0]
