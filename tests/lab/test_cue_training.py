# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures, models and the training of cue points on tracks written by hand."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.lab.cue_data import Analyses, CueExample
from podmix.lab.cue_forms import CueTruth
from podmix.lab.cue_measures import FIELDS, Found, interval, matched, measure_track, summarise
from podmix.lab.cue_table import (
    BASELINES,
    FOLDS,
    build_table,
    by_rules,
    by_scores,
    fold_of,
    grid_is_right,
    line_truth,
)
from podmix.lab.cue_training import Trial, train, trials
from podmix.music.cues.features import FEATURE_SETS
from podmix.music.cues.lines import cue_lines
from podmix.music.cues.model import TARGETS, load_model
from tests.music.cues.written import written

GROUPS = ("house", "techno", "rock", "pop", "waltz", "funk")


def example(number: int, group: str, *, truth: CueTruth | None = None, source: str = "loops") -> CueExample:
    """A club track of its own lengths."""
    dice = np.random.default_rng(number)
    lengths = [int(dice.choice([4, 8, 16])) for _ in range(5)]
    plan = tuple((label, bars, float(energy + dice.normal(0, 0.5))) for label, bars, energy in
                 zip(("intro", "drop", "break", "drop", "outro"), lengths, (4, 8, 3, 8.5, 4), strict=True))
    heard = Analyses(*written(plan))
    starts = 0.5 + 2.0 * np.cumsum([0, *lengths])
    told = truth or CueTruth(0.5, float(starts[1]), float(starts[4]), float(starts[5]),
                             tuple(map(float, starts[1:4])), ("drop", "break", "drop"))
    lines = np.array(heard.beats.grid.downbeats)
    return CueExample(f"loops-{number}", source, group, told, lines, 0.5, 2.0, {"heard": heard, "corrected": heard})


@pytest.fixture(scope="module")
def examples() -> list[CueExample]:
    return [example(number, GROUPS[number % len(GROUPS)]) for number in range(24)]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(0, 40), max_size=5), st.lists(st.integers(0, 40), max_size=5), st.integers(1, 6))
def test_matching_finds_as_many_pairs_as_any_other(truth: list[int], found: list[int], reach: int) -> None:
    def most(wanted: list[int], given_: list[int]) -> int:
        if not given_:
            return 0
        rest = most(wanted, given_[1:])
        here = [1 + most(wanted[:at] + wanted[at + 1:], given_[1:]) for at, one in enumerate(wanted)
                if abs(one - given_[0]) <= reach]
        return max([rest, *here])

    assert matched([float(t) for t in truth], [float(t) for t in found], float(reach)) == most(truth, found)


def test_measures_of_one_track() -> None:
    track = example(1, "house", truth=CueTruth(0.5, 16.5, 96.5, 112.5, (16.5, 48.5), ("drop", "break")))
    row = dict(zip(FIELDS, measure_track(track, Found(17.0, 92.5, (48.5, 17.9, 60.0, 90.0))), strict=True))
    assert (row["in beat"], row["in error"]) == (1.0, 1.0)
    assert (row["out beat"], row["out bar"], row["out error"]) == (0.0, 0.0, 8.0)
    assert row["hot F beat"] == pytest.approx(2 / 6)
    assert row["hot F bar"] == pytest.approx(4 / 6)
    assert row["hot precision@3 bar"] == pytest.approx(2 / 3)
    only_out = CueTruth(None, None, 96.5, None, (), ())
    silent = measure_track(example(1, "house", truth=only_out), Found(1.0, 96.5, (3.0,)))
    told = dict(zip(FIELDS, silent, strict=True))
    assert math.isnan(told["in beat"])
    assert math.isnan(told["hot F bar"])
    assert told["out beat"] == 1.0


def test_intervals_hold_the_mean_and_know_a_difference() -> None:
    rows = np.zeros((80, len(FIELDS)))
    rows[::2, 0] = 1.0
    low, high = interval(rows, "in beat")
    assert low < summarise(rows)["in beat"] == 0.5 < high
    better = rows.copy()
    better[1::4, 0] = 1.0
    assert interval(better, "in beat", against=rows)[0] > 0
    assert interval(rows, "in beat", against=rows) == (0.0, 0.0)


def test_no_group_is_in_two_folds(examples: list[CueExample]) -> None:
    table = build_table(examples)
    folds = {group: {track.fold for track in table.tracks if track.example.group == group} for group in GROUPS}
    assert all(len(one) == 1 for one in folds.values())
    assert all(0 <= fold_of(group) < FOLDS for group in GROUPS)
    assert len({fold_of(group) for group in GROUPS}) > 1


def test_lines_are_told_by_the_cue_beside_them() -> None:
    track = example(3, "house")
    lines = cue_lines(*track.by_grid["heard"].all())
    assert lines is not None
    marked = line_truth(track, lines)
    assert lines.edges[int(marked[:, 0].argmax())] == track.truth.come_in
    assert lines.edges[int(marked[:, 1].argmax())] == track.truth.go_out
    assert lines.edges[:-1][marked[:, 2] == 1].tolist() == list(track.truth.hot)
    silent = line_truth(example(3, "house", truth=CueTruth(None, None, 20.5, None, (), ())), lines)
    assert np.isnan(silent[:, [0, 2]]).all()
    assert silent[:, 1].sum() == 1


def test_baselines_and_scores_answer_on_bar_lines(examples: list[CueExample]) -> None:
    for track in build_table(examples[:4]).tracks:
        assert grid_is_right(track)
        scores = np.zeros((len(track.lines), len(TARGETS)))
        answers = [find(track) for find in BASELINES.values()] + [by_scores(track, scores, 0.0)]
        for found in answers:
            assert {found.come_in, found.go_out, *found.hot} <= set(track.lines.edges.tolist())
        assert by_rules(track) == by_rules(track)


@pytest.mark.parametrize("kind", ["forest", "boosting", "network", "logistic"])
def test_a_model_taken_apart_answers_as_the_library_does(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sklearn")
    from podmix.lab import cue_models

    dice = np.random.default_rng(2)
    rows = dice.normal(size=(600, 6))
    truth = (rows[:, 0] + rows[:, 1] * rows[:, 2] + dice.normal(0, 0.3, 600) > 0.8).astype(float)
    caught: list[Any] = []
    if kind in ("forest", "boosting"):
        import sklearn.ensemble as ensemble

        name = "RandomForestClassifier" if kind == "forest" else "HistGradientBoostingClassifier"
        plain = getattr(ensemble, name)
        monkeypatch.setattr(ensemble, name, lambda **how: caught.append(plain(**how)) or caught[-1])
    judge = cue_models.KINDS[kind](rows, truth)
    odds = judge.log_odds(rows) + np.log(cue_models.THINNED)
    chances = 1 / (1 + np.exp(-odds))
    if caught:
        np.testing.assert_allclose(chances, np.clip(caught[0].predict_proba(rows)[:, 1], 1e-5, 1 - 1e-5), atol=1e-4)
    assert ((chances > 0.5) == (truth > 0.5)).mean() > 0.75


def test_trials_are_many_and_different() -> None:
    made = trials()
    assert len(made) >= 20
    assert len({(one.kind, one.name) for one in made}) == len(made)
    assert len({one.kind for one in made}) >= 3
    assert len({one.sets for one in made}) >= 4


def test_training_twice_gives_equal_files_that_beat_chance(examples: list[CueExample], tmp_path: Path) -> None:
    among = [Trial("logistic", "structure", ("sections", "contents")), Trial("logistic", "place", ("place",))]
    first = train(examples, tmp_path / "one", lambda _: None, among)
    train(examples, tmp_path / "two", lambda _: None, among, tmp_path / "work")
    train(examples, tmp_path / "two", lambda _: None, among, tmp_path / "work")  # remembered: no less equal
    for name in ("model.safetensors", "metrics.json", "README.md"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert first["trials"][0]["sets"] == "structure"
    heard = first["slices"]["heard"]
    assert heard["model"]["in beat"] > heard["random bar lines"]["in beat"] + 0.4
    model = load_model(tmp_path / "one" / "model.safetensors")
    assert model is not None
    assert model.kind == "logistic"
    assert json.loads((tmp_path / "one" / "metrics.json").read_text()) == first


def test_feature_sets_can_be_left_out() -> None:
    names = {one.sets for one in trials() if one.name.startswith("all without")}
    assert names == {tuple(set_ for set_ in FEATURE_SETS if set_ != gone) for gone in FEATURE_SETS if gone != "rules"}
