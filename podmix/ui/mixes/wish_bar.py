# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking for a mix: in one's own words, or by a chip (genre, mood, decade)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from podmix.ui.mixes.chip_flow import ChipFlow
from podmix.ui.widgets.buttons import Segments, button, literal

SORTS = (("genre", "Genre"), ("mood", "Mood"), ("decade", "Decade"))
EXAMPLE = "rainy sunday piano"
MOST_CHIPS = 9
NOTHING = {"genre": "No genre stands in your files' tags yet.", "decade": "No year stands in your files' tags yet."}


class WishBar(QFrame):
    """``wished`` with (kind, words); kind is phrase, genre, mood or decade."""

    wished = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._known: dict[str, tuple[str, ...]] = {}
        self._all_shown = False
        self.edit = QLineEdit()
        self.edit.setProperty("kind", "hero")
        self.edit.setPlaceholderText(f"Say what you want to hear, such as: {EXAMPLE}")
        self.edit.setAccessibleName("A mix in your own words")
        self.edit.setMaxLength(200)
        self.make = button("Make a mix", kind="primary")
        self.make.setFixedHeight(46)
        self.make.setEnabled(False)
        self.sort = Segments("Choose by", SORTS)
        self.chips = QWidget()
        self._flow = ChipFlow(self.chips)
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self.edit, 1)
        first.addWidget(self.make)
        second = QHBoxLayout()
        second.setSpacing(14)
        second.addWidget(self.sort, 0, Qt.AlignmentFlag.AlignTop)
        second.addWidget(self.chips, 1, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(first)
        column.addLayout(second)
        self.edit.textChanged.connect(lambda text: self.make.setEnabled(bool(text.strip())))
        self.edit.returnPressed.connect(self._send)
        self.make.clicked.connect(self._send)
        self.sort.chosen.connect(self._turned)

    def show_choices(self, genres: Sequence[str], moods: Sequence[str], decades: Sequence[int]) -> None:
        """What there is to choose from, the likeliest first."""
        self._known = {"genre": tuple(genres), "mood": tuple(moods), "decade": tuple(f"{year}s" for year in decades)}
        self._show_chips()

    def _turned(self) -> None:
        self._all_shown = False
        self._show_chips()

    def _show_chips(self) -> None:
        sort = self.sort.value
        known = self._known.get(sort, ())
        self._flow.clear()
        shown = known if self._all_shown or len(known) <= MOST_CHIPS + 1 else known[:MOST_CHIPS]
        for words in shown:
            chip = button(literal(words[:1].upper() + words[1:]), kind="chip", name=f"{words} mix")
            chip.clicked.connect(partial(self._chip, sort, words))
            self._add(chip)
        if len(shown) < len(known):
            more = button(f"{len(known) - len(shown)} more", kind="quiet", name=f"Show {len(known) - len(shown)} more")
            more.clicked.connect(self._show_all)
            self._add(more)
        if not known and sort in self._known:
            from podmix.ui.widgets.labels import label

            self._add(label(NOTHING.get(sort, ""), kind="soft"))
        self.chips.updateGeometry()

    def _add(self, widget: QWidget) -> None:
        self._flow.addWidget(widget)
        widget.show()

    def _show_all(self) -> None:
        self._all_shown = True
        self._show_chips()
        first = self._flow.itemAt(MOST_CHIPS)
        if first is not None and (chip := first.widget()) is not None:
            chip.setFocus(Qt.FocusReason.OtherFocusReason)

    def _chip(self, sort: str, words: str) -> None:
        self.wished.emit(sort, words)

    def _send(self) -> None:
        words = self.edit.text().strip()
        if words:
            self.wished.emit("phrase", words)

    def begin(self) -> None:
        """To the field, its words chosen."""
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.edit.selectAll()
