# SPDX-License-Identifier: GPL-3.0-or-later
"""Giving one's taste to a friend, taking in a friend's, saying what one likes, erasing it all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from podmix.app.interface import Verbs
from podmix.app.taste_views import TasteSummary
from podmix.paths import safe_name
from podmix.ui.mixes.learned_words import erased_text
from podmix.ui.music.folder_actions import local_files
from podmix.ui.podcasts.dialogs import Question
from podmix.ui.surroundings import Surroundings

GOES = ("Forgotten for good, here and in all backups: every reaction, what was learned from them, friends' files, all "
        "mixes, likes, and what you played.\n\nYour saved previews, ratings and playlists stay, and where you stopped "
        "in an episode. It cannot be undone.")


def taste_files(data: QMimeData) -> list[Path]:
    """Among what is dragged, what may be a friend's taste."""
    return [path for path in local_files(data) if path.suffix.lower() == ".json" and path.is_file()]


class TasteActions(QObject):
    """``changed`` is called when something is known anew, ``friend_came`` with a friend's name."""

    def __init__(self, around: Surroundings, verbs: Verbs, host: QWidget) -> None:
        super().__init__(host)
        self._around, self._verbs, self._host = around, verbs, host
        self.changed: Callable[[], object] = lambda: None
        self.friend_came: Callable[[str], object] = lambda _name: None
        self.erased: Callable[[], object] = lambda: None

    # -- friends --
    def ask_import(self) -> None:
        dialog = QFileDialog(self._host, "A friend's taste file", str(Path.home()), "Taste files (*.json)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.bring(Path(name)))
        dialog.open()

    def bring(self, path: Path) -> None:
        """Take in a friend's file."""
        self._around.background.run(lambda: self._verbs.import_taste(path), then=self._came, owner=self)

    def _came(self, name: str) -> None:
        self._around.notices.toast(f"{name}'s taste is here", button="Blend", undo=lambda: self.friend_came(name))
        self.changed()

    def forget(self, name: str) -> None:
        def removed(_none: object) -> None:
            self._around.notices.toast(f"{name}'s taste is removed")
            self.changed()

        self._around.background.run(lambda: self._verbs.remove_friend(name), then=removed, owner=self)

    # -- one's own --
    def ask_export(self) -> None:
        question = Question(self._around.theme, "Export your taste",
                            "Interests as numbers, and artists, genres, tracks and shows you like by name. No paths, "
                            "no dates, nothing that you only heard.", "Choose a file…", self._host)
        edit = QLineEdit()
        edit.setPlaceholderText("How your friends call you")
        edit.setAccessibleName("How your friends call you")
        edit.setMaxLength(60)
        question.body.addWidget(edit)
        question.accepted.connect(lambda: self._ask_file(" ".join(edit.text().split())))
        edit.setFocus()
        question.open()

    def _ask_file(self, name: str) -> None:
        stem = safe_name(f"taste {name}".strip().lower().replace(" ", "-"), longest=60)
        dialog = QFileDialog(self._host, "Export your taste", str(Path.home() / f"{stem}.json"), "Taste files (*.json)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.fileSelected.connect(lambda path: self.export(Path(path), name))
        dialog.open()

    def export(self, path: Path, name: str) -> None:
        self._around.background.run(lambda: self._verbs.export_taste(path, name=name), owner=self,
                                    then=lambda written: self._around.notices.toast(f"Written to {written.name}"))

    def choose_interests(self, texts: list[str]) -> None:
        self._around.notices.toast("Taking that in …")

        def kept(_none: object) -> None:
            self._around.notices.toast("Your previews follow that from now on" if texts else "Taken back")
            self.changed()

        self._around.background.run(lambda: self._verbs.choose_interests(texts), then=kept, owner=self)

    # -- erasing --
    def ask_erase(self) -> None:
        question = Question(self._around.theme, "Erase what PodMix learned?", GOES, "Erase", self._host)
        question.yes.setProperty("kind", "danger")
        question.yes.setAutoDefault(False)
        question.no.setDefault(True)
        question.no.setFocus()
        question.accepted.connect(self.erase)
        question.open()

    def erase(self) -> None:
        """For good; says afterwards what was there."""
        self._around.notices.toast("Erasing …", stays=True)

        def work() -> TasteSummary:
            before: TasteSummary = self._verbs.taste_summary()
            self._verbs.erase_taste()
            return before

        def done(before: TasteSummary) -> None:
            self._around.notices.toast(erased_text(before), stays=True)
            self.erased()

        self._around.background.run(work, then=done, owner=self)
