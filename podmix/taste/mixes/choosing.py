# SPDX-License-Identifier: GPL-3.0-or-later
"""Drawing tracks for a mix, and putting them in an order that is pleasant to hear.

Draws are without repetition and by weight (exponential keys, Efraimidis and Spirakis 2006), the same for the same seed:
a mix is the same all day and another one tomorrow. The order is the planner's own search over how far sound, tempo and
energy lie apart, so that a mix is good to hear even where no transition is planned.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from podmix.automix.order import OrderProblem, arrange
from podmix.taste.interests import Doubles, Ints
from podmix.taste.mixes.library import MusicLibrary

MOST_OF_ARTIST = 3
ARTIST_GAP = 3
_ORDERED = 60  # longer mixes are ordered piece by piece: the search costs the square


def dice(*parts: object) -> np.random.Generator:
    """The same dice for the same words, on every machine."""
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "little"))


def drawn(weights: Doubles, count: int, rng: np.random.Generator, artists: Ints, *,
          most_of_artist: int = MOST_OF_ARTIST, taken: Sequence[int] = ()) -> list[int]:
    """Places of up to ``count`` tracks with weight > 0, no artist more often than ``most_of_artist`` (``taken`` count).

    Where an artist's limit would leave the mix short, it gives way.
    """
    keys = rng.exponential(size=len(weights)) / np.maximum(weights, 1e-12)
    keys[(weights <= 0) | ~np.isfinite(weights)] = np.inf
    keys[list(taken)] = np.inf
    order = np.argsort(keys, kind="stable")[:int(np.isfinite(keys).sum())]
    often: dict[int, int] = {}
    for place in taken:
        often[int(artists[place])] = often.get(int(artists[place]), 0) + 1
    chosen, passed = [], []
    for place in order.tolist():
        artist = int(artists[place])
        if artist >= 0 and often.get(artist, 0) >= most_of_artist:
            passed.append(place)
            continue
        often[artist] = often.get(artist, 0) + 1
        chosen.append(place)
        if len(chosen) == count:
            break
    return chosen + passed[:count - len(chosen)]


def in_order(library: MusicLibrary, places: Sequence[int]) -> list[int]:
    """The same places so that neighbours go together."""
    rest, found = list(places), []
    while rest:
        piece, rest = rest[:_ORDERED], rest[_ORDERED:]
        found += [piece[i] for i in arrange(_problem(library, np.array(piece, np.intp)))]
    return found


def _problem(library: MusicLibrary, places: Ints) -> OrderProblem:
    pairs = step_costs(library, places, places)
    return OrderProblem(pairs, np.zeros_like(pairs), library.artists[places], min(ARTIST_GAP, len(places) - 1))


def step_costs(library: MusicLibrary, before: Ints, after: Ints) -> Doubles:
    """``(before, after)`` 0..about 2: how far sounds, tempi (halves and doubles are near) and energies lie apart."""
    sound = 1.0 - library.character[before] @ library.character[after].T
    with np.errstate(divide="ignore", invalid="ignore"):
        octaves = np.log2(library.bpm[before][:, None] / library.bpm[after][None, :])
    tempo = np.abs(octaves - np.round(octaves))
    energy = np.abs(library.energy[before][:, None] - library.energy[after][None, :]) / 9.0
    return np.asarray(sound + np.nan_to_num(tempo, nan=0.15, posinf=0.15, neginf=0.15)
                      + 0.5 * np.nan_to_num(energy, nan=0.2), np.float64)
