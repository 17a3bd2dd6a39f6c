# SPDX-License-Identifier: GPL-3.0-or-later
"""Tracks join the mix in hand, by a button, a drop or from the start page; while it plays only what is to come changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QPointF
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QMenu, QStackedWidget, QWidget

from podmix.app.interface import Verbs
from podmix.ui import icons
from podmix.ui.automix.desk import MixDesk
from podmix.ui.automix.mix_player import MixPlayer
from podmix.ui.automix.start_page import Source, StartPage, ask_files, ask_folder, paths_of
from podmix.ui.automix.timeline import Timeline
from podmix.ui.music.folder_actions import local_files
from podmix.ui.surroundings import Surroundings
from podmix.ui.wording import count_text


class Adding:
    """Mixed into the screen, which has the parts that are named here."""

    around: Surroundings
    desk: MixDesk
    playing: MixPlayer
    timeline: Timeline
    start: StartPage
    body: QStackedWidget
    mixing: QWidget
    _verbs: Verbs
    take: Callable[[Sequence[str]], None]
    open_plan: Callable[[Path], None]
    undo: Callable[[], None]
    show_start: Callable[[], None]

    def add_tracks(self, paths: Sequence[str], place: int | None = None) -> None:
        """Files, folders and lists join what is still to come, before track ``place`` where the order is kept."""
        if not paths or self.desk.mix is None:
            return

        def told() -> None:
            before, now = self.desk.before, self.desk.mix
            if before is not None and now is not None:
                joined = len(now.facts) - len(before.facts)
                self.around.notices.toast(f"{count_text(joined, 'track')} joined the mix", undo=self.undo)

        self.desk.go_on("adding tracks", paths, heard=lambda: self.playing.heard, place=place, then=told)

    def add_source(self, source: Source) -> None:
        """A playlist or files from the start page."""
        self.show_start()  # back to the mix
        if not source.playlist:
            self.add_tracks(source.paths)
            return
        self.around.background.run(lambda: paths_of(self._verbs, source), then=self.add_tracks, owner=self.desk)

    def plan_rest(self) -> None:
        """What is still to come and not locked, anew: with what was learnt since."""
        if self.desk.mix is not None:
            self.desk.go_on("planning anew", heard=lambda: self.playing.heard, anew=True,
                            then=lambda: self.around.notices.toast("Planned anew; what is locked stayed",
                                                                   undo=self.undo))

    def ask_add(self) -> None:
        ask_files(self.mixing, self.add_tracks)

    def fill_add(self, menu: QMenu) -> None:
        menu.clear()
        tint = self.around.theme.tokens.soft
        for icon, words, do in (("music", "Add files…", self.ask_add),
                                ("folder", "Add a folder…", lambda: ask_folder(self.mixing, self.add_tracks)),
                                ("list", "Add a playlist…", self.show_start)):
            menu.addAction(icons.icon(icon, tint), words).triggered.connect(lambda _checked=False, do=do: do())

    # -- drag and drop --
    @property
    def _joins(self) -> bool:
        """What is dropped joins the mix that is seen."""
        return self.body.currentWidget() is self.mixing and self.desk.mix is not None

    def _place(self, at: QPointF) -> int | None:
        """Before which track a drop goes; None where tracks are arranged, or beside the timeline."""
        options, line, screen = self.desk.options, self.timeline, self.body.parentWidget()
        if options is None or options.order != "keep" or screen is None:
            return None
        within = line.mapFrom(screen, at.toPoint())
        if not line.rect().contains(within):
            return None
        return line.place_at(within.x())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_files(event.mimeData()):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.acceptProposedAction()
        place = self._place(event.position()) if self._joins else None
        self.timeline.show_drop(-1 if place is None else place)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self.timeline.show_drop(-1)

    def dropEvent(self, event: QDropEvent) -> None:
        """A saved mix opens; everything else is to be mixed, or joins the mix that is seen."""
        event.acceptProposedAction()
        paths = local_files(event.mimeData())
        self.timeline.show_drop(-1)
        if len(paths) == 1 and paths[0].suffix.lower() == ".json":
            self.open_plan(paths[0])
        elif self._joins:
            self.add_tracks([str(path) for path in paths], self._place(event.position()))
        else:
            self.take([str(path) for path in paths])
