# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs of mixes for a window: plan, open, save, export, render as a job of the queue, learn from edits.

Planning and opening are generators of ``Progress``: whoever iterates may stop. The mix itself is the window's to hold
and to change with ``podmix.automix.editing``. What plans does so in a process of its own (``automix_process``).
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from podmix.app.automix_process import MixProcess, MixRequest
from podmix.app.mix_work import clear_half
from podmix.app.results import Results
from podmix.errors import UsageError
from podmix.jobs.types import Job, JobSpec
from podmix.progress import Steps

if TYPE_CHECKING:
    from podmix.automix.learning import MixEvent
    from podmix.automix.options import MixOptions
    from podmix.automix.plan import MixPlan
    from podmix.automix.planner import PlannedMix
    from podmix.automix.weights import MixWeights

_LOG = logging.getLogger("podmix.automix")

JOB_KIND, LANE = "render", "render"
_OLD_PLAN_S = 14 * 86_400.0


class AutomixVerbs(Results):
    """See the module's text."""

    @cached_property
    def _planner(self) -> MixProcess:
        return MixProcess(self.home)

    def plan_music_mix(self, paths: Sequence[str], options: MixOptions) -> Steps[PlannedMix]:
        """Plan a mix of files, folders and lists. Raises AudioError and UsageError as ``make_mix`` does."""
        return self._mix(MixRequest("plan", tuple(paths), options))

    def open_mix(self, path: Path) -> Steps[PlannedMix]:
        """A plan's file as it was saved, with what editing it needs. Raises AudioError for what is no plan."""
        return self._mix(MixRequest("open", (str(path),)))

    def know_music(self, paths: Sequence[str]) -> Steps[None]:
        """Get to know files, folders and lists, so that planning with them is quick. Raises UsageError for none."""
        yield from self._planner.asked(MixRequest("know", tuple(paths)))

    def go_on_mix(self, mix: PlannedMix, paths: Sequence[str], options: MixOptions, *, heard_s: float | None = None,
                  anew: bool = False, place: int | None = None) -> Steps[PlannedMix]:
        """What is still to come of a mix, planned with more tracks (or ``anew``); see ``automix_future.go_on``."""
        return self._mix(MixRequest("go on", tuple(paths), options, mix.plan, mix.order, heard_s, anew, place),
                         mix)

    def _mix(self, request: MixRequest, known: PlannedMix | None = None) -> Steps[PlannedMix]:
        made = yield from self._planner.asked(request, known)
        assert made is not None
        return made

    def close(self) -> None:
        if "_planner" in self.__dict__:
            self._planner.close()
        super().close()

    def mix_weights(self) -> MixWeights:
        from podmix.app.automix_learning import kept_weights

        return kept_weights(self.home)

    def note_mix_event(self, event: MixEvent) -> MixWeights:
        """Learn from what a person did; returns the weights from now on."""
        from podmix.app.automix_learning import note_event

        return note_event(self.home, event)

    def mix_events(self) -> list[MixEvent]:
        """All that was kept of what a person did with transitions, oldest first."""
        from podmix.app.automix_learning import kept_events

        return list(kept_events(self.home))

    def forget_mix_events(self, event: MixEvent | None = None) -> MixWeights:
        """Take one event back, or (None) all of them; the weights are then as if it had not been."""
        from podmix.app.automix_learning import forget_event, forget_events

        return forget_events(self.home) if event is None else forget_event(self.home, event)

    def save_mix_plan(self, plan: MixPlan, target: Path) -> Path:
        from podmix.automix.plan_json import write_plan

        write_plan(plan, target)
        return target

    def export_mix(self, mix: PlannedMix, target: Path, *, sound: str = "") -> Path:
        """Cue sheet, playlist, rekordbox XML or set list, by the suffix of ``target``."""
        from podmix.automix.exports import export

        export(mix.plan, target, sound=sound, facts=mix.facts)
        return target

    def render_music_mix(self, plan: MixPlan, target: Path) -> int:
        """Queue the render; returns the job's id. Raises AudioError where a file is missing, UsageError for a suffix
        that no sound is written as."""
        from podmix.app.automix import check_files
        from podmix.audio.encode import SUFFIXES
        from podmix.automix.plan_json import plan_plain, write_plan

        if target.suffix.lower() not in SUFFIXES:
            raise UsageError(f"PodMix cannot write {target.suffix or 'files without a suffix'}.",
                             remedy=f"Choose one of {' '.join(SUFFIXES)}.")
        check_files(plan)
        named = replace(plan, title=plan.title or target.stem)
        key = hashlib.sha256(json.dumps([plan_plain(named), str(target)]).encode()).hexdigest()[:24]
        place = self._plans() / f"{key}.json"
        write_plan(named, place)
        return int(self.queue.enqueue(JobSpec(
            JOB_KIND, {"plan": str(place), "target": str(target)}, key=key, title=f"Rendering “{target.stem}”",
            lane=LANE, subject="mix"), force=True))

    def _plans(self) -> Path:
        """Where plans wait for their render; what was left there long ago goes."""
        folder = self.home.cache / "mix-plans"
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.json"):
            if old.stat().st_mtime < time.time() - _OLD_PLAN_S:
                clear_half(old)
                old.unlink(missing_ok=True)
        return folder

    def _keep_result(self, job: Job) -> None:
        if job.kind != JOB_KIND:  # a render's result is its file
            super()._keep_result(job)
