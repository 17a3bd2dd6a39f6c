# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters of made-up unit vectors: the count is right where voices are apart, whatever the noise and the order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from podmix.speech.clustering import MOST_CLUSTERED, centres, cluster_voices, smooth

DIMS = 64


def voices(count: int, each: int, *, noise: float, seed: int, common: float = 0.6) -> NDArray[np.float32]:
    """``count * each`` unit rows, voice after voice; all share a direction, as real voices do."""
    chance = np.random.default_rng(seed)
    directions = np.linalg.qr(chance.normal(size=(DIMS, DIMS)))[0]
    rows = np.repeat(directions[1 : count + 1] + common * directions[0], each, axis=0)
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True) + noise * chance.normal(size=rows.shape) / np.sqrt(DIMS)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


@settings(max_examples=25, deadline=None)
@given(count=st.integers(1, 8), each=st.integers(8, 40), noise=st.floats(0.0, 0.5), seed=st.integers(0, 999))
def test_the_count_is_right_where_voices_are_apart(count: int, each: int, noise: float, seed: int) -> None:
    labels = cluster_voices(voices(count, each, noise=noise, seed=seed))
    assert labels.tolist() == np.repeat(np.arange(count), each).tolist()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 999), noise=st.floats(0.0, 0.8))
def test_one_voice_stays_one(seed: int, noise: float) -> None:
    assert not cluster_voices(voices(1, 120, noise=noise, seed=seed)).any()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 999))
def test_another_order_gives_the_same_clusters(seed: int) -> None:
    rows = voices(4, 15, noise=0.4, seed=seed)
    order = np.random.default_rng(seed).permutation(len(rows))
    straight, mixed = cluster_voices(rows), cluster_voices(rows[order])
    together = straight[:, None] == straight[None]
    assert np.array_equal(together[np.ix_(order, order)], mixed[:, None] == mixed[None])


def test_labels_are_numbered_by_first_appearance() -> None:
    rows = voices(3, 10, noise=0.2, seed=1)
    labels = cluster_voices(rows[::-1])
    assert list(dict.fromkeys(labels.tolist())) == [0, 1, 2]


def test_a_lonely_odd_window_is_no_voice() -> None:
    rows = voices(2, 30, noise=0.2, seed=3)
    odd = voices(5, 1, noise=0.0, seed=77)[4:]
    assert cluster_voices(np.concatenate([rows, odd])).max() == 1


def test_windows_that_share_sound_do_not_make_a_voice_look_purer_than_it_is() -> None:
    """Each piece of sound is in four windows; without leaving such pairs out, pieces look like voices."""
    pieces = voices(1, 40, noise=1.0, seed=5)
    rows = np.repeat(pieces, 4, axis=0) + 0.02 * np.random.default_rng(0).normal(size=(160, DIMS)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    starts = np.arange(160, dtype=np.int64) * 40
    assert cluster_voices(rows, starts, 160).max() < cluster_voices(rows).max()


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_very_few_windows(count: int) -> None:
    assert len(cluster_voices(voices(1, max(1, count), noise=0.1, seed=0)[:count])) == count


def test_more_windows_than_are_compared() -> None:
    rows = voices(3, MOST_CLUSTERED, noise=0.3, seed=2)
    assert cluster_voices(rows).tolist() == np.repeat(np.arange(3), MOST_CLUSTERED).tolist()


def test_same_vectors_same_labels() -> None:
    rows = voices(5, 20, noise=0.5, seed=9)
    assert np.array_equal(cluster_voices(rows), cluster_voices(rows.copy()))


def test_centres_leave_out_windows_of_no_voice() -> None:
    rows = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [-1.0, 0.0]])
    assert centres(rows, np.array([0, 1, 0, -1])) == pytest.approx(np.eye(2), abs=1e-6)


def test_a_change_must_gain_what_it_costs() -> None:
    likeness = np.zeros((9, 2))
    likeness[:, 0] = 0.5
    likeness[4, 1] = 1.0  # a single step in favour: gains 0.5, two changes cost more
    assert smooth(likeness, stay=0.3).tolist() == [0] * 9
    likeness[4:, 1] = 1.0
    assert smooth(likeness, stay=0.3).tolist() == [0] * 4 + [1] * 5


@given(st.integers(1, 30), st.integers(1, 4), st.integers(0, 99))
def test_without_cost_each_step_is_its_best(steps: int, count: int, seed: int) -> None:
    likeness = np.random.default_rng(seed).random((steps, count))
    assert smooth(likeness, stay=0.0).tolist() == likeness.argmax(axis=1).tolist()
