# SPDX-License-Identifier: GPL-3.0-or-later
"""The orders of a preview feed that are compared: the shipped one and its rivals, all behind ``Ranker``.

All are given the same: what was heard, when, and how it went. None repeats a card; none puts two cards of one episode
into a feed. ``popular`` even knows what the *other* listeners finished, which no program on one machine can.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from podmix.taste.feed import SLOPES, START, arrange, numbers_of, uncertainty
from podmix.taste.interests import Doubles, Ints, recency
from podmix.taste.preference import Preference, Scales, Things, fit
from tests.bench.bench_taste_catalogue import World
from tests.bench.bench_taste_listeners import Heard, Hidden

DAY_S = 86_400.0


@dataclass
class History:
    """What one listener heard, in order."""

    index: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    weight: list[float] = field(default_factory=list)
    day: list[float] = field(default_factory=list)

    def add(self, heard: Heard, day: float) -> None:
        value, weight = (1.0, 4.0) if heard.liked else (0.95, 2.5) if heard.opened else (0.8, 1.5) if heard.finished \
            else (0.5 * heard.seconds / 60.0, 1.0)
        self.index.append(heard.index)
        self.value.append(value)
        self.weight.append(weight)
        self.day.append(day)

    def good(self) -> Ints:
        return np.array([i for i, value in zip(self.index, self.value, strict=True) if value > 0.5], np.intp)


class Ranker:
    """``scores`` of all items; ``order`` of a feed. ``seed`` is the listener's."""

    name = ""

    def __init__(self, world: World, hidden: Hidden, seed: int = 0) -> None:
        self.world, self.hidden = world, hidden
        self.rng = np.random.default_rng([seed, 99])

    def scores(self, history: History, now: float) -> Doubles:
        raise NotImplementedError

    def order(self, history: History, allowed: Ints, now: float, count: int) -> list[int]:
        found: list[int] = []
        scores = self.scores(history, now)[allowed]
        episodes: set[int] = set()
        for place in np.argsort(-scores, kind="stable"):
            episode = int(self.world.episodes[allowed[place]])
            if episode not in episodes:
                episodes.add(episode)
                found.append(int(allowed[place]))
            if len(found) == count:
                break
        return found


class Random(Ranker):
    name = "random"

    def scores(self, history: History, now: float) -> Doubles:
        return self.rng.random(len(self.world.texts))


class Newest(Ranker):
    name = "newest first"

    def scores(self, history: History, now: float) -> Doubles:
        return self.world.days + self.rng.random(len(self.world.days)) * 1e-6


class Popular(Ranker):
    """Share of the other listeners' finishes, smoothed."""

    name = "most popular"
    finishes: Doubles | None = None

    def scores(self, history: History, now: float) -> Doubles:
        found = self.finishes if self.finishes is not None else np.zeros(len(self.world.texts))
        return found + self.rng.random(len(found)) * 1e-6


class Nearest(Ranker):
    """Mean likeness of meaning to the three nearest finished cards, the newer the more."""

    name = "nearest neighbours"

    def scores(self, history: History, now: float) -> Doubles:
        good = history.good()
        if not len(good):
            return self.rng.random(len(self.world.texts))
        liked = [(i, day) for i, value, day in zip(history.index, history.value, history.day, strict=True)
                 if value > 0.5][-300:]
        rows = self.world.vectors[[i for i, _ in liked]]
        near = (self.world.vectors @ rows.T) * recency([(now - day) * DAY_S for _, day in liked])[None, :]
        size = min(3, near.shape[1])
        return np.asarray(np.partition(near, near.shape[1] - size, axis=1)[:, -size:].mean(1), np.float64)


class Shipped(Ranker):
    """What PodMix does; subclasses leave parts out."""

    name = "bandit (shipped)"
    explore = 0.08

    def __init__(self, world: World, hidden: Hidden, seed: int = 0) -> None:
        super().__init__(world, hidden, seed)
        shows, people = world.shows, world.people
        self.names = np.stack([shows, people + 100_000, world.networks + 200_000], axis=1).astype(np.intp)
        self._scales: tuple[int, Scales] | None = None

    def things(self, now: float) -> Things:
        ages = np.where(self.world.days > now, 0.0, now - self.world.days) * DAY_S
        return Things(self.world.vectors, self.names, numbers_of(ages, self.hidden.score))

    def preference(self, history: History, now: float, things: Things) -> Preference:
        places = np.array(history.index, np.intp)
        # Reactions are described by how the card was on its day; near enough: by how it is now.
        known = self._scales[1] if self._scales and len(places) < self._scales[0] * 1.3 else None
        found = fit(things.rows(places), np.array(history.value), np.array(history.weight),
                    (now - np.array(history.day)) * DAY_S, start=START, slopes=SLOPES, scales=known)
        if known is None and len(places):
            self._scales = (len(places), found.scales)
        return found

    def scores(self, history: History, now: float) -> Doubles:
        things = self.things(now)
        return self.preference(history, now, things).predict(things)

    def order(self, history: History, allowed: Ints, now: float, count: int) -> list[int]:
        things = self.things(now)
        liking = self.preference(history, now, things)
        some = things.rows(allowed)
        scores, nearest = liking.judge(some)
        doubt = uncertainty(some, nearest, frozenset(self.names[history.index, 0].tolist()))
        placed = arrange(scores, doubt, some.vectors, groups=self.world.shows[allowed],
                         episodes=self.world.episodes[allowed], count=count, rng=self.rng, explore=self.explore)
        return [int(allowed[one.index]) for one in placed]


class Greedy(Shipped):
    name = "shipped, never exploring"
    explore = 0.0


class Graph(Ranker):
    """Personalised PageRank (Page et al. 1999) from what was finished, over cards, shows, voices, networks and each
    card's ten nearest meanings; what was left early takes part of its show's and neighbours' weight away.
    """

    name = "graph"
    steps, stay = 6, 0.3

    def __init__(self, world: World, hidden: Hidden, seed: int = 0) -> None:
        super().__init__(world, hidden, seed)
        self.links = _links(world)

    def scores(self, history: History, now: float) -> Doubles:
        count = len(self.world.texts)
        start = np.zeros(self.links.shape[0])
        for index, value, weight, day in zip(history.index, history.value, history.weight, history.day, strict=True):
            start[index] += (value - 0.3) * weight * float(recency([(now - day) * DAY_S])[0])
        if not np.abs(start).sum():
            return self.rng.random(count)
        start /= np.abs(start).sum()
        flow = start.copy()
        for _ in range(self.steps):
            flow = self.stay * start + (1 - self.stay) * (self.links @ flow)
        return np.asarray(flow[:count], np.float64)


_LINKS: dict[int, object] = {}


def _links(world: World) -> object:
    """Column-stochastic adjacency; half of a card's weight goes to its neighbours of meaning, half to its names."""
    from scipy.sparse import csr_matrix

    if id(world) in _LINKS:
        return _LINKS[id(world)]
    count = len(world.texts)
    firsts = np.cumsum([count, world.shows.max() + 1, world.people.max() + 1])
    rows, columns, heights = [], [], []
    for first, column, height in zip(firsts, (world.shows, world.people, world.networks), (0.3, 0.15, 0.05),
                                     strict=True):
        sizes = np.bincount(column)
        for left, right, high in ((first + column, np.arange(count), np.full(count, height)),
                                  (np.arange(count), first + column, 1.0 / sizes[column])):
            rows.append(left)
            columns.append(right)
            heights.append(high)
    near = world.vectors @ world.vectors.T
    np.fill_diagonal(near, -1)
    best = np.argpartition(-near, 10, axis=1)[:, :10]
    rows.append(best.ravel())
    columns.append(np.repeat(np.arange(count), 10))
    heights.append(np.full(count * 10, 0.05))
    size = firsts[-1] + world.networks.max() + 1
    _LINKS.clear()
    _LINKS[id(world)] = csr_matrix((np.concatenate(heights), (np.concatenate(rows), np.concatenate(columns))),
                                   shape=(size, size))
    return _LINKS[id(world)]


RANKERS = (Random, Newest, Popular, Nearest, Graph, Shipped)
