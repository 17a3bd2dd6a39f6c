# SPDX-License-Identifier: GPL-3.0-or-later
"""Taste rankers as runs: they learn what a listener goes by, are cut in time, and a prior can be put in use."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from podmix.errors import ModelError, UsageError
from podmix.lab.runs.promotion import demote, promote, promoted
from podmix.lab.runs.store import RunStore
from podmix.lab.runs.types import Run, Status
from podmix.lab.taste_logs import TasteLog, read_logs, save_log
from podmix.lab.taste_table import BASELINES, FOLDS, column_names, columns_of, cuts_of
from podmix.lab.trainings.known import training_named
from podmix.lab.trainings.training import Inputs, train
from podmix.paths import find_home
from podmix.progress import finish
from podmix.taste.preference import SCALES, Things
from podmix.taste.prior import SHIPPED, read_prior, save_prior

DAY = 86_400.0


def listener(number: int, count: int = 80, *, by: str = "show") -> TasteLog:
    """Likes every card of show 1 (or what lies in the first direction of meaning, or what is new), no other."""
    dice = np.random.default_rng([number, 5])
    shows = dice.integers(1, 5, count)
    vectors = dice.standard_normal((count, 6)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    numbers = dice.random((count, 3)) * [1.0, 1.0, 0.1]
    liked = {"show": shows == 1, "meaning": vectors[:, 0] > 0.4, "newness": numbers[:, 1] > 0.7}[by]
    names = np.stack([shows, np.full(count, -1)], axis=1).astype(np.intp)
    return TasteLog(f"listener-{number}", Things(vectors, names, numbers), np.where(liked, 1.0, 0.05), np.ones(count),
                    np.arange(count) * DAY / 10)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    for number in range(4):
        save_log(folder, listener(number))
    return folder


def trained(folder: Path, store: RunStore, **given: object) -> Run:
    return finish(train(training_named("taste"), Inputs(folder, folder), store, given))


@pytest.mark.parametrize("kind", ["prior", "logistic", "forest", "boosting"])
def test_every_kind_finds_what_a_listener_goes_by(logs: Path, tmp_path: Path, kind: str) -> None:
    run = trained(logs, RunStore(tmp_path / "runs"), kind=kind, trees=20)
    assert run.status is Status.FINISHED
    assert run.summary["AUC"] > 0.9  # chance gives 0.5
    assert abs(run.summary["AUC of random"] - 0.5) < 0.2
    assert [row["step"] for row in run.history] == list(range(FOLDS))
    table = run.tables[0]
    assert {row[0] for row in table.rows} == {kind, *BASELINES}
    assert {name for one in run.artifacts for name in one.files} == (
        {"prior.json", "README.md", "metrics.json"} if kind == "prior" else set())


@pytest.mark.parametrize(("by", "needed"), [("show", "names"), ("meaning", "meaning"), ("newness", "numbers")])
def test_a_feature_set_that_is_left_out_is_not_looked_at(tmp_path: Path, by: str, needed: str) -> None:
    for number in range(4):
        save_log(tmp_path, listener(number, by=by))
    store = RunStore(tmp_path / "runs")
    switches = {f"use_{name}": name == needed for name in ("meaning", "near", "names", "numbers")}
    alone = trained(tmp_path, store, **switches)
    without = trained(tmp_path, store, **{name: not on for name, on in switches.items()} | {"use_near": False})
    assert alone.summary["AUC"] > 0.85
    assert without.summary["AUC"] < 0.65


def test_training_twice_gives_equal_figures_and_an_equal_prior(logs: Path, tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    first, second = trained(logs, store), trained(logs, store)
    assert first.summary == second.summary
    told = [json.loads(one.artifacts[0].files["prior.json"].read_text()) for one in (first, second)]
    assert [one.pop("about")["run"] for one in told] == [first.run_id, second.run_id]
    assert told[0] == told[1]


def test_what_came_later_is_not_learnt_from(tmp_path: Path) -> None:
    log = listener(1)
    turned = TasteLog(log.listener, log.things, np.where(np.arange(len(log)) >= 32, 1 - log.values, log.values),
                      log.weights, log.at)
    first, other = cuts_of([log], 0)[0], cuts_of([turned], 0)[0]
    assert first.past[-1] + 1 == first.future[0]
    np.testing.assert_array_equal(first.learnt_from, other.learnt_from)
    np.testing.assert_array_equal(first.to_rank, other.to_rank)
    assert len(columns_of(("near", "names"))) == len(column_names(("near", "names"))) == 4


def test_learnt_means_follow_the_listeners(tmp_path: Path) -> None:
    for number in range(6):
        save_log(tmp_path, listener(number, by="newness"))
    store = RunStore(tmp_path / "runs")
    learnt, shipped = (read_prior(trained(tmp_path, store, learn_means=on).artifacts[0].files["prior.json"])
                       for on in (True, False))
    assert learnt.slopes[1] > SHIPPED.slopes[1] + 0.5
    assert shipped.slopes == SHIPPED.slopes
    assert shipped.grid == SCALES


def test_a_prior_is_put_in_use_and_taken_back(logs: Path, tmp_path: Path) -> None:
    home = find_home(tmp_path / "home").create()
    store = RunStore.of(home)
    run = trained(logs, store)
    promote(home, run)
    assert promoted(home, "taste").run_id == run.run_id
    assert read_prior(home.models / "promoted" / "taste" / "prior.json").about == {"run": run.run_id}
    with pytest.raises(UsageError, match="made no model"):
        promote(home, trained(logs, store, kind="logistic"))
    assert demote(home, "taste")


def test_too_little_and_broken_logs_are_told(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    save_log(tmp_path, listener(1, count=8))
    with pytest.raises(UsageError, match="too few reactions"):
        trained(tmp_path, store)
    (tmp_path / "b.taste.npz").write_bytes(b"PK not really")
    with pytest.raises(UsageError, match=r"b\.taste\.npz"):
        read_logs(tmp_path)
    (tmp_path / "b.taste.npz").unlink()
    save_log(tmp_path, listener(2))
    with pytest.raises(UsageError, match="feature set"):
        trained(tmp_path, store, **{f"use_{name}": False for name in ("meaning", "near", "names", "numbers")})


@pytest.mark.parametrize("change", [{"start": "x"}, {"start": 1e9}, {"slopes": [1.0]}, {"grid": []}, {"format": 9},
                                    {"noise": 0}, {"noise": float("nan")}, {"half_life_days": True},
                                    {"grid": [{"meaning": 1}]}, {"about": 3}])
def test_a_prior_that_cannot_be_meant_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "prior.json"
    save_prior(SHIPPED, path)
    assert read_prior(path) == SHIPPED
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ModelError):
        read_prior(path)
