# SPDX-License-Identifier: GPL-3.0-or-later
"""The listening modes of a library: up to six regions of its character, with names that last.

Modes are found by spherical k-means (Dhillon and Modha, 2001), weighted by what is heard and liked; a library that
nobody heard yet is grouped by what lies in it. Yesterday's centres are where today's search begins, and a mode keeps
its name as long as its centre stays near: names wander only when the listener does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from podmix.taste.interests import Doubles, Floats, Ints, unit_rows
from podmix.taste.mixes.choosing import dice
from podmix.taste.mixes.library import MusicLibrary

MOST_MODES = 6
LEAST_TRACKS = 12
SAMPLE = 4_000
_STAY = 0.8  # likeness from which a centre is yesterday's
_ONE = 0.86  # likeness from which two centres are one mode
_ROUNDS = 12
_EACH = 5  # tracks that a mode of a small library needs at least
_RECENT_DAYS = 60.0


@dataclass(frozen=True)
class Mode:
    """``centre`` is in the space of ``MusicLibrary.character``; ``number`` and ``name`` last."""

    number: int
    name: str
    centre: Floats


def listening_weights(library: MusicLibrary) -> Doubles:
    """``(n,)``: how much each track belongs to what is heard; recent plays and likes count, dislikes do not."""
    recent = 0.5 ** (np.minimum(library.heard_days, 1e6) / _RECENT_DAYS)
    return np.asarray(np.maximum(library.liking, 0.0) * (0.3 + recent) + 0.5 * recent * (library.liking >= 0))


def find_modes(library: MusicLibrary, before: Sequence[Mode] = (), most: int = MOST_MODES) -> list[Mode]:
    """The modes of today: at most one for every five tracks; an empty library has none."""
    if not len(library):
        return []
    weights = listening_weights(library)
    if (weights > 0.05).sum() < LEAST_TRACKS:  # hardly heard: by what is there
        weights = 0.05 + weights
    most = min(most, max(1, len(library) // _EACH))
    rng = dice("modes", len(library))
    sample = np.flatnonzero(weights > 0)
    if len(sample) > SAMPLE:
        sample = np.sort(rng.choice(sample, SAMPLE, replace=False, p=weights[sample] / weights[sample].sum()))
    rows, heavy = library.character[sample], weights[sample]
    size = rows.shape[1]
    known = [mode for mode in before if len(mode.centre) == size]
    centres = _started(rows, heavy, np.array([mode.centre for mode in known]).reshape(-1, size), most, rng)
    centres = _settled(rows, heavy, centres)
    return _named(library, _apart(rows, heavy, centres), known, most)


def _started(rows: Floats, weights: Doubles, centres: Floats, most: int, rng: np.random.Generator) -> Floats:
    """Yesterday's centres, and as many more as fit, far from each other (k-means++)."""
    found = list(np.asarray(centres, np.float32)[:most])
    while len(found) < most:
        far = np.ones(len(rows)) if not found else 1 - (rows @ np.array(found).T).max(1)
        chances = np.maximum(far, 0) ** 2 * weights
        if chances.sum() <= 1e-9:
            break
        found.append(rows[int(rng.choice(len(rows), p=chances / chances.sum()))])
    return np.array(found, np.float32)


def _settled(rows: Floats, weights: Doubles, centres: Floats) -> Floats:
    for _ in range(_ROUNDS):
        nearest = (rows @ centres.T).argmax(1)
        moved = centres.copy()
        for i in range(len(centres)):
            mine = nearest == i
            if mine.any():
                moved[i] = unit_rows((rows[mine] * weights[mine, None]).sum(0))
        if np.abs(moved - centres).max() < 1e-4:
            break
        centres = moved
    return centres


def _apart(rows: Floats, weights: Doubles, centres: Floats) -> Floats:
    """Without those that are another one's double or hold hardly anything, the weightiest first."""
    nearest = (rows @ centres.T).argmax(1)
    shares = np.bincount(nearest, weights, len(centres)) / weights.sum()
    kept: list[int] = []
    for i in np.argsort(-shares, kind="stable").tolist():
        if kept and (shares[i] < 0.03 or (centres[kept] @ centres[i]).max() > _ONE):
            continue
        kept.append(i)
    return centres[kept]


def _named(library: MusicLibrary, centres: Floats, before: Sequence[Mode], most: int) -> list[Mode]:
    """Each centre takes the nearest free name of yesterday, else a new one that describes it."""
    near = centres @ np.array([mode.centre for mode in before]).T if before else np.zeros((len(centres), 0))
    given: dict[int, Mode] = {}
    for flat in np.argsort(-near, axis=None, kind="stable").tolist():
        i, j = divmod(flat, max(1, near.shape[1]))
        if near[i, j] >= _STAY and i not in given and before[j].number not in {m.number for m in given.values()}:
            given[i] = Mode(before[j].number, before[j].name, centres[i])
    free = iter(n for n in range(1, most + len(before) + 1) if n not in {mode.number for mode in given.values()})
    nearest = (library.character @ centres.T).argmax(1)
    heard = listening_weights(library) > 0.05
    modes = []
    names = {mode.name for mode in given.values()}
    for i in range(len(centres)):
        if i not in given:
            mine = np.flatnonzero((nearest == i) & heard)  # a mode is called after what is heard of it
            name = _fresh(describe(library, mine if len(mine) >= LEAST_TRACKS else np.flatnonzero(nearest == i)), names)
            names.add(name)
            given[i] = Mode(next(free), name, centres[i])
        modes.append(given[i])
    return modes


def _fresh(names: list[str], used: set[str]) -> str:
    for name in names:
        if name not in used:
            return name
    return next(f"{names[0]} {n}" for n in range(2, 100) if f"{names[0]} {n}" not in used)


def describe(library: MusicLibrary, places: Ints) -> list[str]:
    """Names for a group of tracks, the plainest first, each a little more exact: "House", "Driving house", …"""
    manner = _manner(library, places)
    genres = library.genres[places]
    genres = genres[genres >= 0]
    decade = _decade(library, places)
    if len(genres) * 2 >= len(places) and len(genres):
        counts = np.bincount(genres)
        genre = library.genre_names[int(counts.argmax())]
        if counts.max() * 2 >= len(genres):
            return [genre, f"{manner} {genre.lower()}", *([f"{decade} {genre.lower()}"] if decade else []),
                    f"More {genre.lower()}"]
        first, second = (library.genre_names[int(i)] for i in np.argsort(-counts, kind="stable")[:2])
        return [f"{first} and {second.lower()}", f"{manner} {first.lower()}", f"{manner} hours", f"{manner} mix"]
    return [f"{manner} hours", *([f"{manner} {decade}"] if decade else []), f"{manner} mix"]


def _manner(library: MusicLibrary, places: Ints) -> str:
    energy = library.energy[places]
    level = float(np.nanmean(energy)) if np.isfinite(energy).any() else 5.5
    return "Quiet" if level < 3.5 else "Easy" if level < 5.2 else "Bright" if level < 7 else "Driving"


def _decade(library: MusicLibrary, places: Ints) -> str:
    years = library.years[places]
    years = years[np.isfinite(years)]
    if len(years) * 2 < len(places) or not len(years):
        return ""
    decades, counts = np.unique(years // 10 * 10, return_counts=True)
    best = int(counts.argmax())
    return f"{int(decades[best])}s" if counts[best] * 2 >= len(years) else ""
