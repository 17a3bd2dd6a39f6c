# SPDX-License-Identifier: GPL-3.0-or-later
"""Clips to hear side by side: one line an item, one button a run. Changing over goes on at the same second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from podmix.ui.lab.chart_view import page_frame
from podmix.ui.lab.clip_player import ClipPlayer
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.buttons import button, literal
from podmix.ui.widgets.labels import ElidedLabel, label

if TYPE_CHECKING:
    from podmix.lab.runs.types import Run

MOST = 60


@dataclass(frozen=True, slots=True)
class HeardClip:
    """``run`` is the number of the run that made it, ``label`` its name."""

    item: str
    run: int
    label: str
    path: Path
    caption: str
    seconds: float


def clips_of(runs: Sequence[Run]) -> list[HeardClip]:
    """*slow* (files are opened): the runs' sounds that are there."""
    from podmix.audio.decode import probe
    from podmix.errors import PodMixError

    found: list[HeardClip] = []
    for at, run in enumerate(runs):
        for medium in run.media:
            if medium.kind == "audio" and medium.file.is_file() and len(found) < MOST:
                try:
                    seconds = probe(medium.file).duration_claimed or 0.0
                except PodMixError:
                    continue
                found.append(HeardClip(medium.name, at, run.manifest.name, medium.file, medium.caption, seconds))
    return found


class ClipList(QWidget):
    """``show_clips`` fills it; hidden while there are none."""

    def __init__(self, around: Surroundings, player: ClipPlayer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around, self._player = around, player
        self.buttons: dict[str, tuple[QPushButton, str]] = {}
        self._frame = page_frame()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(label("Clips", kind="large"))
        column.addWidget(self._frame)
        self._shown: list[HeardClip] = []
        player.changed.connect(self._show_playing)
        self.hide()

    def show_clips(self, clips: Sequence[HeardClip]) -> None:
        if list(clips) == self._shown:
            return
        self._shown = list(clips)
        self.buttons.clear()
        layout = self.layout()
        assert layout is not None
        layout.removeWidget(self._frame)
        self._frame.deleteLater()
        self._frame = page_frame()
        layout.addWidget(self._frame)
        grid = QGridLayout(self._frame)
        grid.setContentsMargins(16, 12, 16, 12)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        places: dict[str, int] = {}
        several = len({clip.run for clip in clips}) > 1
        for clip in clips:
            row = places.setdefault(clip.item, len(places))
            if grid.itemAtPosition(row, 0) is None:
                grid.addWidget(ElidedLabel(clip.caption or clip.item), row, 0)
            name = f"{clip.item} · {clip.label} · {clip.run}"
            words = f"{clip.run + 1}  {clip.label}" if several else "Play"
            play = button(literal(words[:28]), name=f"Play {clip.item} of {clip.label}")
            play.clicked.connect(partial(self._play, name, clip))
            self.buttons[name] = play, words[:28]
            grid.addWidget(play, row, 1 + clip.run)
        self.setVisible(bool(clips))
        self._show_playing()

    def _play(self, name: str, clip: HeardClip) -> None:
        """The same item by another run goes on where this one is."""
        same_item = self._player.name.startswith(f"{clip.item} · ")
        self._player.toggle(name, clip.path, clip.seconds, title=clip.caption or clip.item, about=clip.label,
                            at=self._player.position if same_item else 0.0)

    def _show_playing(self) -> None:
        for name, (control, words) in self.buttons.items():
            on = self._player.playing == name
            control.setText(literal(f"❚❚  {words}" if on else f"▶  {words}"))
