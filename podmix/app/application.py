# SPDX-License-Identifier: GPL-3.0-or-later
"""The application: all verbs of ``interface.Verbs`` over one home. The only place that wires rooms together."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from podmix.app.analysis_verbs import AnalysisVerbs
from podmix.app.automix_verbs import AutomixVerbs
from podmix.app.core import Options
from podmix.app.lab_verbs import LabDoor
from podmix.app.mixes_verbs import MixVerbs
from podmix.app.playback_verbs import PlaybackVerbs
from podmix.app.track_verbs import TrackVerbs
from podmix.app.views import Changed, DoctorReport, Part, ShowCard
from podmix.errors import NetworkError, PodMixError
from podmix.paths import Home, find_home
from podmix.settings.declared import DECLARED, Setting
from podmix.units import JobId

_LOG = logging.getLogger("podmix.app")
_PATIENCE_AT_END_S = 5.0


class Application(AutomixVerbs, LabDoor, MixVerbs, PlaybackVerbs, AnalysisVerbs, TrackVerbs):
    """Open one with ``Application.open``; close it when the front end ends."""

    @classmethod
    def open(cls, home: Home | str | Path | None = None, options: Options | None = None) -> Application:
        """Open (and where needed create) the home. Raises StorageError, NewerDatabaseError, DatabaseError."""
        place = home if isinstance(home, Home) else find_home(home)
        application = cls(place, options)
        if application.options.demo_server and application.has_demo():
            last = application.last_demo_port()
            application.start_demo_server()
            application.move_demo_addresses(last)
        return application

    # -- work in the background --

    def start_work(self) -> None:
        if self._working:
            return
        self._working = True
        self.put_in_order()
        self.queue.start()
        self.start_watching()
        self.tell_broken_models()
        self._stop_refreshing = threading.Event()
        self._refreshing = threading.Thread(target=self._refresh_when_due, name="refresh", daemon=True)
        self._refreshing.start()

    def _refresh_when_due(self) -> None:
        """Look for new episodes at the interval of the setting; the first time a little after the start."""
        wait = 5.0
        while not self._stop_refreshing.wait(wait):
            wait = 60.0
            if self.settings.get("models.offline_only") or not int(self.settings.get("podcasts.refresh_minutes")):
                continue
            try:
                self.refresh_due()
                self.apply_storage_policy()
            except PodMixError as problem:
                _LOG.info("refresh: %s", problem)
            except Exception:  # noqa: BLE001 - the edge of a thread: the next round must still come
                _LOG.exception("a round of refreshing failed")

    def wait_for_work(self, patience_s: float | None = None) -> bool:
        """Block until nothing is queued or running, follow-up jobs included; False when patience ends first."""
        return self.queue.wait(timeout=patience_s)

    def download_now(self, episode_id: int) -> None:
        """Download one episode and wait for it; raises what went wrong."""
        job_id = self.download(episode_id)
        self.queue.start()
        self.queue.wait([JobId(job_id)])
        episode = self.known_episode(episode_id)
        if episode.audio_path is None:
            job = self.queue.job(JobId(job_id))
            message, remedy = (job.error if job else None) or (episode.problem, "")
            raise NetworkError(message or "The episode could not be downloaded.", remedy=remedy or "Try again later.")

    def apply_storage_policy(self) -> list[Path]:
        """Remove audio that was kept long enough, oldest first when space is short; previews and transcripts stay."""
        from podmix.podcasts.download import StoredAudio, files_to_remove

        busy = {job.subject for job in self.queue.jobs(active_only=True)}
        saved = {preview.episode_id for preview in self.previews_store.saved()}
        stored = []
        for e in self.podcasts.episodes_with_audio():
            came = _written(e.audio_path)
            if e.audio_path is None or came is None:  # somebody removed the file
                self.podcasts.clear_audio(e.id)
                continue
            kept = e.id in saved or f"episode:{e.id}" in busy
            stored.append(StoredAudio(e.id, e.audio_path, e.audio_size or 0, came, played=e.played, kept=kept))
        gone = files_to_remove(
            stored,
            max_bytes=int(float(self.settings.get("storage.max_gb")) * 1e9),
            keep_days=int(self.settings.get("podcasts.keep_audio")),
            now=datetime.now(UTC),
        )
        for file in gone:
            file.path.unlink(missing_ok=True)
            self.podcasts.clear_audio(file.episode_id)
        if gone:
            self.events.tell(Changed(Part.EPISODES))
        return [file.path for file in gone]

    def close(self) -> None:
        if self._working:
            self._stop_refreshing.set()
            self._refreshing.join(_PATIENCE_AT_END_S)
        super().close()

    # -- settings --

    def setting(self, key: str) -> Any:
        return self.settings.get(key)

    def set_setting(self, key: str, value: Any) -> None:
        self.settings.set(key, value)
        self.events.tell(Changed(Part.SETTINGS))

    def settings_declared(self) -> list[Setting]:
        return [s for s in DECLARED if not s.hidden]

    # -- jobs --

    def cancel_job(self, job_id: int) -> None:
        self.queue.cancel(JobId(job_id))

    def retry_job(self, job_id: int) -> None:
        self.queue.retry(JobId(job_id))

    # -- demo and doctor --

    def add_demo(self) -> list[ShowCard]:
        from podmix.app.demo import demo_feeds

        server = self.start_demo_server()
        cards = []
        for name in demo_feeds():
            result = self.subscribe(f"{server.base}/feeds/{name}")
            assert result.show is not None
            cards.append(result.show)
            for episode in self.podcasts.episodes(result.show.show_id, limit=20):
                self.queue_preview(episode.id)
        return cards

    def has_demo(self) -> bool:
        return (self.home.cache / "demo-port").is_file()

    def move_demo_addresses(self, last_port: int | None) -> None:
        """The demo's server may listen on another port than last time: its shows follow, no others."""
        if self.demo is None or last_port in (None, self.demo.port):
            return
        old = f"http://127.0.0.1:{last_port}/"
        for show in self.podcasts.shows(hidden=True):
            if show.url.startswith(old):
                self.podcasts.move_show_url(show.id, f"{self.demo.base}/{show.url.removeprefix(old)}")

    def doctor(self) -> DoctorReport:
        from podmix.app.doctor import examine

        return examine(self)


def _written(path: Path | None) -> datetime | None:
    """When a file came here; None where it is gone."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) if path is not None else None
    except OSError:
        return None
