# SPDX-License-Identifier: GPL-3.0-or-later
"""What a job is, as the queue knows it: names and plain data only. Times are aware datetimes in UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from podmix.progress import Progress
from podmix.units import JobId

Plain = dict[str, Any]
"""A dict that JSON can hold: str, int, float, bool, None, lists and dicts of them. Paths become text."""


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def active(self) -> bool:
        return self in (JobState.QUEUED, JobState.RUNNING)


class Problem(NamedTuple):
    """Why a job failed, as a person reads it."""

    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class JobSpec:
    """What to do.

    Args:
        kind: which function, by the name it was registered under.
        params: what the function gets; plain data.
        key: what the job reads (content hash, model id, parameters); two jobs of one kind and key are the same job.
            An empty key is never the same as another.
        title: what a person reads in the tray ("Transcribing Salt and Signal 12").
        lane: which pool of workers; at most as many jobs at once as the lane has workers.
        group: at most two jobs of one group run at once in a lane (a download host, say); empty means no limit.
        priority: higher goes first; the same priority in order of arrival.
        subject: what the job is about ("episode:12"), to find it again.
    """

    kind: str
    params: Plain = field(default_factory=dict)
    key: str = ""
    title: str = ""
    lane: str = "compute"
    group: str = ""
    priority: int = 0
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """One job as it stands. ``seconds_left`` is an estimate for the present stage, None while unknown."""

    id: JobId
    spec: JobSpec
    state: JobState
    progress: Progress | None
    result: Plain | None
    error: Problem | None
    attempts: int
    created: datetime
    started: datetime | None
    finished: datetime | None
    seconds_left: float | None = None
    cancelling: bool = False
    error_kind: str = ""  # the error's class, such as "ModelMissing"
    error_detail: str = ""  # for the log and the report, never for the screen

    @property
    def kind(self) -> str:
        return self.spec.kind

    @property
    def params(self) -> Plain:
        return self.spec.params

    @property
    def key(self) -> str:
        return self.spec.key

    @property
    def title(self) -> str:
        return self.spec.title

    @property
    def lane(self) -> str:
        return self.spec.lane

    @property
    def group(self) -> str:
        return self.spec.group

    @property
    def priority(self) -> int:
        return self.spec.priority

    @property
    def subject(self) -> str:
        return self.spec.subject


@dataclass(frozen=True, slots=True)
class Timing:
    """The queue's clockwork, in seconds. The defaults are for people; tests shorten them."""

    poll: float = 0.5  # looking for what other processes wrote
    heartbeat: float = 3.0  # renewing the lease
    lease: float = 15.0  # a lease without a heartbeat for so long is dead
    cancel: float = 5.0  # from the flag to the kill
    stop: float = 3.0  # the same when the program ends
    idle: float = 120.0  # a worker without work ends
    progress: float = 0.1  # least time between two progress reports of a job
