# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the fades of an overlap lie, so that it is as loud throughout as the louder of its tracks alone.

One fade's middle for each way: the track that ends may stay up until the other has become loud (a soft intro under a
loud part), and leave early where it has become soft itself. Lows change over on a line of their own. All places are
shares of the overlap, 0..1; powers are mean squares of tracks that were brought to one loudness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from podmix.automix.facts import TrackFacts
from podmix.automix.transitions.curves import falling, low_places, rising

Doubles = NDArray[np.float64]

WINDOW_S = 3.0
"""How long the ear takes to tell a loudness: the short-term window of EBU R128."""
STEPS_A_BAR = 4
WORTH_DB = 0.3
"""Fades stay in the middle unless others are better by this."""
SWAPS, SWAPS_OF_LONG = (0.5, 1.0, 0.0), (0.5, 0.75, 0.25, 1.0, 0.0)
"""Where lows may pass over: on a phrase line, or with the whole track at either end."""
LONG_BARS = 16
"""From here on there are phrase lines beside the middle one."""
HOLLOW, HOLLOW_ROOM_DB = 0.5, 1.0
"""A decibel of bass that goes missing over the whole overlap counts as so much of a decibel of loudness, from here."""
TOO_LOUD = 2.0
"""A decibel too much counts as much as so many too little: it meets the limiter."""


@dataclass(frozen=True, slots=True)
class Balance:
    """Middles of the fades of the track that ends (``away``) and of the other (``here``), and where lows pass over.

    ``off_db`` is how far the loudness strays from the louder track's, whichever way, where it does so most; bass that
    goes missing adds to it.
    """

    away: float = 0.5
    here: float = 0.5
    low: float = 0.5
    off_db: float = 0.0


EVEN = Balance()
SHARP_BARS = 0.5
"""Of a fade at the very end (of the track that ends) or the very beginning (of the other): its middle is so far away
from there, so it takes a bar. Loud up to the line, then gone, as with a hand on the fader."""
AWAY, HERE = (0.5, 0.6, 0.7, 0.8, 0.9, 0.4, 0.3), (0.5, 0.6, 0.7, 0.4, 0.3, 0.2, 0.1)
FEW_WAYS = ((0.5, 0.5), (0.7, 0.7), (0.3, 0.3), (0.7, 0.3), (0.9, 0.5), (0.9, 0.2), (0.5, 0.1))


def balance(before: TrackFacts, after: TrackFacts, out_lines: Doubles, in_lines: Doubles, bars: int, *,
            slow_lows: bool = False, early_lows: bool = False) -> Balance:
    """The fades for an overlap of these bar lines (equally many steps of both; seconds), ``bars`` long.

    ``slow_lows``: lows pass over slowly, not within a beat. ``early_lows``: in the middle at the latest.
    """
    count = STEPS_A_BAR * bars
    old, new = (_powers(facts, lines, count) for facts, lines in ((before, out_lines), (after, in_lines)))
    window = max(1, min(count // 2, round(WINDOW_S / max(float(out_lines[-1] - out_lines[0]), 1e-3) * count)))
    ways = ways_of(bars)
    found = {}
    for line in SWAPS_OF_LONG if bars >= LONG_BARS else SWAPS:
        if early_lows and line > EVEN.low:
            continue
        low = _low_gains(bars, line, slow_lows)
        missing = HOLLOW * max(0.0, hollow(old[1], new[1], low) - HOLLOW_ROOM_DB)
        for way, off in zip(ways, off_balance(old, new, ways, low, window), strict=True):
            found[(*way, line)] = float(off) + missing
    even, best = (EVEN.away, EVEN.here, EVEN.low), min(found, key=lambda one: found[one])
    chosen = best if found[best] < found[even] - WORTH_DB else even
    return Balance(*chosen, off_db=found[chosen])


@lru_cache(maxsize=64)
def ways_of(bars: int) -> tuple[tuple[float, float], ...]:
    """Middles of both fades that are tried for an overlap of so many bars, the plainest first."""
    sharp = SHARP_BARS / bars
    return tuple((away, here) for away in (*AWAY, 1 - sharp) for here in (*HERE, sharp) if away >= here - 0.05)


def off_balance(old: tuple[Doubles, Doubles], new: tuple[Doubles, Doubles], ways: Sequence[tuple[float, float]],
                low: Doubles, window: int) -> Doubles:
    """``(ways,)``: how far, in dB, the loudness of the overlap strays from the louder track's in any window.

    ``old`` and ``new`` are powers without lows, and of lows, step by step; ``low`` ``(2, steps)`` gains in power
    of those.
    """
    count = len(old[0])
    away, here = _all_fades(count, tuple(ways))
    mix = away * old[0] + here * new[0] + (low[0] * old[1] + low[1] * new[1])
    louder = np.maximum(_smooth(old[0] + old[1], window), _smooth(new[0] + new[1], window))
    off = 10 * np.log10(np.maximum(_smooth(mix, window), 1e-9) / np.maximum(louder, 1e-9))
    return np.asarray(np.maximum(np.maximum(-off.min(1), TOO_LOUD * off.max(1)), 0.0))


def hollow(old_low: Doubles, new_low: Doubles, low: Doubles) -> float:
    """How many dB of the lows of whichever track has more go missing over the whole overlap."""
    return float(10 * np.log10(max(np.maximum(old_low, new_low).sum(), 1e-6)
                               / max((low[0] * old_low + low[1] * new_low).sum(), 1e-6)))


@lru_cache(maxsize=64)
def _low_gains(bars: int, line_share: float, slow: bool) -> Doubles:
    """``(2, steps)``: gains in power of lows of the track that ends and of the other, in the middles of steps."""
    begin, end = low_places(bars, line_share * bars, slow=slow)
    count = STEPS_A_BAR * bars
    over = np.clip(((np.arange(count) + 0.5) / STEPS_A_BAR - begin) / (end - begin), 0.0, 1.0)
    return np.stack([(1 - over) ** 2, over**2])


@lru_cache(maxsize=32)
def _all_fades(count: int, ways: tuple[tuple[float, float], ...]) -> tuple[Doubles, Doubles]:
    """Gains in power ``(ways, count)`` of all fades that are tried."""
    made = [fades(count, *way) for way in ways]
    return np.stack([away for away, _ in made]), np.stack([here for _, here in made])


@lru_cache(maxsize=256)
def fades(count: int, away: float, here: float) -> tuple[Doubles, Doubles]:
    """Gains in power ``(count,)`` of both fades in the middles of equal steps."""
    middles = (np.arange(count) + 0.5) / count
    made = tuple(np.interp(middles, *np.array(shape(0.0, place, 1.0)).T) ** 2
                 for shape, place in ((falling, away), (rising, here)))
    return made[0], made[1]


def sinks(old: Doubles, new: Doubles, room_db: float, ways: Sequence[tuple[float, float]] = FEW_WAYS) -> Doubles:
    """``(n, m)``: decibels beyond ``room_db`` by which the best fade sinks below the louder track where it sinks
    deepest, for all pairs of ``(n, steps)`` and ``(m, steps)`` powers.

    A fade that would be louder than the louder track by as much is no way out.
    """
    louder = np.maximum(np.maximum(old[:, None, :], new[None, :, :]), 1e-9)
    old_share, new_share = old[:, None, :] / louder, new[None, :, :] / louder
    least = np.full(louder.shape[:2], 1e-3)
    for way in ways:
        away, here = fades(louder.shape[2], *way)
        share = away * old_share + here * new_share
        least = np.maximum(least, np.minimum(share.min(2), 1.0 / np.maximum(share.max(2), 1.0) ** TOO_LOUD))
    return np.asarray(np.maximum(0.0, -10 * np.log10(np.minimum(least, 1.0)) - room_db))


def _powers(facts: TrackFacts, lines: Doubles, count: int) -> tuple[Doubles, Doubles]:
    """Powers without lows and of lows, ``(count,)`` each, as shares of the whole track's."""
    edges = np.interp(np.linspace(0.0, 1.0, count + 1), np.linspace(0.0, 1.0, len(lines)), lines)
    whole = 10 ** (facts.lufs / 10)
    power, low = facts.levels.mean(edges) / whole, facts.levels.mean(edges, low=True) / whole
    return np.maximum(power - low, 0.0), low


def _smooth(powers: Doubles, window: int) -> Doubles:
    """Means of all windows along the last axis."""
    sums = np.cumsum(np.concatenate([np.zeros((*powers.shape[:-1], 1)), powers], axis=-1), axis=-1)
    return np.asarray((sums[..., window:] - sums[..., :-window]) / window)
