# SPDX-License-Identifier: GPL-3.0-or-later
"""Composed music: the truth is true, everything comes again from the same dice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.lab.composing.accompaniment import _parts
from podmix.lab.composing.composer import compose
from podmix.lab.composing.drum_sounds import KICK, make_kit, sound_for
from podmix.lab.composing.loops import begun_before, compose_loops
from podmix.lab.composing.performing import living_time, perform, swung
from podmix.lab.composing.rendering import Studio, render
from podmix.lab.composing.sample_kits import percussion_number
from podmix.lab.composing.score import EFFECT_IMPACT, EFFECT_RISER, Part, Score
from podmix.lab.composing.styles import STYLES
from podmix.lab.composing.tones import play_note, random_patch
from podmix.music.beats.features import FINE_RATE, RATE, onset_curve


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_every_style_composes_notes_inside_its_bars(style) -> None:
    score = compose(np.random.default_rng(4), seconds=15, style=style)
    assert score.length % style.beats_per_bar == 0
    assert any(len(part.notes) for part in score.parts)
    for part in score.parts:
        assert part.notes[:, 0].min() >= 0
        assert part.notes[:, 0].max() < score.length
        assert np.all((part.notes[:, 2] >= 0) & (part.notes[:, 2] < 128))


@given(bpm=st.floats(60, 190), lead_in=st.floats(0, 3))
def test_a_steady_performance_has_even_beats_from_the_lead_in(bpm: float, lead_in: float) -> None:
    played = perform(Score("x", bpm, 4, 32.0, ()), np.random.default_rng(0), lead_in=lead_in)
    np.testing.assert_allclose(played.beats, lead_in + np.arange(32) * 60 / bpm, atol=1e-9)
    np.testing.assert_array_equal(played.downbeats, played.beats[::4])


@given(seed=st.integers(0, 300))
def test_living_time_rises_and_begins_at_the_lead_in(seed: int) -> None:
    time = living_time(64.0, 120.0, 0.7, np.random.default_rng(seed))
    assert np.all(np.diff(time.seconds) > 0.2)
    assert float(time(np.array([0.0]))[0]) == pytest.approx(0.7)


@given(amount=st.floats(0, 0.5), unit=st.sampled_from([0.25, 0.5]))
def test_swing_moves_only_what_lies_between_pulses(amount: float, unit: float) -> None:
    pulses = np.arange(0, 8, 2 * unit)
    np.testing.assert_allclose(swung(pulses, amount, unit), pulses, atol=1e-9)
    assert np.all(np.diff(swung(np.linspace(0, 4, 200), amount, unit)) > 0)
    assert swung(np.array([unit]), 1 / 3, unit)[0] == pytest.approx(unit * 4 / 3)


def test_rendered_drums_sound_at_their_beats() -> None:
    hits = np.array([[beat, 0.2, KICK, 110] for beat in range(16)], np.float64)
    played = perform(Score("x", 120.0, 4, 16.0, (Part("drums", 0, hits),)), np.random.default_rng(0), lead_in=0.25)
    for seed in range(4):
        sound = render(played, Studio(RATE), np.random.default_rng(seed), seconds=8.5)
        assert np.isfinite(sound).all()
        assert np.abs(sound).max() == pytest.approx(1.0, abs=1e-3)
        curve = onset_curve(sound)
        near = [slice(int((beat - 0.03) * FINE_RATE), int((beat + 0.03) * FINE_RATE)) for beat in played.beats[1:]]
        folded = [curve[window].max() for window in near]
        assert np.median(folded) > 3 * np.median(curve)


@settings(max_examples=20)
@given(seed=st.integers(0, 10_000), role=st.sampled_from(["bass", "pad", "melody", "arpeggio", "chords"]))
def test_every_patch_plays_finite_sound(seed: int, role) -> None:
    dice = np.random.default_rng(seed)
    note = play_note(random_patch(role, dice), float(dice.integers(24, 108)), 0.3, RATE)
    assert np.isfinite(note).all()
    assert np.abs(note).max() < 20


def test_a_kit_has_or_borrows_every_common_drum() -> None:
    kit = make_kit(RATE, np.random.default_rng(2))
    assert all(sound_for(kit, number) is not None for number in range(35, 60))
    assert sound_for(kit, 3) is None
    assert percussion_number("Snare Rock") == 38
    assert percussion_number("Closed HH") == 42
    assert percussion_number("bd_haus") == 36
    assert percussion_number("xyz") is None


def test_the_same_dice_make_the_same_music() -> None:
    first, second = (compose(np.random.default_rng(9), seconds=10) for _ in range(2))
    assert first.style == second.style
    for one, other in zip(first.parts, second.parts, strict=True):
        np.testing.assert_array_equal(one.notes, other.notes)


def test_a_midi_track_is_read_with_running_status_and_volume() -> None:
    setting = [0, 0xC1, 33, 0, 0xB1, 7, 50]
    notes = [0, 0x91, 40, 100, 96, 40, 0, 0, 0xFF, 3, 2, 65, 66, 96, 0x91, 43, 80, 48, 0x81, 43, 0]
    track = bytes([*setting, *notes, 0, 0xFF, 0x2F, 0])
    data = b"MThd\x00\x00\x00\x06\x00\x01\x00\x01\x00\x60MTrk" + len(track).to_bytes(4, "big") + track
    (part,) = _parts(data, 8)
    assert part.role == "bass"
    np.testing.assert_allclose(part.notes, [[0, 1, 40, 50], [2, 0.5, 43, 40]])


def test_examples_survive_quantising(tmp_path: Path) -> None:
    from podmix.lab.beat_examples import make_piece, pulseless, quantise, restore

    sound, beats, downbeats, style = make_piece(np.random.default_rng(1), Studio(RATE), [], tmp_path, seconds=6.0)
    assert len(sound) == 6 * RATE
    assert set(downbeats) <= set(beats)
    assert style
    mel = np.random.default_rng(0).uniform(1e-4, 1, (20, 64)).astype(np.float32)
    np.testing.assert_allclose(restore(quantise(mel)), mel, rtol=0.04)
    assert len(pulseless(np.random.default_rng(3), RATE, 3.0, tmp_path)) == 3 * RATE


@given(seed=st.integers(0, 400))
@settings(max_examples=30)
def test_loops_stay_in_their_bars_save_for_a_pick_up(seed: int) -> None:
    score = compose_loops(np.random.default_rng(seed), seconds=20)
    assert score.length % score.beats_per_bar == 0
    assert sum(len(part.notes) for part in score.parts) > 4
    for part in score.parts:
        assert part.notes[:, 0].min() >= -1.0
        assert part.notes[:, 0].max() < score.length
        assert part.notes[:, 1].min() > 0
    assert 0 <= begun_before(score) <= 1.0


def test_what_leads_into_a_section_ends_on_a_bar_line() -> None:
    seen = set()
    for seed in range(60):
        score = compose_loops(np.random.default_rng(seed), seconds=40)
        for part in score.parts:
            for start, length, kind, _ in part.notes if part.role == "effects" else ():
                seen.add(kind)
                line = start + length if kind == EFFECT_RISER else start
                assert line % score.beats_per_bar == pytest.approx(0, abs=1e-6)
    assert seen == {EFFECT_RISER, EFFECT_IMPACT}


def test_a_riser_swells_in_the_rendered_sound() -> None:
    notes = np.array([[0.0, 8.0, EFFECT_RISER, 100.0]])
    played = perform(Score("x", 120.0, 4, 16.0, (Part("effects", 0, notes),)), np.random.default_rng(0))
    for seed in range(3):
        sound = render(played, Studio(RATE), np.random.default_rng(seed), seconds=5.0)
        assert np.std(sound[int(3.5 * RATE):4 * RATE]) > 3 * np.std(sound[: RATE // 2])
