# SPDX-License-Identifier: GPL-3.0-or-later
"""The spectrogram and the onset curve: the same in blocks as in one piece, and in time to the millisecond."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podmix.music.beats import features

NOISE = np.random.default_rng(3).normal(0, 0.1, 3 * features.RATE * 3 + 77).astype(np.float32)


@given(cuts=st.lists(st.integers(0, len(NOISE)), max_size=6))
def test_blocks_of_any_length_give_the_same_features(cuts: list[int]) -> None:
    whole = features.extract([NOISE])
    pieces = [NOISE[a:b] for a, b in zip([0, *sorted(cuts)], [*sorted(cuts), len(NOISE)], strict=True)]
    parts = features.extract(pieces)
    np.testing.assert_allclose(parts.mel, whole.mel, atol=1e-6)
    np.testing.assert_allclose(parts.onsets, whole.onsets, atol=1e-4)
    assert parts.duration == pytest.approx(len(NOISE) / features.RATE)


def test_chunks_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = features.extract([NOISE])
    monkeypatch.setattr(features, "BLOCK_FRAMES", 50)
    parts = features.extract([NOISE[:40_000], NOISE[40_000:]])
    np.testing.assert_allclose(parts.mel, whole.mel, atol=1e-6)
    np.testing.assert_allclose(parts.onsets, whole.onsets, atol=1e-4)


@pytest.mark.parametrize("moment", [0.5, 0.7133, 1.2501])
def test_an_attack_is_seen_where_it_is(moment: float) -> None:
    samples = np.random.default_rng(1).normal(0, 1e-4, 2 * features.RATE).astype(np.float32)
    first = round(moment * features.RATE)
    samples[first:first + 4000] += np.random.default_rng(2).normal(0, 0.3, 4000).astype(np.float32)
    curve = features.onset_curve(samples)
    assert abs(int(curve.argmax()) / features.FINE_RATE - moment) < 0.006
    mel = features.spectrogram(samples).mean(1)
    assert abs(int(np.diff(mel).argmax() + 1) / features.FRAME_RATE - moment) < 0.03


def test_a_full_scale_tone_reads_near_one_and_loudness_cancels() -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(features.RATE) / features.RATE).astype(np.float32)
    mel = features.spectrogram(tone)
    assert 0.2 < mel[20:30].max() < 1.5
    np.testing.assert_allclose(features.compress(mel), features.compress(mel * 0.01), rtol=1e-4)


def test_nothing_gives_nothing() -> None:
    empty = features.extract([])
    assert empty.mel.shape == (0, features.BANDS)
    assert empty.duration == 0
    assert features.compress(np.zeros((5, features.BANDS), np.float32)).max() == 0
