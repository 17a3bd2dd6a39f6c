# SPDX-License-Identifier: GPL-3.0-or-later
"""A sync that nobody waits for any more: the exporter and its folder are gone, the run is not marked as sent."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from podmix.lab.runs.store import RunStore
from podmix.lab.sync import syncing
from podmix.lab.sync.consent import Consent
from podmix.lab.sync.readback import Server

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a script of the shell stands in for the exporter")


def test_closing_the_steps_ends_the_exporter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "exporter"
    script.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nsleep 600\n")
    script.chmod(0o755)
    monkeypatch.setattr(syncing.sys, "executable", str(script))
    monkeypatch.setattr(syncing, "_work_folder", lambda: _made(tmp_path / "work"))
    store = RunStore(tmp_path / "runs")
    with store.begin("train", "toy", {}, system_every_s=0) as writer:
        writer.log(0, loss=1.0)
    server = Server("http://127.0.0.1:1", "me", "podmix", "local-" + "0" * 40)
    steps = syncing.sync_runs(store.all(), server, Consent(runs=True))
    for step in steps:
        assert step.stage == "sync"
        if (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip():
            break
    pid = int((tmp_path / "pid").read_text())
    steps.close()
    until = time.monotonic() + 5
    while _lives(pid) and time.monotonic() < until:
        os.sched_yield()
    assert not _lives(pid)
    assert not (tmp_path / "work").exists()
    assert not syncing.settled(store.get("last"), server)


def test_an_exporter_that_says_nothing_is_an_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "exporter"
    script.write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
    script.chmod(0o755)
    monkeypatch.setattr(syncing.sys, "executable", str(script))
    store = RunStore(tmp_path / "runs")
    with store.begin("train", "toy", {}, system_every_s=0):
        pass
    server = Server("http://127.0.0.1:1", "me", "podmix", "local-" + "0" * 40)
    from podmix.progress import finish

    made = finish(syncing.sync_runs(store.all(), server, Consent(runs=True)))
    assert [one.verified for one in made] == [False]
    assert "broken" in made[0].said


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


