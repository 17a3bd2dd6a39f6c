# SPDX-License-Identifier: GPL-3.0-or-later
"""From what workers return to rows, and from one finished job to the next.

A result is applied and then forgotten: if the program is killed in between, it is applied again at the next start,
which changes nothing (every write replaces).
"""

from __future__ import annotations

import base64
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from podmix.app.core import Core, Options
from podmix.app.tray import job_card
from podmix.app.views import CaptionLine, CaptionsGrew, Changed, JobCard, JobsMoved, Part, ProblemShown
from podmix.errors import PodMixError, UsageError
from podmix.jobs import protocol
from podmix.jobs.protocol import JobEvent
from podmix.jobs.types import Job, JobState
from podmix.paths import Home
from podmix.podcasts.types import EpisodeState
from podmix.previews.store import NewPreview
from podmix.search.passages import cut_passages

_LOG = logging.getLogger("podmix.app")
_RECENT_FAILURES = 20


class Results(Core):
    """Listens to the queue. The scheduler's thread only hands over; one thread of our own stores."""

    def __init__(self, home: Home, options: Options | None = None) -> None:
        self._storing = ThreadPoolExecutor(1, thread_name_prefix="results")
        self._pending = 0
        self._pending_lock = threading.Lock()
        super().__init__(home, options)

    def _on_job_event(self, event: JobEvent) -> None:
        match event:
            case protocol.JobPartial(job=job, kind="captions", data=data):
                lines = tuple(CaptionLine(text, start, end) for text, start, end in data["lines"])
                self.events.tell(CaptionsGrew(int(job.params["episode_id"]), lines, data["done"], data["total"]))
            case protocol.JobProgress():
                self._tell_tray()
            case protocol.JobStarted(job=job):
                self._later(self._mark_started, job)
            case protocol.JobDone(job=job):
                self._later(self._apply, job)
            case protocol.JobFailed(job=job):
                self._later(self._mark_failed, job)
            case protocol.JobCancelled(job=job):
                self._later(self._mark_cancelled, job)
            case protocol.JobQueued():
                self._later(self._tell_tray)

    def _later(self, store: Callable[..., None], *arguments: Job) -> None:
        with self._pending_lock:
            self._pending += 1

        def run() -> None:
            try:
                store(*arguments)
                self._tell_tray()
            except Exception:  # noqa: BLE001 - the edge of a thread: one bad result must not stop the next
                _LOG.exception("a job's outcome could not be stored")
            finally:
                with self._pending_lock:
                    self._pending -= 1

        self._storing.submit(run)

    @property
    def storing(self) -> bool:
        """Whether outcomes wait to be stored (and may queue the next job)."""
        with self._pending_lock:
            return self._pending > 0

    def _tell_tray(self) -> None:
        self.events.tell(JobsMoved(tuple(self.jobs())))

    def close(self) -> None:
        self._working = False
        self.queue.stop()
        self._storing.shutdown(wait=True)
        super().close()

    def jobs(self) -> list[JobCard]:
        """What the tray shows: everything queued and running, and the last that failed."""
        jobs = self.queue.jobs()
        failed = [job for job in jobs if job.state is JobState.FAILED][-_RECENT_FAILURES:]
        return [job_card(job) for job in (*(job for job in jobs if job.state.active), *failed)]

    def apply_unapplied(self) -> None:
        """At the start: results that a killed front end did not store yet."""
        for job in self.queue.jobs():
            if job.state is JobState.DONE and job.result is not None:
                self._apply(job)

    def _mark_started(self, job: Job) -> None:
        state = {"download": EpisodeState.DOWNLOADING, "preview": EpisodeState.WORKING}.get(job.kind)
        if state is not None:
            self._set_state(int(job.params["episode_id"]), state)

    def _mark_failed(self, job: Job) -> None:
        message, remedy = job.error or ("It did not work.", "")
        if "episode_id" in job.params:
            self._set_state(int(job.params["episode_id"]), EpisodeState.FAILED, message)
        self.events.tell(ProblemShown(f"{job.title}: {message}", remedy))

    def _mark_cancelled(self, job: Job) -> None:
        if "episode_id" in job.params:
            episode = self.known_episode(int(job.params["episode_id"]))
            self._set_state(episode.id, EpisodeState.DOWNLOADED if episode.audio_path else EpisodeState.NEW)

    def _set_state(self, episode_id: int, state: EpisodeState, problem: str = "") -> None:
        self.podcasts.set_state(episode_id, state, problem)
        self.events.tell(Changed(Part.EPISODES, (episode_id,)))

    def _apply(self, job: Job) -> None:
        if job.result is None:
            return
        try:
            if job.kind == "download":
                self._store_download(job, job.result)
            elif job.kind == "preview":
                self._store_previews(job, job.result)
        except PodMixError as problem:
            # An episode that was removed meanwhile: there is nothing left to store.
            _LOG.warning("result of %s not stored: %s", job.title, problem)
        self.queue.forget(job.id)

    def _store_download(self, job: Job, result: dict[str, Any]) -> None:
        episode_id = int(job.params["episode_id"])
        self.podcasts.set_audio(
            episode_id,
            Path(result["path"]),
            size=result["size"],
            sha256=result["sha256"],
            decoded_duration=result["duration"],
        )
        self._set_state(episode_id, EpisodeState.DOWNLOADED)
        if job.params.get("then_preview"):
            self.queue_preview(episode_id)

    def _store_previews(self, job: Job, result: dict[str, Any]) -> None:
        from podmix.speech.stored_form import transcript_from_plain

        episode_id = int(job.params["episode_id"])
        transcript = transcript_from_plain(result["transcript"])
        self.transcripts.save(episode_id, transcript)
        passages = cut_passages(transcript.sentences)
        self.search_store.index(episode_id, passages, _vectors(result["vectors"], len(passages)))
        rows = [
            NewPreview(
                p["rank"],
                p["start"],
                p["end"],
                p["score"],
                p["title"],
                p["text"],
                p["reasons"],
                p["captions"],
                base64.b64decode(p["peaks"]),
                None,
                p["from_publisher"],
            )
            for p in result["previews"]
        ]
        for clip in self.previews_store.replace(
            episode_id, rows, {"models": result["models"], "timings": result["timings"], "notes": result["notes"]}
        ):
            Path(clip).unlink(missing_ok=True)
        self._set_state(episode_id, EpisodeState.READY)
        self.events.tell(Changed(Part.PREVIEWS, (episode_id,)))

    def queue_preview(self, episode_id: int, *, again: bool = False) -> int:
        """The preview verbs know how; named here because a finished download goes on to its preview."""
        raise UsageError(f"No previews of episode {episode_id} here (again: {again}).")


def _vectors(plain: str | None, rows: int) -> Any:
    if plain is None or rows == 0:
        return None
    import numpy as np

    return np.frombuffer(base64.b64decode(plain), np.float16).reshape(rows, -1)
