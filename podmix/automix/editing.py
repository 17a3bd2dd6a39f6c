# SPDX-License-Identifier: GPL-3.0-or-later
"""Changing a plan: each function gives a new one in which exactly what was asked for is different.

Pure: a ``PlannedMix`` in, another one out; undoing is keeping the old one. Other transitions keep every decision
(marks, speeds, curves, reasons); they only move in mix time with what stands before them. All functions raise
UsageError for a number that names nothing, and AudioError where a change leaves no room for a neighbouring transition.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from podmix.automix.facts import TrackFacts
from podmix.automix.layout import lay_out
from podmix.automix.levels import planned_gains
from podmix.automix.options import MixOptions
from podmix.automix.plan import KINDS, MixPlan, PlannedTransition
from podmix.automix.planner import PlannedMix, planned_track
from podmix.automix.room import with_room
from podmix.automix.transitions.choose import plan_transition
from podmix.automix.transitions.matched import coinciding
from podmix.automix.weights import MixWeights
from podmix.errors import UsageError

LENGTHS_BARS = (4, 8, 16, 32)
FINE_STEP_S = 0.01


def with_kind(mix: PlannedMix, number: int, kind: str, options: MixOptions, weights: MixWeights) -> PlannedMix:
    """Transition ``number`` as another kind; where that cannot be, the next best one, whose reasons say so."""
    if kind not in KINDS:
        raise UsageError(f"There is no transition “{kind[:40]}”.", remedy=f"There are: {', '.join(KINDS)}.")
    bars = _transition(mix, number).bars or None
    made = _planned(mix, number, options, weights, kind=kind, bars=bars)
    if made.kind != kind and bars is not None:
        made = _planned(mix, number, options, weights, kind=kind)
    return _replaced(mix, number, made)


def with_bars(mix: PlannedMix, number: int, bars: int, options: MixOptions, weights: MixWeights) -> PlannedMix:
    """Transition ``number`` with another length in bars, placed anew for it."""
    if bars not in LENGTHS_BARS:
        raise UsageError("A transition has 4, 8, 16 or 32 bars.")
    kind = _transition(mix, number).kind
    return _replaced(mix, number, _planned(mix, number, options, weights, kind=kind, bars=bars))


def moved(mix: PlannedMix, number: int, *, out_s: float = 0.0, in_s: float = 0.0, free: bool = False) -> PlannedMix:
    """Transition ``number`` with its place in either track moved by source seconds.

    Both sides of a beat-matched one snap to bar lines; ``free`` moves by 10 ms (beats then fall apart on purpose).
    """
    old = _transition(mix, number)
    before, after = mix.facts[number], mix.facts[number + 1]
    if free or not old.beat_matched:
        out_by, in_by = (round(by / FINE_STEP_S) * FINE_STEP_S for by in (out_s, in_s))
        made = replace(old, out_marks=_shifted(old.out_marks, out_by, before.duration),
                       in_marks=_shifted(old.in_marks, in_by, after.duration))
    else:
        made = replace(old, out_marks=_on_bars(before, old.out_marks, out_s, looped=old.loop is not None),
                       in_marks=_on_bars(after, old.in_marks, in_s))
        made = _speeds(old, _beat_by_beat(made, before, after))
    out_by, in_by = made.out_marks[-1] - old.out_marks[-1], made.in_marks[0] - old.in_marks[0]
    made = replace(made, out_end=max(made.out_marks[-1], min(before.duration, old.out_end + out_by))
                   if old.loop is None else made.out_marks[-1],
                   in_begin=min(made.in_marks[0], max(0.0, old.in_begin + in_by)), reasons=_by_hand(old.reasons))
    return _replaced(mix, number, made)


def locked(mix: PlannedMix, number: int, lock: bool = True) -> PlannedMix:
    """Transition ``number`` locked: planning anew leaves it alone while its two tracks stay neighbours."""
    return _replaced(mix, number, replace(_transition(mix, number), locked=lock))


def reordered(mix: PlannedMix, order: Sequence[int], options: MixOptions, weights: MixWeights) -> PlannedMix:
    """The tracks in another order, or some of them: numbers of now. Neighbours that stay neighbours keep their
    transition."""
    if any(not 0 <= place < len(mix.facts) for place in order) or len(set(order)) != len(order) or not order:
        raise UsageError("This is no order of the tracks in the mix.")
    facts = tuple(mix.facts[place] for place in order)
    kept = {(place, place + 1): one for place, one in enumerate(mix.plan.transitions)}
    return _rebuilt(mix, facts, tuple(mix.order[place] for place in order),
                    [kept.get((a, b)) for a, b in pairwise(order)], options=options, weights=weights)


def with_track(mix: PlannedMix, place: int, facts: TrackFacts, options: MixOptions, weights: MixWeights, *,
               replacing: bool = False) -> PlannedMix:
    """``facts`` put in before track ``place`` (or instead of it); only its own transitions are planned."""
    if not 0 <= place <= len(mix.facts) - (1 if replacing else 0):
        raise UsageError("There is no such place in the mix.")
    after = place + 1 if replacing else place
    tracks = (*mix.facts[:place], facts, *mix.facts[after:])
    number = max(mix.order, default=-1) + 1
    order = (*mix.order[:place], number, *mix.order[after:])
    old = mix.plan.transitions
    kept: list[PlannedTransition | None] = [*old[: max(0, place - 1)]]
    kept += [None] * (len(tracks) - 1 - len(kept) - len(old[after:]))
    return _rebuilt(mix, tracks, order, [*kept, *old[after:]], options=options, weights=weights)


def continued(mix: PlannedMix, heard_s: float, coming: Sequence[TrackFacts], options: MixOptions,
              weights: MixWeights) -> PlannedMix:
    """The mix with other tracks after what is playing at ``heard_s``: the past and what sounds now stay as they are.

    The transition that sounds, or the track that plays alone, is the last thing kept; locked ones beyond go, too.
    """
    now = max((place for place, track in enumerate(mix.plan.tracks) if track.mix_begin <= heard_s), default=0)
    tracks = (*mix.facts[: now + 1], *coming)
    order = (*mix.order[: now + 1], *range(max(mix.order) + 1, max(mix.order) + 1 + len(coming)))
    kept: list[PlannedTransition | None] = [*mix.plan.transitions[:now], *[None] * len(coming)]
    return _rebuilt(mix, tracks, order, kept, options=options, weights=weights)


def _rebuilt(mix: PlannedMix, facts: tuple[TrackFacts, ...], order: tuple[int, ...],
             kept: Sequence[PlannedTransition | None], *, options: MixOptions, weights: MixWeights) -> PlannedMix:
    """Gains of tracks that were there stay, so that what was heard is not played at another level."""
    transitions = with_room(
        facts, [one if one is not None else plan_transition(facts[place], facts[place + 1], options, weights)
                for place, one in enumerate(kept)], [one is not None for one in kept])
    known = {(track.path, number): track for track, number in zip(mix.plan.tracks, mix.order, strict=True)}
    common = max(track.gain_db + one.lufs for track, one in zip(mix.plan.tracks, mix.facts, strict=True))
    gains = [min(gain, common - one.lufs) for gain, one in zip(planned_gains(facts), facts, strict=True)]
    tracks = tuple(known.get((one.path, number)) or planned_track(one, gain)
                   for one, number, gain in zip(facts, order, gains, strict=True))
    plan = lay_out(replace(mix.plan, tracks=tracks, transitions=transitions))
    return PlannedMix(plan, facts, order)


def _transition(mix: PlannedMix, number: int) -> PlannedTransition:
    if not 0 <= number < len(mix.plan.transitions):
        raise UsageError("There is no such transition in the mix.")
    return mix.plan.transitions[number]


def _planned(mix: PlannedMix, number: int, options: MixOptions, weights: MixWeights, *, kind: str,
             bars: int | None = None) -> PlannedTransition:
    old = _transition(mix, number)
    made = plan_transition(mix.facts[number], mix.facts[number + 1], options, weights, kind=kind, bars=bars)
    return replace(made, locked=old.locked)


def _replaced(mix: PlannedMix, number: int, made: PlannedTransition) -> PlannedMix:
    old = mix.plan.transitions
    plan: MixPlan = lay_out(replace(mix.plan, transitions=(*old[:number], made, *old[number + 1:])))
    return PlannedMix(plan, mix.facts, mix.order)


def _shifted(marks: tuple[float, ...], by: float, duration: float) -> tuple[float, ...]:
    by = max(-marks[0], min(by, duration - marks[-1])) if duration > marks[-1] else max(-marks[0], min(by, 0.0))
    return tuple(mark + by for mark in marks)


def _on_bars(facts: TrackFacts, marks: tuple[float, ...], by: float, *, looped: bool = False) -> tuple[float, ...]:
    """The marks moved by whole bars, as near to ``by`` as there are bars."""
    lines = facts.table.lines
    if looped or not len(lines) or by == 0.0:
        return marks
    first, last = (int(np.argmin(np.abs(lines - mark))) for mark in (marks[0], marks[-1]))
    wanted = int(np.argmin(np.abs(lines - (marks[0] + by))))
    steps = max(-first, min(wanted - first, len(lines) - 1 - last))
    places = np.interp(marks, lines, np.arange(len(lines))) + steps
    return tuple(float(mark) for mark in np.interp(places, np.arange(len(lines)), lines))


def _beat_by_beat(made: PlannedTransition, before: TrackFacts, after: TrackFacts) -> PlannedTransition:
    """Where a grid is not even, the beats of the bars that it now lies on."""
    if made.loop is not None or (before.grid.constant and after.grid.constant):
        return made
    spans = [[int(np.argmin(np.abs(facts.table.lines - mark))) for mark in (marks[0], marks[-1])]
             for facts, marks in ((before, made.out_marks), (after, made.in_marks)) if len(facts.table.lines)]
    if len(spans) < 2:
        return made
    lines = [facts.table.lines[first: last + 1] for facts, (first, last) in zip((before, after), spans, strict=True)]
    marks = coinciding(before, after, *lines) if min(map(len, lines)) > 1 else None
    if marks is None:
        raise UsageError("The bars there do not run together evenly.", remedy="Move it with Alt instead.")
    return replace(made, out_marks=tuple(map(float, marks[0])), in_marks=tuple(map(float, marks[1])))


def _speeds(old: PlannedTransition, made: PlannedTransition) -> PlannedTransition:
    """Speeds that fit the marks: the ratio is theirs, shared between both as before."""
    ratio = (made.in_marks[-1] - made.in_marks[0]) / (made.out_marks[-1] - made.out_marks[0])
    return replace(made, stretch_to=old.stretch_from * ratio)


def _by_hand(reasons: tuple[str, ...]) -> tuple[str, ...]:
    return reasons if reasons[:1] == ("Placed by hand.",) else ("Placed by hand.", *reasons)
