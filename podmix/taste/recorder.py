# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes reactions without making anybody wait: a queue, and one thread that stores what came in batches.

``note`` only puts the event into the queue (microseconds). The thread starts with the first event and writes as soon as
the one before is stored, so that a burst becomes one transaction. When the disk does not obey, events are kept in
memory up to ``MOST_WAITING`` and tried again with the next; taste is never a reason to stop.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

from podmix.errors import PodMixError
from podmix.taste.events import TasteEvent
from podmix.taste.store import TasteStore

_LOG = logging.getLogger("podmix.taste")
MOST_WAITING = 5_000
_PATIENCE_S = 5.0


class EventRecorder:
    """``store`` is asked for at the first event, on the recorder's thread: opening a file costs the window nothing."""

    def __init__(self, store: Callable[[], TasteStore]) -> None:
        self._store = store
        self._waiting: deque[TasteEvent] = deque(maxlen=MOST_WAITING)
        self._news = threading.Condition()
        self._busy = False
        self._ended = False
        self._failed = False
        self._thread: threading.Thread | None = None

    def note(self, event: TasteEvent) -> None:
        """From any thread; returns at once. After ``close`` nothing is taken."""
        with self._news:
            if self._ended:
                return
            self._waiting.append(event)
            self._failed = False
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="taste", daemon=True)
                self._thread.start()
            self._news.notify_all()

    def flush(self, patience_s: float = _PATIENCE_S) -> bool:
        """Wait until everything noted so far is stored; False where the disk does not obey or patience ends."""
        with self._news:
            self._news.wait_for(lambda: self._failed or not (self._waiting or self._busy), patience_s)
            return not (self._waiting or self._busy)

    def drop(self) -> None:
        """Forget what is not stored yet (erasing), and wait for the batch in hand."""
        with self._news:
            self._waiting.clear()
            self._news.wait_for(lambda: not self._busy, _PATIENCE_S)
            self._waiting.clear()

    def close(self) -> None:
        """Store what waits, then end."""
        with self._news:
            self._ended = True
            self._failed = False
            self._news.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(_PATIENCE_S)

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._ended or (self._waiting and not self._failed))
                if not self._waiting or (self._ended and self._failed):
                    return
                batch = list(self._waiting)
                self._waiting.clear()
                self._busy = True
            stored = self._stored(batch)
            with self._news:
                self._busy = False
                if not stored:
                    self._failed = True
                    self._waiting.extendleft(reversed(batch[-(MOST_WAITING - len(self._waiting)):]))
                self._news.notify_all()

    def _stored(self, batch: list[TasteEvent]) -> bool:
        try:
            self._store().add(batch)
            return True
        except PodMixError as problem:
            _LOG.warning("reactions could not be stored yet: %s", problem)
            return False
