# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's door in the application: made at its first use, with the program's counts, keyring and queue.

Long work of the lab is a job of the queue in a worker of its own lane; promoted models that cannot be used are told at
the start.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from podmix.app.lab_work import JOB_KIND
from podmix.app.results import Results
from podmix.app.views import ProblemShown
from podmix.jobs.types import Job
from podmix.models.promoted import FOLDER

if TYPE_CHECKING:
    from podmix.app.lab import Lab

_LAB_LOCK = threading.Lock()


class LabDoor(Results):
    """See the module's text."""

    _lab: Lab | None = None

    @property
    def lab(self) -> Lab:
        """Implements ``LabVerbs``. The first use imports it (a third of a second): not on the window's thread."""
        with _LAB_LOCK:
            if self._lab is None:
                from podmix.app.lab import Lab

                self._lab = Lab(self.home, counts=self.usage_counts, credentials=self.credentials,
                                enqueue=lambda spec: int(self.queue.enqueue(spec, force=True)))
            return self._lab

    def usage_counts(self) -> Mapping[str, float]:
        """What ``lab.sync.usage`` may know of the stores. Only asked when it is shown or sent."""
        counts = self.podcasts.counts()
        heard = (self.podcasts.episode(one) for one in self.transcripts.recognised())
        return {
            "shows": counts["shows"],
            "episodes": counts["episodes"],
            "previews": sum(self.previews_store.counts().values()),
            "previews_liked": self.previews_store.liked_count(),
            "tracks": self.music.count(),
            "seconds_transcribed": sum(one.decoded_duration or 0.0 for one in heard if one is not None),
        }

    def tell_broken_models(self) -> None:
        """A promoted model that cannot be used is a problem to be shown: the shipped one is used meanwhile."""
        if not (self.home.models / FOLDER).is_dir():
            return  # nobody promoted anything: the lab is not imported for that
        from podmix.lab.runs.promotion import broken

        for words in broken(self.home):
            self.events.tell(ProblemShown(words, "Promote it again in the Lab, or go back to the shipped model there."))

    def _keep_result(self, job: Job) -> None:
        if job.kind != JOB_KIND:  # what the lab makes is in its own record
            super()._keep_result(job)
