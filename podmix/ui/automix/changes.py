# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Automix screen changes in a mix: one transition, or the order of the tracks. Each can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from podmix.ui.automix.desk import Change, Lesson, MixDesk
from podmix.ui.automix.learning import KIND_NAMES
from podmix.ui.automix.timeline import Timeline

if TYPE_CHECKING:
    from podmix.automix.plan import PlannedTransition


class Changes:
    """Mixed into the screen, which has the desk and the timeline."""

    desk: MixDesk
    timeline: Timeline

    @property
    def _chosen(self) -> PlannedTransition | None:
        plan, number = self.desk.plan, self.timeline.chosen
        return plan.transitions[number] if plan is not None and 0 <= number < len(plan.transitions) else None

    def _change(self, words: str, change: Change, lesson: Lesson | None = None) -> None:
        self.desk.change(words, change, lesson)

    def set_kind(self, kind: str) -> None:
        """Transition in hand as another kind."""
        number, old = self.timeline.chosen, self._chosen
        if old is None or old.kind == kind:
            return

        def change(mix: Any, options: Any, weights: Any) -> Any:
            from podmix.automix.editing import with_kind

            return with_kind(mix, number, kind, options, weights)

        self._change(f"{KIND_NAMES[kind].lower()} for transition {number + 1}", change, ("edit", number, kind))

    def set_bars(self, bars: int) -> None:
        number, old = self.timeline.chosen, self._chosen
        if old is None or old.bars == bars:
            return

        def change(mix: Any, options: Any, weights: Any) -> Any:
            from podmix.automix.editing import with_bars

            return with_bars(mix, number, bars, options, weights)

        self._change(f"{bars} bars for transition {number + 1}", change)

    def set_lock(self, lock: bool) -> None:
        number, old = self.timeline.chosen, self._chosen
        if old is None or old.locked == lock:
            return

        def change(mix: Any, _options: Any, _weights: Any) -> Any:
            from podmix.automix.editing import locked

            return locked(mix, number, lock)

        self._change(f"{'locking' if lock else 'unlocking'} transition {number + 1}", change,
                     ("lock", number, "") if lock else None)

    def shift(self, number: int, start_s: float, end_s: float, fine: bool) -> None:
        """Edges of a transition moved by seconds of the mix; ``fine``: by 10 ms instead of bars."""
        def change(mix: Any, _options: Any, _weights: Any) -> Any:
            from podmix.automix.edges import with_edges

            return with_edges(mix, number, start_s, end_s, free=fine)

        self._change(f"moving transition {number + 1}", change)

    def nudge(self, number: int, steps: int, fine: bool) -> None:
        """A transition moved by bars, or by 10 ms."""
        def change(mix: Any, _options: Any, _weights: Any) -> Any:
            from podmix.automix.edges import step_of, with_edges

            by = steps * (0.01 if fine else step_of(mix, number))
            return with_edges(mix, number, by, by, free=fine)

        self._change(f"moving transition {number + 1}", change)

    def lengthen(self, steps: int) -> None:
        number = self.timeline.chosen
        if self._chosen is None:
            return

        def change(mix: Any, _options: Any, _weights: Any) -> Any:
            from podmix.automix.edges import longer

            return longer(mix, number, steps)

        self._change(f"the length of transition {number + 1}", change)

    def move_track(self, track: int, before: int) -> None:
        """Put a track before another place of the order; only the transitions beside it are planned anew."""
        def change(mix: Any, options: Any, weights: Any) -> Any:
            from podmix.automix.editing import reordered

            order = list(range(len(mix.facts)))
            order.insert(before - (before > track), order.pop(track))
            return reordered(mix, order, options, weights)

        self._change("the order of the tracks", change)
        self.timeline.track = before - (before > track)

    def remove_track(self) -> None:
        """Take the chosen track out of the mix (not out of the library)."""
        track, count = self.timeline.track, len(self.desk.picture.tracks)
        if not 0 <= track < count or count < 2:
            return

        def change(mix: Any, options: Any, weights: Any) -> Any:
            from podmix.automix.editing import reordered

            return reordered(mix, [place for place in range(len(mix.facts)) if place != track], options, weights)

        self._change("taking a track out", change)
        self.timeline.track = min(track, count - 2)
