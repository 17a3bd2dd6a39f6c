# SPDX-License-Identifier: GPL-3.0-or-later
"""A run's record as one JSON, a CSV of its history, or a ZIP of everything, for other programs."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import zipfile
from pathlib import Path
from typing import IO, Any, cast

from podmix.errors import UsageError
from podmix.lab.runs.types import Run
from podmix.paths import atomic_write

FORMATS = (".json", ".csv", ".zip")


def run_plain(run: Run) -> dict[str, Any]:
    """The record as JSON knows it; files by checksum."""
    return {
        "manifest": dataclasses.asdict(run.manifest), "status": run.status.value, "attempts": run.attempts,
        "ended": run.ended, "seconds": run.seconds, "problem": run.problem, "summary": dict(run.summary),
        "history": list(run.history), "system": list(run.system), "notes": list(run.notes),
        "tables": [dataclasses.asdict(table) for table in run.tables],
        "media": [{"name": one.name, "kind": one.kind, "sha256": one.sha256, "size": one.size, "caption": one.caption,
                   "step": one.step} for one in run.media],
        "artifacts": [{"name": one.name, "kind": one.kind, "files": dict(one.checksums), "aliases": list(one.aliases),
                       "sha256": one.sha256} for one in run.artifacts],
    }


def history_csv(run: Run) -> str:
    """A line a step, a column a metric."""
    names = list(dict.fromkeys(name for row in run.history for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(run.history)
    return text.getvalue()


def export_run(run: Run, target: Path) -> Path:
    """Write ``target`` (.json, .csv or .zip) whole or not at all. Raises UsageError for another suffix."""
    match target.suffix.lower():
        case ".json":
            content = json.dumps(run_plain(run), ensure_ascii=False, indent=1).encode()
        case ".csv":
            content = history_csv(run).encode()
        case ".zip":
            content = b""
        case _:
            raise UsageError(f"A run cannot be written as {target.suffix or 'a file without a suffix'}.",
                             remedy=f"Choose one of {' '.join(FORMATS)}.")
    with atomic_write(target) as stream:
        if content:
            stream.write(content)  # type: ignore[arg-type]
            return target
        with zipfile.ZipFile(cast("IO[bytes]", stream), "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("run.json", json.dumps(run_plain(run), ensure_ascii=False, indent=1))
            for path in sorted(run.folder.rglob("*")):
                if path.is_file() and not path.name.endswith(".tmp"):
                    archive.write(path, path.relative_to(run.folder).as_posix())
    return target
