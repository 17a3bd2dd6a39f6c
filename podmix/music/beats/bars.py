# SPDX-License-Identifier: GPL-3.0-or-later
"""Which beats open bars: a network's opinion of every beat, and the votes of the places where the music changes.

What a network takes for the first beat of one bar it mostly takes for the first of all: its errors last a whole track,
and a hundred bars of evidence count no more than a few. The votes (``phrases``) err independently of one another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from podmix.music.beats.phrases import Doubles, Votes

METRES = (4, 3, 2, 5, 6, 7)
METRE_PRIOR = (0.0, -3.0, -12.0, -10.0, -10.0, -12.0)
"""Log prior for a piece; bars of two are almost never told from bars of four."""
WORTH_BARS = 8.0
"""A network's opinion of a track counts as much as so many independent bars."""
MOST_BARS = 64.0
"""Of longer recordings each stretch of so many bars does: there the music may have changed."""
SLIP_COST = 20.0
"""What a bar cut short or drawn out costs."""

Ballot: TypeAlias = Callable[[int], Votes]
"""Beats in a bar -> votes on the same beats."""


@dataclass(frozen=True, slots=True)
class Bars:
    """``position`` of each beat in its bar (0 is the downbeat), the piece's commonest ``metre``, and the log-likelihood
    by which it beats its best rival (another phase or metre), per bar."""

    position: NDArray[np.int64]
    metre: int
    score: float
    margin: float


@dataclass(frozen=True, slots=True)
class Choice:
    """Bars of ``metre`` beats from beat ``phase`` on, throughout: ``score`` with votes, ``plain`` by the network
    alone and in full (log likelihood)."""

    metre: int
    phase: int
    score: float
    plain: float


def trust(bars: float) -> float:
    """What share of a network's log likelihood over so many bars is believed."""
    return min(1.0, WORTH_BARS / max(1.0, min(bars, MOST_BARS)))


def list_choices(downbeat: Doubles, ballot: Ballot | None = None, metres: tuple[int, ...] = METRES) -> list[Choice]:
    """Every metre with its best phase, likeliest first; then every other phase of the likeliest.

    ``downbeat`` is the probability of a downbeat at each beat.
    """
    opening, other = bar_odds(downbeat)
    share = trust(len(downbeat) / 4)
    made: list[Choice] = []
    for metre, prior in zip(METRES, METRE_PRIOR, strict=True):
        if metre not in metres or not len(downbeat):
            continue
        plain = np.array(_phase_scores(opening, other, metre))
        score = share * plain + prior
        if ballot:
            votes = ballot(metre)
            score += votes.floor + np.array([votes.gain[phase::metre].sum() for phase in range(metre)])
        made += [Choice(metre, phase, float(score[phase]), float(plain[phase])) for phase in range(metre)]
    return sorted(made, key=lambda choice: -choice.score)


def count_bars(downbeat: Doubles, ballot: Ballot | None = None, metres: tuple[int, ...] = METRES) -> Bars:
    """Which beats open bars, for ``downbeat`` probabilities at the beats.

    The likeliest metre and its best rival are followed through the piece by Viterbi's algorithm, with a price for bars
    that are too long or too short.
    """
    count = len(downbeat)
    choices = list_choices(downbeat, ballot, metres)
    if not choices:
        return Bars(np.zeros(0, np.int64), 4, 0.0, 0.0)
    opening, other = bar_odds(downbeat)
    share = trust(count / 4)
    found = []
    for metre in dict.fromkeys(choice.metre for choice in choices):
        votes = ballot(metre) if ballot else Votes(np.zeros(count), 0.0)
        position, score = _follow_metre(share * opening + votes.gain, share * other, metre)
        found.append((score + votes.floor + METRE_PRIOR[METRES.index(metre)], metre, position))
        if len(found) == 2:
            break
    score, metre, position = max(found, key=lambda entry: entry[0])
    rivals = [choice.score for choice in choices if choice.metre == metre]
    margin = (rivals[0] - rivals[1]) / max(1.0, share * count / metre)
    return Bars(position, metre, float(score), float(margin))


def bar_odds(downbeat: Doubles) -> tuple[Doubles, Doubles]:
    """Log probabilities of opening a bar and of not."""
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
