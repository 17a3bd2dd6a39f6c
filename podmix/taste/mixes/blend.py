# SPDX-License-Identifier: GPL-3.0-or-later
"""Two listeners' tastes joined: how much they share, and a mix of the first one's music that both will like.

Conventions: a *taste of music* is a ``TasteFile``; sounds are compared only where both name the same space. A track is
somebody's pick when it fits that person clearly better than the other, else it is both's.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from podmix.errors import UsageError
from podmix.taste.interests import Doubles
from podmix.taste.mixes.choosing import dice, drawn, in_order
from podmix.taste.mixes.daily import about
from podmix.taste.mixes.library import MusicLibrary, folded
from podmix.taste.mixes.types import Mix, Pick
from podmix.taste.taste_file import Named, SharedInterest, TasteFile

LENGTH = 30
_CLEARLY = 0.12
_LIKED = 0.25  # fit from which a track is anybody's pick


def blended(library: MusicLibrary, mine: TasteFile, theirs: TasteFile, space: str, *, length: int = LENGTH,
            seed: str = "") -> Mix:
    """``space`` names the space of the library's sounds. Raises UsageError where nothing fits either."""
    my_fit = fits(library, mine, space)
    their_fit = fits(library, theirs, space)
    ok = library.liking > -0.3
    both = np.where(ok & (my_fit >= _LIKED) & (their_fit >= _LIKED), np.sqrt(np.maximum(my_fit * their_fit, 0)), 0.0)
    sides = {"both": np.where(np.abs(my_fit - their_fit) < _CLEARLY, both, 0.0),
             "you": np.where(ok & (my_fit >= _LIKED) & (my_fit - their_fit >= _CLEARLY), my_fit, 0.0),
             "friend": np.where(ok & (their_fit >= _LIKED) & (their_fit - my_fit >= _CLEARLY), their_fit, 0.0)}
    chosen: dict[int, str] = {}
    share = {"both": length // 2, "you": length // 4, "friend": length // 4}
    for whose, weights in sides.items():
        for place in drawn(weights**3, share[whose], dice("blend", theirs.name, seed, whose), library.artists,
                           taken=list(chosen)):
            chosen[place] = whose
    rest = np.max(list(sides.values()), axis=0)
    for place in drawn(rest**3, length - len(chosen), dice("blend", theirs.name, seed), library.artists,
                       taken=list(chosen)):
        chosen[place] = max(sides, key=lambda whose: float(sides[whose][place]))
    if not chosen:
        raise UsageError(f"Nothing in your music fits {theirs.name}'s taste or yours yet.",
                         remedy="Play and rate some music, then blend again.")
    places = in_order(library, list(chosen))
    picks = tuple(Pick(int(library.ids[p]), _reason(library, p, chosen[p], mine, theirs), chosen[p]) for p in places)
    return Mix(f"blend:{folded(theirs.name)}", "blend", f"You and {theirs.name}", about(library, places), picks,
               match_score(mine, theirs))


def fits(library: MusicLibrary, taste: TasteFile, space: str) -> Doubles:
    """``(n,)`` about 0..1 how well each track fits a taste: named itself, by artist, by sound, by genre."""
    tracks = {(folded(one.name), folded(one.by)): one.weight for one in taste.tracks}
    artists = _weights(taste.artists)
    genres = _weights(taste.genres)
    named = np.array([max(tracks.get((folded(row.title), folded(row.artist)), 0.0) * 1.0,
                          0.7 * artists.get(folded(row.artist), 0.0), 0.4 * genres.get(folded(row.genre), 0.0))
                      for row in library.rows], np.float64)
    sounds = [one for one in taste.sounds if one.space == space and len(one.vector) == library.sounds.shape[1]]
    if not sounds or not len(library):
        return named
    near = library.sounds @ np.array([one.vector for one in sounds], np.float32).T
    weight = np.array([one.weight for one in sounds])
    heard = np.maximum(near, 0.0) * (0.6 + 0.4 * weight / weight.max())[None, :]
    return np.asarray(np.maximum(named, 0.8 * heard.max(1)) + 0.2 * np.minimum(named, 0.8 * heard.max(1)), np.float64)


def match_score(mine: TasteFile, theirs: TasteFile) -> int:
    """0..100: the mean over what both files speak of (sounds, artists, genres, subjects of talk), each 0..1.

    The same for both; 100 only for the same taste.
    """
    parts = [(2.0, _alike(mine.sounds, theirs.sounds)), (2.0, _shared(mine.artists, theirs.artists)),
             (1.0, _shared(mine.genres, theirs.genres)), (1.0, _alike(mine.interests, theirs.interests))]
    known = [(weight, value) for weight, value in parts if value is not None]
    if not known:
        return 0
    return round(100 * sum(weight * value for weight, value in known) / sum(weight for weight, _ in known))


def _alike(left: Sequence[SharedInterest], right: Sequence[SharedInterest]) -> float | None:
    """How near each one's interests are to the other's nearest, by weight; None where nothing can be compared."""
    spaces = {(one.space, len(one.vector)) for one in left} & {(one.space, len(one.vector)) for one in right}
    if not spaces:
        return None
    a = [one for one in left if (one.space, len(one.vector)) in spaces]
    b = [one for one in right if (one.space, len(one.vector)) in spaces]
    near = np.array([[float(np.dot(x.vector, y.vector)) if x.space == y.space and len(x.vector) == len(y.vector)
                      else 0.0 for y in b] for x in a])
    total = 0.0
    for best, group in ((near.max(1), a), (near.max(0), b)):
        weights = np.array([one.weight for one in group]) + 1e-9
        total += float((np.maximum(best, 0.0) * weights).sum() / weights.sum())
    return min(1.0, total / 2)


def _shared(left: Sequence[Named], right: Sequence[Named]) -> float | None:
    """Weighted overlap of names (minima over maxima), softened by a root: few shared names already mean much."""
    a, b = _weights(left), _weights(right)
    if not a or not b:
        return None
    names = a.keys() | b.keys()
    low = sum(min(a.get(name, 0.0), b.get(name, 0.0)) for name in names)
    high = sum(max(a.get(name, 0.0), b.get(name, 0.0)) for name in names)
    return float(np.sqrt(low / high)) if high else None


def _weights(named: Sequence[Named]) -> dict[str, float]:
    found: dict[str, float] = {}
    for one in named:
        name = folded(one.name)
        if name:
            found[name] = max(found.get(name, 0.0), one.weight)
    return found


def _reason(library: MusicLibrary, place: int, whose: str, mine: TasteFile, theirs: TasteFile) -> str:
    artist = folded(library.rows[place].artist)
    likes = [name for name, taste in (("you", mine), (theirs.name, theirs))
             if any(folded(one.name) == artist for one in taste.artists)]
    if whose == "both":
        return f"You and {theirs.name} both like {library.rows[place].artist}" if len(likes) == 2 else \
            f"Fits you and {theirs.name}"
    name = "Your" if whose == "you" else f"{theirs.name}'s"
    knows = ("you" if whose == "you" else theirs.name) in likes
    return f"{name} pick: likes {library.rows[place].artist}" if knows and whose == "friend" else (
        f"{name} pick: an artist you like" if knows else f"{name} pick: the sound fits")
