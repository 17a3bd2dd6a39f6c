# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs that get to know the music: analysing the library as a job of the queue.

Analysis follows every scan by itself, where the person has not switched that off: whatever lacks an analysis of its
present sound by the present analysers is queued. The job's worker is given a list and sends up each track's result,
which is stored here as it comes; after a kill only what is not stored is done again. Where a person put a grid right,
what is told by bars is heard again when the corrections have paused.
"""

from __future__ import annotations

import base64
import logging
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from podmix.app.analysis_work import write_list
from podmix.app.core import Options
from podmix.app.music_verbs import MusicVerbs
from podmix.app.views import Changed, Part
from podmix.errors import JobError, PodMixError
from podmix.jobs import protocol
from podmix.jobs.protocol import JobEvent
from podmix.jobs.types import Job, JobSpec, JobState
from podmix.models.promoted import changed_at
from podmix.music.analysis_form import failure_form
from podmix.music.analysis_kinds import BY_GRID, versions
from podmix.music.library_types import TrackId
from podmix.paths import Home
from podmix.units import JobId

_LOG = logging.getLogger("podmix.music")

GRID_SETTLES_S = 4.0
"""So long after the last correction of a grid its track is heard again: who nudges a grid does so many times."""


class AnalysisVerbs(MusicVerbs):
    """See the module's text."""

    def __init__(self, home: Home, options: Options | None = None) -> None:
        self._unkept: dict[JobId, str] = {}
        self._analyses_listed: set[tuple[JobId, int]] = set()
        self._list_lock = threading.Lock()
        self._regridded: set[TrackId] = set()
        self._settling: threading.Timer | None = None
        self._settle_lock = threading.Lock()
        super().__init__(home, options)

    # -- asking --

    def lacking_analysis(self) -> list[TrackId]:
        """Tracks whose present sound the present analysers have not heard."""
        return self.analyses.lacking(versions())

    def cues_to_renew(self) -> list[TrackId]:
        """Tracks whose cues were found before another cue model came into use, the newest change counting."""
        changed = changed_at(self.home.models, "cue-points")
        return [] if changed is None else self.analyses.older("cues", datetime.fromtimestamp(changed, UTC))

    def analyse_music(self, track_ids: Sequence[int] | None = None, *, again: bool = False,
                      workers: int | None = None, kinds: Collection[str] | None = None) -> int | None:
        """Queue the analysis of what lacks one; returns the job's id, None where nothing lacks.

        Args:
            track_ids: only these; None is the whole library.
            again: these tracks whether they lack it or not (only with ``track_ids``).
            workers: processes; None is half the processors.
            kinds: only these; None is all.
        """
        chosen = None if track_ids is None else [int(one) for one in track_ids]
        again = again and chosen is not None
        wanted = {kind: version for kind, version in versions().items() if kinds is None or kind in kinds}
        count = len(chosen or ()) if again else len(self.analyses.lacking(wanted, tracks=_ids(chosen)))
        if not count:
            return None
        key = "library" if chosen is None else ",".join(map(str, chosen))
        if kinds is not None:
            key += f" {' '.join(wanted)}"
        running = self.queue.find("analyse", key)
        if running is not None and running.state is JobState.RUNNING and self.queue.is_being_worked_on():
            key += f"#{running.id}"  # it has its list already
        params = {"kinds": list(wanted), "tracks": chosen, "again": again, "workers": workers}
        title = f"Analysing {count} tracks" if count > 1 else "Analysing a track"
        return int(self.queue.enqueue(JobSpec("analyse", params, key=key, title=title, lane="analysis",
                                              subject="library"), force=True))

    def music_analysis_result(self, job_id: int) -> dict[str, Any] | None:
        """The counts of a finished analysis (analysed, failed, problems); None before, or when it is forgotten."""
        job = self.queue.job(JobId(job_id))
        return job.result if job is not None else None

    # -- after a correction --

    def grid_corrected(self, track: TrackId) -> None:
        """Hear again what goes by bars, a little later and all tracks together."""
        if self.analyses.analysis(track, "structure") is None:
            return  # its first analysis goes by this grid anyway
        with self._settle_lock:
            self._regridded.add(track)
            if self._settling is not None:
                self._settling.cancel()
            self._settling = threading.Timer(GRID_SETTLES_S, self._hear_regridded)
            self._settling.daemon = True
            self._settling.start()

    def _hear_regridded(self) -> None:
        with self._settle_lock:
            if self._settling is not None:
                self._settling.cancel()
            self._settling = None
            tracks, self._regridded = sorted(self._regridded), set()
        try:
            for track in tracks:  # a job each: one that waits already is not queued twice
                self.analyse_music([track], again=True, kinds=BY_GRID)
        except PodMixError as problem:
            _LOG.warning("sections are not heard again after a corrected grid: %s", problem)

    def close(self) -> None:
        self._hear_regridded()  # the queue outlives the program
        super().close()

    # -- as a job --

    def job_context(self) -> dict[str, Any]:
        context = super().job_context()
        target = self.home.cache / "analysis-list.jsonl"
        context["analysis_list"] = str(target)
        jobs = [job for job in self.queue.jobs(active_only=True, subject="library")
                if job.kind == "analyse" and job.state is JobState.RUNNING]
        with self._list_lock:
            for job in jobs:
                if (job.id, job.attempts) not in self._analyses_listed:  # it starts: what lacks now?
                    write_list(self._rows(job.params), target)
            self._analyses_listed = {(job.id, job.attempts) for job in jobs}
        return context

    def _rows(self, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        chosen = params.get("tracks")
        if params.get("again"):
            ids = [TrackId(one) for one in chosen or ()]
        else:
            ids = self.analyses.lacking({kind: version for kind, version in versions().items()
                                         if kind in params["kinds"]}, tracks=_ids(chosen))
        for track in self.music.tracks(ids):
            sound = self.music.fingerprint(track.id)
            corrected = self.analyses.correction(track.id, "beats")
            if sound is not None:
                yield {"id": track.id, "path": str(track.path), "fingerprint": sound.hex(),
                       "grid": corrected.payload if corrected is not None else None}

    def _on_job_event(self, event: JobEvent) -> None:
        match event:
            case protocol.JobPartial(job=job, kind="analysed", data=data):
                self._keep_analysis(job, data)
        super()._on_job_event(event)

    def _keep_analysis(self, job: Job, data: dict[str, Any]) -> None:
        track = TrackId(data["track"])
        if "error" in data:
            stored = failure_form(data["error"], job.params["kinds"])
        else:
            stored = {kind: (version, payload, base64.b64decode(blob))
                      for kind, (version, payload, blob) in data["stored"].items()}
        try:
            self.analyses.save_all(track, stored, fingerprint=bytes.fromhex(data["fingerprint"]))
        except PodMixError as problem:
            _LOG.warning("an analysis could not be stored: %s", problem)
            self._unkept[job.id] = str(problem)
            return
        self.events.tell(Changed(Part.MUSIC, (track,)))

    def _keep_result(self, job: Job) -> None:
        if job.kind != "analyse":
            super()._keep_result(job)
            if job.kind == "scan" and self.settings.get("music.analyse_new"):
                self.analyse_music()
        elif (problem := self._unkept.pop(job.id, None)) is not None:
            raise JobError("Not everything that was found out could be stored.", remedy="Analyse again.",
                           detail=problem)


def _ids(chosen: Sequence[int] | None) -> list[TrackId] | None:
    return None if chosen is None else [TrackId(one) for one in chosen]
