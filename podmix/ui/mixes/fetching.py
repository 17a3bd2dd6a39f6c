# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Mixes screen asks for, put together. Runs on background threads."""

from __future__ import annotations

from dataclasses import dataclass

from podmix.app.interface import Verbs
from podmix.app.taste_views import MixCard
from podmix.app.views import PreviewCard
from podmix.errors import PodMixError, UsageError
from podmix.ui.mixes.home_page import Choices

DECADES = tuple(range(1950, 2040, 10))
MOOD_ORDER = ("calm", "happy", "focus", "party", "rainy", "night", "morning", "run", "dark", "dance", "sunny", "dreamy")
"""The moods shown first; the others follow."""


@dataclass(frozen=True, slots=True)
class Found:
    """The mixes there are; ``drive`` is the first daily one with previews between (None where there are none)."""

    cards: tuple[MixCard, ...]
    drive: MixCard | None
    any_music: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A mix with what its page needs beside it."""

    card: MixCard
    previews: dict[int, PreviewCard]
    accepted: frozenset[int] = frozenset()


def found_mixes(verbs: Verbs) -> Found:
    """Raises PodMixError."""
    cards = tuple(verbs.mixes())
    if not cards and not verbs.music_ids(limit=1):
        return Found((), None, any_music=False)
    daily = next((card for card in cards if card.kind == "daily"), None)
    return Found(cards, _drive(verbs, daily), any_music=True)


def _drive(verbs: Verbs, daily: MixCard | None) -> MixCard | None:
    if daily is None:
        return None
    try:
        found: MixCard = verbs.with_previews(daily.key)
    except PodMixError:  # previews are no reason to show no music
        return None
    return found if any(one.preview_id is not None for one in found.tracks) else None


def choices(verbs: Verbs) -> Choices:
    """Genres by how many tracks they have, moods, decades that the library has, playlists, friends."""
    moods = set(verbs.moods())
    first = [mood for mood in MOOD_ORDER if mood in moods]
    decades = [year for year in DECADES if verbs.music_ids(
        rules={"all": [{"field": "year", "op": "between", "value": [year, year + 9]}]}, missing=False, limit=1)]
    genres = [name for name, _ in sorted(verbs.music_genres(), key=lambda pair: -pair[1]) if name]
    return Choices(tuple(genres[:60]), (*first, *sorted(moods - set(first))), tuple(reversed(decades)),
                   tuple(verbs.playlists()), tuple(verbs.taste_summary().friends))


def shown_mix(verbs: Verbs, card: MixCard) -> Shown:
    """With its previews (those that are gone are left out), and what an enhanced playlist has taken in already."""
    previews = {}
    for one in card.tracks:
        if one.preview_id is not None:
            try:
                previews[one.preview_id] = verbs.preview(one.preview_id)
            except (UsageError, KeyError):
                continue
    accepted: frozenset[int] = frozenset()
    playlist = playlist_of(card)
    if playlist is not None:
        accepted = frozenset(map(int, verbs.playlist_track_ids(playlist)))
    return Shown(card, previews, accepted)


def playlist_of(card: MixCard) -> int | None:
    """The playlist that an enhanced one is of."""
    kind, _, number = card.key.partition(":")
    return int(number) if kind == "enhance" and number.isdigit() else None
