# SPDX-License-Identifier: GPL-3.0-or-later
"""Events go up to whichever front end listens. A listener that fails is logged, the others still hear."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from podmix.app.views import Event

_LOG = logging.getLogger("podmix.app")


class EventBus:
    """Thread-safe. Listeners are called on the thread that tells: they hand over, they do not work."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[Callable[[Event], None]] = []

    def listen(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        with self._lock:
            self._listeners.append(listener)

        def end() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return end

    def tell(self, event: Event) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - one bad listener must not stop the work that tells
                _LOG.exception("a listener failed on %s", type(event).__name__)
