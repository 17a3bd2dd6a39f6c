# SPDX-License-Identifier: GPL-3.0-or-later
"""A sweep: what mattered, all trials as parallel coordinates, and a table of them, best first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from podmix.ui import icons
from podmix.ui.lab.chart_view import ChartColumn, page_frame
from podmix.ui.lab.fact_grid import FactGrid
from podmix.ui.lab.paged import Page
from podmix.ui.lab.run_rows import number_text
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.buttons import button
from podmix.ui.widgets.labels import label
from podmix.ui.wording import count_text

if TYPE_CHECKING:
    from podmix.lab.sweeps.study import Sweep

TALL = 420


class SweepPage(Page):
    """``name`` is the sweep that is shown."""

    open_wanted = Signal(str)
    compare_wanted = Signal(object)  # run ids
    report_wanted = Signal(str)
    more_wanted = Signal(object)  # Sweep: go on with it

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, "Sweep", parent)
        self.name = ""
        self.sweep: Sweep | None = None
        self.choice = QComboBox()
        self.choice.setAccessibleName("Which sweep")
        self.choice.setMinimumWidth(180)
        self.best, self.report = button("Best three", name="Compare the best three trials"), button("Report…")
        self.more = button("More trials…", name="Go on with this sweep")
        for control in (self.choice, self.more, self.best, self.report):
            self.head.addWidget(control)
        self.charts = ChartColumn(around.theme)
        self.trials = FactGrid(around.theme, "Trials, best first", tall=TALL)
        self.trials.setAccessibleDescription("Enter opens the trial's run")
        frame = page_frame()
        column = QVBoxLayout(frame)
        column.setContentsMargins(12, 12, 12, 8)
        top = QHBoxLayout()
        top.addWidget(label("Trials", kind="strong"), 1)
        column.addLayout(top)
        column.addWidget(self.trials)
        self.body.addWidget(self.charts)
        self.body.addWidget(frame)
        self.body.addStretch(1)
        self.choice.activated.connect(lambda _at: self.show_sweep(self.choice.currentText()))
        self.best.clicked.connect(self._compare_best)
        self.report.clicked.connect(lambda: self.report_wanted.emit(self.name))
        self.more.clicked.connect(lambda: self.more_wanted.emit(self.sweep))
        self.trials.cellDoubleClicked.connect(lambda row, _column: self._open(row))
        self.trials.itemActivated.connect(lambda item: self._open(item.row()))
        self.trials.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.trials.customContextMenuRequested.connect(self._menu)

    def show_sweep(self, name: str = "") -> None:
        """This sweep, else the one from before, else the newest."""
        verbs, wanted = self.verbs, name or self.name

        def work() -> tuple[list[str], Any, Any]:
            lab = verbs.lab
            names = lab.sweeps()
            chosen = wanted if wanted in names else names[-1] if names else ""
            return (names, lab.read_sweep(chosen), lab.sweep_charts(chosen)) if chosen else (names, None, [])

        self.ask(work, lambda found: self._show(*found), loading="Reading the sweep",
                 again=lambda: self.show_sweep(name))

    def _show(self, names: list[str], sweep: Sweep | None, charts: list[tuple[str, str]]) -> None:
        self.sweep = sweep
        self.choice.clear()
        self.choice.addItems(names)
        for control in (self.choice, self.best, self.report, self.more):
            control.setVisible(sweep is not None)
        if sweep is None:
            self.title.set_text("Sweeps")
            self.facts.set_text("")
            self.show_nothing("lab", "There is no sweep yet", "A sweep trains one model with many settings and tells "
                                                             "which of them matter. “Start” begins one.")
            return
        self.name = sweep.name
        self.choice.setCurrentText(sweep.name)
        done = [trial for trial in sweep.trials if trial.score is not None]
        self.title.set_text(sweep.name)
        best = f"best {number_text(done[0].score)}" if done else "nothing finished"
        kinds = {str(trial.params.get("kind")) for trial in done if "kind" in trial.params}
        self.facts.set_text(" · ".join(filter(None, (
            sweep.model, count_text(len(sweep.trials), "trial"), best,
            count_text(len(kinds), "kind of model", "kinds of models") if kinds else ""))))
        self.charts.show_charts(charts)
        self._fill(sweep)
        self.show_body()

    def _fill(self, sweep: Sweep) -> None:
        names = varied([trial.params for trial in sweep.trials])
        rows = [(at + 1, trial.score if trial.score is not None else "failed",
                 *(trial.params.get(name) for name in names), trial.run_id[-6:])
                for at, trial in enumerate(sweep.trials)]
        heads = [name.removeprefix("use_") for name in names]
        self.trials.show_rows(("", "score", *heads, "run"), rows, {(0, 1)} if sweep.best is not None else ())

    def _open(self, row: int) -> None:
        if self.sweep is not None and 0 <= row < len(self.sweep.trials) and self.sweep.trials[row].run_id:
            self.open_wanted.emit(self.sweep.trials[row].run_id)

    def _compare_best(self) -> None:
        if self.sweep is not None:
            seen: dict[float, str] = {}
            for trial in self.sweep.trials:
                if trial.score is not None:
                    seen.setdefault(trial.score, trial.run_id)
            self.compare_wanted.emit(list(seen.values())[:3])

    def _menu(self, place: Any) -> None:
        rows = sorted({index.row() for index in self.trials.selectedIndexes()})
        if self.sweep is None or not rows:
            return
        tint, menu = self.around.theme.tokens.soft, QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(icons.icon("lab", tint), "Open").triggered.connect(lambda: self._open(rows[0]))
        if len(rows) > 1:
            runs = [self.sweep.trials[row].run_id for row in rows]
            menu.addAction(icons.icon("list", tint), "Compare").triggered.connect(
                lambda: self.compare_wanted.emit(runs))
        menu.popup(self.trials.viewport().mapToGlobal(place))


def varied(params: list[Mapping[str, Any]]) -> list[str]:
    """Parameters that are not the same in all trials, in their order."""
    names = dict.fromkeys(name for one in params for name in one)
    return [name for name in names if len({str(one.get(name)) for one in params}) > 1]
