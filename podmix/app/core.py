# SPDX-License-Identifier: GPL-3.0-or-later
"""What every verb stands on: the opened home, its stores, the network's door, the queue, and the stream of events.

One ``Core`` a front end. Opening does no network and no heavy import; ``start_work`` begins the background work.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from podmix.app.events import EventBus
from podmix.app.loopback import DemoServer
from podmix.app.network import net_policy, server_of
from podmix.app.side_process import SideProcess
from podmix.app.views import Event
from podmix.database import Database
from podmix.errors import UsageError
from podmix.jobs.protocol import JobEvent
from podmix.jobs.queue import JobQueue
from podmix.jobs.store import MIGRATIONS as JOB_MIGRATIONS
from podmix.jobs.types import Job
from podmix.music.analysis_store import AnalysisStore
from podmix.music.playlists import PlaylistStore
from podmix.music.store import MIGRATIONS as MUSIC_MIGRATIONS
from podmix.music.store import MusicStore
from podmix.net.client import HttpClient
from podmix.net.policy import NetPolicy
from podmix.paths import Home, resources
from podmix.podcasts.credentials import Credentials
from podmix.podcasts.store import MIGRATIONS as PODCAST_MIGRATIONS
from podmix.podcasts.store import PodcastStore
from podmix.podcasts.types import Episode, Show
from podmix.previews.store import MIGRATIONS as PREVIEW_MIGRATIONS
from podmix.previews.store import PreviewStore
from podmix.search.store import MIGRATIONS as SEARCH_MIGRATIONS
from podmix.search.store import SearchStore
from podmix.settings.store import Settings
from podmix.speech.store import MIGRATIONS as TRANSCRIPT_MIGRATIONS
from podmix.speech.store import TranscriptStore

_LOG = logging.getLogger("podmix.app")

# Job kinds are names here and functions in the worker: the window never imports what they need.
JOB_FUNCTIONS = {
    "download": "podmix.app.work:download",
    "preview": "podmix.app.work:preview",
    "scan": "podmix.app.music_work:scan_folders",
    "analyse": "podmix.app.analysis_work:analyse_tracks",
    "render": "podmix.app.mix_work:render",
    "lab": "podmix.app.lab_work:work",
}


@dataclass(frozen=True, slots=True)
class Options:
    """How this front end was started."""

    null_audio: bool = False
    demo_server: bool = True


class Core:
    """Opens the home; the verbs are in the classes that extend it."""

    def __init__(self, home: Home, options: Options | None = None) -> None:
        self.home = home.create()
        self.options = options or Options()
        self.settings = Settings.load(home.settings)
        migrations = [
            *JOB_MIGRATIONS,
            *PODCAST_MIGRATIONS,
            *TRANSCRIPT_MIGRATIONS,
            *PREVIEW_MIGRATIONS,
            *SEARCH_MIGRATIONS,
            *MUSIC_MIGRATIONS,
        ]
        self.database = Database.open(home.database, migrations)
        self.podcasts = PodcastStore(self.database)
        self.transcripts = TranscriptStore(self.database)
        self.previews_store = PreviewStore(self.database)
        self.search_store = SearchStore(self.database)
        self.music = MusicStore(self.database)
        self.analyses = AnalysisStore(self.database)
        self.playlist_store = PlaylistStore(self.database)
        self.credentials = Credentials()
        self.events = EventBus()
        self.side = SideProcess()
        self.demo: DemoServer | None = None
        self._demo_lock = threading.Lock()
        self._http: HttpClient | None = None
        self._old_clients: list[HttpClient] = []
        self._http_lock = threading.RLock()
        self._typed_servers: set[tuple[str, int]] = set()
        self._working = False
        self.queue = JobQueue(
            self.database,
            JOB_FUNCTIONS,
            lanes={"network": self._parallel_downloads(), "compute": 1, "library": 1, "analysis": 1, "render": 1,
                   "lab": 1},
            context=self.job_context,
            on_event=self._on_job_event,
            keep=self._keep_result,
        )

    def _parallel_downloads(self) -> int:
        return int(self.settings.get("podcasts.parallel_downloads"))

    # -- network --

    @property
    def http(self) -> HttpClient:
        """The one client; made at the first use, and again when a server joins those that may be private."""
        with self._http_lock:
            if self._http is None:
                self._http = HttpClient(self.net_policy())
            return self._http

    def net_policy(self) -> NetPolicy:
        return net_policy(
            bool(self.settings.get("network.allow_private_addresses")),
            float(self.settings.get("network.timeout_s")),
            sorted(self._servers()),
        )

    def _servers(self) -> set[tuple[str, int]]:
        """Servers that may be private: those a person named by typing a feed's address, and the demo's own."""
        typed = {server_of(state.url) for state in self.podcasts.feed_states()}
        demo = {("127.0.0.1", self.demo.port)} if self.demo else set()
        return typed | demo | self._typed_servers

    def allow_server(self, *urls: str) -> None:
        """The person typed these addresses: their servers may be private ones. Redirects elsewhere may not."""
        with self._http_lock:
            if new := {server_of(url) for url in urls} - self._typed_servers:
                self._typed_servers |= new
                self._renew_http()

    def _renew_http(self) -> None:
        """The next use gets a client with today's permissions; the old one may still be at work, so it is kept."""
        if self._http is not None:
            self._old_clients.append(self._http)
            self._http = None

    def start_demo_server(self) -> DemoServer:
        """The loopback server of the shipped shows, on the port of the last time where it is free."""
        with self._demo_lock:
            if self.demo is None:
                self.demo = DemoServer(resources() / "demo", self.last_demo_port() or 0).start()
                (self.home.cache / "demo-port").write_text(str(self.demo.port))
                with self._http_lock:
                    self._renew_http()
            return self.demo

    def last_demo_port(self) -> int | None:
        """Where the demo's server listened last; None before the first demo."""
        try:
            return int((self.home.cache / "demo-port").read_text())
        except (OSError, ValueError):
            return None

    # -- jobs --

    def job_context(self) -> dict[str, Any]:
        """Plain data that every job gets: where things lie, and the settings that matter in a worker."""
        keys = (
            "models.tier",
            "models.device",
            "models.offline_only",
            "network.timeout_s",
            "network.allow_private_addresses",
        )
        return {
            "models": str(self.home.models),
            "checkpoints": str(self.home.checkpoints),
            "cache": str(self.home.cache),
            "clips": str(self.home.clips),
            "episodes": str(self.home.episodes),
            "allowed_servers": [list(server) for server in sorted(self._servers())],
            "logins": self._logins(),
            "settings": {key: self.settings.get(key) for key in keys},
        }

    def _logins(self) -> dict[str, list[str]]:
        """Logins of the downloads that wait: handed to the worker through its pipe, never written down."""
        wanted = {str(job.params["login_of"]) for job in self.queue.jobs(active_only=True) if "login_of" in job.params}
        found = {url: self.credentials.get(url) for url in wanted}
        return {url: [login.user, login.password] for url, login in found.items() if login is not None}

    def _on_job_event(self, event: JobEvent) -> None:
        """Overridden by the class that turns results into rows. Called on the scheduler's thread: must be quick."""

    def _keep_result(self, job: Job) -> None:
        """Overridden likewise: stores a done job's result inside the transaction that marks it done."""

    # -- rows that must be there --

    def known_show(self, show_id: int) -> Show:
        """Raises UsageError where there is none."""
        show = self.podcasts.show(show_id)
        if show is None:
            raise UsageError(f"There is no show {show_id}.", remedy="“podmix shows” lists them.")
        return show

    def known_episode(self, episode_id: int, *, images: bool = False) -> Episode:
        """Raises UsageError where there is none."""
        episode = self.podcasts.episode(episode_id, images=images)
        if episode is None:
            raise UsageError(f"There is no episode {episode_id}.", remedy="“podmix episodes” lists them.")
        return episode

    # -- events and settings --

    def on_event(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        return self.events.listen(listener)

    def close(self) -> None:
        """Stop work at a safe point and let go of everything. What was running goes on at the next start."""
        self._working = False
        self.queue.stop()
        self.side.close()
        if self.demo is not None:
            self.demo.stop()
        with self._http_lock:
            self._renew_http()
            for client in self._old_clients:
                client.close()
        self.database.close()
