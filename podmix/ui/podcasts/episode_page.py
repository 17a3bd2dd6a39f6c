# SPDX-License-Identifier: GPL-3.0-or-later
"""One episode: what it is, its previews, its chapters, its notes and every word of it."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from podmix.app.views import CaptionsGrew, EpisodePage
from podmix.podcasts.types import EpisodeState
from podmix.ui.player_bar.queueing import put_up_next
from podmix.ui.playing import NowPlaying
from podmix.ui.podcasts.episode_aside import EpisodeAside
from podmix.ui.podcasts.find_bar import FindBar
from podmix.ui.podcasts.notes_view import NotesView
from podmix.ui.podcasts.show_page import web_address
from podmix.ui.podcasts.transcript_view import TranscriptView
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.artwork import Artwork
from podmix.ui.widgets.buttons import IconButton, Segments, button, literal
from podmix.ui.widgets.empty import EmptyState
from podmix.ui.widgets.labels import ElidedLabel, label
from podmix.ui.wording import clock_text, day_text, length_text, source_text


class EpisodeView(QWidget):
    """Opened by id; may start to play at a time."""

    back_wanted = Signal()
    show_wanted = Signal(int)
    preview_wanted = Signal(object)  # PreviewCard

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around = around
        self.page: EpisodePage | None = None
        theme = around.theme
        self.back = IconButton(theme, "left", "Back", key="Esc")
        self.show_name = button("", kind="link")
        self._art = Artwork(theme, 88, radius=10)
        self._title = label(kind="title", wrap=True)
        self._facts = ElidedLabel(kind="soft")
        self.play = button("Play", kind="primary")
        self.make = button("Make preview")
        self.get = button("Download")
        self.next_up = IconButton(theme, "queue", "Put it up next")
        self.link = IconButton(theme, "link", "Open the episode's website")
        self.copy = IconButton(theme, "copy", "Copy the transcript")
        self.tabs = Segments("What to read", (("words", "Transcript"), ("notes", "Notes")))
        self.transcript = TranscriptView(theme)
        self.find_bar = FindBar(theme, self.transcript)
        self.notes = NotesView(theme)
        self.nothing = EmptyState(theme, "captions", "No transcript yet", "", "Make preview")
        self.reader = QStackedWidget()
        self.aside = EpisodeAside(theme)
        self._assemble()
        self._wire()

    def _assemble(self) -> None:
        for pane in (self.transcript, self.notes, self.nothing):
            self.reader.addWidget(pane)
        crumbs = QHBoxLayout()
        crumbs.setContentsMargins(0, 0, 0, 0)
        crumbs.setSpacing(4)
        crumbs.addWidget(self.back)
        crumbs.addWidget(self.show_name)
        crumbs.addStretch()
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addStretch()
        words.addWidget(self._title)
        words.addWidget(self._facts)
        words.addStretch()
        head = QHBoxLayout()
        head.setSpacing(18)
        head.addWidget(self._art)
        head.addLayout(words, 1)
        bar = QHBoxLayout()
        bar.setSpacing(8)
        for part in (self.play, self.make, self.get, self.next_up, self.link, self.copy):
            bar.addWidget(part)
        bar.addStretch()
        bar.addWidget(self.tabs)
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addLayout(bar)
        left.addWidget(self.find_bar)
        left.addWidget(self.reader, 1)
        body = QHBoxLayout()
        body.setSpacing(28)
        body.addLayout(left, 1)
        body.addWidget(self.aside)
        column = QVBoxLayout(self)
        lower = QVBoxLayout()
        lower.setContentsMargins(14, 0, 0, 0)
        lower.setSpacing(14)
        lower.addLayout(head)
        lower.addLayout(body, 1)
        column.setContentsMargins(18, 16, 24, 0)
        column.setSpacing(12)
        column.addLayout(crumbs)
        column.addLayout(lower, 1)

    def _wire(self) -> None:
        self.back.clicked.connect(self.back_wanted)
        self.show_name.clicked.connect(self._go_to_show)
        self.play.clicked.connect(self._play_or_pause)
        self.make.clicked.connect(self._make)
        self.get.clicked.connect(self._download)
        self.next_up.clicked.connect(self._enqueue)
        self.link.clicked.connect(lambda: self.page and QDesktopServices.openUrl(QUrl(self.page.link)))
        self.copy.clicked.connect(self._copy)
        self.nothing.acted.connect(self._make)
        self.tabs.chosen.connect(self._show_tab)
        self.transcript.time_wanted.connect(self.play_from)
        self.notes.time_wanted.connect(self.play_from)
        self.aside.time_wanted.connect(self.play_from)
        self.aside.preview_wanted.connect(self.preview_wanted)
        player = self._around.player
        player.moved.connect(self._follow)
        player.now_changed.connect(self._now_changed)
        player.playing_changed.connect(lambda _on: self._show_play())
        self._around.events.captions.connect(self._grew)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(150)
        self._soon.timeout.connect(self._reload)

    # -- content --
    def open_episode(self, episode_id: int, play_at: float = -1.0) -> None:
        """Load and show; ``play_at`` (seconds, if not negative) starts it there."""
        def show(page: EpisodePage) -> None:
            self._show(page)
            if play_at >= 0:
                self.play_from(play_at)

        self._around.background.run(lambda: self._around.verbs.episode_page(episode_id), then=show, owner=self,
                                    key="episode page")

    def reload_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _reload(self) -> None:
        if self.page is not None:
            self.open_episode(self.page.episode.episode_id)

    def _go_to_show(self) -> None:
        if self.page is not None:
            self.show_wanted.emit(self.page.episode.show_id)

    def _show(self, page: EpisodePage) -> None:
        before, self.page = self.page, page
        row = page.episode
        same = before is not None and before.episode.episode_id == row.episode_id
        self._art.show_cover(row.artwork, row.show_title)
        self.show_name.setText(literal(row.show_title))
        self.show_name.setAccessibleName(f"Open the show {row.show_title}")
        self._title.setText(row.title)
        self._facts.set_text("  ·  ".join(part for part in (
            day_text(row.published, datetime.now(UTC)), length_text(row.duration),
            source_text(page.transcript_source)) if part))
        busy = row.state in (EpisodeState.DOWNLOADING, EpisodeState.WORKING)
        self.make.setText("Choose again" if page.previews else "Make preview")
        self.make.setEnabled(not busy)
        self.get.setVisible(row.audio is None)
        self.get.setEnabled(not busy)
        self.link.setVisible(web_address(page.link))
        self.copy.setVisible(bool(page.captions))
        self.notes.show_html(page.notes_html or "<p>This episode comes without notes.</p>")
        if before is None or not same or before.captions != page.captions:
            self.transcript.show_lines(page.captions)
        self.find_bar.setVisible(False)
        self.aside.show_page(page)
        self.aside.setVisible(bool(page.previews or page.chapters or page.persons))
        if not same:
            self.tabs.set_value("words" if page.captions else "notes")
        self._say_nothing(row.state)
        self._show_tab(self.tabs.value)
        self._show_play()

    def _say_nothing(self, state: EpisodeState) -> None:
        if state in (EpisodeState.DOWNLOADING, EpisodeState.WORKING):
            self.nothing.say("captions", "Listening …", "The words appear here as they are recognised.")
        elif state is EpisodeState.FAILED and self.page is not None:
            self.nothing.say("alert", "That did not work", self.page.episode.problem, "Try again")
        else:
            self.nothing.say("captions", "No transcript yet",
                             "Make a preview, and every word of the episode stands here.", "Make preview")

    def _show_tab(self, tab: str) -> None:
        words = self.transcript if self.page is not None and self.page.captions else self.nothing
        self.reader.setCurrentWidget(words if tab == "words" else self.notes)
        if tab != "words":
            self.find_bar.close_bar()

    def _grew(self, grown: CaptionsGrew) -> None:
        if self.page is None or grown.episode_id != self.page.episode.episode_id or self.page.captions:
            return
        if not self.transcript.hasFocus():
            self.transcript.show_lines(grown.lines)
            self.transcript.show_time(grown.done)
        if self.tabs.value == "words":
            self.reader.setCurrentWidget(self.transcript)

    # -- playing --
    def _is_mine(self, now: NowPlaying | None) -> bool:
        return now is not None and self.page is not None and now.episode_id == self.page.episode.episode_id \
            and now.preview_id is None

    def play_from(self, time: float) -> None:
        if self.page is None:
            return
        player = self._around.player
        if self._is_mine(player.now):
            player.seek(time)
            if not player.playing:
                player.toggle()
        elif not player.play_episode(self.page.episode, self.page.chapters, time):
            self._listen(time)

    def _listen(self, time: float) -> None:
        """Download the episode and play it meanwhile: whoever presses play wants to hear it."""
        assert self.page is not None
        page, around = self.page, self._around
        around.notices.toast("Playing while it downloads", button="Only download", undo=self._download)
        around.background.run(
            lambda: around.verbs.listen(page.episode.episode_id), key="listen", owner=self,
            then=lambda sound: around.player.play_arriving(page.episode, sound, page.chapters, time))

    def _play_or_pause(self) -> None:
        player = self._around.player
        if self._is_mine(player.now):
            player.toggle()
        elif self.page is not None:
            self.play_from(self.page.episode.position)

    def _show_play(self) -> None:
        if self.page is None:
            return
        player, row = self._around.player, self.page.episode
        if self._is_mine(player.now):
            self.play.setText("Pause" if player.playing else "Play")
        else:
            self.play.setText(f"Resume at {clock_text(row.position)}" if row.position > 5 else "Play")
        self.play.setAccessibleName(self.play.text())

    def _now_changed(self, now: NowPlaying | None) -> None:
        if not self._is_mine(now):
            self.transcript.set_time(None)
            self.aside.set_time(None)
        self._show_play()

    def _follow(self, position: float) -> None:
        if self.isVisible() and self._is_mine(self._around.player.now):
            self.transcript.set_time(position)
            self.aside.set_time(position)

    # -- doing --
    def _make(self) -> None:
        if self.page is not None:
            episode, again = self.page.episode.episode_id, bool(self.page.previews)
            self._around.background.run(lambda: self._around.verbs.make_preview(episode, again=again),
                                        then=lambda _job: self.reload_soon())
            self._around.notices.toast("The preview is on its way")

    def _download(self) -> None:
        if self.page is not None:
            episode = self.page.episode.episode_id
            self._around.background.run(lambda: self._around.verbs.download(episode),
                                        then=lambda _job: self.reload_soon())
            self._around.notices.toast("Downloading")

    def _enqueue(self) -> None:
        if self.page is not None:
            put_up_next(self._around, self.page.episode)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.transcript.toPlainText())
        self._around.notices.toast("The transcript is on the clipboard")

    def find_inside(self) -> None:
        """Ctrl+F"""
        if self.page is not None and self.page.captions:
            self.tabs.set_value("words")
            self._show_tab("words")
            self.find_bar.open_bar()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.aside.setFixedWidth(300 if self.width() > 980 else 248)
