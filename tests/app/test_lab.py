# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's verbs: the window's fake has them all, and reports, charts, profiles and commands come of real records."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from podmix.app.lab import Lab
from podmix.app.lab_interface import LabVerbs
from podmix.cli.main import main
from podmix.errors import AudioError, UsageError
from podmix.lab.plots import charts, sound
from podmix.lab.plots.importance import tree_importance
from podmix.lab.plots.svg import Span
from podmix.lab.profiling.profile import Stage, checklist, measure, percentile, profile_recorded
from podmix.lab.runs.store import RunStore
from podmix.paths import Home, find_home
from podmix.podcasts.credentials import Credentials
from podmix.progress import finish
from tests.ui.fake_lab import FakeLab


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return find_home(tmp_path / "home").create()


@pytest.fixture
def lab(home: Home) -> Lab:
    store = RunStore.of(home)
    for depth, score in ((3, 0.5), (9, 0.75)):
        with store.begin("train", "toy", {"depth": depth}, name=f"depth {depth}", system_every_s=0) as run:
            for step in range(5):
                run.log(step, loss=1 / (step + 1))
            run.table("feature importance", ["feature", "share"], [["a<b", 0.7], ["c", 0.3]])
            run.summarise({"score": score})
    return Lab(home, credentials=Credentials(look=False))


def test_the_fake_of_the_window_and_the_lab_have_the_same_verbs() -> None:
    verbs = {name for name, _ in inspect.getmembers(LabVerbs, inspect.isfunction) if not name.startswith("_")}
    for kind in (Lab, FakeLab):
        for name in verbs:
            assert _parameters(getattr(kind, name)) == _parameters(getattr(LabVerbs, name)), (kind, name)


def _parameters(verb: Callable[..., object]) -> list[tuple[str, object, object]]:
    return [(one.name, one.kind, one.default) for one in inspect.signature(verb).parameters.values()]


def test_a_report_is_one_file_that_asks_for_nothing(lab: Lab, tmp_path: Path) -> None:
    target = lab.report(["depth 3", "depth 9"], tmp_path / "report.html", text="For <everybody>.")
    told = target.read_text(encoding="utf-8")
    assert "For &lt;everybody&gt;." in told
    assert "a&lt;b" in told
    assert not re.search(r'(src|href)="https?:', told)
    assert told.count("<svg") == 4
    markdown = lab.report(["depth 9"], tmp_path / "report.md").read_text(encoding="utf-8")
    for picture in re.findall(r"\]\((report/[^)]+)\)", markdown):
        ET.parse(tmp_path / picture)
    with pytest.raises(UsageError):
        lab.report(["depth 3"], tmp_path / "report.pdf")
    with pytest.raises(UsageError):
        lab.report([], tmp_path / "report.html")


def test_runs_at_the_command_line(lab: Lab, home: Home, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    root = str(home.data)
    assert main(["--home", root, "runs", "list", "--sort", "score", "--json"]) == 0
    assert [one["name"] for one in json.loads(capsys.readouterr().out)] == ["depth 9", "depth 3"]
    assert main(["--home", root, "runs", "compare", "depth 3", "depth 9", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["config"] == {"depth": [3, 9]}
    assert main(["--home", root, "runs", "export", "last", "--out", str(tmp_path / "run.zip")]) == 0
    assert (tmp_path / "run.zip").is_file()
    assert main(["--home", root, "runs", "promote", "last"]) == 2
    assert "made no model" in capsys.readouterr().err
    assert main(["--home", root, "consent", "usage", "show", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["on"], json.loads(told["usage"])["counts"]["runs"]) == (False, 2)
    assert main(["--home", root, "sync", "--dry-run", "--json"]) == 0
    assert [one["rows"] for one in json.loads(capsys.readouterr().out)["runs"]] == [5, 5]
    assert main(["--home", root, "sync"]) == 1
    assert main(["--home", root, "eval", "beats", "--data", str(tmp_path)]) == 2
    assert main(["--home", root, "train", "toys", "--data", str(tmp_path)]) == 2
    assert lab.outgoing()


def test_commands_of_the_lab_load_nothing_heavy() -> None:
    names = ["train", "eval", "runs", "profile", "report", "listening_test", "sync", "consent"]
    program = (f"import sys, importlib; [importlib.import_module('podmix.cli.' + n) for n in {names!r}];"
               "heavy = {'torch', 'sklearn', 'wandb', 'optuna', 'librosa', 'onnxruntime', 'pyannote'};"
               "print(sorted(heavy & set(sys.modules)))")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "[]"


def test_charts_are_whole_drawings_whatever_they_are_given() -> None:
    nan = float("nan")
    drawn = [
        charts.lines("a & b", {"x": [(0, 1), (1, nan), (2, 3)], "empty": []}), charts.bars("none", {}),
        charts.bars("bars", {"a": -1.0, "b": 2.0, "c": nan}, intervals={"b": (1.5, 2.5)}),
        charts.calibration("c", charts.reliability([0.1, 0.9, 1.0], [False, True, True])),
        charts.confusion("keys", ["a", "b"], [[3, 1], [0, 0]]),
        charts.embedding_map("map", np.eye(4), ["x", "y", "x", "y"]),
        charts.parallel("p", [{"kind": "a", "depth": 3, "score": 0.5}, {"kind": "b", "depth": 9, "score": 0.7}],
                        ["kind", "depth"], "score"),
        sound.waveform("w", np.sin(np.arange(8000, dtype=np.float32)), 8000, truth=[(0.1, 0.2)], found=[(0.5, 0.5)]),
        sound.spectrogram("s", np.sin(np.arange(8000, dtype=np.float32)), 8000, truth=[(0.1, 0.2)]),
        sound.waveform("silence", np.zeros(0, np.float32), 8000),
    ]
    for text in drawn:
        ET.fromstring(text)
        assert "nan" not in text


def test_axes_have_round_numbers_within_their_span() -> None:
    ticks = Span(0.013, 0.98).ticks()
    assert ticks == [0.2, 0.4, 0.6, 0.8]
    assert Span.of([2.0, 2.0]).low < 2.0 < Span.of([2.0, 2.0]).high


def test_importances_come_of_our_trees_and_of_scikit_learns() -> None:
    class Forest:
        feature_importances_ = np.array([0.25, 0.75, 0.0])

    assert tree_importance(Forest(), ["a", "b", "c"]) == {"b": 0.75, "a": 0.25}
    assert tree_importance(object(), ["a"]) == {}


def test_a_profile_measures_and_says_what_is_missing(tmp_path: Path) -> None:
    def broken(_: object) -> None:
        raise AudioError("It cannot be read.")

    stages = [Stage("sum", lambda: np.ones(1000), np.sum, sound_s=2.0), Stage("broken", lambda: 0, broken)]
    run = finish(profile_recorded(stages, RunStore(tmp_path), runs=3))
    assert run.summary["ready"] is False
    table = next(one for one in run.tables if one.name == "stages")
    told = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    assert told[0]["runs"] == 3
    assert told[0]["rtf"] < 1
    assert told[1]["problem"] == "It cannot be read."
    assert [one.passed for one in checklist([measure(stages[0])])][:4] == [True] * 4
    assert percentile([1.0, 2.0, 3.0, 4.0], 0.5) == 2.5
