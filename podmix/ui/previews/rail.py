# SPDX-License-Identifier: GPL-3.0-or-later
"""The round actions beside the card."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from podmix.app.views import PreviewCard
from podmix.ui.theme import Theme
from podmix.ui.widgets.buttons import RoundButton


class Rail(QWidget):
    """Like, not for me, save, share, play from here, and why. It only asks; the screen does."""

    like_wanted = Signal()
    nope_wanted = Signal()
    save_wanted = Signal()
    share_wanted = Signal()
    from_here_wanted = Signal()
    why_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.like = RoundButton(theme, "like", "Like", key="L", label="Like", on_icon="like-on")
        self.nope = RoundButton(theme, "nope", "Not for me", key="X", label="Not for me", on_icon="nope",
                                on_colour="soft")
        self.keep = RoundButton(theme, "save", "Save", key="S", label="Save", on_icon="save-on", on_colour="voice")
        self.share = RoundButton(theme, "share", "Share", key="E", label="Share")
        self.from_here = RoundButton(theme, "from-here", "Play the episode from here", key="Enter",
                                     label="Whole episode")
        self.why = RoundButton(theme, "why", "Why this preview", key="W", label="Why this?")
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for control, wanted in ((self.like, self.like_wanted), (self.nope, self.nope_wanted),
                                (self.keep, self.save_wanted), (self.share, self.share_wanted),
                                (self.from_here, self.from_here_wanted), (self.why, self.why_wanted)):
            column.addWidget(control, 0, Qt.AlignmentFlag.AlignHCenter)
            control.clicked.connect(wanted)

    def show_card(self, card: PreviewCard) -> None:
        """Light what the person said about this card."""
        self.like.setChecked(card.liked is True)
        self.nope.setChecked(card.liked is False)
        self.keep.setChecked(card.saved)
        self.from_here.setEnabled(card.audio is not None)
        self.share.setEnabled(True)

    def fit(self, height: int) -> None:
        """Stand closer where the window is low."""
        self._column.setSpacing(10 if height > 560 else 0)
        self.adjustSize()
