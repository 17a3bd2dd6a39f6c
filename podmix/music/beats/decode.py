# SPDX-License-Identifier: GPL-3.0-or-later
"""From activations to beats by dynamic programming.

An activation is the probability of a beat at FRAME_RATE: ``(frames,)``. A path's score is the sum of log odds at its
beats, less what its changes of tempo cost: a semi-Markov form of the bar-pointer model (Krebs, Böck and Widmer, ISMIR
2015), in which only beats are states, so that a whole track costs a tenth of a second.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from podmix.music.beats.features import FRAME_RATE, Floats

Doubles: TypeAlias = NDArray[np.float64]

STEP_RATE = 2 * FRAME_RATE
"""Beats are placed on a raster of 10 ms and refined later."""
SHORTEST, LONGEST = 24, 130
"""Beat intervals in steps: 250 to 46 beats a minute."""
REACH = 6
"""An interval differs from the one before by at most so many steps."""
CHANGE_COST = 30.0
BIAS = 1.5
"""Added to log odds: within a pulse a weak beat is likelier than the network, which judges each alone, says."""


def log_odds(activation: Floats) -> Floats:
    """``log p / (1 - p)``, limited to what a 50 Hz network can mean."""
    held = np.clip(activation, 0.04, 0.98)
    return np.asarray(np.log(held / (1 - held)), np.float32)


def upsample(frames: Floats) -> Floats:
    """Twice the rate, straight lines between."""
    if not len(frames):
        return frames
    places = np.arange(2 * len(frames) - 1) / 2
    return np.interp(places, np.arange(len(frames)), frames).astype(np.float32)


def follow_beats(activation: Floats, preferred_s: float | None = None) -> Doubles:
    """The best sequence of beats, seconds; tempo may change slowly.

    ``preferred_s``: an interval near which (within a third) the path is to stay, seconds; None leaves it free.
    """
    odds = upsample(log_odds(activation)) + np.float32(BIAS)
    low, high = SHORTEST, LONGEST
    if preferred_s:
        low = max(low, round(preferred_s * STEP_RATE / 1.34))
        high = min(high, round(preferred_s * STEP_RATE * 1.34) + 1)
    if len(odds) < 2 * high or high <= low + 1:
        return np.zeros(0)
    score, came = _best_paths(odds, low, high)
    return _walk_back(score, came, low, len(odds)) / STEP_RATE


def _best_paths(odds: Floats, low: int, high: int) -> tuple[Floats, NDArray[np.int16]]:
    """``score[t, i]``: best path with a beat at ``t`` and the last interval ``low + i``; ``came`` the one before.

    Blocks of ``low`` steps depend only on finished ones, so each is one array operation.
    """
    intervals = np.arange(low, high)
    count, total = len(intervals), len(odds)
    offsets = np.arange(-REACH, REACH + 1)
    cost = CHANGE_COST * np.abs(offsets)[None] / intervals[:, None]
    cost = cost.astype(np.float32)
    score = np.empty((total, count), np.float32)
    # ready[t, i]: the best over the interval before, for going on with i.
    ready = np.full((total, count), -np.inf, np.float32)
    came = np.zeros((total, count), np.int16)
    padded = np.full((low, count + 2 * REACH), -np.inf, np.float32)
    columns = np.arange(count)
    for start in range(0, total, low):
        end = min(total, start + low)
        rows = np.arange(start, end)
        before = rows[:, None] - intervals
        reached = np.where(before >= 0, ready[np.maximum(before, 0), columns], -np.inf)
        fresh = np.float32(-0.5) * np.minimum(rows, 3 * high)[:, None] / high  # a path may begin anywhere, early best
        block = odds[start:end, None] + np.maximum(reached, fresh)
        score[start:end] = block
        padded[: end - start, REACH:-REACH] = block
        view = np.lib.stride_tricks.sliding_window_view(padded[: end - start], 2 * REACH + 1, axis=1)
        choices = view - cost
        best = choices.argmax(2)
        came[start:end] = np.clip(columns + best - REACH, 0, count - 1)
        ready[start:end] = np.take_along_axis(choices, best[..., None], 2)[..., 0]
    return score, came


def _walk_back(score: Floats, came: NDArray[np.int16], low: int, total: int) -> Doubles:
    longest = score.shape[1] + low
    tail = score[total - longest:]
    place, column = np.unravel_index(int(tail.argmax()), tail.shape)
    t, i = int(place) + total - longest, int(column)
    beats = []
    while t >= 0:
        beats.append(t)
        t -= low + i
        if t >= 0:
            i = int(came[t, i])
    return np.array(beats[::-1], np.float64)
