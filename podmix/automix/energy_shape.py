# SPDX-License-Identifier: GPL-3.0-or-later
"""The energy that a person wants over a mix, and how well tracks fill it.

Conventions: places and targets are 0..1 (beginning to end, lowest to highest). Tracks' energies are taken by rank, so
that a curve is followed with the tracks there are, however calm or wild all of them may be.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from podmix.automix.options import SHAPES

Doubles = NDArray[np.float64]
Shape = str | Sequence[tuple[float, float]]

_POINTS: dict[str, tuple[tuple[float, float], ...]] = {
    "warm-up": ((0.0, 0.0), (1.0, 1.0)),
    "cool-down": ((0.0, 1.0), (1.0, 0.0)),
    "peak": ((0.0, 0.1), (0.65, 1.0), (1.0, 0.25)),
    "flat": ((0.0, 0.5), (1.0, 0.5)),
}
_WAVES, _WAVE_RISE = 3, 0.25
assert set(_POINTS) | {"wave"} == set(SHAPES)


def target(shape: Shape, count: int) -> Doubles:
    """The wanted energy ``(count,)`` at the places of a mix. Drawn points are (place 0..1, energy 1..10)."""
    places = np.linspace(0.0, 1.0, count) if count > 1 else np.zeros(count)
    if isinstance(shape, str):
        if shape == "wave":
            swing = 0.5 - 0.5 * np.cos(2 * math.pi * _WAVES * places)
            return np.asarray(_WAVE_RISE * places + (1 - _WAVE_RISE) * swing)
        points = _POINTS[shape]
        return np.asarray(np.interp(places, [x for x, _ in points], [y for _, y in points]))
    drawn = sorted((float(x), float(y)) for x, y in shape)
    return np.clip((np.interp(places, [x for x, _ in drawn], [y for _, y in drawn]) - 1) / 9, 0.0, 1.0)


def place_costs(levels: Sequence[float], shape: Shape, weight: float) -> Doubles:
    """``(tracks, places)``: what it costs to play a track at a place. Zeros without a shape.

    Named shapes are about more and less, so ranks count; drawn points mean energies 1..10 as they are. For "flat" what
    counts is to be near the middle of all.
    """
    count = len(levels)
    if not shape:
        return np.zeros((count, count))
    energies = np.asarray(levels, np.float64)
    if isinstance(shape, str) and shape != "flat":
        have = _ranks(energies)
    elif isinstance(shape, str):
        have = np.clip(0.5 + (energies - np.median(energies)) / 9, 0.0, 1.0)
    else:
        have = (energies - 1) / 9
    return np.asarray(weight * (have[:, None] - target(shape, count)[None, :]) ** 2)


def _ranks(values: Doubles) -> Doubles:
    """0..1 by order; equal values share the mean of their ranks."""
    if len(values) < 2:
        return np.full(len(values), 0.5)
    order = np.sort(values)
    low, high = np.searchsorted(order, values, "left"), np.searchsorted(order, values, "right") - 1
    return np.asarray((low + high) / 2 / (len(values) - 1))
