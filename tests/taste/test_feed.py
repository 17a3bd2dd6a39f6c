# SPDX-License-Identifier: GPL-3.0-or-later
"""Interests, preference and the order of the feed, as algorithms."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.taste.events import Outcome, Thing
from podmix.taste.feed import SLOPES, START, arrange, numbers_of, uncertainty
from podmix.taste.interests import interests_of, recency, unit_rows
from podmix.taste.preference import SCALES, Things, fit
from podmix.taste.recommending import CardRow, Catalogue, ChosenInterest, Listener, recommend
from podmix.taste.store import Item

NOW = 1_800_000_000.0
DAY = 86_400.0


def hills(count: int, centres: int, seed: int = 0, size: int = 32) -> tuple[np.ndarray, np.ndarray]:
    """Unit rows round orthogonal centres, and which."""
    rng = np.random.default_rng(seed)
    which = np.arange(count) % centres
    rows = np.eye(size)[which] * 3 + rng.normal(0, 0.3, (count, size))
    return unit_rows(rows), which


def things(vectors: np.ndarray, names: np.ndarray | None = None) -> Things:
    return Things(vectors, np.full((len(vectors), 1), -1, np.intp) if names is None else names,
                  np.zeros((len(vectors), 3)))


def learnt(rows: Things, values: np.ndarray, **more: object):
    return fit(rows, values, np.ones(len(values)), np.zeros(len(values)), start=START, slopes=SLOPES, **more)


def test_two_interests_stay_two() -> None:
    rows, which = hills(40, 2)
    found = interests_of(rows, np.where(which == 0, 3.0, 1.0))
    assert len(found) == 2
    assert found[0].weight == pytest.approx(0.75)
    assert {which[i] for i in found[0].members} == {0}
    assert sorted(i for one in found for i in one.members) == list(range(40))


def test_interests_of_nothing_and_of_one() -> None:
    assert interests_of(np.zeros((0, 8), np.float32), []) == ()
    assert interests_of(np.zeros((3, 8), np.float32), [1, 1, 1]) == ()
    assert len(interests_of(hills(1, 1)[0], [2.0])) == 1


def test_clocks_that_ran_ahead_count_as_now() -> None:
    assert recency([-1e9, 0.0])[0] == recency([0.0])[0] == 1.0
    new = numbers_of(np.array([-5.0, 0.0, math.nan]), np.array([0.5, 0.5, math.nan]))
    assert np.isfinite(new).all()
    assert (new[0] == new[1]).all()
    assert new[2, 0] == 0.0


def test_what_is_like_the_liked_is_liked_and_two_hills_are_not_one_plane() -> None:
    rows, which = hills(60, 4)
    values = np.where(which < 2, 0.9, 0.0)
    fresh, kind = hills(40, 4, seed=9)
    found = learnt(things(rows), values).predict(things(fresh))
    assert found[kind < 2].min() > found[kind >= 2].max()


def test_a_taste_for_names_is_learnt_where_meaning_says_nothing() -> None:
    rng = np.random.default_rng(1)
    rows = unit_rows(rng.normal(size=(80, 32)))
    names = rng.integers(0, 6, (80, 1)).astype(np.intp)
    model = learnt(things(rows, names), np.where(names[:, 0] == 3, 0.9, 0.05))
    assert model.scales.names >= model.scales.meaning, "the evidence sees where the taste lies"
    fresh = things(unit_rows(rng.normal(size=(40, 32))), (np.arange(40) % 6)[:, None].astype(np.intp))
    found = model.predict(fresh)
    assert found[fresh.names[:, 0] == 3].min() > found[fresh.names[:, 0] != 3].max()


@settings(max_examples=20)
@given(st.integers(0, 1000), st.sampled_from(SCALES))
def test_weights_say_what_the_kernel_says(seed: int, scales: object) -> None:
    """Prediction by weights equals the dual form k(x*, X) (K + N)^-1 (y - m), worked out here by itself."""
    from podmix.taste.preference import NOISE, _hill

    rng = np.random.default_rng(seed)
    rows, new = hills(20, 3, seed)[0], hills(7, 3, seed + 1)[0]
    names, other = rng.integers(-1, 4, (20, 2)).astype(np.intp), rng.integers(-1, 4, (7, 2)).astype(np.intp)
    numbers, others = rng.normal(size=(20, 3)), rng.normal(size=(7, 3))
    values = rng.random(20)
    model = learnt(Things(rows, names, numbers), values, scales=scales)

    def kernel(a, an, ax, b, bn, bx):
        near = _hill(a @ model.centres.T) @ _hill(b @ model.centres.T).T
        shared = sum(((x[:, None] == y[None, :]) & (x[:, None] >= 0)) for x in an.T for y in bn.T)
        return (scales.meaning * a @ b.T + scales.near * near + scales.names * shared + 0.02 * ax @ bx.T + 0.05)

    gram = kernel(rows, names, numbers, rows, names, numbers) + np.eye(20) * NOISE
    dual = np.linalg.solve(gram, values - START - numbers @ SLOPES)
    wanted = START + others @ SLOPES + kernel(new, other, others, rows, names, numbers) @ dual
    assert model.predict(Things(new, other, others)) == pytest.approx(wanted, abs=2e-3)


def test_without_a_reaction_there_is_the_prior() -> None:
    rows, _ = hills(5, 2)
    model = learnt(things(rows[:0]), np.zeros(0))
    scores, nearest = model.judge(things(rows))
    assert scores == pytest.approx(START)
    assert (nearest == 0).all()
    assert uncertainty(things(rows), nearest, frozenset()).min() > 0.5


def test_older_reactions_count_less() -> None:
    rows, _ = hills(2, 1)
    found = [fit(things(rows), np.array([1.0, 0.0]), np.ones(2), np.array(ages), start=START, slopes=SLOPES)
             .predict(things(rows))[0] for ages in ((0.0, 300 * DAY), (300 * DAY, 0.0))]
    assert found[0] > found[1] + 0.1


def feed(seed: int, *, count: int = 160, shows: int = 6, places: int = 15, explore: float = 0.2):
    rng = np.random.default_rng(seed)
    vectors = unit_rows(rng.normal(size=(count, 16)))
    groups = rng.integers(0, shows, count)
    episodes = rng.integers(0, count // 2, count)
    scores = rng.random(count)
    return arrange(scores, rng.random(count), vectors, groups=groups, episodes=episodes, count=places, rng=rng,
                   explore=explore), groups, episodes


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_no_two_of_a_show_in_a_row_and_no_episode_twice(seed: int) -> None:
    placed, groups, episodes = feed(seed)
    shown = [one.index for one in placed]
    assert len(shown) == len(set(shown)) == 15
    assert len({episodes[i] for i in shown}) == len(shown)
    assert all(groups[a] != groups[b] for a, b in pairwise(shown))
    assert all(0 < one.propensity <= 1 for one in placed)


def test_one_show_alone_still_fills_the_feed() -> None:
    placed, _, _ = feed(3, shows=1)
    assert len(placed) == 15
    assert arrange(np.zeros(0), np.zeros(0), np.zeros((0, 4), np.float32), groups=np.zeros(0, np.intp),
                   episodes=np.zeros(0, np.intp), count=5, rng=np.random.default_rng(0)) == []


def test_the_logged_chance_is_how_often_it_happens() -> None:
    rng = np.random.default_rng(0)
    vectors = unit_rows(rng.normal(size=(6, 8)))
    scores, doubt, groups = rng.random(6) * 0.2, rng.random(6), np.arange(6)
    said: dict[int, float] = {}
    seen = np.zeros(6)
    rounds = 3000
    for seed in range(rounds):
        first = arrange(scores, doubt, vectors, groups=groups, episodes=groups, count=1,
                        rng=np.random.default_rng(seed), explore=0.5)[0]
        seen[first.index] += 1
        said.setdefault(first.index, first.propensity)
        assert said[first.index] == first.propensity
    assert sum(said.values()) == pytest.approx(1.0, abs=1e-6)
    for index, chance in said.items():
        assert abs(seen[index] / rounds - chance) < 4.5 * math.sqrt(chance * (1 - chance) / rounds) + 1e-9


def test_never_exploring_is_certain() -> None:
    placed, _, _ = feed(5, explore=0.0)
    assert all(one.propensity == pytest.approx(1.0) and not one.explored for one in placed)


# -- with reasons --


def catalogue(count: int = 24, centres: int = 3) -> tuple[Catalogue, np.ndarray]:
    rows, which = hills(count, centres)
    items = {n: Item(Thing.PREVIEW, n, b"", "space", rows[n].astype("<f2").tobytes(),
                     {"show": int(which[n]), "show_title": f"Show {which[n]}", "people": [f"Person {which[n]}"],
                      "topics": [], "published": NOW - n * DAY, "score": 0.5}, f"Title {n}") for n in range(count)}
    cards = [CardRow(n, n, n % 8, NOW - n * DAY, 0.5) for n in range(count)]
    return Catalogue(items, cards), rows


def outcome(number: int, value: float, *, explicit: bool = False) -> Outcome:
    return Outcome(Thing.PREVIEW, number, value, 4.0, NOW, explicit)


def test_a_first_feed_and_a_first_reaction() -> None:
    found, _ = catalogue()
    first = recommend(found, Listener(), NOW, 10, np.random.default_rng(0))
    assert len(first) == 10
    assert all(one.why for one in first)
    one = recommend(found, Listener([outcome(0, 1.0, explicit=True)]), NOW, 24, np.random.default_rng(0))
    liked = [place for place, card in enumerate(one) if card.number % 3 == 0 and not card.explored]
    assert np.mean(liked) < 11
    assert any("“Title 0”, which you liked" in line for card in one for line in card.why)


def test_chosen_interests_begin_before_anything_is_heard() -> None:
    found, rows = catalogue()
    wish = ChosenInterest("deep sea", "space", tuple(map(float, rows[1])))
    feed = recommend(found, Listener(chosen=[wish]), NOW, 8, np.random.default_rng(2))
    assert sum(card.number % 3 == 1 for card in feed if not card.explored) >= 4
    assert any("You chose “deep sea”" in card.why for card in feed)
    other = ChosenInterest("else", "another space", wish.vector)
    assert recommend(found, Listener(chosen=[other]), NOW, 8, np.random.default_rng(2))


def test_reactions_to_what_is_gone_still_count_and_unknown_ones_do_not_hurt() -> None:
    found, _ = catalogue()
    without = Catalogue(found.items, found.cards[3:])
    told = [outcome(0, 1.0), outcome(3, 1.0), outcome(999, 1.0)]
    feed = recommend(without, Listener(told), NOW, 6, np.random.default_rng(1))
    assert {card.number for card in feed} <= {card.number for card in without.cards}


def test_items_with_broken_or_foreign_vectors_are_only_unknown() -> None:
    found, _ = catalogue(6)
    broken = dict(found.items)
    broken[0] = Item(Thing.PREVIEW, 0, b"", "space", b"\xff" * 64, {}, "")
    broken[1] = Item(Thing.PREVIEW, 1, b"", "space", b"\x00" * 3, {}, "")
    broken[2] = Item(Thing.PREVIEW, 2, b"", "other", b"\x00" * 64, {"published": "yesterday"}, "")
    feed = recommend(Catalogue(broken, found.cards), Listener([outcome(n, 0.8) for n in range(4)]), NOW, 6,
                     np.random.default_rng(0))
    assert len(feed) == 6
    assert all(math.isfinite(card.score) for card in feed)


def test_friends_are_named() -> None:
    found, _ = catalogue()
    feed = recommend(found, Listener(friends=[("Ben", frozenset({2}))]), NOW, 24, np.random.default_rng(0))
    assert {card.number % 8 for card in feed if "Ben listens to this show" in card.why} == {2}
