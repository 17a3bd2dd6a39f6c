# SPDX-License-Identifier: GPL-3.0-or-later
"""A program with a queue, to be killed by a test: ``front_end.py DATABASE KIND TRACE GO``. Prints each event."""

import signal
import sys
from pathlib import Path

from queue_ear import KINDS, QUICK

from podmix.database import Database
from podmix.jobs.queue import JobQueue
from podmix.jobs.store import MIGRATIONS
from podmix.jobs.types import JobSpec


def main(database, kind, trace, go):
    # A shell that runs the tests in the background has Ctrl+C ignored, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with Database.open(Path(database), MIGRATIONS) as db:
        queue = JobQueue(db, {kind: f"job_functions:{kind}" for kind in KINDS}, {"compute": 1}, {},
                         lambda event: print(type(event).__name__, flush=True), timing=QUICK)
        queue.start()
        job = queue.enqueue(JobSpec(kind, {"trace": trace, "go": go}, key="the one"))
        try:
            queue.wait([job])
        except KeyboardInterrupt:
            queue.cancel(job)
            queue.wait([job], 10)
            return 130
        finally:
            queue.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
