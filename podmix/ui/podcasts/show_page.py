# SPDX-License-Identifier: GPL-3.0-or-later
"""One show: its cover and words, what can be done with it, its episodes."""

from __future__ import annotations

import re
import textwrap
from datetime import UTC, datetime
from html import unescape

from PySide6.QtCore import QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from podmix.app.views import EpisodeRow, ShowCard
from podmix.ui import icons
from podmix.ui.player_bar.queueing import put_up_next
from podmix.ui.podcasts.episode_list import PAGE, EpisodeList
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.artwork import Artwork
from podmix.ui.widgets.buttons import IconButton, button
from podmix.ui.widgets.empty import EmptyState
from podmix.ui.widgets.labels import ElidedLabel, label
from podmix.ui.wording import ago_text, count_text

_TAGS = re.compile(r"<[^>]*>")


def web_address(address: str) -> bool:
    """Only these are ever handed to the browser."""
    return QUrl(address).scheme() in ("http", "https")


class ShowPage(QWidget):
    """``open_show`` loads it; ``refresh_rows`` follows changes while it is open."""

    back_wanted = Signal()
    episode_wanted = Signal(int)
    preview_wanted = Signal(int)  # episode id: hear its preview

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around = around
        self.card: ShowCard | None = None
        theme = around.theme
        self.back = IconButton(theme, "left", "Back to all shows", key="Esc")
        self.back.clicked.connect(self.back_wanted)
        self._art = Artwork(theme, 132, radius=14)
        self._title = label(kind="title", wrap=True)
        self._author = ElidedLabel(kind="soft")
        self._about = label(kind="soft", wrap=True)
        self._about.setMaximumHeight(42)
        self._facts = label(kind="small", wrap=True)
        self.refresh_button = button("Look for new episodes")
        self.refresh_button.clicked.connect(self.refresh)
        self.support = button("Support the show")
        self.support.clicked.connect(self._open_funding)
        self.more = IconButton(theme, "more", "More for this show")
        self.more.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(QMenu(self.more))
        self.more.menu().aboutToShow.connect(self._fill_more)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Find an episode")
        self.filter.setAccessibleName("Find an episode by its title")
        self.filter.setFixedWidth(240)
        self.list = EpisodeList(theme)
        self.empty = EmptyState(theme, "podcasts", "No episodes yet",
                                "This feed is reachable but lists nothing to hear.",
                                "Look for new episodes")
        self.empty.acted.connect(self.refresh)
        self._all_rows: list[EpisodeRow] = []
        self._assemble()
        self._wire()

    def _assemble(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(4)
        for text in (self._title, self._author, self._about, self._facts):
            words.addWidget(text)
        words.addStretch()
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for part in (self.refresh_button, self.support, self.more):
            buttons.addWidget(part)
        buttons.addStretch()
        buttons.addWidget(self.filter)
        words.addLayout(buttons)
        head = QHBoxLayout()
        head.setContentsMargins(14, 0, 0, 0)
        head.setSpacing(22)
        head.addWidget(self._art)
        head.addLayout(words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 24, 0)
        column.setSpacing(14)
        column.addWidget(self.back)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addWidget(self.empty, 1)

    def _wire(self) -> None:
        self.list.opened.connect(self.episode_wanted)
        self.list.acted.connect(self.act)
        self.list.rows_model.more_wanted.connect(self._more)
        self.filter.textChanged.connect(lambda _text: self._show_rows(complete=False))
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(150)
        self._soon.timeout.connect(self.reload)

    # -- content --
    def open_show(self, show_id: int) -> None:
        self.filter.clear()
        verbs = self._around.verbs
        self._around.background.run(lambda: (verbs.show(show_id), verbs.episodes(show_id, limit=PAGE)),
                                    then=self._show, owner=self, key="show page")

    def reload(self) -> None:
        if self.card is None or not self.isVisible():
            return
        show_id, verbs = self.card.show_id, self._around.verbs
        limit = max(PAGE, len(self._all_rows))
        self._around.background.run(lambda: (verbs.show(show_id), verbs.episodes(show_id, limit=limit)),
                                    then=self._show, owner=self, key="show page")

    def reload_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _show(self, found: tuple[ShowCard, list[EpisodeRow]]) -> None:
        card, rows = found
        self.card, self._all_rows = card, rows
        self._art.show_cover(card.artwork, card.title)
        self._title.setText(card.title)
        self._author.set_text(card.author)
        about = " ".join(unescape(_TAGS.sub(" ", card.description)).split())
        self._about.setText(textwrap.shorten(about, 180, placeholder=" …"))
        self._about.setVisible(bool(card.description))
        looked = f"looked for new ones {ago_text(card.refreshed, datetime.now(UTC))}"
        facts = [count_text(card.episodes, "episode"), looked]
        self._facts.setText(card.problem or "  ·  ".join(facts))
        self._facts.setProperty("kind", "danger" if card.problem else "small")
        self._facts.style().polish(self._facts)
        self.support.setVisible(any(web_address(url) for _, url in card.funding))
        self.empty.setVisible(not rows)
        self.list.setVisible(bool(rows))
        self._show_rows(complete=len(rows) % PAGE != 0)

    def _show_rows(self, *, complete: bool) -> None:
        wanted = self.filter.text().casefold().strip()
        if wanted:
            rows = [row for row in self._all_rows if wanted in row.title.casefold()]
            self.list.rows_model.set_rows(rows, complete=True)
        else:
            self.list.rows_model.set_rows(self._all_rows, complete=complete or len(self._all_rows) % PAGE != 0)

    def _more(self, offset: int) -> None:
        if self.card is None or self.filter.text():
            return
        show_id = self.card.show_id

        def add(rows: list[EpisodeRow]) -> None:
            self._all_rows.extend(rows)
            self.list.rows_model.add_rows(rows, complete=len(rows) < PAGE)

        self._around.background.run(lambda: self._around.verbs.episodes(show_id, limit=PAGE, offset=offset), then=add,
                                    owner=self, key="more episodes")

    # -- doing --
    def act(self, verb: str, episode_id: int) -> None:
        verbs, run = self._around.verbs, self._around.background.run
        row = next((row for row in self._all_rows if row.episode_id == episode_id), None)
        if verb == "download":
            run(lambda: verbs.download(episode_id), then=lambda _job: self.reload_soon())
        elif verb in ("make", "again"):
            run(lambda: verbs.make_preview(episode_id, again=verb == "again"), then=lambda _job: self.reload_soon())
            self._around.notices.toast("The preview is on its way")
        elif verb == "preview":
            self.preview_wanted.emit(episode_id)
        elif verb in ("queue", "first") and row is not None:
            put_up_next(self._around, row, first=verb == "first")

    def refresh(self) -> None:
        if self.card is None:
            return
        show_id = self.card.show_id
        self.refresh_button.setEnabled(False)
        self.refresh_button.setText("Looking …")
        self._around.background.run(
            lambda: self._around.verbs.refresh([show_id]), owner=self,
            then=self._refreshed, ended=self._looked)

    def _refreshed(self, new: int) -> None:
        self._around.notices.toast(count_text(new, "new episode") if new else "Nothing new right now")
        self.reload()

    def _looked(self) -> None:
        self.refresh_button.setEnabled(True)
        self.refresh_button.setText("Look for new episodes")

    def unsubscribe(self) -> None:
        card, verbs = self.card, self._around.verbs
        if card is None:
            return
        self._around.background.run(lambda: verbs.unsubscribe(card.show_id), then=lambda _none: self.back_wanted.emit())
        self._around.notices.toast(f"You no longer follow {card.title}", undo=lambda: self._around.background.run(
            lambda: verbs.restore_show(card.show_id)))

    def _open_funding(self) -> None:
        if self.card is not None:
            address = next(url for _, url in self.card.funding if web_address(url))
            QDesktopServices.openUrl(QUrl(address))

    def _fill_more(self) -> None:
        menu, card, soft = self.more.menu(), self.card, self._around.theme.tokens.soft
        menu.clear()
        if card is None:
            return
        if web_address(card.site_url):
            menu.addAction(icons.icon("link", soft), "Open the show's website",
                           lambda: QDesktopServices.openUrl(QUrl(card.site_url)))
        menu.addAction(icons.icon("copy", soft), "Copy the feed's address", lambda: self._copy(card.feed_url))
        menu.addSeparator()
        menu.addAction(icons.icon("trash", self._around.theme.tokens.danger), "Stop following", self.unsubscribe)

    def _copy(self, text: str) -> None:
        from PySide6.QtGui import QGuiApplication

        QGuiApplication.clipboard().setText(text)
        self._around.notices.toast("The address is on the clipboard")
