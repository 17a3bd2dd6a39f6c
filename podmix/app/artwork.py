# SPDX-License-Identifier: GPL-3.0-or-later
"""The shows' pictures, fetched in the background. A picture is never worth an error or a wait."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from podmix.app.views import Changed, Part
from podmix.errors import PodMixError

if TYPE_CHECKING:
    from podmix.app.core import Core

_LOG = logging.getLogger("podmix.podcasts")
_PATIENCE_AT_END_S = 5.0  # a command that subscribes waits so long for the picture


class ArtworkFetcher:
    """One short-lived thread a request; ``close`` waits a little for those under way."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()

    def fetch_soon(self, show_ids: list[int]) -> None:
        """Fetch the pictures that are missing; returns at once."""
        with self._lock:
            self._threads = [thread for thread in self._threads if thread.is_alive()]
            if self._closing.is_set():
                return
            thread = threading.Thread(target=self._fetch, args=(list(show_ids),), name="artwork", daemon=True)
            self._threads.append(thread)
            thread.start()

    def close(self) -> None:
        with self._lock:
            self._closing.set()
            threads = list(self._threads)
        end = time.monotonic() + _PATIENCE_AT_END_S
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _fetch(self, show_ids: list[int]) -> None:
        for number, show_id in enumerate(show_ids):
            if number and self._closing.is_set():
                break
            try:
                self._fetch_one(show_id)
            except PodMixError as problem:
                _LOG.info("no artwork for show %s: %s", show_id, problem)
            except Exception:  # noqa: BLE001 - the edge of a thread
                _LOG.exception("artwork of show %s", show_id)

    def _fetch_one(self, show_id: int) -> None:
        from podmix.podcasts.remote_files import fetch_artwork

        core = self._core
        show = core.known_show(show_id)
        if show.image_url and not (show.image_path and show.image_path.is_file()):
            path = fetch_artwork(core.http, show.image_url, core.home.artwork / f"show-{show_id}")
            core.podcasts.set_image(show_id, path)
            core.events.tell(Changed(Part.SHOWS, (show_id,)))
