# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes of fades as curves over position.

Equal power for sounds that have nothing in common (mids and highs of two tracks), equal amplitude for basses: two
waves of a bass may add up, and their amplitudes then never exceed one track's own.
"""

from __future__ import annotations

import math

import numpy as np

from podmix.automix.plan import Curves, Points

SWAP_BARS = 0.25
"""A bass changes over in one beat of four, ending on the line."""


def rising(begin: float, middle: float, end: float, points: int = 24) -> Points:
    """Equal power from 0 at ``begin`` over -3 dB at ``middle`` to 1 at ``end``."""
    return _fade(begin, middle, end, points, math.sin)


def falling(begin: float, middle: float, end: float, points: int = 24) -> Points:
    """What ``rising`` leaves free: their squares add up to 1."""
    return _fade(begin, middle, end, points, math.cos)


def _fade(begin: float, middle: float, end: float, points: int, shape: object) -> Points:
    assert callable(shape)
    half = max(2, points // 2)
    places = np.concatenate([np.linspace(begin, middle, half, endpoint=False), np.linspace(middle, end, half + 1)])
    angles = np.concatenate([np.linspace(0, math.pi / 4, half, endpoint=False),
                             np.linspace(math.pi / 4, math.pi / 2, half + 1)])
    return tuple((float(place), max(0.0, round(float(shape(angle)), 6)))
                 for place, angle in zip(places, angles, strict=True))


def bass_handed_over(begin: float, end: float) -> tuple[Points, Points]:
    """Low bands of the track that ends and of the other: amplitudes that add up to 1, straight from begin to end."""
    return ((begin, 1.0), (end, 0.0)), ((begin, 0.0), (end, 1.0))


def blended(length: float, middle: float, low_begin: float, low_end: float) -> tuple[Curves, Curves]:
    """A blend by bands: mids and highs at equal power round ``middle``, lows handed over between two positions."""
    out_low, in_low = bass_handed_over(low_begin, low_end)
    away, here = falling(0.0, middle, length), rising(0.0, middle, length)
    return Curves(low=out_low, mid=away, high=away), Curves(low=in_low, mid=here, high=here)
