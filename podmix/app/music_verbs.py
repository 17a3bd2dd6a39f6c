# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs on the music library: folders and scans, the table's rows, ratings, covers and written tags.

A scan runs in a worker, which knows no database: it is given a list of what is known and sends up what it finds, batch
by batch, which is stored here as it comes.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from typing import Any

from podmix.app.core import Options
from podmix.app.music_views import DuplicateGroup, TagsWritten
from podmix.app.search_verbs import SearchVerbs
from podmix.app.views import Changed, Part
from podmix.database import IntegrityError
from podmix.errors import JobError, PodMixError, UsageError
from podmix.jobs import protocol
from podmix.jobs.protocol import JobEvent
from podmix.jobs.types import Job, JobSpec, JobState
from podmix.music.library_types import MusicFolder, Track, TrackId, UnreadableFile
from podmix.music.scanning import ScanBatch, batch_from_plain, known_to_file
from podmix.music.smart_lists import Rules
from podmix.music.store import TrackFilter
from podmix.paths import Home
from podmix.progress import Progress
from podmix.units import JobId

_LOG = logging.getLogger("podmix.music")
WRITABLE = ("bpm", "key", "gain", "rating")
"""What of a track may be written into its file."""


class MusicVerbs(SearchVerbs):
    """The library; see the module's text."""

    def __init__(self, home: Home, options: Options | None = None) -> None:
        self._watcher: Any = None
        self._not_stored: dict[JobId, str] = {}
        self._indexed: set[tuple[JobId, int]] = set()
        self._index_lock = threading.Lock()
        super().__init__(home, options)

    # -- folders and scans --

    def add_music_folder(self, path: Path, *, scan: bool = True) -> MusicFolder:
        """Raises UsageError where there is no such folder."""
        place = Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - a link stays the name the person chose
        if not place.is_dir():
            raise UsageError(f"There is no folder {place}.", remedy="Check the path, or connect the drive.")
        folder = self.music.add_folder(place)
        self.events.tell(Changed(Part.MUSIC))
        if scan:
            self.scan_music([folder.id])
        return folder

    def remove_music_folder(self, folder_id: int) -> int:
        count = self.music.remove_folder(folder_id)
        self.events.tell(Changed(Part.MUSIC))
        return count

    def music_folders(self) -> list[MusicFolder]:
        return self.music.folders()

    def watch_music_folder(self, folder_id: int, watched: bool) -> None:
        self.music.watch_folder(folder_id, watched)
        self.events.tell(Changed(Part.MUSIC))

    def scan_music(self, folder_ids: Sequence[int] | None = None, *, only: Sequence[str] = (),
                   again: bool = False) -> int:
        """Queue a scan of these folders (None: all) or of parts of them; returns the job's id.

        ``again``: also try the files that could not be read. Raises UsageError where there is no folder.
        """
        known = self.music.folders()
        chosen = [f for f in known if folder_ids is None or f.id in folder_ids]
        if not chosen:
            raise UsageError("There is no music folder to scan.", remedy="Add one: podmix library add ~/Music")
        if again:
            self.music.forget_unreadable()
        folders = [str(folder.path) for folder in chosen]
        names = ", ".join(Path(one).name or one for one in (only or folders)[:3])
        title = f"Looking through {names}".encode("utf-8", "replace").decode()
        # One that waits for the same folders is enough; one that runs may already be past what has changed since.
        key = "|".join(sorted(map(repr, only or folders)))
        running = self.queue.find("scan", key)
        if running is not None and running.state is JobState.RUNNING and self.queue.is_being_worked_on():
            key += f"#{running.id}"
        return int(self.queue.enqueue(
            JobSpec("scan", {"folders": folders, "only": list(only)}, key=key, title=title, lane="library",
                    subject="library"), force=True))

    def music_scan_result(self, job_id: int) -> dict[str, Any] | None:
        """The counts of a finished scan (fields of ``ScanCounts``); None while it runs or when it is forgotten."""
        job = self.queue.job(JobId(job_id))
        return job.result if job is not None else None

    def job_context(self) -> dict[str, Any]:
        context = super().job_context()
        index = self.home.cache / "library-known.jsonl"
        context["library_index"] = str(index)
        scans = {(job.id, job.attempts) for job in self.queue.jobs(active_only=True, subject="library")
                 if job.kind == "scan" and job.state is JobState.RUNNING}
        with self._index_lock:
            if scans - self._indexed:  # a scan starts: it compares with what is known now
                known_to_file(self.music.known_files(), index)
            self._indexed = scans
        return context

    def _on_job_event(self, event: JobEvent) -> None:
        match event:
            case protocol.JobPartial(job=job, kind="scanned", data=data):
                self._store_findings(job, batch_from_plain(data))
            case protocol.JobDone(job=job) if job.kind == "scan":
                self.events.tell(Changed(Part.MUSIC))
        super()._on_job_event(event)

    def _store_findings(self, job: Job, batch: ScanBatch) -> None:
        try:
            applied = self.music.apply(batch)
        except (PodMixError, IntegrityError) as problem:
            _LOG.warning("a part of a scan could not be stored: %s", problem)
            self._not_stored[job.id] = str(problem)
            return
        if ids := (*applied.new, *applied.changed):
            self.events.tell(Changed(Part.MUSIC, tuple(ids)))
        elif batch.missing or batch.back:
            self.events.tell(Changed(Part.MUSIC))

    def _keep_result(self, job: Job) -> None:
        if job.kind != "scan":
            super()._keep_result(job)
            return
        if (problem := self._not_stored.pop(job.id, None)) is not None:
            raise JobError("Not everything that was found could be stored.", remedy="Scan again.", detail=problem)
        if not job.params["only"] and job.result is not None:
            self.music.note_scanned(job.params["folders"], job.result["problems"])

    # -- watching --

    def start_watching(self) -> None:
        """Scan once for what changed while nobody looked, then notice changes as they come."""
        from podmix.music.watching import PollingWatcher

        if any(folder.watched for folder in self.music.folders()):
            self.scan_music([folder.id for folder in self.music.folders() if folder.watched])
        self._watcher = PollingWatcher(self._watched, self._noticed)
        self._watcher.start()

    def stop_watching(self) -> None:
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher = None

    def _watched(self) -> list[str]:
        try:
            return [str(folder.path) for folder in self.music.folders() if folder.watched]
        except PodMixError:  # closing, or the database is busy: the next look sees
            return []

    def _noticed(self, folders: list[str]) -> None:
        try:
            self.scan_music(only=folders)
        except PodMixError as problem:
            _LOG.info("changes noticed, but: %s", problem)

    def close(self) -> None:
        self.stop_watching()
        super().close()

    # -- the table --

    def music_ids(self, *, text: str = "", rules: Rules | None = None, playlist: int | None = None,
                  missing: bool | None = None, sort: str = "artist", descending: bool = False,
                  limit: int = -1) -> list[TrackId]:
        wanted = TrackFilter(text, rules or {}, playlist, missing)
        return self.music.track_ids(wanted, sort=sort, descending=descending, limit=limit)

    def music_rows(self, ids: Sequence[int]) -> list[Track]:
        return self.music.tracks(ids)

    def music_track(self, track_id: int) -> Track:
        """Raises UsageError where there is none."""
        found = self.music.track(track_id)
        if found is None:
            raise UsageError(f"There is no track {track_id}.", remedy="“podmix library list” lists them.")
        return found

    def music_genres(self) -> list[tuple[str, int]]:
        return self.music.genres()

    def duplicate_tracks(self) -> list[DuplicateGroup]:
        return [DuplicateGroup(tuple(self.music.tracks(group))) for group in self.music.duplicates()]

    def unreadable_music(self) -> list[UnreadableFile]:
        return self.music.unreadable()

    def rate_tracks(self, ids: Iterable[int], stars: int | None) -> None:
        chosen = tuple(ids)
        self.music.rate(chosen, stars)
        self.events.tell(Changed(Part.MUSIC, chosen))

    def note_track_played(self, track_id: int, seconds: float | None = None) -> None:
        self.music.note_played(track_id, seconds)
        self.events.tell(Changed(Part.MUSIC, (track_id,)))

    def remove_tracks(self, ids: Iterable[int]) -> None:
        """Out of the library, the files stay; ``restore_tracks`` undoes it."""
        chosen = tuple(ids)
        self.music.remove(chosen)
        self.events.tell(Changed(Part.MUSIC, chosen))

    def restore_tracks(self, ids: Iterable[int]) -> None:
        chosen = tuple(ids)
        self.music.restore(chosen)
        self.events.tell(Changed(Part.MUSIC, chosen))

    def track_cover(self, track_id: int) -> Path | None:
        """*slow*: the small cover, made in the side process at the first wish."""
        track = self.music.track(track_id)
        if track is None:
            return None
        cache = self.home.artwork / "music"
        if track.art and (ready := cache / f"{track.art}.jpg").is_file():
            return ready
        found = self.side.call("podmix.app.music_work:small_cover", str(track.path), track.art, str(cache))
        return Path(found) if found else None

    # -- tags --

    def write_track_tags(self, ids: Sequence[int], fields: Sequence[str] = WRITABLE, *,
                         notation: str = "musical") -> Generator[Progress, None, TagsWritten]:
        """*slow*: write what holds for these tracks into their files, one after another; cancelling leaves each whole.

        ``fields`` are of ``WRITABLE``; ``notation`` of keys is musical, camelot or open. What is unknown of a track is
        not written. Raises UsageError for other words, before anything is written.
        """
        from podmix.app.track_tags import changes_of, checked_notation, record_of
        from podmix.music.tag_writing import write_tags

        if not set(fields) <= set(WRITABLE):
            raise UsageError(f"Of a track, {', '.join(WRITABLE)} can be written.")
        way = checked_notation(notation)
        written, failed = 0, []
        for place, track in enumerate(self.music.tracks(ids)):
            yield Progress("tags", place, len(ids), "files", f"Writing tags: {place + 1} of {len(ids)}")
            changes = changes_of(track, fields, self.analyses)
            if not changes:
                continue
            try:
                says = write_tags(track.path, changes, notation=way)
                self.music.apply(ScanBatch((record_of(track.path, says),)))
                written += 1
            except PodMixError as problem:
                failed.append((track.path, str(problem)))
        self.events.tell(Changed(Part.MUSIC, tuple(ids)))
        return TagsWritten(written, tuple(failed))
