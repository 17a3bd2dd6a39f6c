# SPDX-License-Identifier: GPL-3.0-or-later
"""Why this preview: why it stands in the feed, in sentences; then what speaks for the minute itself, with bars."""

from __future__ import annotations

from PySide6.QtCore import Property, QPropertyAnimation, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from podmix.app.views import PreviewCard
from podmix.ui.theme import BODY, EASE, SLOW, Theme, font
from podmix.ui.widgets.labels import Glyph, label
from podmix.ui.wording import clock_text, length_text

MOST_SENTENCES = 4


class ScoreBars(QWidget):
    """Rows of words and bars; one row is 32 pixels high. Bars grow when another card comes."""

    ROW = 32

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[tuple[str, float], ...] = ()
        self._grown = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._motion = QPropertyAnimation(self, b"grown", self)
        self._motion.setEasingCurve(EASE)
        theme.changed.connect(self.update)

    def set_rows(self, rows: tuple[tuple[str, float], ...]) -> None:
        """(words, 0..1) from the strongest."""
        self._rows = rows
        self.setAccessibleName("Why this preview")
        self.setAccessibleDescription("; ".join(f"{words}: {round(value * 100)} of 100" for words, value in rows))
        self.setFixedHeight(max(1, len(rows)) * self.ROW)
        self._motion.stop()
        if self._theme.reduced_motion or not self.isVisible():
            self._set_grown(1.0)
            return
        self._motion.setDuration(SLOW)
        self._motion.setStartValue(0.4)
        self._motion.setEndValue(1.0)
        self._motion.start()

    def sizeHint(self) -> QSize:
        return QSize(260, max(1, len(self._rows)) * self.ROW)

    def _get_grown(self) -> float:
        return self._grown

    def _set_grown(self, value: float) -> None:
        self._grown = value
        self.update()

    grown = Property(float, _get_grown, _set_grown)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(BODY))
        widest = max((painter.fontMetrics().horizontalAdvance(words) for words, _ in self._rows), default=0)
        split = min(self.width() * 0.74, widest + 20.0)
        for index, (words, value) in enumerate(self._rows):
            top = index * self.ROW
            painter.setPen(QColor(tokens.text))
            painter.drawText(QRectF(0, top, split - 12, self.ROW), Qt.AlignmentFlag.AlignVCenter,
                             painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(split - 12)))
            bar = QRectF(split, top + self.ROW / 2 - 3, self.width() - split, 6)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.track))
            painter.drawRoundedRect(bar, 3, 3)
            painter.setBrush(QColor(tokens.text))
            bar.setWidth(max(6.0, bar.width() * min(1.0, max(0.0, value)) * self._grown))
            painter.drawRoundedRect(bar, 3, 3)
        painter.end()


class WhyPanel(QWidget):
    """The panel's upper half on the previews screen; ``sentences`` are the reasons it shows."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sentences: tuple[str, ...] = ()
        self._heading = label("Why this preview", kind="heading")
        self._title = label("", kind="strong", wrap=True)
        self._theme = theme
        self._why = QWidget()
        self._why_column = QVBoxLayout(self._why)
        self._why_column.setContentsMargins(0, 0, 0, 6)
        self._why_column.setSpacing(6)
        self._minute = label("What speaks for this minute", kind="small")
        self._bars = ScoreBars(theme)
        self._where = label("", kind="small", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self._heading, self._title, self._why, self._minute, self._bars, self._where):
            column.addWidget(part)

    def show_card(self, card: PreviewCard, why: tuple[str, ...] = ()) -> None:
        """``why`` are sentences, the strongest first."""
        self._show_why(why[:MOST_SENTENCES])
        self._minute.setVisible(bool(why and card.reasons))
        self._title.setText(card.title)
        self._title.setVisible(bool(card.title) and card.title != card.episode_title)
        self._bars.setVisible(bool(card.reasons))
        self._bars.set_rows(tuple((words, value) for _, words, value in card.reasons[:6]))
        if card.from_publisher:
            about = "The makers of the show chose this minute themselves."
        else:
            about = (f"{length_text(card.end - card.start)} chosen from {length_text(card.episode_duration)}, "
                     f"starting at {clock_text(card.start)}.")
        self._where.setText(about)

    def _show_why(self, sentences: tuple[str, ...]) -> None:
        if sentences == self.sentences:
            return
        self.sentences = sentences
        while self._why_column.count():
            item = self._why_column.takeAt(0)
            if item is not None and (row := item.widget()) is not None:
                row.hide()
                row.deleteLater()
        for sentence in sentences:
            self._why_column.addWidget(self._sentence(sentence))
        self._why.setVisible(bool(sentences))

    def _sentence(self, words: str) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Glyph(self._theme, "check", size=16, colour="voice"), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(label(words, wrap=True), 1)
        return made
