# SPDX-License-Identifier: GPL-3.0-or-later
"""From what shall be mixed to the mix: the faces of the Automix screen while it is planned, and when it cannot be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QStackedWidget, QWidget

from podmix.app.interface import Verbs
from podmix.errors import PodMixError
from podmix.progress import Progress
from podmix.ui.automix.desk import MixDesk
from podmix.ui.automix.start_page import Source, StartPage, paths_of
from podmix.ui.playing import ENGINE_RATE
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.empty import EmptyState
from podmix.ui.widgets.labels import ElidedLabel


class Planning:
    """Mixed into the screen, which has the parts that are named here."""

    around: Surroundings
    desk: MixDesk
    start: StartPage
    body: QStackedWidget
    waiting: QWidget
    mixing: QWidget
    trouble: EmptyState
    title: ElidedLabel
    facts: ElidedLabel
    wait_words: QLabel
    wait_note: QLabel
    bar: QProgressBar
    stop: QPushButton
    _verbs: Verbs
    _turn: Callable[[QWidget], None]
    _name = ""
    _again: partial[None] | None = None

    def take(self, paths: Sequence[str], name: str = "") -> None:
        """Tracks from elsewhere: they wait on the start page, chosen."""
        if paths:
            self.start.take([str(path) for path in paths], name)
            self._turn(self.start)
            self.start.go.setFocus()

    def plan(self, source: Source) -> None:
        """Plan a mix of a source with the wishes of the start page."""
        self._name = source.name
        self._again = partial(self.plan, source)
        # At the engine's rate: then the rendered file is what was heard, sample for sample.
        wishes = self.start.wishes() | {"title": source.name[:80], "sample_rate": ENGINE_RATE}
        if not source.playlist:
            self.desk.plan_anew(source.paths, **wishes)
            return

        def begin(paths: Sequence[str]) -> None:
            if paths:
                self.desk.plan_anew(paths, **wishes)
            else:
                self._failed(PodMixError(f"There is nothing to play in “{source.name}”.",
                                         remedy="Put tracks into it, or choose another one."))

        self.around.background.run(lambda: paths_of(self._verbs, source), then=begin,
                                   failed=self._failed, owner=self.desk)

    def open_plan(self, path: Path) -> None:
        self._name, self._again = path.stem, partial(self.open_plan, path)
        self.desk.open_plan(path)

    def cancel(self) -> None:
        self.desk.cancel()
        self._turn(self.start if self.desk.mix is None else self.mixing)

    def _planning(self, on: bool) -> None:
        if on:
            self.title.set_text(self._name or "Automix")
            self.facts.set_text("")
            self.wait_words.setText("Getting to know the tracks")
            self.wait_note.setText("")
            self.bar.setRange(0, 0)
            self._turn(self.waiting)
            self.stop.setFocus()

    def _progressed(self, step: Progress) -> None:
        if self.desk.is_planning:
            self.wait_words.setText("Planning the mix" if step.stage == "plan" else "Getting to know the tracks")
            self.wait_note.setText(step.note)
            self.bar.setRange(0, 1000 if step.fraction is not None else 0)
            self.bar.setValue(round(1000 * (step.fraction or 0.0)))

    def _failed(self, error: PodMixError) -> None:
        self.trouble.say("alert", error.message, error.remedy, "Try again" if self._again else "Choose something else")
        self._turn(self.trouble)
        self.trouble.button.setFocus()
