# SPDX-License-Identifier: GPL-3.0-or-later
"""Adding shows, whichever way: an address, a page with several feeds, a password, OPML, a drop, the demo."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from podmix.app.views import ImportResult, ShowCard, SubscribeResult
from podmix.errors import AuthenticationNeeded, PodMixError
from podmix.ui.podcasts.dialogs import ChooseFeed, ImportReport, Password
from podmix.ui.surroundings import Surroundings
from podmix.ui.wording import count_text

OPML_ENDINGS = (".opml", ".xml")


def droppable(data: QMimeData) -> bool:
    return bool(_addresses(data) or _files(data))


def _files(data: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in data.urls()
            if url.isLocalFile() and url.toLocalFile().lower().endswith(OPML_ENDINGS)]


def _addresses(data: QMimeData) -> list[str]:
    found = [url.toString() for url in data.urls() if not url.isLocalFile() and url.scheme()]
    if not found and data.hasText() and not data.hasUrls():
        words = data.text().split()
        found = [word for word in words if "://" in word and not word.startswith("file:")][:50]
    return found


class Adding(QObject):
    """Answers ``ways.subscribe``, ``ways.import_opml`` and ``ways.add_demo`` with work, dialogs and words."""

    def __init__(self, around: Surroundings, window: QWidget) -> None:
        super().__init__(window)
        self._around, self._window = around, window
        around.ways.subscribe.connect(self.subscribe)
        around.ways.import_opml.connect(self.import_opml)
        around.ways.add_demo.connect(self.add_demo)

    def dropped(self, data: QMimeData) -> None:
        for path in _files(data):
            self.import_opml(path)
        for address in _addresses(data):
            self.subscribe(address)

    # -- one address --
    def subscribe(self, address: str, user: str = "", password: str = "") -> None:
        self._around.notices.toast("Looking at that address …")
        self._around.background.run(
            lambda: self._around.verbs.subscribe(address, user=user, password=password),
            then=self._subscribed, failed=partial(self._not_subscribed, address), owner=self)

    def _subscribed(self, result: SubscribeResult) -> None:
        if result.show is None:
            dialog = ChooseFeed(self._around.theme, result.choices, self._window)
            dialog.chosen.connect(self.subscribe)
            dialog.open()
            return
        show = result.show
        if result.already:
            self._around.notices.toast(f"You already follow {show.title}")
        else:
            self._around.notices.toast(f"Following {show.title}  ·  {count_text(result.episodes, 'episode')}",
                                       undo=partial(self._unsubscribe, show))
        self._around.ways.show_page.emit(show.show_id)

    def _unsubscribe(self, show: ShowCard) -> None:
        self._around.background.run(lambda: self._around.verbs.unsubscribe(show.show_id))
        self._around.ways.screen.emit("podcasts")

    def _not_subscribed(self, address: str, error: PodMixError) -> None:
        if isinstance(error, AuthenticationNeeded):
            dialog = Password(self._around.theme, address, error, self._window)
            dialog.given.connect(lambda user, password: self.subscribe(address, user, password))
            dialog.open()
        else:
            self._around.notices.problem(error)

    # -- many at once --
    def import_opml(self, path: object = None) -> None:
        if not isinstance(path, Path):
            dialog = QFileDialog(self._window, "Import OPML", str(Path.home()), "Subscriptions (*.opml *.xml)")
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            dialog.fileSelected.connect(lambda name: self.import_opml(Path(name)))
            dialog.open()
            return
        self._around.notices.toast(f"Reading {path.name} …")
        self._around.background.run(lambda: self._around.verbs.import_opml(path), then=self._imported, owner=self)

    def _imported(self, result: ImportResult) -> None:
        self._around.ways.screen.emit("podcasts")
        if result.failed:
            ImportReport(self._around.theme, result, self._window).open()
        else:
            words = [f"{count_text(result.added, 'show')} added"]
            if result.already:
                words.append(f"{result.already} you already had")
            self._around.notices.toast("  ·  ".join(words))

    def export_opml(self) -> None:
        dialog = QFileDialog(self._window, "Export OPML", str(Path.home() / "podmix.opml"), "Subscriptions (*.opml)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("opml")
        dialog.fileSelected.connect(lambda name: self._around.background.run(
            lambda: self._around.verbs.export_opml(Path(name)),
            then=lambda number: self._around.notices.toast(
                f"{count_text(number, 'show')} written to {Path(name).name}")))
        dialog.open()

    def add_demo(self) -> None:
        self._around.notices.toast("Setting up the demo shows …")
        self._around.background.run(self._around.verbs.add_demo, then=self._demo_added, owner=self)

    def _demo_added(self, shows: list[ShowCard]) -> None:
        self._around.ways.screen.emit("previews")
        self._around.notices.toast(f"{count_text(len(shows), 'demo show')} added. Their previews are on the way.")
