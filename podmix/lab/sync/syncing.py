# SPDX-License-Identifier: GPL-3.0-or-later
"""Syncing runs: what would be sent, sending it by the exporter's process, and keeping what is proven to be there.

A run's folder keeps a ledger (``sync.jsonl``): which state of the record is verified on which server. What is verified
is not sent again; what is not is made anew from the record, under the same id, however often that takes.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from podmix.errors import SettingsError
from podmix.lab.runs.exporting import run_plain
from podmix.lab.runs.identity import config_hash
from podmix.lab.runs.journal import Journal, read_journal
from podmix.lab.runs.types import Run, Status
from podmix.lab.sync.consent import Consent
from podmix.lab.sync.readback import Server
from podmix.lab.wandb_export import child_environment
from podmix.progress import Progress, Steps, finish

LEDGER = "sync.jsonl"
TRIES, PAUSE_S, PATIENCE_S = 3, 1.0, 600.0
_LOOK_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a sync of one run would send. ``files``: name -> bytes. ``settled``: it is there already."""

    run_id: str
    name: str
    rows: int
    tables: tuple[str, ...]
    files: dict[str, int]
    config: dict[str, Any]
    settled: bool

    @property
    def size(self) -> int:
        return sum(self.files.values())


@dataclass(frozen=True, slots=True)
class Synced:
    """What came of one run. ``sent`` False: nothing had to be. ``missing``: what the server was found not to hold."""

    run_id: str
    verified: bool
    sent: bool
    tries: int = 0
    missing: tuple[str, ...] = ()
    said: str = ""
    counts: dict[str, int] = field(default_factory=dict)


def state_of(run: Run) -> str:
    """A hash of all that is sent of a run."""
    return config_hash(run_plain(run))


def settled(run: Run, server: Server) -> bool:
    """Whether this very state is verified on this server. Asks the disk only."""
    wanted = [server.host, server.entity, server.project, state_of(run)]
    return any(line["kind"] == "verified" and line["where"] == wanted for line in read_journal(run.folder / LEDGER))


def outgoing(run: Run, server: Server) -> Outgoing:
    files = {f"media: {medium.name}": medium.size for medium in run.media}
    files |= {f"artifact {one.name}: {inside}": path.stat().st_size for one in run.artifacts
              for inside, path in one.files.items() if path.is_file()}
    return Outgoing(run.run_id, run.manifest.name, len(run.history), tuple(table.name for table in run.tables), files,
                    dict(run.manifest.config), settled(run, server))


def sync_runs(runs: Sequence[Run], server: Server, consent: Consent, *, tries: int = TRIES,
              pause_s: float = PAUSE_S, patience_s: float = PATIENCE_S) -> Steps[list[Synced]]:
    """Send what is not verified yet, one run after the other; running runs wait.

    Raises SettingsError without consent, before anything is opened.
    """
    if not consent.runs:
        raise SettingsError("Runs are not sent anywhere: you have not agreed to it.",
                            remedy="“podmix consent runs on” does; “podmix sync --dry-run” shows what would be sent.")
    made = []
    for at, run in enumerate(runs):
        yield Progress("sync", at, len(runs), "runs", f"Syncing {run.manifest.name}")
        if run.status is Status.RUNNING:
            made.append(Synced(run.run_id, False, False, said="It is still running."))
        elif settled(run, server):
            made.append(Synced(run.run_id, True, False))
        else:
            limits = {"tries": tries, "pause_s": pause_s, "patience_s": patience_s}
            made.append((yield from _told(_sync_one(run, server, limits), at, len(runs), run.manifest.name)))
    return made


def _told(steps: Steps[Synced], at: int, count: int, name: str) -> Steps[Synced]:
    """The same, with its place among all runs."""
    while True:
        try:
            next(steps)
        except StopIteration as over:
            return cast("Synced", over.value)
        try:
            yield Progress("sync", at, count, "runs", f"Syncing {name}")
        except GeneratorExit:
            steps.close()
            raise


def _sync_one(run: Run, server: Server, limits: dict[str, Any]) -> Steps[Synced]:
    state = state_of(run)
    answer = yield from _exported({"folder": str(run.folder), "run_id": run.run_id, **limits}, server)
    if answer["verified"]:
        with Journal(run.folder / LEDGER) as ledger:
            ledger.append("verified", where=[server.host, server.entity, server.project, state],
                          counts=answer["counts"])
    return Synced(run.run_id, answer["verified"], True, answer["tries"], tuple(answer["missing"]), answer["said"],
                  dict(answer["counts"]))


def sync_usage(payload: bytes, run_id: str, server: Server, consent: Consent, *, tries: int = TRIES,
               pause_s: float = PAUSE_S, patience_s: float = 120.0) -> Synced:
    """Send usage counts: exactly ``payload``. Raises SettingsError without consent."""
    if not consent.usage:
        raise SettingsError("Usage counts are not sent: you have not agreed to it.",
                            remedy="“podmix consent usage show” shows them, “podmix consent usage on” agrees.")
    request = {"usage": True, "payload": payload.hex(), "run_id": run_id, "tries": tries, "pause_s": pause_s,
               "patience_s": patience_s}
    answer = finish(_exported(request, server))
    return Synced(run_id, answer["verified"], True, answer["tries"], tuple(answer["missing"]), answer["said"],
                  dict(answer["counts"]))


def _work_folder() -> Path:
    """A folder for one try, readable by its owner only. It does not lie in anybody's home where that can be helped:
    wandb tells servers the paths of an artifact's files."""
    shared = Path("/tmp")  # noqa: S108 - the folder in it is made by mkdtemp
    return Path(tempfile.mkdtemp(prefix="podmix-sync-", dir=shared if os.access(shared, os.W_OK) else None))


def _exported(request: dict[str, Any], server: Server) -> Steps[dict[str, Any]]:
    """The exporter's answer; a process that died or hung is an answer too. Its folder goes, whatever came, and where
    nobody waits any more the process goes too: what it had sent is found by the next sync."""
    place = _work_folder()
    told = {**request, "host": server.host, "entity": server.entity, "project": server.project, "work": str(place)}
    failed = {"verified": False, "tries": 0, "missing": [], "counts": {}}
    until = time.monotonic() + (float(request["patience_s"]) + 60.0) * (int(request["tries"]) + 1)
    process: subprocess.Popen[bytes] | None = None
    try:
        with (place / "asked.json").open("w+b") as asked, (place / "answer.json").open("w+b") as said, \
                (place / "errors.txt").open("w+b") as errors:
            asked.write(json.dumps(told).encode())
            asked.seek(0)
            process = subprocess.Popen([sys.executable, "-m", "podmix.lab.wandb_export"], stdin=asked, stdout=said,
                                       stderr=errors, env=child_environment(place, server.host, server.key),
                                       cwd=Path(__file__).parents[3], start_new_session=os.name == "posix")
            while process.poll() is None:
                if time.monotonic() > until:
                    return {**failed, "said": "The exporter took too long."}
                yield Progress("send", 0, None, note="Sending, and asking what is there")
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_LOOK_EVERY_S)
            said.seek(0)
            errors.seek(0)
            return _answer(said.read(), errors.read(), failed)
    finally:
        if process is not None and process.poll() is None:
            _end(process)
        shutil.rmtree(place, ignore_errors=True)


def _answer(said: bytes, errors: bytes, failed: dict[str, Any]) -> dict[str, Any]:
    try:
        answer = json.loads(said) if said.strip() else None
    except ValueError:
        return {**failed, "said": "The exporter's answer cannot be read."}
    if isinstance(answer, dict):
        return answer
    return {**failed, "said": f"The exporter ended without an answer. {errors.decode(errors='replace')[-400:]}"}


def _end(process: subprocess.Popen[bytes]) -> None:
    """The exporter and what it started (wandb's own program)."""
    with contextlib.suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
