# SPDX-License-Identifier: GPL-3.0-or-later
"""One run: what it was, its figures, charts, tables, clips and files."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from podmix.ui.lab.chart_view import ChartColumn, page_frame
from podmix.ui.lab.clip_list import ClipList, HeardClip, clips_of
from podmix.ui.lab.clip_player import ClipPlayer
from podmix.ui.lab.fact_grid import FactGrid
from podmix.ui.lab.paged import Page, emptied
from podmix.ui.lab.run_rows import KINDS, RunRow, best_places, number_text, seconds_text
from podmix.ui.surroundings import Surroundings
from podmix.ui.theme import polish
from podmix.ui.widgets.buttons import IconButton, button
from podmix.ui.widgets.labels import label
from podmix.ui.wording import count_text, day_text

if TYPE_CHECKING:
    from podmix.lab.runs.types import Run, Table

TALL, SIDE_TALL, MOST_TABLES = 380, 312, 12
_SHOWN_AS_CHARTS = ("feature importance", "items")


class RunPage(Page):
    """``row`` is what the table knows of the run that is shown."""

    promote_wanted = Signal(object)  # RunRow
    demote_wanted = Signal(str)
    report_wanted = Signal(str)
    export_wanted = Signal(str)
    sweep_wanted = Signal(str)
    send_wanted = Signal(str)

    def __init__(self, around: Surroundings, clips: ClipPlayer, parent: QWidget | None = None) -> None:
        super().__init__(around, "Run", parent)
        self.row: RunRow | None = None
        self.run: Run | None = None
        self._tables: tuple[Table, ...] = ()
        theme = around.theme
        self.use = button("Use this model", kind="primary")
        self.report = button("Report…", name="Write a report of this run")
        self.export = IconButton(theme, "share", "Export this run")
        self.sweep = button("Its sweep", kind="quiet", name="See the sweep that this trial belongs to")
        for control in (self.sweep, self.report, self.export, self.use):
            self.head.addWidget(control)
        self.problem = label(kind="danger", wrap=True)
        self.config, self.figures = (FactGrid(theme, words, tall=SIDE_TALL) for words in ("Settings", "Figures"))
        self.facts_grid = FactGrid(theme, "What it was made with")
        self.charts = ChartColumn(theme)
        self.clips = ClipList(around, clips)
        self.tables = QVBoxLayout()
        self.tables.setSpacing(12)
        self._lay_out()
        self.use.clicked.connect(self._use)
        for control, signal in ((self.report, self.report_wanted), (self.export, self.export_wanted)):
            control.clicked.connect(partial(self._tell, signal))
        self.sweep.clicked.connect(self._tell_sweep)

    def _lay_out(self) -> None:
        self.body.addWidget(self.problem)
        sides = QHBoxLayout()
        sides.setSpacing(12)
        left, right = QVBoxLayout(), QVBoxLayout()
        for column, words, grid in ((left, "Figures", self.figures), (right, "Settings", self.config)):
            column.addWidget(_framed(words, grid))
            column.addStretch(1)
            sides.addLayout(column, 1)
        self.body.addWidget(self.clips)
        self.body.addLayout(sides)
        self.body.addWidget(self.charts)
        self.body.addWidget(_framed("Made with", self.facts_grid))
        self.body.addLayout(self.tables)
        self.body.addStretch(1)

    # -- what is shown --
    def show_run(self, row: RunRow) -> None:
        """Read the run's record, and show it."""
        fresh = self.row is None or self.row.run_id != row.run_id
        self.row = row
        self.title.set_text(row.name)
        verbs, run_id = self.verbs, row.run_id

        def work() -> tuple[Any, list[tuple[str, str]], list[HeardClip], frozenset[str]]:
            lab = verbs.lab
            run = lab.run(run_id)
            return run, lab.run_charts(run_id), clips_of([run]), lab.lower_is_better()

        self.ask(work, lambda found: self._show(*found), loading="Reading the run" if fresh else "",
                 again=lambda: self.show_run(row))

    def refresh(self, row: RunRow) -> None:
        """News of the run that is shown: marks at once, the record anew while it runs."""
        before, self.row = self.row, row
        self._say()
        if row.is_live or (before is not None and before.is_live):
            self.show_run(row)

    def _show(self, run: Run, charts: list[tuple[str, str]], clips: list[HeardClip], lower: frozenset[str]) -> None:
        from podmix.lab.runs.comparing import flat

        self.run = run
        self.config.show_rows(("Setting", "Value"), sorted(flat(run.manifest.config).items()))
        self.figures.show_rows(("Figure", "Value"), list(flat(run.summary).items()))
        self.facts_grid.show_rows(("", ""), _facts(run))
        self.charts.show_charts(charts)
        self.clips.show_clips(clips)
        if run.tables != self._tables:
            self._tables = run.tables
            self._show_tables(run, lower)
        self._say()
        self.show_body()

    def _show_tables(self, run: Run, lower: frozenset[str]) -> None:
        emptied(self.tables)
        for table in [one for one in run.tables if one.name not in _SHOWN_AS_CHARTS][:MOST_TABLES]:
            grid = FactGrid(self.around.theme, table.name, tall=TALL)
            grid.show_rows(table.columns, table.rows, _best_scores(table, lower))
            self.tables.addWidget(_framed(f"{table.name[:1].upper()}{table.name[1:]}", grid))

    def _say(self) -> None:
        row = self.row
        if row is None:
            return
        day = day_text(datetime.fromtimestamp(row.started, UTC), datetime.now(UTC))
        figure = f"{row.figure} {number_text(row.value)}" if row.figure else ""
        parts = (row.status, KINDS.get(row.kind, row.kind), figure, day, seconds_text(row.seconds), row.sync,
                 "in use" if row.promoted else "")
        self.facts.set_text(" · ".join(filter(None, parts)))
        self.problem.setText(row.problem)
        self.problem.setVisible(bool(row.problem))
        self.use.setText("Stop using it" if row.promoted else "Use this model")
        self.use.setAccessibleName(f"Go back to the shipped {row.model}" if row.promoted else
                                   f"Use the {row.model} of this run")
        self.use.setProperty("kind", "" if row.promoted else "primary")
        polish(self.use)
        self.use.setVisible(row.promoted or row.can_promote)
        self.sweep.setVisible(bool(row.group) and row.kind == "trial")

    def _tell(self, signal: Any, _checked: bool = False) -> None:
        if self.row is not None:
            signal.emit(self.row.run_id)

    def _tell_sweep(self) -> None:
        if self.row is not None:
            self.sweep_wanted.emit(self.row.group)

    def _use(self) -> None:
        if self.row is not None and self.row.promoted:
            self.demote_wanted.emit(self.row.model)
        elif self.row is not None:
            self.promote_wanted.emit(self.row)


def _framed(words: str, grid: FactGrid) -> QWidget:
    frame = page_frame()
    column = QVBoxLayout(frame)
    column.setContentsMargins(12, 12, 12, 8)
    column.setSpacing(4)
    column.addWidget(label(words, kind="strong"))
    column.addWidget(grid)
    return frame


def _facts(run: Run) -> list[tuple[str, str]]:
    manifest = run.manifest
    code = str(manifest.code.get("commit", ""))[:10]
    changed = manifest.code.get("changed_files", 0)
    files = manifest.data.get("files", {})
    data = str(manifest.data.get("sha256", ""))[:10]
    made = [("run", run.run_id), ("seed", str(manifest.seed)),
            ("code", f"{code}, {count_text(int(changed), 'file')} changed" if changed else code),
            ("data", f"{data}, {count_text(len(files), 'file')}" if data else ""),
            ("settings' hash", manifest.config_sha256[:16]), ("attempts", str(run.attempts)),
            ("machine", " ".join(str(part) for part in manifest.machine.values())),
            *((f"{artifact.kind} {artifact.name}", ", ".join(artifact.files)) for artifact in run.artifacts)]
    if run.system:
        most = max(float(row.get("rss_mb", 0.0)) for row in run.system)
        made.append(("memory at most", f"{most:.0f} MB"))
    return [(name, value) for name, value in made if value]


def _best_scores(table: Table, lower: frozenset[str]) -> set[tuple[int, int]]:
    """In an evaluation's table, the best system of each metric and slice."""
    if not {"slice", "metric", "value"} <= set(table.columns):
        return set()
    at, metric, part = (table.columns.index(name) for name in ("value", "metric", "slice"))
    groups: dict[tuple[str, str], list[int]] = {}
    for number, row in enumerate(table.rows):
        groups.setdefault((str(row[metric]), str(row[part])), []).append(number)
    found: set[tuple[int, int]] = set()
    for (name, _), numbers in groups.items():
        found |= {(numbers[place], at) for place in best_places(name, [table.rows[one][at] for one in numbers], lower)}
    return found
