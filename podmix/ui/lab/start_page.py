# SPDX-License-Identifier: GPL-3.0-or-later
"""A small form: train one model, sweep its settings, measure a suite, or measure what inference costs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from podmix.errors import PodMixError
from podmix.ui.lab.chart_view import page_frame
from podmix.ui.lab.paged import Page, emptied
from podmix.ui.lab.run_rows import RunRow
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.buttons import Segments, Switch, button
from podmix.ui.widgets.labels import label

if TYPE_CHECKING:
    from podmix.lab.sweeps.study import Sweep
    from podmix.lab.trainings.training import Parameter

VERBS = (("train", "Train"), ("sweep", "Sweep"), ("evaluate", "Evaluate"), ("profile", "Profile"))
ABOUT = {"train": "One run with the settings below.",
         "sweep": "Many runs: settings that are left open are tried out, and PodMix tells which of them matter.",
         "evaluate": "A suite measures PodMix on data with truth, beside baselines.",
         "profile": "How long each stage takes on this machine, and what memory it needs."}
SOUNDS = "Sound (*.mp3 *.m4a *.ogg *.opus *.flac *.wav);;All files (*)"
OPEN = "swept"


class StartPage(Page):
    """``started`` with the job's id."""

    started = Signal(int)

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(around, "Start something", parent)
        self._trainings: Mapping[str, tuple[Parameter, ...]] = {}
        self._suites: Mapping[str, str] = {}
        self._rows: tuple[RunRow, ...] = ()
        self._fields: dict[str, QWidget] = {}
        self._given: dict[str, Any] = {}
        self.what = Segments("What to do", VERBS)
        self.about, self.needs = label(kind="soft", wrap=True), label(kind="small", wrap=True)
        self.model, self.device = QComboBox(), QComboBox()
        self.data, self.count, self.limit = QLineEdit(), QSpinBox(), QSpinBox()
        self.name, self.against, self.candidate = QLineEdit(), QComboBox(), QComboBox()
        self.browse = button("Choose…", name="Choose the data")
        self.problem, self.go = label(kind="danger", wrap=True), button("Start", kind="primary")
        self._grid, self._settings = QGridLayout(), QGridLayout()
        self._settings_frame = page_frame()
        self._lay_out()
        self.what.chosen.connect(lambda _value: self._show_form())
        self.model.activated.connect(lambda _at: self._model_changed())
        self.browse.clicked.connect(self._ask_data)
        self.go.clicked.connect(self.start)
        self.data.returnPressed.connect(self.start)

    def _lay_out(self) -> None:
        frame = page_frame()
        column = QVBoxLayout(frame)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        top = QHBoxLayout()
        top.addWidget(self.what)
        top.addStretch(1)
        column.addLayout(top)
        column.addWidget(self.about)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        column.addLayout(self._grid)
        place = QHBoxLayout()
        place.addWidget(self.data, 1)
        place.addWidget(self.browse)
        holder = QWidget()
        place.setContentsMargins(0, 0, 0, 0)
        holder.setLayout(place)
        self.lines: dict[str, tuple[QWidget, QWidget]] = {}
        for at, (name, words, control) in enumerate((
                ("model", "Model", self.model), ("data", "Data", holder), ("count", "Trials", self.count),
                ("name", "Sweep's name", self.name), ("limit", "Items at most", self.limit),
                ("against", "Must not be worse than", self.against), ("candidate", "Judge the model of",
                                                                      self.candidate),
                ("device", "Compute on", self.device))):
            told = label(words, kind="soft")
            self.lines[name] = told, control
            self._grid.addWidget(told, at, 0)
            self._grid.addWidget(control, at, 1)
            control.setAccessibleName(words)
        self.data.setAccessibleName("Data")
        self.data.setPlaceholderText("A folder")
        self.name.setPlaceholderText("Saying the same name again goes on with it")
        self.count.setRange(1, 2000)
        self.count.setValue(24)
        self.limit.setRange(0, 100_000)
        self.limit.setSpecialValueText("all")
        for value, words in (("auto", "Best device at hand"), ("cpu", "Processor"), ("cuda", "Graphics card")):
            self.device.addItem(words, value)
        column.addWidget(self.needs)
        settings = QVBoxLayout(self._settings_frame)
        settings.setContentsMargins(20, 16, 20, 16)
        settings.addWidget(label("Settings", kind="large"))
        self._settings.setHorizontalSpacing(16)
        self._settings.setVerticalSpacing(8)
        self._settings.setColumnStretch(2, 1)
        settings.addLayout(self._settings)
        self.head.addWidget(self.go)
        for part in (self.problem, frame, self._settings_frame):
            self.body.addWidget(part)
        self.problem.hide()
        self.body.addStretch(1)

    # -- what is offered --
    def open_form(self, rows: tuple[RunRow, ...], *, verb: str = "", sweep: Sweep | None = None,
                  candidate: str = "") -> None:
        """The form anew: for a verb, to go on with a sweep, or to judge a run's model."""
        self._rows = rows
        verbs = self.verbs

        def then(found: tuple[Any, Any]) -> None:
            self._trainings, self._suites = found
            self.what.set_value("sweep" if sweep is not None else "evaluate" if candidate else verb or self.what.value)
            self._show_form()
            if sweep is not None:
                self.model.setCurrentText(sweep.model)
                self._model_changed()
                self.name.setText(sweep.name)
                self.count.setValue(len(sweep.trials) + 12)
            if candidate:
                self.candidate.setCurrentIndex(max(0, self.candidate.findData(candidate)))
            self.show_body()
            self.data.setFocus()

        self.problem.hide()
        self.ask(lambda: (verbs.lab.trainings(), verbs.lab.suites()), then,
                 loading="" if self._trainings else "Looking what can be done")

    def _show_form(self) -> None:
        verb = self.what.value
        self.about.setText(ABOUT[verb])
        shown = {"train": {"model", "data", "device"}, "sweep": {"model", "data", "count", "name", "device"},
                 "evaluate": {"model", "data", "limit", "against", "candidate"}, "profile": {"data"}}[verb]
        for name, (words, control) in self.lines.items():
            words.setVisible(name in shown)
            control.setVisible(name in shown)
        told = self.lines["model"][0]
        told.setText("Suite" if verb == "evaluate" else "Model")  # type: ignore[attr-defined]
        self.model.setAccessibleName("Suite" if verb == "evaluate" else "Model")
        self.data.setPlaceholderText({"profile": "A sound file", "evaluate": "A folder"}.get(
            verb, "A folder, or “library” for your own"))
        held = self.model.currentText()
        self.model.clear()
        self.model.addItems(list(self._suites if verb == "evaluate" else self._trainings))
        self.model.setCurrentText(held)
        self.go.setText({"train": "Train", "sweep": "Start the sweep", "evaluate": "Evaluate",
                         "profile": "Measure"}[verb])
        self.go.setAccessibleName(self.go.text())
        self._model_changed()

    def _model_changed(self) -> None:
        verb, chosen = self.what.value, self.model.currentText()
        self.needs.setText(f"The folder holds {self._suites.get(chosen, '')}." if verb == "evaluate" and chosen else "")
        self.needs.setVisible(bool(self.needs.text()))
        for box, rows, words in (
                (self.against, [row for row in self._rows if row.kind == "eval" and row.model == chosen], "nothing"),
                (self.candidate, [row for row in self._rows if row.can_promote], "what is in use")):
            box.clear()
            box.addItem(words, "")
            for row in rows[:100]:
                box.addItem(f"{row.name}  ·  {row.run_id[-6:]}", row.run_id)
        self._show_settings(self._trainings.get(chosen, ()) if verb in ("train", "sweep") else ())

    def _show_settings(self, parameters: tuple[Parameter, ...]) -> None:
        emptied(self._settings)  # type: ignore[arg-type]
        self._fields.clear()
        self._settings_frame.setVisible(bool(parameters))
        sweep = self.what.value == "sweep"
        for at, one in enumerate(parameters):
            control = self._field(one, sweep=sweep and one.swept)
            control.setAccessibleName(one.name)
            control.setToolTip(one.text)
            self._fields[one.name] = control
            self._settings.addWidget(label(one.name), at, 0)
            self._settings.addWidget(control, at, 1)
            self._settings.addWidget(label(one.text, kind="small", wrap=True), at, 2)

    def _field(self, one: Parameter, *, sweep: bool) -> QWidget:
        if set(one.choices) == {True, False} and not sweep:
            made = Switch(self.around.theme, one.name)
            made.setChecked(bool(one.default))
            return made
        if one.choices or sweep:
            box = QComboBox()
            if sweep:
                box.addItem("try out", OPEN)
            for value in one.choices or (one.default,):
                box.addItem("yes" if value is True else "no" if value is False else str(value), value)
            box.setCurrentIndex(0 if sweep else max(0, box.findData(one.default)))
            return box
        spin: Any = QSpinBox() if one.whole else QDoubleSpinBox()
        if not one.whole:
            spin.setDecimals(5)
        spin.setRange(one.low, one.high)
        spin.setValue(one.default)
        spin.setFixedWidth(150)
        spin.setAlignment(Qt.AlignmentFlag.AlignCenter)
        return spin  # type: ignore[no-any-return]

    # -- what is asked --
    @property
    def given(self) -> dict[str, Any]:
        """The settings that are fixed."""
        made: dict[str, Any] = {}
        for name, field in self._fields.items():
            value: Any = (field.isChecked() if isinstance(field, Switch) else
                          field.currentData() if isinstance(field, QComboBox) else field.value())  # type: ignore[attr-defined]
            if value != OPEN:
                made[name] = value
        return made

    def asked(self) -> tuple[str, dict[str, Any], str]:
        """Verb, its arguments, and the job's title."""
        verb, chosen, data = self.what.value, self.model.currentText(), self.data.text().strip()
        place = str(Path(data).expanduser()) if data else ""
        match verb:
            case "train":
                return verb, {"model": chosen, "data": place, "given": self.given,
                              "device": self.device.currentData()}, f"Training {chosen}"
            case "sweep":
                return verb, {"model": chosen, "data": place, "given": self.given, "count": self.count.value(),
                              "name": self.name.text().strip(), "device": self.device.currentData()}, f"Sweep: {chosen}"
            case "evaluate":
                return verb, {"suite": chosen, "data": place, "against": self.against.currentData() or "",
                              "candidate": self.candidate.currentData() or "",
                              "limit": self.limit.value() or None}, f"Evaluating {chosen}"
        return verb, {"audio": place}, "Measuring inference"

    def start(self) -> None:
        """Queue it; what could not work is said here at once."""
        verb, arguments, title = self.asked()
        verbs = self.verbs
        self.go.setEnabled(False)

        def refused(error: PodMixError) -> None:
            self.problem.setText(f"{error.message} {error.remedy}".strip())
            self.problem.show()

        self.problem.hide()
        self.around.background.run(lambda: verbs.lab.start(verb, arguments, title=title), then=self.started.emit,
                                   failed=refused, ended=lambda: self.go.setEnabled(True), owner=self)

    def _ask_data(self) -> None:
        profile = self.what.value == "profile"
        dialog = QFileDialog(self, "What to measure" if profile else "The folder with the data",
                             self.data.text() or str(Path.home()), SOUNDS if profile else "")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile if profile else QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self.data.setText)
        dialog.open()
