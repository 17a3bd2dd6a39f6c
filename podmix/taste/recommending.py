# SPDX-License-Identifier: GPL-3.0-or-later
"""From what is stored to a feed with reasons: candidates as arrays, the listener's preference, the order, the words.

``Catalogue`` is what could be shown, ``Listener`` what is known of the person, ``recommend`` joins them. No clock, no
database: a test or a simulator can call all of it.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from podmix.taste.events import Outcome, Thing
from podmix.taste.feed import arrange, numbers_of, uncertainty
from podmix.taste.interests import Doubles, Floats, Interest, Ints, interests_of, recency, unit_rows
from podmix.taste.preference import Preference, Things
from podmix.taste.prior import SHIPPED, Prior
from podmix.taste.store import Item

PEOPLE = 2
TOPICS = 2
CHOSEN_VALUE, CHOSEN_WEIGHT = 0.8, 2.0
_LIKE_IT = 0.35  # likeness from which a card belongs to an interest
_CHOSEN = 0.22  # a few words are never as like a minute of talk as another minute is
_BY_NAME = 0.04  # what a show or person must add to be a reason
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class CardRow:
    """A preview that could be shown. ``score`` 0..1 is its own; ``published`` seconds since 1970 or NaN."""

    number: int
    episode: int
    show: int
    published: float = math.nan
    score: float = 0.5


@dataclass(frozen=True, slots=True)
class ChosenInterest:
    """What a listener said to be interested in, before anything was heard."""

    text: str
    space: str
    vector: tuple[float, ...]


@dataclass(frozen=True)
class Listener:
    """``outcomes`` of previews; ``friends`` are (name, show numbers they follow); ``seen`` are not shown again."""

    outcomes: Sequence[Outcome] = ()
    chosen: Sequence[ChosenInterest] = ()
    friends: Sequence[tuple[str, frozenset[int]]] = ()
    seen: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Recommended:
    """One place of the feed; ``why`` are sentences for the screen, the strongest first."""

    number: int
    score: float
    propensity: float
    explored: bool
    why: tuple[str, ...] = field(default=())


def name_number(kind: str, name: str | int) -> int:
    """What stands for a name in ``Things.names``: kinds do not mix, and the same name is the same everywhere."""
    return zlib.crc32(f"{kind}:{str(name).casefold()}".encode())


class Catalogue:
    """Candidates and things once heard as arrays, all in one space of meaning (that of most of them)."""

    def __init__(self, items: Mapping[int, Item], cards: Sequence[CardRow]) -> None:
        self.items = items
        self.cards = tuple(cards)
        spaces = [item.version for item in items.values() if item.vector]
        self.space = max(set(spaces), key=lambda space: (spaces.count(space), space)) if spaces else ""
        self.size = next((len(i.vector) // 2 for i in items.values() if i.version == self.space and i.vector), 1)

    @cached_property
    def vectors(self) -> Floats:
        """``(n, d)`` of the cards; zeros where nothing is known."""
        return self._vectors([card.number for card in self.cards])

    @cached_property
    def names(self) -> Ints:
        return self._names([card.number for card in self.cards])

    @cached_property
    def published(self) -> Doubles:
        return np.array([card.published for card in self.cards], np.float64)

    @cached_property
    def quality(self) -> Doubles:
        return np.array([card.score for card in self.cards], np.float64)

    def things(self, now: float) -> Things:
        return Things(self.vectors, self.names, numbers_of(now - self.published, self.quality))

    def heard(self, numbers: Sequence[int], ats: Sequence[float]) -> Things:
        """Things that were heard at ``ats``, as they were then; also those that are gone since."""
        facts = [self.items[number].facts for number in numbers]
        ages = np.array([at - _number(fact.get("published")) for at, fact in zip(ats, facts, strict=True)])
        quality = np.array([_number(fact.get("score")) for fact in facts])
        return Things(self._vectors(numbers), self._names(numbers), numbers_of(ages, quality))

    def _vectors(self, numbers: Sequence[int]) -> Floats:
        blank = bytes(2 * self.size)
        rows = [item.vector if (item := self.items.get(number)) is not None and item.version == self.space
                and len(item.vector) == 2 * self.size else blank for number in numbers]
        found = np.frombuffer(b"".join(rows), "<f2").astype(np.float32).reshape(len(rows), self.size)
        return unit_rows(np.nan_to_num(found))

    def _names(self, numbers: Sequence[int]) -> Ints:
        found = np.full((len(numbers), 1 + PEOPLE + TOPICS), -1, np.intp)
        for row, number in enumerate(numbers):
            item = self.items.get(number)
            if item is None:
                continue
            facts = item.facts
            found[row, 0] = name_number("show", facts.get("show", -1))
            for column, name in enumerate(facts.get("people", ())[:PEOPLE], start=1):
                found[row, column] = name_number("person", name)
            for column, name in enumerate(facts.get("topics", ())[:TOPICS], start=1 + PEOPLE):
                found[row, column] = name_number("topic", name)
        return found


@dataclass(frozen=True)
class Learnt:
    """What was learnt of a listener; made anew when a reaction came."""

    preference: Preference
    interests: tuple[Interest, ...]
    liked: tuple[Outcome, ...]  # what ``Interest.members`` are places of
    seen_names: frozenset[int]


def learn(catalogue: Catalogue, listener: Listener, now: float, prior: Prior = SHIPPED) -> Learnt:
    """Never fails for want of data: without a reaction it is what everybody begins with, ``prior``."""
    told = [one for one in listener.outcomes if one.thing is Thing.PREVIEW and one.number in catalogue.items]
    heard = catalogue.heard([one.number for one in told], [one.at for one in told])
    chosen = [one for one in listener.chosen if one.space == catalogue.space and len(one.vector) == catalogue.size]
    wished = np.array([one.vector for one in chosen], np.float32).reshape(-1, catalogue.size)
    things = Things(np.concatenate([heard.vectors, unit_rows(wished)]),
                    np.concatenate([heard.names, np.full((len(chosen), heard.names.shape[1]), -1, np.intp)]),
                    np.concatenate([heard.numbers, np.zeros((len(chosen), heard.numbers.shape[1]))]))
    values = np.array([one.value for one in told] + [CHOSEN_VALUE] * len(chosen))
    weights = np.array([one.weight for one in told] + [CHOSEN_WEIGHT] * len(chosen))
    ages = np.array([max(0.0, now - one.at) for one in told] + [0.0] * len(chosen))
    liking = prior.learn(things, values, weights, ages)
    liked = [place for place, one in enumerate(told) if one.value > 0.6]
    strength = [told[place].weight * float(recency([now - told[place].at])[0]) for place in liked]
    return Learnt(liking, interests_of(heard.vectors[liked], strength), tuple(told[place] for place in liked),
                  frozenset(heard.names[:, 0].tolist()))


def recommend(catalogue: Catalogue, listener: Listener, now: float, count: int, rng: np.random.Generator, *,
              learnt: Learnt | None = None) -> list[Recommended]:
    """Up to ``count`` unseen cards in the order to show them."""
    learnt = learnt or learn(catalogue, listener, now)
    open_cards = np.array([place for place, card in enumerate(catalogue.cards) if card.number not in listener.seen],
                          np.intp)
    if not len(open_cards):
        return []
    everything = catalogue.things(now)
    things = everything if len(open_cards) == len(everything) else everything.rows(open_cards)
    scores, nearest = learnt.preference.judge(things)
    cards = [catalogue.cards[place] for place in open_cards]
    placed = arrange(scores, uncertainty(things, nearest, learnt.seen_names), things.vectors,
                     groups=np.array([card.show for card in cards], np.intp),
                     episodes=np.array([card.episode for card in cards], np.intp), count=count, rng=rng)
    words = _Reasons(catalogue, listener, learnt, now)
    return [Recommended(cards[one.index].number, one.score, one.propensity, one.explored,
                        words.of(cards[one.index], things.vectors[one.index], explored=one.explored))
            for one in placed]


class _Reasons:
    """Why a card stands where it stands, in plain words."""

    def __init__(self, catalogue: Catalogue, listener: Listener, learnt: Learnt, now: float) -> None:
        self._catalogue, self._listener, self._learnt, self._now = catalogue, listener, learnt, now
        self._centres = np.array([one.centre for one in learnt.interests], np.float32).reshape(-1, catalogue.size)
        chosen = [one for one in listener.chosen if one.space == catalogue.space and len(one.vector) == catalogue.size]
        self._chosen = [(one.text, np.array(one.vector, np.float32)) for one in chosen]

    def of(self, card: CardRow, vector: Floats, *, explored: bool) -> tuple[str, ...]:
        found = ["Something different, to get to know your taste"] if explored else []
        found += self._interest(vector) + self._names(card)
        found += [f"You chose “{text}”" for text, own in self._chosen if float(vector @ own) > _CHOSEN][:1]
        found += [f"{name} listens to this show" for name, shows in self._listener.friends if card.show in shows]
        days = (self._now - card.published) / _DAY_S
        if days < 7:
            found.append("New today" if days < 1 else "New this week")
        if card.score >= 0.75:
            found.append("A strong minute by itself")
        return tuple(found[:4]) or ("From a show you follow",)

    def _interest(self, vector: Floats) -> list[str]:
        if not len(self._centres):
            return []
        near = self._centres @ vector
        best = int(near.argmax())
        if near[best] < _LIKE_IT:
            return []
        liked = self._learnt.liked[self._learnt.interests[best].members[0]]
        title = self._catalogue.items[liked.number].title
        return [f"Like “{title}”, which you {'liked' if liked.explicit else 'heard to the end'}"]

    def _names(self, card: CardRow) -> list[str]:
        item = self._catalogue.items.get(card.number)
        if item is None:
            return []
        found, weights = [], self._learnt.preference.names
        if weights.get(name_number("show", card.show), 0.0) > _BY_NAME:
            found.append(f"You like {item.facts.get('show_title') or 'this show'}")
        found += [f"With {person}" for person in item.facts.get("people", ())[:PEOPLE]
                  if weights.get(name_number("person", person), 0.0) > _BY_NAME]
        found += [f"You like {topic}" for topic in item.facts.get("topics", ())[:TOPICS]
                  if weights.get(name_number("topic", topic), 0.0) > _BY_NAME]
        return found[:2]


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else math.nan
