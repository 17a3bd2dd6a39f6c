# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs of mixing music; ``interface.Verbs`` takes them in. Conventions as there."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from podmix.progress import Progress

if TYPE_CHECKING:
    from podmix.automix.learning import MixEvent
    from podmix.automix.options import MixOptions
    from podmix.automix.plan import MixPlan
    from podmix.automix.planner import PlannedMix
    from podmix.automix.weights import MixWeights


class MixingVerbs(Protocol):
    """Mixes of music; ``Application`` has these too. The mix is the window's to hold and to change
    (``podmix.automix.editing``). All but ``mix_weights`` are *slow*.
    """

    def plan_music_mix(self, paths: Sequence[str], options: MixOptions) -> Generator[Progress, None, PlannedMix]:
        """A generator; files that are not known are analysed first. Raises AudioError where nothing can be mixed."""

    def open_mix(self, path: Path) -> Generator[Progress, None, PlannedMix]:
        """A generator: a saved plan with what editing it needs. Raises AudioError for what is no plan."""

    def mix_weights(self) -> MixWeights: ...

    def note_mix_event(self, event: MixEvent) -> MixWeights:
        """Learn from what a person did with a transition; returns the weights from now on."""

    def save_mix_plan(self, plan: MixPlan, target: Path) -> Path: ...

    def export_mix(self, mix: PlannedMix, target: Path, *, sound: str = "") -> Path:
        """By suffix: .cue, .m3u8, .xml (rekordbox), .html or .txt (set list); ``sound`` names the rendered file."""

    def render_music_mix(self, plan: MixPlan, target: Path) -> int:
        """Queue the render; returns the job's id."""

    def know_music(self, paths: Sequence[str]) -> Generator[Progress, None, None]:
        """A generator: get to know files, so that planning with them is quick. Raises UsageError for none."""

    def go_on_mix(self, mix: PlannedMix, paths: Sequence[str], options: MixOptions, *, heard_s: float | None = None,
                  anew: bool = False, place: int | None = None) -> Generator[Progress, None, PlannedMix]:
        """A generator: what is still to come, with more tracks or anew; the past and locks stay."""

    def mix_events(self) -> list[MixEvent]: ...

    def forget_mix_events(self, event: MixEvent | None = None) -> MixWeights:
        """Take one event back, or (None) all."""
