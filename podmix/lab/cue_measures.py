# SPDX-License-Identifier: GPL-3.0-or-later
"""How well cues are found: hits within one beat and one bar, precision of the first k, F, errors in beats.

All beats and bars are the true ones. A track's own figures are averaged over tracks; confidence intervals are by
bootstrap over tracks (Efron 1979, percentiles), paired where two systems are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from podmix.lab.cue_data import CueExample

Doubles = NDArray[np.float64]

FIRST_K = 3
DRAWS = 1000
FIELDS = ("in beat", "in bar", "in error", "out beat", "out bar", "out error", "hot F beat", "hot F bar",
          "hot precision bar", "hot recall bar", "hot precision@3 bar")


@dataclass(frozen=True, slots=True)
class Found:
    """A system's answer in seconds; ``hot`` best first."""

    come_in: float
    go_out: float
    hot: tuple[float, ...]


def measure_track(example: CueExample, found: Found) -> Doubles:
    """``(len(FIELDS),)``; NaN where the truth says nothing. Hits and shares 0..1, errors in beats."""
    beat, bar, truth = example.beat, example.bar, example.truth
    row: list[float] = []
    for told, answer in ((truth.come_in, found.come_in), (truth.go_out, found.go_out)):
        apart = abs(answer - told) if told is not None else float("nan")
        row += [_hit(apart, beat), _hit(apart, bar), apart / beat]
    if not truth.hot:
        return np.array([*row, *[float("nan")] * (len(FIELDS) - len(row))])
    near_beat, near_bar = (matched(truth.hot, found.hot, reach) for reach in (beat, bar))
    first = matched(truth.hot, found.hot[:FIRST_K], bar)
    given = len(found.hot)
    row += [_f(near_beat, given, len(truth.hot)), _f(near_bar, given, len(truth.hot)),
            near_bar / given if given else float("nan"), near_bar / len(truth.hot),
            first / min(FIRST_K, given) if given else float("nan")]
    return np.array(row)


def _hit(apart: float, reach: float) -> float:
    """A hit lies within the reach; a hundredth of it is left for rounding."""
    return float("nan") if np.isnan(apart) else float(apart <= 1.01 * reach)


def _f(hits: int, given: int, told: int) -> float:
    return 2 * hits / (given + told)


def matched(truth: Sequence[float], found: Sequence[float], reach: float) -> int:
    """How many pairs lie within ``reach``, each place used once: in rising order the first free one is best."""
    wanted, count = sorted(truth), 0
    at = 0
    for time in sorted(found):
        while at < len(wanted) and wanted[at] < time - 1.01 * reach:
            at += 1
        if at < len(wanted) and wanted[at] <= time + 1.01 * reach:
            count, at = count + 1, at + 1
    return count


def summarise(rows: Doubles) -> dict[str, float]:
    """Means over tracks, medians of the errors. ``rows`` ``(tracks, len(FIELDS))``."""
    return {name: _typical(name)(rows[:, column]) for column, name in enumerate(FIELDS)}


def _typical(name: str) -> Callable[[Doubles], float]:
    def middle(values: Doubles) -> float:
        kept = values[~np.isnan(values)]
        if not len(kept):
            return float("nan")
        return float(np.median(kept) if "error" in name else kept.mean())

    return middle


def interval(rows: Doubles, name: str, *, against: Doubles | None = None, seed: int = 1) -> tuple[float, float]:
    """The middle 95 % of a figure over resampled tracks, or of its difference from another system's."""
    column = FIELDS.index(name)
    kept = rows[:, column] if against is None else rows[:, column] - against[:, column]
    kept = kept[~np.isnan(kept)]
    if not len(kept):
        return float("nan"), float("nan")
    dice = np.random.default_rng(seed)
    means = kept[dice.integers(len(kept), size=(DRAWS, len(kept)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def overall(summary: dict[str, float]) -> float:
    """What a sweep maximises: the mean of the entry's, the exit's and the hot cues' figure within one beat."""
    return float(np.mean([summary["in beat"], summary["out beat"], summary["hot F beat"]]))
