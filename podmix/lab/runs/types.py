# SPDX-License-Identifier: GPL-3.0-or-later
"""A run as it is read back. Times are UTC seconds since 1970; ``step`` counts what the run itself counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

Number = float | int
Plain = dict[str, Any]


class Status(StrEnum):
    """``INTERRUPTED``: the record ends without an end, and the process that wrote it is gone."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a run began with; never changed afterwards."""

    run_id: str
    name: str
    kind: str
    """train, trial, eval or profile."""
    subject: str
    """Which model or suite."""
    group: str
    created: float
    config: Mapping[str, Any]
    config_sha256: str
    code: Mapping[str, Any]
    data: Mapping[str, Any]
    seed: int
    machine: Mapping[str, str]
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """``rows`` are plain cells; a cell ``{"media": SHA256, "caption": …}`` is a medium of the run."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Medium:
    """A sound, a picture or a page. ``file`` lies in the run's folder under its checksum."""

    name: str
    kind: str
    file: Path
    sha256: str
    size: int
    caption: str = ""
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Artifact:
    """Files that outlive the run (a model with card and metrics): name within the artifact -> file, and checksums."""

    name: str
    kind: str
    files: Mapping[str, Path]
    checksums: Mapping[str, str]
    aliases: tuple[str, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class Run:
    """A run's whole record.

    ``history``: one row a step, in order, each with every value told for that step (later ones hold). ``system``:
    rows with ``t`` (seconds since the run began). ``attempts``: how often it was begun. ``problem`` says why it failed.
    """

    folder: Path
    manifest: Manifest
    status: Status
    attempts: int
    ended: float | None
    seconds: float
    history: tuple[Plain, ...]
    summary: Mapping[str, Any]
    system: tuple[Plain, ...]
    tables: tuple[Table, ...]
    media: tuple[Medium, ...]
    artifacts: tuple[Artifact, ...]
    notes: tuple[str, ...]
    problem: str = ""

    @property
    def run_id(self) -> str:
        return self.manifest.run_id
