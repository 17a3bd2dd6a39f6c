# SPDX-License-Identifier: GPL-3.0-or-later
"""Listeners made from stated assumptions, none of which is a form of the ranker's.

No listener knows a sentence vector. All hear with noise, skip down the feed with position bias (they look at the next
card with chance 0.95), finish what appeals with the chance stated, and hear a random part of the rest. What appeals:

- ``words``: three interests, each a list of 30 rare words taken from one show; the share of idf mass that a text has of
  them, as a rank among all texts, makes the chance (0.05..0.9). Halfway one interest is exchanged (drift).
- ``habit``: eight shows and six voices, whatever is said there (0.75, voice elsewhere 0.45, else 0.1), new episodes
  more (a factor that halves in 30 days), less with each further card of a show on the same day. Every ten days one
  show is exchanged.
- ``moods``: texts fall into 40 hard topics (k-means over latent semantic analysis of the words); four belong to the
  listener. A day has one mood, a Markov chain; topics in the mood 0.75, the other three 0.3, else 0.07; three cards of
  one topic in a row are enough for the day (0.1 from then on).
- ``crowd``: hardly any taste: the hidden quality of the card (Beta(2, 4)) decides for everybody alike, times 1.3 in
  three of the thirteen networks.

The ranker sees the hidden quality only through a score that correlates 0.48 with it, as its own preview scores did with
readers' grades.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tests.bench.bench_taste_catalogue import World, words_of

KINDS = ("words", "habit", "moods", "crowd")
NEXT_CARD = 0.95
TOPICS = 40
Doubles = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Heard:
    """One card that was looked at. ``seconds`` of 60; ``liked`` and ``opened`` are rare."""

    index: int
    seconds: float
    finished: bool
    liked: bool
    opened: bool


class Hidden:
    """What listeners know of the catalogue and rankers do not."""

    def __init__(self, world: World, seed: int = 5) -> None:
        self.world = world
        self.rng = np.random.default_rng(seed)
        self.quality = self.rng.beta(2, 4, len(world.texts))
        noise = self.rng.standard_normal(len(world.texts))
        standard = (self.quality - self.quality.mean()) / self.quality.std()
        shown = 0.48 * standard + np.sqrt(1 - 0.48**2) * noise
        self.score = np.clip(0.5 + 0.18 * shown, 0, 1)

    @cached_property
    def bags(self) -> tuple[object, dict[str, int], Doubles]:
        """Sparse counts ``(n, words)``, the vocabulary, idf."""
        from scipy.sparse import csr_matrix

        texts = [words_of(text) for text in self.world.texts]
        seen: dict[str, int] = {}
        for words in texts:
            for word in set(words):
                seen[word] = seen.get(word, 0) + 1
        known = {word: i for i, word in enumerate(sorted(w for w, n in seen.items() if 3 <= n <= len(texts) // 20))}
        rows, columns = [], []
        for i, words in enumerate(texts):
            for word in set(words) & known.keys():
                rows.append(i)
                columns.append(known[word])
        bags = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(texts), len(known)))
        return bags, known, np.log(len(texts) / np.maximum(np.asarray(bags.sum(0)).ravel(), 1))

    @cached_property
    def topics(self) -> Ints:
        """``(n,)`` hard topics from words alone."""
        from scipy.sparse.linalg import svds

        bags, _, idf = self.bags
        left, strength, _ = svds(bags.multiply(idf[None, :]).tocsr(), k=40, v0=np.ones(min(bags.shape)))
        rows = left * strength
        rows /= np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9
        centres = rows[self.rng.choice(len(rows), TOPICS, replace=False)]
        for _ in range(15):
            nearest = (rows @ centres.T).argmax(1)
            centres = np.array([rows[nearest == t].mean(0) if (nearest == t).any() else centres[t]
                                for t in range(TOPICS)])
            centres /= np.linalg.norm(centres, axis=1, keepdims=True) + 1e-9
        return np.asarray(nearest, np.intp)


class Listener:
    """One person. ``day`` counts from 0; days must rise."""

    def __init__(self, hidden: Hidden, kind: str, seed: int, days: int) -> None:
        self.hidden, self.kind, self.days = hidden, kind, days
        self.rng = np.random.default_rng([seed, KINDS.index(kind)])
        world = hidden.world
        self.shows = self.rng.choice(world.shows.max() + 1, 8, replace=False)
        self.voices = self.rng.choice(world.people[np.isin(world.shows, self.shows)], 6)
        self.networks = self.rng.choice(world.networks.max() + 1, 3, replace=False)
        self.mine = self.rng.choice(TOPICS, 4, replace=False)
        self.mood = 0
        self._now = -1
        self._lists = [self._words_of_a_show() for _ in range(3)] if kind == "words" else []
        self._said: Doubles | None = None

    def _words_of_a_show(self) -> Ints:
        bags, _, idf = self.hidden.bags
        show = self.rng.integers(self.hidden.world.shows.max() + 1)
        mass = np.asarray(bags[self.hidden.world.shows == show].sum(0)).ravel() * idf
        return np.argsort(-mass)[:30]

    def begin(self, day: int) -> None:
        """A new day: moods and interests move."""
        self._now = day
        if self.kind == "words" and day == self.days // 2:
            self._lists[int(self.rng.integers(3))] = self._words_of_a_show()
            self._said = None
        if self.kind == "habit" and day and day % 10 == 0:
            self.shows[self.rng.integers(8)] = self.rng.integers(self.hidden.world.shows.max() + 1)
        if self.kind == "moods" and self.rng.random() < 0.5:
            self.mood = int(self.rng.integers(4))

    def appeal(self, ages: Doubles) -> Doubles:
        """``(n,)`` chance to be finished when looked at first on this day. ``ages`` in days."""
        world = self.hidden.world
        lift = 0.7 + 0.9 * self.hidden.quality
        match self.kind:
            case "words":
                found = self._overlap() * lift
            case "habit":
                base = np.where(np.isin(world.shows, self.shows), 0.75,
                                np.where(np.isin(world.people, self.voices), 0.45, 0.1))
                found = base * (0.5 + 0.5 * 0.5 ** (np.maximum(ages, 0) / 30)) * lift
            case "moods":
                topic = self.hidden.topics
                found = np.where(topic == self.mine[self.mood], 0.75, np.where(np.isin(topic, self.mine), 0.3, 0.07))
                found = found * lift
            case _:
                found = 1.2 * self.hidden.quality * np.where(np.isin(world.networks, self.networks), 1.3, 1.0)
        return np.clip(found, 0.01, 0.97)

    def _overlap(self) -> Doubles:
        if self._said is None:
            bags, _, idf = self.hidden.bags
            mass = np.array([np.asarray(bags[:, words] @ idf[words]).ravel() for words in self._lists]).max(0)
            rank = mass.argsort().argsort() / len(mass)
            self._said = np.where(rank > 0.95, 0.85, np.where(rank > 0.88, 0.45, 0.05))
        return self._said

    def hear(self, feed: list[int], appeal: Doubles) -> list[Heard]:
        """Go down ``feed``; what the day's earlier cards did to the later ones is in here."""
        heard: list[Heard] = []
        for index in feed:
            chance = float(appeal[index]) * self._tired(heard, index)
            finished = bool(self.rng.random() < chance)
            seconds = 60.0 if finished else float(min(55.0, self.rng.exponential(4 + 25 * chance)))
            heard.append(Heard(index, seconds, finished, finished and bool(self.rng.random() < 0.12),
                               finished and bool(self.rng.random() < 0.08)))
            if self.rng.random() > NEXT_CARD:
                break
        return heard

    def _tired(self, heard: list[Heard], index: int) -> float:
        world = self.hidden.world
        if self.kind == "habit":
            return float(0.8 ** sum(world.shows[one.index] == world.shows[index] for one in heard))
        if self.kind == "moods":
            topic = self.hidden.topics
            last = [topic[one.index] for one in heard[-3:]]
            return 0.13 if len(last) == 3 and all(t == topic[index] for t in last) else 1.0
        return 1.0
