# SPDX-License-Identifier: GPL-3.0-or-later
"""The way between screens. Entries are data: a new screen is one more ``Entry``. Narrow windows show icons only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from podmix.app.views import JobCard
from podmix.ui import icons
from podmix.ui.theme import BODY, ROW_RADIUS, SMALL, Theme, font
from podmix.ui.widgets.buttons import name_control
from podmix.ui.widgets.soundmark import WordMark
from podmix.ui.wording import count_text

WIDE, NARROW = 208, 72


@dataclass(frozen=True, slots=True)
class Entry:
    """One screen's place in the sidebar; ``foot`` puts it at the bottom."""

    name: str
    title: str
    icon: str
    key: str
    foot: bool = False


class Row(QAbstractButton):
    """A sidebar row: icon, words, key; the chosen one stands on a raised ground."""

    def __init__(self, theme: Theme, icon: str, text: str, key: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._icon, self.key_sign = theme, icon, key
        self.short = False
        self.progress: float | None = None
        self.setText(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedHeight(40)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        name_control(self, text, key)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(NARROW - 24 if self.short else WIDE - 24, 40)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        on = self.isChecked()
        if on or self.underMouse():
            ground = QColor(tokens.raised)
            ground.setAlphaF(1.0 if on else 0.6)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(box, ROW_RADIUS, ROW_RADIUS)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, ROW_RADIUS, ROW_RADIUS)
        left = (self.width() - 20) / 2 if self.short else 12.0
        colour = QColor(tokens.text if on or self.underMouse() else tokens.soft)
        spot = QRectF(left, (self.height() - 20) / 2, 20, 20)
        if self.progress is None:
            icons.paint(painter, self._icon, colour, spot)
        else:
            self._ring(painter, spot.adjusted(2, 2, -2, -2))
        if not self.short:
            painter.setFont(font(BODY, QFont.Weight.DemiBold if on else QFont.Weight.Medium))
            painter.setPen(colour)
            painter.drawText(QRectF(44, 0, self.width() - 80, self.height()), Qt.AlignmentFlag.AlignVCenter,
                             painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight,
                                                              self.width() - 72))
            painter.setFont(font(SMALL))
            painter.setPen(QColor(tokens.faint))
            painter.drawText(self.rect().adjusted(0, 0, -14, 0),
                             Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.key_sign)
        painter.end()

    def _ring(self, painter: QPainter, spot: QRectF) -> None:
        tokens = self._theme.tokens
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.track), 2.5))
        painter.drawEllipse(spot)
        painter.setPen(QPen(QColor(tokens.attention), 2.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawArc(spot, 90 * 16, -round(max(0.03, self.progress or 0.0) * 360 * 16))


class Sidebar(QWidget):
    """Emits the name of the wanted screen."""

    chosen = Signal(str)
    jobs_wanted = Signal()

    def __init__(self, theme: Theme, entries: Sequence[Entry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Screens")
        self.working = False
        self.rows: dict[str, Row] = {}
        self._group = QButtonGroup(self)
        self._mark = WordMark(theme)
        self._mark.setFixedHeight(32)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 16, 12, 12)
        self._column.setSpacing(2)
        self._column.addWidget(self._mark)
        self._column.addSpacing(14)
        for entry in (e for e in entries if not e.foot):
            self._add(theme, entry)
        self._column.addStretch()
        self.jobs = Row(theme, "working", "Working on")
        self.jobs.setCheckable(False)
        self.jobs.setVisible(False)
        self.jobs.clicked.connect(self.jobs_wanted)
        self._column.addWidget(self.jobs)
        for entry in (e for e in entries if e.foot):
            self._add(theme, entry)
        self.set_short(short=False)

    def _add(self, theme: Theme, entry: Entry) -> None:
        row = Row(theme, entry.icon, entry.title, entry.key)
        row.clicked.connect(lambda _checked=False, name=entry.name: self.chosen.emit(name))
        self._group.addButton(row)
        self.rows[entry.name] = row
        self._column.addWidget(row)

    def set_front(self, name: str) -> None:
        if name in self.rows:
            self.rows[name].setChecked(True)

    def set_short(self, *, short: bool) -> None:
        """Icons only, for narrow windows."""
        self.setFixedWidth(NARROW if short else WIDE)
        self._mark.set_short(short)
        self._mark.setContentsMargins(0 if short else 12, 0, 0, 0)
        for row in (*self.rows.values(), self.jobs):
            row.short = short
            row.updateGeometry()
            row.update()

    def show_jobs(self, jobs: Sequence[JobCard]) -> None:
        """Say at the foot how much is under way, with a ring for how far."""
        live = [job for job in jobs if job.state in ("running", "queued")]
        self.working = bool(live)
        self.jobs.setVisible(self.working)
        if live:
            done = sum(job.fraction or 0.0 for job in live) / len(live)
            self.jobs.progress = done
            self.jobs.setText(count_text(len(live), "task"))
            name_control(self.jobs, f"Working on {count_text(len(live), 'task')}, {round(done * 100)} percent done")
            self.jobs.update()
