# SPDX-License-Identifier: GPL-3.0-or-later
"""An append-only file of JSON lines that survives ``kill -9`` and, but for its last second, a loss of power.

Every line is handed to the operating system whole before ``append`` returns, so a killed process loses nothing that it
had appended; the disk is asked to keep it at most ``SYNC_S`` later. A line that was torn (half written, or half kept by
a disk that lost power) ends the reading; whoever appends next cuts it away first. Lines are numbered: a gap means that
somebody else wrote into the file, and ends the reading too.
"""

from __future__ import annotations

import json
import math
import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from podmix.errors import StorageError
from podmix.paths import disk_full

SYNC_S = 1.0
Plain = dict[str, Any]


def plain_value(value: Any) -> Any:
    """``value`` as JSON can hold it: numpy's scalars and arrays become Python's, NaN and infinities their names."""
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(key): plain_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_value(item) for item in value]
    if hasattr(value, "tolist"):
        return plain_value(value.tolist())
    return str(value)


def read_journal(path: Path) -> Iterator[Plain]:
    """Every whole line in order. A file that is not there is empty."""
    for record, _ in _lines(path):
        yield record


def _lines(path: Path) -> Iterator[tuple[Plain, int]]:
    """Whole lines, each with the place in the file where it ends."""
    end = 0
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        return
    with stream:
        for number, line in enumerate(stream):
            end += len(line)
            try:
                record = json.loads(line) if line.endswith(b"\n") else None
            except ValueError:
                return
            if not isinstance(record, dict) or record.get("n") != number:
                return
            yield record, end


class Journal:
    """Opens ``path`` for appending, after cutting a torn end away. Safe for threads, for one process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._next, kept = 0, 0
        for record, end in _lines(path):
            self._next, kept = int(record["n"]) + 1, end
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
            os.ftruncate(self._file, kept)
            os.lseek(self._file, kept, os.SEEK_SET)
        except OSError as problem:
            raise StorageError(f"The run's record {path.name} cannot be written.",
                               remedy="Free some space, or give yourself write permission.",
                               detail=str(problem)) from problem
        self._end = kept
        self._lock = threading.Lock()
        self._dirty, self._closed = threading.Event(), threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="run-record", daemon=True)
        self._keeper.start()

    def append(self, kind: str, **fields: Any) -> int:
        """Add a line; returns its number. Raises StorageError where the disk is full: the file stays whole."""
        with self._lock:
            number = self._next
            line = json.dumps({"n": number, "kind": kind, **plain_value(fields)}, ensure_ascii=False,
                              separators=(",", ":"), allow_nan=False).encode() + b"\n"
            try:
                written = 0
                while written < len(line):
                    written += os.write(self._file, line[written:])
            except OSError as problem:
                os.ftruncate(self._file, self._end)
                os.lseek(self._file, self._end, os.SEEK_SET)
                raise disk_full(self._path) from problem
            self._next, self._end = number + 1, self._end + len(line)
        self._dirty.set()
        return number

    def _keep(self) -> None:
        """Asks the disk to keep what came, at most once in ``SYNC_S``."""
        while True:
            self._dirty.wait()
            if self._closed.wait(SYNC_S):
                return
            self._dirty.clear()
            os.fsync(self._file)

    def close(self) -> None:
        if self._closed.is_set():
            return
        self._closed.set()
        self._dirty.set()
        self._keeper.join()
        os.fsync(self._file)
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()
