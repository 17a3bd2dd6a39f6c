# SPDX-License-Identifier: GPL-3.0-or-later
"""How well scores put good passages first: hit@k and the share of good ones that the first k cover."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Ints = NDArray[np.intp]


def hit_at(scores: Doubles, good: NDArray[np.bool_], depth: int) -> float:
    """1 where one of the first ``depth`` is good, else 0; NaN where none is good at all."""
    if not good.any():
        return float("nan")
    return float(good[np.argsort(-scores, kind="stable")[:depth]].any())


def coverage_at(scores: Doubles, good: NDArray[np.bool_], depth: int) -> float:
    """The share of good items among the first ``depth``, of all that could be there; NaN where none is good."""
    if not good.any():
        return float("nan")
    found = good[np.argsort(-scores, kind="stable")[:depth]].sum()
    return float(found / min(depth, good.sum()))


def rank_measures(scores: Doubles, grades: Doubles, groups: Ints, *, good: float = 2.0) -> dict[str, float]:
    """Means over groups that have something good."""
    rows = [np.flatnonzero(groups == group) for group in np.unique(groups)]

    def mean(values: list[float]) -> float:
        kept = [value for value in values if value == value]  # noqa: PLR0124 - NaN is not itself
        return round(float(np.mean(kept)), 4) if kept else 0.0

    return {"hit@1": mean([hit_at(scores[r], grades[r] >= good, 1) for r in rows]),
            "hit@3": mean([hit_at(scores[r], grades[r] >= good, 3) for r in rows]),
            "coverage@3": mean([coverage_at(scores[r], grades[r] >= good, 3) for r in rows])}
