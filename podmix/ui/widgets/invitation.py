# SPDX-License-Identifier: GPL-3.0-or-later
"""The first screen of a first start: an open invitation, one thing to do at a time."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from podmix.ui import icons
from podmix.ui.surroundings import Surroundings
from podmix.ui.theme import CARD_RADIUS
from podmix.ui.widgets.address_box import AddressBox
from podmix.ui.widgets.buttons import button
from podmix.ui.widgets.labels import centred, label
from podmix.ui.widgets.soundmark import Soundmark


class DropHint(QWidget):
    """A dashed frame that says where things may be dropped (the whole window takes them)."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__()
        self._around = around
        around.theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = self._around.theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = QPen(QColor(tokens.track), 1.5, Qt.PenStyle.CustomDashLine)
        edge.setDashPattern([4, 4])
        painter.setPen(edge)
        painter.setBrush(QColor(tokens.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), CARD_RADIUS + 4, CARD_RADIUS + 4)
        painter.end()


class Invitation(QWidget):
    """Paste an address, import OPML, or try the demo."""

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "screen")
        mark = Soundmark(around.theme)
        headline = label("Hear the best minute first", kind="hero")
        headline.setAlignment(Qt.AlignmentFlag.AlignCenter)
        about = label("PodMix listens to whole episodes on this machine and picks the minute worth hearing. "
                      "Nothing leaves it.", kind="soft", wrap=True)
        about.setAlignment(Qt.AlignmentFlag.AlignCenter)
        about.setFixedWidth(470)
        frame = DropHint(around)
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(28, 28, 28, 24)
        inside.setSpacing(14)
        self.box = AddressBox(around, hero=True)
        inside.addWidget(self.box)
        hint = label("or drop a feed address or an OPML file anywhere on this window", kind="small")
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inside.addWidget(hint)
        frame.setFixedWidth(560)
        tokens = around.theme.tokens
        self.opml = button("  Import OPML…", name="Import subscriptions from an OPML file")
        self.demo = button("  Try the demo", name="Try the demo shows, no network needed")
        self.opml.setIcon(icons.icon("import", tokens.text))
        self.demo.setIcon(icons.icon("demo", tokens.text))
        self.opml.clicked.connect(lambda: around.ways.import_opml.emit(None))
        self.demo.clicked.connect(around.ways.add_demo)
        around.theme.changed.connect(lambda: self._tint(around))
        row = centred(self.opml, self.demo)
        row.setSpacing(12)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(10)
        column.addStretch(3)
        for part in (mark, headline, about):
            column.addLayout(centred(part))
        column.addSpacing(18)
        column.addWidget(frame, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(6)
        column.addLayout(row)
        column.addStretch(4)

    def _tint(self, around: Surroundings) -> None:
        self.opml.setIcon(icons.icon("import", around.theme.tokens.text))
        self.demo.setIcon(icons.icon("demo", around.theme.tokens.text))
