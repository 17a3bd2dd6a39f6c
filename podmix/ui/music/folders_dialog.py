# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the music lies: folders to watch, to scan again, to remove; and the files that could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QVBoxLayout, QWidget

from podmix.music.library_types import MusicFolder, UnreadableFile
from podmix.ui.podcasts.dialogs import Question
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.buttons import IconButton, Switch, button
from podmix.ui.widgets.labels import ElidedLabel, label
from podmix.ui.wording import ago_text, count_text


class FoldersDialog(Question):
    """Closes with one button: everything acts at once."""

    add_wanted = Signal()

    def __init__(self, around: Surroundings, verbs: Any, parent: QWidget | None = None) -> None:
        super().__init__(around.theme, "Music folders", "PodMix reads these folders and leaves the files as they are.",
                         "Done", parent)
        self._around, self._verbs = around, verbs
        self.setMinimumWidth(620)
        self.no.hide()
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        self.add = button("  Add a folder…", kind="quiet")
        self.add.clicked.connect(self.add_wanted)
        self.unreadable = QListWidget()
        self.unreadable.setAccessibleName("Files that could not be read")
        self.unreadable.setMaximumHeight(150)
        self.unread_title = label(kind="heading")
        self.body.addLayout(self._rows)
        self.body.addWidget(self.add)
        self.body.addWidget(self.unread_title)
        self.body.addWidget(self.unreadable)
        around.events.changed.connect(lambda *_: self.reload())
        self.reload()

    def reload(self) -> None:
        self._around.background.run(lambda: (self._verbs.music_folders(), self._verbs.unreadable_music()),
                                    then=lambda found: self._show(*found), owner=self, key="music folders")

    def _show(self, folders: Sequence[MusicFolder], unreadable: Sequence[UnreadableFile]) -> None:
        while (entry := self._rows.takeAt(0)) is not None:
            if (widget := entry.widget()) is not None:
                widget.deleteLater()
        for folder in folders:
            self._rows.addWidget(self._row(folder))
        self.unreadable.clear()
        self.unread_title.setText(f"{count_text(len(unreadable), 'file')} could not be read")
        self.unread_title.setVisible(bool(unreadable))
        self.unreadable.setVisible(bool(unreadable))
        for one in unreadable[:500]:
            self.unreadable.addItem(f"{one.path}\n{one.problem}")

    def _row(self, folder: MusicFolder) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(ElidedLabel(str(folder.path), kind="strong"))
        looked = f"Looked through {ago_text(folder.scanned, datetime.now(UTC))}" if folder.scanned else "Not read yet"
        words.addWidget(ElidedLabel(folder.problem or looked, kind="small"))
        watch = Switch(self._around.theme, f"Notice changes in {folder.path.name}")
        watch.setChecked(folder.watched)
        watch.toggled.connect(lambda on: self._run(lambda: self._verbs.watch_music_folder(folder.id, on)))
        again = IconButton(self._around.theme, "refresh", f"Look through {folder.path.name} again")
        again.clicked.connect(lambda: self._run(lambda: self._verbs.scan_music([folder.id], again=True)))
        away = IconButton(self._around.theme, "trash", f"Take {folder.path.name} out of the library")
        away.clicked.connect(lambda: self._remove(folder))
        row.addLayout(words, 1)
        row.addWidget(label("Notice changes", kind="small"))
        for part in (watch, again, away):
            row.addWidget(part)
        return made

    def _remove(self, folder: MusicFolder) -> None:
        def removed(count: int) -> None:
            self._around.notices.toast(
                f"{count_text(count, 'track')} left the library; the files stay",
                undo=lambda: self._run(lambda: self._verbs.add_music_folder(folder.path)))
            self.reload()

        self._around.background.run(lambda: self._verbs.remove_music_folder(folder.id), then=removed, owner=self)

    def _run(self, work: Any) -> None:
        self._around.background.run(work)
