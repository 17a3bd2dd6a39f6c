# SPDX-License-Identifier: GPL-3.0-or-later
"""The exporter: a short-lived process that writes one run for wandb, lets wandb send it, and reads it back.

``python -m podmix.lab.wandb_export`` reads a request (JSON) from standard input and answers with one line of JSON. The
key comes in WANDB_API_KEY, everything else wandb could say of this machine is switched off (`PRIVATE`). The record
stays the truth: what is written here is thrown away after a verified upload and made anew for another try. A success is
what the server says when asked, never what wandb says.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podmix.errors import PodMixError, StorageError
from podmix.lab.runs.reading import read_run
from podmix.lab.runs.types import Run, Status, Table

if TYPE_CHECKING:
    from podmix.lab.sync.readback import Reader, Stored

PRIVATE = {
    "silent": True, "console": "off", "disable_git": True, "disable_code": True, "save_code": False,
    "x_disable_meta": True, "x_save_requirements": False, "host": "podmix", "program": "podmix",
    "x_stats_disk_paths": [], "x_transaction_log_flush_interval": 1.0, "finish_timeout": 30.0,
    "x_disable_machine_info": True,
}
"""Settings of wandb, each of which a test holds against the installed version."""
ENVIRONMENT = {
    "WANDB_SILENT": "true", "WANDB_CONSOLE": "off", "WANDB_ERROR_REPORTING": "false", "WANDB_DISABLE_GIT": "true",
    "WANDB_DISABLE_CODE": "true", "WANDB_PROGRAM": "podmix", "WANDB_HOST": "podmix",
    "WANDB_X_GRAPHQL_RETRY_MAX": "1", "WANDB_X_FILE_STREAM_RETRY_MAX": "1", "WANDB_X_FILE_TRANSFER_RETRY_MAX": "1",
}
_FOLDERS = ("WANDB_DATA_DIR", "WANDB_CACHE_DIR", "WANDB_CONFIG_DIR", "WANDB_ARTIFACT_DIR")
STEP = "podmix_step"
_COPIES = 9


def child_environment(work: Path, host: str, key: str) -> dict[str, str]:
    """The whole environment of the exporter: nothing else of the parent's reaches it but paths to programs."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "SSL_CERT_FILE", "SYSTEMROOT", "TEMP",
                                                "TMPDIR", "LD_LIBRARY_PATH", "PYTHONPATH") if name in os.environ}
    places = {name: str(work / name.lower()) for name in _FOLDERS}
    return {**kept, **ENVIRONMENT, **places, "HOME": str(work), "WANDB_DIR": str(work), "WANDB_BASE_URL": host,
            "WANDB_API_KEY": key, "DO_NOT_TRACK": "1"}


# -- writing --


def write_offline(run: Run, work: Path, server: Target, skip: int = 0) -> Path:
    """The record as an offline run of wandb; returns its folder.

    wandb appends to what a server holds of a run, so the first ``skip`` rows, which are there, are left out. Their
    tables' files are written all the same: a server knows what it has by its checksum.
    """
    import wandb
    from wandb.sdk.data_types.utils import val_to_json

    manifest = run.manifest
    out = wandb.init(project=server.project, entity=server.entity, id=server.run_id, name=manifest.name,
                     group=manifest.group, job_type=manifest.kind, tags=[manifest.subject, *manifest.tags],
                     config=_config(run), dir=str(work), settings=_settings(wandb, work))
    out.define_metric(STEP)
    out.define_metric("*", step_metric=STEP)
    summary: dict[str, Any] = {}
    rows = [*(_row(row) for row in run.history), *_table_rows(wandb, run)]
    for at, row in enumerate(rows):
        # Tables are bound here, not by log(): that would name their files by what was logged before.
        told = {name: val_to_json(out, name, value, namespace=at) if isinstance(value, wandb.Table) else value
                for name, value in row.items()}
        if at >= skip:
            out.log(told, step=at, commit=True)
        else:
            summary |= told
    _artifacts(wandb, out, run, server.copy)
    # Last values of rows that are not sent again would be missing from the summary.
    later = {name for row in rows[skip:] for name in row}
    out.summary.update({name: value for name, value in summary.items() if name not in later} | summary_of(run))
    out.finish(exit_code=0 if run.status is Status.FINISHED else 1)
    return _written(wandb, work, server)


def _written(wandb: Any, work: Path, server: Target) -> Path:
    """The folder, once wandb's program has ended: only then is all of it on the disk."""
    wandb.teardown()
    return next((work / "wandb").glob(f"offline-run-*-{server.run_id}"))


def _settings(wandb: Any, work: Path) -> Any:
    return wandb.Settings(**PRIVATE, mode="offline", root_dir=str(work))


def summary_of(run: Run) -> dict[str, Any]:
    """The run's own figures, and how it ended."""
    return {**run.summary, "podmix_status": run.status.value, "podmix_seconds": run.seconds}


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {STEP: row["step"], **{name: value for name, value in row.items() if name != "step"}}


def _table_rows(wandb: Any, run: Run) -> list[dict[str, Any]]:
    """A row a table, after all metrics; what the process used is a table too."""
    last = run.history[-1]["step"] if run.history else 0
    rows = [{STEP: last, f"tables/{_key(table.name)}": _table(wandb, run, table)} for table in run.tables]
    if run.system:
        columns = list(dict.fromkeys(name for row in run.system for name in row))
        data = [[row.get(name) for name in columns] for row in run.system]
        rows.append({STEP: last, "tables/system": wandb.Table(columns=columns, data=data)})
    return rows


def _config(run: Run) -> dict[str, Any]:
    manifest = run.manifest
    return {**manifest.config, "podmix": {"config_sha256": manifest.config_sha256, "code": dict(manifest.code),
                                          "data_sha256": manifest.data.get("sha256", ""), "seed": manifest.seed,
                                          "subject": manifest.subject}}


def _key(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in name) or "table"


def _table(wandb: Any, run: Run, table: Table) -> Any:
    by_checksum = {medium.sha256: medium for medium in run.media}

    def cell(value: Any) -> Any:
        if not isinstance(value, dict) or "media" not in value:
            return value if isinstance(value, int | float | str | None) else json.dumps(value)
        medium = by_checksum[value["media"]]
        caption = value.get("caption", medium.caption)
        match medium.kind:
            case "audio":
                return wandb.Audio(str(medium.file), caption=caption)
            case "image" if medium.file.suffix in (".png", ".jpg"):
                return wandb.Image(str(medium.file), caption=caption)
            case _:
                return medium.name
    media = {at for row in table.rows for at, value in enumerate(row) if isinstance(value, dict) and "media" in value}
    text = [at for at in range(len(table.columns)) if at not in media]
    rows = [[cell(value) for value in row] for row in table.rows]
    for at in text:  # one type a column, or wandb refuses the row
        column = [row[at] for row in rows]
        if len({type(value) for value in column if value is not None} - {int, float}) > 1:
            for row in rows:
                row[at] = None if row[at] is None else str(row[at])
    return wandb.Table(columns=list(table.columns), data=rows, allow_mixed_types=True)


def _artifacts(wandb: Any, out: Any, run: Run, copy: int) -> None:
    for artifact in run.artifacts:
        name = _key(artifact.name) + (f"-copy-{copy}" if copy > 1 else "")
        made = wandb.Artifact(name, type=artifact.kind, metadata={"sha256": artifact.sha256})
        for inside, path in artifact.files.items():
            # A copy in the work folder, for wandb tells servers the whole path of each file.
            made.add_file(str(path), name=inside, policy="mutable", skip_cache=True)
        out.log_artifact(made, aliases=[*artifact.aliases, run.run_id[-6:]])


def write_usage(payload: bytes, work: Path, server: Target) -> Path:
    """A run that holds one file, byte for byte the payload."""
    import wandb

    from podmix.lab.sync.usage import FILE

    (work / FILE).write_bytes(payload)
    out = wandb.init(project=server.project, entity=server.entity, id=server.run_id, job_type="usage", dir=str(work),
                     settings=_settings(wandb, work))
    out.save(str(work / FILE), base_path=str(work), policy="now")
    out.finish()
    return _written(wandb, work, server)


# -- sending and reading back --


def expected(folder: Path, *, usage: bool) -> dict[str, Any]:
    """What the server must hold, from what wandb wrote: rows, files of media with their checksums, artifacts."""
    from podmix.lab.sync.offline_log import read_offline
    from podmix.lab.sync.usage import FILE

    told = read_offline(next(folder.glob("run-*.wandb")))
    if not told.ended:
        raise StorageError("wandb did not write the whole run.", remedy="Nothing was sent. Try again.")
    inside = folder / "files"
    wanted = [inside / FILE] if usage else sorted(path for path in (inside / "media").rglob("*") if path.is_file())
    files = {path.relative_to(inside).as_posix(): [path.stat().st_size, _md5(path)] for path in wanted}
    return {"history": list(told.history), "files": files, "artifacts": told.artifacts}


def _md5(path: Path) -> str:
    """As wandb's servers tell it: base64."""
    return base64.b64encode(hashlib.md5(path.read_bytes(), usedforsecurity=False).digest()).decode()


def lacking(wanted: Mapping[str, Any], stored: Stored) -> list[str]:
    """What of ``wanted`` the server does not hold, in words; empty means verified."""
    if not stored.there:
        return ["the run"]
    missing = []
    if stored.rows != len(wanted["history"]):
        missing.append(f"{len(wanted['history'])} rows are wanted, {stored.rows} are there")
    elif not same_rows(wanted["history"], stored.history):
        missing.append("rows as they were written")
    for name, (size, checksum) in wanted["files"].items():
        found = stored.files.get(name)
        if found is None or found[0] != size or (found[1] and found[1] != checksum):
            missing.append(name)
    missing += [f"summary of {name}" for name, value in wanted.get("summary", {}).items()
                if stored.summary.get(name) != value]
    return missing + [f"artifact {name}" for name, (digest, count) in wanted["artifacts"].items()
                      if stored.artifacts.get(digest, -1) < count]


def beyond_repair(wanted: Mapping[str, Any], stored: Stored) -> bool:
    """Whether what is there cannot become what is wanted: other rows, or an artifact that counts as whole and is not
    (wandb does not send it again)."""
    rows = wanted["history"][:stored.rows]
    hollow = any(stored.artifacts.get(digest, count) < count for digest, count in wanted["artifacts"].values())
    return stored.rows > len(wanted["history"]) or not same_rows(rows, stored.history) or hollow


def same_rows(written: Any, found: Any) -> bool:
    """Numbers and texts of every row; what a server adds, or turns from a file into a reference, does not count."""
    def plain(row: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in row.items() if isinstance(value, int | float | str)}

    return len(written) == len(found) and all(
        plain(one).items() <= plain(other).items() for one, other in zip(written, found, strict=True))


def send(folder: Path, seconds: float, entity: str, project: str) -> str:
    """Let wandb send an offline run; returns what went wrong in its words, empty where it says nothing did."""
    command = [sys.executable, "-m", "wandb", "sync", "--yes", "--include-synced", "--project", project,
               *(["--entity", entity] if entity else []), str(folder)]
    with suppress(OSError):
        for marker in (*folder.glob("*.synced"), *folder.glob("*.syncstate")):
            marker.unlink()
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, check=False, cwd=folder.parent)
    except subprocess.TimeoutExpired:
        return "it took too long"
    said = done.stderr.decode(errors="replace") + done.stdout.decode(errors="replace")
    bad = [line.strip() for line in said.splitlines() if "ERROR" in line or "fatal" in line.lower()]
    if done.returncode or bad or not any(folder.glob("*.synced")):
        return "; ".join(bad)[:400] or f"wandb ended with {done.returncode} and did not call the run synced"
    return ""


@dataclass(frozen=True, slots=True)
class Target:
    """Whose run it becomes, and under which id; ``copy`` counts from 1, see ``_Export``."""

    entity: str
    project: str
    run_id: str
    copy: int = 1


def export(request: Mapping[str, Any]) -> dict[str, Any]:
    """One run to one server. The answer: ``verified``, ``tries``, ``missing``, ``said``, ``counts``, ``run_id``."""
    from podmix.lab.sync.readback import Reader, Server

    server = Server(request["host"], request["entity"], request["project"], os.environ.get("WANDB_API_KEY", ""))
    if not server.entity:
        with closing(Reader(server)) as reader:
            server = replace(server, entity=reader.entity())
    with closing(Reader(server)) as reader:
        return _Export(request, reader, Target(server.entity, server.project, request["run_id"])).run()


class _Export:
    """Tries until the server holds everything, each time from what it holds."""

    def __init__(self, request: Mapping[str, Any], reader: Reader, target: Target) -> None:
        self._request, self._reader, self._target = request, reader, target
        self._work = Path(request["work"])
        self._record = None if request.get("usage") else read_run(Path(request["folder"]))

    def run(self) -> dict[str, Any]:
        wanted = self._wanted()
        answer: dict[str, Any] = {
            "verified": False, "tries": 0, "said": "", "run_id": self._target.run_id, "counts": {
                "rows": len(wanted["history"]), "files": len(wanted["files"]), "artifacts": len(wanted["artifacts"]),
                "bytes": sum(size for size, _ in wanted["files"].values())}}
        for number in range(int(self._request["tries"]) + 1):
            stored = self._stored(wanted)
            answer |= {"missing": lacking(wanted, stored), "run_id": self._target.run_id, "tries": number}
            if not answer["missing"]:
                return answer | {"verified": True, "said": ""}
            if number == int(self._request["tries"]):
                return answer
            if number:
                time.sleep(float(self._request["pause_s"]) * 2 ** (number - 1))
            folder = self._write(f"try-{number}", skip=stored.rows)
            answer["said"] = send(folder, float(self._request["patience_s"]), self._target.entity,
                                  self._target.project)
        return answer

    def _wanted(self) -> dict[str, Any]:
        wanted = expected(self._write("whole", skip=0), usage=self._record is None)
        if self._record is not None:
            wanted["summary"] = {name: value for name, value in summary_of(self._record).items()
                                 if isinstance(value, int | float | str)}
        return wanted

    def _write(self, name: str, *, skip: int) -> Path:
        place = self._work / name
        place.mkdir()
        if self._record is None:
            return write_usage(bytes.fromhex(self._request["payload"]), place, self._target)
        return write_offline(self._record, place, self._target, skip)

    def _stored(self, wanted: Mapping[str, Any]) -> Stored:
        """What is there under the run's id. Where that cannot become what is wanted (the record has changed since, a
        server has lost something), a copy is made under the next id: nothing on a server is ever deleted."""
        for copy in range(1, _COPIES + 1):
            ours = self._request["run_id"] + (f"-{copy}" if copy > 1 else "")
            self._target = replace(self._target, run_id=ours, copy=copy)
            stored = self._reader.stored(ours)
            if not beyond_repair(wanted, stored):
                return stored
        return stored


def main() -> int:
    """Standard input to standard output; what libraries print goes to standard error."""
    request = json.loads(sys.stdin.read())
    answers = os.dup(1)
    os.dup2(2, 1)
    work = Path(request["work"])
    try:
        answer = export(request)
    except PodMixError as problem:
        answer = {"verified": False, "said": problem.message, "remedy": problem.remedy, "missing": [], "tries": 0,
                  "counts": {}}
    with os.fdopen(answers, "w", encoding="utf-8") as stream:
        stream.write(json.dumps(answer) + "\n")
    if answer["verified"]:
        shutil.rmtree(work, ignore_errors=True)
    return 0 if answer["verified"] else 1


if __name__ == "__main__":
    sys.exit(main())
