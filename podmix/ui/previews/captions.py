# SPDX-License-Identifier: GPL-3.0-or-later
"""Paints live captions: the line being spoken at full strength with its word lit, its neighbours dimmed.

Lines are laid out once per width and font size (``QTextLayout``, so right-to-left text works); painting only draws.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QTextCharFormat, QTextLayout, QTextOption

from podmix.ui.previews.caption_lines import ShownLine, line_at, word_at
from podmix.ui.theme import BODY, font
from podmix.ui.widgets.artwork import CardColours

GAP = 0.62  # between lines, in font sizes
LEADING = 1.34
NAME_GAP = 4.0


def runs_left(text: str) -> bool:
    """Whether a line is written from right to left (decided by its first letter that has a direction)."""
    kinds = (unicodedata.bidirectional(letter) for letter in text)
    return next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L"


def _break(layout: QTextLayout, width: float) -> int:
    """Break at ``width``; returns the number of rows."""
    layout.beginLayout()
    rows = 0
    while (row := layout.createLine()).isValid():
        row.setLineWidth(width)
        rows += 1
    layout.endLayout()
    return rows


def _balance(layout: QTextLayout, width: float) -> int:
    """Break into as few rows as fit, then as evenly as that number allows, so that no word stands alone at the end."""
    rows = _break(layout, width)
    if rows == 1:
        return rows
    low, high = width * 0.4, width
    while high - low > 8:
        middle = (low + high) / 2
        fits = _break(layout, middle) == rows and \
            all(layout.lineAt(n).naturalTextWidth() <= middle + 0.5 for n in range(rows))
        low, high = (low, middle) if fits else (middle, high)
    return _break(layout, high)


class Captions:
    """The captions of one card. Heights and scroll positions are pixels from the first line's top."""

    def __init__(self, lines: Sequence[ShownLine]) -> None:
        self.lines = tuple(lines)
        self._layouts: list[QTextLayout] = []
        self._tops: list[float] = []
        self._heights: list[float] = []
        self._lefts: list[float] = []  # where a line's box begins: text that runs to the left ends at the right edge
        self._made_for: tuple[float, float] = (0.0, 0.0)

    def lay_out(self, width: float, pixels: float) -> None:
        """Break the lines for this width; does nothing when nothing changed."""
        if self._made_for == (width, pixels):
            return
        self._made_for = (width, pixels)
        self._layouts, self._tops, self._heights, self._lefts = [], [], [], []
        face = font(pixels, QFont.Weight.DemiBold)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        name_height = BODY * 1.4 + NAME_GAP
        top = 0.0
        for line in self.lines:
            layout = QTextLayout(line.text, face)
            leftwards = runs_left(line.text)
            option.setAlignment(Qt.AlignmentFlag.AlignRight if leftwards else Qt.AlignmentFlag.AlignLeft)
            layout.setTextOption(option)
            layout.setCacheEnabled(True)
            height = _balance(layout, width) * pixels * LEADING
            for number in range(layout.lineCount()):
                layout.lineAt(number).setPosition(QPointF(0, number * pixels * LEADING))
            if line.turn:
                top += name_height
            self._layouts.append(layout)
            self._tops.append(top)
            self._heights.append(height)
            self._lefts.append(width - layout.lineAt(0).width() if leftwards else 0.0)
            top += height + pixels * GAP

    def current(self, time: float) -> int:
        return line_at(self.lines, time)

    def scroll_for(self, index: int) -> float:
        """The scroll position that puts this line's middle at the anchor."""
        if not 0 <= index < len(self._tops):
            return 0.0
        return self._tops[index] + self._heights[index] / 2

    def line_under(self, y: float, area: QRectF, scroll: float) -> int:
        """The line at a point of the card, -1 where there is none."""
        at = y - self._anchor(area) + scroll
        for index, top in enumerate(self._tops):
            if top <= at <= top + self._heights[index]:
                return index
        return -1

    @staticmethod
    def _anchor(area: QRectF) -> float:
        return area.top() + area.height() * 0.45

    def paint(self, painter: QPainter, area: QRectF, time: float, scroll: float, colours: CardColours) -> None:
        """Draw into ``area``; the caller has laid out for its width."""
        if not self.lines:
            return
        painter.save()
        painter.setClipRect(area)
        current = self.current(time)
        anchor = self._anchor(area)
        held = self._held_turn(time, area, scroll)
        for index, layout in enumerate(self._layouts):
            top = anchor + self._tops[index] - scroll
            if top > area.bottom() or top + self._heights[index] < area.top() - 40:
                continue
            line = self.lines[index]
            if line.turn and index != held:
                self._name(painter, line, area, top, colours)
            at = QPointF(area.left() + self._lefts[index], top)
            if index == current:
                painter.setPen(colours.text)
                layout.draw(painter, at, self._lit(line, time, colours.lit))
            else:
                painter.setPen(colours.dim)
                layout.draw(painter, at)
        painter.restore()

    def speaker_held(self, time: float, area: QRectF, scroll: float) -> ShownLine | None:
        """The line whose speaker is to be held at the top, when the turn's own name has scrolled away."""
        turn = self._held_turn(time, area, scroll)
        return self.lines[turn] if turn >= 0 else None

    def _held_turn(self, time: float, area: QRectF, scroll: float) -> int:
        """The line that began the current turn, once its name is scrolling away; else -1."""
        turn = self.current(time)
        if turn < 0 or not self.lines[turn].speaker:
            return -1
        while turn > 0 and not self.lines[turn].turn:
            turn -= 1
        return turn if self._anchor(area) + self._tops[turn] - scroll < area.top() + 34 else -1

    @staticmethod
    def _lit(line: ShownLine, time: float, colour: QColor) -> list[QTextLayout.FormatRange]:
        word = word_at(line, time)
        if word is None:
            return []
        lit = QTextLayout.FormatRange()
        lit.start, lit.length = word.first, word.last - word.first
        face = QTextCharFormat()
        face.setForeground(colour)
        lit.format = face
        return [lit]

    @staticmethod
    def _name(painter: QPainter, line: ShownLine, area: QRectF, line_top: float, colours: CardColours) -> None:
        height = BODY * 1.4
        paint_name(painter, QRectF(area.left(), line_top - height - NAME_GAP + 2, area.width(), height), line.speaker,
                   colours, at_right=runs_left(line.text))


def paint_name(painter: QPainter, room: QRectF, name: str, colours: CardColours, *, at_right: bool) -> None:
    """Who speaks, on the side where their words begin."""
    painter.setFont(font(BODY, QFont.Weight.Medium))
    painter.setPen(colours.soft)
    side = Qt.AlignmentFlag.AlignRight if at_right else Qt.AlignmentFlag.AlignLeft
    painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter,
                     painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(room.width())))
