# SPDX-License-Identifier: GPL-3.0-or-later
"""Where sections meet: how much changes at each bar line, weighed against the lengths that sections like to have.

A line's description compares the bars before it with the bars after it at four scales (a checkerboard kernel on the
self-similarity of each feature, Foote 2000, written as differences of means). A logistic model trained on composed
songs turns it into odds; dynamic programming then finds the set of lines whose odds and lengths together are best.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from podmix.music.structure.bars import BarFeatures

Doubles = NDArray[np.float64]

SCALES = (1, 2, 4, 8)
KINDS = ("timbre", "level", "chroma", "motion", "low attacks", "low level", "high level")
LINE_FEATURES = tuple(f"{kind} {scale}{view}" for view in ("", " here") for kind in KINDS for scale in SCALES)
LONGEST = 64
"""Bars (or seconds-rasters) in a section at most."""


def describe_lines(bars: BarFeatures) -> Doubles:
    """``(len(bars) - 1, features)`` of every line between two bars: changes, and the same against the track's own."""
    count = len(bars)
    if count < 2:
        return np.zeros((0, len(LINE_FEATURES)))
    spread = bars.levels.std(axis=0).mean() + 3.0
    groups = (
        bars.levels / spread,
        bars.levels.mean(1, keepdims=True) / spread,
        bars.chroma,
        bars.motion / (bars.motion.std(axis=0).mean() + 0.2),
        bars.drive[:, :2] / (bars.drive[:, :2].std(axis=0).mean() + 0.5),
        bars.drive[:, 2:3] / 10.0,
        bars.drive[:, 3:4] / 10.0,
    )
    changes = np.concatenate([_changes(np.asarray(group)) for group in groups], axis=1)
    typical = np.sqrt((changes**2).mean(axis=0, keepdims=True)) + 0.05
    return np.concatenate([np.log1p(changes), np.minimum(changes / typical, 5.0)], axis=1)


def _changes(values: Doubles) -> Doubles:
    """``(lines, scales)``: root mean square difference of the means of the bars before and after."""
    count = len(values)
    total = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    line = np.arange(1, count)
    columns = []
    for scale in SCALES:
        low, high = np.maximum(line - scale, 0), np.minimum(line + scale, count)
        before = (total[line] - total[low]) / (line - low)[:, None]
        after = (total[high] - total[line]) / (high - line)[:, None]
        columns.append(np.sqrt(((after - before) ** 2).mean(1)))
    return np.stack(columns, axis=1)


def length_bonus(length: int, *, on_bars: bool) -> float:
    """Nepers for a section of so many bars: phrases of 8 and 16 are common, odd lengths rare."""
    if not on_bars:
        return -2.0 if length < 4 else 0.0
    if length % 8 == 0:
        return 1.0 if length <= 32 else 0.3
    if length % 4 == 0:
        return 0.4
    return -1.2 if length % 2 == 0 else -2.2 if length > 2 else -3.5


def choose_lines(log_odds: Doubles, *, on_bars: bool, cost: float = 0.0) -> list[int]:
    """Indices of bars that open a section (the first, 0, not among them), best in sum.

    Args:
        log_odds: of every line between two bars.
        on_bars: whether lengths in bars mean anything.
        cost: nepers that every section must bring; more gives fewer sections.
    """
    count = len(log_odds) + 1
    gain = np.concatenate([[0.0], np.clip(log_odds, -8, 8), [0.0]])
    best = np.full(count + 1, -np.inf)
    best[0], back = 0.0, np.zeros(count + 1, np.intp)
    bonus = np.array([0.0] + [length_bonus(length, on_bars=on_bars) for length in range(1, LONGEST + 1)])
    for end in range(1, count + 1):
        first = max(0, end - LONGEST)
        lengths = end - np.arange(first, end)
        here = bonus[lengths].copy()
        if end == count or first == 0:  # a track may begin and end anywhere in a phrase
            free = np.ones(len(here), bool) if end == count else np.arange(first, end) == 0
            here[free] = np.maximum(here[free], -1.0)
        total = best[first:end] + here + gain[end] - cost
        back[end] = first + int(total.argmax())
        best[end] = total.max()
    lines, place = [], count
    while back[place] > 0:
        place = int(back[place])
        lines.append(place)
    return lines[::-1]
