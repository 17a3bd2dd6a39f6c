# SPDX-License-Identifier: GPL-3.0-or-later
"""Beats of long recordings, strung together from stretches, against the same heard as a whole."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from podmix.music import beat_stretches
from podmix.music.beat_stretches import beats_of
from podmix.music.beats.features import BANDS, BeatFeatures, extract
from podmix.music.interop.grids import marks_of_grid
from tests.music.test_structure import RATE, club_track


@pytest.fixture
def in_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beat_stretches, "LONGEST_S", 30.0)
    monkeypatch.setattr(beat_stretches, "STRETCH_S", 25)
    monkeypatch.setattr(beat_stretches, "BEYOND_S", 6)


def heard(stretches: int = 5, silence: int = 0) -> BeatFeatures:
    mono, _ = club_track(((True, True, True),) * stretches)
    return extract([mono, np.zeros(silence * RATE, np.float32)])


@pytest.mark.usefixtures("in_stretches")
def test_seams_are_not_heard() -> None:
    sound = heard()
    found = beats_of(sound)
    assert found.tempo == pytest.approx(120.0, abs=0.05)
    gaps = np.diff(found.grid.beats)
    assert np.abs(gaps - 0.5).max() < 0.02
    assert set(found.grid.downbeats) <= set(found.grid.beats)
    assert found.tempo_confidence > 0.5
    assert found.duration == sound.duration
    assert found.grid.beats[-1] > sound.duration - 2


@pytest.mark.usefixtures("in_stretches")
def test_segments_name_their_beats() -> None:
    grid = beats_of(heard()).grid
    assert len(grid.segments) >= 3
    for one in grid.segments:
        assert grid.beats[one.first_beat] == pytest.approx(one.start, abs=0.02)
        last = one.first_beat + one.beats - 1
        assert grid.beats[last] == pytest.approx(one.start + (one.beats - 1) * one.period, abs=0.03)
    assert [left.first_beat + left.beats for left, _ in pairwise(grid.segments)] == \
        [right.first_beat for _, right in pairwise(grid.segments)]
    plain = {"beats": grid.beats, "downbeats": grid.downbeats, "beats_per_bar": 4, "segments": [
        {"start": s.start, "period": s.period, "first_beat": s.first_beat, "beats": s.beats} for s in grid.segments]}
    assert all(mark.bpm == pytest.approx(120, abs=0.5) for mark in marks_of_grid(plain))


@pytest.mark.usefixtures("in_stretches")
def test_a_long_silence_has_no_beats_and_costs_confidence() -> None:
    half = beats_of(heard(3, silence=50))
    assert half.tempo == pytest.approx(120.0, abs=0.05)
    assert max(half.grid.beats) < 52
    assert half.tempo_confidence < beats_of(heard(3)).tempo_confidence


@pytest.mark.parametrize("seconds", [4, 5, 8, 12, 30])
def test_noise_of_any_length_has_no_beats(seconds: int) -> None:
    for seed in (1, 2, 3):
        noise = np.random.default_rng(seed).normal(0, 0.2, seconds * RATE).astype(np.float32)
        found = beats_of(extract([noise]))
        assert (found.tempo, found.tempo_confidence, found.grid.beats) == (None, 0.0, ())


def test_a_short_loop_keeps_its_beats() -> None:
    mono, _ = club_track(((True, True, True),), 4)
    found = beats_of(extract([mono]))
    assert found.duration == pytest.approx(8.1)
    assert found.tempo == pytest.approx(120, abs=0.1)


def test_a_scrap_says_nothing() -> None:
    assert beats_of(BeatFeatures(np.zeros((3, BANDS), np.float32), np.zeros(20, np.float32), 0.05)).tempo is None
    assert beats_of(extract([])).grid.beats == ()
