# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's first page: what may be done, what is under way, the table of runs, and what to do with the chosen ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from podmix.errors import PodMixError
from podmix.ui import icons
from podmix.ui.lab.run_filter import RunFilter
from podmix.ui.lab.run_model import RunModel
from podmix.ui.lab.run_rows import RunRow, rows_of
from podmix.ui.lab.run_table import RunTable
from podmix.ui.lab.work_strip import OwnWork, WorkStrip
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.buttons import IconButton, button
from podmix.ui.widgets.empty import EmptyState
from podmix.ui.widgets.labels import ElidedLabel, label
from podmix.ui.wording import count_text

if TYPE_CHECKING:
    from podmix.lab.sync.consent import Consent

FIRST = ("There are no runs yet", "Train a model or measure one here. Everything that happens is kept on this machine.")


class RunsPage(QWidget):
    """``loaded`` when the rows are there. What is wanted of runs is told by signals with rows or ids."""

    loaded = Signal()
    open_wanted = Signal(object)  # RunRow
    compare_wanted = Signal(object)  # rows
    promote_wanted = Signal(object)
    demote_wanted = Signal(str)
    report_wanted = Signal(object)  # ids
    export_wanted = Signal(str)
    test_wanted = Signal(object)
    sweep_wanted = Signal(str)
    start_wanted = Signal()
    sync_wanted = Signal()
    send_wanted = Signal(object)
    import_wanted = Signal()

    def __init__(self, around: Surroundings, own: OwnWork, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.around = around
        self._verbs: Any = around.verbs
        theme = around.theme
        self.consent: Consent | None = None
        self.broken: tuple[str, ...] = ()
        self._known = False
        self.title, self.facts = label("Lab", kind="title"), ElidedLabel(kind="soft")
        self.sweeps, self.start = button("Sweeps"), button("Start…", kind="primary", name="Train or measure something")
        self.sync = button("Weights & Biases".replace("&", "&&"), name="Weights & Biases")
        self.tests = button("Listening test…", name="Make, take or import a listening test")
        self.filter, self.strip = RunFilter(), WorkStrip(around, own)
        self.model = RunModel(self)
        self.table = RunTable(theme, self.model)
        self.body = QStackedWidget()
        self.empty = EmptyState(theme, "lab", "")
        self.warning = label(kind="danger", wrap=True)
        self.renewing = QFrame()
        self.old_cues: tuple[int, ...] = ()
        self._renewed: set[int] = set()  # asked for already; the job may take long
        self.renew_words, self.renew = label(wrap=True), button("Analyse them again", name="Find the cues anew")
        self.bar = QFrame()
        self.count = label(kind="soft")
        self.compare, self.open = button("Compare", name="Compare the chosen runs"), button("Open")
        self.use = button("Use this model")
        self.report = button("Report…", name="Write a report of the chosen runs")
        self.more = IconButton(theme, "more", "More for the chosen runs")
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.title)
        top.addSpacing(4)
        top.addWidget(self.facts, 1)
        for control in (self.sync, self.tests, self.sweeps, self.start):
            top.addWidget(control)
        self.bar.setProperty("kind", "card")
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(16, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(self.count, 1)
        for act in (self.open, self.compare, self.report, self.use, self.more):
            row.addWidget(act)
        menu = QMenu(self.more)
        menu.addAction(" ")
        menu.aboutToShow.connect(lambda: self._fill_more(menu))
        self.more.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(menu)
        self.body.addWidget(self.empty)
        self.body.addWidget(self.table)
        self.warning.hide()
        self.renewing.setProperty("kind", "card")
        line = QHBoxLayout(self.renewing)
        line.setContentsMargins(16, 6, 8, 6)
        line.addWidget(self.renew_words, 1)
        line.addWidget(self.renew)
        self.renewing.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 12)
        column.setSpacing(10)
        column.addLayout(top)
        column.addWidget(self.warning)
        column.addWidget(self.renewing)
        column.addWidget(self.strip)
        column.addWidget(self.filter)
        column.addWidget(self.body, 1)
        column.addWidget(self.bar)
        self.bar.hide()
        self.filter.hide()
        self.empty.say("clock", "Reading the runs")

    def _wire(self) -> None:
        table = self.table
        self.filter.changed.connect(self._want)
        self.filter.left.connect(self._to_table)
        table.sort_wanted.connect(self.sort)
        table.acted.connect(self.act)
        table.menu_wanted.connect(self._menu)
        table.chosen_changed.connect(self._show_bar)
        self.strip.ended.connect(self.reload)
        self.renew.clicked.connect(self.renew_cues)
        self.start.clicked.connect(self.start_wanted)
        self.sync.clicked.connect(self.sync_wanted)
        self.sweeps.clicked.connect(lambda: self.sweep_wanted.emit(""))
        self.tests.clicked.connect(lambda: self.test_wanted.emit(table.chosen))
        self.empty.acted.connect(self._empty_acted)
        for control, what in ((self.open, "open"), (self.compare, "compare"), (self.report, "report"),
                              (self.use, "promote")):
            control.clicked.connect(lambda _checked=False, what=what: self.act(what))

    # -- what there is --
    def reload(self) -> None:
        """Read the runs again; nothing on the screen jumps."""
        verbs = self._verbs

        def work() -> tuple[list[RunRow], Any, list[str], list[int]]:
            lab = verbs.lab
            heads, consent = lab.runs(), lab.consent()
            models = {head.manifest.subject for head in heads if head.manifest.kind in ("train", "trial")}
            used = {model: found.run_id for model in models if (found := lab.promoted(model)) is not None}
            place = (consent.host, consent.entity, consent.project) if consent.runs else None
            rows = rows_of(heads, used, lab.lower_is_better(), place)
            return rows, consent, lab.broken_models(), verbs.cues_to_renew()

        self.around.background.run(work, then=lambda found: self._show(*found), failed=self._failed, owner=self,
                                    key="lab runs")

    def _show(self, rows: list[RunRow], consent: Consent, broken: list[str], old_cues: Sequence[int]) -> None:
        held, bar = self.table.chosen, self.table.verticalScrollBar()
        stood = bar.value()
        self._known, self.consent, self.broken = True, consent, tuple(broken)
        self.filter.show_rows(rows)
        if self.model.set_rows(rows) and held:
            self.table.choose(held)
        bar.setValue(stood)
        self.table.fit(self.width())
        self.warning.setText("\n".join(broken))
        self.warning.setVisible(bool(broken))
        self._show_old_cues(tuple(old_cues))
        self._say()
        self.loaded.emit()

    def _show_old_cues(self, tracks: tuple[int, ...]) -> None:
        tracks = tuple(track for track in tracks if track not in self._renewed)
        self.old_cues = tracks
        self.renew_words.setText(f"The cues of {count_text(len(tracks), 'track')} were found by another model than the "
                                 "one in use. Cues that you set yourself stay as they are.")
        self.renewing.setVisible(bool(tracks))

    def renew_cues(self) -> None:
        """Queue it: the job goes on when the window is closed."""
        verbs, tracks = self._verbs, self.old_cues
        self.renewing.hide()
        self._renewed |= set(tracks)

        def then(_job: object) -> None:
            self.around.notices.toast("The cues are found anew, beside all else. The job list shows how far it is.")

        self.around.background.run(lambda: verbs.analyse_music(tracks, again=True, kinds=("cues",)), then=then,
                                   owner=self)

    def _failed(self, error: PodMixError) -> None:
        self.empty.say("alert", error.message, error.remedy, "Try again")
        self.body.setCurrentWidget(self.empty)

    def _say(self) -> None:
        rows, shown = self.model.all_rows, len(self.model.shown)
        live = sum(row.is_live for row in rows)
        count = count_text(len(rows), "run") if shown == len(rows) else f"{shown} of {count_text(len(rows), 'run')}"
        used = [row.model for row in rows if row.promoted]
        self.facts.set_text(" · ".join(filter(None, (
            count if rows else "", f"{live} running" if live else "",
            f"in use: {', '.join(used)}" if used else ""))))
        sending = self.consent is not None and (self.consent.runs or self.consent.usage)
        self.sync.setText(("Weights & Biases: on" if sending else "Weights & Biases: off").replace("&", "&&"))
        self.sync.setAccessibleName(self.sync.text().replace("&&", "&"))
        self.filter.setVisible(bool(rows))
        if shown:
            self.body.setCurrentWidget(self.table)
        elif rows:
            self.empty.say("search", "No run is like that", "Take a filter away, or search for other words.",
                           "Clear filters")
            self.body.setCurrentWidget(self.empty)
        elif self._known:
            self.empty.say("lab", *FIRST, "Start…")
            self.body.setCurrentWidget(self.empty)
        self._show_bar()

    def _empty_acted(self) -> None:
        match self.empty.button.text():
            case "Clear filters":
                self.filter.reset()
            case "Try again":
                self.reload()
            case _:
                self.start_wanted.emit()

    # -- order and choice --
    def sort(self, column: str, descending: bool) -> None:
        held = self.table.chosen
        self.model.sort_by(column, descending=descending)
        self.table.show_sorting()
        self.table.choose(held)

    def _want(self) -> None:
        held = self.table.chosen
        self.model.want(self.filter.wanted)
        self.table.choose(held)
        self._say()

    def _to_table(self) -> None:
        if self.model.shown and not self.table.chosen:
            self.table.choose([self.model.shown[0].run_id])
        self.table.setFocus()

    @property
    def chosen(self) -> list[RunRow]:
        return [self.model.shown[self.model.row_of(run_id)] for run_id in self.table.chosen]

    def row(self, run_id: str) -> RunRow | None:
        return next((row for row in self.model.all_rows if row.run_id == run_id), None)

    def _show_bar(self) -> None:
        rows = self.chosen
        self.bar.setVisible(bool(rows))
        if not rows:
            return
        one = rows[0] if len(rows) == 1 else None
        self.count.setText(f"“{one.name[:48]}”" if one is not None else f"{len(rows)} runs are chosen")
        self.open.setVisible(one is not None)
        self.compare.setVisible(one is None)
        self.use.setVisible(one is not None and (one.can_promote or one.promoted))
        if one is not None:
            self.use.setText("Stop using it" if one.promoted else "Use this model")
            self.use.setAccessibleName(f"{self.use.text()}: {one.name}")
            self.open.setAccessibleName(f"Open {one.name}")

    # -- doing --
    def act(self, what: str) -> None:
        """open, compare, promote or report: the chosen runs."""
        rows = self.chosen
        if not rows:
            return
        match what:
            case "open" if len(rows) == 1:
                self.open_wanted.emit(rows[0])
            case "open" | "compare":
                if len(rows) > 1:
                    self.compare_wanted.emit(rows)
                else:
                    self.around.notices.toast("Choose two runs or more to compare them.")
            case "promote":
                current = rows[0]
                if current.promoted:
                    self.demote_wanted.emit(current.model)
                else:
                    self.promote_wanted.emit(current)
            case "report":
                self.report_wanted.emit([row.run_id for row in rows])

    def _fill_more(self, menu: QMenu) -> None:
        menu.clear()
        rows, tint = self.chosen, self.around.theme.tokens.soft
        ids = [row.run_id for row in rows]

        def entry(icon: str, words: str, do: Any) -> None:
            menu.addAction(icons.icon(icon, tint), words).triggered.connect(lambda _checked=False: do())

        if len(rows) == 1:
            entry("share", "Export…", lambda: self.export_wanted.emit(ids[0]))
            if rows[0].group and rows[0].kind == "trial":
                entry("lab", "Its sweep", lambda: self.sweep_wanted.emit(rows[0].group))
            if rows[0].group:
                entry("list", "Show only its group", lambda: self.filter.choose("groups", rows[0].group))
        entry("volume", "Listening test…", lambda: self.test_wanted.emit(ids))
        entry("share", "Send to Weights && Biases…", lambda: self.send_wanted.emit(ids))

    def _menu(self, place: QPoint) -> None:
        rows = self.chosen
        if not rows:
            return
        menu, tint = QMenu(self), self.around.theme.tokens.soft
        self._fill_more(menu)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        first = menu.actions()[0]
        use = "Stop using it" if rows[0].promoted else "Use this model"
        for icon, words, what in (("lab", "Open", "open"), ("list", "Compare", "compare"),
                                  ("quote", "Report…", "report"), ("star", use, "promote")):
            if (what == "compare") == (len(rows) > 1) or what == "report":
                made = menu.addAction(icons.icon(icon, tint), words)
                made.triggered.connect(lambda _checked=False, what=what: self.act(what))
                menu.insertAction(first, made)
        menu.popup(place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.table.fit(self.width())
        self.tests.setVisible(self.width() >= 760)
