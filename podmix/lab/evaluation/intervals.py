# SPDX-License-Identifier: GPL-3.0-or-later
"""Weighted means with confidence intervals by bootstrap over groups (Efron 1979, percentiles; Field & Welsh 2007).

Items of one show or artist are alike, so whole groups are drawn, not items; with fewer than five groups the items are
drawn, which is then said to be optimistic. NaN is no answer and counts for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
DRAWS = 2000
LEAST_GROUPS = 5


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and the middle 95 % of its bootstrap distribution; ``count`` items, ``groups`` drawn (0: items were)."""

    value: float
    low: float
    high: float
    count: int
    groups: int = 0


def mean_interval(values: Sequence[float], weights: Sequence[float] | None = None, groups: Sequence[str] | None = None,
                  *, draws: int = DRAWS, seed: int = 1) -> Interval:
    """Of ``values`` ``(n,)`` with weights ``(n,)``; all NaN where nothing counts."""
    told = np.asarray(values, np.float64)
    given = np.ones(len(told)) if weights is None else np.asarray(weights, np.float64)
    kept = ~np.isnan(told) & (given > 0)
    if not kept.any():
        return Interval(float("nan"), float("nan"), float("nan"), 0)
    names = np.asarray(groups if groups is not None else [str(at) for at in range(len(told))], dtype=object)[kept]
    unique, member = np.unique(names.astype(str), return_inverse=True)
    by_groups = groups is not None and len(unique) >= LEAST_GROUPS
    if not by_groups:
        member = np.arange(int(kept.sum()))
    sums = np.bincount(member, told[kept] * given[kept])
    sizes = np.bincount(member, given[kept])
    dice = np.random.default_rng(seed)
    drawn = dice.integers(len(sums), size=(draws, len(sums)))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Interval(float(sums.sum() / sizes.sum()), float(low), float(high), int(kept.sum()),
                    len(unique) if by_groups else 0)


def difference_interval(ours: Sequence[float], theirs: Sequence[float], weights: Sequence[float] | None = None,
                        groups: Sequence[str] | None = None, *, seed: int = 1) -> Interval:
    """Of ``ours - theirs``, item by item: what is hard for both does not blur the difference."""
    apart = np.asarray(ours, np.float64) - np.asarray(theirs, np.float64)
    return mean_interval(list(apart), weights, groups, seed=seed)
