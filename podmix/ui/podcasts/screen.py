# SPDX-License-Identifier: GPL-3.0-or-later
"""Podcasts: the grid of shows, a show, an episode, one inside the other with a way back."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from podmix.app.views import Part, ShowCard
from podmix.ui import icons
from podmix.ui.actions import Action
from podmix.ui.podcasts.directory_row import DirectoryResults
from podmix.ui.podcasts.episode_page import EpisodeView
from podmix.ui.podcasts.show_grid import ShowGrid
from podmix.ui.podcasts.show_page import ShowPage
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.address_box import AddressBox
from podmix.ui.widgets.buttons import IconButton
from podmix.ui.widgets.invitation import Invitation
from podmix.ui.widgets.labels import label
from podmix.ui.wording import count_text

SAVE_EVERY_S = 10.0


class PodcastsScreen(QWidget):
    """Keeps a short history of pages for the way back."""

    preview_wanted = Signal(object)  # PreviewCard

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around = around
        self._stale = True
        self._saved_at: tuple[int, float] = (0, 0.0)
        self.setProperty("kind", "screen")
        self.box = AddressBox(around)
        self.count = label(kind="soft")
        self.refresh_button = IconButton(around.theme, "refresh", "Look for new episodes of all shows", key="R")
        self.more = IconButton(around.theme, "more", "More")
        self.more.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(QMenu(self.more))
        self.more.menu().aboutToShow.connect(self._fill_more)
        self.grid = ShowGrid(around.theme)
        self.directory = DirectoryResults(around, self.box)
        self.show_page = ShowPage(around)
        self.episode_view = EpisodeView(around)
        self.invitation = Invitation(around)
        self._home = QWidget()
        self.stack = QStackedWidget()
        self._history: list[QWidget] = []
        self._assemble()
        self._wire()

    def _assemble(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(label("Podcasts", kind="title"))
        top.addWidget(self.count)
        top.addStretch()
        self.box.setMaximumWidth(460)
        self.box.setMinimumWidth(320)
        top.addWidget(self.box, 2)
        top.addWidget(self.refresh_button)
        top.addWidget(self.more)
        home = QVBoxLayout(self._home)
        home.setContentsMargins(32, 24, 24, 0)
        home.setSpacing(16)
        home.addLayout(top)
        home.addWidget(self.directory)
        home.addWidget(self.grid, 1)
        for page in (self._home, self.show_page, self.episode_view, self.invitation):
            self.stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stack)

    def _wire(self) -> None:
        self.grid.opened.connect(self.open_show)
        self.refresh_button.clicked.connect(self.refresh_all)
        self.show_page.back_wanted.connect(self.go_back)
        self.show_page.episode_wanted.connect(lambda episode_id: self.open_episode(episode_id, -1.0))
        self.show_page.preview_wanted.connect(self._hear_preview)
        self.episode_view.back_wanted.connect(self.go_back)
        self.episode_view.show_wanted.connect(self.open_show)
        self.episode_view.preview_wanted.connect(self.preview_wanted)
        self._around.events.changed.connect(self._changed)
        self._around.player.moved.connect(self._save_position)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(120)
        self._soon.timeout.connect(self.reload)

    # -- content --
    @property
    def known_shows(self) -> list[ShowCard]:
        return self.grid.cards

    def activate(self, active: bool) -> None:
        if active:
            if self._stale:
                self.reload()
            if self.stack.currentWidget() is self._home:
                self.grid.setFocus()

    def reload(self) -> None:
        self._stale = False
        self._around.background.run(self._around.verbs.shows, then=self._show, owner=self, key="shows")

    def _show(self, shows: list[ShowCard]) -> None:
        self.grid.set_cards(shows)
        self.count.setText(count_text(len(shows), "show"))
        here = self.stack.currentWidget()
        if here in (self._home, self.invitation):
            self.stack.setCurrentWidget(self._home if shows else self.invitation)

    def _changed(self, part: Part, ids: tuple[int, ...]) -> None:
        if part is Part.SHOWS:
            self._soon.start()
        if part in (Part.SHOWS, Part.EPISODES, Part.PREVIEWS):
            self._stale = True
            if self.stack.currentWidget() is self.show_page:
                self.show_page.reload_soon()
            page = self.episode_view.page
            mine = page is not None and (not ids or part is Part.PREVIEWS or page.episode.episode_id in ids)
            if mine and self.stack.currentWidget() is self.episode_view:
                self.episode_view.reload_soon()

    # -- pages --
    def _go(self, page: QWidget) -> None:
        here = self.stack.currentWidget()
        if here is not None and here is not page:
            self._history = [old for old in self._history if old not in (here, page)]
            self._history.append(here)
        self.stack.setCurrentWidget(page)

    def open_show(self, show_id: int) -> None:
        self.show_page.open_show(show_id)
        self._go(self.show_page)
        self.show_page.list.setFocus()

    def open_episode(self, episode_id: int, play_at: float) -> None:
        self.episode_view.open_episode(episode_id, play_at)
        self._go(self.episode_view)
        self.episode_view.transcript.setFocus()

    def go_back(self) -> None:
        """To the page before; from a page reached directly, to the grid."""
        if self.episode_view.find_bar.isVisible():
            self.episode_view.find_bar.close_bar()
            return
        page = self._history.pop() if self._history else self._home
        if page is self.show_page and self.show_page.card is None:
            page = self._home
        self.stack.setCurrentWidget(page)
        if page in (self._home, self.invitation):
            self._history = []
            self.reload()
            self.grid.setFocus()

    def focus_address(self) -> None:
        if self.stack.currentWidget() is self.invitation:
            self.invitation.box.edit.setFocus()
        else:
            self.stack.setCurrentWidget(self._home)
            self.box.edit.setFocus()

    # -- doing --
    def refresh_all(self) -> None:
        self.refresh_button.setEnabled(False)
        self._around.background.run(
            lambda: self._around.verbs.refresh(None), owner=self,
            then=self._refreshed, ended=lambda: self.refresh_button.setEnabled(True))

    def _refreshed(self, new: int) -> None:
        self._around.notices.toast(count_text(new, "new episode") if new else "Nothing new right now")
        self.reload()

    def _hear_preview(self, episode_id: int) -> None:
        def hear(page: Any) -> None:
            if page.previews:
                self.preview_wanted.emit(page.previews[0])

        self._around.background.run(lambda: self._around.verbs.episode_page(episode_id), then=hear, owner=self)

    def _save_position(self, position: float) -> None:
        now = self._around.player.now
        if now is None or not now.is_episode:
            return
        episode, saved = self._saved_at
        if episode != now.episode_id or abs(position - saved) >= SAVE_EVERY_S:
            self._saved_at = (now.episode_id, position)
            self._around.background.run(lambda: self._around.verbs.save_position(now.episode_id, position),
                                        key="position")

    def save_position_now(self) -> None:
        """At the end of the session, without a thread."""
        player = self._around.player
        if player.now is not None and player.now.is_episode and player.position > 0:
            self._around.verbs.save_position(player.now.episode_id, player.position)

    def _fill_more(self) -> None:
        menu, soft = self.more.menu(), self._around.theme.tokens.soft
        menu.clear()
        adding = self.window().adding  # type: ignore[attr-defined]
        menu.addAction(icons.icon("import", soft), "Import OPML…", lambda: adding.import_opml(None))
        menu.addAction(icons.icon("share", soft), "Export OPML…", adding.export_opml)
        menu.addSeparator()
        menu.addAction(icons.icon("demo", soft), "Add the demo shows", adding.add_demo)

    def actions_here(self) -> list[Action]:
        return [
            Action("podcasts.refresh", "Look for new episodes", ("R", "F5"), "Podcasts", self.refresh_all,
                   icon="refresh"),
            Action("podcasts.find", "Find in the transcript", ("Ctrl+F",), "Podcasts", self.find_here, icon="search"),
        ]

    def find_here(self) -> None:
        if self.stack.currentWidget() is self.episode_view:
            self.episode_view.find_inside()
        elif self.stack.currentWidget() is self.show_page:
            self.show_page.filter.setFocus()
        else:
            self.box.edit.setFocus()
