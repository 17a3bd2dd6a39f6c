# SPDX-License-Identifier: GPL-3.0-or-later
"""Every setting, built from its declaration, searchable; and what the doctor says about this machine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from podmix.app.views import DoctorReport, Part
from podmix.errors import PodMixError
from podmix.ui.actions import Action
from podmix.ui.settings.editors import make_editor
from podmix.ui.surroundings import Surroundings
from podmix.ui.theme import Mode
from podmix.ui.widgets.buttons import button
from podmix.ui.widgets.labels import Glyph, hairline, label

SECTION_TITLES = {
    "appearance": "Appearance", "previews": "Previews", "models": "Models and hardware", "podcasts": "Podcasts",
    "storage": "Storage", "network": "Network", "directories": "Directories", "playback": "Playback",
}


SENDING_WORDS = "weights & biases wandb sync send usage consent privacy lab"


@dataclass(slots=True)
class _Row:
    setting: Any
    widget: QWidget
    words: str


class SettingsScreen(QWidget):
    """Changes take effect at once; a value the program refuses is put back and the reason shown."""

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around = around
        self._built = False
        self._rows: list[_Row] = []
        self._sections: dict[str, QFrame] = {}
        self.setProperty("kind", "screen")
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Find a setting")
        self.filter.setAccessibleName("Find a setting")
        self.filter.setFixedWidth(280)
        self.filter.textChanged.connect(self._filter)
        self._none = label("No setting has these words.", kind="soft")
        self._none.hide()
        top = QHBoxLayout()
        top.addWidget(label("Settings", kind="title"))
        top.addStretch()
        top.addWidget(self.filter)
        self._page = QWidget()
        self._page.setProperty("kind", "page")
        self._column = QVBoxLayout(self._page)
        self._column.setContentsMargins(0, 4, 16, 32)
        self._column.setSpacing(10)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(self._page)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        middle = QVBoxLayout()
        middle.setSpacing(14)
        middle.addLayout(top)
        middle.addWidget(self._none)
        middle.addWidget(self._scroll, 1)
        inside = QWidget()
        inside.setLayout(middle)
        inside.setMaximumWidth(860)
        middle.setContentsMargins(0, 0, 0, 0)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(32, 24, 24, 0)
        outer.addStretch()
        outer.addWidget(inside, 100)
        outer.addStretch()
        around.events.changed.connect(self._changed)

    def activate(self, active: bool) -> None:
        if active and not self._built:
            self._build()

    # -- building --
    def _build(self) -> None:
        self._built = True
        declared = [s for s in self._around.verbs.settings_declared() if not getattr(s, "hidden", False)]
        for section in dict.fromkeys(setting.section for setting in declared):
            mine = [setting for setting in declared if setting.section == section]
            self._column.addWidget(self._section(section, mine))
        self._column.addWidget(self._sending())
        self._column.addWidget(self._doctor())
        self._column.addStretch()

    def _frame(self, title: str) -> tuple[QFrame, QVBoxLayout]:
        whole = QFrame()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 6, 0, 6)
        column.setSpacing(8)
        column.addWidget(label(title, kind="heading"))
        card = QFrame()
        card.setProperty("kind", "outlined")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(20, 6, 20, 6)
        inside.setSpacing(0)
        column.addWidget(card)
        return whole, inside

    def _section(self, section: str, settings: list[Any]) -> QFrame:
        title = SECTION_TITLES.get(section, section.capitalize())
        whole, inside = self._frame(title)
        for setting in settings:
            row = self._row(setting)
            inside.addWidget(row)
            self._rows.append(_Row(setting, row, f"{title} {setting.title} {setting.help} {setting.key}".casefold()))
        self._sections[section] = whole
        return whole

    def _row(self, setting: Any) -> QWidget:
        made = QWidget()
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(setting.title, kind="strong"))
        words.addWidget(label(setting.help, kind="small", wrap=True))
        editor = make_editor(self._around.theme, setting, self._around.verbs.setting(setting.key),
                             partial(self.change, setting))
        editor.setAccessibleDescription(setting.help)
        line = QHBoxLayout(made)
        line.setContentsMargins(0, 12, 0, 12)
        line.setSpacing(24)
        line.addLayout(words, 1)
        line.addWidget(editor, 0, Qt.AlignmentFlag.AlignVCenter)
        return made

    # -- changing --
    def change(self, setting: Any, value: Any) -> None:
        """Take a new value: at once where it is seen, then in the file."""
        theme = self._around.theme
        if setting.key == "appearance.theme":
            theme.choose(Mode.of(value))
        elif setting.key == "appearance.reduced_motion":
            theme.choose(reduced_motion=bool(value))
        else:
            self._around.player.use_setting(setting.key, value)

        def failed(error: PodMixError) -> None:
            self._around.notices.problem(error)

        self._around.background.run(lambda: self._around.verbs.set_setting(setting.key, value), failed=failed,
                                    key=f"setting {setting.key}")

    def _changed(self, part: Part, _ids: tuple[int, ...]) -> None:
        if part is Part.SETTINGS:
            verbs, theme = self._around.verbs, self._around.theme
            mode, reduced = Mode.of(verbs.setting("appearance.theme")), bool(verbs.setting("appearance.reduced_motion"))
            if mode is not theme.mode:
                theme.choose(mode, reduced_motion=reduced)

    # -- finding --
    def _filter(self, text: str) -> None:
        wanted = text.casefold().split()
        shown = set()
        for row in self._rows:
            fits = all(word in row.words for word in wanted)
            row.widget.setVisible(fits)
            if fits:
                shown.add(row.setting.section)
        for section, frame in self._sections.items():
            frame.setVisible(section in shown)
        sending = not wanted or all(word in SENDING_WORDS for word in wanted)
        self._sending_frame.setVisible(sending)
        self._none.setVisible(bool(self._rows) and not shown and not sending)
        self._doctor_frame.setVisible(not wanted or any("doctor machine".find(word) >= 0 for word in wanted))

    # -- what may be sent --
    def _sending(self) -> QFrame:
        self._sending_frame, inside = self._frame("Weights & Biases")
        self.open_sync = button("Open in the Lab", name="Open Weights & Biases in the Lab")
        self.open_sync.clicked.connect(self._around.ways.sync_page)
        inside.setContentsMargins(20, 14, 20, 14)
        inside.setSpacing(10)
        inside.addWidget(label("Nothing is sent unless you switch it on there: runs and usage counts, each with a "
                               "switch of its own, the server, the key, and a look at every byte before it goes.",
                               kind="soft", wrap=True))
        inside.addWidget(self.open_sync, 0, Qt.AlignmentFlag.AlignLeft)
        return self._sending_frame

    # -- the doctor --
    def _doctor(self) -> QFrame:
        self._doctor_frame, inside = self._frame("This machine")
        self._doctor_lines = QVBoxLayout()
        self._doctor_lines.setSpacing(6)
        self._ask_doctor = button("Check this machine")
        self._ask_doctor.clicked.connect(self.check)
        inside.setContentsMargins(20, 14, 20, 14)
        inside.setSpacing(10)
        inside.addWidget(label("Versions, devices, models and what is missing, with the line that mends it.",
                               kind="soft", wrap=True))
        inside.addLayout(self._doctor_lines)
        inside.addWidget(self._ask_doctor, 0, Qt.AlignmentFlag.AlignLeft)
        return self._doctor_frame

    def check(self) -> None:
        self._ask_doctor.setEnabled(False)
        self._ask_doctor.setText("Checking …")
        self._around.background.run(
            self._around.verbs.doctor, then=self._show_report, owner=self,
            ended=self._checked)

    def _checked(self) -> None:
        self._ask_doctor.setEnabled(True)
        self._ask_doctor.setText("Check this machine")

    def _show_report(self, report: DoctorReport) -> None:
        while (item := self._doctor_lines.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        for line in report.lines:
            self._doctor_lines.addWidget(self._doctor_line(line))
        self._doctor_lines.addWidget(hairline())

    def _doctor_line(self, line: Any) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(Glyph(self._around.theme, "check" if line.ok else "alert", size=16,
                            colour="music" if line.ok else "danger"), 0, Qt.AlignmentFlag.AlignTop)
        name = label(line.name)
        name.setFixedWidth(170)
        row.addWidget(name, 0, Qt.AlignmentFlag.AlignTop)
        said = label(line.value + (f"\n{line.remedy}" if line.remedy else ""), kind="soft", wrap=True)
        said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(said, 1)
        return made

    def actions_here(self) -> list[Action]:
        return [Action("settings.find", "Find a setting", ("Ctrl+F", "/"), "Settings", self.filter.setFocus,
                       icon="search")]
