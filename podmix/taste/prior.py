# SPDX-License-Identifier: GPL-3.0-or-later
"""What is believed of a listener before anything was heard: where ``preference.fit`` begins, and how fast it learns.

The shipped prior was set by hand (``feed.START``, ``feed.SLOPES``, ``preference.SCALES``); the lab learns others from
logs of reactions. A prior is a small JSON file of numbers, so that putting one in use runs nothing of it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from podmix.errors import ModelError
from podmix.taste.feed import SLOPES, START
from podmix.taste.interests import Doubles
from podmix.taste.preference import (
    FORGET_HALF_LIFE_DAYS,
    NOISE,
    SCALES,
    SLOPE_VARIANCE,
    Preference,
    Scales,
    Things,
    fit,
)

FORMAT = 1
NUMBERS = 3
"""How many numbers describe a thing (``feed.numbers_of``)."""
_MOST_SCALES = 32


@dataclass(frozen=True, slots=True)
class Prior:
    """``start`` and ``slopes`` are prior means in units of outcomes; ``noise`` is the variance of one reaction;
    ``half_life_days`` is how long a reaction says half as much; ``grid`` holds the prior variances among which each
    listener's own are chosen. ``about`` says where it comes from."""

    start: float = START
    slopes: tuple[float, ...] = tuple(SLOPES.tolist())
    slope_variance: float = SLOPE_VARIANCE
    noise: float = NOISE
    half_life_days: float = FORGET_HALF_LIFE_DAYS
    grid: tuple[Scales, ...] = SCALES
    about: Mapping[str, str] = field(default_factory=dict)

    def learn(self, things: Things, values: Doubles, weights: Doubles, ages_s: Doubles) -> Preference:
        """A listener's preference; see ``preference.fit``."""
        return fit(things, values, weights, ages_s, start=self.start, slopes=np.array(self.slopes),
                   slope_variance=self.slope_variance, noise=self.noise, half_life_days=self.half_life_days,
                   grid=self.grid)


SHIPPED = Prior()


def save_prior(prior: Prior, path: Path) -> None:
    """One JSON object; the same prior gives the same bytes."""
    path.write_text(json.dumps({"format": FORMAT, **asdict(prior)}, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read_prior(path: Path) -> Prior:
    """Raises ModelError for a file that is not a prior, or whose numbers cannot be meant."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told.get("format") != FORMAT:
            raise ValueError(f"its format is {told.get('format')}, not {FORMAT}")
        return _checked(told)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as problem:
        raise ModelError("The prior of the taste cannot be read.", remedy="Train it again.",
                         detail=f"{path.name}: {problem}") from problem


def _checked(told: Mapping[str, Any]) -> Prior:
    grid = tuple(Scales(*(_number(row[name], 0.0, 100.0) for name in ("meaning", "near", "names")))
                 for row in told["grid"])
    slopes = tuple(_number(one, -10.0, 10.0) for one in told["slopes"])
    if not 1 <= len(grid) <= _MOST_SCALES or len(slopes) != NUMBERS:
        raise ValueError("it has not the numbers that a prior has")
    return Prior(_number(told["start"], -2.0, 2.0), slopes, _number(told["slope_variance"], 0.0, 100.0),
                 _number(told["noise"], 1e-4, 100.0), _number(told["half_life_days"], 0.5, 10_000.0), grid,
                 {str(name): str(value) for name, value in dict(told["about"]).items()})


def _number(value: object, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no number")
    if not low <= value <= high:
        raise ValueError(f"{value} is not within {low:g} and {high:g}")
    return float(value)
