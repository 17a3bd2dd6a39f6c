# SPDX-License-Identifier: GPL-3.0-or-later
"""The mix in hand: planning it, changing it, taking changes back. All thinking happens off the main thread.

Edits follow one another: each is made on what the one before it gave. ``podmix.automix`` is imported by the first mix.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from podmix.errors import Cancelled, PodMixError
from podmix.progress import Progress
from podmix.ui.automix.picture import MixPicture

if TYPE_CHECKING:
    from podmix.automix.options import MixOptions
    from podmix.automix.plan import MixPlan
    from podmix.automix.planner import PlannedMix
    from podmix.automix.weights import MixWeights
    from podmix.ui.surroundings import Surroundings

MOST_UNDO = 100
Change = Callable[["PlannedMix", "MixOptions", "MixWeights"], "PlannedMix"]


class MixDesk(QObject):
    """``mix`` and ``picture`` belong together; ``changed`` tells of both."""

    changed = Signal()
    edited = Signal()  # by a change, an undo or a redo: what plays has to follow
    planning = Signal(bool)
    progressed = Signal(object)  # Progress
    failed = Signal(object)  # PodMixError: there is no new plan

    def __init__(self, around: Surroundings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._around = around
        self._verbs: Any = around.verbs
        self.mix: PlannedMix | None = None
        self.picture = MixPicture()
        self.options: MixOptions | None = None
        self.weights: MixWeights | None = None
        self._back: list[tuple[str, PlannedMix]] = []
        self._forth: list[tuple[str, PlannedMix]] = []
        self._waiting: list[tuple[str, Change]] = []
        self._working = False
        self._cancel: Event | None = None

    @property
    def plan(self) -> MixPlan | None:
        return self.mix.plan if self.mix is not None else None

    @property
    def is_planning(self) -> bool:
        return self._cancel is not None

    @property
    def undo_text(self) -> str:
        return self._back[-1][0] if self._back else ""

    @property
    def redo_text(self) -> str:
        return self._forth[-1][0] if self._forth else ""

    # -- a new mix --
    def plan_anew(self, paths: Sequence[str], **asked: Any) -> None:
        """Plan files, folders and lists; ``asked`` are fields of ``MixOptions``. What is there stays until it is done.
        """
        def steps() -> Generator[Progress, None, PlannedMix]:
            from podmix.automix.options import MixOptions

            self.options = MixOptions(**asked)
            made: PlannedMix = yield from self._verbs.plan_music_mix(list(paths), self.options)
            return made

        self._begin(steps)

    def open_plan(self, path: Path) -> None:
        def steps() -> Generator[Progress, None, PlannedMix]:
            from podmix.automix.options import MixOptions

            self.options = MixOptions()
            made: PlannedMix = yield from self._verbs.open_mix(path)
            return made

        self._begin(steps)

    def cancel(self) -> None:
        """Stop planning; the mix from before, if any, is still there."""
        if self._cancel is not None:
            self._cancel.set()
            self._cancel = None
            self.planning.emit(False)

    def _begin(self, steps: Callable[[], Generator[Progress, None, PlannedMix]]) -> None:
        self.cancel()
        stop = self._cancel = Event()
        self.planning.emit(True)

        def work() -> tuple[PlannedMix, MixPicture, MixWeights]:
            from podmix.ui.automix.picture import picture_of

            running = steps()
            while not stop.is_set():
                try:
                    step = next(running)
                except StopIteration as over:
                    return over.value, picture_of(over.value), self._verbs.mix_weights()
                if not stop.is_set():
                    self.progressed.emit(step)
            running.close()
            raise Cancelled

        def done(made: tuple[PlannedMix, MixPicture, MixWeights]) -> None:
            if self._cancel is stop:
                self._cancel = None
                self.mix, self.picture, self.weights = made
                self._back, self._forth, self._waiting = [], [], []
                self.planning.emit(False)
                self.changed.emit()

        def failed(error: PodMixError) -> None:
            if self._cancel is stop:
                self._cancel = None
                self.planning.emit(False)
                self.failed.emit(error)

        self._around.background.run(work, then=done, failed=failed, owner=self)

    # -- changes --
    def change(self, words: str, change: Change) -> None:
        """Change the mix in the background; ``words`` say what undo would take back."""
        self._waiting.append((words, change))
        self._next()

    def _next(self) -> None:
        if self._working or not self._waiting or self.mix is None:
            return
        words, change = self._waiting.pop(0)
        before, options, weights = self.mix, self.options, self.weights
        self._working = True

        def work() -> tuple[PlannedMix, MixPicture]:
            from podmix.automix.options import MixOptions
            from podmix.automix.weights import MixWeights
            from podmix.ui.automix.picture import picture_of

            made = change(before, options or MixOptions(), weights or MixWeights())
            return made, picture_of(made)

        def done(both: tuple[PlannedMix, MixPicture]) -> None:
            if self.mix is before:
                self._back = [*self._back[-MOST_UNDO:], (words, before)]
                self._forth = []
                self._show(*both)

        def ended() -> None:
            self._working = False
            self._around.background.run(lambda: None, then=lambda _none: self._next(), owner=self)

        self._around.background.run(work, then=done, failed=self._around.notices.problem, ended=ended, owner=self)

    def _show(self, mix: PlannedMix, picture: MixPicture) -> None:
        self.mix, self.picture = mix, picture
        self.changed.emit()
        self.edited.emit()

    def undo(self) -> str:
        return self._step(self._back, self._forth)

    def redo(self) -> str:
        return self._step(self._forth, self._back)

    def _step(self, source: list[tuple[str, PlannedMix]], other: list[tuple[str, PlannedMix]]) -> str:
        """Swap the mix with the last of ``source``; returns what was changed."""
        if not source or self.mix is None or self._working:
            return ""
        words, wanted = source.pop()
        other.append((words, self.mix))
        self.mix = wanted

        def work() -> MixPicture:
            from podmix.ui.automix.picture import picture_of

            return picture_of(wanted)

        def done(made: MixPicture) -> None:
            if self.mix is wanted:
                self._show(wanted, made)

        self._around.background.run(work, then=done, owner=self)
        return words

    def learn(self, what: str, kind: str, new_kind: str = "") -> None:
        """What a person did with a transition changes the weights of later plans."""
        def work() -> MixWeights:
            from podmix.automix.learning import MixEvent

            learnt: MixWeights = self._verbs.note_mix_event(MixEvent(what, kind, new_kind))
            return learnt

        self._around.background.run(work, then=lambda weights: setattr(self, "weights", weights), owner=self)
