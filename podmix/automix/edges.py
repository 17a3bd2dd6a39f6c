# SPDX-License-Identifier: GPL-3.0-or-later
"""The edges of one transition moved by hand: longer, shorter, earlier, later. Pure; see ``editing``."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from podmix.automix.editing import FINE_STEP_S, moved
from podmix.automix.facts import TrackFacts
from podmix.automix.layout import lay_out
from podmix.automix.plan import CURVE_NAMES, Curves, PlannedTransition
from podmix.automix.planner import PlannedMix
from podmix.automix.transitions.matched import coinciding
from podmix.errors import UsageError

SHORTEST_S = 0.05
MOST_BARS = 128


def with_edges(mix: PlannedMix, number: int, start_s: float, end_s: float, *, free: bool = False) -> PlannedMix:
    """Transition ``number`` with its begin and its end moved by seconds of the mix.

    Both by as much: it comes earlier or later in the track that ends. One edge: it gets longer or shorter, by whole
    bars where beats are matched, else by 10 ms; its curves are stretched with it. ``free`` (10 ms) moves a beat-matched
    one off the bar lines, its beats still on each other. Raises UsageError and AudioError as ``editing`` does.
    """
    if not 0 <= number < len(mix.plan.transitions):
        raise UsageError("There is no such transition in the mix.")
    old = mix.plan.transitions[number]
    if start_s == end_s:
        return moved(mix, number, out_s=start_s * old.stretch_from, free=free)
    if old.loop is not None:
        raise UsageError("A transition over a loop keeps its length.", remedy="Choose another kind first.")
    if old.beat_matched and free:
        by = start_s or end_s
        return moved(mix, number, out_s=by * old.stretch_from, in_s=by * old.stretch_to, free=True)
    before, after = mix.facts[number], mix.facts[number + 1]
    made = _by_bars(old, before, after, start_s, end_s) if old.beat_matched else _by_time(old, before, after, start_s,
                                                                                          end_s)
    by_hand = old.reasons if old.reasons[:1] == ("Placed by hand.",) else ("Placed by hand.", *old.reasons)
    made = replace(made, out_end=min(before.duration, max(made.out_marks[-1],
                                                          old.out_end + made.out_marks[-1] - old.out_marks[-1])),
                   in_begin=max(0.0, min(made.in_marks[0], old.in_begin + made.in_marks[0] - old.in_marks[0])),
                   reasons=by_hand)
    ones = mix.plan.transitions
    plan = lay_out(replace(mix.plan, transitions=(*ones[:number], made, *ones[number + 1:])))
    return PlannedMix(plan, mix.facts, mix.order)


def longer(mix: PlannedMix, number: int, steps: int) -> PlannedMix:
    """Its end later by ``steps`` bars (negative: earlier), or by as many half seconds where no beats are matched."""
    if not 0 <= number < len(mix.plan.transitions):
        raise UsageError("There is no such transition in the mix.")
    return with_edges(mix, number, 0.0, steps * step_of(mix, number))


def step_of(mix: PlannedMix, number: int) -> float:
    """A bar of transition ``number``, or half a second, in seconds of the mix."""
    one = mix.plan.transitions[number]
    return (one.mix_end - one.mix_start) / one.bars if one.beat_matched else 0.5


def _by_bars(old: PlannedTransition, before: TrackFacts, after: TrackFacts, start_s: float,
             end_s: float) -> PlannedTransition:
    bar_s = (old.mix_end - old.mix_start) / old.bars
    lines = before.table.lines, after.table.lines
    if min(map(len, lines)) < 2:
        raise UsageError("The bars of these tracks are not known well enough.", remedy="Move it with Alt instead.")
    spans = [(_place(side, marks[0]), _place(side, marks[-1]))
             for side, marks in zip(lines, (old.out_marks, old.in_marks), strict=True)]
    front, back = round(start_s / bar_s), round(end_s / bar_s)
    per = [(last - first) / old.bars for first, last in spans]  # bar lines for a bar: 0.5 where one counts double
    front = max(front, *(-int(first / step + 1e-6) for (first, _), step in zip(spans, per, strict=True)))
    back = min(back, *(int((len(side) - 1 - last) / step + 1e-6)
                       for side, (_, last), step in zip(lines, spans, per, strict=True)))
    front = min(front, old.bars - 1)
    bars = max(1, min(MOST_BARS, old.bars - front + back))
    if not end_s:  # the edge that is dragged gives way, the other one stays
        front = old.bars - bars
    steps = [(round(first + front * step), round(bars * step)) for (first, _), step in zip(spans, per, strict=True)]
    sides = coinciding(before, after, *(side[first: first + count + 1]
                                        for side, (first, count) in zip(lines, steps, strict=True)))
    if sides is None:
        raise UsageError("The bars there do not run together evenly.", remedy="Move it with Alt instead.")
    ratio = (sides[1][-1] - sides[1][0]) / (sides[0][-1] - sides[0][0])
    share = bars / old.bars
    out_marks, in_marks = (tuple(map(float, side)) for side in sides)
    return replace(old, out_marks=out_marks, in_marks=in_marks, bars=bars, stretch_to=old.stretch_from * ratio,
                   swap=None if old.swap is None else float(round(old.swap * share)),
                   out_curves=_stretched(old.out_curves, share), in_curves=_stretched(old.in_curves, share))


def _place(lines: np.ndarray, mark: float) -> float:
    """A mark's place among bar lines, in lines."""
    return float(np.interp(mark, lines, np.arange(len(lines))))


def _by_time(old: PlannedTransition, before: TrackFacts, after: TrackFacts, start_s: float,
             end_s: float) -> PlannedTransition:
    front, back = (round(by / FINE_STEP_S) * FINE_STEP_S for by in (start_s, end_s))
    front = max(front, -old.out_marks[0], -old.in_marks[0])
    back = min(back, before.duration - old.out_marks[-1], after.duration - old.in_marks[-1])
    length = old.out_marks[-1] - old.out_marks[0]
    if length - front + back < SHORTEST_S:
        raise UsageError("A transition cannot be shorter than that.", remedy="Choose a cut instead.")
    marks = [tuple(first + front + (last - first - front + back) * place / (count - 1) for place in range(count))
             for first, last, count in ((side[0], side[-1], len(side)) for side in (old.out_marks, old.in_marks))]
    share = (length - front + back) / length if length > 0 else 1.0
    return replace(old, out_marks=marks[0], in_marks=marks[1], out_curves=_stretched(old.out_curves, share),
                   in_curves=_stretched(old.in_curves, share))


def _stretched(curves: Curves, share: float) -> Curves:
    return Curves(**{name: tuple((position * share, value) for position, value in getattr(curves, name))
                     for name in CURVE_NAMES})
