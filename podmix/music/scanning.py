# SPDX-License-Identifier: GPL-3.0-or-later
"""Scanning folders into records: only what is new or changed is read, moves are told by the sound.

A file is known by path, size and time; where they are as before it is not opened. What was read comes in batches as it
is read, so that a scan that was killed goes on where it stopped (what is stored is known). A file with the sound of
one that is no longer where it was *is* that one: it moved. Files that are nowhere are told as missing; nothing here
deletes anything.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from podmix.errors import AudioError
from podmix.music.library_types import (
    DjCue,
    DjMarks,
    FileRecord,
    ScanCounts,
    SoundFacts,
    TempoMark,
    TrackTags,
    UnreadableFile,
)
from podmix.music.tags import read_file
from podmix.music.walking import Walk, below, walk
from podmix.paths import atomic_write
from podmix.progress import Progress

BATCH = 100
_NEWS_S = 0.1


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What is stored of a path. An unreadable file has no fingerprint."""

    size: int
    mtime_ns: int
    fingerprint: bytes = b""
    missing: bool = False


@dataclass(frozen=True, slots=True)
class ScanBatch:
    """Findings to store. ``missing`` were expected and are not there; ``back`` were missing and are there unchanged."""

    records: tuple[FileRecord, ...] = ()
    unreadable: tuple[UnreadableFile, ...] = ()
    missing: tuple[str, ...] = ()
    back: tuple[str, ...] = ()


ScanSteps = Generator[Progress | ScanBatch, None, ScanCounts]


def scan(folders: Sequence[str], known: Mapping[str, KnownFile], *, only: Sequence[str] = ()) -> ScanSteps:
    """Look through ``folders`` (or just ``only``, parts of them) and yield progress and batches.

    Args:
        folders: absolute paths.
        known: everything that is stored, also of other folders, so that a move between folders is told.
        only: look at these folders alone; nothing is missing elsewhere.
    """
    scope = [os.path.abspath(folder) for folder in (only or folders)]  # noqa: PTH100 - bytes that are no text
    found = yield from walk(scope)
    work = _Work(found, known, scope)
    yield from work.look_again()
    yield from work.read(work.changed, "Reading changed files")
    yield from work.read(work.new, "Reading new files")
    yield from work.settle()
    problems = (*found.closed.values(), *(f"The folder {_shown(folder)} is not there." for folder in found.gone))
    return replace(work.counts, seen=len(found.files), problems=problems)


class _Work:
    """One scan's bookkeeping. ``displaced`` are known paths whose sound is no longer there."""

    def __init__(self, found: Walk, known: Mapping[str, KnownFile], scope: Sequence[str]) -> None:
        self._known = known
        self._found = found
        files = found.files
        self._scope = scope
        expected = {path for path in known if path not in files and self._was_looked_at(path)}
        self._displaced = set(expected)
        self._missing = {path for path in expected if known[path].fingerprint and not known[path].missing}
        self.changed = sorted(path for path, stood in files.items() if path in known
                              and stood != (known[path].size, known[path].mtime_ns))
        self.new = sorted(path for path in files if path not in known)
        self._by_sound: dict[bytes, list[str]] = {}
        for path, one in known.items():
            if one.fingerprint:
                self._by_sound.setdefault(one.fingerprint, []).append(path)
        self._taken: set[str] = set()
        self._held: list[FileRecord] = []
        self._records: list[FileRecord] = []
        self._unreadable: list[UnreadableFile] = []
        self._told = 0.0
        self.counts = ScanCounts(unchanged=len(files) - len(self.changed) - len(self.new))

    def _was_looked_at(self, path: str) -> bool:
        return below(path, self._scope) and not below(path, self._found.closed)

    def look_again(self) -> Generator[ScanBatch, None, None]:
        """Files that were missing and stand where they stood."""
        files, changed = self._found.files, set(self.changed)
        back = [path for path in files if path not in changed and path in self._known and self._known[path].missing]
        for part in _parts(back):
            yield ScanBatch(back=tuple(part))

    def read(self, paths: list[str], stage: str) -> Generator[Progress | ScanBatch, None, None]:
        for place, path in enumerate(paths):
            self._read_one(path)
            if len(self._records) + len(self._unreadable) >= BATCH:
                yield self._batch()
            if time.monotonic() - self._told > _NEWS_S:
                self._told = time.monotonic()
                yield Progress(stage, place + 1, len(paths), "files", f"{stage}: {place + 1} of {len(paths)}")
        yield Progress(stage, len(paths), len(paths), "files", f"{stage}: {len(paths)} of {len(paths)}")
        if self._records or self._unreadable:
            yield self._batch()

    def _batch(self) -> ScanBatch:
        batch = ScanBatch(tuple(self._records), tuple(self._unreadable))
        self._records.clear()
        self._unreadable.clear()
        return batch

    def _read_one(self, path: str) -> None:
        size, mtime_ns = self._found.files[path]
        was = self._known.get(path)
        try:
            says = read_file(Path(path))
        except FileNotFoundError:
            return  # gone since the walk; the next scan tells
        except (AudioError, OSError) as problem:
            self.counts = replace(self.counts, unreadable=self.counts.unreadable + 1)
            self._unreadable.append(UnreadableFile(path, size, mtime_ns, _sentence(problem)))
            return
        record = FileRecord(path, size, mtime_ns, says.fingerprint, says.sound, says.tags, marks=says.marks)
        if was is not None and was.fingerprint and was.fingerprint != says.fingerprint:
            # Another sound under a known name: perhaps names were exchanged. Told when all have been read.
            self._displaced.add(path)
            self._held.append(record)
            return
        if was is not None:
            self.counts = replace(self.counts, changed=self.counts.changed + 1)
            self._records.append(record)
        else:
            self._records.append(self._placed(record))

    def _placed(self, record: FileRecord) -> FileRecord:
        """The record of a new path, with where it lay before if its sound is known and gone from there."""
        source = self._source_of(record)
        if source:
            self._taken.add(source)
            self.counts = replace(self.counts, moved=self.counts.moved + 1)
            return replace(record, moved_from=source)
        self.counts = replace(self.counts, new=self.counts.new + 1)
        return record

    def _source_of(self, record: FileRecord) -> str:
        left = [path for path in self._by_sound.get(record.fingerprint, ())
                if path not in self._taken and path != record.path and self._is_displaced(path)]
        name = os.path.basename(record.path)  # noqa: PTH119
        return min(left, key=lambda path: os.path.basename(path) != name, default="")  # noqa: PTH119

    def _is_displaced(self, path: str) -> bool:
        if path in self._displaced:
            return True
        return not self._was_looked_at(path) and not os.path.lexists(path)

    def settle(self) -> Generator[ScanBatch, None, None]:
        """Exchanged names all in one batch, then what is missing."""
        settled = []
        for record in self._held:
            source = self._source_of(record)
            self._taken.add(source)
            settled.append(replace(record, moved_from=source))
        for record in settled:
            if record.moved_from:
                self.counts = replace(self.counts, moved=self.counts.moved + 1)
            elif record.path in self._taken:  # what lay here is elsewhere now
                self.counts = replace(self.counts, new=self.counts.new + 1)
            else:
                self.counts = replace(self.counts, changed=self.counts.changed + 1)
        if settled:
            yield ScanBatch(tuple(settled))
        missing = sorted(self._missing - self._taken)
        self.counts = replace(self.counts, missing=len(missing))
        for part in _parts(missing):
            yield ScanBatch(missing=tuple(part))


def _parts(paths: Sequence[str], size: int = 1_000) -> Iterable[Sequence[str]]:
    return (paths[at:at + size] for at in range(0, len(paths), size))


def _shown(path: str) -> str:
    return path.encode("utf-8", "replace").decode()


def _sentence(problem: AudioError | OSError) -> str:
    if isinstance(problem, AudioError):
        return problem.message
    if isinstance(problem, PermissionError):
        return "PodMix may not read this file."
    return f"The disk could not read this file ({problem.strerror or problem})."


# -- as plain data, between processes --


def known_to_file(known: Mapping[str, KnownFile], target: Path) -> None:
    """What is known, a line a file, for the worker that scans: it has no database."""
    with atomic_write(target) as out:
        for path, one in known.items():
            line = json.dumps([path, one.size, one.mtime_ns, one.fingerprint.hex(), int(one.missing)])
            out.write(line.encode("ascii") + b"\n")  # type: ignore[arg-type]  # opened for bytes


def known_from_file(source: Path) -> dict[str, KnownFile]:
    """Empty where there is no such file; then everything is read again, and stored as it is."""
    known: dict[str, KnownFile] = {}
    try:
        with source.open(encoding="ascii") as lines:
            for line in lines:
                path, size, mtime_ns, sound, missing = json.loads(line)
                known[path] = KnownFile(size, mtime_ns, bytes.fromhex(sound), bool(missing))
    except (OSError, ValueError):  # half a list is a list of what is known
        pass
    return known


def batch_to_plain(batch: ScanBatch) -> dict[str, Any]:
    records = [asdict(record) | {"fingerprint": record.fingerprint.hex()} for record in batch.records]
    return {"records": records, "unreadable": [asdict(one) for one in batch.unreadable],
            "missing": list(batch.missing), "back": list(batch.back)}


def batch_from_plain(plain: Mapping[str, Any]) -> ScanBatch:
    records = []
    for row in plain["records"]:
        marks = row["marks"]
        records.append(FileRecord(**(row | {
            "fingerprint": bytes.fromhex(row["fingerprint"]), "sound": SoundFacts(**row["sound"]),
            "tags": TrackTags(**row["tags"]), "marks": marks_from_plain(marks) if marks else None})))
    return ScanBatch(tuple(records), tuple(UnreadableFile(**one) for one in plain["unreadable"]),
                     tuple(plain["missing"]), tuple(plain["back"]))


def marks_from_plain(plain: Mapping[str, Any]) -> DjMarks:
    cues = tuple(DjCue(**(row | {"colour": tuple(row["colour"]) if row["colour"] else None})) for row in plain["cues"])
    return DjMarks(plain["source"], cues, tuple(TempoMark(**row) for row in plain["grid"]))
