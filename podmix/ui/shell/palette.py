# SPDX-License-Identifier: GPL-3.0-or-later
"""The command palette (Ctrl+K): type a few letters of anything that can be done, or of a show, and press Enter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from podmix.ui import icons
from podmix.ui.shell.overlay import Overlay
from podmix.ui.theme import BODY, SMALL, Theme, font

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the palette."""

    text: str
    about: str
    icon: str
    key: str
    run: Callable[[], object]


def match(typed: str, text: str) -> float:
    """How well ``typed`` fits: whole words first, then starts of words, then letters in order; 0 is no fit."""
    typed, text = typed.casefold().strip(), text.casefold()
    if not typed:
        return 1.0
    if text.startswith(typed):
        return 4.0
    if any(word.startswith(typed) for word in text.split()):
        return 3.0
    if typed in text:
        return 2.0
    at = -1
    for letter in typed.replace(" ", ""):
        at = text.find(letter, at + 1)
        if at < 0:
            return 0.0
    return 1.0 / (1 + at / 50)


class _Lines(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(100, 44)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens, choice = self._theme.tokens, index.data(Qt.ItemDataRole.UserRole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(option.rect).adjusted(0, 1, 0, -1)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.raised))
            painter.drawRoundedRect(box, 8, 8)
        icons.paint(painter, choice.icon or "right", tokens.soft, QRectF(box.left() + 12, box.center().y() - 9, 18, 18))
        painter.setPen(QColor(tokens.text))
        painter.setFont(font(BODY, QFont.Weight.Medium))
        painter.drawText(box.adjusted(44, 0, -120, 0), Qt.AlignmentFlag.AlignVCenter, choice.text)
        painter.setPen(QColor(tokens.soft))
        painter.setFont(font(SMALL))
        painter.drawText(box.adjusted(0, 0, -14, 0), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                         choice.key or choice.about)
        painter.restore()


class Palette(Overlay):
    """``choices`` is asked each time it opens."""

    def __init__(self, theme: Theme, host: QWidget, choices: Callable[[], Sequence[Choice]]) -> None:
        super().__init__(theme, host)
        self._choices = choices
        self._known: Sequence[Choice] = ()
        self.setAccessibleName("Command palette")
        self.edit = QLineEdit()
        self.edit.setProperty("kind", "palette")
        self.edit.setPlaceholderText("What would you like to do?")
        self.edit.setAccessibleName("Type a command or a show")
        self.list = QListWidget()
        self.list.setAccessibleName("Matching commands")
        self.list.setItemDelegate(_Lines(theme, self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.column.setContentsMargins(12, 8, 12, 12)
        self.column.addWidget(self.edit)
        self.column.addWidget(self.list)
        self.edit.textChanged.connect(self._filter)
        self.edit.returnPressed.connect(self._run)
        self.edit.installEventFilter(self)
        self.list.itemClicked.connect(lambda _item: self._run())

    def open(self) -> None:
        self._known = self._choices()
        self.edit.clear()
        self._filter("")
        super().open()
        self.edit.setFocus()

    def arrange(self) -> None:
        wide = min(600, self.width() - 80)
        tall = min(440, self.height() - 120)
        self.frame.setGeometry((self.width() - wide) // 2, min(96, self.height() // 8), wide, tall)

    def _filter(self, typed: str) -> None:
        ranked = [(match(typed, choice.text), -place, choice) for place, choice in enumerate(self._known)]
        self.list.clear()
        for score, _, choice in sorted(ranked, key=lambda entry: entry[:2], reverse=True):
            if score > 0:
                item = QListWidgetItem(choice.text)
                item.setData(Qt.ItemDataRole.UserRole, choice)
                self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _run(self) -> None:
        item = self.list.currentItem()
        self.close_veil()
        if item is not None:
            item.data(Qt.ItemDataRole.UserRole).run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.edit and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}.get(
                Qt.Key(event.key()))
            if step is not None and self.list.count():
                self.list.setCurrentRow(max(0, min(self.list.count() - 1, self.list.currentRow() + step)))
                return True
            if event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                return True
        return super().eventFilter(watched, event)
