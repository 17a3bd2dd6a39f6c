# SPDX-License-Identifier: GPL-3.0-or-later
"""Search results: the sentence with its found words lit, and where it was said. Enter opens and plays from there."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QKeyEvent,
    QPainter,
    QPen,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from podmix.app.views import SearchHit
from podmix.ui.theme import LARGE, ROW_RADIUS, SMALL, Theme, font
from podmix.ui.wording import clock_text

HIT_ROLE = Qt.ItemDataRole.UserRole + 1
ROW, LINES, LINE = 92, 2, 23
Index = QModelIndex | QPersistentModelIndex
_MARK = re.compile(r"<(/?)(b|mark|em|strong)\b[^>]*>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^>]*>")


def marked_text(snippet: str) -> tuple[str, list[tuple[int, int]]]:
    """A snippet's plain text and the spans (first, length) that its ``<b>`` or ``<mark>`` tags lift out."""
    text, spans, opened, at = "", [], None, 0
    for tag in _MARK.finditer(snippet):
        text += html.unescape(_ANY_TAG.sub("", snippet[at:tag.start()]))
        at = tag.end()
        if not tag[1]:
            opened = len(text)
        elif opened is not None:
            spans.append((opened, len(text) - opened))
            opened = None
    text += html.unescape(_ANY_TAG.sub("", snippet[at:]))
    return text.replace("\n", " "), spans


class HitModel(QAbstractListModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hits: list[SearchHit] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._hits)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        hit = self._hits[index.row()]
        if role == HIT_ROLE:
            return hit
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            where = f"{hit.show_title}, {hit.episode_title}, {clock_text(hit.start)}"
            return f"{marked_text(hit.snippet_html)[0]} ({where})"
        return None

    def set_hits(self, hits: Sequence[SearchHit]) -> None:
        self.beginResetModel()
        self._hits = list(hits)
        self.endResetModel()


class HitPainter(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(200, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens, hit = self._theme.tokens, index.data(HIT_ROLE)
        area = QRectF(option.rect).adjusted(0, 2, 0, -2)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.colour("raised", 1.0 if chosen else 0.6))
            painter.drawRoundedRect(area, ROW_RADIUS, ROW_RADIUS)
        if chosen and option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(tokens.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), ROW_RADIUS, ROW_RADIUS)
        inner = area.adjusted(14, 12, -14, -10)
        inner.setTop(self._snippet(painter, inner, hit))
        painter.setFont(font(SMALL, numbers=True))
        painter.setPen(QColor(tokens.soft))
        about = f"{clock_text(hit.start)}  ·  {hit.episode_title}  ·  {hit.show_title}"
        by = "by meaning" if hit.by == "meaning" else ""
        row = QRectF(inner.left(), inner.top() + 3, inner.width(), 18)
        painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, painter.fontMetrics().elidedText(
            about, Qt.TextElideMode.ElideRight, int(inner.width() - 90)))
        painter.setPen(QColor(tokens.faint))
        painter.drawText(row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, by)
        painter.restore()

    def _laid_out(self, text: str, spans: Sequence[tuple[int, int]], width: float) -> QTextLayout:
        layout = QTextLayout(text, font(LARGE))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WordWrap)
        layout.setTextOption(option)
        look = QTextCharFormat()
        look.setForeground(QColor(self._theme.tokens.voice))
        look.setFontWeight(QFont.Weight.DemiBold)
        ranges = []
        for first, length in spans:
            mark = QTextLayout.FormatRange()
            mark.start, mark.length, mark.format = first, length, look
            ranges.append(mark)
        layout.setFormats(ranges)
        layout.beginLayout()
        for number in range(LINES):
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(width)
            line.setPosition(QPointF(0, number * LINE))
        layout.endLayout()
        return layout

    def _snippet(self, painter: QPainter, area: QRectF, hit: SearchHit) -> float:
        tokens = self._theme.tokens
        text, spans = marked_text(hit.snippet_html)
        layout = self._laid_out(text, spans, area.width())
        last = layout.lineAt(layout.lineCount() - 1) if layout.lineCount() else None
        if last is not None and (end := last.textStart() + last.textLength()) < len(text):
            shorter = text[:max(1, end - 2)].rpartition(" ")[0].rstrip(" .,;:") + " …"
            layout = self._laid_out(shorter, [span for span in spans if sum(span) < len(shorter)], area.width())
        rows = max(1, layout.lineCount())
        top = area.top() + (LINES - rows) * LINE / 2
        painter.setPen(QColor(tokens.text))
        layout.draw(painter, QPointF(area.left(), top))
        return top + rows * LINE


class HitList(QListView):
    opened = Signal(object)  # SearchHit

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hits = HitModel(self)
        self.setModel(self._hits)
        self.setItemDelegate(HitPainter(theme, self))
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Places found")
        self.clicked.connect(lambda index: self.opened.emit(index.data(HIT_ROLE)))
        theme.changed.connect(self.viewport().update)

    def set_hits(self, hits: Sequence[SearchHit]) -> None:
        self._hits.set_hits(hits)
        self.scrollToTop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().data(HIT_ROLE))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._hits.rowCount():
            self.setCurrentIndex(self._hits.index(0))
