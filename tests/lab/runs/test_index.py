# SPDX-License-Identifier: GPL-3.0-or-later
"""The index of runs: equal to what the records say, whatever happened to runs, processes and the index itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.lab.runs.index import FILE, head_of
from podmix.lab.runs.journal import Journal
from podmix.lab.runs.store import RunStore
from podmix.lab.runs.types import Status

PROGRAM = """
import sys, signal
from pathlib import Path
from podmix.lab.runs.store import RunStore
store = RunStore(Path(sys.argv[1]))
writer = store.begin("train", "toy", {"rate": 1}, system_every_s=0)
writer.log(0, loss=1.0)
assert [one.status for one in store.heads()] == ["running"]
print(writer.run_id, flush=True)
signal.pause()
"""


def truth(folder: Path):
    heads = [head_of(run) for run in RunStore(folder).all()]
    return [(one.run_id, one.status, one.seconds, dict(one.summary), one.steps, one.sent) for one in heads]


def listed(store: RunStore):
    return [(one.run_id, one.status, one.seconds, dict(one.summary), one.steps, one.sent) for one in store.heads()]


def ended(store: RunStore, number: int, status: str = "finished") -> str:
    writer = store.begin("train", "toy", {"number": number}, system_every_s=0)
    writer.log(0, loss=1.0 / (number + 1))
    writer.summarise({"score": number})
    writer.end(status)
    return writer.run_id


@given(st.lists(st.sampled_from(["begin", "log", "end", "fail", "list", "anew", "remove", "tear", "break", "sent"]),
                max_size=14))
@settings(max_examples=25, deadline=None)
def test_the_list_is_what_the_records_say(tmp_path_factory: pytest.TempPathFactory, deeds: list[str]) -> None:
    folder = tmp_path_factory.mktemp("runs")
    store = RunStore(folder / "runs")
    writers = []
    for at, deed in enumerate(deeds):
        match deed:
            case "begin":
                writers.append(store.begin("train", "toy", {"at": at}, system_every_s=0))
            case "log" if writers:
                writers[-1].log(at, loss=at)
            case "end" | "fail" if writers:
                writers.pop().end("finished" if deed == "end" else "failed", "" if deed == "end" else "it broke")
            case "anew":
                store = RunStore(folder / "runs")
            case "remove" if len(store.all()) > len(writers):
                gone = next(run for run in store.all() if run.run_id not in {one.run_id for one in writers})
                (gone.folder / "manifest.json").unlink()
            case "tear":
                done = [run for run in store.all() if run.status is Status.FINISHED]
                if done:
                    place = done[0].folder / "journal.jsonl"
                    place.write_bytes(place.read_bytes()[:-7])
            case "break" if (folder / FILE).exists():
                (folder / FILE).write_text('{"format": 1, "runs": {"x": {"stamp": 3')
            case "sent":
                for run in store.all()[:1]:
                    with Journal(run.folder / "sync.jsonl") as ledger:
                        ledger.append("verified", where=["h", "e", "p", "x"])
            case _:
                listed(store)
        assert listed(store) == truth(folder / "runs")
    for writer in writers:
        writer.end("finished")
    assert listed(RunStore(folder / "runs")) == truth(folder / "runs")


def test_a_broken_record_is_named_and_costs_no_other(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    for name in ("one", "two"):
        with store.begin("train", "toy", {}, name=name, system_every_s=0):
            pass
    first = store.heads()[0].run_id
    assert store.unreadable() == []
    (tmp_path / "runs" / first / "manifest.json").write_text("garbage")
    for again in (store, RunStore(tmp_path / "runs")):
        assert [one.manifest.name for one in again.heads()] == ["two"]
        assert again.unreadable() == [first]


def test_a_process_that_was_killed_leaves_an_interrupted_run(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    ended(store, 1)
    store.heads()
    child = subprocess.Popen([sys.executable, "-c", PROGRAM.replace('== ["running"]', '== ["finished", "running"]'),
                              str(tmp_path / "runs")], stdout=subprocess.PIPE)
    assert child.stdout is not None
    run_id = child.stdout.readline().decode().strip()
    assert [one.status for one in store.heads()] == [Status.FINISHED, Status.RUNNING]
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert [one.status for one in store.heads()] == [Status.FINISHED, Status.INTERRUPTED]
    assert [one.status for one in RunStore(tmp_path / "runs").heads()] == [Status.FINISHED, Status.INTERRUPTED]
    writer = store.resume(run_id, system_every_s=0)
    assert store.heads()[-1].status is Status.RUNNING
    writer.end("finished")
    assert store.heads()[-1].status is Status.FINISHED


def test_runs_of_one_second_are_listed_in_the_order_they_began(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    begun = [ended(store, number) for number in range(12)]
    assert [one.run_id for one in store.heads()] == [one.run_id for one in store.all()] == begun
    assert store.get("last").run_id == begun[-1]


def test_unchanged_runs_are_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = RunStore(tmp_path / "runs")
    for number in range(5):
        ended(store, number)
    store.heads()

    def never(_folder: Path) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr("podmix.lab.runs.index.read_run", never)
    assert len(store.heads()) == 5
    assert len(RunStore(tmp_path / "runs").heads()) == 5


def test_an_index_of_nonsense_is_made_anew(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    ended(store, 1)
    expected = listed(store)
    for nonsense in ("", "[]", '{"format": 1}', '{"format": 1, "runs": {"a": {"stamp": [], "head": {}}}}',
                     '{"format": 2, "runs": {}}'):
        (tmp_path / FILE).write_text(nonsense)
        assert listed(RunStore(tmp_path / "runs")) == expected


def test_a_verified_state_is_told_until_the_run_changes(tmp_path: Path) -> None:
    from podmix.lab.sync.syncing import state_of

    store = RunStore(tmp_path / "runs")
    run = store.get(ended(store, 1))
    with Journal(run.folder / "sync.jsonl") as ledger:
        ledger.append("verified", where=["https://a", "me", "podmix", state_of(run)])
    assert store.heads()[0].sent == (("https://a", "me", "podmix"),)
    assert replace(store.heads()[0], sent=()) == replace(head_of(run), sent=())
