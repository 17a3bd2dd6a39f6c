# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs of mixes: daily ones, by genre, mood, decade or phrase, blends, enhanced playlists, paths of sound.

A mix is an ordered list of tracks with reasons; playing it is the business of the planner and the player, saving it as
a playlist is one verb. Daily mixes are made at the first wish of a day and kept for it; others are kept under their key
until fifty newer ones came. Tracks that left the library leave the mixes with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from podmix.app.taste_library import SOUND_SPACE
from podmix.app.taste_verbs import TasteVerbs
from podmix.app.taste_views import MixCard, MixTrack
from podmix.errors import UsageError
from podmix.music.library_types import PlaylistId
from podmix.music.smart_lists import Rules
from podmix.taste.events import EventKind, Thing

if TYPE_CHECKING:
    from podmix.taste.mixes.library import MusicLibrary
    from podmix.taste.mixes.modes import Mode
    from podmix.taste.mixes.types import Mix

KEPT_MIXES = 50
PREVIEW_EVERY = 4


class MixVerbs(TasteVerbs):
    """See the module's text. All are *slow*: up to seconds for a library of 20,000 tracks."""

    def _music(self, rules: Rules | None = None) -> MusicLibrary:
        """The library, or the part of it that answers to smart-playlist rules. Raises UsageError where it is empty."""
        library = self.music_arrays()
        if rules is not None:
            from podmix.taste.mixes.library import MusicLibrary

            places = library.places(self.try_rules(rules))
            library = MusicLibrary(tuple(library.rows[i] for i in places), library.sounds[places])
        if not len(library):
            raise UsageError("There is no music here to mix yet.", remedy="Add a folder: podmix library add ~/Music")
        return library

    # -- daily --

    def daily_mixes(self, *, page: int = 0) -> list[MixCard]:
        """Up to six, the same all day; ``page`` 1, 2, … go on without an end. Empty without music."""
        if not self.music_ids(limit=1):
            return []
        from podmix.taste.mixes.daily import daily_mixes

        day, stamp = _today(), self._stamp()
        kept = self.taste_store.documents("daily")
        if page == 0 and kept.get("stamp") == stamp:
            cards = [self._shown(_from_plain(body)) for body in kept["mixes"]]
            if all(card.tracks for card in cards):
                return cards
        library = self._music()
        modes = self._modes(library, stamp)
        mixes = daily_mixes(library, modes, day, page=page)
        if page == 0:
            self.taste_store.put_document("daily", "stamp", stamp)
            self.taste_store.put_document("daily", "mixes", [_plain(mix) for mix in mixes])
        return [self._shown(mix) for mix in mixes]

    def _stamp(self) -> str:
        """Changes with the day, and when music came, went or was analysed."""
        heard = self.music_ids(missing=False, rules={"field": "analysed", "op": "is", "value": True})
        return f"{_today()} {len(self.music_ids(missing=False))} {len(heard)}"

    def _modes(self, library: MusicLibrary, stamp: str) -> list[Mode]:
        """Found once a day from yesterday's, so that they move slowly and keep their names."""
        import numpy as np

        from podmix.taste.mixes.modes import Mode, find_modes

        store = self.taste_store
        kept = store.documents("mode")
        before = [Mode(int(number), body["name"], np.array(body["centre"], np.float32))
                  for number, body in kept.items()]
        if before and all(body.get("stamp") == stamp for body in kept.values()) \
                and len(before[0].centre) == library.character.shape[1]:
            return sorted(before, key=lambda mode: mode.number)
        modes = find_modes(library, before)
        for number in kept:
            store.drop_document("mode", number)
        for mode in modes:
            store.put_document("mode", str(mode.number), {"name": mode.name, "stamp": stamp,
                                                          "centre": [round(float(x), 5) for x in mode.centre]})
        return sorted(modes, key=lambda mode: mode.number)

    # -- by wish --

    def genre_mix(self, genre: str, *, rules: Rules | None = None) -> MixCard:
        """Raises UsageError for a genre that no track has. ``rules`` as of smart playlists narrow the library."""
        from podmix.taste.mixes.wishes import genre_wish, wished_mix

        library = self._music(rules)
        return self._kept(wished_mix(library, genre_wish(library, genre), kind="genre", seed=_today()))

    def mood_mix(self, mood: str, *, rules: Rules | None = None) -> MixCard:
        """``mood`` is one of ``moods``."""
        from podmix.taste.mixes.wishes import MOODS, Wish, wished_mix

        word = mood.strip().lower()
        if word not in MOODS:
            raise UsageError(f"There is no mood “{mood[:40]}”.", remedy=f"There are: {', '.join(sorted(MOODS))}.")
        return self._kept(wished_mix(self._music(rules), Wish(word, moods=(word,)), kind="mood", seed=_today()))

    def moods(self) -> list[str]:
        from podmix.taste.mixes.wishes import MOODS

        return sorted(MOODS)

    def decade_mix(self, decade: int, *, rules: Rules | None = None) -> MixCard:
        """``decade`` is its first year: 1990."""
        from podmix.taste.mixes.wishes import Wish, wished_mix

        if decade % 10 or not 1900 <= decade <= 2100:
            raise UsageError("A decade is named by its first year, such as 1990.")
        return self._kept(wished_mix(self._music(rules), Wish(f"{decade}s", decades=(decade,)), kind="decade",
                                     seed=_today()))

    def phrase_mix(self, phrase: str, *, rules: Rules | None = None) -> MixCard:
        """Such as "rainy sunday piano". Raises UsageError where nothing answers to it."""
        from podmix.taste.mixes.wishes import read_wish, wished_mix

        library = self._music(rules)
        return self._kept(wished_mix(library, read_wish(library, phrase), seed=_today()))

    # -- with others, and between tracks --

    def blend_mix(self, friend: str) -> MixCard:
        """With a friend whose taste was imported. Raises UsageError for an unknown name."""
        from podmix.taste.mixes.blend import blended
        from podmix.taste.mixes.library import folded

        found = next((one for one in self.friends() if folded(one.name) == folded(friend)), None)
        if found is None:
            raise UsageError(f"There is no taste of “{friend[:60]}” here.",
                             remedy="Import the file: podmix taste import FILE.json")
        return self._kept(blended(self._music(), self.own_taste("you"), found, SOUND_SPACE, seed=_today()))

    def enhance_playlist(self, playlist_id: int, *, every: int = 1) -> MixCard:
        """The playlist with fitting tracks between its own, marked; nothing is changed until ``accept_added``."""
        from podmix.taste.mixes.joining import enhanced

        if every < 1:
            raise UsageError("A track can be added after every one, every second one, and so on.")
        name = self.playlist(playlist_id).name
        mix = enhanced(self._music(), self.playlist_track_ids(playlist_id), every=every)
        return self._kept(replace(mix, key=f"enhance:{playlist_id}", title=f"{name}, enhanced"))

    def accept_added(self, playlist_id: int, tracks: Iterable[int]) -> int:
        """Put added tracks of ``enhance_playlist`` where they were shown; returns how many. One undo each."""
        wanted = set(tracks)
        card = self.mix(f"enhance:{playlist_id}")
        items = self.playlist_items(playlist_id)
        at, count = 0, 0
        for one in card.tracks:
            if one.added and one.track.id in wanted:
                following = items[at].id if at < len(items) else None
                self.add_to_playlist(playlist_id, [one.track.id], before=following)
                count += 1
            elif not one.added:  # the list may hold tracks that the mix does not, for their files are gone
                at = next((i + 1 for i in range(at, len(items)) if items[i].track == one.track.id), at)
        return count

    def sound_path(self, start: int, goal: int, *, steps: int = 8) -> MixCard:
        """From one track to another in small steps of sound."""
        from podmix.taste.mixes.joining import sound_path

        return self._kept(sound_path(self._music(), start, goal, steps))

    # -- all of them --

    def mixes(self) -> list[MixCard]:
        """Today's daily mixes, then those that were made, the newest first."""
        made = [self._shown(_from_plain(body)) for body in self.taste_store.documents("mix").values()]
        return [*self.daily_mixes(), *(card for card in reversed(made) if card.tracks)]

    def mix(self, key: str) -> MixCard:
        """Raises UsageError for an unknown key."""
        body = self.taste_store.documents("mix").get(key)
        if body is not None:
            return self._shown(_from_plain(body))
        found = next((card for card in self.daily_mixes() if card.key == key), None)
        if found is None:
            raise UsageError(f"There is no mix “{key[:60]}”.", remedy="“podmix mixes list” lists them.")
        return found

    def with_previews(self, key: str, *, every: int = PREVIEW_EVERY) -> MixCard:
        """A mix with the best previews of the feed between its tracks ("morning drive")."""
        card = self.mix(key)
        cards = iter(self.recommended(limit=1 + len(card.tracks) // max(1, every)))
        tracks = [replace(one, preview_id=_next_preview(cards)) if place % max(1, every) == 0 and place else one
                  for place, one in enumerate(card.tracks)]
        return replace(card, tracks=tuple(tracks))

    def save_mix(self, key: str, name: str = "") -> PlaylistId:
        """As a playlist."""
        card = self.mix(key)
        return self.create_playlist(name or card.title, tracks=card.track_ids)

    def note_mix_played(self, key: str) -> None:
        import zlib

        self._note(EventKind.MIX_PLAYED, Thing.MIX, zlib.crc32(key.encode()))

    # -- keeping and showing --

    def _kept(self, mix: Mix) -> MixCard:
        store = self.taste_store
        store.put_document("mix", mix.key, _plain(mix))
        for key in list(store.documents("mix"))[:-KEPT_MIXES]:
            store.drop_document("mix", key)
        return self._shown(mix)

    def _shown(self, mix: Mix) -> MixCard:
        """As it is now: without what left the library, and, where PodMix chose, without what is not liked."""
        unwanted: frozenset[int] = frozenset() if mix.kind in ("enhance", "path") else self._disliked_tracks()
        tracks = {int(track.id): track for track in self.music.tracks(mix.tracks)}
        return MixCard(mix.key, mix.kind, mix.title, mix.about,
                       tuple(MixTrack(tracks[p.track], p.reason, p.whose, p.added) for p in mix.picks
                             if p.track in tracks and not tracks[p.track].missing and p.track not in unwanted),
                       mix.match)

    def _disliked_tracks(self) -> frozenset[int]:
        """Read anew only after a reaction."""
        self.recorder.flush()
        newest = self.taste_store.newest_event()
        if self._disliked is None or self._disliked[0] != newest:
            self._disliked = (newest, self.taste_store.disliked(Thing.TRACK))
        return self._disliked[1]

    _disliked: tuple[int, frozenset[int]] | None = None


def _next_preview(cards: Any) -> int | None:
    card = next(cards, None)
    return card.card.preview_id if card is not None else None


def _today() -> str:
    return datetime.now().astimezone().date().isoformat()


def _plain(mix: Mix) -> dict[str, Any]:
    return {"key": mix.key, "kind": mix.kind, "title": mix.title, "about": mix.about, "match": mix.match,
            "picks": [[pick.track, pick.reason, pick.whose, pick.added] for pick in mix.picks]}


def _from_plain(body: dict[str, Any]) -> Mix:
    from podmix.taste.mixes.types import Mix, Pick

    picks: Sequence[Any] = body["picks"]
    return Mix(body["key"], body["kind"], body["title"], body["about"], tuple(Pick(*pick) for pick in picks),
               body["match"])
