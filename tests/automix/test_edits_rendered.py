# SPDX-License-Identifier: GPL-3.0-or-later
"""An edit of one transition changes exactly that one in the next render, sample by sample."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from podmix.audio.mixing.render import render
from podmix.automix import editing
from podmix.automix.edges import longer
from podmix.automix.layout import source_at
from podmix.automix.options import MixOptions
from podmix.automix.plan import MixPlan, PlannedTransition, Points
from podmix.automix.planner import PlannedMix, plan_mix
from podmix.automix.program import to_program
from podmix.automix.weights import MixWeights
from tests.automix.tracks import RATE, sound, track

OPTIONS, WEIGHTS = MixOptions(most_cut=0.5), MixWeights()
SETTLES_S = 0.08
"""The isolator is made ready before a band moves, and goes away after it."""
WINDOW_S = 0.25
"""So far a bent track's sound looks ahead and remembers."""
Edit = Callable[[PlannedMix], PlannedMix]


@pytest.fixture(scope="module")
def mix(tmp_path_factory: pytest.TempPathFactory) -> PlannedMix:
    folder = tmp_path_factory.mktemp("sounds")
    made = [sound(track(name, bpm=bpm, bars=bars, first=first, sections=(0, 8)), folder, hertz=hertz)
            for name, bpm, bars, first, hertz in (("a", 120, 12, 0.5, 220.0), ("b", 120.5, 17, 0.31, 330.0),
                                                  ("c", 120.2, 17, 0.4, 262.0), ("d", 120.4, 12, 0.2, 294.0))]
    return plan_mix(made, OPTIONS)


@pytest.fixture(scope="module")
def heard(mix: PlannedMix) -> np.ndarray:
    return sounds(mix.plan)


def sounds(plan: MixPlan) -> np.ndarray:
    return np.concatenate(list(render(to_program(plan))))


def span(one: PlannedTransition) -> tuple[float, float]:
    return one.mix_start - SETTLES_S - 0.5, one.mix_end + SETTLES_S


def played(plan: MixPlan, at: float) -> list[tuple[int, float]]:
    """Which second of which track sounds."""
    return [(place, source_at(one.time_map, at)) for place, one in enumerate(plan.tracks)
            if one.mix_begin <= at <= one.mix_end]


def alike(one: MixPlan, other: MixPlan, at: float, shift: float) -> bool:
    """The same seconds of the same tracks sound at ``at`` and ``shift`` later in the other plan."""
    left, right = played(one, at), played(other, at + shift)
    return len(left) == len(right) and all(
        a[0] == b[0] and abs(a[1] - b[1]) < 1 / RATE for a, b in zip(left, right, strict=True))


EDITS: dict[str, Edit] = {
    "another kind, as long": lambda mix: editing.with_kind(mix, 1, "blend", OPTIONS, WEIGHTS),
    "another kind, beats apart": lambda mix: editing.with_kind(mix, 1, "crossfade", OPTIONS, WEIGHTS),
    "two bars earlier": lambda mix: editing.moved(mix, 1, out_s=-4.0),
    "one bar shorter": lambda mix: longer(mix, 1, -1),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_changes_that_transition_and_nothing_else(name: str, mix: PlannedMix, heard: np.ndarray) -> None:
    made = EDITS[name](mix)
    again = sounds(made.plan)
    before, [old, new] = mix.plan.transitions[0], [one.plan.transitions[1] for one in (mix, made)]
    last, last_new = mix.plan.transitions[2], made.plan.transitions[2]
    shift = last_new.mix_start - last.mix_start
    frames = round(shift * RATE)
    assert abs(shift * RATE - frames) < 0.01, "by whole frames"
    assert len(again) == len(heard) + frames

    # Before it: the same bits, through the whole transition before it and on to where its own drift begins.
    begin = min(span(old)[0], span(new)[0])
    grid = np.arange(0.0, begin, 0.05)
    apart = [at for at in grid if not alike(mix.plan, made.plan, at, 0.0)]
    same_until = min([begin, *apart]) - WINDOW_S
    assert same_until > before.mix_end - WINDOW_S
    count = round(same_until * RATE)
    assert np.array_equal(again[:count], heard[:count])

    # It is another one.
    inside = slice(round(old.mix_start * RATE), round(old.mix_end * RATE))
    assert not np.array_equal(again[inside], heard[inside])

    # After it: the same, so much later. Its own track may lie one frame beside, where both times fall between frames.
    grid = np.arange(span(old)[1], mix.plan.duration_s - 0.01, 0.05)
    apart = [at for at in grid if not alike(mix.plan, made.plan, at, shift)]
    same_from = native_from(mix.plan.tracks[2].time_map, max([span(old)[1], span(new)[1] - shift, *apart])) + WINDOW_S
    assert same_from < last.mix_start - WINDOW_S
    first, end = round(same_from * RATE), round((last.mix_start - WINDOW_S) * RATE)
    assert any(np.array_equal(again[first + frames + by: end + frames + by], heard[first:end]) for by in (0, 1, -1))
    after = round((last.mix_end + WINDOW_S) * RATE)
    assert np.array_equal(again[after + frames:], heard[after:])
    if not frames:
        assert np.array_equal(again[first:], heard[first:])


def native_from(points: Points, at: float) -> float:
    """From where on, not before ``at``, a track plays at its own speed: while it is bent, what it was bent from before
    lives on in its phases."""
    return next(max(left, at) for (left, source), (right, following) in pairwise(points)
                if right > at and abs(following - source - right + left) < 1 / RATE)
