# SPDX-License-Identifier: GPL-3.0-or-later
"""The Lab: the table of runs, and the pages that lead on from it. It knows which page is shown, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from podmix.ui.actions import Action
from podmix.ui.lab.clip_player import ClipPlayer
from podmix.ui.lab.compare_page import ComparePage
from podmix.ui.lab.doing import LabDoing
from podmix.ui.lab.lab_actions import lab_actions
from podmix.ui.lab.listening_page import ListeningPage
from podmix.ui.lab.paged import Page
from podmix.ui.lab.run_page import RunPage
from podmix.ui.lab.run_rows import RunRow
from podmix.ui.lab.runs_page import RunsPage
from podmix.ui.lab.sitting_page import SittingPage
from podmix.ui.lab.start_page import StartPage
from podmix.ui.lab.sweep_page import SweepPage
from podmix.ui.lab.sync_page import SyncPage
from podmix.ui.lab.work_strip import OwnWork
from podmix.ui.surroundings import Surroundings

Built = TypeVar("Built", bound=Page)
LIVE_MS = 2000  # how often runs are looked at while one is running


class LabScreen(QWidget):
    """Pages are turned forward by what is wanted, and back the way they came.

    They are built when the screen comes to the front for the first time: a window that starts elsewhere pays nothing.
    """

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.around = around
        self._verbs: Any = around.verbs
        self._fresh, self._active, self.is_built = True, False, False
        self._way: list[QWidget] = []
        self.setProperty("kind", "screen")
        around.ways.sync_page.connect(self._open_sync_from_elsewhere)

    def _build(self) -> None:
        """The table; each other page is built when it is first wanted."""
        around, doing = self.around, LabDoing(self.around, self)
        self.is_built = True
        self.own, self.clips, self.doing = OwnWork(around, self), ClipPlayer(around, self), doing
        self.runs = RunsPage(around, self.own)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.runs)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 0)
        column.addWidget(self.pages)
        self._look = QTimer(self)
        self._look.setInterval(LIVE_MS)
        self._look.timeout.connect(self.runs.reload)
        runs = self.runs
        for signal, do in ((runs.loaded, self._loaded), (runs.open_wanted, self.open_run),
                           (runs.compare_wanted, self.open_compare), (runs.start_wanted, self.open_start),
                           (runs.sync_wanted, self.open_sync), (runs.send_wanted, self.open_sync),
                           (runs.test_wanted, self.open_listening), (runs.sweep_wanted, self.open_sweep),
                           (runs.export_wanted, doing.ask_export), (runs.demote_wanted, doing.ask_demote),
                           (runs.promote_wanted, doing.ask_promote), (runs.report_wanted, doing.ask_report),
                           (doing.done, runs.reload), (runs.strip.ended, self._work_ended)):
            signal.connect(do)

    def _added(self, page: Built) -> Built:
        self.pages.addWidget(page)
        page.back.connect(self.go_back)
        return page

    @cached_property
    def run(self) -> RunPage:
        page, doing = self._added(RunPage(self.around, self.clips)), self.doing
        page.sweep_wanted.connect(self.open_sweep)
        page.export_wanted.connect(doing.ask_export)
        page.demote_wanted.connect(doing.ask_demote)
        page.promote_wanted.connect(doing.ask_promote)
        page.report_wanted.connect(lambda run_id: doing.ask_report([run_id]))
        return page

    @cached_property
    def compare(self) -> ComparePage:
        page = self._added(ComparePage(self.around, self.clips))
        page.report_wanted.connect(self.doing.ask_report)
        page.promote_wanted.connect(self.doing.ask_promote)
        page.open_wanted.connect(self._open_id)
        page.test_wanted.connect(self.open_listening)
        return page

    @cached_property
    def sweep(self) -> SweepPage:
        page = self._added(SweepPage(self.around))
        page.open_wanted.connect(self._open_id)
        page.compare_wanted.connect(self.compare_ids)
        page.report_wanted.connect(lambda name: self.doing.ask_report((), (name,)))
        page.more_wanted.connect(lambda sweep: self.open_start(sweep=sweep))
        return page

    @cached_property
    def start(self) -> StartPage:
        page = self._added(StartPage(self.around))
        page.started.connect(self._started)
        return page

    @cached_property
    def sync(self) -> SyncPage:
        page = self._added(SyncPage(self.around, self.own))
        page.changed.connect(self.runs.reload)
        return page

    @cached_property
    def listening(self) -> ListeningPage:
        page = self._added(ListeningPage(self.around, self.own))
        page.sit_wanted.connect(self.sit_down)
        page.imported.connect(self.runs.reload)
        return page

    @cached_property
    def sitting(self) -> SittingPage:
        page = self._added(SittingPage(self.around, self.clips))
        page.over.connect(self._sat)
        return page

    # -- which page --
    def activate(self, active: bool) -> None:
        """The screen comes to the front, or goes."""
        self._active = active
        if not self.is_built:
            if not active:
                return
            self._build()
        if active:
            self.runs.reload()
            if self.pages.currentWidget() is self.runs:
                self.runs.table.setFocus()
        elif isinstance(page := self.pages.currentWidget(), SittingPage):
            page.stand_up()
        self._watch()

    def _turn(self, page: QWidget) -> None:
        before = self.pages.currentWidget()
        if before is not page:
            self._way = [one for one in self._way if one is not page]
            if before is not None:
                self._way.append(before)
        self._show(page)

    def _show(self, page: QWidget) -> None:
        self.pages.setCurrentWidget(page)
        if page is self.runs:
            self._way.clear()
            self.runs.table.setFocus()
        else:
            page.setFocus()

    def go_back(self) -> None:
        """Escape: the page before; on the table, take the filter away."""
        page = self.pages.currentWidget()
        if page is self.runs:
            if self.runs.filter.wanted.asks_something:
                self.runs.filter.reset()
            self.runs.table.setFocus()
            return
        if isinstance(page, SittingPage):
            page.stand_up()
        self._show(self._way.pop() if self._way else self.runs)

    def show_runs(self) -> None:
        self._show(self.runs)

    # -- pages --
    def open_run(self, row: RunRow) -> None:
        self._turn(self.run)
        self.run.show_run(row)

    def _open_id(self, run_id: str) -> None:
        row = self.runs.row(run_id)
        if row is not None:
            self.open_run(row)
        else:
            self.around.notices.toast("This run is no longer here.")

    def open_compare(self, rows: Sequence[RunRow]) -> None:
        self._turn(self.compare)
        self.compare.show_runs(rows)

    def compare_ids(self, run_ids: Sequence[str]) -> None:
        rows = [row for run_id in run_ids if (row := self.runs.row(run_id)) is not None]
        if len(rows) > 1:
            self.open_compare(rows)
        else:
            self.around.notices.toast("There are not two runs to compare.")

    def open_sweep(self, name: str = "") -> None:
        self._turn(self.sweep)
        self.sweep.show_sweep(name)

    def open_start(self, *, sweep: Any = None, candidate: str = "") -> None:
        self._turn(self.start)
        self.start.open_form(tuple(self.runs.model.all_rows), sweep=sweep, candidate=candidate)

    def open_sync(self, run_ids: Sequence[str] = ()) -> None:
        self._turn(self.sync)
        self.sync.open_page(run_ids)

    def _open_sync_from_elsewhere(self) -> None:
        self.around.ways.screen.emit("lab")
        if self.is_built:
            self.open_sync()

    def open_listening(self, run_ids: Sequence[str] = ()) -> None:
        self._turn(self.listening)
        self.listening.open_page(run_ids)

    def sit_down(self, folder: Path, rater: str) -> None:
        self._turn(self.sitting)
        self.sitting.sit_down(folder, rater)

    def _sat(self, folder: Path) -> None:
        """The last question is answered: what all raters of this test said so far."""
        verbs = self._verbs
        self._way = [one for one in self._way if one is not self.listening]
        self._show(self.listening)
        self.around.notices.toast("Thank you. Your answers are kept.")
        self.around.background.run(lambda: verbs.lab.finish_sitting(folder), then=self.listening.show_result,
                                   owner=self)

    # -- news --
    def _loaded(self) -> None:
        if self._fresh and self._active and self.pages.currentWidget() is self.runs:
            self._fresh = False
            self.runs.table.setFocus()
        page = self.pages.currentWidget()
        if isinstance(page, RunPage) and page.row is not None:
            row = self.runs.row(page.row.run_id)
            if row is not None and row != page.row:
                page.refresh(row)
        self._watch()

    def _watch(self) -> None:
        """Look again and again only while something runs and somebody looks."""
        live = self.runs.strip.running or any(row.is_live for row in self.runs.model.all_rows)
        if self._active and live:
            if not self._look.isActive():
                self._look.start()
        else:
            self._look.stop()

    def _started(self, _job: int) -> None:
        self.around.notices.toast("It begins. You can go on meanwhile.")
        self._show(self.runs)
        self.runs.reload()
        self._look.start()

    def _work_ended(self) -> None:
        if isinstance(page := self.pages.currentWidget(), SweepPage):
            page.show_sweep()

    # -- keys --
    @property
    def takes_space(self) -> bool:
        """The space bar plays the clip of a listening test."""
        return self.is_built and isinstance(self.pages.currentWidget(), SittingPage)

    def toggle(self) -> None:
        self.sitting.play(0)

    def actions_here(self) -> list[Action]:
        return lab_actions(self)
