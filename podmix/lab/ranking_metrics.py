# SPDX-License-Identifier: GPL-3.0-or-later
"""How well scores order graded items, over all items and within each group."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from podmix.previews.types import Doubles, Ints


def spearman(a: Doubles, b: Doubles) -> float:
    """Rank correlation with ties shared; NaN where one side is constant."""
    x, y = rankdata(a), rankdata(b)
    if x.std() == 0 or y.std() == 0:
        return float("nan")
    return float(np.corrcoef(x, y)[0, 1])


def ndcg(scores: Doubles, grades: Doubles, depth: int = 3) -> float:
    """Discounted gain (2^grade - 1) of the best ``depth`` against the ideal order; NaN where no item has any."""
    discount = 1 / np.log2(np.arange(2, 2 + min(depth, len(grades))))
    gains = 2.0**grades - 1
    order = np.argsort(-scores, kind="stable")[:depth]
    ideal = float((np.sort(gains)[::-1][:depth] * discount).sum())
    return float((gains[order] * discount).sum() / ideal) if ideal > 0 else float("nan")


def measure_ranking(scores: Doubles, grades: Doubles, groups: Ints) -> dict[str, float]:
    """Spearman over all, its mean within groups, nDCG@3 and the mean grade of each group's first pick."""
    rows = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    within = [spearman(scores[r], grades[r]) for r in rows]
    return {
        "spearman": round(spearman(scores, grades), 4),
        "spearman_within": round(float(np.nanmean(within)), 4) if np.isfinite(within).any() else 0.0,
        "ndcg3": round(float(np.nanmean([ndcg(scores[r], grades[r]) for r in rows])), 4),
        "top_grade": round(float(np.mean([grades[r][np.argmax(scores[r])] for r in rows])), 4),
    }
