# SPDX-License-Identifier: GPL-3.0-or-later
"""What was learnt from what the person did with transitions, in plain words, and the way to have it forgotten."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from podmix.ui.automix.learning import Learning
from podmix.ui.widgets.buttons import button
from podmix.ui.widgets.labels import hairline, label


class LearnedView(QWidget):
    """Hidden until there is something."""

    forget_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = label(kind="soft", wrap=True)
        self.source = label(kind="small", wrap=True)
        self.forget = button("Forget it", kind="link", name="Forget what was learnt from transitions")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(6)
        column.addWidget(hairline())
        column.addWidget(label("What PodMix has learnt", kind="strong"))
        column.addWidget(self.words)
        column.addWidget(self.source)
        column.addWidget(self.forget, 0, Qt.AlignmentFlag.AlignLeft)
        self.forget.clicked.connect(self.forget_wanted)
        self.setVisible(False)

    def show_learning(self, learning: Learning) -> None:
        """Likings that have not grown large enough to name are told as a beginning."""
        self.words.setText("\n".join(learning.words) or "Too little yet to change anything.")
        self.source.setText(learning.source)
        self.setVisible(learning.count > 0)
