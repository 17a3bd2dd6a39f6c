# SPDX-License-Identifier: GPL-3.0-or-later
"""Daily mixes: one for each listening mode, favourites and fitting rediscoveries, another every day, without an end.

Of a page of tracks about half are favourites of the mode, a quarter are old loves not heard for two months, the rest
fits and is new or hardly known. Where a mode has too few of one sort the next fills in. A page is drawn by the day and
its own number, so that coming back finds the same mix; pages never repeat a track until the mode is used up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from podmix.taste.interests import Doubles, Ints
from podmix.taste.mixes.choosing import dice, drawn, in_order
from podmix.taste.mixes.library import FAVOURITE, MusicLibrary
from podmix.taste.mixes.modes import Mode
from podmix.taste.mixes.types import Mix, Pick

PAGE = 30
RESTED_DAYS = 60.0
_FITS = 0.35  # likeness to a mode's centre from which a track may be in it
_LEAST = 5
_SHARES = (("favourite", 0.5), ("rediscovery", 0.25), ("fitting", 0.25))


def daily_mixes(library: MusicLibrary, modes: Sequence[Mode], day: str, *, page: int = 0) -> list[Mix]:
    """One mix a mode. ``day`` is any word for the day ("2026-11-23")."""
    return [daily_mix(library, modes, mode, day, page=page) for mode in modes]


def daily_mix(library: MusicLibrary, modes: Sequence[Mode], mode: Mode, day: str, *, page: int = 0) -> Mix:
    """One page of a mode's mix. ``page`` 1, 2, … go on where the one before ended."""
    fit = _fit(library, modes, mode)
    taken: set[int] = set()
    chosen: list[tuple[int, str]] = []
    for number in range(page + 1):
        if len(taken) + PAGE > int((fit > 0).sum()):
            taken = set()  # the mode is used up: from the front, in another order
        chosen = _page(library, fit, f"{day}/{mode.number}/{number}", sorted(taken))
        taken |= {place for place, _ in chosen}
    sorts = dict(chosen)
    order = in_order(library, list(sorts))
    picks = tuple(Pick(int(library.ids[place]), _reason(library, place, sorts[place], mode)) for place in order)
    return Mix(f"daily-{mode.number}", "daily", mode.name, _about(library, order), picks)


def _fit(library: MusicLibrary, modes: Sequence[Mode], mode: Mode) -> Doubles:
    """``(n,)`` how well tracks fit the mode; 0 for what fits another better, is disliked, or lies too far off."""
    near = library.character @ np.array([one.centre for one in modes]).T
    mine = near[:, [one.number for one in modes].index(mode.number)]
    fit = np.where((mine >= near.max(1) - 0.05) & (mine >= _FITS) & (library.liking > -0.3), mine, 0.0)
    if (fit > 0).sum() < _LEAST:  # hardly anything: the nearest few that are not disliked
        near_enough = np.sort(np.where(library.liking > -0.3, mine, -np.inf))[::-1][:_LEAST][-1]
        fit = np.where((library.liking > -0.3) & (mine >= near_enough), np.maximum(mine, 0.01), 0.0)
    return np.asarray(fit, np.float64)


def _page(library: MusicLibrary, fit: Doubles, seed: str, taken: Sequence[int]) -> list[tuple[int, str]]:
    rested = library.heard_days >= RESTED_DAYS
    loved = library.liking >= FAVOURITE
    weights = {
        "favourite": np.where(loved & ~rested, fit**4 * (0.2 + library.liking), 0.0),
        "rediscovery": np.where(loved & rested & np.isfinite(library.heard_days), fit**4, 0.0),
        "fitting": np.where(~loved, fit**6 * (1.0 + np.isinf(library.heard_days)), 0.0),
    }
    weights["favourite"] += np.where(loved & np.isinf(library.heard_days), fit**4 * library.liking, 0.0)
    found: list[tuple[int, str]] = []
    used = list(taken)
    for sort, share in _SHARES:
        some = drawn(weights[sort], round(PAGE * share), dice(seed, sort), library.artists, taken=used)
        found += [(place, sort) for place in some]
        used += some
    rest = np.sum(list(weights.values()), axis=0)
    sort_of = {sort: weight > 0 for sort, weight in weights.items()}
    for place in drawn(rest, PAGE - len(found), dice(seed, "rest"), library.artists, taken=used):
        found.append((place, next(sort for sort in weights if sort_of[sort][place])))
    return found


def _reason(library: MusicLibrary, place: int, sort: str, mode: Mode) -> str:
    row = library.rows[place]
    if sort == "favourite":
        return "One of your favourites" if row.liking >= 0.8 else "You often play this"
    if sort == "rediscovery":
        return f"You liked this and have not heard it for {_span(row.heard_days)}"
    return f"Fits “{mode.name}”, never played" if np.isinf(row.heard_days) else f"Fits “{mode.name}”"


def _span(days: float) -> str:
    return f"{int(days // 365)} years" if days >= 730 else f"{int(days // 30)} months" if days >= 60 else "a while"


def _about(library: MusicLibrary, places: Sequence[int]) -> str:
    names: dict[str, int] = {}
    for place in places:
        if artist := library.rows[place].artist:
            names[artist] = names.get(artist, 0) + 1
    best = sorted(names, key=lambda name: (-names[name], name))[:3]
    return f"With {', '.join(best[:-1])} and {best[-1]}" if len(best) > 1 else f"With {best[0]}" if best else ""


def about(library: MusicLibrary, places: Sequence[int] | Ints) -> str:
    """The line under a mix's title: whose music it is."""
    return _about(library, [int(place) for place in places])
