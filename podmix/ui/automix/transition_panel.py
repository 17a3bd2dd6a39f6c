# SPDX-License-Identifier: GPL-3.0-or-later
"""The transition in hand: its curves, its kind and length, lock, audition, and why it is as it is."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from podmix.ui.automix.picture import MixPicture, TransitionPicture
from podmix.ui.automix.timeline_paint import draw_curves
from podmix.ui.music.wave_paint import Scale
from podmix.ui.theme import SMALL, Theme, font
from podmix.ui.widgets.buttons import IconButton, button
from podmix.ui.widgets.labels import ElidedLabel, label
from podmix.ui.wording import clock_text

KIND_NAMES = {"blend": "Blend", "bass-swap": "Bass swap", "filter": "Filter", "loop": "Loop", "echo-out": "Echo out",
              "cut": "Cut", "crossfade": "Crossfade", "join": "Join"}
LENGTHS = (4, 8, 16, 32)


class CurveView(QWidget):
    """The automation of one transition: coral goes out, teal comes in."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: TransitionPicture | None = None
        self.playhead: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(64)
        self.setAccessibleName("Curves of the transition")
        theme.changed.connect(self.update)

    def show_transition(self, one: TransitionPicture | None) -> None:
        self._shown = one
        self.update()

    def set_playhead(self, second: float | None) -> None:
        if self.playhead != second:
            self.playhead = second
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, 110)

    def paintEvent(self, _event: QPaintEvent) -> None:
        one, tokens = self._shown, self._theme.tokens
        painter = QPainter(self)
        area = QRectF(0, 4, self.width(), self.height() - 24)
        if one is None:
            painter.end()
            return
        length = one.end - one.start
        if length <= 0:
            painter.setFont(font(SMALL))
            painter.setPen(tokens.colour("soft"))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "One track ends where the other begins.")
            painter.end()
            return
        scale = Scale(one.start, area.width() / length)
        for bar in range(one.bars + 1 if one.bars else 0):
            x = round(area.width() * bar / one.bars) + (0.5 if bar < one.bars else -0.5)
            painter.setPen(QPen(tokens.colour("line"), 2 if bar % 8 == 0 else 1))
            if one.bars <= 32 or bar % 4 == 0:
                painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
        painter.setPen(QPen(tokens.colour("line"), 1))
        for y in (area.top() + 0.5, area.bottom() + 0.5):
            painter.drawLine(QLineF(0, y, area.width(), y))
        for curves, name in ((one.out, "voice"), (one.into, "music")):
            whole = curves if "gain" in curves else {**curves, "gain": ((one.start, 1.0), (one.end, 1.0))}
            draw_curves(painter, area.adjusted(0, 4, 0, -4), whole, one, scale, tokens, name)
        if self.playhead is not None and one.start <= self.playhead <= one.end:
            painter.fillRect(QRectF(scale.x(self.playhead) - 1, area.top(), 2, area.height()), tokens.colour("text"))
        self._legend(painter, area.bottom() + 16)
        painter.end()

    def _legend(self, painter: QPainter, y: float) -> None:
        tokens = self._theme.tokens
        painter.setFont(font(SMALL))
        measure, x = painter.fontMetrics(), 0.0
        for words, colour, style in (("goes out", "voice", Qt.PenStyle.SolidLine), ("comes in", "music",
                                     Qt.PenStyle.SolidLine), ("gain", "soft", Qt.PenStyle.SolidLine),
                                     ("bass", "soft", Qt.PenStyle.DashLine),
                                     ("mid, high", "soft", Qt.PenStyle.DotLine),
                                     ("filter", "soft", Qt.PenStyle.DashDotLine)):
            painter.setPen(QPen(tokens.colour(colour), 2, style))
            painter.drawLine(QLineF(x, y - 4, x + 18, y - 4))
            painter.setPen(tokens.colour("soft"))
            painter.drawText(QRectF(x + 24, y - 14, 120, 18), Qt.AlignmentFlag.AlignVCenter, words)
            x += 24 + measure.horizontalAdvance(words) + 18


class TransitionPanel(QWidget):
    """Shows one transition of a picture; says what is wanted of it."""

    kind_wanted = Signal(str)
    bars_wanted = Signal(int)
    lock_wanted = Signal(bool)
    audition_wanted = Signal()
    step_wanted = Signal(int)

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
        why.setContentsMargins(16, 14, 8, 8)
        why.setSpacing(8)
        why.addWidget(label("Why this transition", kind="strong"))
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
        self.curves.show_transition(one)
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
        self._facts[1][1].set_text(f"{before.key or 'unknown'} → {after.key or 'unknown'}")
        self._facts[2][1].set_text(f"{before.energy:.1f} → {after.energy:.1f}")
        self._facts[3][1].set_text(f"{clock_text(one.start)} – {clock_text(one.end)}")
        self.reasons.setText("\n".join(reasons))


def _tempo_text(before: float | None, after: float | None, speeds: tuple[float, float], *, matched: bool) -> str:
    if not before or not after:
        return "no steady tempo" if not before and not after else f"{before or after:.1f} on one side only"
    bent = max(speeds, key=lambda speed: abs(speed - 1.0))
    return f"{before:.1f} → {after:.1f}" + (f", bent {abs(bent - 1) * 100:.1f} %" if matched else "")
