# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of the preview feed: liked first, new voices tried, no two alike in a row.

Three steps, all on arrays. ``numbers_of`` and ``Preference.judge`` say how much each card will be liked.
``uncertainty`` says how little is known about it. ``arrange`` fills the places one by one: mostly the best that still
differs from what stands before it (maximal marginal relevance, Carbonell and Goldstein 1998), and with chance
``explore`` one drawn from the promising unknown. The chance with which each place got what it got is returned, exact
given the places before it, so that another order can later be judged by what was seen (inverse propensity scoring).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from podmix.taste.interests import Doubles, Floats, Ints
from podmix.taste.preference import Things

POLICY = "bayes-mmr-1"
POOL = 300
EXPLORE = 0.08
SAMENESS = 0.12
"""What being like a card just before costs, in units of outcomes, for equal meaning."""
TOO_ALIKE = 0.85
LOOK_BACK = 4
SHOW_AGAIN = 0.05
"""What each card of the same show that stands before it costs."""
OPTIMISM = 0.25
TEMPER = 0.08

START = 0.30
SLOPES = np.array([0.03, 0.04, 0.30])
"""Prior means: what an unknown card is worth, and what freshness (days, weeks) and the preview's own score add."""
_DAY_S = 86_400.0


@dataclass(frozen=True)
class Placed:
    """One place of a feed: ``index`` among the candidates."""

    index: int
    score: float
    propensity: float
    explored: bool


def numbers_of(ages_s: Doubles, quality: Doubles) -> Doubles:
    """``(n, 3)``: new since days, new since weeks, own score; unknown dates (NaN) are old, a clock ahead is new."""
    days = np.maximum(np.nan_to_num(ages_s, nan=1e9, posinf=1e9, neginf=0.0), 0.0) / _DAY_S
    score = np.clip(np.nan_to_num(quality, nan=0.5), 0.0, 1.0) - 0.5
    return np.stack([np.exp(-days / 3.0), np.exp(-days / 30.0), score], axis=1)


def uncertainty(things: Things, nearest: Doubles, seen_names: frozenset[int]) -> Doubles:
    """``(n,)`` 0..1: far from everything heard (``nearest`` as ``Preference.judge`` gives it), of a show never heard
    (names' first column).
    """
    unknown = ~np.isin(things.names[:, 0], np.array(sorted(seen_names), np.intp)) if len(things) else np.zeros(0)
    return 0.7 * (1.0 - np.exp(2.0 * (np.clip(nearest, 0.0, 1.0) - 1.0))) + 0.3 * unknown


def arrange(scores: Doubles, doubt: Doubles, vectors: Floats, *, groups: Ints, episodes: Ints, count: int,
            rng: np.random.Generator, explore: float = EXPLORE) -> list[Placed]:
    """Fill up to ``count`` places.

    ``groups`` ``(n,)`` are shows: never two in a row of one while another is left; ``episodes`` come at most once. The
    result is the same for the same ``rng``. ``vectors`` ``(n, d)``.
    """
    hopeful = scores + OPTIMISM * doubt
    pool = _pool(scores, hopeful)
    if not len(pool):
        return []
    score, hope, rows = scores[pool], hopeful[pool], vectors[pool]
    show, episode = np.unique(groups[pool], return_inverse=True)[1], episodes[pool]
    often = np.zeros(len(pool))
    free = np.ones(len(pool), np.bool_)
    placed: list[Placed] = []
    taken: list[int] = []
    while len(placed) < count and free.any():
        allowed = _allowed(free, rows, show, taken)
        near = (rows @ rows[taken[-LOOK_BACK:]].T).max(1) if taken else np.zeros(len(pool))
        cost = SAMENESS * np.maximum(near, 0.0) + SHOW_AGAIN * often[show]
        best = int(np.where(allowed, score - cost, -np.inf).argmax())
        chances = _softmax(np.where(allowed, hope - cost, -np.inf))
        chances *= explore
        chances[best] += 1.0 - explore
        pick = int(rng.choice(len(pool), p=chances / chances.sum()))
        placed.append(Placed(int(pool[pick]), float(score[pick]), float(chances[pick]), pick != best))
        taken.append(pick)
        often[show[pick]] += 1
        free &= episode != episode[pick]
        free[pick] = False
    return placed


def _pool(scores: Doubles, hopeful: Doubles) -> Ints:
    """The best by score and the best by hope; the rest has no chance to stand in this feed."""
    if len(scores) <= POOL:
        return np.arange(len(scores))
    some = np.argpartition(-scores, POOL // 2)[:POOL // 2]
    more = np.argpartition(-hopeful, POOL // 2)[:POOL // 2]
    return np.union1d(some, more)


def _allowed(free: NDArray[np.bool_], rows: Floats, show: Ints, taken: list[int]) -> NDArray[np.bool_]:
    """What may follow: another show, and another thing said; where nothing is left, one rule after the other goes."""
    if not taken:
        return free
    other = free & (show != show[taken[-1]])
    unlike = other & (rows @ rows[taken[-1]] < TOO_ALIKE)
    return unlike if unlike.any() else other if other.any() else free


def _softmax(values: Doubles) -> Doubles:
    powers = np.exp((values - values.max()) / TEMPER)
    return np.asarray(powers / powers.sum(), np.float64)
