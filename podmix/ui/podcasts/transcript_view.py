# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole transcript: click a word to play from it, search inside, and the spoken sentence follows playback.

``Script`` is the arithmetic (characters to times and back), free of Qt; the view only draws and clicks. Lines of one
speaker that follow each other become paragraphs of a readable size.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from podmix.app.views import CaptionLine
from podmix.ui.theme import LARGE, SMALL, Theme
from podmix.ui.wording import clock_text

PARAGRAPH = 420  # characters after which a new paragraph begins
PAUSE_S = 2.5


class Script:
    """The transcript as one text. Offsets are characters of that text."""

    def __init__(self, lines: Sequence[CaptionLine]) -> None:
        self.paragraphs: list[tuple[str, float, list[CaptionLine]]] = []
        self._line_first: list[int] = []
        self._line_starts: list[float] = []
        self._word_first: list[int] = []
        self._word_times: list[float] = []
        self._line_spans: list[tuple[int, int]] = []
        self.text = ""
        self._gather(lines)

    def _gather(self, lines: Sequence[CaptionLine]) -> None:
        before: CaptionLine | None = None
        length = 0
        for line in lines:
            turn = before is None or line.speaker != before.speaker
            if before is None or turn or length > PARAGRAPH or line.start - before.end > PAUSE_S:
                self.paragraphs.append((line.speaker if turn else "", line.start, []))
                length = 0
            self.paragraphs[-1][2].append(line)
            length += len(line.text) + 1
            before = line

    @staticmethod
    def heading(speaker: str, start: float) -> str:
        return f"{clock_text(start)}   {speaker}" if speaker else clock_text(start)

    def place(self, offset: int, line: CaptionLine) -> None:
        """Tell where a line came to stand; called in order while the text is written."""
        self._line_first.append(offset)
        self._line_starts.append(line.start)
        self._line_spans.append((offset, offset + len(line.text)))
        at = 0
        for word in line.words:
            found = line.text.find(word.text, at)
            if found >= 0:
                self._word_first.append(offset + found)
                self._word_times.append(word.start)
                at = found + len(word.text)
        if not line.words:
            self._word_first.append(offset)
            self._word_times.append(line.start)

    def time_at(self, offset: int) -> float | None:
        """The time of the word at a character (of its line, where words have no times)."""
        index = bisect.bisect_right(self._word_first, offset) - 1
        return self._word_times[index] if index >= 0 else None

    def span_at(self, time: float) -> tuple[int, int] | None:
        """First and last character of the line spoken at ``time``."""
        index = bisect.bisect_right(self._line_starts, time + 0.02) - 1
        return self._line_spans[index] if index >= 0 else None


class TranscriptView(QTextEdit):
    """Read-only text; a click plays, a drag selects."""

    time_wanted = Signal(float)
    found_changed = Signal(int, int)  # which, of how many

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: tuple[CaptionLine, ...] = ()
        self._script = Script(())
        self._spoken: tuple[int, int] | None = None
        self._hits: list[tuple[int, int]] = []
        self._hit = -1
        self._pressed_at: tuple[int, int] | None = None
        self._follow = True
        self.setReadOnly(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse
                                     | Qt.TextInteractionFlag.TextSelectableByKeyboard)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUndoRedoEnabled(False)
        self.document().setDocumentMargin(0)
        self.setViewportMargins(0, 0, 16, 0)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Transcript. Press Enter to play from the cursor")
        theme.changed.connect(lambda: self.show_lines(self._lines))

    def show_lines(self, lines: Sequence[CaptionLine]) -> None:
        """Write the whole transcript anew."""
        self._lines = tuple(lines)
        self._script = Script(self._lines)
        self._spoken, self._hits, self._hit = None, [], -1
        self.clear()
        tokens = self._theme.tokens
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        head, body = QTextCharFormat(), QTextCharFormat()
        head.setForeground(QColor(tokens.soft))
        head.setProperty(QTextCharFormat.Property.FontPixelSize, SMALL)
        head.setFontWeight(QFont.Weight.DemiBold)
        body.setForeground(QColor(tokens.text))
        body.setProperty(QTextCharFormat.Property.FontPixelSize, LARGE)
        close, open_ = QTextBlockFormat(), QTextBlockFormat()
        close.setTopMargin(18)
        close.setBottomMargin(1)
        open_.setLineHeight(148, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        for number, (speaker, start, members) in enumerate(self._script.paragraphs):
            if number:
                cursor.insertBlock(close, head)
            cursor.setBlockFormat(close)
            cursor.insertText(self._script.heading(speaker, start), head)
            cursor.insertBlock(open_, body)
            for index, line in enumerate(members):
                if index:
                    cursor.insertText(" ", body)
                self._script.place(cursor.position(), line)
                cursor.insertText(line.text, body)
        cursor.endEditBlock()
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self._mark()

    # -- following --
    def set_time(self, time: float | None) -> None:
        """Mark the line spoken at ``time``; scroll with it until the person scrolls away."""
        span = None if time is None else self._script.span_at(time)
        if span == self._spoken:
            return
        self._spoken = span
        self._mark()
        if span is not None and self._follow and self.isVisible():
            self._bring_to_view(span[0])

    def follow(self, follow: bool) -> None:
        self._follow = follow

    def show_time(self, time: float) -> None:
        span = self._script.span_at(time)
        if span is not None:
            self._bring_to_view(span[0])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width breaks the lines elsewhere: what is spoken stays in sight."""
        super().resizeEvent(event)
        if self._spoken is not None and self._follow and event.oldSize().width() != event.size().width():
            self._bring_to_view(self._spoken[0])

    def _bring_to_view(self, offset: int) -> None:
        cursor = QTextCursor(self.document())
        cursor.setPosition(offset)
        box = self.cursorRect(cursor)
        third = self.viewport().height() // 3
        if not 0 <= box.top() <= self.viewport().height() * 2 // 3:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + box.top() - third)

    # -- search inside --
    def find_all(self, wanted: str) -> int:
        """Mark every place; returns how many."""
        self._hits, self._hit = [], -1
        plain, wanted = self.toPlainText().casefold(), wanted.casefold().strip()
        at = plain.find(wanted) if wanted else -1
        while at >= 0:
            self._hits.append((at, at + len(wanted)))
            at = plain.find(wanted, at + len(wanted))
        self._mark()
        if self._hits:
            self.step_hit(1)
        else:
            self.found_changed.emit(0, 0)
        return len(self._hits)

    def step_hit(self, direction: int) -> None:
        if self._hits:
            self._follow = False
            self._hit = (self._hit + direction) % len(self._hits)
            self._mark()
            self._bring_to_view(self._hits[self._hit][0])
            self.found_changed.emit(self._hit + 1, len(self._hits))

    def _mark(self) -> None:
        tokens = self._theme.tokens
        marks = []
        if self._spoken is not None:
            marks.append(self._selection(self._spoken, tokens.voice, ""))
        for index, span in enumerate(self._hits[:2000]):
            current = index == self._hit
            marks.append(self._selection(span, tokens.background if current else tokens.text,
                                         tokens.attention if current else tokens.track))
        self.setExtraSelections(marks)

    def _selection(self, span: tuple[int, int], colour: str, ground: str) -> QTextEdit.ExtraSelection:
        made = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        cursor.setPosition(span[0])
        cursor.setPosition(span[1], QTextCursor.MoveMode.KeepAnchor)
        made.cursor = cursor
        face = QTextCharFormat()
        face.setForeground(QColor(colour))
        if ground:
            face.setBackground(QColor(ground))
        made.format = face
        return made

    # -- hands --
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = (event.position().toPoint().x(), event.position().toPoint().y())
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        at = event.position().toPoint()
        if self._pressed_at is None or self.textCursor().hasSelection() or event.button() != Qt.MouseButton.LeftButton:
            return
        if abs(at.x() - self._pressed_at[0]) + abs(at.y() - self._pressed_at[1]) < 6:
            self._play_at(self.cursorForPosition(at).position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._play_at(self.textCursor().position())
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._follow = False
        super().wheelEvent(event)

    def _play_at(self, offset: int) -> None:
        time = self._script.time_at(offset)
        if time is not None:
            self._follow = True
            self.time_wanted.emit(time)

