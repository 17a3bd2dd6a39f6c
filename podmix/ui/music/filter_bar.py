# SPDX-License-Identifier: GPL-3.0-or-later
"""What of the library is shown: a line to type into, and chips that compose: tempo, key, energy, genre, rating."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from podmix.errors import UsageError
from podmix.music.interop.key_notation import from_order, parse_key
from podmix.music.smart_lists import Rules, read_filter
from podmix.ui.theme import Theme
from podmix.ui.widgets.buttons import button, literal, name_control
from podmix.ui.widgets.labels import label

TYPED_MS = 140
LOWEST_BPM, HIGHEST_BPM = 40.0, 260.0
NEAR_SHARE = 0.06  # what a deck's tempo slider usually reaches
MOST_GENRES = 40
HINT = "Search, or bpm:120-128 key~8A rating>=4 genre:house added:30"


class FilterBar(QWidget):
    """``changed`` when something else is to be shown; ``text`` and ``rules`` say what.

    ``reference`` gives (bpm, key) of what plays and of what is chosen, which chips can fit to.
    """

    changed = Signal()
    left = Signal()  # Enter or Down: on to the table

    def __init__(self, theme: Theme, reference: Callable[[str], tuple[float | None, str]]) -> None:
        super().__init__()
        self._theme, self._reference = theme, reference
        self.text, self._typed_rules = "", {"all": []}  # type: tuple[str, Rules]
        self.bpm: tuple[float, float] | None = None
        self.energy: tuple[int, int] | None = None
        self.fits: tuple[str, str] | None = None  # (playing, chosen or key; which key)
        self.genres: set[str] = set()
        self.rating = 0
        self._known_genres: Sequence[tuple[str, int]] = ()
        self.edit = QLineEdit()
        self.edit.setPlaceholderText("Search title, artist, album …")
        self.edit.setToolTip(HINT)
        self.edit.setAccessibleName("Search the music")
        self.edit.setAccessibleDescription(HINT)
        self.problem = label(kind="danger")
        self.problem.hide()
        self.chips: dict[str, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.edit.setMinimumWidth(150)
        row.addWidget(self.edit, 1)
        for name, fill in (("bpm", self._fill_bpm), ("key", self._fill_key), ("energy", self._fill_energy),
                           ("genre", self._fill_genre), ("rating", self._fill_rating)):
            row.addWidget(self._chip(name, fill))
        self.clear = button("Clear", kind="quiet", name="Show everything again")
        self.clear.clicked.connect(self.reset)
        row.addWidget(self.clear)
        row.addWidget(self.problem)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(TYPED_MS)
        self._soon.timeout.connect(self._read)
        self.edit.textChanged.connect(lambda _text: self._soon.start())
        self.edit.returnPressed.connect(self._entered)
        self._show()

    def _chip(self, name: str, fill: Callable[[QMenu], object]) -> QPushButton:
        made = button("", kind="chip")
        made.setCheckable(True)
        menu = QMenu(made)
        menu.setAccessibleName(name)
        menu.addAction(" ")  # an empty menu would not open
        menu.aboutToShow.connect(menu.clear)
        menu.aboutToShow.connect(lambda: fill(menu))
        menu.aboutToHide.connect(self._show)
        made.setMenu(menu)
        self.chips[name] = made
        return made

    # -- what is asked --
    @property
    def rules(self) -> Rules:
        """All that the chips and the typed line ask, as one tree."""
        wanted: list[Any] = list(self._typed_rules.get("all", ()))
        if self.bpm is not None:
            wanted.append({"field": "bpm", "op": "between", "value": list(self.bpm)})
        if self.energy is not None:
            wanted.append({"field": "energy", "op": "between", "value": [self.energy[0] - 0.5, self.energy[1] + 0.5]})
        if self.fits is not None and parse_key(self.fits[1]) is not None:
            wanted.append({"field": "key", "op": "compatible", "value": self.fits[1]})
        if self.genres:
            wanted.append({"any": [{"field": "genre", "op": "is", "value": genre} for genre in sorted(self.genres)]})
        if self.rating:
            wanted.append({"field": "rating", "op": "at_least", "value": self.rating})
        return {"all": wanted}

    @property
    def asks_something(self) -> bool:
        return bool(self.text.strip() or self.rules["all"])

    def _read(self) -> None:
        try:
            self.text, self._typed_rules = read_filter(self.edit.text())
        except UsageError as wrong:
            self.problem.setText(wrong.message)
            self.problem.show()
            return
        self.problem.hide()
        self._tell()

    def _entered(self) -> None:
        if self._soon.isActive():
            self._soon.stop()
            self._read()
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and self.edit.hasFocus():
            self._entered()
        elif event.key() == Qt.Key.Key_Escape and self.edit.text():
            self.edit.clear()
        else:
            super().keyPressEvent(event)

    def reset(self) -> None:
        """Everything is shown again."""
        self.bpm = self.energy = self.fits = None
        self.genres, self.rating = set(), 0
        self.edit.clear()
        self._soon.stop()
        self._read()

    def follow_playing(self) -> None:
        """Another track plays: what fits it is shown, where that was asked for."""
        if self.fits is not None and self.fits[0] == "playing":
            key = self._reference("playing")[1]
            if key and key != self.fits[1]:
                self.fits = ("playing", key)
                self._tell()

    def _tell(self) -> None:
        self._show()
        self.changed.emit()

    def set_genres(self, genres: Sequence[tuple[str, int]]) -> None:
        self._known_genres = genres

    # -- chips --
    def _show(self) -> None:
        fits = parse_key(self.fits[1]) if self.fits else None
        words = {
            "bpm": f"{self.bpm[0]:g}–{self.bpm[1]:g} BPM" if self.bpm else "BPM",
            "key": f"Fits {fits.camelot}" if fits else "Key",
            "energy": f"Energy {self.energy[0]}–{self.energy[1]}" if self.energy else "Energy",
            "genre": (next(iter(self.genres)) if len(self.genres) == 1 else f"{len(self.genres)} genres")
            if self.genres else "Genre",
            "rating": f"{self.rating} stars up" if self.rating else "Rating",
        }
        on = {"bpm": self.bpm, "key": self.fits, "energy": self.energy, "genre": self.genres, "rating": self.rating}
        for name, chip in self.chips.items():
            chip.setText(literal(words[name]))
            chip.setChecked(bool(on[name]))
            name_control(chip, f"Filter by {name}: {words[name] if on[name] else 'any'}")
        self.clear.setVisible(self.asks_something or bool(self.edit.text()))

    def _set(self, **wanted: Any) -> None:
        for name, value in wanted.items():
            setattr(self, name, value)
        self._tell()

    def _fill_bpm(self, menu: QMenu) -> None:
        low, high = self.bpm or (100.0, 140.0)
        boxes = []
        for value, name in ((low, "Lowest tempo"), (high, "Highest tempo")):
            box = QDoubleSpinBox()
            box.setRange(LOWEST_BPM, HIGHEST_BPM)
            box.setDecimals(1)
            box.setValue(value)
            box.setKeyboardTracking(False)
            name_control(box, name)
            boxes.append(box)
        for box in boxes:
            box.valueChanged.connect(lambda _value: self._set(bpm=tuple(sorted(b.value() for b in boxes))))
        _add_row(menu, boxes)
        for which, words in (("playing", "what plays"), ("chosen", "the chosen track")):
            bpm, _ = self._reference(which)
            entry = menu.addAction(f"Within 6 % of {words}" + (f"  ·  {bpm:.1f}" if bpm else ""))
            entry.setEnabled(bpm is not None)
            if bpm is not None:
                entry.triggered.connect(lambda _checked=False, bpm=bpm: self._set(
                    bpm=(round(bpm * (1 - NEAR_SHARE), 1), round(bpm * (1 + NEAR_SHARE), 1))))
        menu.addSeparator()
        menu.addAction("Any tempo").triggered.connect(lambda: self._set(bpm=None))

    def _fill_key(self, menu: QMenu) -> None:
        for which, words in (("playing", "what plays"), ("chosen", "the chosen track")):
            key = parse_key(self._reference(which)[1])
            entry = menu.addAction(f"Fits {words}" + (f"  ·  {key.camelot} {key.name}" if key else ""))
            entry.setEnabled(key is not None)
            if key is not None:
                entry.triggered.connect(lambda _checked=False, which=which, key=key: self._set(fits=(which, key.name)))
        for mode, words in ((0, "Fits a minor key"), (1, "Fits a major key")):
            inside = menu.addMenu(words)
            for number in range(12):
                key = from_order(number * 2 + mode)
                inside.addAction(f"{key.camelot}  {key.name}").triggered.connect(
                    lambda _checked=False, key=key: self._set(fits=("key", key.name)))
        menu.addSeparator()
        menu.addAction("Any key").triggered.connect(lambda: self._set(fits=None))

    def _fill_energy(self, menu: QMenu) -> None:
        low, high = self.energy or (1, 10)
        boxes = []
        for value, name in ((low, "Lowest energy"), (high, "Highest energy")):
            box = QSpinBox()
            box.setRange(1, 10)
            box.setValue(value)
            name_control(box, name)
            boxes.append(box)
        for box in boxes:
            box.valueChanged.connect(lambda _value: self._set(energy=tuple(sorted(b.value() for b in boxes))))
        _add_row(menu, boxes)
        for words, span in (("Calm  ·  1–4", (1, 4)), ("Warm  ·  4–7", (4, 7)), ("Peak  ·  7–10", (7, 10))):
            menu.addAction(words).triggered.connect(partial(self._set, energy=span))
        menu.addSeparator()
        menu.addAction("Any energy").triggered.connect(lambda: self._set(energy=None))

    def _fill_genre(self, menu: QMenu) -> None:
        for genre, count in self._known_genres[:MOST_GENRES]:
            entry = menu.addAction(f"{literal(genre)}  ·  {count}")
            entry.setCheckable(True)
            entry.setChecked(genre in self.genres)
            entry.toggled.connect(lambda on, genre=genre: self._set(
                genres=self.genres | {genre} if on else self.genres - {genre}))
        if not self._known_genres:
            menu.addAction("No genres yet").setEnabled(False)
        menu.addSeparator()
        menu.addAction("Any genre").triggered.connect(lambda: self._set(genres=set()))

    def _fill_rating(self, menu: QMenu) -> None:
        for stars in range(5, 0, -1):
            menu.addAction("★" * stars + ("" if stars == 5 else "  and up")).triggered.connect(
                partial(self._set, rating=stars))
        menu.addSeparator()
        menu.addAction("Any rating").triggered.connect(lambda: self._set(rating=0))


def _add_row(menu: QMenu, boxes: Sequence[QWidget]) -> None:
    room = QWidget()
    column = QVBoxLayout(room)
    column.setContentsMargins(10, 8, 10, 8)
    row = QHBoxLayout()
    row.addWidget(boxes[0])
    row.addWidget(label("to", kind="soft"))
    row.addWidget(boxes[1])
    column.addLayout(row)
    entry = QWidgetAction(menu)
    entry.setDefaultWidget(room)
    menu.addAction(entry)
    menu.addSeparator()
