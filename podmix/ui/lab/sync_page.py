# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights & Biases: two switches, both off; what would be sent, to the byte, before it is; and back in one click."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from podmix.errors import PodMixError
from podmix.ui.lab.chart_view import page_frame
from podmix.ui.lab.fact_grid import FactGrid
from podmix.ui.lab.paged import Page
from podmix.ui.lab.work_strip import OwnWork
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.buttons import Switch, button
from podmix.ui.widgets.labels import label
from podmix.ui.wording import count_text

if TYPE_CHECKING:
    from podmix.lab.sync.consent import Consent
    from podmix.lab.sync.syncing import Outgoing, Synced

RUNS_TEXT = ("Runs that you sync go to the server below: settings, figures, tables, clips, models, and the names in "
             "them. Nothing goes until you press “Sync now”.")
USAGE_TEXT = ("The counts that are shown below go along each time you sync. Never titles, addresses, paths or "
              "transcripts.")
TEXTS = {"runs": ("Send runs", RUNS_TEXT), "usage": ("Send usage counts", USAGE_TEXT)}
TALL = 300


class SyncPage(Page):
    """``changed`` when a run was sent or a switch turned."""

    changed = Signal()

    def __init__(self, around: Surroundings, own: OwnWork, parent: QWidget | None = None) -> None:
        super().__init__(around, "Weights & Biases", parent)
        self._own = own
        self.only: tuple[str, ...] = ()
        self.consent: Consent | None = None
        self._outgoing: tuple[Outgoing, ...] = ()
        self._said: dict[str, str] = {}
        theme = around.theme
        self.withdraw = button("Withdraw", kind="danger", name="Turn both switches off and forget the key")
        self.sync = button("Sync now", kind="primary")
        self.head.addWidget(self.withdraw)
        self.head.addWidget(self.sync)
        self.switches = {name: Switch(theme, TEXTS[name][0]) for name in TEXTS}
        self.fields = {name: QLineEdit() for name in ("host", "entity", "project", "key")}
        self.key_place, self.keep = label(kind="small"), button("Keep", name="Keep these")
        self.runs = FactGrid(theme, "What would be sent", tall=TALL)
        self.runs.setAccessibleDescription("Enter shows a run's record as it would be sent")
        self.usage, self.record = _text("Usage counts, byte for byte"), _text("A run's record, as it would be sent")
        self.which = label(kind="strong")
        self.all_runs = button("Show all runs", kind="link")
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        frame = page_frame()
        column = QVBoxLayout(frame)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        for name, (title, text) in TEXTS.items():
            row = QHBoxLayout()
            row.setSpacing(16)
            words = QVBoxLayout()
            words.setSpacing(2)
            words.addWidget(label(title, kind="strong"))
            words.addWidget(label(text, kind="small", wrap=True))
            row.addLayout(words, 1)
            row.addWidget(self.switches[name])
            column.addLayout(row)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        hints = {"host": ("Server", "https://api.wandb.ai"), "entity": ("Entity", "the key's own"),
                 "project": ("Project", "podmix"), "key": ("Key", "stays hidden; goes into your keyring")}
        for at, (name, (said, hint)) in enumerate(hints.items()):
            self.fields[name].setPlaceholderText(hint)
            self.fields[name].setAccessibleName(said)
            grid.addWidget(label(said, kind="soft"), at // 2, 2 * (at % 2))
            grid.addWidget(self.fields[name], at // 2, 2 * (at % 2) + 1)
        self.fields["key"].setEchoMode(QLineEdit.EchoMode.Password)
        column.addLayout(grid)
        row = QHBoxLayout()
        row.addWidget(self.key_place, 1)
        row.addWidget(self.keep)
        column.addLayout(row)
        self.body.addWidget(frame)
        self.body.addWidget(self._preview())
        self.body.addStretch(1)

    def _preview(self) -> QFrame:
        frame = page_frame()
        column = QVBoxLayout(frame)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.addWidget(label("What would be sent", kind="large"), 1)
        row.addWidget(self.all_runs)
        column.addLayout(row)
        column.addWidget(label("No connection is opened to show this.", kind="small"))
        column.addWidget(self.runs)
        column.addWidget(self.which)
        column.addWidget(self.record)
        column.addWidget(label("Usage counts, byte for byte", kind="strong"))
        column.addWidget(self.usage)
        return frame

    def _wire(self) -> None:
        for name, control in self.switches.items():
            control.clicked.connect(lambda on, name=name: self.turn(name, on=on))
        self.withdraw.clicked.connect(self.take_back)
        self.keep.clicked.connect(self.keep_fields)
        self.sync.clicked.connect(self.send)
        self.all_runs.clicked.connect(lambda _checked: self.open_page(()))
        self.runs.itemActivated.connect(lambda item: self.show_record(item.row()))
        self.runs.cellClicked.connect(lambda row, _column: self.show_record(row))
        for field in self.fields.values():
            field.textEdited.connect(lambda _text: self.keep.setEnabled(True))
            field.returnPressed.connect(self.keep_fields)

    # -- what is shown --
    def open_page(self, only: Sequence[str] = ()) -> None:
        """For these runs, else for all that are finished."""
        self.only = tuple(only)
        self.reload(fresh=True)

    def reload(self, *, fresh: bool = False) -> None:
        verbs, only = self.verbs, list(self.only)

        def work() -> tuple[Any, ...]:
            lab = verbs.lab
            consent = lab.consent()
            return consent, lab.key_place(consent.host), lab.outgoing(only), lab.usage_payload()

        self.ask(work, lambda found: self._show(*found), loading="Reading what would be sent" if fresh else "",
                 again=lambda: self.reload(fresh=True))

    def _show(self, consent: Consent, key_place: str, outgoing: Sequence[Outgoing], usage: bytes) -> None:
        self.consent, self._outgoing = consent, tuple(outgoing)
        for name, control in self.switches.items():
            control.setChecked(consent.given(name))
        for name, value in (("host", consent.host), ("entity", consent.entity), ("project", consent.project)):
            if not self.fields[name].hasFocus():
                self.fields[name].setText(value)
        self.key_place.setText(f"The key is kept {key_place}." if key_place.startswith("in") else
                               f"The key is {key_place}." if key_place else "There is no key for this server.")
        self.keep.setEnabled(False)
        any_on = consent.runs or consent.usage
        waiting = sum(not one.settled for one in outgoing)
        self.facts.set_text("Nothing is sent: both switches are off" if not any_on else " · ".join((
            consent.host, f"{consent.entity or 'the key’s own entity'}/{consent.project}",
            f"{count_text(waiting, 'run')} not sent" if consent.runs else "only usage counts")))
        self.withdraw.setEnabled(any_on or bool(key_place))
        self.sync.setEnabled(any_on and not self._own.busy)
        self.all_runs.setVisible(bool(self.only))
        self.usage.setPlainText(usage.decode("ascii", "replace"))
        self._fill_runs()
        self.show_body()

    def _fill_runs(self) -> None:
        rows = [(one.name, self._said.get(one.run_id) or ("sent, and verified" if one.settled else "not sent"),
                 one.rows, len(one.tables), len(one.files), size_text(one.size)) for one in self._outgoing]
        self.runs.show_rows(("Run", "State", "Rows", "Tables", "Files", "Size of files"), rows)
        self.record.hide()
        self.which.setText("Choose a run to see its record to the last letter." if rows else
                           "There is no finished run.")

    def show_record(self, row: int) -> None:
        """The record that a sync would send, with the checksums of its files."""
        if not 0 <= row < len(self._outgoing):
            return
        one, verbs = self._outgoing[row], self.verbs

        def then(text: str) -> None:
            self.which.setText(f"{one.name}: {count_text(len(text.encode()), 'byte')} of record")
            self.record.setPlainText(text)
            self.record.show()

        self.around.background.run(lambda: verbs.lab.run_text(one.run_id), then=then, owner=self, key="lab record")

    # -- doing --
    def turn(self, switch: str, *, on: bool) -> None:
        verbs, told = self.verbs, self._fields()
        self._do(lambda: verbs.lab.give_consent(switch, on, **told))

    def keep_fields(self) -> None:
        """Keep server, entity, project and key; no switch is turned."""
        if self.consent is not None:
            verbs, told, on = self.verbs, self._fields(), self.consent.runs
            self._do(lambda: verbs.lab.give_consent("runs", on, **told))

    def _fields(self) -> dict[str, str]:
        told = {name: field.text().strip() for name, field in self.fields.items()}
        self.fields["key"].clear()
        return told

    def take_back(self) -> None:
        """Both switches off, the key forgotten. What was sent stays where it is."""
        verbs = self.verbs
        self._own.cancel()
        self._do(verbs.lab.withdraw,
                 "Nothing is sent any more, and the key is forgotten. What was sent stays on the server.")

    def _do(self, work: Any, words: str = "") -> None:
        def then(_made: object) -> None:
            if words:
                self.around.notices.toast(words)
            self.changed.emit()
            self.reload()

        def refused(error: PodMixError) -> None:
            self.around.notices.problem(error)
            self.reload()

        self.around.background.run(work, then=then, failed=refused, owner=self)

    def send(self) -> None:
        """Sync, in the exporter's own process; it can be stopped at any moment."""
        verbs, only = self.verbs, list(self.only)
        self._said.clear()
        self.sync.setEnabled(False)
        self._own.begin("Syncing", lambda: verbs.lab.sync(only), self._sent, self._not_sent)

    def _not_sent(self, error: PodMixError) -> None:
        self.around.notices.problem(error)
        self.reload()

    def _sent(self, made: Sequence[Synced]) -> None:
        self._said = {one.run_id: _outcome(one) for one in made}
        failed = [one for one in made if not one.verified]
        fresh = sum(one.sent for one in made if one.verified)
        words = f"{count_text(fresh, 'run')} sent and verified." if fresh else "Everything was there already."
        if failed:
            words = f"{count_text(len(failed), 'run')} could not be verified. Nothing here was lost; sync again later."
        self.around.notices.toast(words)
        self.changed.emit()
        self.reload()


def _outcome(one: Synced) -> str:
    if one.verified:
        return "sent, and verified"
    lacking = one.said or (f"lacking {one.missing[0]}" if one.missing else "not verified")
    return f"not verified: {lacking}"[:120]


def size_text(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB" if size else "–"


def _text(name: str) -> QPlainTextEdit:
    made = QPlainTextEdit()
    made.setReadOnly(True)
    made.setAccessibleName(name)
    made.setTabChangesFocus(True)
    made.setFixedHeight(190)
    made.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    made.setProperty("kind", "bytes")
    return made


