# SPDX-License-Identifier: GPL-3.0-or-later
"""Promotion takes effect: the preview scores and the cue points change, go back, and a broken model is told aloud."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from podmix.app.analysis_work import promoted_cues
from podmix.errors import ModelError, UsageError
from podmix.lab.runs.promotion import broken, demote, promote, promoted_folder
from podmix.lab.runs.store import RunStore
from podmix.models.promoted import load_promoted, promoted_file
from podmix.music.cues.features import FEATURES
from podmix.music.cues.model import TARGETS, CueModel, Dense, Scorer, load_model, model_path, save_model
from podmix.paths import find_home
from podmix.previews.scoring import load_weights, predict_heads, read_weights, save_weights


@pytest.fixture
def home(tmp_path: Path):
    return find_home(tmp_path / "home").create()


def ended_run(home, model: str, **files: Path):
    with RunStore.of(home).begin("train", model, {"kind": "x"}, system_every_s=0) as writer:
        writer.artifact(model, "model", {name.replace("__", "."): path for name, path in files.items()})
    return RunStore.of(home).get(writer.run_id)


def ranker(home, tmp_path: Path, factor: float = -1.0):
    shipped = load_weights()
    target = tmp_path / "weights.json"
    save_weights(replace(shipped, linear=shipped.linear * factor, about={"run": "x"}), target)
    return ended_run(home, "preview-ranker", weights__json=target)


def cues(home, tmp_path: Path):
    judge = Dense(np.zeros(1), np.ones(1), ((np.ones((1, 1)), np.zeros(1)),))
    model = CueModel("logistic", {target: Scorer(np.array([0], np.int32), judge) for target in TARGETS})
    target = tmp_path / "model.safetensors"
    save_model(model, target)
    return ended_run(home, "cue-points", model__safetensors=target)


def scores(home) -> np.ndarray:
    weights = load_promoted(home.models, "preview-ranker", read_weights) or load_weights()
    values = np.ones((2, len(weights.features)), np.float32) * np.array([[0.0], [3.0]], np.float32)
    return predict_heads(weights, weights.features, values, None)


def test_promoting_a_ranker_changes_scores_and_demoting_brings_them_back(home, tmp_path):
    before = scores(home)
    promote(home, ranker(home, tmp_path))
    assert not np.allclose(scores(home), before)
    assert broken(home) == []
    assert demote(home, "preview-ranker")
    np.testing.assert_array_equal(scores(home), before)


def test_a_second_promotion_under_the_same_path_is_read_anew(home, tmp_path):
    promote(home, ranker(home, tmp_path, -1.0))
    first = scores(home)
    promote(home, ranker(home, tmp_path, 2.0))
    assert not np.allclose(scores(home), first)


def test_promoting_a_cue_model_changes_what_judges_bars(home, tmp_path):
    assert promoted_cues(str(home.models)) is None
    promote(home, cues(home, tmp_path))
    found = promoted_cues(str(home.models))
    rows = np.random.default_rng(0).normal(size=(30, len(FEATURES)))
    shipped = load_model(model_path())
    assert not np.allclose(found.scorers["in"].log_odds(rows), shipped.scorers["in"].log_odds(rows))
    demote(home, "cue-points")
    assert promoted_cues(str(home.models)) is None


@pytest.mark.parametrize("harm", ["changed", "gone", "mark", "elsewhere", "pickle"])
def test_a_broken_promotion_is_not_used_and_is_told(home, tmp_path, harm):
    promote(home, ranker(home, tmp_path))
    folder = promoted_folder(home, "preview-ranker")
    mark = json.loads((folder / "promoted.json").read_text())
    match harm:
        case "changed":
            (folder / "weights.json").write_text((folder / "weights.json").read_text() + " ")
        case "gone":
            (folder / "weights.json").unlink()
        case "mark":
            (folder / "promoted.json").write_text("{")
        case "elsewhere":
            mark["files"]["../weights.json"] = "0" * 64
        case "pickle":
            (folder / "model.pkl").write_bytes(b"x")
            mark["files"]["model.pkl"] = "0" * 64
    if harm in ("elsewhere", "pickle"):
        (folder / "promoted.json").write_text(json.dumps(mark))
    said: list[str] = []
    assert load_promoted(home.models, "preview-ranker", read_weights, said.append) is None
    assert len(said) == 1
    assert "shipped" in said[0]
    assert broken(home) == said


def test_a_sound_file_that_this_program_cannot_use_is_told_too(home, tmp_path):
    promote(home, ranker(home, tmp_path))
    folder = promoted_folder(home, "preview-ranker")
    (folder / "weights.json").write_text('{"format": 99}')
    mark = json.loads((folder / "promoted.json").read_text())
    from podmix.lab.runs.identity import file_sha256

    mark["files"]["weights.json"] = file_sha256(folder / "weights.json")
    (folder / "promoted.json").write_text(json.dumps(mark))
    assert promoted_file(home.models, "preview-ranker").problem == ""
    said: list[str] = []
    assert load_promoted(home.models, "preview-ranker", read_weights, said.append) is None
    assert said
    assert broken(home)


def test_what_the_program_could_not_use_is_not_promoted(home, tmp_path):
    bad = tmp_path / "weights.json"
    bad.write_text("{}")
    with pytest.raises(UsageError):
        promote(home, ended_run(home, "preview-ranker", weights__json=bad))
    (tmp_path / "model.pkl").write_bytes(b"x")
    with pytest.raises(UsageError):
        promote(home, ended_run(home, "cue-points", model__pkl=tmp_path / "model.pkl"))
    with pytest.raises(UsageError):
        promote(home, ended_run(home, "cue-points", other__safetensors=bad))
    assert promoted_file(home.models, "preview-ranker") is None
    assert promoted_file(home.models, "cue-points") is None


def test_weights_of_wrong_sizes_or_numbers_are_refused(tmp_path):
    document = json.loads((Path(model_path()).parents[1] / "preview-ranker" / "weights.json").read_text())
    name = next(iter(document["features"]))
    for change in ({"bias": document["bias"][:-1]}, {"bias": [float("nan"), *document["bias"][1:]]},
                   {"features": {**document["features"], name: {**document["features"][name], "scale": 0.0}}}):
        (tmp_path / "w.json").write_text(json.dumps(document | change))
        with pytest.raises(ModelError):
            read_weights(tmp_path / "w.json")
