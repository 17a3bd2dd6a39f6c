# SPDX-License-Identifier: GPL-3.0-or-later
"""What PodMix learned of the listener: all of it, in plain words, with the ways to give it, mend it and erase it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from podmix.app.taste_views import SuggestedShow, TasteSummary
from podmix.ui.mixes.chip_flow import ChipFlow
from podmix.ui.mixes.learned_words import interest_lines, is_blank, noted_lines
from podmix.ui.previews.why import ScoreBars
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.buttons import button, name_control
from podmix.ui.widgets.labels import ElidedLabel, label

PRIVATE = "All of it lies on this machine and goes nowhere. It is in one file: {}"
NOTHING = "Nothing yet. It begins with the first preview or track that you play."
SAID_HINT = "deep sea, history of bread, small towns"


class LearnedPage(QScrollArea):
    """It only shows and asks; the screen does."""

    back_wanted = Signal()
    export_wanted = Signal()
    import_wanted = Signal()
    erase_wanted = Signal()
    forget_wanted = Signal(str)
    interests_given = Signal(list)

    def __init__(self, around: Surroundings) -> None:
        super().__init__()
        self._around = around
        self.summary: TasteSummary | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # arrows scroll it
        self.setAccessibleName("What PodMix learned")
        self.viewport().setAutoFillBackground(False)
        self.back = button("‹  Mixes", kind="quiet", name="Back to the mixes")
        self.bars = ScoreBars(around.theme)
        self.noted, self.modes, self.friends = QWidget(), QWidget(), QWidget()
        self._noted_column = QVBoxLayout(self.noted)
        self._modes_flow = ChipFlow(self.modes)
        self._friends_column = QVBoxLayout(self.friends)
        self._shows_column = QVBoxLayout()
        self.said = QLineEdit()
        self.said.setPlaceholderText(SAID_HINT)
        self.said.setAccessibleName("What you like to hear of, with commas between")
        self.keep = button("Keep", name="Keep these interests")
        self.export = button("Export for a friend…", name="Export your taste for a friend")
        self.bring = button("Import a friend's…", name="Import a friend's taste file")
        self.erase = button("Erase everything…", kind="danger", name="Erase everything that PodMix learned")
        self.file = ElidedLabel(kind="small")
        self._frames: dict[str, QFrame] = {}
        self._assemble()
        for control, wanted in ((self.back, self.back_wanted), (self.export, self.export_wanted),
                                (self.bring, self.import_wanted), (self.erase, self.erase_wanted)):
            control.clicked.connect(wanted)
        self.keep.clicked.connect(self._keep)
        self.said.returnPressed.connect(self._keep)

    def _frame(self, name: str, title: str, *parts: QWidget) -> QFrame:
        frame = QFrame()
        frame.setProperty("kind", "outlined")
        column = QVBoxLayout(frame)
        column.setContentsMargins(18, 14, 18, 16)
        column.setSpacing(8)
        column.addWidget(label(title, kind="strong"))
        for part in parts:
            column.addWidget(part)
        column.addStretch()
        self._frames[name] = frame
        return frame

    def _assemble(self) -> None:
        page, shows, said = QWidget(), QWidget(), QWidget()
        page.setProperty("kind", "page")
        shows.setLayout(self._shows_column)
        row = QHBoxLayout(said)
        for layout in (row, self._noted_column, self._friends_column, self._shows_column):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(8)
        row.addWidget(self.said, 1)
        row.addWidget(self.keep)
        upper = QHBoxLayout()
        upper.setSpacing(12)
        upper.addWidget(self._frame("noted", "Noted from your listening", self.noted), 1)
        right = QVBoxLayout()
        right.setSpacing(12)
        right.addWidget(self._frame("modes", "Ways you listen to music", self.modes))
        right.addWidget(self._frame("friends", "Friends whose taste you have", self.friends))
        right.addStretch()
        upper.addLayout(right, 1)
        inside = QVBoxLayout()
        inside.setSpacing(12)
        inside.addWidget(self.back, 0, Qt.AlignmentFlag.AlignLeft)
        inside.addWidget(label("What PodMix learned", kind="title"))
        inside.addWidget(self.file)
        inside.addSpacing(4)
        inside.addWidget(self._frame("interests", "What you like to hear of, as it seems", self.bars))
        inside.addWidget(self._frame("said", "What you say you like to hear of", label(
            "Counts like a like, from the first preview on. Put commas between.", kind="small"), said))
        inside.addLayout(upper)
        inside.addWidget(self._frame("shows", "Shows that friends and your shows point to", shows))
        foot = QHBoxLayout()
        foot.setSpacing(8)
        for part in (self.export, self.bring):
            foot.addWidget(part)
        foot.addStretch()
        foot.addWidget(self.erase)
        inside.addSpacing(4)
        inside.addLayout(foot)
        inside.addStretch()
        narrow = QWidget()
        narrow.setLayout(inside)
        narrow.setMaximumWidth(900)
        inside.setContentsMargins(0, 0, 0, 0)
        outer = QHBoxLayout(page)
        outer.setContentsMargins(26, 14, 24, 28)
        outer.addStretch()
        outer.addWidget(narrow, 100)
        outer.addStretch()
        self.setWidget(page)

    # -- content --
    def show_summary(self, summary: TasteSummary, shows: Sequence[SuggestedShow] = ()) -> None:
        self.summary = summary
        self.file.set_text(PRIVATE.format(summary.file))
        lines = interest_lines(summary)
        self._frames["interests"].setVisible(bool(lines))
        self.bars.set_rows(tuple(lines))
        self.bars.setAccessibleName("What you like to hear of, as it seems")
        _empty(self._noted_column)
        for line in noted_lines(summary) or [NOTHING]:
            self._noted_column.addWidget(label(line, kind="soft", wrap=True))
        self.said.setText(", ".join(summary.chosen))
        self._modes_flow.clear()
        for name in summary.modes:
            made = label(name, kind="key")
            self._modes_flow.addWidget(made)
            made.show()
        self._frames["modes"].setVisible(bool(summary.modes))
        self._show_friends(summary.friends)
        self._show_shows(shows)
        self.erase.setEnabled(not is_blank(summary) or bool(summary.modes))

    def _show_friends(self, names: Sequence[str]) -> None:
        _empty(self._friends_column)
        for name in names:
            away = button("Remove", kind="quiet", name=f"Remove {name}'s taste")
            away.clicked.connect(partial(self._forget, name))
            self._friends_column.addWidget(_line(label(name), away))
        if not names:
            self._friends_column.addWidget(label("Nobody yet. A friend's file makes blends.", kind="soft", wrap=True))

    def _show_shows(self, shows: Sequence[SuggestedShow]) -> None:
        _empty(self._shows_column)
        self._frames["shows"].setVisible(bool(shows))
        for one in shows[:6]:
            follow = button("Follow", kind="quiet", name=f"Follow {one.title}")
            name_control(follow, f"Follow {one.title}", hint=one.address)
            follow.clicked.connect(partial(self._follow, one.address))
            self._shows_column.addWidget(_line(ElidedLabel(f"{one.title}  ·  {one.why}"), follow))

    def _forget(self, name: str) -> None:
        self.forget_wanted.emit(name)

    def _follow(self, address: str) -> None:
        self._around.ways.subscribe.emit(address)

    def _keep(self) -> None:
        self.interests_given.emit([part.strip() for part in self.said.text().split(",") if part.strip()])


def _line(words: QWidget, control: QWidget) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(words, 1)
    row.addWidget(control)
    return made


def _empty(column: QVBoxLayout) -> None:
    while column.count():
        item = column.takeAt(0)
        if item is not None and (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
