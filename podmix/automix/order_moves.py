# SPDX-License-Identifier: GPL-3.0-or-later
"""Moves that make a path cheaper: swap two tracks, relocate one, reverse a stretch (2-opt, or-opt).

The change that every move brings is worked out for all moves of a kind at once (``(n, n)``), without the artists'
spacing; the most promising ones are then judged with it, exactly. Ends when no move helps, or when the rounds are over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Places = NDArray[np.intp]
Move = Callable[[Places, int, int], Places]

MOST_ROUNDS = 400
MANY = 200
"""Longer paths are improved stretch by stretch: what lies far apart is never exchanged."""
WINDOW, WINDOW_ROUNDS = 100, 60
_FIXED = 1e6
_TRIED = 24
_LEAST = 1e-9


def improved(path: Places, pairs: Doubles, places: Doubles, repeats: Repeats) -> Places:
    """A path that none of the moves makes cheaper, or the best after the rounds that are granted."""
    best = np.asarray(path, np.intp)
    if len(best) <= MANY:
        return _rounds(best, pairs, places, repeats, min(MOST_ROUNDS, 4 * len(best)))
    for shift in (0, WINDOW // 2):
        for begin in range(shift, len(best), WINDOW):
            stretch = slice(max(0, begin - 1), min(len(best), begin + WINDOW + 1))
            best = _window(best, stretch, pairs, places, repeats)
    return best


def _window(path: Places, stretch: slice, pairs: Doubles, places: Doubles, repeats: Repeats) -> Places:
    """The path with a stretch of places improved among themselves; its outermost two stay, unless they are ends."""
    begin, end = stretch.start, stretch.stop
    some = path[begin:end]
    stand = places[some][:, begin:end].copy()
    for place, inner in ((0, begin > 0), (len(some) - 1, end < len(path))):
        if inner:
            stand[place, :] += _FIXED
            stand[place, place] -= 2 * _FIXED
    order = _rounds(np.arange(len(some)), pairs[np.ix_(some, some)], stand, repeats.among(some), WINDOW_ROUNDS)
    made = path.copy()
    made[begin:end] = some[order]
    return made


def _rounds(path: Places, pairs: Doubles, places: Doubles, repeats: Repeats, rounds: int) -> Places:
    best, price = path, repeats.cost(path)
    for _ in range(rounds):
        found = _best_move(best, pairs, places, repeats, price)
        if found is None:
            break
        best, price = found
    return best


@dataclass(frozen=True)
class Repeats:
    """What artists cost that come again too soon: ``price`` for each two within ``gap`` places.

    ``artists`` ``(n,)``: equal numbers are the same artist, -1 unknown; empty where none is known.
    """

    artists: Places
    gap: int
    price: float

    def among(self, tracks: Places) -> Repeats:
        """The same for some of the tracks, numbered anew."""
        return Repeats(self.artists[tracks] if len(self.artists) else self.artists, self.gap, self.price)

    def count(self, path: Places) -> int:
        if not len(self.artists):
            return 0
        names = self.artists[path]
        steps = range(1, min(self.gap, len(path) - 1) + 1)
        return sum(int(((names[step:] == names[:-step]) & (names[step:] >= 0)).sum()) for step in steps)

    def cost(self, path: Places) -> float:
        return self.price * self.count(path)


def _best_move(path: Places, pairs: Doubles, places: Doubles, repeats: Repeats,
               price: float) -> tuple[Places, float] | None:
    """The cheapest of the most promising moves, with the new path's price for repeats; None where none helps."""
    best: tuple[float, Places, float] | None = None
    for delta, move in _moves(path, pairs, places):
        count = min(_TRIED, delta.size)
        flat = np.argpartition(delta, count - 1, axis=None)[:count]
        flat = flat[np.argsort(delta.ravel()[flat])]
        for place in flat[: None if repeats.gap else 1]:
            low, high = divmod(int(place), delta.shape[1])
            change = float(delta[low, high])
            if change - price >= (best[0] if best else -_LEAST):
                break
            made = move(path, low, high)
            new_price = repeats.cost(made)
            change += new_price - price
            if change < (best[0] if best else -_LEAST):
                best = (change, made, new_price)
    return None if best is None else (best[1], best[2])


def _moves(path: Places, pairs: Doubles, places: Doubles) -> Iterator[tuple[Doubles, Move]]:
    ordered = pairs[np.ix_(path, path)]
    placed = places[path]  # row: who stands there now, column: a place
    for change, move in ((_swap_change, _swapped), (_relocation_change, _relocated), (_reversal_change, _reversed)):
        delta = change(ordered, placed)
        np.fill_diagonal(delta, np.inf)
        yield delta, move


def _bordered(ordered: Doubles) -> Doubles:
    """With a free node before the first and after the last place."""
    return np.pad(ordered, 1)


def _swap_change(ordered: Doubles, placed: Doubles) -> Doubles:
    """``(i, j)``: those at ``i < j`` change places; infinite elsewhere."""
    count = len(ordered)
    wide = _bordered(ordered)
    at = np.arange(1, count + 1)
    before, after = at - 1, at + 1
    old = wide[before, at] + wide[at, after]
    left, right = wide[before][:, at], wide[at][:, after]  # [i, j]: before i stands j; j stands before what follows i
    into = left + right.T
    delta = into + into.T - old[:, None] - old[None, :]
    # Neighbours share a joint.
    near = np.arange(count - 1)
    joint = wide[before[near], at[near + 1]] + wide[at[near + 1], at[near]] + wide[at[near], after[near + 1]]
    delta[near, near + 1] = joint - wide[before[near], at[near]] - wide[at[near], at[near + 1]] \
        - wide[at[near + 1], after[near + 1]]
    stands = np.diagonal(placed)
    delta = delta + placed + placed.T - stands[:, None] - stands[None, :]
    delta[np.tril_indices(count)] = np.inf
    return np.asarray(delta)


def _relocation_change(ordered: Doubles, placed: Doubles) -> Doubles:
    """``(i, j)``: the one at ``i`` is taken out and stands at place ``j`` afterwards."""
    count = len(ordered)
    wide = _bordered(ordered)
    at = np.arange(1, count + 1)
    taken = wide[at - 1, at + 1] - wide[at - 1, at] - wide[at, at + 1]
    gaps = np.arange(count + 1)  # between wide places g and g + 1
    into = wide[gaps][:, at].T + wide[at][:, gaps + 1] - wide[gaps, gaps + 1][None, :]  # [i, gap]
    rows, columns = np.arange(count)[:, None], np.arange(count)[None, :]
    gap = np.where(columns > rows, columns + 1, columns)  # after its removal place j is this gap of the old path
    delta = taken[:, None] + np.take_along_axis(into, gap, axis=1)
    stands = np.diagonal(placed)
    forward = np.append(placed[np.arange(1, count), np.arange(count - 1)] - stands[1:], 0.0)  # k + 1 moves to k
    backward = np.append(placed[np.arange(count - 1), np.arange(1, count)] - stands[:-1], 0.0)  # k moves to k + 1
    ahead, behind = (np.concatenate([[0.0], np.cumsum(shift)]) for shift in (forward, backward))
    shifted = np.where(columns > rows, ahead[columns] - ahead[rows], behind[rows] - behind[columns])
    return np.asarray(delta + shifted + placed - stands[:, None])


def _reversal_change(ordered: Doubles, placed: Doubles) -> Doubles:
    """``(i, j)``: the stretch ``i..j`` is played the other way round; infinite where ``j <= i``."""
    count = len(ordered)
    wide = _bordered(ordered)
    at = np.arange(1, count + 1)
    forward = np.concatenate([[0.0], np.cumsum(np.diagonal(ordered, 1))])
    backward = np.concatenate([[0.0], np.cumsum(np.diagonal(ordered, -1))])
    inner = (backward[None, :] - backward[:, None]) - (forward[None, :] - forward[:, None])
    outer = wide[at - 1][:, at] + wide[at][:, at + 1] - wide[at - 1, at][:, None] - wide[at, at + 1][None, :]
    delta = inner + outer + _mirrored(placed)
    delta[np.tril_indices(count)] = np.inf
    return np.asarray(delta)


def _mirrored(placed: Doubles) -> Doubles:
    """``(i, j)``: what places cost more when the stretch ``i..j`` is mirrored; by sums along antidiagonals."""
    count = len(placed)
    if not placed.any():
        return np.zeros((count, count))
    stands = np.concatenate([[0.0], np.cumsum(np.diagonal(placed))])
    # sums[s, q]: of placed[s - p, p] for p < q, where s - p is a place.
    total = np.arange(2 * count - 1)[:, None]
    column = np.arange(count)[None, :]
    row = total - column
    values = np.where((row >= 0) & (row < count), placed[np.clip(row, 0, count - 1), column], 0.0)
    sums = np.concatenate([np.zeros((2 * count - 1, 1)), np.cumsum(values, axis=1)], axis=1)
    low, high = np.arange(count)[:, None], np.arange(count)[None, :]
    upper = np.where(high >= low, high, low)
    moved = sums[low + upper, upper + 1] - sums[low + upper, low]
    return np.asarray(moved - (stands[upper + 1] - stands[low]))


def _swapped(path: Places, low: int, high: int) -> Places:
    made = path.copy()
    made[[low, high]] = path[[high, low]]
    return made


def _relocated(path: Places, low: int, high: int) -> Places:
    return np.asarray(np.insert(np.delete(path, low), high, path[low]), np.intp)


def _reversed(path: Places, low: int, high: int) -> Places:
    made = path.copy()
    made[low: high + 1] = path[low: high + 1][::-1]
    return made
