# SPDX-License-Identifier: GPL-3.0-or-later
"""A person's taste as the file that friends exchange: what of it is told, and what is not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from podmix.taste.taste_file import (
    LONGEST_TEXT,
    MOST_INTERESTS,
    MOST_NAMED,
    Named,
    SharedInterest,
    SharedShow,
    TasteFile,
    public_address,
)

if TYPE_CHECKING:
    from podmix.app.taste_verbs import TasteVerbs
    from podmix.taste.mixes.library import MusicLibrary

_TOLD_LIKING = 0.3  # what is liked less is nobody's business


def taste_of(verbs: TasteVerbs, name: str) -> TasteFile:
    """Interests, sounds and names that are liked; nothing that was only heard, no numbers of plays, no dates."""
    from podmix.app.taste_library import SOUND_SPACE
    from podmix.taste.interests import interests_of

    known = verbs.known_taste()
    catalogue, learnt = known.catalogue, known.learnt
    interests = tuple(
        SharedInterest(catalogue.space, tuple(map(float, one.centre)), one.weight,
                       _labels(catalogue.items[learnt.liked[i].number].facts.get("show_title", "")
                               for i in one.members)) for one in learnt.interests[:MOST_INTERESTS])
    library = verbs.music_arrays()
    loved = library.liking >= _TOLD_LIKING
    sounds = interests_of(library.sounds, library.liking * loved) if loved.any() else ()
    return TasteFile(
        _plain(name), interests,
        tuple(SharedInterest(SOUND_SPACE, tuple(map(float, one.centre)), one.weight,
                             _labels(library.rows[i].artist for i in one.members)) for one in sounds),
        _named(library, "artist"), _named(library, "genre"), _tracks(library),
        tuple(SharedShow(_plain(show.title), public_address(show.url))
              for show in verbs.podcasts.shows()[:MOST_NAMED]))


def _plain(text: str) -> str:
    return " ".join(str(text).split())[:LONGEST_TEXT]


def _labels(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(list(dict.fromkeys(_plain(text) for text in texts if text))[:4])


def _named(library: MusicLibrary, field: str) -> tuple[Named, ...]:
    """Artists or genres by how much of what is liked is theirs; the first weighs 1."""
    sums: dict[str, float] = {}
    for row, liking in zip(library.rows, library.liking.tolist(), strict=True):
        if liking >= _TOLD_LIKING and (name := _plain(getattr(row, field))):
            sums[name] = sums.get(name, 0.0) + liking
    most = max(sums.values(), default=1.0)
    best = sorted(sums, key=lambda name: (-sums[name], name))[:60]
    return tuple(Named(name, sums[name] / most) for name in best)


def _tracks(library: MusicLibrary) -> tuple[Named, ...]:
    loved = [(row, liking) for row, liking in zip(library.rows, library.liking.tolist(), strict=True)
             if liking >= 0.6 and row.title]
    loved.sort(key=lambda one: (-one[1], one[0].title))
    return tuple(Named(_plain(row.title), min(1.0, liking), _plain(row.artist)) for row, liking in loved[:200])
