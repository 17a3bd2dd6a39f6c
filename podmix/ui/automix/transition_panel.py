# SPDX-License-Identifier: GPL-3.0-or-later
"""The transition in hand: its curves, its kind and length, lock, audition, and why it is as it is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from podmix.ui.automix.curve_view import CurveView
from podmix.ui.automix.learned_view import LearnedView
from podmix.ui.automix.learning import KIND_NAMES
from podmix.ui.automix.picture import MixPicture
from podmix.ui.theme import Theme
from podmix.ui.widgets.buttons import IconButton, button
from podmix.ui.widgets.labels import ElidedLabel, label
from podmix.ui.wording import clock_text

LENGTHS = (4, 8, 16, 32)


class TransitionPanel(QWidget):
    """Shows one transition of a picture; says what is wanted of it."""

    kind_wanted = Signal(str)
    bars_wanted = Signal(int)
    lock_wanted = Signal(bool)
    audition_wanted = Signal()
    step_wanted = Signal(int)
    rate_wanted = Signal(str)  # like or dislike

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.title = ElidedLabel(kind="strong")
        self.curves = CurveView(theme)
        self.earlier = IconButton(theme, "left", "Transition before", key="←", size=16)
        self.later = IconButton(theme, "right", "Transition after", key="→", size=16)
        self.lock = IconButton(theme, "lock", "Lock: planning anew leaves this transition alone", key="L", size=16,
                               on_icon="lock", on_colour="attention")
        self.lock.setCheckable(True)
        self.like = IconButton(theme, "like", "I like this transition", key="Y", size=16, on_icon="like-on",
                               on_colour="music")
        self.dislike = IconButton(theme, "nope", "Not like this", key="N", size=16, on_icon="nope",
                                  on_colour="attention")
        for verdict in (self.like, self.dislike):
            verdict.setCheckable(True)
        self.learned = LearnedView()
        self.audition = button("Hear it", name="Hear the transition, from 4 bars before to 4 after (A)")
        self.kind = button("", name="Kind of the transition (K)")
        self._kinds: dict[str, QAction] = {}
        self.lengths: dict[int, QPushButton] = {}
        self._facts: list[tuple[QWidget, ElidedLabel]] = []
        self.reasons = label(kind="soft", wrap=True)
        self._build()
        self._wire()

    def _build(self) -> None:
        left, right = QFrame(), QFrame()
        for frame in (left, right):
            frame.setProperty("kind", "outlined")
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.title, 1)
        for part in (self.earlier, self.later, self.lock, self.audition):
            top.addWidget(part)
        column = QVBoxLayout(left)
        column.setContentsMargins(16, 10, 12, 10)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.curves, 1)
        column.addLayout(self._chips())
        why = QVBoxLayout(right)
        why.setContentsMargins(16, 10, 8, 8)
        why.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(label("Why this transition", kind="strong"), 1)
        for part in (self.like, self.dislike):
            head.addWidget(part)
        why.addLayout(head)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for line, words in enumerate(("Tempo", "Key", "Energy", "Place")):
            value = ElidedLabel()
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            name = label(words, kind="soft")
            grid.addWidget(name, line, 0)
            grid.addWidget(value, line, 1)
            self._facts.append((name, value))
        scroll, page = QScrollArea(), QWidget()
        page.setProperty("kind", "page")
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        scroll.setAccessibleName("Reasons")
        inner = QVBoxLayout(page)
        inner.setContentsMargins(0, 0, 8, 0)
        inner.setSpacing(8)
        inner.addLayout(grid)
        inner.addWidget(self.reasons)
        inner.addWidget(self.learned)
        inner.addStretch(1)
        scroll.setWidget(page)
        why.addWidget(scroll, 1)
        both = QHBoxLayout(self)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(12)
        both.addWidget(left, 1)
        both.addWidget(right)
        right.setFixedWidth(292)

    def _chips(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self._length_group = QButtonGroup(self)
        menu = QMenu(self.kind)
        for kind, words in KIND_NAMES.items():
            entry = self._kinds[kind] = menu.addAction(words)
            entry.setCheckable(True)
            entry.triggered.connect(lambda _checked=False, kind=kind: self.kind_wanted.emit(kind))
        self.kind.setMenu(menu)
        row.addWidget(label("Kind", kind="soft"))
        row.addWidget(self.kind)
        row.addStretch(1)
        for bars in LENGTHS:
            chip = self.lengths[bars] = button(str(bars), kind="chip", name=f"{bars} bars")
            chip.setCheckable(True)
            self._length_group.addButton(chip)
            row.addWidget(chip)
        self._bars_word = label("bars", kind="small")
        row.addWidget(self._bars_word)
        return row

    def _wire(self) -> None:
        for bars, length in self.lengths.items():
            length.clicked.connect(lambda _checked=False, bars=bars: self.bars_wanted.emit(bars))
        self.lock.clicked.connect(self.lock_wanted)
        self.like.clicked.connect(lambda: self.rate_wanted.emit("like"))
        self.dislike.clicked.connect(lambda: self.rate_wanted.emit("dislike"))
        self.audition.clicked.connect(self.audition_wanted)
        self.earlier.clicked.connect(lambda: self.step_wanted.emit(-1))
        self.later.clicked.connect(lambda: self.step_wanted.emit(1))

    def show_transition(self, picture: MixPicture, number: int, reasons: tuple[str, ...],
                        speeds: tuple[float, float]) -> None:
        """Transition ``number`` of the picture (-1: none). ``speeds`` of the track that ends and the one that begins.
        """
        known = 0 <= number < len(picture.transitions)
        self.setEnabled(known)
        one = picture.transitions[number] if known else None
        self.curves.show_transition(picture, number)
        if one is None:
            self.title.set_text("No transition: a mix needs two tracks")
            self.reasons.setText("")
            for _, value in self._facts:
                value.set_text("")
            return
        before, after = picture.tracks[number], picture.tracks[number + 1]
        length = f"over {one.bars} bars" if one.bars else f"over {one.end - one.start:.1f} s" if one.end > one.start \
            else ""
        self.title.set_text(f"Transition {number + 1} → {number + 2} · {KIND_NAMES[one.kind].lower()} {length}")
        self.lock.setChecked(one.locked)
        self.kind.setText(f"{KIND_NAMES[one.kind]}  ▾")
        self.kind.setAccessibleName(f"Kind of the transition: {KIND_NAMES[one.kind]} (K)")
        for kind, entry in self._kinds.items():
            entry.setChecked(kind == one.kind)
        self._length_group.setExclusive(False)
        for bars, chip in self.lengths.items():
            chip.setChecked(bars == one.bars)
            chip.setVisible(one.bars > 0)
        self._length_group.setExclusive(True)
        self._bars_word.setVisible(one.bars > 0)
        self._facts[0][1].set_text(_tempo_text(before.bpm, after.bpm, speeds, matched=one.bars > 0))
        self._facts[1][1].set_text(_key_text(before.key, after.key))
        self._facts[2][1].set_text(f"{before.energy:.1f} → {after.energy:.1f}")
        self._facts[3][1].set_text(f"{clock_text(one.start)} – {clock_text(one.end)}")
        self.reasons.setText("\n".join(reasons))

    def show_rating(self, rating: str) -> None:
        """like, dislike, or ""."""
        self.like.setChecked(rating == "like")
        self.dislike.setChecked(rating == "dislike")


def _key_text(before: str, after: str) -> str:
    """Camelot places, and in a word how they go together."""
    if not before or not after:
        return f"{before or 'unknown'} → {after or 'unknown'}"
    from podmix.automix.pairs import key_distance

    apart = key_distance(before, after)
    said = "same" if not apart else "fits" if apart <= 0.1 else "near" if apart <= 0.4 else "apart"
    return f"{before} → {after}, {said}"


def _tempo_text(before: float | None, after: float | None, speeds: tuple[float, float], *, matched: bool) -> str:
    if not before or not after:
        return "no steady tempo" if not before and not after else f"{before or after:.1f} on one side only"
    bent = max(speeds, key=lambda speed: abs(speed - 1.0))
    return f"{before:.1f} → {after:.1f}" + (f", bent {abs(bent - 1) * 100:.1f} %" if matched else "")
