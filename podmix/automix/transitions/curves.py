# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes of fades as curves over position.

Mids and highs of two tracks have little in common: their powers add up. With equal power the sum of a loud and a soft
track sinks by 3 dB in the middle of a fade, so both stand at -1.75 dB there instead: whatever their levels, the sum is
then within 1.75 dB of the louder one. Basses are handed over at equal amplitude: two waves of a bass may add up, and
their amplitudes then never exceed one track's own.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from podmix.automix.plan import Curves, Points

MIDDLE_DB = -1.75
_BEND = MIDDLE_DB / (20 * math.log10(math.sqrt(0.5)))
SWAP_BARS = 0.25
"""A bass changes over in one beat of four, ending on the line."""
SLOW_SHARE = 0.25
"""Of the length, over which lows pass in a plain blend."""


def rising(begin: float, middle: float, end: float, points: int = 32) -> Points:
    """From 0 at ``begin`` over ``MIDDLE_DB`` at ``middle`` to 1 at ``end``."""
    return _fade((begin, middle, end), points, math.sin)


def falling(begin: float, middle: float, end: float, points: int = 32) -> Points:
    """The mirror image of ``rising``."""
    return _fade((begin, middle, end), points, math.cos)


def _fade(places: tuple[float, float, float], points: int, shape: Callable[[float], float]) -> Points:
    shares = np.linspace(0.0, 1.0, points + 1)
    at = np.interp(shares, (0.0, 0.5, 1.0), places)
    return tuple((round(float(place), 6), round(max(0.0, shape(share * math.pi / 2)) ** _BEND, 6))
                 for place, share in zip(at, shares, strict=True))


def low_places(bars: float, line: float, *, slow: bool) -> tuple[float, float]:
    """Between which positions lows pass over: in a beat of four that ends on ``line``, or slowly round it."""
    half = SLOW_SHARE * bars / 2
    if slow:
        middle = min(max(line, half), bars - half)
        return middle - half, middle + half
    end = min(max(line, SWAP_BARS), bars)
    return end - SWAP_BARS, end


def bass_handed_over(begin: float, end: float) -> tuple[Points, Points]:
    """Low bands of the track that ends and of the other: amplitudes that add up to 1, straight from begin to end."""
    return ((begin, 1.0), (end, 0.0)), ((begin, 0.0), (end, 1.0))


def blended(length: float, middles: tuple[float, float], low_begin: float, low_end: float) -> tuple[Curves, Curves]:
    """A blend by bands: mids and highs faded round the middles of the two fades (of the track that ends, of the
    other), lows handed over between two positions."""
    out_low, in_low = bass_handed_over(low_begin, low_end)
    away, here = falling(0.0, middles[0], length), rising(0.0, middles[1], length)
    return Curves(low=out_low, mid=away, high=away), Curves(low=in_low, mid=here, high=here)
