# SPDX-License-Identifier: GPL-3.0-or-later
"""Planning what is still to come of a mix: tracks join it, or all that is not locked is planned anew.

Pure. What was heard, what sounds, and what begins within ``LEAD_S`` stay as they are, with their times. Of the rest,
locked transitions and the pairs that a person tied together stay; other neighbours that remain neighbours keep their
transition, unless all is to be planned anew. Tracks keep their gains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from podmix.automix.editing import reordered, with_track
from podmix.automix.energy_shape import place_costs
from podmix.automix.facts import TrackFacts
from podmix.automix.layout import lay_out
from podmix.automix.options import MixOptions
from podmix.automix.order import OrderProblem, arrange
from podmix.automix.pairs import artist_numbers, pair_terms
from podmix.automix.planner import PlannedMix, playable
from podmix.automix.transitions.choose import plan_transition
from podmix.automix.transitions.join import runs_on
from podmix.automix.weights import MixWeights
from podmix.errors import AudioError

LEAD_S = 10.0
"""What begins so soon may be on its way to the ears already."""


def go_on(mix: PlannedMix, coming: Sequence[TrackFacts], options: MixOptions, weights: MixWeights, *,
          heard_s: float | None = None, anew: bool = False, place: int | None = None) -> PlannedMix:
    """``mix`` with ``coming`` among what is still to come.

    Args:
        mix: as it is.
        coming: tracks that join; those without sound are left out with a note.
        options: what was asked of the mix; ``order`` "auto" arranges what is to come, "keep" only puts ``coming``
            among it. Places in it count as in ``mix.order``.
        weights: what counts how much.
        heard_s: the second of the mix that is heard; None: nothing was, all of it is still to come.
        anew: transitions that are not locked are planned anew, too.
        place: the track before which ``coming`` goes where the order is kept (None: at the end).

    Raises:
        AudioError: where none of ``coming`` can be mixed, or a transition made by hand leaves no room for another.
    """
    joining = [track for track in coming if playable(track)]
    if coming and not joining:
        raise AudioError("None of these tracks can be mixed.", remedy="Add files of music.",
                         detail="; ".join(f"{track.name}: {track.problem}" for track in coming)[:2000])
    heard = heard_tracks(mix, heard_s)
    made = mix
    for track in joining:
        made = with_track(made, len(made.facts), track, options, weights)
    if options.order == "keep":
        order = _inserted(mix, len(joining), heard, place)
    else:
        order = _arranged(made, mix, heard, options, weights)
    made = reordered(made, order, options, weights)
    if anew:
        made = _planned_anew(made, max(0, heard - 1), options, weights)
    notes = tuple(f"“{track.name}” is left out: {track.problem or 'it holds no sound.'}"
                  for track in coming if track not in joining)
    return replace(made, plan=replace(made.plan, notes=tuple(dict.fromkeys((*made.plan.notes, *notes)))))


def heard_tracks(mix: PlannedMix, heard_s: float | None) -> int:
    """How many tracks at the beginning stay where they are."""
    if heard_s is None:
        return 0
    return max(1, sum(track.mix_begin <= heard_s + LEAD_S for track in mix.plan.tracks))


def tied(mix: PlannedMix, options: MixOptions, heard: int) -> dict[int, int]:
    """Tracks (numbers of now) that another one must follow: locked transitions, pairs that were asked for, and what
    runs on from one into the next, as far as they are still to come."""
    follow = {place: place + 1 for place, one in enumerate(mix.plan.transitions) if one.locked and place >= heard - 1}
    places = {number: place for place, number in enumerate(mix.order)}
    asked = [(places[before], places[after]) for before, after in options.pairs
             if before in places and after in places and places[before] >= heard - 1 and places[after] >= heard]
    running = [(place, place + 1) for place in range(max(0, heard - 1), len(mix.facts) - 1)
               if runs_on(mix.facts[place], mix.facts[place + 1])]
    for before, after in (*asked, *running):
        if before not in follow and after not in follow.values() and not _leads(follow, after, before):
            follow[before] = after
    return follow


def _leads(follow: Mapping[int, int], start: int, end: int) -> bool:
    """Whether one comes to ``end`` from ``start``: tying them would make a ring."""
    place: int | None = start
    while place is not None and place != end:
        place = follow.get(place)
    return place == end


def _inserted(mix: PlannedMix, count: int, heard: int, place: int | None) -> list[int]:
    """The order with ``count`` tracks put in; never between two that are locked to each other."""
    had = len(mix.facts)
    at = had if place is None else min(had, max(heard, place))
    while 0 < at < had and mix.plan.transitions[at - 1].locked:
        at += 1
    return [*range(at), *range(had, had + count), *range(at, had)]


def _arranged(made: PlannedMix, before: PlannedMix, heard: int, options: MixOptions, weights: MixWeights) -> list[int]:
    """All tracks in order: those heard, then the best order of the rest, artists and energy counted from the start."""
    begin = max(0, heard - 1 - options.artist_gap)  # the last ones heard say who should not come again so soon
    part = made.facts[begin:]
    follow = {place - begin: after - begin for place, after in tied(before, options, heard).items()}
    follow |= {place: place + 1 for place in range(heard - 1 - begin)}
    first = 0 if heard else _place(before, options.first, begin)
    last = _place(before, options.last, begin)
    if first in follow.values() or (last is not None and (last in follow or last == first or last < heard - begin)):
        first, last = 0 if heard else None, None
    levels = [track.level for track in made.facts]
    problem = OrderProblem(
        pair_terms(part, limit=options.limit).cost(weights.pair),
        place_costs(levels, options.shape, weights.shape)[begin:, begin:], artist_numbers(part), options.artist_gap,
        first, last, tuple(follow.items()))
    return [*range(begin), *(begin + place for place in arrange(problem))]


def _place(mix: PlannedMix, number: int | None, begin: int) -> int | None:
    """Where a place of the given list stands now, counted from track ``begin``."""
    return mix.order.index(number) - begin if number is not None and number in mix.order[begin:] else None


def _planned_anew(mix: PlannedMix, first: int, options: MixOptions, weights: MixWeights) -> PlannedMix:
    """Transitions from number ``first`` on that are not locked."""
    ones = list(mix.plan.transitions)
    keep = options.order == "keep"
    for place, (before, after) in enumerate(pairwise(mix.facts)):
        if place >= first and not ones[place].locked:
            ones[place] = plan_transition(before, after, options, weights, keep_records=keep)
    return PlannedMix(lay_out(replace(mix.plan, transitions=tuple(ones))), mix.facts, mix.order)
