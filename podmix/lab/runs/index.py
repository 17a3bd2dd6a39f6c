# SPDX-License-Identifier: GPL-3.0-or-later
"""What a list shows of every run, without reading every journal each time.

The index is a memory, never the record: each entry holds the sizes and times of the files that it was made from, and is
made anew where one of them differs. So nothing that a killed process left behind, nor an index that is old, torn or
gone, can make a list wrong. Whether a run that has not ended is still running is asked anew each time.
"""

from __future__ import annotations

import dataclasses
import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from podmix.errors import StorageError
from podmix.lab.runs.exporting import run_plain
from podmix.lab.runs.identity import config_hash
from podmix.lab.runs.journal import read_journal
from podmix.lab.runs.reading import MANIFEST, last_process, process_lives, read_run
from podmix.lab.runs.types import Manifest, Plain, Run, Status
from podmix.lab.runs.writer import JOURNAL
from podmix.paths import atomic_write

FILE = "runs-index.json"
FORMAT = 1
LEDGER = "sync.jsonl"
_READ_FROM = (MANIFEST, JOURNAL, LEDGER)
_OPEN = (Status.RUNNING, Status.INTERRUPTED)


@dataclass(frozen=True, slots=True)
class RunHead:
    """A run without what fills it. ``manifest.data`` has ``count`` instead of the files' names.

    ``steps``: rows of the history. ``sounds``: clips that can be heard. ``has_model``: it can be promoted. ``sent``:
    where this very state is verified to be, each (host, entity, project).
    """

    manifest: Manifest
    status: Status
    attempts: int
    ended: float | None
    seconds: float
    summary: Mapping[str, Any]
    problem: str
    steps: int
    sounds: int
    has_model: bool
    sent: tuple[tuple[str, str, str], ...] = ()

    @property
    def run_id(self) -> str:
        return self.manifest.run_id


def head_of(run: Run) -> RunHead:
    """What is kept of a run."""
    data = {name: value for name, value in run.manifest.data.items() if name != "files"}
    manifest = dataclasses.replace(run.manifest, data=data | {"count": len(run.manifest.data.get("files", {}))})
    return RunHead(manifest, run.status, run.attempts, run.ended, run.seconds, run.summary, run.problem,
                   len(run.history), sum(medium.kind == "audio" for medium in run.media),
                   any(artifact.kind == "model" for artifact in run.artifacts), _sent(run))


def _sent(run: Run) -> tuple[tuple[str, str, str], ...]:
    lines = [line["where"] for line in read_journal(run.folder / LEDGER) if line["kind"] == "verified"]
    state = config_hash(run_plain(run)) if lines else ""
    return tuple(dict.fromkeys((str(one[0]), str(one[1]), str(one[2])) for one in lines if one[3] == state))


class RunIndex:
    """The heads of all runs in a folder. Safe for threads; several processes may each have one.

    Args:
        folder: of the runs. The index itself lies beside it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._file = folder, folder.parent / FILE
        self._lock = threading.Lock()
        self._known: dict[str, Plain] | None = None
        self._heads: dict[str, tuple[list[int], RunHead]] = {}

    def heads(self) -> list[RunHead]:
        """Every run that can be read, oldest first."""
        with self._lock:
            if self._known is None:
                self._known = self._read()
            names = self._names()
            kept: dict[str, Plain] = {}
            found: list[RunHead] = []
            fresh = bool(self._known.keys() - set(names))
            for name in names:
                stamp = _stamp(self._folder / name)
                entry = self._known.get(name)
                if entry is None or entry["stamp"] != stamp:
                    entry = self._made(name, stamp)
                    fresh = fresh or not entry.get("open")
                kept[name] = entry
                if (head := self._head(name, entry)) is not None:
                    found.append(head)
            self._known = kept
            if fresh:
                self._write(kept)
        return found

    def unreadable(self) -> list[str]:
        """Folders of runs whose record is broken, as of the newest ``heads``."""
        with self._lock:
            return [name for name, entry in (self._known or {}).items() if entry["head"] is None]

    def _names(self) -> list[str]:
        try:
            with os.scandir(self._folder) as places:
                return sorted(place.name for place in places if place.is_dir())
        except OSError:
            return []

    def _made(self, name: str, stamp: list[int]) -> Plain:
        """From the record. Its stamp was taken before it was read: what comes in between makes it stale, not wrong."""
        folder = self._folder / name
        try:
            run = read_run(folder)
        except StorageError:
            return {"stamp": stamp, "head": None}
        entry: Plain = {"stamp": stamp, "head": json.loads(json.dumps(dataclasses.asdict(head_of(run))))}
        if run.status in _OPEN:
            entry["open"] = list(last_process(folder))
        return entry

    def _head(self, name: str, entry: Plain) -> RunHead | None:
        if entry["head"] is None:
            return None
        held = self._heads.get(name)
        if held is None or held[0] != entry["stamp"]:
            held = self._heads[name] = entry["stamp"], _from_plain(entry["head"])
        head = held[1]
        if "open" in entry:
            lives = process_lives(*entry["open"])
            head = dataclasses.replace(head, status=Status.RUNNING if lives else Status.INTERRUPTED)
        return head

    def _read(self) -> dict[str, Plain]:
        try:
            told = json.loads(self._file.read_text(encoding="utf-8"))
            if told["format"] != FORMAT:
                return {}
            for name, entry in told["runs"].items():
                if entry["head"] is not None:  # an index that somebody wrote into must not break the list
                    self._heads[name] = entry["stamp"], _from_plain(entry["head"])
            return dict(told["runs"])
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            self._heads.clear()
            return {}

    def _write(self, runs: Mapping[str, Plain]) -> None:
        """A disk that is full, or read only, costs time at the next start and nothing else."""
        try:
            with atomic_write(self._file, "w") as stream:
                cast("IO[str]", stream).write(json.dumps({"format": FORMAT, "runs": runs}, separators=(",", ":")))
        except (OSError, StorageError):
            return


def _stamp(folder: Path) -> list[int]:
    """Size and time of each file that a head is made from; 0 where there is none."""
    stamp: list[int] = []
    for name in _READ_FROM:
        try:
            told = os.stat(f"{folder}/{name}")  # noqa: PTH116 - 1,500 of them in a list of 500 runs
            stamp += [told.st_size, told.st_mtime_ns, told.st_ino]
        except OSError:
            stamp += [0, 0, 0]
    return stamp


def _from_plain(told: Plain) -> RunHead:
    manifest = told["manifest"]
    rest = {name: told[name] for name in ("attempts", "ended", "seconds", "summary", "problem", "steps", "sounds",
                                          "has_model")}
    return RunHead(Manifest(**{**manifest, "tags": tuple(manifest["tags"])}), Status(told["status"]), **rest,
                   sent=tuple((str(a), str(b), str(c)) for a, b, c in told["sent"]))
