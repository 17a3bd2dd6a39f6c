# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's charts on the screen: SVG text in the theme's colours, as wide as there is room."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QFrame, QMenu, QSizePolicy, QVBoxLayout, QWidget

from podmix.ui.theme import BODY, CARD_RADIUS, Theme, font, mix

PAD, TITLE_TALL = 14, 26
MOST_SCALE = 1.25  # larger letters than the page's own would shout
_NAMED = re.compile(r"#[0-9a-fA-F]{6}")
_TITLE = re.compile(r'<text [^>]*font-weight="600">.*?</text>', re.DOTALL)
CURVES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#999999", "#8a7a00")


def themed(svg: str, theme: Theme) -> str:
    """Words and lines in the text's colour; curves lighter on a dark ground. The title is written by the card."""
    tokens = theme.tokens

    def lighter(found: re.Match[str]) -> str:
        colour = QColor(found.group())
        return mix(colour, QColor("#ffffff"), 0.38).name() if tokens.dark else colour.name()

    drawn = _TITLE.sub("", svg, count=1)
    style, end, rest = drawn.partition("</style>")
    style = _NAMED.sub(lighter, style)
    # QtSvg does not heed the rule for the whole sheet
    face = f'<svg font-family="{QApplication.font().family()}" font-size="12" font-weight="400" '
    return (style + end + rest).replace("currentColor", tokens.soft).replace("<svg ", face, 1)


class ChartView(QWidget):
    """One chart on a card. Its size follows its width."""

    def __init__(self, theme: Theme, title: str, svg: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self.title, self.svg = theme, "", ""
        self._drawn = QSvgRenderer(self)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMinimumWidth(280)
        theme.changed.connect(self._render)
        self.show_chart(title, svg)

    def show_chart(self, title: str, svg: str) -> None:
        if (title, svg) == (self.title, self.svg):
            return
        self.title, self.svg = title, svg
        self.setAccessibleName(f"Chart: {title}")
        self.setAccessibleDescription(" ".join(_words(svg)))
        self._render()
        self.setMinimumHeight(self.heightForWidth(self.width()))
        self.updateGeometry()

    def _render(self) -> None:
        self._drawn.load(QByteArray(themed(self.svg, self._theme).encode()))
        self.update()

    def _scale(self, width: int) -> float:
        own = max(1, self._drawn.defaultSize().width())
        return min(MOST_SCALE, (width - 2 * PAD) / own)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(self._drawn.defaultSize().height() * self._scale(width)) + 2 * PAD + TITLE_TALL

    def sizeHint(self) -> QSize:
        return QSize(520, self.heightForWidth(520))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setMinimumHeight(self.heightForWidth(self.width()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens, painter = self._theme.tokens, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(tokens.line))
        painter.setBrush(QColor(tokens.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), CARD_RADIUS, CARD_RADIUS)
        painter.setPen(QColor(tokens.text))
        painter.setFont(font(BODY, QFont.Weight.DemiBold))
        title = painter.fontMetrics().elidedText(self.title, Qt.TextElideMode.ElideRight, self.width() - 2 * PAD)
        painter.drawText(QRectF(PAD, PAD - 4, self.width() - 2 * PAD, TITLE_TALL), Qt.AlignmentFlag.AlignLeft, title)
        size, scale = self._drawn.defaultSize(), self._scale(self.width())
        self._drawn.render(painter, QRectF(PAD, PAD + TITLE_TALL - 8, size.width() * scale, size.height() * scale))
        painter.end()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy as SVG").triggered.connect(lambda: QApplication.clipboard().setText(self.svg))
        menu.popup(event.globalPos())


def _words(svg: str) -> list[str]:
    """What a chart says in words, for those who do not see it."""
    return [re.sub(r"<[^>]+>", "", one) for one in re.findall(r"<text [^>]*>(.*?)</text>", svg)][:60]


class ChartColumn(QWidget):
    """Charts below each other, or in two columns where there is room."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.charts: list[ChartView] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)

    def show_charts(self, charts: Sequence[tuple[str, str]]) -> None:
        """Titles and SVGs. Views are kept, so that a page that follows a run does not jump."""
        for old in self.charts[len(charts):]:
            old.hide()
            old.deleteLater()
        del self.charts[len(charts):]
        for view, (title, svg) in zip(self.charts, charts, strict=False):
            view.show_chart(title, svg)
        for title, svg in charts[len(self.charts):]:
            self.charts.append(ChartView(self._theme, title, svg))
            self._column.addWidget(self.charts[-1])
        self.setVisible(bool(self.charts))


def page_frame() -> QFrame:
    """A quiet card for tables and texts beside the charts."""
    made = QFrame()
    made.setProperty("kind", "outlined")
    return made
