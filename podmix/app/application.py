# SPDX-License-Identifier: GPL-3.0-or-later
"""The application: all verbs of ``interface.Verbs`` over one home. The only place that wires rooms together."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from podmix.app.core import Core, Options
from podmix.app.search_verbs import SearchVerbs
from podmix.app.tray import job_card
from podmix.app.views import Changed, DoctorReport, JobCard, Part, ShowCard
from podmix.errors import PodMixError
from podmix.jobs.types import JobState
from podmix.paths import Home, find_home
from podmix.settings.declared import SETTINGS, Setting

_RECENT_JOBS = 30


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
            due = self.podcasts.due_shows()
            if due:
                try:
                    self.refresh(due)
                except PodMixError as problem:
                    self.log_quietly(problem)
            self.apply_storage_policy()

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
        return list(SETTINGS)

    # -- jobs --

    def jobs(self) -> list[JobCard]:
        jobs = self.queue.jobs(active_only=False)
        active = [j for j in jobs if j.state in (JobState.QUEUED, JobState.RUNNING)]
        ended = [j for j in jobs if j.state is JobState.FAILED][-_RECENT_JOBS:]
        return [job_card(job) for job in (*active, *ended)]

    def cancel_job(self, job_id: int) -> None:
        self.queue.cancel(job_id)

    def retry_job(self, job_id: int) -> None:
        self.queue.retry(job_id)

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

    def log_quietly(self, problem: PodMixError) -> None:
        import logging
        logging.getLogger("podmix.app").info("%s", problem)


def open_core(home: Home) -> Core:
    """The bare stores without the verbs, for commands that only read."""
    return Core(home)
