# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of a mix: the cheapest path through all tracks.

A path's cost is the sum of its neighbours' costs (``(n, n)``, row before, column after), of its tracks' costs at their
places (``(n, n)``, row track, column place: energy curves), and of artists that come again too soon. Locks are kept
whatever they cost. Up to ``EXACT`` tracks the best path is found by dynamic programming over sets (Held and Karp,
1962); beyond, a beam finds a good one and moves (swap, relocate, reverse) improve it until none helps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from podmix.automix.order_moves import Repeats, improved

Doubles = NDArray[np.float64]
Places = NDArray[np.intp]

EXACT = 12
BEAM = 48
BEAM_WORK = 3_000_000
"""Candidates that the beam looks at in all, roughly: with more tracks it is narrower."""
AGAIN = 2.0
"""What an artist costs who comes again within the gap."""
LOCKED = 1e4


@dataclass(frozen=True)
class OrderProblem:
    """What is to be ordered. ``artists`` ``(n,)``: equal numbers are the same artist, -1 unknown."""

    pairs: Doubles
    places: Doubles
    artists: Places = field(default_factory=lambda: np.zeros(0, np.intp))
    artist_gap: int = 0
    first: int | None = None
    last: int | None = None
    follow: tuple[tuple[int, int], ...] = ()

    def __len__(self) -> int:
        return len(self.pairs)

    def cost(self, order: Sequence[int] | Places) -> float:
        """Of a path through all or some of the tracks, without the locks."""
        path = np.asarray(order, np.intp)
        total = float(self.pairs[path[:-1], path[1:]].sum() + self.places[path, np.arange(len(path))].sum())
        return total + self.repeats.cost(path)

    @property
    def repeats(self) -> Repeats:
        return Repeats(self.artists, self.artist_gap, AGAIN)

    def with_locks(self) -> tuple[Doubles, Doubles]:
        """Costs in which what breaks a lock costs more than everything else together."""
        pairs, places = self.pairs.copy(), self.places.copy()
        for before, after in self.follow:
            pairs[before, :] += LOCKED
            pairs[:, after] += LOCKED
            pairs[before, after] = self.pairs[before, after] - LOCKED
        for track, place in ((self.first, 0), (self.last, places.shape[1] - 1)):
            if track is not None:
                kept = places[track, place]
                places[track, :] += LOCKED
                places[track, place] = kept - LOCKED
        return pairs, places


def arrange(problem: OrderProblem) -> tuple[int, ...]:
    """The tracks' numbers in the order to play them."""
    count = len(problem)
    if count <= 2 and problem.first is None and problem.last is None and not problem.follow:
        both = [tuple(range(count)), tuple(reversed(range(count)))]
        return min(both, key=problem.cost) if count else ()
    pairs, places = problem.with_locks()
    if count <= EXACT:
        path = _exact(pairs, places)
        if not problem.repeats.count(path):
            return tuple(int(track) for track in path)
    else:
        path = _beam(problem, pairs, places)
    path = improved(path, pairs, places, problem.repeats)
    return tuple(int(track) for track in path)


def choose(problem: OrderProblem) -> tuple[int, ...]:
    """Good tracks for ``places.shape[1]`` places, fewer than there are tracks; those with locks are among them."""
    pairs, places = problem.with_locks()
    needed = {track for track in (problem.first, problem.last) if track is not None}
    needed |= {track for pair in problem.follow for track in pair}
    places[sorted(needed - {problem.first, problem.last}), :] -= 2 * LOCKED
    found = [int(track) for track in _beam(problem, pairs, places)]
    for track in sorted(needed - set(found)):
        spare = next((place for place in reversed(range(len(found))) if found[place] not in needed), None)
        if spare is not None:
            found[spare] = track
    return tuple(found)


def _exact(pairs: Doubles, places: Doubles) -> Places:
    """Held and Karp: the best way through each set of tracks that ends with each of them. Time 2^n n^2."""
    count = len(pairs)
    best = np.full((1 << count, count), np.inf)
    came = np.zeros((1 << count, count), np.int8)
    for track in range(count):
        best[1 << track, track] = places[track, 0]
    sizes = np.array([mask.bit_count() for mask in range(1 << count)])
    bits = 1 << np.arange(count)
    for size in range(2, count + 1):
        masks = np.flatnonzero(sizes == size)
        for last in range(count):
            some = masks[(masks & bits[last]) > 0]
            ways = best[some ^ bits[last]] + pairs[:, last][None, :]
            came[some, last] = ways.argmin(1)
            best[some, last] = ways.min(1) + places[last, size - 1]
    mask, last = (1 << count) - 1, int(best[-1].argmin())
    path = [last]
    while len(path) < count:
        before = int(came[mask, last])
        mask ^= 1 << last
        last = before
        path.append(last)
    return np.array(path[::-1], np.intp)


def _beam(problem: OrderProblem, pairs: Doubles, places: Doubles) -> Places:
    """A good path through as many tracks as there are places: the cheapest beginnings are kept at every place."""
    count = len(problem)
    width = max(2, min(BEAM, BEAM_WORK // (count * count)))
    follows = dict(problem.follow)
    followed = np.zeros(count, np.bool_)
    followed[list(follows.values())] = True
    start = places[:, 0] + np.where(followed, 2 * LOCKED, 0.0)
    begun = np.argsort(start, kind="stable")[:width]
    paths = begun[:, None]
    costs = start[begun]
    used = np.zeros((len(begun), count), np.bool_)
    used[np.arange(len(begun)), begun] = True
    for place in range(1, places.shape[1]):
        step = pairs[paths[:, -1]] + places[:, place][None, :]
        step = step + _again(problem, paths)
        total = costs[:, None] + np.where(used, np.inf, step)
        flat = np.argpartition(total, min(width, total.size) - 1, axis=None)[:width]
        flat = flat[np.isfinite(total.ravel()[flat])]
        rows, tracks = np.divmod(flat, count)
        costs = total.ravel()[flat]
        paths = np.concatenate([paths[rows], tracks[:, None]], axis=1)
        used = used[rows].copy()
        used[np.arange(len(rows)), tracks] = True
    return np.asarray(paths[int(costs.argmin())], np.intp)


def _again(problem: OrderProblem, paths: Places) -> Doubles:
    """``(paths, n)``: the price of artists that were played within the gap."""
    if not len(problem.artists) or problem.artist_gap < 1:
        return np.zeros((len(paths), len(problem)))
    recent = problem.artists[paths[:, -problem.artist_gap:]]
    same = (recent[:, :, None] == problem.artists[None, None, :]) & (recent[:, :, None] >= 0)
    return AGAIN * np.asarray(same.sum(1), np.float64)
