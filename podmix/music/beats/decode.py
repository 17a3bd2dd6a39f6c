# SPDX-License-Identifier: GPL-3.0-or-later
"""From activations to beats and bars by dynamic programming.

Activations are probabilities at FRAME_RATE: ``(frames,)`` of a beat, ``(frames,)`` of a downbeat. A path's score is
the sum of log odds at its beats, less what its changes of tempo cost: a semi-Markov form of the bar-pointer model
(Krebs, Böck and Widmer, ISMIR 2015), in which only beats are states, so that a whole track costs a tenth of a second.
"""

from __future__ import annotations

from dataclasses import dataclass
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
METRES = (4, 3, 2, 5, 6, 7)
METRE_PRIOR = (0.0, -4.0, -20.0, -25.0, -25.0, -30.0)
"""Log prior for a piece; bars of two are almost never told from bars of four."""
SLIP_COST = 100.0
"""What a bar cut short or drawn out costs."""


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


@dataclass(frozen=True, slots=True)
class Bars:
    """``position`` of each beat in its bar (0 is the downbeat), the piece's commonest ``metre``, and the log-likelihood
    by which it beats its best rival (another phase or metre), per bar."""

    position: NDArray[np.int64]
    metre: int
    score: float
    margin: float


def count_bars(downbeat: Doubles, metres: tuple[int, ...] = METRES) -> Bars:
    """Which beats open bars.

    ``downbeat`` is the probability of a downbeat at each beat. The two metres that fit best with one phase throughout
    are followed through the piece by Viterbi's algorithm, with a price for bars that are too long or too short.
    """
    count = len(downbeat)
    if count == 0:
        return Bars(np.zeros(0, np.int64), 4, 0.0, 0.0)
    opening, other = _bar_odds(downbeat)
    even = sorted(((max(_phase_scores(opening, other, metre)) + prior, metre)
                   for metre, prior in zip(METRES, METRE_PRIOR, strict=True) if metre in metres), reverse=True)
    found = []
    for _, metre in even[:2]:
        position, score = _follow_metre(opening, other, metre)
        found.append((score + METRE_PRIOR[METRES.index(metre)], metre, position))
    score, metre, position = max(found, key=lambda entry: entry[0])
    phases = sorted(_phase_scores(opening, other, metre), reverse=True)
    margin = (phases[0] - phases[1]) / max(1, count // metre)
    return Bars(position, metre, float(score), float(margin))


def bars_score(downbeat: Doubles) -> float:
    """The log likelihood of the best metre with one phase throughout: what ``count_bars`` can reach, at no cost."""
    opening, other = _bar_odds(downbeat)
    return max(max(_phase_scores(opening, other, metre)) + prior
               for metre, prior in zip(METRES, METRE_PRIOR, strict=True))


def _bar_odds(downbeat: Doubles) -> tuple[Doubles, Doubles]:
    held = np.clip(downbeat, 0.01, 0.97)
    return np.log(held), np.log(1 - held)


def _phase_scores(opening: Doubles, other: Doubles, metre: int) -> list[float]:
    """For each phase."""
    gain = opening - other
    return [float(other.sum() + gain[phase::metre].sum()) for phase in range(metre)]


def _follow_metre(opening: Doubles, other: Doubles, metre: int) -> tuple[NDArray[np.int64], float]:
    count = len(opening)
    score = np.where(np.arange(metre) == 0, opening[0], other[0])
    came = np.zeros((count, metre), np.int64)
    for beat in range(1, count):
        ahead = np.roll(score, 1)  # position p comes from p - 1
        origin = np.roll(np.arange(metre), 1)
        best = int(score.argmax())
        slipped = score[best] - SLIP_COST
        slips = slipped > ahead
        ahead = np.where(slips, slipped, ahead)
        came[beat] = np.where(slips, best, origin)
        score = ahead + other[beat]
        score[0] += opening[beat] - other[beat]
    position = np.empty(count, np.int64)
    position[-1] = int(score.argmax())
    for beat in range(count - 1, 0, -1):
        position[beat - 1] = came[beat, position[beat]]
    return position, float(score.max())
