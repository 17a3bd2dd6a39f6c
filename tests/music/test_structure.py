# SPDX-License-Identifier: GPL-3.0-or-later
"""Sections, energy and the embedding on music built by hand, and every kind of bad input through one pass."""

from __future__ import annotations

import dataclasses
import json
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from podmix.errors import ModelError
from podmix.music.embedding import SIZE, describe_sound, embed_sound, likeness
from podmix.music.energy import analyse_energy
from podmix.music.key.finder import find_key
from podmix.music.loudness import analyse_loudness
from podmix.music.sound import Sound, hear, listen
from podmix.music.structure.bars import bar_raster
from podmix.music.structure.boundaries import choose_lines
from podmix.music.structure.contents import describe_voice
from podmix.music.structure.labels import Heard, name_sections
from podmix.music.structure.models import load_models
from podmix.music.structure.sections import bars_of, find_structure
from podmix.music.types import BeatGrid, SoundEmbedding

Floats = NDArray[np.float32]
RATE = 22050
BEAT = 0.5


def club_track(plan: tuple[tuple[bool, bool, bool], ...], bars: int = 8) -> tuple[Floats, BeatGrid]:
    """Stretches of ``bars`` bars at 120 with or without kick, hats and a chord: mono sound and its grid."""
    dice = np.random.default_rng(4)
    total = len(plan) * bars * 4
    sound = dice.normal(0, 0.001, int(total * BEAT * RATE) + RATE // 10)
    time = np.arange(int(0.25 * RATE)) / RATE
    kick = np.sin(2 * np.pi * (50 * time + 8 * (1 - np.exp(-time * 40)))) * np.exp(-time * 12) * 0.8
    kick[:100] += dice.normal(0, 0.3, 100)
    hat = np.diff(dice.normal(0, 0.15, len(time) + 1)) * np.exp(-time * 60)
    long = np.arange(int(4 * BEAT * RATE)) / RATE
    chord = sum(np.sign(np.sin(2 * np.pi * hertz * long)) for hertz in (220, 277.2, 329.6)) * 0.04
    for beat in range(total):
        kicks, hats, chords = plan[beat // (4 * bars)]
        for plays, part, offset in ((kicks, kick, 0.0), (hats, hat, 0.5), (chords and beat % 4 == 0, chord, 0.0)):
            first = int((beat + offset) * BEAT * RATE)
            count = min(len(part), len(sound) - first)
            if plays and count > 0:
                sound[first:first + count] += part[:count]
    beats = tuple(float(beat * BEAT) for beat in range(total))
    return sound.astype(np.float32), BeatGrid(beats, beats[::4])


def heard(mono: Floats, rate: int = RATE) -> Sound:
    return hear([np.stack([mono, mono], 1).astype(np.float32)] if len(mono) else [], rate, 1)


PLAN = ((False, True, False), (True, True, True), (False, False, True), (True, True, True), (True, False, False))


@pytest.fixture(scope="module")
def club() -> tuple[Sound, BeatGrid]:
    mono, grid = club_track(PLAN)
    return heard(mono), grid


def test_sections_of_a_club_track(club: tuple[Sound, BeatGrid]) -> None:
    sound, grid = club
    bars = bars_of(sound, grid)
    found = find_structure(sound, bars)
    assert [round(section.start) for section in found.sections] == [0, 16, 32, 48, 64]
    assert [section.bars for section in found.sections] == [8] * 5
    assert [section.label for section in found.sections][:1] == ["intro"]
    assert found.sections[1].label == found.sections[3].label == "drop"
    assert found.sections[2].label in ("break", "build")
    assert found.sections[1].kick > 0.5 > found.sections[2].kick
    assert found.on_bars
    assert found.confidence > 0.5


def test_sections_meet_and_lie_on_bar_lines(club: tuple[Sound, BeatGrid]) -> None:
    sound, grid = club
    found = find_structure(sound, bars_of(sound, grid)).sections
    for left, right in pairwise(found):
        assert left.end == right.start
        assert min(abs(right.start - line) for line in grid.downbeats) < 1e-3


def test_without_a_grid_sections_are_near_and_own_up(club: tuple[Sound, BeatGrid]) -> None:
    sound, _ = club
    found = find_structure(sound, bars_of(sound, None))
    assert not found.on_bars
    assert all(section.bars == 0 for section in found.sections)
    for truth in (16, 32, 48):
        assert min(abs(section.start - truth) for section in found.sections) <= 2.0


def test_energy_rises_with_the_drop_and_with_the_beat(club: tuple[Sound, BeatGrid]) -> None:
    sound, grid = club
    energy = analyse_energy(sound, bars_of(sound, grid))
    curve = np.array(energy.curve)
    assert curve[8:16].mean() > curve[:8].mean() + 0.5
    assert curve[8:16].mean() > curve[16:24].mean() + 1
    assert 1 <= energy.energy <= 10
    pad, grid = club_track(((False, False, True),) * 3)
    calm = analyse_energy(heard(pad), bars_of(heard(pad), grid))
    assert calm.energy < energy.energy - 1
    assert calm.descriptors["driving"] < energy.descriptors["driving"]


def test_a_brighter_sound_is_brighter() -> None:
    noise = np.random.default_rng(2).normal(0, 0.1, 15 * RATE)
    dark = np.convolve(noise, np.ones(30) / 30)[:len(noise)]
    bright, dim = (analyse_energy(sound, bars_of(sound, None)).descriptors["bright"]
                   for sound in (heard(noise.astype(np.float32)), heard(dark.astype(np.float32))))
    assert bright > dim + 0.2


def test_the_embedding_knows_a_piece_again(club: tuple[Sound, BeatGrid]) -> None:
    mono, _ = club_track(PLAN)
    own = embed_sound(club[0])
    assert len(own.vector) == SIZE
    assert math.isclose(math.fsum(v * v for v in own.vector), 1, abs_tol=1e-3)
    duller = np.convolve(mono, [0.25, 0.5, 0.25], "same").astype(np.float32) * np.float32(0.3)
    other = heard(np.random.default_rng(1).normal(0, 0.1, 40 * RATE).astype(np.float32))
    assert likeness(own, embed_sound(heard(duller))) > likeness(own, embed_sound(other)) + 0.2
    with pytest.raises(ValueError, match="versions"):
        likeness(own, SoundEmbedding(99, own.vector))


BAD: dict[str, tuple[Floats, int]] = {
    "nothing": (np.zeros(0, np.float32), 44100),
    "one sample": (np.ones(1, np.float32), 44100),
    "silence": (np.zeros(20 * RATE, np.float32), RATE),
    "noise": (np.random.default_rng(1).normal(0, 0.3, 20 * RATE).astype(np.float32), RATE),
    "three seconds": (club_track(((True, True, True),), 1)[0][:3 * RATE], RATE),
    "8 kHz": (np.random.default_rng(2).normal(0, 0.1, 80_000).astype(np.float32), 8000),
    "192 kHz": (np.sin(np.arange(192_000 * 4) * 0.01).astype(np.float32) * np.float32(0.5), 192_000),
    "clipped": (np.sign(np.sin(np.arange(15 * RATE) * 0.03)).astype(np.float32), RATE),
    "ambient": ((np.sin(np.arange(30 * RATE) * 0.0628) * np.hanning(30 * RATE) * 0.1).astype(np.float32), RATE),
    "direct current": (np.full(10 * RATE, 0.5, np.float32), RATE),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_bad_input_gives_finite_modest_answers(name: str) -> None:
    mono, rate = BAD[name]
    sound = heard(mono, rate)
    bars = bars_of(sound, None)
    results = [find_key(sound.tones), analyse_loudness(sound.loudness), analyse_energy(sound, bars),
               find_structure(sound, bars), embed_sound(sound)]
    text = json.dumps([dataclasses.asdict(result) for result in results])
    assert "NaN" not in text
    assert "Infinity" not in text
    key, _, energy, structure, _ = results
    if name != "three seconds":
        assert key.confidence < 0.5
    if name in ("nothing", "silence"):
        assert (key.key, energy.energy, structure.sections) == (None, 1.0, ())
    assert np.isfinite(describe_sound(sound)).all()


def test_a_file_is_heard_as_its_samples_are(tmp_path: Path) -> None:
    import soundfile

    mono, _ = club_track(PLAN[:2], 2)
    stereo = np.stack([mono, mono * np.float32(0.5)], 1)
    path = tmp_path / "track.wav"
    soundfile.write(path, stereo, RATE, "FLOAT")
    found, direct = listen(path), hear([stereo], RATE, 2)
    assert found.duration == pytest.approx(len(mono) / RATE)
    np.testing.assert_allclose(found.loudness.power, direct.loudness.power, rtol=1e-5)
    np.testing.assert_allclose(found.tones, direct.tones, atol=2e-3)
    assert set(found.timings) >= {"decode", "loudness", "tones", "waveform", "beat_features"}
    assert found.loudness.side.max() > 0


def test_long_files_are_heard_in_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    mono, _ = club_track(PLAN[:2], 2)
    whole = heard(mono)
    monkeypatch.setattr("podmix.music.sound.STRETCH", 441 * 200)
    assert heard(mono).rhythm.mel.dtype == np.float16, "hours are held at half the size"
    monkeypatch.setattr("podmix.music.sound.LONG_MEL", np.float32)
    parts = heard(mono)
    assert parts.duration == pytest.approx(whole.duration)
    assert parts.rhythm.mel.shape == whole.rhythm.mel.shape
    assert parts.rhythm.onsets.shape == whole.rhythm.onsets.shape
    apart = np.abs(parts.rhythm.mel - whole.rhythm.mel).max(axis=1) > 1e-5
    assert apart.sum() <= 4 * len(mono) // (441 * 200) + 4


def test_half_the_size_says_the_same() -> None:
    mono, grid = club_track(PLAN, 2)
    whole = heard(mono)
    half = dataclasses.replace(whole, rhythm=dataclasses.replace(whole.rhythm, mel=whole.rhythm.mel.astype(np.float16)))
    first, second = (bars_of(sound, grid) for sound in (whole, half))
    np.testing.assert_allclose(second.levels, first.levels, atol=0.05)
    assert analyse_energy(half, second).energy == pytest.approx(analyse_energy(whole, first).energy, abs=0.02)
    assert likeness(embed_sound(half), embed_sound(whole)) > 0.999
    voices = [describe_voice(sound.rhythm.mel, bars.edges) for sound, bars in ((whole, first), (half, second))]
    np.testing.assert_allclose(voices[1], voices[0], atol=0.02)


def test_rates_agree() -> None:
    import soxr

    mono, grid = club_track(PLAN[:2], 4)
    high = hear([np.stack([soxr.resample(mono, RATE, 44100)] * 2, 1)], 44100, 1)
    low = heard(mono)
    assert high.tones.shape == low.tones.shape
    assert high.duration == pytest.approx(low.duration, abs=0.001)
    assert find_key(high.tones).key == find_key(low.tones).key
    assert analyse_energy(high, bars_of(high, grid)).energy == pytest.approx(
        analyse_energy(low, bars_of(low, grid)).energy, abs=0.6)


def test_gaps_in_the_grid_are_filled() -> None:
    lines = (2.0, 4.0, 6.0, 12.0, 14.0)
    edges, on_bars = bar_raster(BeatGrid(lines, lines), 0.0, 17.0)
    np.testing.assert_allclose(edges, [0, 2, 4, 6, 8, 10, 12, 14, 16, 18][:len(edges)])
    assert on_bars
    assert bar_raster(None, 1.0, 9.0)[1] is False


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-12, 12), max_size=150), st.booleans())
def test_chosen_lines_rise_and_never_exceed_the_longest(odds: list[float], on_bars: bool) -> None:
    lines = choose_lines(np.array(odds), on_bars=on_bars)
    edges = [0, *lines, len(odds) + 1]
    assert all(low < high <= low + 64 for low, high in pairwise(edges))


def test_phrases_win_over_a_line_beside_them() -> None:
    odds = np.full(31, -4.0)
    odds[[7, 15, 23]] = 1.0
    odds[8] = 1.3
    assert choose_lines(odds, on_bars=True) == [8, 16, 24]


def test_a_track_always_has_a_main_part() -> None:
    sections = [Heard(0.0, 20.0, 8, 3.0, 0.0, 0.0, 0.1), Heard(20.0, 40.0, 8, 3.2, 0.0, 0.0, 0.1)]
    assert "chorus" in name_sections(sections)
    assert name_sections([]) == []


def test_missing_weights_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        load_models(tmp_path / "none.json")
