# SPDX-License-Identifier: GPL-3.0-or-later
"""``TasteVerbs`` in memory, part of ``FakeVerbs``: mixes of drawn-up tracks with reasons, a feed with sentences."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from podmix.app.taste_views import FeedCard, InterestCard, MixCard, MixTrack, SuggestedShow, TasteSummary
from podmix.errors import UsageError
from podmix.music.library_types import PlaylistId, Track, TrackId

_NAMES = ("Glass Harbour", "Ida Lind", "Northern Copper", "The Slow Room", "Vesper & Sons", "Marble Arcade")
_TITLES = ("Paper Lanterns", "Undertow", "Second Winter", "Brass Morning", "Low Tide", "Signal Fires", "Cinder Lane",
           "Open Water", "Halogen", "Fieldnotes", "Copper Wire", "Last Ferry")
_MODES = (("Quiet piano", "Piano", 3.0), ("House", "House", 7.5), ("Bright 90s", "Pop", 6.2),
          ("Driving hours", "", 8.4), ("Easy jazz", "Jazz", 4.4), ("Dub techno", "Dub techno", 6.0))
_WHY = ("One of your favourites", "You liked this and have not heard it for 5 months", "Fits “{}”, never played")


def fake_track(number: int, genre: str = "House", energy: float = 6.0) -> Track:
    title, artist = _TITLES[number % len(_TITLES)], _NAMES[number % len(_NAMES)]
    return Track(TrackId(number), Path(f"/music/{number}.flac"), title, artist, artist, "Album", genre, "",
                 1990 + number % 30, 1, 1, 200.0 + number % 90, 118.0 + number % 12, "A minor", "8A", energy, -9.0,
                 number % 6 or None, datetime(2026, 1, 1, tzinfo=UTC), None, number % 9, False, "", "flac", 44_100,
                 900_000, 30_000_000, "", True)


class FakeTaste:
    """Mixed into ``FakeVerbs``, which brings ``_note`` and the previews."""

    _note: Any
    preview_feed: Any
    like: Any

    def _mix(self, key: str, kind: str, title: str, genre: str, energy: float, match: int | None = None,
             whose: Sequence[str] = ("",), added: int = 0) -> MixCard:
        first = 1 + sum(map(ord, key)) % 50
        tracks = tuple(MixTrack(fake_track(first + i, genre, energy), _WHY[i % 3].format(title),
                                whose[i % len(whose)], bool(added and i % added == added - 1)) for i in range(12))
        return MixCard(key, kind, title, f"With {tracks[0].track.artist} and {tracks[1].track.artist}", tracks, match)

    def note_reaction(self, kind: str, thing: str, number: int, seconds: float = 0.0, place: int = -1) -> None:
        self._note("note_reaction", kind, thing, number, seconds, place)

    def note_mix_played(self, key: str) -> None:
        self._note("note_mix_played", key)

    def recommended(self, *, limit: int = 50) -> list[FeedCard]:
        self._note("recommended", limit)
        why = (("Like “A quarry at dawn”, which you liked", "New this week"), ("You like Small Boats",),
               ("Something different, to get to know your taste",))
        return [FeedCard(card, place, 0.8 - 0.02 * place, why[place % 3], place % 3 == 2,
                         0.01 if place % 3 == 2 else 0.9)
                for place, card in enumerate(self.preview_feed(limit=limit))]

    def less_like_this(self, preview_id: int) -> list[FeedCard]:
        self._note("less_like_this", preview_id)
        self.like(preview_id, False)
        return [one for one in self.recommended() if one.card.preview_id != preview_id]

    def choose_interests(self, texts: Sequence[str]) -> None:
        self._note("choose_interests", tuple(texts))

    def suggested_shows(self) -> list[SuggestedShow]:
        self._note("suggested_shows")
        return [SuggestedShow("Harbour Lights", "https://harbour.example/feed.xml", "Ben listens to it")]

    def mixes(self) -> list[MixCard]:
        answer = self._note("mixes")
        return answer if answer is not None else [*self.daily_mixes(), self.blend_mix("Ben"),
                                                  self.phrase_mix("rainy sunday piano")]

    def mix(self, key: str) -> MixCard:
        self._note("mix", key)
        found = next((card for card in self.mixes() if card.key == key), None)
        if found is None:
            raise UsageError(f"There is no mix “{key}”.")
        return found

    def daily_mixes(self, *, page: int = 0) -> list[MixCard]:
        self._note("daily_mixes", page)
        return [self._mix(f"daily-{number}", "daily", *mode) for number, mode in enumerate(_MODES, start=1)]

    def genre_mix(self, genre: str, *, rules: Any = None) -> MixCard:
        self._note("genre_mix", genre, rules)
        return self._mix(f"genre:{genre.lower()}", "genre", genre, genre, 6.0)

    def mood_mix(self, mood: str, *, rules: Any = None) -> MixCard:
        self._note("mood_mix", mood, rules)
        return self._mix(f"mood:{mood}", "mood", mood.capitalize(), "", 3.0)

    def moods(self) -> list[str]:
        return ["calm", "dark", "focus", "happy", "party", "rainy", "run"]

    def decade_mix(self, decade: int, *, rules: Any = None) -> MixCard:
        self._note("decade_mix", decade, rules)
        return self._mix(f"decade:{decade}s", "decade", f"{decade}s", "Pop", 6.0)

    def phrase_mix(self, phrase: str, *, rules: Any = None) -> MixCard:
        self._note("phrase_mix", phrase, rules)
        return self._mix(f"phrase:{phrase.lower()}", "phrase", phrase[:1].upper() + phrase[1:], "Piano", 3.0)

    def blend_mix(self, friend: str) -> MixCard:
        self._note("blend_mix", friend)
        return self._mix(f"blend:{friend.lower()}", "blend", f"You and {friend}", "", 6.0, 68,
                         ("both", "you", "friend"))

    def enhance_playlist(self, playlist_id: int, *, every: int = 1) -> MixCard:
        self._note("enhance_playlist", playlist_id, every)
        return self._mix(f"enhance:{playlist_id}", "enhance", "Friday night, enhanced", "House", 7.0, added=every + 1)

    def accept_added(self, playlist_id: int, tracks: Iterable[int]) -> int:
        chosen = tuple(tracks)
        self._note("accept_added", playlist_id, chosen)
        return len(chosen)

    def sound_path(self, start: int, goal: int, *, steps: int = 8) -> MixCard:
        self._note("sound_path", start, goal, steps)
        return self._mix(f"path:{start}-{goal}", "path", "From Undertow to Halogen", "", 5.0)

    def with_previews(self, key: str, *, every: int = 4) -> MixCard:
        self._note("with_previews", key, every)
        card = self.mix(key)
        return dataclasses.replace(card, tracks=tuple(
            dataclasses.replace(one, preview_id=1) if place and place % every == 0 else one
            for place, one in enumerate(card.tracks)))

    def save_mix(self, key: str, name: str = "") -> PlaylistId:
        self._note("save_mix", key, name)
        return PlaylistId(7)

    def taste_summary(self) -> TasteSummary:
        self._note("taste_summary")
        interests = (InterestCard(0.6, ("A quarry at dawn", "Ferries in fog")),
                     InterestCard(0.4, ("Flour has a memory",)))
        return TasteSummary((("finished", 31), ("liked", 6)), interests,
                            ("deep sea",), ("Ben",), tuple(mode[0] for mode in _MODES), Path("/home/taste.sqlite3"))

    def export_taste(self, target: Path, *, name: str = "") -> Path:
        self._note("export_taste", target, name)
        return target

    def import_taste(self, path: Path) -> str:
        return self._note("import_taste", path) or "Ben"

    def remove_friend(self, name: str) -> None:
        self._note("remove_friend", name)

    def erase_taste(self) -> None:
        self._note("erase_taste")
