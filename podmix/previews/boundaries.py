# SPDX-License-Identifier: GPL-3.0-or-later
"""Edges that a stranger understands: an opener that leans on what came before moves the start back.

The end is never pulled in for it, so that the payoff stays; the length stays within the limits.
"""

from __future__ import annotations

import numpy as np

from podmix.previews.candidates import clean_starts
from podmix.previews.features_text import unit_edges
from podmix.previews.timeline import Timeline
from podmix.previews.types import Bools, Candidates, Lengths

MOST_UNITS_BACK = 4
MOST_PAUSE_S = 4.0


def good_openers(timeline: Timeline) -> Bools:
    """Whether each unit can open a span: begins a sentence, leans on nothing, points at nothing: ``(units,)``."""
    edges = unit_edges(timeline)
    leans, points, lower, short = edges[:, 0] > 0, edges[:, 1] > 0, edges[:, 4] > 0, edges[:, 9] > 0
    if len(timeline) and edges[:, 4].mean() > 0.5:  # a transcript without capitals says nothing by lower case
        lower = np.zeros(len(timeline), dtype=np.bool_)
    return np.asarray(timeline.opens & ~leans & ~points & ~lower & ~short & clean_starts(timeline))


def move_start_back(timeline: Timeline, spans: Candidates, lengths: Lengths) -> Candidates:
    """Moves each start that cannot open to the nearest earlier unit that can, where the length allows it."""
    good = good_openers(timeline)
    previous = np.maximum.accumulate(np.where(good, np.arange(len(timeline)), -1))
    target = previous[spans.first]
    moved = ~good[spans.first] & (target >= 0) & (spans.first - target <= MOST_UNITS_BACK)
    safe = np.maximum(target, 0)
    moved &= spans.end - timeline.start[safe] <= lengths.longest
    moved &= ~_pause_between(timeline, safe, spans.first)
    first = np.where(moved, safe, spans.first)
    start = np.where(moved, timeline.start[safe], spans.start)
    return Candidates(first, spans.last, start, spans.end)


def _pause_between(timeline: Timeline, low: np.ndarray, high: np.ndarray) -> Bools:
    """Whether a long pause lies between units, a pair each: a new start must not reach over music."""
    long_pauses = np.concatenate([[0], np.cumsum(timeline.pause[: len(timeline)] > MOST_PAUSE_S)])
    return np.asarray(long_pauses[high + 1] - long_pauses[low + 1] > 0)
