# SPDX-License-Identifier: GPL-3.0-or-later
"""What to mix, and how: playlists, chosen tracks, folders and files on the left, the wishes on the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from podmix.app.interface import Verbs
from podmix.ui import icons
from podmix.ui.automix.shape_view import PRESETS, ShapeView
from podmix.ui.theme import Theme
from podmix.ui.widgets.buttons import Segments, Switch, button
from podmix.ui.widgets.labels import label
from podmix.ui.wording import count_text

SHAPES = (("", "As it comes"), ("warm-up", "Warm-up"), ("peak", "Peak"), ("wave", "Wave"), ("flat", "Flat"),
          ("cool-down", "Cool-down"), ("drawn", "Drawn"))
SOUNDS = "Music (*.mp3 *.flac *.ogg *.opus *.m4a *.aac *.wav *.aif *.aiff *.m3u *.m3u8 *.pls);;All files (*)"


WHOLE, MOST_WHOLE = -1, 500


@dataclass(frozen=True, slots=True)
class Source:
    """Something that can be mixed: a playlist of the library (``WHOLE``: all that it holds), or files."""

    name: str
    playlist: int = 0
    paths: tuple[str, ...] = ()
    about: str = ""


class StartPage(QWidget):
    """``plan_wanted`` with a source when the person wants a mix of it; ``wishes`` then say how. ``add_wanted``: it is
    to join the mix in hand."""

    plan_wanted = Signal(object)
    add_wanted = Signal(object)
    open_wanted = Signal(object)  # Path

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._own: list[Source] = []
        self._lists: list[Source] = []
        self.list = QListWidget()
        self.list.setAccessibleName("What to mix")
        self.folder, self.files = button("Add folder"), button("Add files")
        self.open = button("Open a saved mix", kind="quiet")
        self.order = Segments("Order", (("auto", "Arrange"), ("keep", "Keep order")))
        self.shape = QComboBox()
        self.curve = ShapeView(theme)
        self.minutes = QSpinBox()
        self.full = Switch(theme, "Full songs")
        self.cut = QSpinBox()
        self.go = button("Plan the mix", kind="primary")
        self.add = button("Add to the mix in hand")
        self.add.setVisible(False)
        self._options()
        self._lay_out()
        self._wire()
        self._show()

    def _options(self) -> None:
        self.minutes.setRange(0, 24 * 60)
        self.minutes.setSpecialValueText("All of it")
        self.minutes.setSuffix(" min")
        self.minutes.setSingleStep(5)
        self.minutes.setAccessibleName("About how long, in minutes")
        self.cut.setRange(0, 90)
        self.cut.setValue(30)
        self.cut.setSuffix(" %")
        self.cut.setAccessibleName("At most this share of a track is left out")
        for box in (self.minutes, self.cut):
            box.setAlignment(Qt.AlignmentFlag.AlignCenter)
            box.setFixedWidth(136)
        for value, words in SHAPES:
            self.shape.addItem(words, value)
        self.shape.setAccessibleName("Energy over the mix")
        self.shape.setFixedWidth(136)
        self.curve.setVisible(False)

    def _lay_out(self) -> None:
        left, right = QFrame(), QFrame()
        for frame in (left, right):
            frame.setProperty("kind", "outlined")
        column = QVBoxLayout(left)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(label("What to mix", kind="large"))
        column.addWidget(label("A playlist, chosen tracks, or drop files and folders here.", kind="soft", wrap=True))
        column.addWidget(self.list, 1)
        adding = QHBoxLayout()
        adding.setSpacing(8)
        for part in (self.folder, self.files):
            adding.addWidget(part)
        adding.addStretch(1)
        adding.addWidget(self.open)
        column.addLayout(adding)
        how = QVBoxLayout(right)
        how.setContentsMargins(16, 16, 16, 16)
        how.setSpacing(8)
        how.addWidget(label("How", kind="large"))
        how.addLayout(self._row("Order", self.order))
        how.addLayout(self._row("Energy over the mix", self.shape))
        how.addWidget(self.curve)
        how.addSpacing(8)
        how.addLayout(self._row("Length", self.minutes))
        how.addLayout(self._row("Cut of a track at most", self.cut))
        how.addLayout(self._row("Full songs: nothing is cut but silence", self.full))
        how.addStretch(1)
        how.addWidget(self.add)
        how.addWidget(self.go)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 16)
        row.setSpacing(12)
        row.addWidget(left, 1)
        row.addWidget(right, 1)

    @staticmethod
    def _row(words: str, control: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(label(words, kind="soft"), 1)
        row.addWidget(control)
        return row

    def _wire(self) -> None:
        self.shape.currentIndexChanged.connect(lambda _place: self._shape_chosen(self.shape.currentData()))
        self.curve.drawn.connect(lambda: self.choose_shape("drawn"))
        self.full.toggled.connect(self.cut.setDisabled)
        self.folder.clicked.connect(lambda: ask_folder(self, self.take))
        self.files.clicked.connect(lambda: ask_files(self, self.take))
        self.open.clicked.connect(self.ask_open)
        self.go.clicked.connect(self._go)
        self.list.itemActivated.connect(lambda _item: self._go())
        self.add.clicked.connect(self._add)
        self.list.currentRowChanged.connect(lambda row: self.go.setEnabled(row >= 0))
        self.list.currentRowChanged.connect(lambda row: self.add.setEnabled(row >= 0))
        self._theme.changed.connect(self._show)

    # -- what there is --
    def show_playlists(self, playlists: Sequence[Any], tracks: int = 0) -> None:
        """Playlists of the library, and all of it where its ``tracks`` are no more than one would mix."""
        self._lists = [Source(one.name, int(one.id), about=count_text(one.tracks, "track") if one.tracks >= 0 else "")
                       for one in playlists if one.kind in ("list", "smart")]
        if 1 < tracks <= MOST_WHOLE:
            self._lists.append(Source("All your music", WHOLE, about=count_text(tracks, "track")))
        self._show()

    def take(self, paths: Sequence[str], name: str = "") -> Source:
        """Files, folders or a selection join the list, and are what is mixed next."""
        words = name or (Path(paths[0]).stem if len(paths) == 1 else count_text(len(paths), "file"))
        about = count_text(len(paths), "track") if name else "folder" if Path(paths[0]).is_dir() else "files"
        made = Source(words, paths=tuple(paths), about=about)
        self._own = [made, *(one for one in self._own if one.paths != made.paths)][:12]
        self._show()
        self.list.setCurrentRow(0)
        return made

    @property
    def source(self) -> Source | None:
        row = self.list.currentRow()
        known = [*self._own, *self._lists]
        return known[row] if 0 <= row < len(known) else None

    def _show(self) -> None:
        row = max(0, self.list.currentRow())
        self.list.clear()
        for one in (*self._own, *self._lists):
            item = QListWidgetItem(icons.icon("list" if one.playlist else "folder", self._theme.tokens.soft),
                                   f"{one.name}   ·   {one.about}" if one.about else one.name)
            self.list.addItem(item)
        self.list.setCurrentRow(min(row, self.list.count() - 1))
        for part in (self.go, self.add):
            part.setEnabled(self.source is not None)

    def _go(self) -> None:
        if self.source is not None:
            self.plan_wanted.emit(self.source)

    def _add(self) -> None:
        if self.source is not None:
            self.add_wanted.emit(self.source)

    # -- the wishes --
    def wishes(self) -> dict[str, Any]:
        """Fields of ``MixOptions``."""
        shape = self.shape.currentData()
        return {"order": self.order.value, "shape": self.curve.points if shape == "drawn" else shape,
                "minutes": float(self.minutes.value()) or None, "full_songs": self.full.isChecked(),
                "most_cut": self.cut.value() / 100}

    def choose_shape(self, value: str) -> None:
        """One of ``SHAPES``."""
        self.shape.setCurrentIndex(self.shape.findData(value))

    def _shape_chosen(self, value: str) -> None:
        self.curve.setVisible(bool(value))
        if value in PRESETS and value:
            self.curve.show_levels(PRESETS[value])

    # -- asking for files --
    def ask_open(self) -> None:
        dialog = QFileDialog(self, "Open a saved mix", str(Path.home()), "Mixes (*.json);;All files (*)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.open_wanted.emit(Path(name)))
        dialog.open()

    def focus_first(self) -> None:
        (self.list if self.list.count() else self.folder).setFocus(Qt.FocusReason.OtherFocusReason)


def ask_folder(host: QWidget, then: Callable[[list[str]], object]) -> None:
    dialog = QFileDialog(host, "A folder with music to mix", str(Path.home() / "Music"))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.fileSelected.connect(lambda name: then([name]))
    dialog.open()


def ask_files(host: QWidget, then: Callable[[list[str]], object]) -> None:
    dialog = QFileDialog(host, "Music to mix", str(Path.home()), SOUNDS)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.filesSelected.connect(lambda names: names and then(list(names)))
    dialog.open()


def paths_of(verbs: Verbs, source: Source) -> list[str]:
    """The files of a source of the library that are there. Slow: not for the main thread."""
    found = verbs.music_rows(verbs.music_ids(missing=False)) if source.playlist == WHOLE \
        else verbs.playlist_tracks(source.playlist)
    return [str(track.path) for track in found if not track.missing]
