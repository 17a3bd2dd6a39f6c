# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done with runs: a model put in use and taken back, reports, exports. Every promotion can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from podmix.ui.lab.run_rows import RunRow, delta_text, number_text
from podmix.ui.podcasts.dialogs import Question
from podmix.ui.surroundings import Surroundings

REPORTS = "Page (*.html);;Markdown (*.md)"
EXPORTS = "Everything (*.zip);;Record (*.json);;History (*.csv)"
WORKS_IN = {"cue-points": "Cue points of tracks that are analysed from now on come from it.",
            "preview-ranker": "Previews that are made from now on are chosen by it.",
            "taste": "The order of the preview feed follows from it at once."}


class LabDoing(QObject):
    """``done`` when something changed that the table shows."""

    done = Signal()

    def __init__(self, around: Surroundings, host: QWidget) -> None:
        super().__init__(host)
        self._around, self._host = around, host
        self._verbs: Any = around.verbs
        self.asked: Question | None = None

    # -- models in use --
    def ask_promote(self, row: RunRow) -> None:
        """Say what it means, then do it."""
        if not row.can_promote:
            why = "It has not finished." if row.status != "finished" else "It made no model."
            self._around.notices.toast(f"“{row.name}” cannot be put in use. {why}")
            return
        figure = f"Its {row.figure} is {number_text(row.value)}" if row.figure else "It has no figure"
        against = f", {delta_text(row)} against the model in use." if row.delta is not None else "."
        worse = " It is worse than the one in use." if row.better is False else ""
        text = f"{figure}{against}{worse} {WORKS_IN.get(row.model, '')} You can go back at any time."
        question = Question(self._around.theme, f"Use the {row.model} of “{row.name}”?", text, "Use it", self._host)
        question.accepted.connect(partial(self.promote, row.run_id))
        self._open(question)

    def promote(self, run_id: str) -> None:
        lab = self._lab
        self._around.background.run(lambda: lab().promote(run_id), then=self._promoted, owner=self)

    def _promoted(self, made: Any) -> None:
        self.done.emit()
        undo = partial(self.promote, made.previous) if made.previous else partial(self.demote, made.model, told=False)
        self._around.notices.toast(f"{made.model} is now the model of the run {made.run_id[-6:]}.", undo=undo)

    def ask_demote(self, model: str) -> None:
        question = Question(self._around.theme, f"Go back to the shipped {model}?",
                            "The promoted model is no longer used. Its run stays, and can be promoted again.",
                            "Go back", self._host)
        question.accepted.connect(partial(self.demote, model))
        self._open(question)

    def demote(self, model: str, *, told: bool = True) -> None:
        lab = self._lab

        def work() -> tuple[Any, bool]:
            before = lab().promoted(model)
            return before, lab().demote(model)

        def then(found: tuple[Any, bool]) -> None:
            before, was = found
            self.done.emit()
            if told:
                again = partial(self.promote, before.run_id) if before is not None and was else None
                self._around.notices.toast(f"The shipped {model} is in use.", undo=again)

        self._around.background.run(work, then=then, owner=self)

    # -- files --
    def ask_report(self, run_ids: Sequence[str], sweeps: Sequence[str] = ()) -> None:
        if run_ids or sweeps:
            name = f"report {sweeps[0]}" if sweeps else f"report {run_ids[0]}"
            self._ask_file("Report", name, REPORTS, partial(self.report, tuple(run_ids), tuple(sweeps)))

    def report(self, run_ids: Sequence[str], sweeps: Sequence[str], target: Path) -> None:
        lab = self._lab
        self._write(lambda: lab().report(list(run_ids), target, sweeps=list(sweeps)), target)

    def ask_export(self, run_id: str) -> None:
        self._ask_file("Export the run", run_id, EXPORTS, partial(self.export, run_id))

    def export(self, run_id: str, target: Path) -> None:
        lab = self._lab
        self._write(lambda: lab().export_run(run_id, target), target)

    # -- inside --
    def _lab(self) -> Any:
        return self._verbs.lab

    def _open(self, question: Question) -> None:
        self.asked = question
        question.open()

    def _write(self, work: Callable[[], object], target: Path) -> None:
        self._around.background.run(
            work, then=lambda _path: self._around.notices.toast(f"Wrote “{target.name}”."), owner=self)

    def _ask_file(self, words: str, name: str, filters: str, then: Callable[[Path], object]) -> None:
        first = filters.split("*.", 1)[1].split(")", 1)[0]
        dialog = QFileDialog(self._host, words, str(Path.home() / f"{name}.{first}"), filters)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(first)
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(chosen.rsplit("*.", 1)[-1].rstrip(")")))
        dialog.fileSelected.connect(lambda place: then(Path(place)))
        dialog.open()
