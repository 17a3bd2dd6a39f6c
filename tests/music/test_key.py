# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys of chords that leave no doubt, names, tuning, and modest answers where there is no key."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from podmix.errors import ModelError
from podmix.lab.key_metrics import kind_of_answer, mirex_score, relative
from podmix.music.key import names
from podmix.music.key.chroma import tuning_cents, whiten
from podmix.music.key.evidence import gather
from podmix.music.key.finder import find_key
from podmix.music.key.model import load_model, model_path
from podmix.music.key.profiles import PROFILES, rotated
from podmix.music.tones import BINS, RATE, ToneMeter, tones_of

Floats = NDArray[np.float32]

CHORDS = {"major": ((0, 4, 7), (5, 9, 12), (7, 11, 14), (0, 4, 7)),
          "minor": ((0, 3, 7), (5, 8, 12), (7, 10, 14), (0, 3, 7))}


def cadence(number: int, *, cents: float = 0.0, repeats: int = 2) -> Floats:
    """I IV V I with a bass, each chord a second, in key ``number``."""
    time = np.arange(RATE) / RATE
    chords = []
    for chord in CHORDS["major" if number < 12 else "minor"] * repeats:
        pitches = [48 + number % 12 + step for step in chord] + [36 + number % 12 + chord[0]]
        hertz = [440 * 2 ** ((pitch - 69 + cents / 100) / 12) for pitch in pitches]
        waves = [sum(np.sin(2 * np.pi * h * k * time) / k for k in range(1, 6)) for h in hertz]
        chords.append(np.sum(waves, axis=0) * np.minimum(1, 20 * time) * np.exp(-time))
    return np.asarray(np.concatenate(chords) * 0.05, np.float32)


@pytest.mark.parametrize("number", [0, 3, 6, 9, 12, 14, 19, 21])
@pytest.mark.parametrize("model", ["shipped", "profiles"])
def test_a_cadence_is_in_its_key(number: int, model: str, tmp_path: object) -> None:
    path = model_path() if model == "shipped" else model_path().with_name("none.json")
    found = find_key(tones_of(cadence(number)), model=path)
    assert found.key == names.key_name(number)
    assert found.camelot == names.camelot(number)
    assert found.method == ("model" if model == "shipped" else "profiles")
    assert sum(found.strengths) == pytest.approx(1, abs=0.01)
    assert found.alternative != found.key


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 23), st.floats(-38, 38))
def test_tuning_is_heard_and_does_not_move_the_key(number: int, cents: float) -> None:
    found = find_key(tones_of(cadence(number, cents=cents)))
    assert found.tuning_cents == pytest.approx(cents, abs=6)
    assert found.key == names.key_name(number)


def test_a_transposed_piece_has_transposed_chances() -> None:
    tones = np.asarray(tones_of(cadence(4)), np.float32)
    moved = np.zeros_like(tones)
    moved[:, 6:] = tones[:, :-6]
    low, high = find_key(tones), find_key(moved)
    assert names.key_number(high.key or "") == (names.key_number(low.key or "") + 2) % 12


def test_loudness_changes_nothing() -> None:
    loud, soft = (find_key(tones_of(cadence(9) * np.float32(gain))) for gain in (1.0, 0.02))
    assert loud.key == soft.key
    assert loud.confidence == pytest.approx(soft.confidence, abs=0.1)


def test_silence_has_no_key_and_noise_no_sure_one() -> None:
    silent = find_key(tones_of(np.zeros(10 * RATE, np.float32)))
    assert (silent.key, silent.camelot, silent.confidence) == (None, None, 0.0)
    assert find_key(tones_of(np.zeros(0, np.float32))).key is None
    noise = np.random.default_rng(1).normal(0, 0.2, 20 * RATE).astype(np.float32)
    assert find_key(tones_of(noise)).confidence < 0.3


def test_a_scrap_is_trusted_less_than_a_track() -> None:
    whole, scrap = find_key(tones_of(cadence(0, repeats=3))), find_key(tones_of(cadence(0)[:RATE]))
    assert scrap.confidence < 0.4 < whole.confidence


def test_the_wheels() -> None:
    for key, camelot in (("C major", "8B"), ("A minor", "8A"), ("G major", "9B"), ("Ab minor", "1A")):
        assert names.camelot(names.key_number(key)) == camelot
    assert [names.open_key(names.key_number(key)) for key in ("C major", "A minor", "F major", "F minor")] == \
        ["1d", "1m", "12d", "9m"]
    assert len({names.camelot(number) for number in range(24)}) == 24
    assert len({names.open_key(number) for number in range(24)}) == 24


def test_relative_keys_share_a_number_on_both_wheels() -> None:
    for number in range(24):
        assert names.camelot(number)[:-1] == names.camelot(relative(number))[:-1]
        assert names.open_key(number)[:-1] == names.open_key(relative(number))[:-1]
        assert relative(relative(number)) == number


@given(st.integers(0, 23))
def test_names_are_read_back(number: int) -> None:
    assert names.key_number(names.key_name(number)) == number


@pytest.mark.parametrize(("text", "number"), [("Gb major", 6), ("F#m", 18), ("a minor", 21), ("Am", 21),
                                             ("E♭ minor", 15)])
def test_other_spellings(text: str, number: int) -> None:
    assert names.key_number(text) == number


@pytest.mark.parametrize("text", ["", "H major", "?"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        names.key_number(text)


def test_weights_agree_with_mir_eval() -> None:
    mir_eval = pytest.importorskip("mir_eval")
    for truth in range(24):
        for found in range(24):
            words = [names.key_name(number).replace("Bb", "A#").replace("Eb", "D#").replace("Ab", "G#").lower()
                     for number in (truth, found)]
            assert mirex_score(truth, found) == mir_eval.key.weighted_score(*words)
    assert kind_of_answer(0, 5) == "fourth"
    assert mirex_score(0, None) == 0.0


def test_profiles_fit_their_own_key_best() -> None:
    for name in PROFILES:
        table = rotated(name)
        assert (np.argmax(table @ table.T, axis=1) == np.arange(24)).all()


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 3 * RATE), max_size=5))
def test_tones_do_not_depend_on_blocks(cuts: list[int]) -> None:
    sound = cadence(5)[:3 * RATE]
    edges = [0, *sorted(cuts), len(sound)]
    meter = ToneMeter()
    for low, high in pairwise(edges):
        meter.add(sound[low:high])
    found, whole = meter.tones(), tones_of(sound)
    assert found.shape == whole.shape == (16, BINS)
    np.testing.assert_allclose(found, whole, atol=2e-3)


def test_a_tone_reads_one_in_its_bin() -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(2 * RATE) / RATE).astype(np.float32)
    tones = tones_of(tone)
    assert int(tones[5].argmax()) == (69 - 24) * 3
    assert 0.5 < float(tones[5].max()) < 1.3
    assert abs(tuning_cents(whiten(tones))) < 6


def test_evidence_counts_what_is_heard() -> None:
    sound = np.concatenate([cadence(0), np.zeros(10 * RATE, np.float32)])
    found = gather(tones_of(sound))
    assert 35 < found.heard_frames < 55


def test_a_broken_model_is_told(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "weights.json"
    path.write_text('{"rows": ["other"]}')
    with pytest.raises(ModelError):
        load_model(path)
