# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be done with one track of a mix: hear it, queue it, like it or not, accept it or take it away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from podmix.app.interface import Verbs
from podmix.errors import PodMixError
from podmix.ui.mixes.fetching import playlist_of
from podmix.ui.mixes.mix_page import MixPage
from podmix.ui.mixes.playing_mix import PlayingMix
from podmix.ui.player_bar.queueing import put_up_next
from podmix.ui.surroundings import Surroundings
from podmix.ui.wording import count_text

if TYPE_CHECKING:
    from podmix.ui.mixes.screen import MixesScreen


class RowActions(QObject):
    """Everything but hearing can be taken back with a word."""

    def __init__(self, around: Surroundings, verbs: Verbs, page: MixPage, playing: PlayingMix,
                 screen: MixesScreen) -> None:
        super().__init__(screen)
        self._around, self._verbs, self._page, self._playing, self._screen = around, verbs, page, playing, screen

    def act(self, verb: str, place: int) -> None:
        """``verb`` as the list says it, on the row at ``place``."""
        rows = self._page.list.rows_model.rows
        if not 0 <= place < len(rows):
            return
        row = rows[place]
        match verb:
            case "play":
                self._screen.play(place)
            case "queue":
                put_up_next(self._around, self._playing.row(row))
            case "like" if not row.is_preview:
                self._like(row.track_id, row.one.track.title)
            case "dislike" if not row.is_preview:
                self._dislike(place)
            case "accept" if row.waits:
                self.accept([row.track_id])
            case "remove" if row.waits:
                self._take_away(place, "Taken away")

    # -- liking --
    def _note(self, kind: str, track: int) -> None:
        self._verbs.note_reaction(kind, "track", track)  # returns at once

    def _like(self, track: int, title: str) -> None:
        self._note("liked", track)
        self._around.notices.toast(f"Liked: {title}", undo=lambda: self._note("cleared", track))

    def _dislike(self, place: int) -> None:
        row = self._page.list.rows_model.rows[place]
        self._note("disliked", row.track_id)
        self._playing.forget(row)
        self._take_away(place, "You will hear less like this", lambda: self._note("cleared", row.track_id))

    def _take_away(self, place: int, words: str, also_back: Any = None) -> None:
        model, key = self._page.list.rows_model, self._page.card.key if self._page.card else ""
        row = model.rows[place]
        model.take(place)
        if model.rows:
            self._page.list.choose(min(place, len(model.rows) - 1))

        def back() -> None:
            if also_back is not None:
                also_back()
            if self._page.card is not None and self._page.card.key == key:
                model.put(place, row)
                self._page.list.choose(place)

        self._around.notices.toast(f"{words}: {row.one.track.title}", undo=back)

    # -- an enhanced playlist --
    def accept(self, tracks: Sequence[int]) -> None:
        """Put suggestions into the playlist, where they stand."""
        card = self._page.card
        playlist = playlist_of(card) if card is not None else None
        if card is None or playlist is None or not tracks:
            return
        chosen, model, verbs = frozenset(tracks), self._page.list.rows_model, self._verbs
        name = card.title.removesuffix(", enhanced")

        def back(count: int) -> None:
            def work() -> None:
                for _ in range(count):
                    verbs.undo_playlists()

            self._around.background.run(work, owner=self, then=lambda _none: model.mark(chosen, accepted=False))

        def accepted(count: int) -> None:
            self._around.notices.toast(f"{count_text(count, 'track')} put into “{name}”", undo=lambda: back(count))

        def failed(error: PodMixError) -> None:
            model.mark(chosen, accepted=False)
            self._around.notices.problem(error)

        model.mark(chosen, accepted=True)
        self._around.background.run(lambda: verbs.accept_added(playlist, list(tracks)), then=accepted, failed=failed,
                                    owner=self)
