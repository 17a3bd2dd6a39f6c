# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs or more side by side: where their settings differ, their figures with the best one marked, their curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from podmix.ui.lab.chart_view import ChartColumn, page_frame
from podmix.ui.lab.clip_list import ClipList, clips_of
from podmix.ui.lab.clip_player import ClipPlayer
from podmix.ui.lab.fact_grid import FactGrid
from podmix.ui.lab.paged import Page, emptied
from podmix.ui.lab.run_rows import RunRow, best_places, delta_text
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.buttons import button, literal
from podmix.ui.widgets.labels import label
from podmix.ui.wording import count_text

if TYPE_CHECKING:
    from podmix.lab.runs.comparing import Comparison

MOST = 12


class ComparePage(Page):
    """``rows`` are the runs that are compared, in the order of the table."""

    open_wanted = Signal(str)
    report_wanted = Signal(object)  # run ids
    test_wanted = Signal(object)
    promote_wanted = Signal(object)  # RunRow

    def __init__(self, around: Surroundings, clips: ClipPlayer, parent: QWidget | None = None) -> None:
        super().__init__(around, "Compare", parent)
        self.rows: tuple[RunRow, ...] = ()
        self.report = button("Report…", name="Write a report of these runs")
        self.test = button("Listening test…", name="Let people compare the clips of these runs")
        self.use = button("Use the best", kind="primary", name="Put the best of these models in use")
        for control in (self.test, self.report, self.use):
            self.head.addWidget(control)
        self.note = label(kind="soft", wrap=True)
        self.names = QHBoxLayout()
        self.names.setSpacing(8)
        self.opens: list[QPushButton] = []
        self.config = FactGrid(around.theme, "Where the settings differ")
        self.figures = FactGrid(around.theme, "Figures side by side")
        self.charts, self.clips = ChartColumn(around.theme), ClipList(around, clips)
        self.body.addLayout(self.names)
        self.body.addWidget(self.note)
        self.body.addWidget(self.clips)
        self._config_frame = self._framed("Where their settings differ", self.config)
        self._framed("Figures", self.figures)
        self.body.addWidget(self.charts)
        self.body.addStretch(1)
        self.report.clicked.connect(lambda: self.report_wanted.emit(self.run_ids))
        self.test.clicked.connect(lambda: self.test_wanted.emit(self.run_ids))
        self.use.clicked.connect(self._use)

    @property
    def run_ids(self) -> list[str]:
        return [row.run_id for row in self.rows]

    def _framed(self, words: str, grid: FactGrid) -> QWidget:
        frame = page_frame()
        column = QVBoxLayout(frame)
        column.setContentsMargins(12, 12, 12, 8)
        column.setSpacing(4)
        column.addWidget(label(words, kind="strong"))
        column.addWidget(grid)
        self.body.addWidget(frame)
        return frame

    def show_runs(self, rows: Sequence[RunRow]) -> None:
        """Compare these; at most ``MOST``."""
        self.rows = tuple(rows[:MOST])
        self.title.set_text(f"{count_text(len(self.rows), 'run')} side by side")
        self.facts.set_text(", ".join(dict.fromkeys(row.model for row in self.rows)))
        words, verbs = [row.run_id for row in self.rows], self.verbs

        def work() -> tuple[Any, ...]:
            lab = verbs.lab
            return (lab.compare_runs(words), lab.compare_charts(words), clips_of([lab.run(word) for word in words]),
                    lab.lower_is_better())

        self.ask(work, lambda found: self._show(*found), loading="Reading the runs",
                 again=lambda: self.show_runs(rows))

    def _show(self, made: Comparison, charts: Any, clips: Any, lower: frozenset[str]) -> None:
        heads = [f"{at + 1}" for at in range(len(made.names))]
        emptied(self.names)
        self.opens = []
        for at, row in enumerate(self.rows):
            control = button(literal(f"{at + 1}  {row.name}"), name=f"Open {row.name}")
            control.setToolTip("in use" if row.promoted else delta_text(row))
            control.clicked.connect(lambda _checked=False, run_id=row.run_id: self.open_wanted.emit(run_id))
            self.opens.append(control)
            self.names.addWidget(control, 1)
        self.config.show_rows(("Setting", *heads), [(name, *row) for name, row in made.config.items()])
        self._config_frame.setVisible(bool(made.config))
        figures = list(made.summary.items())
        best = {(at, 1 + place) for at, (name, row) in enumerate(figures) for place in best_places(name, row, lower)}
        self.figures.show_rows(("Figure", *heads), [(name, *row) for name, row in figures], best)
        self.charts.show_charts(charts)
        self.clips.show_clips(clips)
        notes = [] if made.config else ["Their settings are the same."]
        notes += [] if made.same_data else ["They were made of different data: figures cannot be compared one to one."]
        notes += [] if made.same_code else ["The program changed between them."]
        self.note.setText(" ".join(notes))
        self.note.setVisible(bool(notes))
        self.use.setVisible(self._best() is not None)
        self.test.setVisible(len({clip.label for clip in clips}) > 1)
        self.show_body()

    def _best(self) -> RunRow | None:
        """The best of the runs that can be put in use, where they are of one model."""
        able = [row for row in self.rows if row.can_promote and row.value is not None]
        if len({row.model for row in self.rows}) != 1 or len(able) < 2:
            return None
        best = max(able, key=lambda row: row.value or 0.0)
        return None if best.promoted else best

    def _use(self) -> None:
        best = self._best()
        if best is not None:
            self.promote_wanted.emit(best)
