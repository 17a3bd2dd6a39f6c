# SPDX-License-Identifier: GPL-3.0-or-later
"""A run's record from its folder. Whatever is torn or missing, what is whole is read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from podmix.errors import StorageError
from podmix.lab.runs.journal import read_journal
from podmix.lab.runs.system_metrics import process_mark
from podmix.lab.runs.types import Artifact, Manifest, Medium, Plain, Run, Status, Table
from podmix.lab.runs.writer import JOURNAL

MANIFEST = "manifest.json"


def read_manifest(folder: Path) -> Manifest:
    """Raises StorageError where there is none or it is broken."""
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return Manifest(**{**told, "tags": tuple(told.get("tags", ()))})
    except (OSError, ValueError, TypeError) as problem:
        raise StorageError(f"The record of the run {folder.name} cannot be read.",
                           remedy="Its folder may have been changed from outside; other runs are not concerned.",
                           detail=str(problem)) from problem


def read_run(folder: Path) -> Run:
    """The whole record; raises StorageError as ``read_manifest``."""
    manifest = read_manifest(folder)
    told = _Told(folder)
    for line in read_journal(folder / JOURNAL):
        told.take(line)
    return Run(folder, manifest, told.status(), told.attempts, told.ended, told.seconds,
               tuple(told.history[step] for step in sorted(told.history)), told.summary, tuple(told.system),
               tuple(told.tables.values()), tuple(told.media.values()), tuple(told.artifacts.values()),
               tuple(told.notes), told.problem)


def read_checkpoints(folder: Path) -> dict[str, Any]:
    """Units that are done, for a resumed run."""
    return {line["unit"]: line["value"] for line in read_journal(folder / JOURNAL) if line["kind"] == "checkpoint"}


def last_process(folder: Path) -> tuple[int, str]:
    """Number and mark of the process that began the newest attempt; (0, "") where none is told."""
    begun = [line for line in read_journal(folder / JOURNAL) if line["kind"] == "begun"]
    return (int(begun[-1]["pid"]), str(begun[-1].get("process", ""))) if begun else (0, "")


class _Told:
    """What the lines so far say."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.attempts, self.seconds, self.began = 0, 0.0, 0.0
        self.ended: float | None = None
        self.problem, self._status, self._pid, self._mark = "", "", 0, ""
        self.history: dict[int, Plain] = {}
        self.summary: Plain = {}
        self.system: list[Plain] = []
        self.tables: dict[str, Table] = {}
        self.media: dict[tuple[str, str, int | None], Medium] = {}
        self.artifacts: dict[tuple[str, str], Artifact] = {}
        self.notes: list[str] = []

    def take(self, line: Plain) -> None:
        taker = getattr(self, f"_{line['kind']}", None)
        if taker is not None:
            taker(line)

    def status(self) -> Status:
        if self._status:
            return Status(self._status)
        return Status.RUNNING if process_lives(self._pid, self._mark) else Status.INTERRUPTED

    def _begun(self, line: Plain) -> None:
        self.attempts += 1
        self.began, self._pid, self._status, self.problem = line["t"], line["pid"], "", ""
        self.ended, self._mark = None, line.get("process", "")

    def _ended(self, line: Plain) -> None:
        self._status, self.problem, self.ended = line["status"], line["problem"], line["t"]
        self.seconds += line["seconds"]

    def _metrics(self, line: Plain) -> None:
        self.history.setdefault(line["step"], {"step": line["step"]}).update(line["values"])

    def _summary(self, line: Plain) -> None:
        self.summary.update(line["values"])

    def _system(self, line: Plain) -> None:
        self.system.append({"t": line["t"], **line["values"]})

    def _note(self, line: Plain) -> None:
        if line["text"] not in self.notes:  # a resumed run may say it again
            self.notes.append(line["text"])

    def _table(self, line: Plain) -> None:
        try:
            told = json.loads((self.folder / line["file"]).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return
        self.tables[line["name"]] = Table(line["name"], tuple(told["columns"]), tuple(map(tuple, told["rows"])))

    def _medium(self, line: Plain) -> None:
        key = line["name"], line["sha256"], line["step"]
        self.media[key] = Medium(line["name"], line["media"], self.folder / line["file"], line["sha256"], line["size"],
                                 line["caption"], line["step"])

    def _artifact(self, line: Plain) -> None:
        files = {inside: self.folder / place for inside, place in line["files"].items()}
        self.artifacts[line["name"], line["sha256"]] = Artifact(
            line["name"], line["type"], files, line["checksums"], tuple(line["aliases"]), line["sha256"])


def process_lives(pid: int, mark: str) -> bool:
    """Whether the very process that began the run still is there."""
    if not pid:
        return False
    if mark and process_mark(pid) != mark:
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def missing_files(run: Run) -> list[str]:
    """Files that the record names and that are not there."""
    wanted: Iterable[Path] = [*(medium.file for medium in run.media),
                              *(path for artifact in run.artifacts for path in artifact.files.values())]
    return [path.name for path in wanted if not path.is_file()]
