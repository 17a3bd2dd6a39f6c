# SPDX-License-Identifier: GPL-3.0-or-later
"""Listening tests: gather clips, take the test here or export it as a folder, and import what raters answered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from podmix.errors import PodMixError
from podmix.ui.lab.chart_view import page_frame
from podmix.ui.lab.fact_grid import FactGrid
from podmix.ui.lab.paged import Page
from podmix.ui.lab.run_rows import number_text
from podmix.ui.lab.work_strip import OwnWork
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.buttons import Switch, button
from podmix.ui.widgets.labels import label
from podmix.ui.wording import count_text

if TYPE_CHECKING:
    from podmix.lab.listening_test.plan import Stimulus
    from podmix.lab.listening_test.results import Analysis

TALL = 260


class ListeningPage(Page):
    """``sit_wanted`` with the folder of a test that is ready, and the rater's name."""

    sit_wanted = Signal(object, str)
    imported = Signal()

    def __init__(self, around: Surroundings, own: OwnWork, parent: QWidget | None = None) -> None:
        super().__init__(around, "Listening test", parent)
        self._own = own
        self.stimuli: list[Stimulus] = []
        self.folders: list[Path] = []
        self._tests: list[Path] = []
        theme = around.theme
        self.bring = button("Import answers…", name="Import what raters answered")
        self.export, self.here = button("Export…", name="Export the test as a folder"), button("Take it here",
                                                                                                kind="primary")
        for control in (self.bring, self.export, self.here):
            self.head.addWidget(control)
        self.from_folders = button("Add a folder…", name="Add a folder with one system's sounds")
        self.from_list = button("From a list…", name="Clips from a list of JSON lines")
        self.clear = button("Take all out", kind="quiet")
        self.clips = FactGrid(theme, "Clips", tall=TALL)
        self.hint = label(kind="soft", wrap=True)
        self.name, self.rater = QLineEdit("Listening test"), QLineEdit()
        self.pairs, self.singles, self.anchor = (Switch(theme, words) for words in (
            "Pairs: which one is better", "Ratings from 1 to 5", "A hidden anchor"))
        self.play = QSpinBox()
        self.kept = FactGrid(theme, "Tests that are here", tall=TALL)
        self.result = FactGrid(theme, "What the raters said")
        self.result_words = label(kind="soft", wrap=True)
        self._result_frame = page_frame()
        self._kept_frame = page_frame()
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        frame = page_frame()
        column = QVBoxLayout(frame)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.addWidget(label("Clips", kind="large"), 1)
        for control in (self.clear, self.from_list, self.from_folders):
            row.addWidget(control)
        column.addLayout(row)
        column.addWidget(self.hint)
        column.addWidget(self.clips)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(3, 1)
        self.play.setRange(0, 60)
        self.play.setValue(5)
        self.play.setSuffix(" s")
        self.play.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.rater.setPlaceholderText("Any word you will know again")
        asked: tuple[tuple[str, QWidget], ...] = (
                ("Title", self.name), ("Your name as a rater", self.rater), ("Ratings from 1 to 5", self.singles),
                ("Pairs: which one is better", self.pairs), ("A hidden anchor", self.anchor),
                ("To be heard before an answer counts", self.play))
        for at, (said, field) in enumerate(asked):
            field.setAccessibleName(said)
            grid.addWidget(label(said, kind="soft"), at // 2, 2 * (at % 2))
            grid.addWidget(field, at // 2, 2 * (at % 2) + 1)
        for switch in (self.pairs, self.singles, self.anchor):
            switch.setChecked(True)
        column.addLayout(grid)
        self.body.addWidget(frame)
        for box, words, grid_part in ((self._kept_frame, "Tests that are here", self.kept),
                                      (self._result_frame, "What the raters said", self.result)):
            inner = QVBoxLayout(box)
            inner.setContentsMargins(20, 16, 20, 16)
            inner.addWidget(label(words, kind="large"))
            if grid_part is self.result:
                inner.addWidget(self.result_words)
            inner.addWidget(grid_part)
            self.body.addWidget(box)
            box.hide()
        self.body.addStretch(1)

    def _wire(self) -> None:
        self.from_folders.clicked.connect(self._ask_folder)
        self.from_list.clicked.connect(self._ask_list)
        self.clear.clicked.connect(lambda: self._take([]))
        self.here.clicked.connect(self.take_here)
        self.export.clicked.connect(self._ask_export)
        self.bring.clicked.connect(self._ask_key)
        self.kept.itemActivated.connect(lambda item: self._go_on(item.row()))
        self.kept.cellDoubleClicked.connect(lambda row, _column: self._go_on(row))
        self.kept.setAccessibleDescription("Enter goes on with a test, with your name as a rater")

    # -- the clips --
    def open_page(self, run_ids: Sequence[str] = ()) -> None:
        """With the clips that these runs kept, else as it was left."""
        verbs, words = self.verbs, list(run_ids)

        def work() -> tuple[list[Any], list[Path]]:
            from podmix.lab.listening_test.stimuli import stimuli_of_runs

            lab = verbs.lab
            return stimuli_of_runs([lab.run(word) for word in words]), lab.listening_tests()

        def then(found: tuple[list[Any], list[Path]]) -> None:
            stimuli, self._tests = found
            self.kept.show_rows(("Test", "Made"), [(one.name[16:], one.name[:15]) for one in self._tests])
            self._kept_frame.setVisible(bool(self._tests))
            if stimuli or not self.stimuli:
                self.folders = []
                self._take(stimuli)
            else:
                self._take(self.stimuli)
            self.show_body()

        self.ask(work, then, loading="Looking for clips", again=lambda: self.open_page(run_ids))

    def _take(self, stimuli: Sequence[Stimulus]) -> None:
        self.stimuli = list(stimuli)
        if not stimuli:
            self.folders = []
        items, systems = {one.item for one in stimuli}, {one.system for one in stimuli}
        self.clips.show_rows(("Item", "System", "File"), [(one.item, one.system, one.path.name) for one in stimuli])
        self.clips.setVisible(bool(stimuli))
        self.clear.setVisible(bool(stimuli))
        self.facts.set_text(" · ".join((count_text(len(stimuli), "clip"), count_text(len(items), "item"),
                                        count_text(len(systems), "system"))) if stimuli else "")
        self.hint.setText("" if len(systems) > 1 else "Add one folder for each system: files with the same name are "
                          "compared. Clips are brought to one loudness and get names that tell nothing.")
        self.hint.setVisible(bool(self.hint.text()))
        for control in (self.here, self.export):
            control.setEnabled(bool(stimuli))

    def add_folder(self, folder: Path) -> None:
        """One more system."""
        folders = [*(one for one in self.folders if one != folder), folder]

        def work() -> list[Any]:
            from podmix.lab.listening_test.stimuli import stimuli_of_folders

            return stimuli_of_folders(folders)

        def then(found: list[Any]) -> None:
            self.folders = folders
            self._take(found)

        self.around.background.run(work, then=then, owner=self)

    def read_list(self, path: Path) -> None:
        def work() -> list[Any]:
            from podmix.lab.listening_test.stimuli import read_stimuli

            return read_stimuli(path)

        self.around.background.run(work, then=self._take, owner=self)

    # -- making it --
    def _steps(self, target: Path | None) -> Any:
        """The export, in one's own folder where ``target`` is None."""
        from podmix.lab.listening_test.plan import Options

        lab = self.verbs.lab
        options = Options(title=self.name.text().strip() or "Listening test", pairs=self.pairs.isChecked(),
                          singles=self.singles.isChecked(), anchor=self.anchor.isChecked(),
                          must_play_s=float(self.play.value()))
        place = target or lab.listening_folder(options.title)
        made = yield from lab.export_listening_test(self.stimuli, place, options)
        return place, made

    def take_here(self) -> None:
        """Make the test, and sit down at it."""
        rater = self.rater.text().strip()
        if not rater:
            self.around.notices.toast("Say a name first: answers are kept under it.")
            self.rater.setFocus()
            return
        self._own.begin("Preparing clips", lambda: self._steps(None),
                        lambda made: self.sit_wanted.emit(made[0], rater), self._refused)

    def export_to(self, target: Path) -> None:
        def told(made: Any) -> None:
            count = count_text(made[1].questions, "question")
            words = f"{count} in “{target.name}”. Raters get the folder “test”; key.json stays with you."
            self.around.notices.toast(words)

        self._own.begin("Preparing clips", lambda: self._steps(target), told, self._refused)

    def _refused(self, error: PodMixError) -> None:
        self.around.notices.problem(error)

    def _go_on(self, row: int) -> None:
        rater = self.rater.text().strip()
        if not rater:
            self.around.notices.toast("Say the name under which you sat at it.")
            self.rater.setFocus()
        elif 0 <= row < len(self._tests):
            self.sit_wanted.emit(self._tests[row], rater)

    # -- what came of it --
    def bring_in(self, key: Path, files: Sequence[Path]) -> None:
        """Import answers; they become a run, too."""
        verbs = self.verbs
        if not files:
            return
        self.around.background.run(lambda: verbs.lab.import_listening_test(key, list(files)), then=self.show_result,
                                   owner=self)

    def show_result(self, found: Analysis) -> None:
        """Means with intervals, preferences, and how far one can believe them."""
        rows = [(system, scale, f"{one.value:.2f}  [{one.low:.2f}, {one.high:.2f}]", one.count)
                for (system, scale), one in found.means.items()]
        for (first, second), (wins, losses, ties) in found.wins.items():
            chance = found.win_chance[first, second]
            rows.append((f"{first} against {second}", "pairs", f"{wins} : {losses}, {ties} ties, p {chance:.3f}",
                         wins + losses + ties))
        self.result.show_rows(("System", "Scale", "Mean and 95 % interval", "Answers"), rows)
        alpha = ", ".join(f"{name} {number_text(value)}" for name, value in found.alpha.items())
        doubtful = "; ".join(f"{rater} {', '.join(why)}" for rater, why in found.doubtful.items())
        self.result_words.setText(" ".join(filter(None, (
            f"{count_text(len(found.raters), 'rater')}.", f"Agreement (alpha): {alpha}." if alpha else "",
            f"Doubtful: {doubtful}." if doubtful else "", "Kept as a run."))))
        self._result_frame.show()
        self.show_body()
        self.imported.emit()

    # -- asking for places --
    def _ask_folder(self) -> None:
        dialog = QFileDialog(self, "One system's sounds", str(self.folders[-1].parent if self.folders else Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda name: self.add_folder(Path(name)))
        dialog.open()

    def _ask_list(self) -> None:
        dialog = QFileDialog(self, "A list of clips", str(Path.home()), "Lists (*.jsonl);;All files (*)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.read_list(Path(name)))
        dialog.open()

    def _ask_export(self) -> None:
        dialog = QFileDialog(self, "A folder for the test", str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda name: self.export_to(Path(name)))
        dialog.open()

    def _ask_key(self) -> None:
        dialog = QFileDialog(self, "The test's key.json", str(Path.home()), "Key (key.json)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self._ask_answers(Path(name)))
        dialog.open()

    def _ask_answers(self, key: Path) -> None:
        dialog = QFileDialog(self, "What the raters saved", str(key.parent), "Answers (*.json)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda names: self.bring_in(key, [Path(name) for name in names]))
        dialog.open()
