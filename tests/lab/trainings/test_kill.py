# SPDX-License-Identifier: GPL-3.0-or-later
"""``kill -9`` in the middle of a training: what survives, and that going on ends where an undisturbed run ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from podmix.lab.runs.reading import read_checkpoints
from podmix.lab.runs.store import RunStore
from podmix.lab.runs.types import Status
from podmix.lab.trainings.training import Fitting, Inputs, Training, train
from podmix.progress import Progress, Steps, finish

UNITS = 6
PROGRAM = """
import importlib.util, sys
from pathlib import Path
place = importlib.util.spec_from_file_location("kill", sys.argv[1])
module = importlib.util.module_from_spec(place)
place.loader.exec_module(module)
module.begin(Path(sys.argv[2]), wait_at=3)
"""


def toy(wait_at: int | None = None) -> Training:
    def fit(data: object, fitting: Fitting) -> Steps[dict[str, float]]:
        total = 0.0
        for unit in range(UNITS):
            yield Progress("train", unit, UNITS)
            kept = fitting.done.get(f"unit {unit}")
            if kept is None:
                kept = float((fitting.seed + 7 * unit) % 5)
                fitting.run.log(unit, value=kept)
                fitting.run.checkpoint(f"unit {unit}", kept)
            total += kept
            if unit == wait_at:
                print("here", flush=True)
                signal.pause()
        return {"score": total}

    return Training("toy", "", "score", (), lambda folder: [folder / "data.txt"], lambda inputs: None, fit)


def begin(folder: Path, wait_at: int | None = None):
    return finish(train(toy(wait_at), Inputs(folder, folder), RunStore(folder / "runs"), {"seed": 4}))


def test_what_was_done_survives_and_the_same_run_goes_on(tmp_path: Path) -> None:
    (tmp_path / "data.txt").write_text("x")
    child = subprocess.Popen([sys.executable, "-c", PROGRAM, __file__, str(tmp_path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"here\n"
    store = RunStore(tmp_path / "runs")
    assert store.get("last").status is Status.RUNNING
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    cut = store.get("last")
    assert cut.status is Status.INTERRUPTED
    assert [row["step"] for row in cut.history] == [0, 1, 2, 3]
    assert list(read_checkpoints(cut.folder)) == [f"unit {unit}" for unit in range(4)]
    ended = begin(tmp_path)
    assert (ended.run_id, ended.attempts, ended.status) == (cut.run_id, 2, Status.FINISHED)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "data.txt").write_text("x")
    undisturbed = begin(tmp_path / "other")
    assert ended.summary == undisturbed.summary
    assert ended.history == undisturbed.history
