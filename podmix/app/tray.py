# SPDX-License-Identifier: GPL-3.0-or-later
"""The job tray: a job as it is shown, and the thread that tells the newest state at most ten times a second."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from podmix.app.views import JobCard
from podmix.errors import PodMixError
from podmix.jobs.types import Job

_LOG = logging.getLogger("podmix.app")
_PACE_S = 0.1


def job_card(job: Job) -> JobCard:
    progress = job.progress
    message, remedy = job.error or ("", "")
    return JobCard(
        job_id=int(job.id),
        kind=job.kind,
        title=job.title,
        state=str(job.state),
        fraction=progress.fraction if progress else None,
        note=progress.note if progress else "",
        seconds_left=job.seconds_left,
        problem=message,
        remedy=remedy,
        subject=job.subject,
    )


class Teller:
    """Calls ``tell`` soon after ``soon``, on a thread of its own: a burst of a thousand changes is told once."""

    def __init__(self, tell: Callable[[], None], pace_s: float = _PACE_S) -> None:
        self._tell = tell
        self._pace_s = pace_s
        self._wanted = threading.Event()
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def soon(self) -> None:
        """From any thread; returns at once."""
        self._wanted.set()
        with self._lock:
            if self._thread is None and not self._ended.is_set():
                self._thread = threading.Thread(target=self._live, name="tray", daemon=True)
                self._thread.start()

    def close(self) -> None:
        self._ended.set()
        self._wanted.set()
        with self._lock:
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(5)

    def _live(self) -> None:
        while self._wanted.wait() and not self._ended.is_set():
            self._wanted.clear()
            try:
                self._tell()
            except PodMixError as problem:
                _LOG.info("the tray waits: %s", problem)
            self._ended.wait(self._pace_s)
