# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that crosses a boundary of the job room.

- Events go up to the program: ``JobQueued`` … ``JobCancelled``, each with the job as it then stood.
- Commands go down a worker's pipe, reports come up, one JSON line each: ``["RunJob", {…}]``. Plain text, so that
  a worker (which reads strangers' files) can send nothing but data.
- Job functions yield ``Progress`` and ``Partial``.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, fields
from typing import Any

from podmix.jobs.types import Job, Plain

# -- events, up to the program --


@dataclass(frozen=True, slots=True)
class JobQueued:
    job: Job


@dataclass(frozen=True, slots=True)
class JobStarted:
    job: Job


@dataclass(frozen=True, slots=True)
class JobProgress:
    """At most ten a second for each job; see ``job.progress`` and ``job.seconds_left``."""

    job: Job


@dataclass(frozen=True, slots=True)
class JobPartial:
    """Something that is ready before the rest. Reaches only the process whose workers do the job."""

    job: Job
    kind: str
    data: Plain


@dataclass(frozen=True, slots=True)
class JobDone:
    job: Job


@dataclass(frozen=True, slots=True)
class JobFailed:
    job: Job


@dataclass(frozen=True, slots=True)
class JobCancelled:
    job: Job


JobEvent = JobQueued | JobStarted | JobProgress | JobPartial | JobDone | JobFailed | JobCancelled

# -- what a job function yields besides Progress --


@dataclass(frozen=True, slots=True)
class Partial:
    """A result before the end ("transcript", {"sentences": […]}), streamed up as it is."""

    kind: str
    data: Plain


# -- commands, down the pipe --


@dataclass(frozen=True, slots=True)
class RunJob:
    job_id: int
    function: str
    params: Plain
    context: Plain


@dataclass(frozen=True, slots=True)
class CancelJob:
    job_id: int


@dataclass(frozen=True, slots=True)
class EndWorker:
    """End after the job in hand."""


# -- reports, up the pipe --


@dataclass(frozen=True, slots=True)
class Progressed:
    job_id: int
    stage: str
    done: float
    total: float | None
    unit: str
    note: str


@dataclass(frozen=True, slots=True)
class PartialMade:
    job_id: int
    kind: str
    data: Plain


@dataclass(frozen=True, slots=True)
class Finished:
    job_id: int
    result: Plain


@dataclass(frozen=True, slots=True)
class Failed:
    """``error`` is the class name; ``expected`` is False for what no PodMixError foresaw."""

    job_id: int
    error: str
    message: str
    remedy: str
    detail: str
    expected: bool


@dataclass(frozen=True, slots=True)
class Stopped:
    """The job heeded the cancel flag."""

    job_id: int


Command = RunJob | CancelJob | EndWorker
Report = Progressed | PartialMade | Finished | Failed | Stopped
_NAMES: dict[str, type[Command | Report]] = {
    kind.__name__: kind
    for kind in (RunJob, CancelJob, EndWorker, Progressed, PartialMade, Finished, Failed, Stopped)
}


def plain_text(data: object) -> str:
    """``data`` as JSON on one line. Paths become text, numpy's numbers and arrays become Python's.

    Raises TypeError or ValueError for what is not plain data.
    """
    return json.dumps(data, ensure_ascii=True, separators=(",", ":"), default=_as_plain)


def _as_plain(value: Any) -> object:
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a {type(value).__name__} is not plain data")


def packed(message: Command | Report) -> bytes:
    """One line for the pipe."""
    content = {field.name: getattr(message, field.name) for field in fields(message)}
    return plain_text([type(message).__name__, content]).encode() + b"\n"


def unpacked(line: bytes) -> Command | Report:
    """The message of a line; ValueError for anything else (half a line of a killed worker)."""
    try:
        name, content = json.loads(line)
        return _NAMES[name](**content)
    except (TypeError, KeyError) as problem:
        raise ValueError(f"not a message: {line[:80]!r}") from problem
