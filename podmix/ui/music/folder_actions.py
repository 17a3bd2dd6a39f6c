# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing music in: folders by a dialog or a drop, lists of DJ programs; looking through them again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from podmix.music.library_types import MusicFolder
from podmix.ui.music.folders_dialog import FoldersDialog
from podmix.ui.music.playlist_actions import IMPORTABLE
from podmix.ui.surroundings import Surroundings


def music_files(data: QMimeData) -> list[Path]:
    """Folders among what is dragged: they may hold music."""
    return [path for path in local_files(data) if path.is_dir()]


def local_files(data: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


class FolderActions(QObject):
    """``import_file`` takes in a list or collection of a DJ program."""

    def __init__(self, around: Surroundings, verbs: Any, host: QWidget, import_file: Callable[[Path], object]) -> None:
        super().__init__(host)
        self._around, self._verbs, self._host, self._import = around, verbs, host, import_file

    def ask(self) -> None:
        dialog = QFileDialog(self._host, "Add a folder with music", str(Path.home() / "Music"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda name: self.take([Path(name)]))
        dialog.open()

    def take(self, paths: Sequence[Path]) -> None:
        """Folders join the library; lists and collections of DJ programs are imported."""
        for path in paths:
            if path.is_dir():
                self._around.background.run(partial(self._verbs.add_music_folder, path), then=self._added, owner=self)
            elif path.suffix.lower() in IMPORTABLE:
                self._import(path)

    def _added(self, folder: MusicFolder) -> None:
        remove = partial(self._verbs.remove_music_folder, folder.id)
        self._around.notices.toast(f"Looking through {folder.path.name or folder.path} …",
                                   undo=lambda: self._around.background.run(remove))

    def open_dialog(self) -> None:
        dialog = FoldersDialog(self._around, self._verbs, self._host)
        dialog.add_wanted.connect(self.ask)
        dialog.open()

    def scan(self) -> None:
        self._around.background.run(lambda: self._verbs.scan_music(None), owner=self,
                                    then=lambda _job: self._around.notices.toast("Looking through your folders …"))
