# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of a mix: the best path for small sets, a good one for large ones, locks always kept."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.automix import order_moves
from podmix.automix.energy_shape import place_costs, target
from podmix.automix.options import SHAPES, MixOptions
from podmix.automix.order import OrderProblem, arrange, choose
from podmix.errors import UsageError


def problem(count: int, seed: int, **more: object) -> OrderProblem:
    random = np.random.default_rng(seed)
    pairs = random.random((count, count))
    np.fill_diagonal(pairs, 0.0)
    return OrderProblem(pairs, random.random((count, count)) * 0.3, **more)  # type: ignore[arg-type]


@given(st.integers(1, 6), st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_small_sets_get_the_best_order_of_all(count: int, seed: int) -> None:
    one = problem(count, seed)
    best = min(one.cost(path) for path in itertools.permutations(range(count)))
    assert one.cost(arrange(one)) == pytest.approx(best)


@given(st.integers(4, 11), st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_what_a_move_is_said_to_change_is_what_it_changes(count: int, seed: int) -> None:
    one = problem(count, seed)
    path = np.random.default_rng(seed).permutation(count)
    for delta, move in order_moves._moves(path, one.pairs, one.places):
        for low, high in zip(*np.nonzero(np.isfinite(delta)), strict=True):
            assert delta[low, high] == pytest.approx(one.cost(move(path, low, high)) - one.cost(path), abs=1e-9)


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_locks_are_kept_and_every_track_is_played_once(data: st.DataObject) -> None:
    count = data.draw(st.sampled_from([3, 8, 12, 13, 20]))
    places = data.draw(st.permutations(range(count)))
    pairs = ((places[1], places[2]),) if count > 3 else ()
    first = places[0] if data.draw(st.booleans()) else None
    last = places[3] if count > 4 and data.draw(st.booleans()) else None
    one = problem(count, data.draw(st.integers(0, 1000)), first=first, last=last, follow=pairs)
    path = arrange(one)
    assert sorted(path) == list(range(count))
    assert first is None or path[0] == first
    assert last is None or path[-1] == last
    for before, after in pairs:
        assert path.index(after) == path.index(before) + 1


def test_artists_do_not_come_again_too_soon_where_that_can_be() -> None:
    artists = np.repeat(np.arange(10), 3)
    one = problem(30, 1, artists=artists, artist_gap=3)
    names = artists[list(arrange(one))]
    assert all(names[place] not in names[place + 1: place + 4] for place in range(30))


def test_large_sets_are_far_better_than_chance_and_quick() -> None:
    random = np.random.default_rng(3)
    places = random.random((100, 2))
    pairs = np.linalg.norm(places[:, None] - places[None], axis=2)
    one = OrderProblem(pairs, np.zeros((100, 100)))
    begin = time.perf_counter()
    path = arrange(one)
    assert time.perf_counter() - begin < 3.0
    # A shortest way through n random places of a unit square is about 0.7124 sqrt(n) long.
    assert one.cost(path) < 1.25 * 0.7124 * 10
    assert one.cost(path) < 0.25 * one.cost(random.permutation(100))


def test_paths_of_more_places_than_windows_hold_are_improved_too() -> None:
    one = problem(260, 4)
    path = arrange(one)
    assert sorted(path) == list(range(260))
    assert one.cost(path) < 0.3 * one.cost(np.arange(260))


def test_no_tracks_and_one_track() -> None:
    assert arrange(problem(0, 0)) == ()
    assert arrange(problem(1, 0)) == (0,)
    assert arrange(problem(1, 0, first=0, last=0)) == (0,)


def test_choosing_takes_locked_tracks_along() -> None:
    one = problem(30, 5, first=7, last=9, follow=((20, 21),))
    chosen = choose(OrderProblem(one.pairs, one.places[:, :8], first=7, last=9, follow=((20, 21),)))
    assert len(set(chosen)) == 8
    assert {7, 9, 20, 21} <= set(chosen)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_curve_has_a_place_for_all(shape: str) -> None:
    wanted = target(shape, 25)
    assert wanted.shape == (25,)
    assert wanted.min() >= 0
    assert wanted.max() <= 1
    assert target(shape, 1).shape == (1,)


def test_a_warm_up_rises_and_a_drawn_curve_is_followed() -> None:
    levels = [5.0, 1.0, 9.0, 3.0, 7.0]
    rising = arrange(OrderProblem(np.zeros((5, 5)), place_costs(levels, "warm-up", 3.0)))
    assert [levels[track] for track in rising] == [1, 3, 5, 7, 9]
    drawn = arrange(OrderProblem(np.zeros((5, 5)), place_costs(levels, ((0.0, 9.0), (0.5, 1.0), (1.0, 7.0)), 3.0)))
    assert [levels[track] for track in drawn][2] == 1.0
    assert not place_costs(levels, "", 3.0).any()


@pytest.mark.parametrize("options", [
    MixOptions(order="odd"), MixOptions(shape="odd"), MixOptions(minutes=0.0), MixOptions(most_cut=2.0),
    MixOptions(first=9), MixOptions(first=1, last=1), MixOptions(pairs=((0, 1), (1, 0))), MixOptions(pairs=((0, 9),)),
    MixOptions(pairs=((0, 1), (2, 1))), MixOptions(first=1, pairs=((0, 1),)), MixOptions(limit=0.5),
    MixOptions(shape=((0.0, float("nan")),)), MixOptions(minutes=float("nan")), MixOptions(pairs=((1, 1),))])
def test_options_that_cannot_be_meant_are_refused(options: MixOptions) -> None:
    with pytest.raises(UsageError):
        options.checked(3)
