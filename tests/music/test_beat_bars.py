# SPDX-License-Identifier: GPL-3.0-or-later
"""Bars from a network's opinion and from where the music changes: made so that the two contradict each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podmix.music.beats import bars, phrases, slots
from podmix.music.beats.features import BANDS

PER_BEAT, METRE = 4, 4
BAR = PER_BEAT * METRE


def layered(first: int, count: int, *, bar: int = BAR, every: int = 4, seed: int = 0) -> np.ndarray:
    """Slots ``(count, 2, BANDS)`` whose layers change on every ``every``-th bar line, bars beginning at ``first``.

    Within a section each bar repeats the one before.
    """
    dice = np.random.default_rng(seed)
    heard = np.zeros((count, 2, BANDS), np.float32)
    figure = dice.uniform(0.0, 1.0, (bar, 2, BANDS))
    for start in range(first - every * bar, count, every * bar):
        layers = dice.uniform(0, 1, BANDS) * (dice.random(BANDS) < 0.5)
        for slot in range(max(0, start), min(count, start + every * bar)):
            heard[slot] = 0.02 + figure[(slot - first) % bar] * layers
    return heard


@settings(max_examples=20)
@given(first=st.integers(0, BAR - 1), seed=st.integers(0, 50))
def test_the_most_votes_fall_on_bar_lines(first: int, seed: int) -> None:
    votes = phrases.bar_votes(phrases.running_sums(layered(first, 40 * BAR, seed=seed)), BAR)
    by_phase = [float(votes.gain[phase::BAR].sum()) for phase in range(BAR)]
    assert int(np.argmax(by_phase)) == first
    assert votes.floor < 0


def test_what_never_changes_or_is_too_short_has_no_votes() -> None:
    still = np.tile(layered(0, BAR, every=99), (30, 1, 1))
    assert phrases.bar_votes(phrases.running_sums(still), BAR).gain.max(initial=0.0) < 4
    for count in (0, 1, BAR):
        votes = phrases.bar_votes(phrases.running_sums(layered(0, count)), BAR)
        assert len(votes.gain) == count
        assert not votes.gain.any()
        assert votes.floor == 0


def opinion(beats: int, phase: int, sure: float) -> np.ndarray:
    return np.where(np.arange(beats) % METRE == phase, sure, 0.1)


def test_many_changes_outvote_a_network_that_is_wrong_throughout() -> None:
    heard = layered(2 * PER_BEAT, 64 * BAR, seed=3)
    ballot = slots.ballot_of(slots.change_votes(heard), PER_BEAT, 0)
    wrong = opinion(64 * METRE, 0, 0.6)
    assert int(np.argmin(bars.count_bars(wrong).position)) == 0
    found = bars.count_bars(wrong, ballot)
    assert found.metre == METRE
    np.testing.assert_array_equal(np.flatnonzero(found.position == 0) % METRE, 2)


def test_few_changes_do_not_outvote_a_sure_network() -> None:
    heard = layered(2 * PER_BEAT, 24 * BAR, every=12, seed=3)
    ballot = slots.ballot_of(slots.change_votes(heard), PER_BEAT, 0)
    found = bars.count_bars(opinion(24 * METRE, 0, 0.95), ballot)
    np.testing.assert_array_equal(np.flatnonzero(found.position == 0) % METRE, 0)


def test_agreement_makes_surer_than_contradiction() -> None:
    heard = layered(0, 48 * BAR, seed=5)
    ballot = slots.ballot_of(slots.change_votes(heard), PER_BEAT, 0)
    agreed = bars.count_bars(opinion(48 * METRE, 0, 0.6), ballot)
    contradicted = bars.count_bars(opinion(48 * METRE, 2, 0.6), ballot)
    assert agreed.margin > 2 * contradicted.margin


def test_threes_are_told_from_fours_by_changes_alone() -> None:
    heard = layered(0, 60 * 12, bar=12, every=5, seed=1)
    ballot = slots.ballot_of(slots.change_votes(heard), PER_BEAT, 0)
    assert bars.count_bars(np.full(180, 0.3), ballot).metre == 3


@pytest.mark.parametrize(("count", "share"), [(1, 1.0), (8, 1.0), (16, 0.5), (64, 0.125), (900, 0.125)])
def test_a_network_is_believed_less_the_longer_it_speaks(count: int, share: float) -> None:
    assert bars.trust(count) == pytest.approx(share)


def test_half_a_beat_is_decided_by_changes_where_the_network_hears_both() -> None:
    heard = layered(2, 48 * BAR, seed=8)
    chance = np.full((48 * BAR, 2), 0.05, np.float32)
    chance[::2, 0] = 0.7
    assert slots.read_metre(chance, 0.125, slots.change_votes(heard))[0].first % PER_BEAT == 2
