# SPDX-License-Identifier: GPL-3.0-or-later
"""The first page of Mixes: ask for one, today's, ways to make more, and those made before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from podmix.app.interface import Verbs
from podmix.app.taste_views import MixCard
from podmix.music.library_types import Playlist
from podmix.ui.mixes.covers import MixCovers
from podmix.ui.mixes.mix_grid import MixGrid
from podmix.ui.mixes.mix_words import is_unknown_listener
from podmix.ui.mixes.tool_cards import ToolRow
from podmix.ui.mixes.wish_bar import WishBar
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.buttons import button
from podmix.ui.widgets.labels import Glyph, label

MOST_EARLIER = 24
PLACES = 5
FRESH = ("PodMix does not know your taste yet: these mixes come from how your music sounds. They become yours as you "
         "play, skip and rate.")


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from beside the mixes."""

    genres: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    decades: tuple[int, ...] = ()
    lists: tuple[Playlist, ...] = ()
    friends: tuple[str, ...] = ()


class HomePage(QScrollArea):
    """It only shows and asks; the screen does."""

    learned_wanted = Signal()
    music_wanted = Signal()

    def __init__(self, around: Surroundings, verbs: Verbs, covers: MixCovers) -> None:
        super().__init__()
        theme = around.theme
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self.wishes = WishBar()
        self.today = MixGrid(theme, covers, "Mixes for today")
        self.earlier = MixGrid(theme, covers, "Mixes made before")
        self.tools = ToolRow(around, verbs)
        self.learned = button("What PodMix learned", kind="quiet")
        self.learned.clicked.connect(self.learned_wanted)
        self._hint = self._hint_frame(around)
        self._today_title = label("For today", kind="large")
        self._earlier_title = label("Made before", kind="large")
        self._assemble()
        self.show_loading()

    def _hint_frame(self, around: Surroundings) -> QFrame:
        frame = QFrame()
        frame.setProperty("kind", "outlined")
        self.to_music = button("Rate some tracks", name="Go to your music and rate some tracks")
        self.to_music.clicked.connect(self.music_wanted)
        row = QHBoxLayout(frame)
        row.setContentsMargins(16, 10, 12, 10)
        row.setSpacing(14)
        row.addWidget(Glyph(around.theme, "smart", colour="music"))
        row.addWidget(label(FRESH, kind="soft", wrap=True), 1)
        row.addWidget(self.to_music)
        return frame

    def _assemble(self) -> None:
        page = QWidget()
        page.setProperty("kind", "page")
        self._column = column = QVBoxLayout(page)
        column.setContentsMargins(32, 22, 24, 32)
        column.setSpacing(12)
        top = QHBoxLayout()
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label("Mixes", kind="title"))
        words.addWidget(label("Made for you on this machine, from your own music and listening", kind="soft"))
        top.addLayout(words, 1)
        top.addWidget(self.learned, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(top)
        column.addSpacing(4)
        column.addWidget(self.wishes)
        column.addSpacing(8)
        column.addWidget(self._hint)
        column.addWidget(self._today_title)
        column.addWidget(self.today)
        column.addWidget(label("Make your own", kind="large"))
        column.addWidget(self.tools)
        column.addSpacing(12)
        column.addWidget(self._earlier_title)
        column.addWidget(self.earlier)
        column.addStretch()
        self.setWidget(page)

    def show_loading(self) -> None:
        """Places for the mixes that are being made."""
        self.today.set_cards([None] * PLACES)
        self._today_title.setText("Making today's mixes …")
        self._hint.hide()
        for part in (self._earlier_title, self.earlier):
            part.hide()

    def show_mixes(self, cards: Sequence[MixCard], drive: MixCard | None) -> None:
        """Daily ones first, as the verbs bring them."""
        daily = [card for card in cards if card.kind == "daily"]
        made = [card for card in cards if card.kind != "daily"][:MOST_EARLIER]
        self._today_title.setText("For today")
        self.today.set_cards([*daily[:1], *([drive] if drive is not None else []), *daily[1:]])
        self._hint.setVisible(is_unknown_listener(daily))
        self.earlier.set_cards(made)
        for part in (self._earlier_title, self.earlier):
            part.setVisible(bool(made))

    def show_choices(self, choices: Choices) -> None:
        self.wishes.show_choices(choices.genres, choices.moods, choices.decades)
        self.tools.enhance.show_lists(choices.lists)
        self.tools.blend.show_friends(choices.friends)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.tools.fit(self.viewport().width() - 56)
