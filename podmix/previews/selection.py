# SPDX-License-Identifier: GPL-3.0-or-later
"""From scores to a few spans: good regions rather than lucky windows, and hardly any overlap."""

from __future__ import annotations

import numpy as np

from podmix.previews.types import Candidates, Doubles

BIN_S = 5.0
SPREAD_S = 20.0
REGION_SHARE = 0.35
"""How much the surroundings of a span count beside its own score."""
OVERLAP_SHARE = 0.1


def smooth_over_time(scores: Doubles, spans: Candidates) -> Doubles:
    """Each score mixed with that of its region: ``(spans,)`` -> ``(spans,)``.

    A region's score is the best score in each five seconds, averaged with a bell of 20 s. One window among many
    that overlap is often lucky with its edges; a region in which all windows do well is not.
    """
    if len(spans) < 2:
        return scores
    bins = np.floor((spans.start + spans.end) / 2 / BIN_S).astype(np.int64)
    bins -= bins.min()
    best = np.full(int(bins.max()) + 1, -np.inf)
    np.maximum.at(best, bins, scores)
    known = np.isfinite(best)
    reach = int(3 * SPREAD_S / BIN_S)
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) * BIN_S / SPREAD_S) ** 2)
    total = np.convolve(np.where(known, best, 0.0), bell, mode="full")[reach:-reach]
    weight = np.convolve(known.astype(np.float64), bell, mode="full")[reach:-reach]
    region = total / np.maximum(1e-9, weight)
    return np.asarray((1 - REGION_SHARE) * scores + REGION_SHARE * region[bins])


def pick_apart(
    scores: Doubles, spans: Candidates, top: int, taken: list[tuple[float, float]], room: float
) -> list[int]:
    """Rows of at most ``top`` spans, best first, that hardly overlap each other or what is ``taken``.

    Picks first keep ``room`` seconds between their middles, so that they tell of different parts of the episode;
    when no such span is left, half of that, then none.
    """
    order = np.argsort(-scores, kind="stable")
    chosen: list[int] = []
    for distance in (room, room / 2, 0.0):
        free = np.ones(len(order), dtype=np.bool_)
        for low, high in [*taken, *((float(spans.start[r]), float(spans.end[r])) for r in chosen)]:
            free &= apart(spans, low, high, distance)
        while len(chosen) < top and (rows := order[free[order]]).size:
            row = int(rows[0])
            chosen.append(row)
            free &= apart(spans, float(spans.start[row]), float(spans.end[row]), distance)
    return sorted(chosen, key=lambda row: -scores[row])  # a later round may find a better one than the last of before


def apart(spans: Candidates, low: float, high: float, distance: float) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which spans share at most a tenth of the shorter with ``low..high`` and keep the distance: ``(spans,)``."""
    shared = np.minimum(spans.end, high) - np.maximum(spans.start, low)
    shorter = np.maximum(1.0, np.minimum(spans.end - spans.start, high - low))
    middles = np.abs((spans.start + spans.end) / 2 - (low + high) / 2)
    return np.asarray((shared <= OVERLAP_SHARE * shorter) & (middles >= distance))
