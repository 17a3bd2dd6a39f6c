# SPDX-License-Identifier: GPL-3.0-or-later
"""Trainings as runs: checked settings, equal results, and going on after a cut."""

from __future__ import annotations

import gzip
import json
import os
import random
from pathlib import Path

import numpy as np
import pytest

from podmix.errors import UsageError
from podmix.lab.runs.store import RunStore
from podmix.lab.runs.types import Status
from podmix.lab.trainings.known import training_named
from podmix.lab.trainings.training import Fitting, Inputs, Parameter, Training, read_config, train
from podmix.previews.scoring import HEADS, load_weights
from podmix.progress import Progress, Steps, finish

WITH_PATIENCE = pytest.mark.skipif(not os.environ.get("PODMIX_PATIENT_TESTS"),
                                   reason="loads torch: set PODMIX_PATIENT_TESTS=1")
WORDS = {True: "My mother never forgave the stranger who was afraid of the war.",
         False: "So we have the list and the other list in the schedule okay."}


def encode(texts: list[str]) -> np.ndarray:
    return np.array([[len(t) / 50, t.count("war") + 0.1, t.count("list")] for t in texts], dtype=np.float32)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve episodes of three shows; good passages speak of war."""
    folder = tmp_path_factory.mktemp("graded")
    dice, windows = random.Random(0), []
    with gzip.open(folder / "episodes.jsonl.gz", "wt", encoding="utf-8") as out:
        for number in range(12):
            good = [dice.random() < 0.4 for _ in range(6)]
            name = f"show{number % 3}/{number}"
            out.write(json.dumps({"id": name, "show": name[:5], "title": "The war", "notes": "", "sentences": [
                ["A", WORDS[kind]] for kind in good for _ in range(10)]}) + "\n")
            windows += [json.dumps({"id": name, "window": k, "first_sentence": 10 * k, "last_sentence": 10 * k + 9,
                                    **dict.fromkeys(HEADS, 2 if kind else 0)}) for k, kind in enumerate(good)]
    (folder / "windows.jsonl").write_text("\n".join(windows), encoding="utf-8")
    return folder


def trained(graded: Path, store: RunStore, cache: Path, **given: object):
    return finish(train(training_named("preview-ranker"), Inputs(graded, cache, encode), store, given))


@pytest.mark.parametrize("kind", ["ridge", "logistic", "forest", "boosting",
                                  pytest.param("network", marks=WITH_PATIENCE)])
def test_every_kind_finds_what_makes_a_passage_good(graded: Path, tmp_path: Path, kind: str) -> None:
    run = trained(graded, RunStore(tmp_path / "runs"), tmp_path, kind=kind, trees=20, epochs=6)
    assert run.status is Status.FINISHED
    assert run.summary["spearman"] > 0.4  # chance gives 0
    assert run.manifest.data["files"].keys() == {"episodes.jsonl.gz", "windows.jsonl"}


def test_training_twice_gives_equal_figures_and_an_equal_model(graded: Path, tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    first, second = (trained(graded, store, tmp_path) for _ in range(2))
    assert first.run_id != second.run_id
    assert first.summary == second.summary
    assert first.history == second.history
    files = first.artifacts[-1].files
    assert set(files) == {"weights.json", "README.md", "metrics.json"}
    told = [json.loads(run.artifacts[-1].files["weights.json"].read_text()) for run in (first, second)]
    assert [one.pop("about")["run"] for one in told] == [first.run_id, second.run_id]
    assert told[0] == told[1]
    assert load_weights(files["weights.json"]).features
    assert "CC BY-SA" in files["README.md"].read_text()


def toy(tries: list[str], stop_at: int | None = None) -> Training:
    def fit(data: str, fitting: Fitting) -> Steps[dict[str, float]]:
        for unit in range(4):
            yield Progress("train", unit, 4)
            if unit == stop_at:
                raise KeyboardInterrupt
            if f"unit {unit}" not in fitting.done:
                tries.append(f"{data}{unit}")
                fitting.run.checkpoint(f"unit {unit}", unit)
        return {"score": fitting.config["rate"]}

    return Training("toy", "", "score", (Parameter("rate", 0.5, "", low=0.0, high=1.0),),
                    lambda folder: [folder / "data.txt"], lambda inputs: "unit ", fit)


def test_what_was_cut_off_goes_on_in_the_same_run(tmp_path: Path) -> None:
    (tmp_path / "data.txt").write_text("x")
    store, inputs, tries = RunStore(tmp_path / "runs"), Inputs(tmp_path, tmp_path), []
    with pytest.raises(KeyboardInterrupt):
        finish(train(toy(tries, stop_at=2), inputs, store, {}))
    assert store.get("last").status is Status.CANCELLED
    run = finish(train(toy(tries), inputs, store, {}))
    assert (run.attempts, run.status) == (2, Status.FINISHED)
    assert tries == ["unit 0", "unit 1", "unit 2", "unit 3"]
    assert len(store.all()) == 1


def test_wrong_settings_and_missing_data_are_refused_before_a_run_begins(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    for given in ({"rate": 3}, {"rate": True}, {"speed": 1}, {"seed": "abc"}, {"seed": -1}, {"seed": True},
                  {"seed": 1.5}):
        with pytest.raises(UsageError):
            finish(train(toy([]), Inputs(tmp_path, tmp_path), store, given))
    with pytest.raises(UsageError, match="holds no data"):
        finish(train(toy([]), Inputs(tmp_path, tmp_path), store, {}))
    assert store.all() == []


def test_configurations_are_json_or_toml(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("rate = 0.25")
    (tmp_path / "a.json").write_text('{"rate": 0.25}')
    assert read_config(tmp_path / "a.toml") == read_config(tmp_path / "a.json") == {"rate": 0.25}
    (tmp_path / "b.json").write_text("[")
    with pytest.raises(UsageError):
        read_config(tmp_path / "b.json")
