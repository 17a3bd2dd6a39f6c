# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the queue listen with."""

import threading
from collections.abc import Callable

from podmix.jobs.types import Timing

QUICK = Timing(poll=0.05, heartbeat=0.2, lease=5.0, cancel=0.3, stop=2.0, idle=60.0)
KINDS = ("add", "fails", "breaks", "gives_objects", "gives_up", "dies_at_first", "waits", "deaf", "floods", "modules")
PATIENCE = 20.0  # seconds a test waits at most; a slow machine must not fail


class Ear:
    """Hears events on the scheduler's thread; the test waits on what it heard."""

    def __init__(self):
        self.events = []
        self._news = threading.Condition()

    def __call__(self, event):
        with self._news:
            self.events.append(event)
            self._news.notify_all()

    def wait_for(self, kind, job=None, *, count=1):
        """The ``count``-th event of that kind (about that job)."""
        def heard():
            return [e for e in self.events if isinstance(e, kind) and job in (None, e.job.id)]

        with self._news:
            assert self._news.wait_for(lambda: len(heard()) >= count, PATIENCE), (kind, job, self.names())
            return heard()[count - 1]

    def names(self, job=None):
        return [type(e).__name__ for e in self.events if job in (None, e.job.id)]


def until(true: Callable[[], bool], patience: float = PATIENCE) -> bool:
    """For what gives no sign: look again and again, without burning the processor."""
    pause = threading.Event()
    for _ in range(int(patience / 0.01)):
        if true():
            return True
        pause.wait(0.01)
    return true()
