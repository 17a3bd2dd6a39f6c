# SPDX-License-Identifier: GPL-3.0-or-later
"""Mixes: today's, those asked for, one mix with its reasons, and what PodMix learned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from podmix.app.taste_views import MixCard, SuggestedShow, TasteSummary
from podmix.app.views import Part, PreviewCard
from podmix.errors import PodMixError, UsageError
from podmix.ui.actions import Action
from podmix.ui.mixes.covers import MixCovers
from podmix.ui.mixes.fetching import Found, Shown, choices, found_mixes, shown_mix
from podmix.ui.mixes.home_page import Choices, HomePage
from podmix.ui.mixes.learned_page import LearnedPage
from podmix.ui.mixes.mix_page import MixPage
from podmix.ui.mixes.mix_rows import rows_of
from podmix.ui.mixes.mixes_actions import mixes_actions
from podmix.ui.mixes.playing_mix import PlayingMix
from podmix.ui.mixes.row_actions import RowActions
from podmix.ui.mixes.taste_actions import TasteActions, taste_files
from podmix.ui.music.folder_actions import FolderActions
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.empty import EmptyState
from podmix.ui.wording import count_text

SOON_MS = 1500
NO_MUSIC = ("Mixes are made of your own music, on this machine: daily ones, by genre or mood, with a friend. Add a "
            "folder to begin.")


class MixesScreen(QWidget):
    """Knows which mix is shown; everything else is done by its parts."""

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.around = around
        self._verbs = around.verbs
        self._stale, self._active = True, False
        self._pages = 0  # how many pages of the daily mix are shown beyond the first
        self._loading_more = False
        self._previews: dict[int, PreviewCard] = {}
        self._any_previews = False
        self.setProperty("kind", "screen")
        self.setAcceptDrops(True)
        self.covers = MixCovers(self._verbs, around.background, self)
        self.home = HomePage(around, self._verbs, self.covers)
        self.page = MixPage(around.theme, self.covers)
        self._learned: LearnedPage | None = None
        self.state = EmptyState(around.theme, "music", "")
        self.body = QStackedWidget()
        self.playing = PlayingMix(around, self.covers, self)
        self.rows = RowActions(around, self._verbs, self.page, self.playing, self)
        self.taste = TasteActions(around, self._verbs, self)
        self.folders = FolderActions(around, self._verbs, self, lambda _path: None)
        self._acts: Callable[[], object] = self.reload
        for part in (self.home, self.page, self.state):
            self.body.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.body)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self.reload)
        self._wire()

    def _wire(self) -> None:
        home, page, tools, around = self.home, self.page, self.home.tools, self.around
        home.wishes.wished.connect(self.wish)
        for grid in (home.today, home.earlier):
            grid.opened.connect(self.open_mix)
            grid.play_wanted.connect(lambda card: self.open_mix(card, play=True))
        home.learned_wanted.connect(self.show_learned)
        home.music_wanted.connect(lambda: around.ways.screen.emit("music"))
        tools.blend.blend_wanted.connect(self.blend)
        tools.blend.import_wanted.connect(self.taste.ask_import)
        tools.enhance.enhance_wanted.connect(self.enhance)
        tools.path.path_wanted.connect(self.find_path)
        page.back_wanted.connect(self.go_back)
        page.play_wanted.connect(self.play)
        page.automix_wanted.connect(self.automix)
        page.save_wanted.connect(self.save)
        page.more_wanted.connect(self.more)
        page.previews_wanted.connect(self.with_previews)
        page.accept_all_wanted.connect(self.accept_all)
        page.list.acted.connect(self.rows.act)
        self.playing.running_out.connect(self._running_out)
        around.player.now_changed.connect(lambda now: page.list.show_playing(now.key if now is not None else ""))
        self.taste.changed, self.taste.erased, self.taste.friend_came = self._taste_changed, self._erased, self.blend
        self.state.acted.connect(self._act)
        around.events.changed.connect(self._changed)

    @property
    def learned(self) -> LearnedPage:
        """Built when it is wanted first: starting pays nothing for it."""
        if self._learned is None:
            self._learned = learned = LearnedPage(self.around)
            self.body.addWidget(learned)
            for signal, do in ((learned.back_wanted, self.go_back), (learned.export_wanted, self.taste.ask_export),
                               (learned.import_wanted, self.taste.ask_import),
                               (learned.erase_wanted, self.taste.ask_erase),
                               (learned.forget_wanted, self.taste.forget),
                               (learned.interests_given, self.taste.choose_interests)):
                signal.connect(do)
        return self._learned

    @property
    def _is_learned(self) -> bool:
        return self._learned is not None and self.body.currentWidget() is self._learned

    # -- what is in front --
    def activate(self, active: bool) -> None:
        """The screen comes to the front, or goes."""
        self._active = active
        if active and self._stale:
            self.reload()
        if active:
            self._focus()

    def _focus(self) -> None:
        front = self.body.currentWidget()
        wanted: QWidget = self.state.button
        firsts = ((self.home, self.home.today), (self.page, self.page.list), (self._learned, self._learned))
        for page, first in firsts:
            wanted = first if first is not None and front is page else wanted
        wanted.setFocus(Qt.FocusReason.OtherFocusReason)

    def _turn(self, front: QWidget) -> None:
        self.body.setCurrentWidget(front)
        if self._active:
            self._focus()

    @property
    def front_card(self) -> MixCard | None:
        """The mix whose page is in front."""
        return self.page.card if self.body.currentWidget() is self.page else None

    def go_back(self) -> None:
        if self.body.currentWidget() is not self.home and not self._nothing:
            self._turn(self.home)
            self.reload()

    def _act(self) -> None:
        self._acts()

    _nothing = False  # the library is empty

    def _say(self, icon: str, title: str, text: str, act: str, do: Callable[[], object]) -> None:
        self._acts = do
        self.state.say(icon, title, text, act)
        self._turn(self.state)

    # -- the first page --
    def reload(self) -> None:
        """Ask for today's mixes and what else there is."""
        self._stale = False
        verbs = self._verbs
        self.around.background.run(lambda: found_mixes(verbs), then=self._show, failed=self._not_found, owner=self,
                                    key="mixes")

    def _show(self, found: Found) -> None:
        self._nothing, self._any_previews = not found.any_music, found.drive is not None
        if self._nothing:
            self._say("music", "Bring your music", NO_MUSIC, "Add a folder", self.folders.ask)
            return
        self.home.show_mixes(found.cards, found.drive)
        self.covers.want(found.cards)
        if self.body.currentWidget() is self.state and self._acts in (self.reload, self.folders.ask, self._try_again):
            self._turn(self.home)
        verbs = self._verbs
        self.around.background.run(lambda: choices(verbs), then=self._show_choices, failed=lambda _error: None,
                                    owner=self, key="mixes choices")

    def _show_choices(self, found: Choices) -> None:
        self.home.show_choices(found)

    def _not_found(self, error: PodMixError) -> None:
        self._say("alert", error.message, error.remedy, "Try again", self._try_again)

    def _try_again(self) -> None:
        self.home.show_loading()
        self._turn(self.home)
        self.reload()

    def _changed(self, part: Part, _ids: tuple[int, ...]) -> None:
        if part in (Part.MUSIC, Part.PLAYLISTS):
            self._stale = True
            if self._active and self.body.currentWidget() is not self.page:
                self._soon.start()

    # -- making --
    def ask(self) -> None:
        """To the field for one's own words."""
        if not self._nothing:
            self._turn(self.home)
            self.home.verticalScrollBar().setValue(0)
            self.home.wishes.begin()

    def wish(self, kind: str, words: str) -> None:
        """A mix by genre, mood, decade ("1990s") or phrase."""
        verbs = self._verbs
        make: dict[str, Callable[[], MixCard]] = {
            "genre": lambda: verbs.genre_mix(words), "mood": lambda: verbs.mood_mix(words),
            "decade": lambda: verbs.decade_mix(int(words.removesuffix("s"))),
            "phrase": lambda: verbs.phrase_mix(words)}
        self._make(f"Looking for “{words}”", make[kind])

    def blend(self, friend: str) -> None:
        self._make(f"Blending your taste with {friend}'s", lambda: self._verbs.blend_mix(friend))

    def enhance(self, playlist: int) -> None:
        self._make("Looking for tracks that fit between", lambda: self._verbs.enhance_playlist(playlist))

    def find_path(self, start: int, goal: int) -> None:
        self._make("Looking for a path", lambda: self._verbs.sound_path(start, goal))

    def _make(self, words: str, work: Callable[[], MixCard], *, play: bool = False) -> None:
        self._say("working", f"{words} …", "", "", lambda: None)
        self.around.background.run(lambda: shown_mix(self._verbs, work()), then=lambda shown: self._open(shown, play),
                                    failed=self._not_made, owner=self, key="mix wanted")

    def _not_made(self, error: PodMixError) -> None:
        usual = isinstance(error, UsageError)
        self._say("search" if usual else "alert", error.message, error.remedy, "Choose another one", self.ask)

    def open_mix(self, card: MixCard, *, play: bool = False) -> None:
        """Show a mix that is known; with its previews where it stands so in the grid."""
        verbs = self._verbs
        self.around.background.run(lambda: shown_mix(verbs, card), then=lambda shown: self._open(shown, play),
                                    failed=self._not_made, owner=self, key="mix wanted")

    def open_key(self, key: str) -> None:
        self._make("Looking for the mix", lambda: self._verbs.mix(key))

    def _open(self, shown: Shown, play: bool = False) -> None:
        self._pages = 0
        self._previews = dict(shown.previews)
        self.page.show_mix(shown.card, shown.previews, accepted=shown.accepted, previews_known=self._any_previews)
        self.page.list.scrollToTop()
        self.covers.want([shown.card], all_tracks=True)
        self._turn(self.page)
        if play:
            self.play()

    # -- doing --
    def play(self, start: int = 0) -> None:
        """From row ``start`` of the page on."""
        card = self.front_card
        if card is None:
            return
        if not self.playing.play(card, self.page.list.rows_model.rows[start:], self._pages):
            self.around.notices.toast("The files of these tracks are missing")
            return
        self._verbs.note_mix_played(card.key)

    def automix(self) -> None:
        card = self.front_card
        if card is not None:
            paths = [str(one.track.path) for one in self.page.list.rows_model.tracks]
            self.around.ways.automix.emit(paths, card.title)

    def save(self) -> None:
        """As a playlist, with all pages that are shown."""
        card, verbs = self.front_card, self._verbs
        if card is None:
            return
        tracks = [int(one.track.id) for one in self.page.list.rows_model.tracks]

        def saved(number: int) -> None:
            self.around.notices.toast(f"Saved as a playlist: {card.title}", undo=lambda: self.around.background.run(
                lambda: verbs.delete_playlist(number)))

        whole = tracks == list(card.track_ids)
        self.around.background.run(
            lambda: verbs.save_mix(card.key) if whole else verbs.create_playlist(card.title, tracks=tracks),
            then=saved, owner=self)

    def toggle_previews(self) -> None:
        if self.page.previews.isVisibleTo(self.page):
            self.with_previews(not self.page.previews.isChecked())

    def with_previews(self, wanted: bool) -> None:
        """Previews between the tracks, or none."""
        card, verbs = self.front_card, self._verbs
        if card is None:
            return
        plain = replace(card, tracks=tuple(replace(one, preview_id=None) for one in card.tracks))
        self.around.background.run(lambda: shown_mix(verbs, verbs.with_previews(card.key) if wanted else plain),
                                    then=self._open, owner=self, key="mix wanted")

    def accept_all(self) -> None:
        self.rows.accept(self.page.list.rows_model.waiting)

    def act_on_chosen(self, verb: str) -> None:
        if self.page.list.current >= 0:
            self.rows.act("accept" if verb == "accept_one" else verb, self.page.list.current)

    # -- without an end --
    def more(self) -> None:
        """The next page of a daily mix joins the list, and the queue where the mix plays."""
        card = self.front_card
        if card is not None and card.kind == "daily":
            self._more_of(card.key, self._pages + 1)

    def _running_out(self, key: str) -> None:
        self._more_of(key, self.playing.pages + 1)

    def _more_of(self, key: str, page: int) -> None:
        if self._loading_more:
            return
        self._loading_more, verbs = True, self._verbs

        def free() -> None:
            self._loading_more = False

        self.around.background.run(lambda: verbs.daily_mixes(page=page), owner=self, ended=free,
                                    then=lambda cards: self._came_more(key, page, cards))

    def _came_more(self, key: str, page: int, cards: list[MixCard]) -> None:
        found = next((card for card in cards if card.key == key), None)
        if found is None:
            return
        shown, model = self.page.card, self.page.list.rows_model
        rows = rows_of(found.tracks, {})
        if shown is not None and shown.key == key and page == self._pages + 1:
            self._pages = page
            first = len(model.tracks)
            rows = [replace(row, place=row.place + first) for row in rows]
            model.append(rows)
            self.covers.want([found], all_tracks=True)
            if self.front_card is not None:
                self.around.notices.toast(f"{count_text(len(rows), 'track')} more")
        if self.playing.key == key and page == self.playing.pages + 1:
            self.playing.go_on(rows)

    # -- what PodMix learned --
    def show_learned(self) -> None:
        self._say("working", "Looking at what is known …", "", "", lambda: None)
        self._load_learned()

    def _load_learned(self) -> None:
        verbs = self._verbs
        self.around.background.run(lambda: (verbs.taste_summary(), verbs.suggested_shows()), then=self._show_learned,
                                    failed=self._not_found, owner=self, key="mix wanted")

    def _show_learned(self, both: tuple[TasteSummary, list[SuggestedShow]]) -> None:
        self.learned.show_summary(*both)
        self._turn(self.learned)

    def _taste_changed(self) -> None:
        self.reload()
        if self._is_learned:
            self._load_learned()

    def _erased(self) -> None:
        self.home.show_loading()
        self.reload()
        if self._is_learned:
            self._load_learned()
        else:
            self._turn(self.home)

    # -- drops --
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if taste_files(event.mimeData()):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        for path in taste_files(event.mimeData()):
            self.taste.bring(path)

    def actions_here(self) -> list[Action]:
        return mixes_actions(self)
