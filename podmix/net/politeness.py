# SPDX-License-Identifier: GPL-3.0-or-later
"""How many requests run at once: few to one host, some altogether. Shared by all threads of a client."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Iterator

from podmix.errors import NetworkError


class HostSlots:
    """Counts running requests.

    Args:
        per_host: most at once to one host.
        at_once: most at once altogether.
    """

    def __init__(self, per_host: int, at_once: int) -> None:
        self._per_host = max(1, per_host)
        self._at_once = max(1, at_once)
        self._busy: Counter[str] = Counter()
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def taken(self, host: str, *, wait_s: float) -> Iterator[None]:
        """Hold one slot for ``host``; raises NetworkError when none came free within ``wait_s`` seconds."""
        end = time.monotonic() + wait_s
        with self._changed:
            while not self._free(host):
                if not self._changed.wait(max(0.0, end - time.monotonic())) and time.monotonic() >= end:
                    raise NetworkError(f"Other transfers from {host} are still running.",
                                       remedy="Try again when they are done.")
            self._busy[host] += 1
        try:
            yield
        finally:
            with self._changed:
                self._busy[host] -= 1
                if not self._busy[host]:
                    del self._busy[host]
                self._changed.notify_all()

    def _free(self, host: str) -> bool:
        return self._busy[host] < self._per_host and self._busy.total() < self._at_once
