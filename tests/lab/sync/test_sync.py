# SPDX-License-Identifier: GPL-3.0-or-later
"""Syncing against a loopback server that wandb's own core talks to, with everything broken that can be.

It proves what PodMix sends and how it judges answers, not that W&B takes it. Each test costs some seconds: wandb's
program is started for real.
"""

from __future__ import annotations

import importlib.util
import json
import math
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from podmix.app.lab import Lab
from podmix.errors import AuthenticationNeeded, SettingsError, UsageError
from podmix.lab.runs.store import RunStore
from podmix.lab.runs.types import Run
from podmix.lab.sync import usage
from podmix.lab.sync.consent import Consent, checked_host, give_consent, read_consent
from podmix.lab.sync.readback import Server
from podmix.lab.sync.syncing import Synced, settled, sync_runs, sync_usage
from podmix.lab.wandb_export import PRIVATE, child_environment
from podmix.paths import find_home
from podmix.podcasts.credentials import Credentials
from podmix.progress import finish

pytest.importorskip("wandb")

# Each failure starts wandb's program some times: all of them, over 1000 steps, are a run of their own.
PATIENT = bool(os.environ.get("PODMIX_PATIENT_TESTS"))
WITH_PATIENCE = pytest.mark.skipif(not PATIENT, reason="takes minutes: set PODMIX_PATIENT_TESTS=1")


def _double() -> ModuleType:
    place = importlib.util.spec_from_file_location("podmix_test_wandb", Path(__file__).with_name("wandb_server.py"))
    assert place is not None
    assert place.loader is not None
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return module


DOUBLE = _double()


@pytest.fixture
def wandb_server() -> Iterator[Any]:
    server = DOUBLE.WandbServer()
    yield server
    server.close()


def record(folder: Path, steps: int = 30) -> Run:
    """A finished run with a table of clips, a plain table and a model."""
    store, clips = RunStore(folder / "runs"), []
    for number in range(2):
        clips.append(folder / f"clip{number}.wav")
        with wave.open(str(clips[-1]), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(8000)
            out.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(at * 0.1 * (number + 1))))
                                     for at in range(2000)))
    with store.begin("train", "toy", {"rate": 0.5}, name="a run", system_every_s=0) as writer:
        for step in range(steps):
            writer.log(step, loss=1 / (step + 1), accuracy=step / steps)
        checksums = [writer.medium(clip, caption=clip.stem) for clip in clips]
        writer.table("clips", ["clip", "grade"], [[{"media": one}, at] for at, one in enumerate(checksums)])
        writer.table("plain", ["name", "value"], [["a", 1], ["b", 2.5], ["c", None]])
        writer.artifact("toy", "model", {"weights.bin": clips[0]})
        writer.summarise({"score": 0.75})
    return store.get(writer.run_id)


def sync(run: Run, server: Any, tries: int = 3) -> Synced:
    where = Server(server.host, DOUBLE.ENTITY, "podmix", DOUBLE.KEY)
    steps = sync_runs([run], where, Consent(runs=True), tries=tries, pause_s=0.05, patience_s=60)
    return finish(steps)[0]


def assert_same(run: Run, server: Any) -> None:
    """The server holds the record, all of it, once (in the newest copy, where a server lost something of another)."""
    name = max(server.runs)
    rows = server.rows(name)
    metrics = [row for row in rows if "loss" in row]
    assert [(row["podmix_step"], row["loss"], row["accuracy"]) for row in metrics] == [
        (row["step"], row["loss"], row["accuracy"]) for row in run.history]
    assert len(rows) == len(run.history) + len(run.tables)
    assert server.runs[name]["summary"]["score"] == 0.75
    committed = server.committed(name)
    assert sorted(one["digest"] for one in committed) == sorted({one["digest"] for one in committed}), "twice"
    model = next(one for one in committed if one["name"].startswith("toy"))
    assert model["files"]["weights.bin"] == run.artifacts[0].files["weights.bin"].read_bytes()
    sounds = {content for one in committed for name, content in one["files"].items() if name.endswith(".wav")}
    assert sounds == {medium.file.read_bytes() for medium in run.media}


def test_a_run_arrives_whole_once_and_says_nothing_of_this_machine(wandb_server: Any, tmp_path: Path) -> None:
    run = record(tmp_path)
    found = sync(run, wandb_server)
    assert (found.verified, found.sent) == (True, True), found
    assert_same(run, wandb_server)
    assert list(wandb_server.runs) == [run.run_id]
    seen = bytes(wandb_server.bytes_seen)
    for secret in (str(tmp_path), str(Path.home()) + "/", "pytest", str(Path(sys.executable))):
        assert secret.encode() not in seen, secret
    host = re.escape(socket.gethostname().encode())  # as a word: a short one stands inside of others
    assert re.search(rb"(?<![A-Za-z0-9])" + host + rb"(?![A-Za-z0-9])", seen) is None
    before = wandb_server.connections
    again = sync(run, wandb_server)
    assert (again.verified, again.sent) == (True, False)
    assert wandb_server.connections == before, "what is verified is not asked about again"


@WITH_PATIENCE
@pytest.mark.parametrize("broken", [{"stream-lie": 50}, {"put": 50}, {"put-lie": 50}, {"put-drop": 50}, {"commit": 50},
                                    {"graphql": 50}, {"401": 200}, {"stream": 50}, {"refuse": 200},
                                    {"stream-half": 50}], ids=lambda one: next(iter(one)))
def test_whatever_breaks_is_told_and_a_later_sync_completes_it(wandb_server: Any, tmp_path: Path,
                                                               broken: dict[str, int]) -> None:
    run = record(tmp_path, steps=1000 if PATIENT else 6)
    kept = (run.folder / "journal.jsonl").read_bytes()
    wandb_server.fail = dict(broken)
    found = sync(run, wandb_server, tries=1)
    assert not found.verified, "a success that is none"
    assert found.missing or found.said
    assert (run.folder / "journal.jsonl").read_bytes() == kept
    wandb_server.fail = {}
    assert sync(run, wandb_server).verified
    assert_same(run, wandb_server)


@WITH_PATIENCE
def test_a_server_that_is_not_there_is_told_quickly(tmp_path: Path) -> None:
    run = record(tmp_path, steps=1000 if PATIENT else 3)
    gone = DOUBLE.WandbServer()
    gone.close()
    began = time.monotonic()
    found = sync(run, gone, tries=1)
    assert not found.verified
    assert found.said
    assert time.monotonic() - began < 60
    assert not settled(run, Server(gone.host, DOUBLE.ENTITY, "podmix", DOUBLE.KEY))
    back = DOUBLE.WandbServer()
    try:
        assert sync(run, back).verified
        assert_same(run, back)
    finally:
        back.close()


@WITH_PATIENCE
def test_killed_in_the_middle(wandb_server: Any, tmp_path: Path) -> None:
    """The exporter and all it started are killed when the first rows have arrived."""
    run = record(tmp_path, steps=1000 if PATIENT else 6)
    kept = (run.folder / "journal.jsonl").read_bytes()
    work = tmp_path / "work"
    work.mkdir()
    request = {"folder": str(run.folder), "run_id": run.run_id, "host": wandb_server.host, "entity": DOUBLE.ENTITY,
               "project": "podmix", "work": str(work), "tries": 1, "pause_s": 0, "patience_s": 60}
    wandb_server.fail = {"put-drop": 1000}
    child = subprocess.Popen([sys.executable, "-m", "podmix.lab.wandb_export"], stdin=subprocess.PIPE,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
                             env=child_environment(work, wandb_server.host, DOUBLE.KEY))
    assert child.stdin is not None
    child.stdin.write(json.dumps(request).encode())
    child.stdin.close()
    end = time.monotonic() + 60
    while not wandb_server.rows(run.run_id):
        assert time.monotonic() < end
        assert child.poll() is None
        os.sched_yield()
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    assert (run.folder / "journal.jsonl").read_bytes() == kept
    wandb_server.fail = {}
    assert sync(run, wandb_server).verified
    assert_same(run, wandb_server)


@WITH_PATIENCE
def test_a_record_that_changed_becomes_a_copy_beside_nothing_is_deleted(wandb_server: Any, tmp_path: Path) -> None:
    run = record(tmp_path, steps=4)
    wandb_server.runs[run.run_id] = {"history": {0: '{"podmix_step": 0, "loss": 9.0}'}, "files": {}, "config": None,
                                     "summary": None}
    assert sync(run, wandb_server).verified
    assert set(wandb_server.runs) == {run.run_id, f"{run.run_id}-2"}
    assert len(wandb_server.rows(run.run_id)) == 1


def test_usage_arrives_byte_for_byte_as_shown(wandb_server: Any, tmp_path: Path) -> None:
    home = find_home(tmp_path / "home").create()
    counts = {"shows": 3, "title": 5, "tracks": 2.7, "previews": float("nan")}
    lab = Lab(home, counts=lambda: counts, credentials=Credentials(look=False))
    shown = lab.usage_payload()
    assert json.loads(shown)["counts"] == {"runs": 0, "seconds_trained": 0, "shows": 3, "tracks": 2}
    where = Server(wandb_server.host, DOUBLE.ENTITY, "podmix", DOUBLE.KEY)
    found = sync_usage(shown, "usage-1", where, Consent(usage=True), tries=2, pause_s=0.05)
    assert found.verified, found
    assert wandb_server.runs["usage-1"]["files"][usage.FILE] == shown


def test_without_consent_nothing_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    monkeypatch.setattr(socket, "socket", lambda *one, **_: opened.append(one))
    monkeypatch.setattr(subprocess, "run", lambda *one, **_: opened.append(one))
    monkeypatch.setenv("WANDB_API_KEY", DOUBLE.KEY)
    lab = Lab(find_home(tmp_path).create(), credentials=Credentials(look=False))
    with pytest.raises(SettingsError):
        finish(lab.sync())
    assert lab.outgoing() == []
    assert opened == []


def test_switches_are_off_apart_and_can_be_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DO_NOT_TRACK", raising=False)
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    home = find_home(tmp_path).create()
    assert read_consent(home) == Consent()
    give_consent(home, "runs", True, host="http://127.0.0.1:1", project="p")
    consent = read_consent(home)
    assert (consent.runs, consent.usage, consent.project) == (True, False, "p")
    with pytest.raises(AuthenticationNeeded):
        finish(Lab(home, credentials=Credentials(look=False)).sync())
    give_consent(home, "usage", True)
    assert not read_consent(home, {"DO_NOT_TRACK": "1"}).usage
    assert read_consent(home, {"DO_NOT_TRACK": "0"}).usage
    give_consent(home, "runs", False)
    assert not read_consent(home).runs
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    with pytest.raises(UsageError):
        give_consent(home, "usage", True)
    (home.config / "consent.json").write_text('{"runs": true}')
    assert not read_consent(home).runs


@pytest.mark.parametrize("host", ["http://example.org", "example.org", "ftp://example.org", ""])
def test_keys_travel_only_to_addresses_that_hide_them(host: str) -> None:
    with pytest.raises(UsageError):
        checked_host(host)
    assert checked_host("https://wandb.example/") == "https://wandb.example"


def test_wandb_still_knows_every_setting_that_keeps_it_quiet() -> None:
    import wandb

    settings = wandb.Settings(**PRIVATE)
    assert settings.x_disable_meta
    from wandb.sdk.data_types import utils

    assert callable(utils.val_to_json)


@WITH_PATIENCE
def test_what_arrives_is_what_was_shown_before(wandb_server: Any, tmp_path: Path) -> None:
    """The preview's rows, tables, files and settings against the server's, byte for byte where they are files."""
    home = find_home(tmp_path / "home").create()
    give_consent(home, "runs", True, host=wandb_server.host, entity=DOUBLE.ENTITY, project="podmix")
    (home.data / "lab").mkdir(exist_ok=True)
    run = record(home.data / "lab", steps=1000 if PATIENT else 6)
    lab = Lab(home, credentials=Credentials(look=False))
    shown, text = lab.outgoing()[0], json.loads(lab.run_text(run.run_id))
    assert wandb_server.connections == 0, "a preview opens nothing"
    assert sync(run, wandb_server).verified
    rows = wandb_server.rows(run.run_id)
    assert [{"step": row["podmix_step"], "loss": row["loss"], "accuracy": row["accuracy"]}
            for row in rows if "loss" in row] == text["history"]
    assert (shown.rows, len(rows)) == (len(text["history"]), len(text["history"]) + len(shown.tables))
    arrived = [content for one in wandb_server.committed(run.run_id) for content in one["files"].values()]
    for medium in run.media:
        assert shown.files[f"media: {medium.name}"] == len(medium.file.read_bytes())
        assert medium.file.read_bytes() in arrived
    for one in run.artifacts:
        for name, path in one.files.items():
            assert shown.files[f"artifact {one.name}: {name}"] == path.stat().st_size
            assert path.read_bytes() in arrived
    config = wandb_server.runs[run.run_id]["config"]
    assert {name: config[name]["value"] for name in shown.config} == shown.config
    assert lab.outgoing()[0].settled, "what is there is not shown as going"


GUARD = """
import os, sys
opened = []
def guard(event, arguments):
    if event in ("socket.__new__", "socket.connect", "socket.getaddrinfo", "subprocess.Popen"):
        if event == "subprocess.Popen" and "git" in str(arguments[0]):
            return  # the state of the code, asked of this machine
        opened.append((event, str(arguments)[:200]))
sys.addaudithook(guard)
from pathlib import Path
from podmix.app.lab import Lab
from podmix.errors import SettingsError
from podmix.lab.runs.store import RunStore
from podmix.paths import find_home
from podmix.podcasts.credentials import Credentials
from podmix.progress import finish
home = find_home(Path(sys.argv[1])).create()
with RunStore.of(home).begin("train", "toy", {"rate": 1}, system_every_s=0) as writer:
    for step in range(20):
        writer.log(step, loss=1.0)
lab = Lab(home, credentials=Credentials(look=False))
lab.outgoing(), lab.usage_payload(), lab.consent(), lab.key_place()
try:
    finish(lab.sync())
except SettingsError:
    print("refused", opened)
"""


def test_a_whole_process_opens_no_connection_before_consent(tmp_path: Path) -> None:
    """Python's own audit of every socket, name look-up and process, over training, preview and a refused sync."""
    done = subprocess.run([sys.executable, "-c", GUARD, str(tmp_path)], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "WANDB_API_KEY": DOUBLE.KEY}, check=False)
    assert done.stdout.strip() == "refused []", done.stdout + done.stderr
