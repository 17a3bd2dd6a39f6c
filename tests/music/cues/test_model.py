# SPDX-License-Identifier: GPL-3.0-or-later
"""The stored models and what they choose."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.errors import ModelError
from podmix.music.cues.choosing import APART_BARS, chance, chance_in_track, choose_ends, choose_hot
from podmix.music.cues.features import FEATURES, columns_of, describe_lines
from podmix.music.cues.finder import analyse_cues
from podmix.music.cues.lines import cue_lines
from podmix.music.cues.model import TARGETS, CueModel, Dense, Scorer, Trees, load_model, model_path, save_model
from tests.music.cues.written import written

scores = st.lists(st.floats(-9, 9), min_size=1, max_size=60).map(np.array)


def one_tree() -> Trees:
    """Log odds 2 where the first feature is above 0.5, else -2."""
    return Trees(np.array([0, 0, 0], np.int32), np.array([0.5, np.inf, np.inf]), np.array([1, 1, 2], np.int32),
                 np.array([2, 1, 2], np.int32), np.array([0.0, -2.0, 2.0]), np.array([0], np.int32), 0.25, False, 1)


def model_on(feature: str, judge: Trees | Dense | None = None) -> CueModel:
    column = np.array([FEATURES.index(feature)], np.int32)
    return CueModel("boosting", {target: Scorer(column, judge or one_tree(), 1.5, 0.5) for target in TARGETS})


def test_a_tree_is_walked_to_its_leaves() -> None:
    np.testing.assert_allclose(one_tree().log_odds(np.array([[0.5], [0.51], [-3.0]])), [-1.75, 2.25, -1.75])


def test_a_forest_averages_chances() -> None:
    tree = replace(one_tree(), value=np.array([0.0, 0.2, 0.8]), averaged=True, base=0.0)
    np.testing.assert_allclose(tree.log_odds(np.array([[0.0], [1.0]])), [np.log(0.25), np.log(4.0)])


def test_layers_are_rectified_between() -> None:
    dense = Dense(np.array([1.0]), np.array([2.0]), ((np.array([[1.0, -1.0]]), np.zeros(2)),
                                                    (np.array([[1.0], [10.0]]), np.array([0.5]))))
    np.testing.assert_allclose(dense.log_odds(np.array([[3.0], [-1.0], [99.0]])), [1.5, 10.5, 4.5])


def test_a_model_is_read_as_it_was_written(tmp_path: Path) -> None:
    dice = np.random.default_rng(1)
    dense = Dense(dice.normal(size=1), np.ones(1), ((dice.normal(size=(1, 4)), dice.normal(size=4)),
                                                    (dice.normal(size=(4, 1)), dice.normal(size=1))))
    rows = dice.normal(size=(20, len(FEATURES)))
    for judge in (one_tree(), dense):
        made = replace(model_on("place/bars before", judge), replaces=("out",))
        save_model(made, tmp_path / "model.safetensors")
        load_model.cache_clear()
        read = load_model(tmp_path / "model.safetensors")
        assert read is not None
        assert (read.kind, read.replaces) == ("boosting", ("out",))
        for target in TARGETS:
            np.testing.assert_allclose(read.scorers[target].log_odds(rows), made.scorers[target].log_odds(rows))
            assert (read.scorers[target].temperature, read.scorers[target].least) == (1.5, 0.5)


def test_equal_models_are_equal_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        save_model(model_on("place/bars before"), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize("spoilt", ["short", "text", "features", "nodes"])
def test_a_file_that_does_not_fit_is_told(tmp_path: Path, spoilt: str) -> None:
    path = tmp_path / "model.safetensors"
    made = model_on("place/bars before")
    if spoilt == "nodes":
        made = model_on("place/bars before", replace(one_tree(), left=np.array([7, 1, 2], np.int32)))
    save_model(made, path)
    data = path.read_bytes()
    if spoilt == "short":
        path.write_bytes(data[:len(data) // 2])
    elif spoilt == "text":
        path.write_text("weights")
    elif spoilt == "features":
        path.write_bytes(data.replace(b"place/bars before", b"place/bars befall"))
    with pytest.raises(ModelError):
        load_model(path)


def test_no_file_is_no_model(tmp_path: Path) -> None:
    assert load_model(tmp_path / "none") is None


def test_the_shipped_model_is_small_and_fits() -> None:
    model = load_model(model_path())
    assert model is not None
    assert model.replaces
    assert sum(path.stat().st_size for path in model_path().parent.iterdir()) < 1_000_000


def test_only_what_beat_the_rules_is_the_models(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_model(replace(model_on("phrase/multiple of 32 bars"), replaces=("hot",)), path)
    ruled, mixed = analyse_cues(*written(), model=tmp_path / "none"), analyse_cues(*written(), model=path)
    assert (mixed.come_in, mixed.go_out) == (ruled.come_in, ruled.go_out)
    assert [cue.time for cue in mixed.cues if cue.kind == "hot"] == [0.5, 64.5]
    assert mixed.method == "model"


def test_features_are_finite_and_named() -> None:
    track = written()
    lines = cue_lines(*track)
    assert lines is not None
    described = describe_lines(lines, track[0], track[1])
    assert described.shape == (len(lines), len(FEATURES))
    assert np.isfinite(described).all()
    assert len(set(FEATURES)) == len(FEATURES)
    opens = described[:, FEATURES.index("sections/opens a section")]
    assert np.flatnonzero(opens).tolist() == [0, 8, 24, 32, 48]
    assert described[8, FEATURES.index("levels/energy: change over 8")] > 0.5
    assert columns_of(("place",)) == tuple(range(5))


@settings(max_examples=60, deadline=None)
@given(scores)
def test_the_entry_comes_before_the_exit_and_no_pair_is_better(come_in: np.ndarray) -> None:
    go_out = np.roll(come_in, 3)[::-1].copy()
    first, last = choose_ends(come_in, go_out)
    if len(come_in) == 1:
        assert (first, last) == (0, 0)
        return
    assert first < last
    best = max(come_in[low] + go_out[high] for low in range(len(come_in)) for high in range(low + 1, len(come_in)))
    assert come_in[first] + go_out[last] == pytest.approx(best)


@settings(max_examples=60, deadline=None)
@given(scores, st.floats(-9, 9))
def test_hot_cues_lie_apart_and_above_the_least(log_odds: np.ndarray, least: float) -> None:
    chosen = choose_hot(log_odds, least)
    assert len(chosen) <= 8
    assert all(right - left >= APART_BARS for left, right in pairwise(chosen))
    assert all(log_odds[line] >= least for line in chosen)
    if log_odds.max() >= least:
        assert int(log_odds.argmax()) in chosen


@settings(max_examples=40, deadline=None)
@given(scores, st.floats(0.3, 4))
def test_chances_in_a_track_add_up(log_odds: np.ndarray, temperature: float) -> None:
    total = sum(chance_in_track(log_odds, line, temperature) for line in range(len(log_odds)))
    assert total == pytest.approx(1.0)
    assert 0 <= chance(float(log_odds[0]), temperature) <= 1
