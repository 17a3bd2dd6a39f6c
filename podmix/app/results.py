# SPDX-License-Identifier: GPL-3.0-or-later
"""From what workers return to rows, and from one finished job to the next.

A result is kept in the very transaction that marks its job done, together with the job that follows: a kill at any
moment loses both or neither, and nothing is applied twice. What follows the transaction (checkpoint gone, screens
told) is made up for at the next start where it was missed.
"""

from __future__ import annotations

import base64
import logging
import time
from collections import deque
from pathlib import Path
from typing import Any

from podmix.app.core import Core, Options
from podmix.app.tray import Teller, job_card
from podmix.app.views import CaptionLine, CaptionsGrew, Changed, JobCard, JobsMoved, Part, ProblemShown
from podmix.errors import PodMixError, UsageError
from podmix.jobs import protocol
from podmix.jobs.protocol import JobEvent
from podmix.jobs.types import Job, JobState
from podmix.paths import Home
from podmix.podcasts.types import EpisodeState
from podmix.previews.store import NewPreview
from podmix.search.passages import cut_passages
from podmix.units import JobId

_LOG = logging.getLogger("podmix.app")
_RECENT_FAILURES = 20
_FINISHED_LOOKED_AT = 100
_FORGET_AFTER_S = 60.0
"""A done job stays so long that other front ends hear of it; then its row goes, for its result is stored elsewhere."""
_OLD_CHECKPOINT_S = 30 * 86_400.0

PREVIEW_WANTED = 1
"""Priority of a download that goes on to a preview. A priority may be raised while the job waits or runs."""


class Results(Core):
    """Listens to the queue. Everything here runs on the scheduler's thread and takes milliseconds: rows only."""

    def __init__(self, home: Home, options: Options | None = None) -> None:
        self._tray = Teller(lambda: self.events.tell(JobsMoved(tuple(self.jobs()))))
        self._done: deque[tuple[float, JobId]] = deque()
        self._old_clips: list[str] = []
        super().__init__(home, options)

    def close(self) -> None:
        self.queue.stop()
        self._tray.close()
        super().close()

    # -- what the tray shows --

    def jobs(self) -> list[JobCard]:
        """Everything queued and running, and the last that failed, newest first."""
        active = self.queue.jobs(active_only=True)
        newest = self.queue.jobs(limit=len(active) + _FINISHED_LOOKED_AT)
        failed = [job for job in newest if job.state is JobState.FAILED][:_RECENT_FAILURES]
        return [job_card(job) for job in (*active, *failed)]

    # -- at the start --

    def put_in_order(self) -> None:
        """Make up for what a killed front end did not get to: everything but the work, which the queue resumes."""
        self.queue.clean()
        for job in self.queue.jobs():
            if job.state is JobState.DONE:
                self._remove_checkpoint(job)
                self.queue.forget(job.id)
        for episode in self.podcasts.episodes(limit=-1, states=(EpisodeState.DOWNLOADING, EpisodeState.WORKING)):
            if not self.queue.jobs(active_only=True, subject=f"episode:{episode.id}"):
                self._rest(episode.id)
        for file in self.home.checkpoints.glob("*.jsonl"):
            if file.stat().st_mtime < time.time() - _OLD_CHECKPOINT_S:
                file.unlink(missing_ok=True)

    # -- keeping, inside the queue's transaction --

    def _keep_result(self, job: Job) -> None:
        if job.result is None or self.podcasts.episode(int(job.params["episode_id"])) is None:
            return  # the episode was removed meanwhile: there is nothing left to keep
        if job.kind == "download":
            self._keep_download(job, job.result)
        elif job.kind == "preview":
            self._keep_previews(job, job.result)

    def _keep_download(self, job: Job, result: dict[str, Any]) -> None:
        episode_id = int(job.params["episode_id"])
        self.podcasts.set_audio(
            episode_id,
            Path(result["path"]),
            size=result["size"],
            sha256=result["sha256"],
            decoded_duration=result["duration"],
        )
        self._rest(episode_id)
        if job.priority >= PREVIEW_WANTED:
            self.queue_preview(episode_id)

    def _keep_previews(self, job: Job, result: dict[str, Any]) -> None:
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
        made_with = {"models": result["models"], "timings": result["timings"], "notes": result["notes"]}
        self._old_clips += self.previews_store.replace(episode_id, rows, made_with)
        self.podcasts.set_state(episode_id, EpisodeState.READY)

    # -- telling, after it --

    def _on_job_event(self, event: JobEvent) -> None:
        match event:
            case protocol.JobPartial(job=job, kind="captions", data=data):
                lines = tuple(CaptionLine(text, start, end) for text, start, end in data["lines"])
                self.events.tell(CaptionsGrew(int(job.params["episode_id"]), lines, data["done"], data["total"]))
            case protocol.JobStarted(job=job):
                state = {"download": EpisodeState.DOWNLOADING, "preview": EpisodeState.WORKING}.get(job.kind)
                if state is not None:
                    self._mark(job, JobState.RUNNING, state)
            case protocol.JobDone(job=job):
                self._after_done(job)
            case protocol.JobFailed(job=job):
                message, remedy = job.error or ("It did not work.", "")
                self._mark(job, JobState.FAILED, EpisodeState.FAILED, message)
                self.events.tell(ProblemShown(f"{job.title}: {message}", remedy))
            case protocol.JobCancelled(job=job):
                self._mark(job, JobState.CANCELLED, None)
        self._tray.soon()

    def _after_done(self, job: Job) -> None:
        self._remove_checkpoint(job)
        for clip in self._old_clips:
            Path(clip).unlink(missing_ok=True)
        self._old_clips.clear()
        ids = (int(job.params["episode_id"]),) if "episode_id" in job.params else ()
        self.events.tell(Changed(Part.EPISODES, ids))
        if job.kind == "preview":
            self.events.tell(Changed(Part.PREVIEWS, ids))
        now = time.monotonic()
        self._done.append((now, job.id))
        while self._done and self._done[0][0] < now - _FORGET_AFTER_S:
            try:
                self.queue.forget(self._done.popleft()[1])
            except PodMixError as problem:
                _LOG.debug("not forgotten: %s", problem)  # it was started once more meanwhile

    def _mark(self, job: Job, stands: JobState, state: EpisodeState | None, problem: str = "") -> None:
        """Show on the episode how its job stands, unless that is history (another front end's log is read late)."""
        if "episode_id" not in job.params:
            return
        episode_id = int(job.params["episode_id"])
        with self.database.write():
            now = self.queue.job(job.id)
            others = [j for j in self.queue.jobs(active_only=True, subject=job.subject) if j.id != job.id]
            if now is None or now.state is not stands or (others and stands is not JobState.RUNNING):
                return
            if state is None:
                self._rest(episode_id)
            else:
                self.podcasts.set_state(episode_id, state, problem)
        self.events.tell(Changed(Part.EPISODES, (episode_id,)))

    def _rest(self, episode_id: int) -> None:
        """The state of an episode that nothing works on: by what is here."""
        episode = self.podcasts.episode(episode_id)
        if episode is None:
            return
        state = EpisodeState.DOWNLOADED if episode.audio_path else EpisodeState.NEW
        self.podcasts.set_state(episode_id, EpisodeState.READY if self.previews_store.has(episode_id) else state)

    def _remove_checkpoint(self, job: Job) -> None:
        """Only now: the transcript that it would save is stored."""
        if job.params.get("checkpoint"):
            (self.home.checkpoints / str(job.params["checkpoint"])).unlink(missing_ok=True)

    def queue_preview(self, episode_id: int, *, again: bool = False) -> int:
        """The preview verbs know how; named here because a finished download goes on to its preview."""
        raise UsageError(f"No previews of episode {episode_id} here (again: {again}).")


def _vectors(plain: str | None, rows: int) -> Any:
    if plain is None or rows == 0:
        return None
    import numpy as np

    return np.frombuffer(base64.b64decode(plain), np.float16).reshape(rows, -1)
