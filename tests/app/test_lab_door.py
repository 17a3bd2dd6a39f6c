# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab inside the application: its counts, its jobs, and promoted models that cannot be used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from podmix.app.application import Application
from podmix.app.core import Options
from podmix.app.doctor import _promoted
from podmix.app.lab_work import work
from podmix.app.views import ProblemShown
from podmix.errors import Cancelled, UsageError
from podmix.lab.runs.promotion import promote, promoted_folder
from podmix.lab.runs.store import RunStore
from podmix.lab.sync.usage import ALLOWED
from podmix.paths import find_home
from podmix.previews.scoring import load_weights, save_weights


@pytest.fixture
def app(tmp_path: Path):
    made = Application.open(find_home(tmp_path / "home"), Options(null_audio=True, demo_server=False))
    yield made
    made.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    for name in ("episodes.jsonl.gz", "windows.jsonl"):
        (tmp_path / "data" / name).write_bytes(b"")
    return tmp_path / "data"


def test_counts_are_of_the_allow_list_and_name_all_of_it(app):
    assert set(app.usage_counts()) | {"runs", "seconds_trained"} == set(ALLOWED)
    told = json.loads(app.lab.usage_payload())
    assert set(told["counts"]) == set(ALLOWED)
    assert all(value == 0 for value in told["counts"].values())


def test_a_training_is_queued_as_a_job_of_its_own_lane(app, data):
    job = app.lab.start("train", {"model": "preview-ranker", "data": data, "given": {"kind": "ridge"}}, title="T")
    queued = app.queue.job(job)
    assert (queued.kind, queued.title, queued.spec.lane) == ("lab", "T", "lab")
    assert queued.params["arguments"]["data"] == str(data)
    again = app.lab.start("train", {"model": "preview-ranker", "data": data, "given": {"kind": "ridge"}})
    assert again == job  # the same twice is one


@pytest.mark.parametrize(("verb", "asked"), [
    ("bake", {}), ("train", {"model": "preview-ranker", "data": "", "given": {}}),
    ("train", {"model": "no-such", "data": "DATA", "given": {}}),
    ("sweep", {"model": "preview-ranker", "data": "DATA", "given": {"depth": 99}, "count": 3}),
    ("train", {"model": "cue-points", "data": "DATA", "given": {}}), ("profile", {"audio": "/nowhere.mp3"})])
def test_what_could_not_work_is_refused_at_once(app, data, verb, asked):
    told = {name: str(data) if value == "DATA" else value for name, value in asked.items()}
    with pytest.raises(UsageError):
        app.lab.start(verb, told)
    assert not [job for job in app.queue.jobs() if job.kind == "lab"]


def test_the_worker_ends_when_it_is_cancelled_and_the_record_says_so(tmp_path, monkeypatch):
    from podmix.app.lab import Lab
    from podmix.progress import Progress

    home = find_home(tmp_path / "home").create()

    def train(self, model, place, given, *, device="auto"):
        with RunStore.of(home).begin("train", model, dict(given), system_every_s=0):
            for step in range(5):
                yield Progress("train", step, 5)

    monkeypatch.setattr(Lab, "train", train)
    folders = [str(folder) for folder in (home.config, home.data, home.cache, home.logs)]
    params = {"verb": "train", "home": folders, "arguments": {"model": "toy", "data": "/d", "given": {}}}
    seen = 0

    def cancelled() -> bool:
        return seen >= 2

    def drain() -> None:
        nonlocal seen
        for _ in work(params, {}, cancelled):
            seen += 1

    with pytest.raises(Cancelled):
        drain()
    assert RunStore.of(home).get("last").status == "cancelled"


def test_a_broken_promoted_model_is_told_at_the_start_and_by_the_doctor(app, tmp_path):
    save_weights(load_weights(), tmp_path / "weights.json")
    with RunStore.of(app.home).begin("train", "preview-ranker", {}, system_every_s=0) as writer:
        writer.artifact("preview-ranker", "model", {"weights.json": tmp_path / "weights.json"})
    promote(app.home, RunStore.of(app.home).get("last"))
    heard: list[object] = []
    app.on_event(heard.append)
    app.tell_broken_models()
    assert not heard
    assert [line.ok for line in _promoted(app)] == [True]
    (promoted_folder(app.home, "preview-ranker") / "weights.json").write_text("{}")
    app.tell_broken_models()
    problems = [event for event in heard if isinstance(event, ProblemShown)]
    assert len(problems) == 1
    assert "preview-ranker" in problems[0].message
    line = next(iter(_promoted(app)))
    assert not line.ok
    assert line.remedy == "podmix runs demote preview-ranker"
    assert app.lab.broken_models()
    assert app.lab.demote("preview-ranker")
    assert not list(_promoted(app))
