# SPDX-License-Identifier: GPL-3.0-or-later
"""The application: all verbs of ``interface.Verbs`` over one home. The only place that wires rooms together."""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from podmix.app.core import Options
from podmix.app.search_verbs import SearchVerbs
from podmix.app.views import Changed, DoctorReport, Part, ShowCard
from podmix.errors import NetworkError, PodMixError
from podmix.paths import Home, find_home
from podmix.settings.declared import DECLARED, Setting
from podmix.units import JobId

_LOG = logging.getLogger("podmix.app")


class Application(SearchVerbs):
    """Open one with ``Application.open``; close it when the front end ends."""

    @classmethod
    def open(cls, home: Home | str | Path | None = None, options: Options | None = None) -> Application:
        """Open (and where needed create) the home. Raises StorageError, NewerDatabaseError, DatabaseError."""
        place = home if isinstance(home, Home) else find_home(home)
        application = cls(place, options)
        if application.options.demo_server and application.has_demo():
            application.start_demo_server()
            application.move_demo_addresses()
        return application

    # -- work in the background --

    def start_work(self) -> None:
        if self._working:
            return
        self._working = True
        self.apply_unapplied()
        self.queue.start()
        self._stop_refreshing = threading.Event()
        threading.Thread(target=self._refresh_when_due, name="refresh", daemon=True).start()

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

    def wait_for_work(self, patience_s: float | None = None) -> bool:
        """Block until nothing is queued or running, follow-up jobs included; False when patience ends first."""
        end = time.monotonic() + patience_s if patience_s is not None else None
        while self.storing or self.queue.jobs(active_only=True):
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                return False
            if self.storing:
                threading.Event().wait(0.05)
            else:
                self.queue.wait(timeout=min(left, 1.0) if left is not None else 1.0)
        return True

    def download_now(self, episode_id: int) -> None:
        """Download one episode and wait for it; raises what went wrong."""
        job_id = self.download(episode_id)
        self.queue.start()
        self.queue.wait([JobId(job_id)])
        self.wait_for_work(10.0)
        episode = self.known_episode(episode_id)
        if episode.audio_path is None:
            raise NetworkError(episode.problem or "The episode could not be downloaded.", remedy="Try again later.")

    def apply_storage_policy(self) -> list[Path]:
        """Remove audio that was kept long enough, oldest first when space is short; previews and transcripts stay."""
        from podmix.podcasts.download import StoredAudio, files_to_remove

        kept = [
            StoredAudio(e.id, e.audio_path, e.audio_size or 0, e.first_seen, played=e.played)
            for e in self.podcasts.episodes_with_audio()
            if e.audio_path
        ]
        gone = files_to_remove(
            kept,
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

    def move_demo_addresses(self) -> None:
        """The demo's server may listen on another port than last time: its shows follow."""
        if self.demo is None:
            return
        for state in self.podcasts.feed_states():
            if state.url.startswith("http://127.0.0.1:") and not state.url.startswith(self.demo.base + "/"):
                self.podcasts.move_show_url(state.show_id, f"{self.demo.base}/{state.url.split('/', 3)[3]}")

    def doctor(self) -> DoctorReport:
        from podmix.app.doctor import examine

        return examine(self)
