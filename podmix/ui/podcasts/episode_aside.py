# SPDX-License-Identifier: GPL-3.0-or-later
"""Beside the transcript: the episode's previews, its chapters, who speaks."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from podmix.app.views import ChapterRow, EpisodePage
from podmix.ui.podcasts.mini_card import MiniCard
from podmix.ui.theme import BODY, ROW_RADIUS, SMALL, Theme, font
from podmix.ui.widgets.labels import label
from podmix.ui.wording import clock_text


class ChapterButton(QAbstractButton):
    """Time and title; lit while it plays."""

    def __init__(self, theme: Theme, chapter: ChapterRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self.chapter = theme, chapter
        self.lit = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(34)
        self.setAccessibleName(f"Play from {clock_text(chapter.start)}: {chapter.title}")
        self.setToolTip(chapter.title)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(200, 34)

    def set_lit(self, lit: bool) -> None:
        if lit != self.lit:
            self.lit = lit
            self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.setPen(QPen(QColor(tokens.text), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.raised))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), ROW_RADIUS, ROW_RADIUS)
        painter.setFont(font(SMALL, QFont.Weight.Medium, numbers=True))
        painter.setPen(QColor(tokens.voice if self.lit else tokens.soft))
        painter.drawText(QRectF(8, 0, 58, self.height()), Qt.AlignmentFlag.AlignVCenter, clock_text(self.chapter.start))
        painter.setFont(font(BODY, QFont.Weight.DemiBold if self.lit else QFont.Weight.Normal))
        painter.setPen(QColor(tokens.voice if self.lit else tokens.text))
        wide = self.width() - 68
        painter.drawText(QRectF(62, 0, wide, self.height()), Qt.AlignmentFlag.AlignVCenter,
                         painter.fontMetrics().elidedText(self.chapter.title, Qt.TextElideMode.ElideRight, wide))
        painter.end()


class EpisodeAside(QScrollArea):
    """Rebuilt when another page is shown."""

    time_wanted = Signal(float)
    preview_wanted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.cards: list[MiniCard] = []
        self.chapters: list[ChapterButton] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedWidth(300)

    def show_page(self, page: EpisodePage) -> None:
        inside = QWidget()
        inside.setProperty("kind", "page")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 12, 16)
        column.setSpacing(6)
        self.cards = [MiniCard(self._theme, card) for card in page.previews]
        self.chapters = [ChapterButton(self._theme, chapter) for chapter in page.chapters]
        if self.cards:
            column.addWidget(label("Previews" if len(self.cards) > 1 else "Preview", kind="heading"))
        for card in self.cards:
            column.addWidget(card)
            card.clicked.connect(lambda _checked=False, card=card: self.preview_wanted.emit(card.card))
        if self.chapters:
            column.addSpacing(12 if self.cards else 0)
            column.addWidget(label("Chapters", kind="heading"))
        for chapter in self.chapters:
            column.addWidget(chapter)
            chapter.clicked.connect(lambda _checked=False, c=chapter: self.time_wanted.emit(c.chapter.start))
        if page.persons:
            column.addSpacing(12)
            column.addWidget(label("People", kind="heading"))
            for name, role in page.persons:
                column.addWidget(label(f"{name}  ·  {role}" if role else name, kind="soft", wrap=True))
        column.addStretch()
        self.setWidget(inside)

    def set_time(self, time: float | None) -> None:
        """Light the chapter that plays."""
        current = None
        for chapter in self.chapters:
            if time is not None and chapter.chapter.start <= time + 0.02:
                current = chapter
        for chapter in self.chapters:
            chapter.set_lit(chapter is current)
