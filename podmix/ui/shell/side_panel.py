# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel on the right: why this preview, and the job tray. In narrow windows it floats over the screen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from podmix.app.views import PreviewCard
from podmix.ui.previews.why import WhyPanel
from podmix.ui.shell.job_tray import JobTray
from podmix.ui.surroundings import Surroundings
from podmix.ui.theme import polish

WIDTH = 320


class SidePanel(QWidget):
    """``show_card(None)`` hides the reasons; the tray is always there."""

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self.has_card = False
        self.why = WhyPanel(around.theme)
        self.tray = JobTray(around)
        inside = QWidget()
        inside.setProperty("kind", "page")
        column = QVBoxLayout(inside)
        column.setContentsMargins(20, 24, 20, 20)
        column.setSpacing(28)
        column.addWidget(self.why)
        column.addWidget(self.tray)
        column.addStretch()
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.viewport().setAutoFillBackground(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 0, 0, 0)
        outer.addWidget(scroll)
        self.set_floating(floating=False)

    def set_floating(self, *, floating: bool) -> None:
        self.setProperty("kind", "floating" if floating else "side-panel")
        polish(self)

    def show_card(self, card: PreviewCard | None, why: tuple[str, ...] = ()) -> None:
        self.has_card = card is not None
        self.why.setVisible(self.has_card)
        if card is not None:
            self.why.show_card(card, why)
