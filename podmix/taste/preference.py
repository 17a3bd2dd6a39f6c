# SPDX-License-Identifier: GPL-3.0-or-later
"""How much a listener will like a thing, and how sure that is: Bayesian linear regression, learnt anew each time.

A thing is described by its meaning (a unit vector), by names it shares with others (its show, its people, its topics)
and by a few numbers (freshness, quality). The prior says that nearby meanings and equal names are liked alike, as a
kernel ``k = meaning x·x' + near h(x)·h(x') + names (how many are shared)``; the numbers have prior means. How much of a
listener's taste lies in meaning and how much in names is different from person to person: it is chosen for each by the
evidence (marginal likelihood; Rasmussen and Williams 2006, chapter 5) over the small grid ``SCALES``.

Fitting is one Cholesky factor of a few hundred rows; predicting 20,000 things is two matrix products.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from podmix.taste.interests import Doubles, Floats, Ints, recency

MOST_ROWS = 500
NOISE = 0.12
"""Variance of one implicit reaction: a person who likes a thing leaves it every third time."""
FORGET_HALF_LIFE_DAYS = 60.0
SLOPE_VARIANCE = 0.02
CENTRES = 32
_SHARPNESS = np.float32(5.0)


@dataclass(frozen=True)
class Things:
    """``vectors`` ``(n, d)`` unit rows (zeros: unknown); ``names`` ``(n, m)`` numbers of what is shared, -1 none, one
    column a kind (show, person, person, topic …); ``numbers`` ``(n, k)``.
    """

    vectors: Floats
    names: Ints
    numbers: Doubles

    def __len__(self) -> int:
        return len(self.vectors)

    def rows(self, places: Ints | list[int]) -> Things:
        return Things(self.vectors[places], self.names[places], self.numbers[places])


@dataclass(frozen=True)
class Scales:
    """Prior variances: of meaning, of likeness to single liked things (``near``), of each column of names."""

    meaning: float
    near: float
    names: float


SCALES = tuple(Scales(*row) for row in (
    (0.3, 0.3, 0.05), (0.1, 0.4, 0.05), (0.5, 0.1, 0.05), (0.2, 0.2, 0.2), (0.05, 0.1, 0.3), (0.05, 0.05, 0.05)))


@dataclass(frozen=True)
class Preference:
    """A fitted taste. ``predict`` is in units of outcomes: 0 left at once, 1 liked."""

    start: float
    towards: Doubles  # (d,)
    centres: Floats  # (c, d)
    heights: Doubles  # (c,)
    names: dict[int, float]
    slopes: Doubles  # (k,)
    scales: Scales = field(default=SCALES[0])

    def predict(self, things: Things) -> Doubles:
        """``(n,)`` expected outcome."""
        return self.judge(things)[0]

    def judge(self, things: Things) -> tuple[Doubles, Doubles]:
        """(``(n,)`` expected outcome, ``(n,)`` likeness to the nearest thing known, 0 where nothing is)."""
        found = self.start + things.numbers @ self.slopes + self.by_names(things)
        nearest = np.zeros(len(things))
        if len(things) and things.vectors.shape[1] == len(self.towards):
            found += things.vectors @ self.towards.astype(np.float32)
            if len(self.centres):
                near = things.vectors @ self.centres.T
                nearest = np.asarray(near.max(1), np.float64)
                found += _hill(near) @ self.heights.astype(np.float32)
        return np.asarray(found, np.float64), nearest

    def by_names(self, things: Things) -> Doubles:
        """The part that shows, people and topics have in it."""
        found = np.zeros(len(things))
        if self.names and things.names.size:
            keys = np.array(sorted(self.names), np.intp)
            values = np.array([self.names[int(key)] for key in keys])
            for column in things.names.T:
                place = np.minimum(np.searchsorted(keys, column), len(keys) - 1)
                found += np.where(keys[place] == column, values[place], 0.0)
        return found


def _hill(near: Floats) -> Floats:
    """1 at a centre, falling with the angle: what makes two far interests two hills, not one plane."""
    return np.asarray(np.exp(_SHARPNESS * (np.minimum(near, 1.0) - 1.0)), np.float32)


def fit(things: Things, values: Doubles, weights: Doubles, ages_s: Doubles, *, start: float, slopes: Doubles,
        slope_variance: float = SLOPE_VARIANCE, scales: Scales | None = None, noise: float = NOISE,
        half_life_days: float = FORGET_HALF_LIFE_DAYS, grid: Sequence[Scales] = SCALES) -> Preference:
    """Learn from what was heard: ``values`` ``(n,)`` outcomes, ``weights`` how sure, ``ages_s`` how long ago.

    ``start`` and ``slopes`` are prior means. Without rows the prior itself is returned. ``scales`` None: chosen from
    ``grid`` by the evidence. ``noise``: variance of one reaction, which says half as much after ``half_life_days``.
    """
    keep = _newest(ages_s, weights, half_life_days)
    things, values, weights, ages_s = things.rows(keep), values[keep], weights[keep], ages_s[keep]
    size = things.vectors.shape[1]
    if not len(things):
        return Preference(start, np.zeros(size), np.zeros((0, size), np.float32), np.zeros(0), {}, slopes)
    spread = noise / np.maximum(weights * recency(ages_s, half_life_days), 1e-3)
    rest = values - start - things.numbers @ slopes
    parts = _parts(things)
    best: tuple[float, Scales, Doubles] | None = None
    for one in (scales,) if scales else grid:
        kernel = _kernel(parts, one, slope_variance)
        evidence, alpha = _solve(kernel, spread, rest)
        if best is None or evidence > best[0]:
            best = (evidence, one, alpha)
    assert best is not None
    _, chosen, alpha = best
    return _weights(things, parts, alpha, chosen, start=start, slopes=slopes, slope_variance=slope_variance)


@dataclass(frozen=True)
class _Parts:
    """Gram matrices ``(n, n)`` of the parts of the kernel, and what they were made with."""

    meaning: Doubles
    near: Doubles
    names: Doubles
    numbers: Doubles
    centres: Floats
    hills: Doubles


def _parts(things: Things) -> _Parts:
    rows = np.asarray(things.vectors, np.float64)
    centres = things.vectors[_spread(things.vectors, CENTRES)]
    hills = np.asarray(_hill(things.vectors @ centres.T), np.float64)
    shared = np.zeros((len(things), len(things)))
    for left in things.names.T:
        for right in things.names.T:  # a guest here may be the host there
            shared += (left[:, None] == right[None, :]) & (left[:, None] >= 0)
    return _Parts(rows @ rows.T, hills @ hills.T, shared, things.numbers @ things.numbers.T, centres, hills)


def _kernel(parts: _Parts, scales: Scales, slope_variance: float) -> Doubles:
    return (scales.meaning * parts.meaning + scales.near * parts.near + scales.names * parts.names
            + slope_variance * parts.numbers + 0.05)


def _solve(kernel: Doubles, noise: Doubles, rest: Doubles) -> tuple[float, Doubles]:
    """(log evidence without its constant, dual weights)."""
    matrix = kernel + np.diag(noise)
    alpha = np.linalg.solve(matrix, rest)
    return float(-0.5 * rest @ alpha - np.log(np.diag(np.linalg.cholesky(matrix))).sum()), np.asarray(alpha)


def _weights(things: Things, parts: _Parts, alpha: Doubles, scales: Scales, *, start: float, slopes: Doubles,
             slope_variance: float) -> Preference:
    """From dual weights to weights of meaning, hills, names and numbers."""
    names: dict[int, float] = {}
    for column in things.names.T:
        for name, part in zip(column.tolist(), alpha.tolist(), strict=True):
            if name >= 0:
                names[name] = names.get(name, 0.0) + scales.names * part
    return Preference(start + 0.05 * float(alpha.sum()),
                      scales.meaning * (np.asarray(things.vectors, np.float64).T @ alpha), parts.centres,
                      scales.near * (parts.hills.T @ alpha), names,
                      slopes + slope_variance * (things.numbers.T @ alpha), scales)


def _newest(ages_s: Doubles, weights: Doubles, half_life_days: float) -> Ints:
    """Places of the ``MOST_ROWS`` that say most now."""
    said = weights * recency(ages_s, half_life_days)
    return np.sort(np.argsort(-said, kind="stable")[:MOST_ROWS])


def _spread(vectors: Floats, count: int) -> Ints:
    """Places of ``count`` rows that lie far from each other, the newest last row first."""
    known = np.flatnonzero(np.abs(vectors).sum(1) > 0)
    if len(known) <= count:
        return known
    chosen = [int(known[-1])]
    nearest = vectors[known] @ vectors[chosen[0]]
    while len(chosen) < count:
        chosen.append(int(known[int(nearest.argmin())]))
        nearest = np.maximum(nearest, vectors[known] @ vectors[chosen[-1]])
    return np.array(chosen, np.intp)
