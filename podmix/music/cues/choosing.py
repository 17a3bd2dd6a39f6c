# SPDX-License-Identifier: GPL-3.0-or-later
"""From scores of bar lines to cues: the best pair of entry and exit, and hot cues that lie apart."""

from __future__ import annotations

import numpy as np

from podmix.music.cues.lines import Doubles
from podmix.music.cues.rules import MOST_HOT

APART_BARS = 4
"""Hot cues are at least this far apart."""


def choose_ends(come_in: Doubles, go_out: Doubles) -> tuple[int, int]:
    """The entry and a later exit whose scores ``(bars,)`` are highest in sum; of a single bar both are line 0."""
    if len(come_in) < 2:
        return 0, 0
    best = np.maximum.accumulate(come_in[:-1])
    last = 1 + int((best + go_out[1:]).argmax())
    return int(come_in[:last].argmax()), last


def choose_hot(log_odds: Doubles, least: float) -> list[int]:
    """At most eight lines, rising: the best first, none beside another, none below ``least``."""
    chosen: list[int] = []
    for line in np.argsort(-log_odds, kind="stable"):
        if log_odds[line] < least or len(chosen) == MOST_HOT:
            break
        if all(abs(int(line) - other) >= APART_BARS for other in chosen):
            chosen.append(int(line))
    return sorted(chosen)


def chance_in_track(log_odds: Doubles, line: int, temperature: float) -> float:
    """How likely a line is the one, if one of the track's lines is."""
    scaled = log_odds / temperature
    weights = np.exp(scaled - scaled.max())
    return float(weights[line] / weights.sum())


def chance(log_odds: float, temperature: float) -> float:
    """How likely a line is one of several."""
    return float(1 / (1 + np.exp(-np.clip(log_odds / temperature, -30, 30))))
