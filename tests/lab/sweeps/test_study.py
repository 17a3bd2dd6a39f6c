# SPDX-License-Identifier: GPL-3.0-or-later
"""Sweeps: every kind is tried, trials are runs of a group, a cut study goes on, importances tell what matters."""

from __future__ import annotations

from pathlib import Path

import pytest

from podmix.errors import UsageError
from podmix.lab.runs.store import RunStore
from podmix.lab.sweeps.study import open_study, read_sweep, sweep
from podmix.lab.trainings.training import Fitting, Inputs, Parameter, Training
from podmix.progress import Progress, Steps, finish

pytest.importorskip("optuna")


def fit(data: object, fitting: Fitting) -> Steps[dict[str, float]]:
    yield Progress("train", 0)
    config = fitting.config
    if config["kind"] == "broken":
        raise UsageError("This kind does not work.")
    return {"score": (config["kind"] == "good") + 0.01 * config["depth"]}


TOY = Training("toy", "", "score", (Parameter("kind", "bad", "", choices=("bad", "good", "broken")),
                                    Parameter("depth", 3, "", low=1, high=5)),
               lambda folder: [folder / "data.txt"], lambda inputs: None, fit)


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    (tmp_path / "data.txt").write_text("x")
    return Inputs(tmp_path, tmp_path)


def test_a_sweep_tries_every_kind_and_says_what_matters(tmp_path: Path, inputs: Inputs) -> None:
    store = RunStore(tmp_path / "lab" / "runs")
    made = finish(sweep(TOY, inputs, store, 12))
    assert made.best is not None
    assert made.best.params["kind"] == "good"
    assert {trial.params["kind"] for trial in made.trials} == {"bad", "good", "broken"}
    assert made.importances["kind"] > made.importances["depth"]
    runs = [run for run in store.all() if run.summary]
    assert {run.manifest.group for run in runs} == {made.name}
    assert {run.run_id for run in runs} == {trial.run_id for trial in made.trials if trial.score is not None}


def test_a_cut_sweep_goes_on_and_asks_again_what_was_cut(tmp_path: Path, inputs: Inputs) -> None:
    store = RunStore(tmp_path / "lab" / "runs")
    first = finish(sweep(TOY, inputs, store, 4, name="s"))
    study = open_study(store, "s")
    cut = study.ask()
    cut.suggest_categorical("kind", ("bad", "good", "broken"))
    cut.suggest_int("depth", 1, 5)
    made = finish(sweep(TOY, inputs, store, 6, name="s"))
    scored = [trial for trial in made.trials if trial.params]
    assert len(scored) >= 6
    assert {trial.number for trial in first.trials} < {trial.number for trial in made.trials}
    assert any(trial.params.get("kind") == cut.params["kind"] and trial.params["depth"] == cut.params["depth"]
               and trial.number > cut.number for trial in made.trials)


def test_what_is_fixed_is_not_swept(tmp_path: Path, inputs: Inputs) -> None:
    store = RunStore(tmp_path / "lab" / "runs")
    made = finish(sweep(TOY, inputs, store, 3, fixed={"kind": "bad"}))
    assert {trial.params["kind"] for trial in made.trials} == {"bad"}
    with pytest.raises(UsageError):
        read_sweep(store, "nothing")
