# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs of taste and of mixes made of it; ``interface.Verbs`` takes them in. Conventions as there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from podmix.app.taste_views import FeedCard, MixCard, SuggestedShow, TasteSummary
from podmix.music.library_types import PlaylistId
from podmix.music.smart_lists import Rules


class TasteVerbs(Protocol):
    """What a listener likes, and mixes made of it; ``Application`` has these beside ``Verbs`` and ``LibraryVerbs``.

    ``like``, ``save``, ``seen`` and ``note_track_played`` note by themselves; the screens note the rest with
    ``note_reaction``. All but the noting verbs are *slow* for a big library.
    """

    # -- noting --
    def note_reaction(self, kind: str, thing: str, number: int, seconds: float = 0.0, place: int = -1) -> None:
        """Returns at once. ``kind``: shown, skipped, replayed, sought back, opened, played, finished, liked, disliked,
        cleared; ``thing``: preview, episode, show, track. ``seconds``: how long, or at which second it was skipped.
        """

    def note_mix_played(self, key: str) -> None: ...

    # -- the feed --
    def recommended(self, *, limit: int = 50) -> list[FeedCard]:
        """Unseen previews in the order of taste, each with reasons; the same until something is heard or made."""

    def less_like_this(self, preview_id: int) -> list[FeedCard]:
        """The same as not liking it; answers with the feed as it is from now on."""

    def choose_interests(self, texts: Sequence[str]) -> None:
        """What the person wants to hear of; replaces what was said before. Loads the sentence model elsewhere."""

    def suggested_shows(self) -> list[SuggestedShow]:
        """From podrolls and friends; no network."""

    # -- mixes --
    def mixes(self) -> list[MixCard]:
        """Today's daily mixes, then those that were made, the newest first. Empty without music."""

    def mix(self, key: str) -> MixCard:
        """Raises UsageError for an unknown key."""

    def daily_mixes(self, *, page: int = 0) -> list[MixCard]:
        """Up to six, the same all day; ``page`` 1, 2, … go on without an end."""

    def genre_mix(self, genre: str, *, rules: Rules | None = None) -> MixCard:
        """``rules`` (as of smart playlists) narrow the library. UsageError where nothing fits; so for the next."""

    def mood_mix(self, mood: str, *, rules: Rules | None = None) -> MixCard: ...

    def moods(self) -> list[str]: ...

    def decade_mix(self, decade: int, *, rules: Rules | None = None) -> MixCard:
        """``decade`` is its first year: 1990."""

    def phrase_mix(self, phrase: str, *, rules: Rules | None = None) -> MixCard: ...

    def blend_mix(self, friend: str) -> MixCard:
        """With a friend whose taste was imported; has ``match`` and whose pick each track is."""

    def enhance_playlist(self, playlist_id: int, *, every: int = 1) -> MixCard:
        """The playlist with fitting tracks between its own (``added``); nothing is changed yet."""

    def accept_added(self, playlist_id: int, tracks: Iterable[int]) -> int:
        """Put these of the tracks that ``enhance_playlist`` showed last into the playlist; returns how many."""

    def sound_path(self, start: int, goal: int, *, steps: int = 8) -> MixCard: ...

    def with_previews(self, key: str, *, every: int = 4) -> MixCard:
        """A mix with previews between its tracks ("morning drive")."""

    def save_mix(self, key: str, name: str = "") -> PlaylistId:
        """As a playlist."""

    # -- who the listener is --
    def taste_summary(self) -> TasteSummary:
        """All that is kept."""

    def export_taste(self, target: Path, *, name: str = "") -> Path:
        """No paths, no dates, no single reactions. ``name`` is how the person is called in it."""

    def import_taste(self, path: Path) -> str:
        """Returns the friend's name. Raises UsageError for anything but a sound taste file."""

    def remove_friend(self, name: str) -> None: ...

    def erase_taste(self) -> None:
        """For good, out of backups too; saved previews, ratings and playlists stay. Ask before."""
