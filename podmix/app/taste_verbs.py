# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs of taste: note what was heard, rank the feed by it, give it to a friend, erase it.

Reactions to previews and tracks are noted where they happen (``like``, ``save``, ``seen``, ``note_track_played``) on a
thread of their own; nothing here runs at the start. Nothing ever leaves the machine but by ``export_taste``, into a
file that the person names.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from podmix.app.core import Options
from podmix.app.playlist_verbs import PlaylistVerbs
from podmix.app.taste_views import FeedCard, InterestCard, SuggestedShow, TasteSummary
from podmix.app.views import Changed, Part, PreviewCard
from podmix.database import Database
from podmix.errors import ModelError, PodMixError, UsageError
from podmix.paths import Home
from podmix.taste.events import EventKind, TasteEvent, Thing, outcomes_of
from podmix.taste.recorder import EventRecorder
from podmix.taste.store import MIGRATIONS, Impression, TasteStore
from podmix.taste.taste_file import TasteFile

if TYPE_CHECKING:
    from podmix.taste.mixes.library import MusicLibrary
    from podmix.taste.recommending import Catalogue, Learnt, Listener

MOST_CHOSEN = 24
MOST_FRIENDS = 50
_REACTIONS = frozenset({EventKind.SHOWN, EventKind.SKIPPED, EventKind.REPLAYED, EventKind.SOUGHT_BACK,
                        EventKind.OPENED, EventKind.PLAYED, EventKind.MIX_PLAYED, EventKind.FINISHED,
                        EventKind.LIKED, EventKind.DISLIKED, EventKind.CLEARED})


_SAID = frozenset({EventKind.LIKED, EventKind.DISLIKED, EventKind.CLEARED})
_ARRAYS_STAY_S = 300.0
_STAYS_S = 3600.0
"""So long a feed stays as it is when nothing happens: freshness is told in days."""


@dataclass(frozen=True)
class _Known:
    """What was learnt ``at`` a moment, from what (``state``)."""

    state: tuple[int, ...]
    at: float
    catalogue: Catalogue
    learnt: Learnt
    listener: Listener


class TasteVerbs(PlaylistVerbs):
    """See the module's text."""

    def __init__(self, home: Home, options: Options | None = None) -> None:
        self._taste_lock = threading.RLock()
        self._taste_file: Database | None = None
        self._taste: TasteStore | None = None
        self._learnt: _Known | None = None
        self._catalogue: tuple[tuple[object, ...], Catalogue] | None = None
        self._friends: list[TasteFile] | None = None
        self._logged_feed: tuple[int, ...] = ()
        self._arrays: tuple[tuple[bool, int, int], float, MusicLibrary] | None = None
        super().__init__(home, options)
        self.recorder = EventRecorder(lambda: self.taste_store)

    @property
    def taste_path(self) -> Path:
        return self.home.data / "taste.sqlite3"

    @property
    def taste_store(self) -> TasteStore:
        """Opened at the first use."""
        with self._taste_lock:
            if self._taste is None:
                self._taste_file = Database.open(self.taste_path, MIGRATIONS)
                self._taste = TasteStore(self._taste_file)
                self._taste.prune()
            return self._taste

    def close(self) -> None:
        self.recorder.close()
        super().close()
        with self._taste_lock:
            if self._taste_file is not None:
                self._taste_file.close()

    # -- noting --

    def note_reaction(self, kind: str, thing: str, number: int, seconds: float = 0.0, place: int = -1) -> None:
        """Something the listener did; stored in the background. ``kind`` and ``thing`` are values of ``EventKind`` and
        ``Thing``. Raises UsageError for other words.
        """
        try:
            what, about = EventKind(kind), Thing(thing)
        except ValueError as problem:
            raise UsageError(f"There is no reaction “{kind[:40]}” to a “{thing[:40]}”.") from problem
        if what not in _REACTIONS or (about is Thing.PREVIEW and what in _SAID):
            raise UsageError(f"“{kind}” is noted by its own verb.")
        self._note(what, about, number, seconds, place)

    def _note(self, kind: EventKind, thing: Thing, number: int, seconds: float = 0.0, place: int = -1) -> None:
        self.recorder.note(TasteEvent(kind, thing, number, time.time(), seconds, place))

    def like(self, preview_id: int, liked: bool | None) -> None:
        super().like(preview_id, liked)
        kind = {True: EventKind.LIKED, False: EventKind.DISLIKED, None: EventKind.CLEARED}[liked]
        self._note(kind, Thing.PREVIEW, preview_id)

    def save(self, preview_id: int, saved: bool) -> None:
        super().save(preview_id, saved)
        self._note(EventKind.SAVED if saved else EventKind.UNSAVED, Thing.PREVIEW, preview_id)

    def seen(self, preview_id: int, seconds: float, finished: bool) -> None:
        super().seen(preview_id, seconds, finished)
        self._note(EventKind.FINISHED if finished else EventKind.WATCHED, Thing.PREVIEW, preview_id, seconds)

    def note_track_played(self, track_id: int, seconds: float | None = None) -> None:
        super().note_track_played(track_id, seconds)
        self._note(EventKind.PLAYED, Thing.TRACK, track_id, seconds or 0.0)

    def less_like_this(self, preview_id: int) -> list[FeedCard]:
        """Take it out of the feed; the feed that comes back knows already."""
        self.like(preview_id, liked=False)
        return self.recommended()

    # -- the feed --

    def preview_feed(self, *, limit: int = 50) -> list[PreviewCard]:
        """Unseen ones in the order of taste, then those seen before."""
        try:
            cards = [one.card for one in self.recommended(limit=limit)]
        except PodMixError:  # taste is no reason to show nothing
            return super().preview_feed(limit=limit)
        if len(cards) < limit:
            known = {card.episode_id for card in cards}
            cards += [card for card in super().preview_feed(limit=limit + len(cards))
                      if card.episode_id not in known]
        return cards[:limit]

    def recommended(self, *, limit: int = 50) -> list[FeedCard]:
        """The ranked feed of unseen previews with reasons; the same until something is heard or made."""
        from podmix.taste.mixes.choosing import dice
        from podmix.taste.recommending import recommend

        known = self.known_taste()
        rng = dice("feed", self._feed_secret(), *known.state)
        found = recommend(known.catalogue, known.listener, known.at, limit, rng, learnt=known.learnt)
        cards = {card.preview_id: card for card in self._cards(
            [one for one in map(self.previews_store.get, (r.number for r in found)) if one is not None])}
        self._log_feed(known, [(r.number, r.propensity, r.score, r.explored) for r in found])
        shown = [one for one in found if one.number in cards]
        return [FeedCard(cards[one.number], place, one.score, one.why, one.explored, one.propensity)
                for place, one in enumerate(shown)]

    def _log_feed(self, known: _Known, rows: Sequence[tuple[int, float, float, bool]]) -> None:
        """Once for each feed that is new: what was put where, and with which chance."""
        from podmix.taste.feed import POLICY

        feed = (*known.state, int(known.at), len(rows))
        if self._logged_feed == feed or not rows:
            return
        self._logged_feed = feed
        self.taste_store.add_impressions([Impression(int(known.at * 1000), known.at, place, *row, POLICY)
                                          for place, row in enumerate(rows)])

    def _feed_secret(self) -> int:
        kept = self.taste_store.documents("dice").get("feed")
        if isinstance(kept, int):
            return kept
        import secrets

        made = secrets.randbelow(2**48)
        self.taste_store.put_document("dice", "feed", made)
        return made

    def known_taste(self) -> _Known:
        """Candidates and taste; made anew after a reaction, a new preview, another prior, or an hour."""
        from podmix.app.taste_items import cards_of, listener_of, note_items
        from podmix.models.promoted import load_promoted, promoted_mark
        from podmix.taste.prior import SHIPPED, read_prior
        from podmix.taste.recommending import Catalogue, learn

        now = time.time()
        summaries = self.previews_store.summaries()
        self.recorder.flush()
        store = self.taste_store
        state = (store.newest_event(), len(summaries), max((s.preview_id for s in summaries), default=0),
                 sum(s.seen for s in summaries), promoted_mark(self.home.models, "taste"))
        with self._taste_lock:
            if self._learnt is not None and self._learnt.state == state and abs(now - self._learnt.at) < _STAYS_S:
                return self._learnt
        shows = {show.id for show in self.podcasts.shows()}
        content = (frozenset(shows), *sorted(one.preview_id for one in summaries))
        kept = self._catalogue
        if kept is None or kept[0] != content:
            items = note_items(self, store, summaries)
            # What was left for the next time makes it anew the next time.
            whole = all(one.preview_id in items for one in summaries)
            kept = (content if whole else (), Catalogue(items, cards_of(items, summaries, shows)))
        catalogue = kept[1]
        listener = listener_of(self, store, outcomes_of(store.events(thing=Thing.PREVIEW)), summaries)
        prior = load_promoted(self.home.models, "taste", read_prior) or SHIPPED
        found = _Known(state, now, catalogue, learn(catalogue, listener, now, prior), listener)
        with self._taste_lock:
            self._catalogue, self._learnt = kept, found
        return found

    # -- music --

    def music_arrays(self) -> MusicLibrary:
        """The library as mixes take it; read anew when a table or a reaction has changed, or after five minutes."""
        from podmix.app.taste_library import music_library

        state = (self.recorder.flush(), self.taste_store.newest_event(), self.database.version())
        with self._taste_lock:
            kept = self._arrays
            if kept is None or kept[0] != state or time.monotonic() - kept[1] > _ARRAYS_STAY_S:
                kept = self._arrays = (state, time.monotonic(), music_library(self))
            return kept[2]

    # -- who the listener is --

    def choose_interests(self, texts: Sequence[str]) -> None:
        """*slow*: what the person wants to hear of, before there is anything to learn from. Replaces earlier ones."""
        from podmix.app.taste_items import MODEL_SPACE
        from podmix.taste.word_vectors import SPACE, word_vector

        wanted = list(dict.fromkeys(" ".join(text.split())[:100] for text in texts if text.strip()))
        if len(wanted) > MOST_CHOSEN:
            raise UsageError(f"Choose at most {MOST_CHOSEN} interests.")
        bodies = []
        for text in wanted:
            try:
                vector = self.side.call("podmix.app.side_work:query_vector", str(self.home.models), text)
                bodies.append({"space": MODEL_SPACE, "vector": vector})
            except ModelError:
                bodies.append({"space": SPACE, "vector": [float(x) for x in word_vector(text)]})
        for text in self.taste_store.documents("interest"):
            self.taste_store.drop_document("interest", text)
        for text, body in zip(wanted, bodies, strict=True):
            self.taste_store.put_document("interest", text, body)
        self._forget_learnt()

    def taste_summary(self) -> TasteSummary:
        """*slow* the first time: everything that is kept, in the person's words."""
        known = self.known_taste()
        items, liked = known.catalogue.items, known.learnt.liked
        interests = tuple(InterestCard(one.weight, tuple(dict.fromkeys(items[liked[i].number].title
                                                                       for i in one.members[:4])))
                          for one in known.learnt.interests)
        store = self.taste_store
        return TasteSummary(tuple(store.event_counts().items()), interests, tuple(store.documents("interest")),
                            tuple(store.documents("friend")),
                            tuple(str(body["name"]) for body in store.documents("mode").values()), self.taste_path)

    def suggested_shows(self) -> list[SuggestedShow]:
        """Shows that the listener's own shows and friends point to, which are not subscribed yet; no network."""
        from podmix.app.taste_items import pointed_to

        return pointed_to(self, self.friends())

    # -- friends --

    def own_taste(self, name: str = "") -> TasteFile:
        """*slow*: what would be exported; a person can look at it before."""
        from podmix.app.taste_sharing import taste_of

        return taste_of(self, name or "A PodMix listener")

    def export_taste(self, target: Path, *, name: str = "") -> Path:
        """*slow*: write the taste file; it holds no paths, dates, counts or single reactions."""
        from podmix.taste.taste_file import write_taste

        write_taste(self.own_taste(name), target)
        return target

    def import_taste(self, path: Path) -> str:
        """Take in a friend's taste file; returns the friend's name. Raises UsageError for anything that is none."""
        from podmix.taste.taste_file import load_taste, taste_text

        friend = load_taste(path)
        known = self.taste_store.documents("friend")
        if friend.name not in known and len(known) >= MOST_FRIENDS:
            raise UsageError(f"There are {MOST_FRIENDS} friends already.", remedy="Remove one first.")
        self.taste_store.put_document("friend", friend.name, taste_text(friend))
        self._forget_learnt()
        return friend.name

    def friends(self) -> list[TasteFile]:
        from podmix.taste.taste_file import read_taste

        with self._taste_lock:
            if self._friends is None:
                self._friends = [read_taste(body.encode()) for body in self.taste_store.documents("friend").values()]
            return list(self._friends)

    def remove_friend(self, name: str) -> None:
        if not self.taste_store.drop_document("friend", name):
            raise UsageError(f"There is no taste of “{name[:60]}” here.")
        self._forget_learnt()

    # -- forgetting --

    def erase_taste(self) -> None:
        """*slow*: forget everything that was noted or learnt, here and in all backups, and leave no byte of it.

        Takes seconds a gigabyte, for the library's file is rewritten. Gone: reactions, feeds handed out, interests,
        friends' files, mixes; likes, dismissals and how far previews were heard; plays and play counts of music. What
        the person made stays: saved previews, ratings, playlists.
        """
        from podmix.app.taste_items import erase_everywhere

        self.recorder.drop()
        erase_everywhere(self, self.taste_store)
        self._forget_learnt()
        for part in (Part.PREVIEWS, Part.MUSIC):
            self.events.tell(Changed(part))

    def _forget_learnt(self) -> None:
        with self._taste_lock:
            self._learnt = self._catalogue = self._friends = None
            self._arrays = None
            self._logged_feed = ()
