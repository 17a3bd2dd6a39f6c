# SPDX-License-Identifier: GPL-3.0-or-later
"""All runs of a home: one folder each, named by time and a random word, so that names never meet and sort by age."""

from __future__ import annotations

import dataclasses
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from podmix.errors import StorageError, UsageError
from podmix.lab.runs.identity import code_state, config_hash, machine
from podmix.lab.runs.index import RunHead, RunIndex
from podmix.lab.runs.journal import plain_value
from podmix.lab.runs.reading import MANIFEST, read_manifest, read_run
from podmix.lab.runs.types import Manifest, Run, Status
from podmix.lab.runs.writer import RunWriter
from podmix.paths import Home, atomic_write


def runs_folder(home: Home) -> Path:
    return home.data / "lab" / "runs"


class RunStore:
    """Args: folder: where runs lie; made when the first one begins."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._index = RunIndex(folder)

    @classmethod
    def of(cls, home: Home) -> RunStore:
        return cls(runs_folder(home))

    def begin(self, kind: str, subject: str, config: Mapping[str, Any], *, name: str = "", group: str = "",
              data: Mapping[str, Any] | None = None, seed: int = 0, tags: Sequence[str] = (),
              system_every_s: float = 5.0, device: str = "") -> RunWriter:
        """A new run, whose manifest is on the disk when this returns."""
        now = time.time()
        # The part of the second stands before the random part, so that names sort in the order of their beginning.
        part = int(now % 1 * 0x10000)
        run_id = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(now))}-{part:04x}{secrets.token_hex(2)}"
        manifest = Manifest(run_id, name or f"{subject} {run_id[-6:]}", kind, subject, group, now,
                            plain_value(dict(config)), config_hash(config), code_state(), dict(data or {}), seed,
                            machine() | ({"device": device} if device else {}), tuple(tags))
        folder = self.folder / run_id
        try:
            folder.mkdir(parents=True)
            with atomic_write(folder / MANIFEST, "w") as stream:
                json.dump(dataclasses.asdict(manifest), stream, ensure_ascii=False, indent=1)  # type: ignore[arg-type]
        except OSError as problem:
            raise StorageError(f"PodMix cannot write to {self.folder}.",
                               remedy="Free some space, or give yourself write permission.",
                               detail=str(problem)) from problem
        return RunWriter(folder, system_every_s=system_every_s)

    def resume(self, run_id: str, *, system_every_s: float = 5.0) -> RunWriter:
        """Another attempt at an unfinished run. Raises UsageError where it is finished or still running."""
        run = self.get(run_id)
        if run.status in (Status.FINISHED, Status.RUNNING):
            raise UsageError(f"The run {run.run_id} is {run.status}: there is nothing to resume.")
        return RunWriter(run.folder, system_every_s=system_every_s)

    def find(self, word: str) -> Path:
        """The folder of a run: by its id, the beginning or end of it, its name, or “last”."""
        folders = self._folders()
        if word == "last" and folders:
            return folders[-1]
        exact = [folder for folder in folders if folder.name == word]
        near = exact or [folder for folder in folders if folder.name.startswith(word) or folder.name.endswith(word)]
        near = near or [folder for folder in folders if self._name(folder) == word]
        if len(near) == 1:
            return near[0]
        what = f"Several runs are called {word}." if near else f"There is no run {word}."
        raise UsageError(what, remedy="“podmix runs list” shows them.")

    def get(self, word: str) -> Run:
        """Raises UsageError for an unknown run, StorageError for a broken record."""
        return read_run(self.find(word))

    def heads(self) -> list[RunHead]:
        """Every run that can be read, oldest first, without what fills it: fast with hundreds of them."""
        return self._index.heads()

    def unreadable(self) -> list[str]:
        """Ids of runs whose record is broken: they are in no list."""
        self._index.heads()
        return self._index.unreadable()

    def all(self) -> list[Run]:
        """Every run that can be read, oldest first."""
        runs = []
        for folder in self._folders():
            try:
                runs.append(read_run(folder))
            except StorageError:
                continue
        return runs

    def unfinished(self, kind: str, subject: str, config: Mapping[str, Any]) -> Run | None:
        """The newest run of exactly this configuration that was cut off."""
        wanted = config_hash(config)
        for run in reversed(self.heads()):
            manifest = run.manifest
            if (manifest.kind, manifest.subject, manifest.config_sha256) == (kind, subject, wanted):
                return self.get(run.run_id) if run.status in (Status.INTERRUPTED, Status.CANCELLED) else None
        return None

    def _folders(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return sorted(folder for folder in self.folder.iterdir() if (folder / MANIFEST).is_file())

    def _name(self, folder: Path) -> str:
        try:
            return read_manifest(folder).name
        except StorageError:
            return ""
