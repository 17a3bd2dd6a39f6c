# SPDX-License-Identifier: GPL-3.0-or-later
"""Several interests of one listener, kept apart: recency-weighted clusters of what was liked.

Conventions: vectors are unit rows, likeness is the dot product. One average of a listener who loves bread and engines
would be somebody who loves neither; so liked things are joined only where they are alike (agglomeration by average
link, as in PinnerSage, Pal et al. 2020), and each cluster is one interest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.intp]

MOST_INTERESTS = 8
HALF_LIFE_DAYS = 45.0
_MOST_JOINED = 300  # the newest and strongest; joining costs the square
_DAY_S = 86_400.0


@dataclass(frozen=True)
class Interest:
    """``centre`` ``(d,)`` unit; ``weight`` is its share of all interests, 0..1; ``members`` are places in what was
    given, the most typical first.
    """

    centre: Floats
    weight: float
    members: tuple[int, ...]


def unit_rows(rows: NDArray[np.floating]) -> Floats:
    """Rows of length 1; a row of zeros stays zero."""
    rows = np.asarray(rows, np.float32)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9), np.float32)


def recency(ages_s: NDArray[np.floating] | Sequence[float], half_life_days: float = HALF_LIFE_DAYS) -> Doubles:
    """1 for now, a half after ``half_life_days``; a clock that ran ahead counts as now."""
    ages = np.maximum(np.asarray(ages_s, np.float64), 0.0) / _DAY_S
    return np.asarray(0.5 ** (ages / half_life_days))


def interests_of(vectors: Floats, weights: Sequence[float] | Doubles, *, likeness: float = 0.35,
                 most: int = MOST_INTERESTS) -> tuple[Interest, ...]:
    """The interests in liked things ``(n, d)``, the weightiest first; rows of zeros and weights <= 0 are left out.

    Clusters are joined while their average likeness is at least ``likeness``, and further until ``most`` are left.
    """
    strength = np.asarray(weights, np.float64)
    use = np.flatnonzero((strength > 0) & (np.abs(vectors).sum(1) > 0)) if len(vectors) else np.zeros(0, np.intp)
    if not len(use):
        return ()
    use = use[np.argsort(-strength[use], kind="stable")[:_MOST_JOINED]]
    groups = _joined(np.asarray(vectors[use], np.float64), strength[use], likeness)
    groups = sorted(groups, key=lambda group: -float(strength[use[group]].sum()))[:most]
    total = sum(float(strength[use[group]].sum()) for group in groups)
    return tuple(_interest(vectors, strength, use[group], total) for group in groups)


def _interest(vectors: Floats, strength: Doubles, group: Ints, total: float) -> Interest:
    centre = unit_rows((vectors[group] * strength[group, None]).sum(0))
    typical = np.argsort(-(vectors[group] @ centre), kind="stable")
    return Interest(centre, float(strength[group].sum()) / total, tuple(int(group[i]) for i in typical))


def _joined(rows: Doubles, strength: Doubles, likeness: float) -> list[Ints]:
    """Average-link agglomeration on weighted sums: the likeness of two groups is the mean over their pairs."""
    sums = rows * strength[:, None]
    mass = strength.copy()
    groups: list[list[int]] = [[i] for i in range(len(rows))]
    alike = (sums @ sums.T) / np.outer(mass, mass)
    np.fill_diagonal(alike, -np.inf)
    alive = len(groups)
    while alive > 1:
        left, right = divmod(int(alike.argmax()), len(rows))
        if alike[left, right] < likeness:
            break
        groups[left] += groups[right]
        groups[right] = []
        sums[left] += sums[right]
        mass[left] += mass[right]
        row = (sums @ sums[left]) / (mass * mass[left])
        row[[left, *(i for i, group in enumerate(groups) if not group)]] = -np.inf
        alike[left, :] = alike[:, left] = row
        alike[right, :] = alike[:, right] = -np.inf
        alive -= 1
    return [np.array(group, np.intp) for group in groups if group]
