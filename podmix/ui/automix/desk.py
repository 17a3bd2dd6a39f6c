# SPDX-License-Identifier: GPL-3.0-or-later
"""The mix in hand: planning it, changing it, adding to it, taking changes back. All thinking happens elsewhere.

Edits follow one another: each is made on what the one before it gave. Plans come from a process of their own (through
the verbs), edits of one transition are made on a background thread. ``podmix.automix`` is imported by the first mix.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from podmix.errors import Cancelled, PodMixError
from podmix.progress import Progress, finish
from podmix.ui.automix.learning import Learning
from podmix.ui.automix.picture import MixPicture
from podmix.ui.surroundings import Surroundings

if TYPE_CHECKING:
    from podmix.automix.learning import MixEvent
    from podmix.automix.options import MixOptions
    from podmix.automix.plan import MixPlan
    from podmix.automix.planner import PlannedMix
    from podmix.automix.weights import MixWeights

MOST_UNDO = 100
Change = Callable[["PlannedMix", "MixOptions", "MixWeights"], "PlannedMix"]
Lesson = tuple[str, int, str]  # what was done, with which transition, into which kind


@dataclass(eq=False)
class Step:
    """A change that can be taken back: its words, the mix on the other side of it, and what was learnt from it."""

    words: str
    mix: PlannedMix
    event: MixEvent | None = None


class MixDesk(QObject):
    """``mix`` and ``picture`` belong together; ``changed`` tells of both."""

    changed = Signal()
    edited = Signal()  # by a change, an undo or a redo: what plays has to follow
    planning = Signal(bool)
    progressed = Signal(object)  # Progress
    failed = Signal(object)  # PodMixError: there is no new plan
    joining = Signal(object)  # Progress of getting to know tracks that shall join; None: none are on their way

    def __init__(self, around: Surroundings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._around = around
        self._verbs = around.verbs
        self.learning = Learning(around, self)
        self.mix: PlannedMix | None = None
        self.picture = MixPicture()
        self.options: MixOptions | None = None
        self._back: list[Step] = []
        self._forth: list[Step] = []
        self._waiting: list[Callable[[], object]] = []
        self._working = False
        self._cancel: Event | None = None
        self._joining: set[Event] = set()

    @property
    def plan(self) -> MixPlan | None:
        return self.mix.plan if self.mix is not None else None

    @property
    def is_planning(self) -> bool:
        return self._cancel is not None

    @property
    def is_joining(self) -> bool:
        return bool(self._joining)

    @property
    def before(self) -> PlannedMix | None:
        """The mix before the last change."""
        return self._back[-1].mix if self._back else None

    @property
    def undo_text(self) -> str:
        return self._back[-1].words if self._back else ""

    @property
    def redo_text(self) -> str:
        return self._forth[-1].words if self._forth else ""

    # -- a new mix --
    def plan_anew(self, paths: Sequence[str], **asked: Any) -> None:
        """Plan files, folders and lists; ``asked`` are fields of ``MixOptions``. What is there stays until it is done.
        """
        def steps() -> Generator[Progress, None, tuple[PlannedMix, MixOptions]]:
            from podmix.automix.options import MixOptions

            options = MixOptions(**asked)
            return (yield from self._verbs.plan_music_mix(list(paths), options)), options

        self._begin(steps)

    def open_plan(self, path: Path) -> None:
        def steps() -> Generator[Progress, None, tuple[PlannedMix, MixOptions]]:
            from podmix.automix.options import MixOptions

            return (yield from self._verbs.open_mix(path)), MixOptions()

        self._begin(steps)

    def cancel(self) -> None:
        """Stop planning; the mix from before, if any, is still there."""
        if self._cancel is not None:
            self._cancel.set()
            self._cancel = None
            self.planning.emit(False)

    def _begin(self, steps: Callable[[], Generator[Progress, None, tuple[PlannedMix, MixOptions]]]) -> None:
        self.cancel()
        stop = self._cancel = Event()
        self.planning.emit(True)
        self.learning.load()

        def work() -> tuple[PlannedMix, MixOptions, MixPicture]:
            from podmix.ui.automix.picture import picture_of

            mix, options = _driven(steps(), stop, self.progressed.emit)
            return mix, options, picture_of(mix)

        def done(made: tuple[PlannedMix, MixOptions, MixPicture]) -> None:
            if self._cancel is stop:
                self._cancel = None
                self.cancel_joining()
                self.mix, self.options, self.picture = made
                self._back, self._forth, self._waiting = [], [], []
                self.planning.emit(False)
                self.changed.emit()

        def failed(error: PodMixError) -> None:
            if self._cancel is stop:
                self._cancel = None
                self.planning.emit(False)
                self.failed.emit(error)

        self._around.background.run(work, then=done, failed=failed, owner=self)

    # -- going on with it --
    def go_on(self, words: str, paths: Sequence[str] = (), *, heard: Callable[[], float | None],
              anew: bool = False, place: int | None = None, then: Callable[[], object] | None = None) -> None:
        """Let tracks join what is still to come, or plan it ``anew``. ``heard`` says which second is heard when it
        comes to that; ``then`` is called when it is done. Edits go on while tracks are got to know."""
        def change(mix: PlannedMix, options: MixOptions, _weights: MixWeights) -> PlannedMix:
            made: PlannedMix = finish(self._verbs.go_on_mix(mix, list(paths), options, heard_s=heard(), anew=anew,
                                                            place=place))
            return made

        if not paths:
            self.change(words, change, then=then)
            return
        stop = Event()
        self._joining.add(stop)
        self.joining.emit(Progress("start", 0, None, "tracks", ""))

        def known(_none: None) -> None:
            if not stop.is_set():
                self.change(words, change, then=then)

        def ended() -> None:
            self._joining.discard(stop)
            if not self._joining:
                self.joining.emit(None)

        self._around.background.run(lambda: _driven(self._verbs.know_music(list(paths)), stop, self.joining.emit),
                                    then=known, failed=self._around.notices.problem, ended=ended, owner=self)

    def cancel_joining(self) -> None:
        """Tracks that are not known yet do not join."""
        for stop in self._joining:
            stop.set()

    # -- changes --
    def change(self, words: str, change: Change, lesson: Lesson | None = None,
               then: Callable[[], object] | None = None) -> None:
        """Change the mix in the background; ``words`` say what undo would take back, ``lesson`` what it teaches."""
        self._waiting.append(lambda: self._begin_change(words, change, lesson, then))
        self._next()

    def _next(self) -> None:
        while self._waiting and not self._working and self.mix is not None:
            self._waiting.pop(0)()

    def _begin_change(self, words: str, change: Change, lesson: Lesson | None,
                      then: Callable[[], object] | None) -> None:
        before, options, weights, seen = self.mix, self.options, self.learning.weights, self.picture
        if before is None:
            return
        self._working = True

        def work() -> tuple[PlannedMix, MixPicture]:
            from podmix.automix.options import MixOptions
            from podmix.automix.weights import MixWeights
            from podmix.ui.automix.picture import picture_of

            made = change(before, options or MixOptions(), weights or MixWeights())
            return made, picture_of(made, seen)

        def done(both: tuple[PlannedMix, MixPicture]) -> None:
            if self.mix is before:
                step = Step(words, before)
                self._back = [*self._back[-MOST_UNDO:], step]
                self._forth = []
                if lesson is not None:
                    what, number, kind = lesson
                    self.learning.note(before, number, what, kind, lambda event: setattr(step, "event", event))
                self._show(*both)
                if then is not None:
                    then()

        def ended() -> None:
            self._working = False
            self._around.background.run(lambda: None, then=lambda _none: self._next(), owner=self)

        self._around.background.run(work, then=done, failed=self._around.notices.problem, ended=ended, owner=self)

    def _show(self, mix: PlannedMix, picture: MixPicture) -> None:
        self.mix, self.picture = mix, picture
        self.changed.emit()
        self.edited.emit()

    def undo(self, then: Callable[[str], object] | None = None) -> None:
        """Take the last change back. One that is still being made is waited for: changes and undoings come in the
        order in which they were asked for. ``then`` gets the words of what was taken back."""
        self._waiting.append(lambda: self._taken_back(then))
        self._next()

    def redo(self, then: Callable[[str], object] | None = None) -> None:
        self._waiting.append(lambda: self._done_again(then))
        self._next()

    def _taken_back(self, then: Callable[[str], object] | None) -> None:
        step = self._step(self._back, self._forth)
        if step is not None and step.event is not None:
            self.learning.forget(step.event)
        if step is not None and then is not None:
            then(step.words)

    def _done_again(self, then: Callable[[str], object] | None) -> None:
        step = self._step(self._forth, self._back)
        if step is not None and step.event is not None:
            self.learning.again(step.event)
        if step is not None and then is not None:
            then(step.words)

    def _step(self, source: list[Step], other: list[Step]) -> Step | None:
        """Swap the mix with the last of ``source``; returns what was changed."""
        if not source or self.mix is None:
            return None
        step = source.pop()
        wanted, seen = step.mix, self.picture
        other.append(replace(step, mix=self.mix))
        self.mix = wanted

        def work() -> MixPicture:
            from podmix.ui.automix.picture import picture_of

            return picture_of(wanted, seen)

        def done(made: MixPicture) -> None:
            if self.mix is wanted:
                self._show(wanted, made)

        self._around.background.run(work, then=done, owner=self)
        return step


def _driven(steps: Generator[Progress, None, Any], stop: Event, show: Callable[[Progress], object]) -> Any:
    """The generator's result. Raises Cancelled when ``stop`` is set before its end; it is closed then."""
    shown: Progress | None = None
    try:
        while not stop.is_set():
            try:
                step = next(steps)
            except StopIteration as over:
                return over.value
            if step != shown and not stop.is_set():
                show(step)
                shown = step
    finally:
        steps.close()
    raise Cancelled
