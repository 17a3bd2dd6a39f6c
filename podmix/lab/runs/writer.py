# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing a run's record while it runs.

Everything is told to the journal at once; files (media, tables, artifacts) are whole in the run's folder before the
journal names them. Nothing is ever overwritten, so a record can only grow.
"""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from podmix.errors import Cancelled, UsageError
from podmix.lab.runs.identity import config_hash, file_sha256
from podmix.lab.runs.journal import Journal, plain_value
from podmix.lab.runs.system_metrics import SystemMeter, process_mark
from podmix.paths import atomic_write, safe_name

JOURNAL = "journal.jsonl"
_MEDIA = {".ogg": "audio", ".opus": "audio", ".wav": "audio", ".mp3": "audio", ".flac": "audio", ".png": "image",
          ".jpg": "image", ".svg": "image", ".html": "html", ".txt": "text", ".md": "text", ".json": "text"}


class RunWriter:
    """One attempt at a run. As a context it ends the attempt: finished, failed or cancelled by what happened inside.

    Args:
        folder: the run's folder, with its manifest.
        system_every_s: how often processor and memory are noted; 0 never does.
    """

    def __init__(self, folder: Path, *, system_every_s: float = 5.0) -> None:
        self.folder = folder
        self._journal = Journal(folder / JOURNAL)
        self._journal.append("begun", t=time.time(), pid=os.getpid(), process=process_mark(os.getpid()))
        self._began = time.monotonic()
        self._ended = False
        self._last_system = 0.0
        self._every = system_every_s
        self._meter = SystemMeter()
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._note_system, name="run-system", daemon=True)
        if system_every_s > 0:
            self._watch.start()

    @property
    def run_id(self) -> str:
        return self.folder.name

    # -- what is told --

    def log(self, step: int, **metrics: Any) -> None:
        """Numbers (or short texts) of a step."""
        self._journal.append("metrics", t=time.time(), step=int(step), values=metrics)

    def log_all(self, step: int, metrics: Mapping[str, Any]) -> None:
        """The same for names that are no Python words."""
        self._journal.append("metrics", t=time.time(), step=int(step), values=dict(metrics))

    def summarise(self, values: Mapping[str, Any]) -> None:
        """Figures of the whole run."""
        self._journal.append("summary", values=dict(values))

    def note(self, text: str) -> None:
        self._journal.append("note", text=text)

    def table(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """A table; told again under its name it replaces the one before."""
        if any(len(row) != len(columns) for row in rows):
            raise UsageError(f"The table {name} has rows of another length than its heading.")
        told = plain_value({"columns": list(columns), "rows": [list(row) for row in rows]})
        content = json.dumps(told, ensure_ascii=False).encode()
        digest = config_hash(told)
        target = self.folder / "tables" / f"{digest}.json"
        if not target.exists():
            with atomic_write(target) as stream:
                stream.write(content)  # type: ignore[arg-type]
        self._journal.append("table", name=name, file=f"tables/{digest}.json")

    def medium(self, path: Path, *, name: str = "", caption: str = "", step: int | None = None) -> str:
        """Keep a file by its checksum; returns the checksum, which a table's cell may name."""
        kind = _MEDIA.get(path.suffix.lower())
        if kind is None:
            raise UsageError(f"A run keeps no {path.suffix or 'files without a suffix'}.")
        digest = file_sha256(path)
        target = self._kept(path, f"media/{digest}{path.suffix.lower()}")
        self._journal.append("medium", name=name or path.stem, media=kind, file=f"media/{target.name}", sha256=digest,
                             size=target.stat().st_size, caption=caption, step=step)
        return digest

    def artifact(self, name: str, kind: str, files: Mapping[str, Path], *, aliases: Sequence[str] = ("latest",)) -> str:
        """Keep files that outlive the run; returns the checksum of the whole."""
        checksums = {inside: file_sha256(path) for inside, path in sorted(files.items())}
        kept = {}
        for inside, path in files.items():
            place = f"artifacts/{checksums[inside]}{Path(safe_name(inside)).suffix}"
            kept[inside] = self._kept(path, place).relative_to(self.folder).as_posix()
        whole = config_hash(checksums)
        self._journal.append("artifact", name=name, type=kind, files=kept, checksums=checksums, aliases=list(aliases),
                             sha256=whole)
        return whole

    def _kept(self, path: Path, place: str) -> Path:
        target = self.folder / place
        if not target.exists():
            with path.open("rb") as source, atomic_write(target) as stream:
                shutil.copyfileobj(source, stream)  # type: ignore[misc]
        return target

    # -- work that goes on after a kill --

    def checkpoint(self, unit: str, value: Any) -> None:
        """Keep a unit's result (plain data), so that a resumed run need not work it out again."""
        self._journal.append("checkpoint", unit=unit, value=value)

    # -- the end --

    def end(self, status: str, problem: str = "") -> None:
        if self._ended:
            return
        self._ended = True
        self._stop.set()
        if self._watch.is_alive():
            self._watch.join()
        self._tell_system()
        self._journal.append("ended", t=time.time(), status=status, problem=problem,
                             seconds=round(time.monotonic() - self._began, 3))
        self._journal.close()

    def _note_system(self) -> None:
        while not self._stop.wait(self._every):
            self._tell_system()

    def _tell_system(self) -> None:
        if self._every > 0:
            self._journal.append("system", t=round(time.monotonic() - self._began, 3), values=self._meter.read())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None,
                 trace: TracebackType | None) -> None:
        if problem is None:
            self.end("finished")
        elif isinstance(problem, Cancelled | KeyboardInterrupt | GeneratorExit):
            self.end("cancelled")
        else:
            self.end("failed", f"{type(problem).__name__}: {problem}")
