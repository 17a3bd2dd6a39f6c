# SPDX-License-Identifier: GPL-3.0-or-later
"""Run records: written, cut off, resumed, compared, exported, promoted."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from podmix.errors import StorageError, UsageError
from podmix.lab.runs.card import write_card
from podmix.lab.runs.comparing import compare
from podmix.lab.runs.exporting import export_run
from podmix.lab.runs.identity import config_hash, data_manifest, seed_for
from podmix.lab.runs.promotion import demote, promote, promoted, promoted_folder
from podmix.lab.runs.reading import missing_files, read_checkpoints
from podmix.lab.runs.splits import PARTS, fold_of, part_of
from podmix.lab.runs.store import RunStore
from podmix.lab.runs.types import Status
from podmix.paths import find_home


def store_with(tmp_path: Path, **config: object) -> tuple[RunStore, str]:
    store = RunStore(tmp_path / "runs")
    with store.begin("train", "toy", config, seed=3, system_every_s=0) as run:
        run.log(0, loss=2.0)
        run.log(1, loss=1.0)
        run.summarise({"score": 0.5})
    return store, run.run_id


def test_what_was_told_is_read(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    sound = tmp_path / "clip.txt"
    sound.write_text("la")
    with store.begin("train", "toy", {"b": 1, "a": {"c": 2}}, system_every_s=60) as writer:
        digest = writer.medium(sound, caption="heard")
        writer.table("picks", ["clip", "grade"], [[{"media": digest}, 2]])
        writer.artifact("toy", "model", {"model.txt": sound})
        writer.log(4, loss=float("inf"), accuracy=0.5)
    run = store.get(writer.run_id[-6:])
    assert run.status is Status.FINISHED
    assert run.manifest.config_sha256 == config_hash({"a": {"c": 2}, "b": 1})
    assert run.history == ({"step": 4, "loss": "inf", "accuracy": 0.5},)
    assert run.tables[0].rows == (({"media": digest}, 2),)
    assert run.artifacts[0].checksums == {"model.txt": digest}
    assert run.system[-1]["rss_mb"] > 1
    assert missing_files(run) == []


def test_a_failure_and_a_cut_are_told_apart_and_resumed(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    writer = store.begin("train", "toy", {}, system_every_s=0)

    def work() -> None:
        with writer:
            writer.checkpoint("fold 0", {"score": 1})
            raise ZeroDivisionError("no")

    with pytest.raises(ZeroDivisionError):
        work()
    run = store.get(writer.run_id)
    assert (run.status, run.problem) == (Status.FAILED, "ZeroDivisionError: no")
    journal = run.folder / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    gone = lines[0].replace(b'"process":"', b'"process":"0')
    journal.write_bytes(b"".join([gone, lines[1], lines[2][:9]]))
    assert store.get(writer.run_id).status is Status.INTERRUPTED
    with store.resume(writer.run_id, system_every_s=0) as again:
        assert read_checkpoints(again.folder) == {"fold 0": {"score": 1}}
        again.log(1, loss=0.5)
    after = store.get(writer.run_id)
    assert (after.status, after.attempts, len(after.history)) == (Status.FINISHED, 2, 1)
    with pytest.raises(UsageError):
        store.resume(writer.run_id)


def test_a_running_run_is_seen_running_and_an_unfinished_one_is_found_by_its_settings(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    writer = store.begin("train", "toy", {"rate": 2}, system_every_s=0)
    assert store.get("last").status is Status.RUNNING
    writer.end("cancelled")
    found = store.unfinished("train", "toy", {"rate": 2})
    assert found is not None
    assert found.run_id == writer.run_id
    assert store.unfinished("train", "toy", {"rate": 3}) is None


def test_broken_records_do_not_hide_the_others(tmp_path: Path) -> None:
    store, run_id = store_with(tmp_path)
    broken = store.folder / "20200101-000000-aaaaaa"
    broken.mkdir()
    (broken / "manifest.json").write_text("{")
    assert [run.run_id for run in store.all()] == [run_id]
    with pytest.raises(StorageError):
        store.get(broken.name)


def test_comparing_shows_only_what_differs(tmp_path: Path) -> None:
    store, first = store_with(tmp_path, kind="forest", depth=3)
    _, second = store_with(tmp_path, kind="forest", depth=9)
    made = compare([store.get(first), store.get(second)])
    assert made.config == {"depth": (3, 9)}
    assert made.summary == {"score": (0.5, 0.5)}
    assert made.same_code


@pytest.mark.parametrize("suffix", [".json", ".csv", ".zip"])
def test_exports_hold_the_history(tmp_path: Path, suffix: str) -> None:
    store, run_id = store_with(tmp_path)
    target = export_run(store.get(run_id), tmp_path / f"run{suffix}")
    if suffix == ".zip":
        with zipfile.ZipFile(target) as archive:
            told = json.loads(archive.read("run.json"))
            assert "journal.jsonl" in archive.namelist()
        assert told["history"][1] == {"step": 1, "loss": 1.0}
    else:
        assert "loss" in target.read_text()
    with pytest.raises(UsageError):
        export_run(store.get(run_id), tmp_path / "run.xls")


def test_promotion_copies_the_model_with_its_card_and_refuses_what_was_changed(tmp_path: Path) -> None:
    home = find_home(tmp_path / "home").create()
    store = RunStore.of(home)
    model = tmp_path / "weights.json"
    model.write_text("{}")
    with store.begin("train", "toy", {"rate": 2}, system_every_s=0) as writer:
        card = write_card(tmp_path / "card", writer.folder, purpose="Plays.", trained_on="Toys.", limits="Small.",
                          metrics={"score": 0.5})
        writer.artifact("toy", "model", {"weights.json": model, **card})
    made = promote(home, store.get(writer.run_id))
    assert promoted(home, "toy") == made
    assert "rate | 2" in (promoted_folder(home, "toy") / "README.md").read_text()
    (promoted_folder(home, "toy") / "weights.json").write_text("[]")
    assert promoted(home, "toy") is None
    run = store.get(writer.run_id)
    run.artifacts[0].files["weights.json"].write_text("[]")
    with pytest.raises(UsageError):
        promote(home, run)
    assert demote(home, "toy")


def test_splits_stay_when_data_come_or_go_and_have_their_shares() -> None:
    names = [f"show {number}" for number in range(3000)]
    parts = [part_of(name) for name in names]
    shares = [parts.count(part) / len(parts) for part in PARTS]
    assert shares == pytest.approx([0.7, 0.15, 0.15], abs=0.03)
    assert part_of("Show 7 ") == part_of("show 7")
    assert {fold_of(name, 5) for name in names} == set(range(5))
    assert seed_for(1, "a") != seed_for(1, "b")


def test_a_data_manifest_changes_with_a_byte(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a")
    before = data_manifest(tmp_path, [file])
    file.write_text("b")
    assert data_manifest(tmp_path, [file])["sha256"] != before["sha256"]
    assert str(tmp_path) not in json.dumps(before)
