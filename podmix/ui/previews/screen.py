# SPDX-License-Identifier: GPL-3.0-or-later
"""The previews screen: the feed, its actions, and what stands there while there is nothing to hear yet."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from PySide6.QtCore import QElapsedTimer, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from podmix.app.taste_views import FeedCard
from podmix.app.views import CaptionsGrew, Part, PreviewCard
from podmix.ui.actions import Action
from podmix.ui.playing import NowPlaying
from podmix.ui.previews.feed import CardFeed
from podmix.ui.previews.looking import Looking
from podmix.ui.previews.rail import Rail
from podmix.ui.previews.ranked import Whys, ranked_feed
from podmix.ui.previews.share import ShareMenu
from podmix.ui.previews.waiting import FirstPreviews
from podmix.ui.surroundings import Surroundings
from podmix.ui.widgets.buttons import Segments
from podmix.ui.widgets.empty import EmptyState
from podmix.ui.widgets.invitation import Invitation

AGAIN_MS = 120  # several changes in a row cost one reload
FOR_YOU, SAVED = "for-you", "saved"
PASSING_MS = 250  # who steps again so soon is on the way to another card:
SETTLE_MS = 40  # that one starts when the steps have ended
WARM_MS = 200  # the neighbours are decoded once the card has glided in, for until then it needs the processor itself


class PreviewsScreen(QWidget):
    """Plays the current card when the person moved to it; before the first touch it stays silent."""

    card_shown = Signal(object)  # PreviewCard | None
    why_wanted = Signal()

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._around = around
        self._touched = False
        self._active = False
        self._furthest = 0.0
        self._heard: PreviewCard | None = None  # what ``_furthest`` speaks of
        self._verbs = around.verbs
        self.looking = Looking(around.verbs)
        self.whys: Whys = {}
        self.which = FOR_YOU
        self.setProperty("kind", "screen")
        self.feed = CardFeed(around.theme)
        self.rail = Rail(around.theme, self.feed)
        self.invitation = Invitation(around)
        self.waiting = FirstPreviews(around)
        self.nothing_saved = EmptyState(around.theme, "save", "Nothing saved yet",
                                        "Press S on a preview that you want to keep, and it waits for you here.",
                                        "Back to the previews")
        self._blank = QWidget()
        self._blank.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._blank.setAccessibleName("Previews are loading")
        self._stack = QStackedLayout()
        for part in (self._blank, self.feed, self.invitation, self.waiting, self.nothing_saved):
            self._stack.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._stack)
        self.filter = Segments("Which previews", ((FOR_YOU, "For you"), (SAVED, "Saved")), self)
        self.filter.hide()
        self._again = self._single_shot(AGAIN_MS, self.reload)
        self._settle = self._single_shot(SETTLE_MS, self._play_current)
        self._warm_soon = self._single_shot(WARM_MS, self._warm_neighbours)
        self._stepped_before = QElapsedTimer()
        self._wire()

    def _single_shot(self, milliseconds: int, handler: Callable[[], object]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(handler)
        return timer

    def _wire(self) -> None:
        feed, rail, player = self.feed, self.rail, self._around.player
        self.filter.chosen.connect(self.choose)
        self.nothing_saved.acted.connect(lambda: self.choose(FOR_YOU))
        feed.current_changed.connect(self._moved_to)
        feed.stepped.connect(self._stepped)
        feed.toggle_wanted.connect(self.toggle)
        feed.seek_wanted.connect(self._seek)
        feed.from_here_wanted.connect(self.play_from_here)
        feed.end_reached.connect(lambda: self._around.notices.toast("That was the last preview for now"))
        rail.like_wanted.connect(self.like)
        rail.nope_wanted.connect(self.not_for_me)
        rail.save_wanted.connect(self.save)
        rail.share_wanted.connect(self.share)
        rail.from_here_wanted.connect(self.play_from_here)
        rail.why_wanted.connect(self.why_wanted)
        player.moved.connect(self._player_moved)
        player.playing_changed.connect(lambda on: feed.set_playing(on and self._is_playing_current()))
        player.now_changed.connect(lambda _now: feed.set_playing(player.playing and self._is_playing_current()))
        player.ended.connect(self._clip_ended)
        player.went_on.connect(self._went_on)
        player.step_wanted.connect(self.step)
        self._around.events.changed.connect(self._changed)
        self._around.events.captions.connect(self._captions_grew)
        self._around.events.jobs.connect(self.waiting.show_jobs)

    # -- content --
    def activate(self, active: bool) -> None:
        """The screen came to the front, or left it (a playing preview goes on)."""
        self._active = active
        if not active:
            self.looking.stop()
        else:
            self.looking.start(self.card, self.feed.index)
            (self.feed if self._stack.currentWidget() is self.feed else self).setFocus()
            self._announce()

    def reload(self) -> None:
        which, verbs = self.which, self._verbs

        def fetch() -> tuple[list[PreviewCard], Whys, int]:
            cards, whys = ranked_feed(verbs) if which == FOR_YOU else (verbs.saved_previews(), {})
            return cards, whys, len(cards) or len(verbs.shows())

        self._around.background.run(fetch, then=self._show, owner=self, key="previews")

    def _show(self, found: tuple[list[PreviewCard], Whys, int]) -> None:
        cards, self.whys, shows = found
        if self._touched and self.feed.cards:  # do not reshuffle what the person is looking at
            fresh = {card.preview_id: card for card in cards}
            watched = self.card  # stays even when it has just left the list
            kept = [fresh.pop(card.preview_id, card) for card in self.feed.cards
                    if card.preview_id in fresh or card is watched]
            cards = [*kept, *fresh.values()]
        self.feed.set_cards(cards)
        if self._active:
            self.looking.see(self.card, self.feed.index)
        if cards:
            self._stack.setCurrentWidget(self.feed)
            self.rail.show_card(cards[self.feed.index])
        elif self.which == SAVED:
            self._stack.setCurrentWidget(self.nothing_saved)
        else:
            self._stack.setCurrentWidget(self.waiting if shows else self.invitation)
        self._place_rail()
        self._announce()
        self._warm_soon.start()
        if self._active and cards and self.window().focusWidget() in (None, self._blank, self):
            self.feed.setFocus()

    def _changed(self, part: Part, _ids: tuple[int, ...]) -> None:
        if part in (Part.PREVIEWS, Part.SHOWS):
            self._again.start()

    def _captions_grew(self, grown: CaptionsGrew) -> None:
        self.waiting.show_words(grown)

    def choose(self, which: str) -> None:
        """Show the feed for the person, or what they saved."""
        self.filter.set_value(which)
        if which == self.which:
            return
        self.which, self._touched = which, False
        self._report_heard(finished=False)
        self.feed.set_cards([])
        self.reload()

    # -- moving and playing --
    @property
    def card(self) -> PreviewCard | None:
        return self.feed.current.card if self.feed.current else None

    def step(self, direction: int) -> None:
        self.feed.step(direction)

    def open_preview(self, card: PreviewCard) -> None:
        """Show one preview, wherever it stands in the feed."""
        self._touched = True
        if not self.feed.go_to(card.preview_id):
            self.feed.set_cards([card, *self.feed.cards])
            self.feed.go_to(card.preview_id)
        self._stack.setCurrentWidget(self.feed)
        self._place_rail()
        self._settle.stop()
        if not (self._is_playing_current() and self._around.player.playing):
            self._play_current()

    def _moved_to(self, _index: int) -> None:
        self._report_heard(finished=False)
        if self.card is not None:
            self.rail.show_card(self.card)
            self._announce()

    def _stepped(self) -> None:
        """The person moved on, by key, wheel or finger: what they moved to plays, a single step's at once."""
        self._touched = True
        self.looking.gone_to(self.card, self.feed.index)
        if self._is_playing_current() and self._around.player.playing:  # by itself, or left in passing
            self._settle.stop()
            self.feed.set_playing(True)
            return
        passing = self._settle.isActive() or (
            self._stepped_before.isValid() and self._stepped_before.elapsed() < PASSING_MS)
        self._stepped_before.start()
        if passing:
            self._settle.start()
        else:
            self._play_current()

    def _play_current(self) -> None:
        if self.card is not None and self._around.player.play_preview(self.card):
            self._warm_soon.start()

    def _warm_neighbours(self) -> None:
        """What may be wanted next is decoded before it is: the cards round the one that plays, else the one shown."""
        around = (1, -1) if self._is_playing_current() else (0, 1)
        self._around.player.warm_previews(*(self.feed.neighbour(by) for by in around))

    def _went_on(self, before: NowPlaying, now: NowPlaying) -> None:
        """The next preview began by itself: its card comes."""
        if now.preview_id is None or now.queued:
            return
        if self.card is not None and before.preview_id == self.card.preview_id:
            self._report_heard(finished=True)
        if self.feed.go_to(now.preview_id):
            self._warm_soon.start()

    def toggle(self) -> None:
        """Play or pause; the first time, start the current card."""
        self._touched = True
        player = self._around.player
        if self._is_playing_current():
            player.toggle()
        elif self.card is not None and player.play_preview(self.card):
            self._warm_soon.start()
        elif self.card is not None:
            self._no_audio()

    def _no_audio(self) -> None:
        card = self.card
        assert card is not None
        self._around.notices.toast("The audio of this episode is not on this machine", button="Download",
                                   undo=lambda: self._around.background.run(
                                       lambda: self._around.verbs.download(card.episode_id)))

    def _is_playing_current(self) -> bool:
        now = self._around.player.now
        return now is not None and now.is_card and self.card is not None and now.preview_id == self.card.preview_id

    def _player_moved(self, position: float) -> None:
        if self._is_playing_current():
            card = self.card
            assert card is not None
            self._heard, self._furthest = card, max(self._furthest, position - card.start)
            self.feed.set_time(position)

    def _seek(self, position: float) -> None:
        if not self._is_playing_current():
            self.toggle()
        self._around.player.seek(position)

    def seek_by(self, seconds: float) -> None:
        if self._is_playing_current():
            self._around.player.skip(seconds)

    def _clip_ended(self, now: NowPlaying) -> None:
        if self.card is None or not now.is_card or now.preview_id != self.card.preview_id:
            return
        self._report_heard(finished=True)
        self.feed.set_time(self.card.end)
        self.feed.show_end()

    def _report_heard(self, *, finished: bool) -> None:
        card, heard = self._heard, self._furthest
        self._heard, self._furthest = None, 0.0
        if card is not None and heard > 0.5:
            self.looking.heard()
            self._around.background.run(lambda: self._around.verbs.seen(card.preview_id, heard, finished))

    # -- what a person says about a card --
    def like(self) -> None:
        self._judge(liked=None if self.card and self.card.liked is True else True)

    def not_for_me(self) -> None:
        card = self.card
        if card is None:
            return
        if card.liked is False:
            self._judge(liked=None)
            return
        self._replace(dataclasses.replace(card, liked=False))
        self._around.background.run(lambda: self._verbs.less_like_this(card.preview_id), then=self._follow_taste,
                                    owner=self)
        self._around.notices.toast("You will see fewer like this", undo=lambda: self._set_liked(card, card.liked))
        self.step(1)

    def _follow_taste(self, feed: Sequence[FeedCard]) -> None:
        """What comes after the card in front is put in the order of taste as it is now."""
        if self.which != FOR_YOU:
            return
        self.whys |= {one.card.preview_id: one.why for one in feed}
        known = {card.preview_id: card for card in self.feed.cards}
        kept = self.feed.cards[:self.feed.index + 1]
        ids = [card.preview_id for card in kept]
        fresh = [known.get(one.card.preview_id, one.card) for one in feed if one.card.preview_id not in ids]
        ids += [card.preview_id for card in fresh]
        self.feed.set_cards([*kept, *fresh, *(card for card in known.values() if card.preview_id not in ids)])
        self._warm_soon.start()

    def _judge(self, *, liked: bool | None) -> None:
        if self.card is not None:
            self._set_liked(self.card, liked)

    def _set_liked(self, card: PreviewCard, liked: bool | None) -> None:
        self._replace(dataclasses.replace(card, liked=liked))
        self._around.background.run(lambda: self._around.verbs.like(card.preview_id, liked))

    def save(self) -> None:
        card = self.card
        if card is None:
            return
        self._touched = True  # an unsaved card stays in sight, so that it can be saved again
        self._set_saved(card, not card.saved)
        said = "Removed from your saved previews" if card.saved else "Saved"
        self._around.notices.toast(said, undo=lambda: self._set_saved(card, card.saved))

    def _set_saved(self, card: PreviewCard, saved: bool) -> None:
        self._replace(dataclasses.replace(card, saved=saved))
        self._around.background.run(lambda: self._around.verbs.save(card.preview_id, saved))

    def _replace(self, card: PreviewCard) -> None:
        self.feed.replace(card)
        if self.card is not None and self.card.preview_id == card.preview_id:
            self.rail.show_card(card)

    def share(self) -> None:
        if self.card is not None:
            menu = ShareMenu(self._around, self.card, self.window())
            menu.open_at(self.rail.share.mapToGlobal(QPoint(-8, self.rail.share.height())))

    def play_from_here(self) -> None:
        card = self.card
        if card is not None:
            self._verbs.note_reaction("opened", "preview", card.preview_id)
            self._around.ways.episode_page.emit(card.episode_id, card.start)

    def open_episode(self) -> None:
        if self.card is not None:
            self._verbs.note_reaction("opened", "preview", self.card.preview_id)
            self._around.ways.episode_page.emit(self.card.episode_id, -1.0)

    # -- layout and actions --
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_rail()

    def _place_rail(self) -> None:
        card = self.feed.card_rect()
        self.rail.fit(int(card.height()))
        self.rail.move(round(card.right() + 14), max(8, round(card.center().y() - self.rail.height() / 2)))
        self.rail.setVisible(bool(self.feed.cards))
        self.filter.adjustSize()
        self.filter.move(round(card.left()), max(4, round((card.top() - self.filter.height()) / 2)))
        self.filter.setVisible(self._stack.currentWidget() in (self.feed, self.nothing_saved))
        self.filter.raise_()

    def _announce(self) -> None:
        self.card_shown.emit(self.card if self._stack.currentWidget() is self.feed else None)

    def actions_here(self) -> list[Action]:
        return [
            Action("previews.next", "Next preview", ("Down", "J"), "Previews", lambda: self.step(1), icon="down"),
            Action("previews.previous", "Previous preview", ("Up", "K"), "Previews", lambda: self.step(-1), icon="up"),
            Action("previews.like", "Like", ("L",), "Previews", self.like, icon="like"),
            Action("previews.nope", "Not for me", ("X",), "Previews", self.not_for_me, icon="nope"),
            Action("previews.save", "Save", ("S",), "Previews", self.save, icon="save"),
            Action("previews.share", "Share…", ("E",), "Previews", self.share, icon="share"),
            Action("previews.from_here", "Play the episode from here", ("Return", "Enter"), "Previews",
                   self.play_from_here, icon="from-here", yields_to_buttons=True),
            Action("previews.why", "Why this preview", ("W",), "Previews", self.why_wanted.emit, icon="why"),
            Action("previews.episode", "Open the episode's page", ("O",), "Previews", self.open_episode,
                   icon="podcasts"),
            Action("previews.for_you", "Previews for you", ("Shift+F",), "Previews", lambda: self.choose(FOR_YOU),
                   icon="previews"),
            Action("previews.back", "Back 5 seconds", ("Left",), "Previews", lambda: self.seek_by(-5), icon="back"),
            Action("previews.ahead", "Ahead 5 seconds", ("Right",), "Previews", lambda: self.seek_by(5), icon="next"),
        ]
