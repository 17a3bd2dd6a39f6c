# SPDX-License-Identifier: GPL-3.0-or-later
"""Three ways to make a mix of something: with a friend, round a playlist, from one track to another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QComboBox, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from podmix.app.interface import Verbs
from podmix.music.library_types import Playlist
from podmix.ui.mixes.chip_flow import ChipFlow
from podmix.ui.mixes.track_picker import TrackPicker
from podmix.ui.surroundings import Surroundings
from podmix.ui.theme import Theme
from podmix.ui.widgets.buttons import button, literal
from podmix.ui.widgets.labels import Glyph, label
from podmix.ui.wording import count_text

BLEND = "Your taste and a friend's, joined. They give you their taste file, and it never leaves this machine."
NO_FRIENDS = "Ask a friend for their taste file, and drop it anywhere here. It never leaves this machine."
ENHANCE = "Fitting tracks between those of a playlist. Nothing changes until you accept them."
NO_LISTS = "Make a playlist in Music first, with a few tracks. Then fitting ones can be placed between them."
PATH = "From one track to another in small steps of sound."


class ToolCard(QFrame):
    """An outlined card: icon, title, a sentence, and at its foot what to do."""

    def __init__(self, theme: Theme, icon: str, title: str, about: str) -> None:
        super().__init__()
        self.setProperty("kind", "outlined")
        self.about = label(about, kind="small", wrap=True)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(Glyph(theme, icon, colour="music"))
        head.addWidget(label(title, kind="large"), 1)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(16, 14, 16, 16)
        self.column.setSpacing(10)
        self.column.addLayout(head)
        self.column.addWidget(self.about)
        self.column.addStretch(1)


class BlendCard(ToolCard):
    """``blend_wanted`` with a friend's name."""

    blend_wanted = Signal(str)
    import_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "person", "Blend with a friend", NO_FRIENDS)
        self.friends = QWidget()
        self._flow = ChipFlow(self.friends)
        self.names: tuple[str, ...] = ()
        self.bring = button("Import a taste file", name="Import a friend's taste file")
        self.column.addWidget(self.friends)
        self.column.addWidget(self.bring, 0, Qt.AlignmentFlag.AlignLeft)
        self.bring.clicked.connect(self.import_wanted)
        self.friends.hide()

    def show_friends(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self.about.setText(BLEND if names else NO_FRIENDS)
        self._flow.clear()
        for name in names:
            chip = button(literal(name), kind="chip", name=f"Blend with {name}")
            chip.clicked.connect(partial(self._blend, name))
            self._flow.addWidget(chip)
            chip.show()
        self.friends.setVisible(bool(names))

    def _blend(self, name: str) -> None:
        self.blend_wanted.emit(name)


class EnhanceCard(ToolCard):
    """``enhance_wanted`` with a playlist's number."""

    enhance_wanted = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "smart", "Enhance a playlist", ENHANCE)
        self.lists = QComboBox()
        self.lists.setAccessibleName("Playlist to enhance")
        self.lists.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.go = button("Enhance", name="Enhance the playlist")
        self.column.addWidget(self.lists)
        self.column.addWidget(self.go, 0, Qt.AlignmentFlag.AlignLeft)
        self.go.clicked.connect(self._go)

    def show_lists(self, lists: Sequence[Playlist]) -> None:
        """Plain playlists with something in them."""
        held = self.lists.currentData()
        usable = [one for one in lists if one.kind == "list" and one.tracks > 0]
        self.lists.clear()
        for one in usable:
            self.lists.addItem(f"{one.name}  ·  {count_text(one.tracks, 'track')}", int(one.id))
        self.lists.setCurrentIndex(max(0, self.lists.findData(held)))
        self.about.setText(ENHANCE if usable else NO_LISTS)
        self.lists.setVisible(bool(usable))
        self.go.setEnabled(bool(usable))

    def _go(self) -> None:
        if self.lists.currentData() is not None:
            self.enhance_wanted.emit(self.lists.currentData())


class PathCard(ToolCard):
    """``path_wanted`` with the numbers of two tracks."""

    path_wanted = Signal(int, int)

    def __init__(self, around: Surroundings, verbs: Verbs) -> None:
        super().__init__(around.theme, "target", "Sound path", PATH)
        self.start = TrackPicker(around.theme, verbs, around.background, "From this track")
        self.goal = TrackPicker(around.theme, verbs, around.background, "To this track")
        self.go = button("Find the path", name="Find the path between the two tracks")
        ends = QVBoxLayout()
        ends.setSpacing(8)
        for picker in (self.start, self.goal):
            ends.addWidget(picker)
            picker.picked.connect(self._say)
            picker.returnPressed.connect(self._go)
        self.column.addLayout(ends)
        self.column.addWidget(self.go, 0, Qt.AlignmentFlag.AlignLeft)
        self.go.clicked.connect(self._go)
        self._say()

    def _say(self) -> None:
        start, goal = self.start.track, self.goal.track
        self.go.setEnabled(start is not None and goal is not None and start.id != goal.id)

    def _go(self) -> None:
        if self.go.isEnabled() and self.start.track is not None and self.goal.track is not None:
            self.path_wanted.emit(int(self.start.track.id), int(self.goal.track.id))


class ToolRow(QWidget):
    """The three cards side by side; below one another where it is narrow."""

    BESIDE_FROM = 700

    def __init__(self, around: Surroundings, verbs: Verbs) -> None:
        super().__init__()
        self.blend, self.enhance = BlendCard(around.theme), EnhanceCard(around.theme)
        self.path = PathCard(around, verbs)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(12)
        for card in (self.blend, self.enhance, self.path):
            self._row.addWidget(card, 1)

    def fit(self, width: int) -> None:
        beside = width >= self.BESIDE_FROM
        self._row.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)
