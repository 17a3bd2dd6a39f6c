# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole mix: which tracks, in which order, with which transitions.

Never fails for the music's sake: what cannot be read is left out with a note, what cannot be matched is faded.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from podmix.automix.energy_shape import place_costs
from podmix.automix.facts import TrackFacts
from podmix.automix.layout import lay_out
from podmix.automix.levels import planned_gains
from podmix.automix.options import MixOptions
from podmix.automix.order import OrderProblem, arrange, choose
from podmix.automix.pairs import artist_numbers, pair_terms
from podmix.automix.plan import MixPlan, PlannedTrack, PlannedTransition
from podmix.automix.room import with_room
from podmix.automix.transitions.choose import plan_transition
from podmix.automix.transitions.join import RING_S, runs_on
from podmix.automix.weights import MixWeights
from podmix.errors import AudioError

OVERLAP_S = 16.0
"""Of a usual transition, for estimating how long a mix becomes."""
TRIES, NEAR_ENOUGH = 3, 0.03
SHORTEST_S = 0.2
"""Shorter sounds are no tracks."""


@dataclass(frozen=True, slots=True)
class PlannedMix:
    """A plan and the facts it was made of, ``facts[i]`` of ``plan.tracks[i]``: what editing it needs.

    ``order`` are places in the list that was given.
    """

    plan: MixPlan
    facts: tuple[TrackFacts, ...]
    order: tuple[int, ...]


def plan_mix(tracks: Sequence[TrackFacts], options: MixOptions | None = None,
             weights: MixWeights | None = None) -> PlannedMix:
    """A mix of ``tracks``.

    Raises AudioError where none of them can be played, UsageError for options that cannot be meant.
    """
    options = (options or MixOptions()).checked(len(tracks))
    weights = weights or MixWeights()
    usable = [place for place, track in enumerate(tracks) if playable(track)]
    notes = [f"“{track.name}” is left out: {track.problem or 'it holds no sound.'}"
             for track in tracks if not playable(track)]
    if not usable:
        raise AudioError("There is no track that can be mixed.", remedy="Give a folder, a playlist or files of music.",
                         detail="; ".join(notes)[:2000])
    some, within = [tracks[place] for place in usable], _within(options, usable)
    plan, order = _timed(some, within, weights)
    if len({track.path for track in plan.tracks}) < len(plan.tracks):
        notes.append("Some tracks are in this mix more than once.")
    return PlannedMix(replace(plan, notes=tuple(notes)), tuple(some[place] for place in order),
                      tuple(usable[place] for place in order))


def _timed(tracks: Sequence[TrackFacts], options: MixOptions, weights: MixWeights) -> tuple[MixPlan, tuple[int, ...]]:
    """The plan and the tracks' order. How long a mix becomes shows when it is planned: where a time is asked for, it is
    planned again with what was learnt, and the best try counts."""
    asked = options
    best: tuple[float, MixPlan, tuple[int, ...]] | None = None
    for _ in range(TRIES):
        order = _ordered(tracks, asked, weights)
        facts = [tracks[place] for place in order]
        plan = assembled(facts, options, transitions_of(facts, options, weights))
        if options.minutes is None or asked.minutes is None:
            return plan, order
        off = plan.duration_s / (options.minutes * 60)
        if best is None or abs(off - 1) < abs(best[0] - 1):
            best = off, plan, order
        if abs(off - 1) < NEAR_ENOUGH or (off < 1 and len(order) == len(tracks)):
            break
        asked = replace(asked, minutes=asked.minutes / off)
    assert best is not None
    return best[1], best[2]


def playable(track: TrackFacts) -> bool:
    return (math.isfinite(track.duration) and track.duration >= SHORTEST_S
            and track.levels.last - track.levels.first >= SHORTEST_S / 2
            and not (track.problem and track.beats is None and track.loudness is None and track.duration <= 0))


def transitions_of(facts: Sequence[TrackFacts], options: MixOptions,
                   weights: MixWeights) -> tuple[PlannedTransition, ...]:
    """One for each pair of neighbours. Records stay whole only where the given order is kept."""
    keep_records = options.order == "keep"
    return with_room(facts, [plan_transition(facts[place], facts[place + 1], options, weights,
                                             keep_records=keep_records) for place in range(len(facts) - 1)])


def assembled(facts: Sequence[TrackFacts], options: MixOptions, transitions: Sequence[PlannedTransition]) -> MixPlan:
    """Tracks and transitions as a plan that is laid out."""
    gains = planned_gains(facts)
    tracks = tuple(planned_track(track, gain) for track, gain in zip(facts, gains, strict=True))
    return lay_out(MixPlan(tracks, tuple(transitions), options.sample_rate, title=options.title))


def planned_track(facts: TrackFacts, gain_db: float) -> PlannedTrack:
    labels, levels = facts.labels, facts.levels
    key = facts.key.camelot if facts.key is not None and facts.key.camelot else ""
    return PlannedTrack(
        facts.path, facts.duration, max(0.0, levels.first - 0.02), min(facts.duration, levels.last + RING_S),
        labels.title, labels.artist, None if facts.tempo is None else round(facts.tempo, 3), key,
        None if facts.energy is None else facts.energy.energy, gain_db)


# -- which tracks, in which order --


def _within(options: MixOptions, usable: Sequence[int]) -> MixOptions:
    """The options with their places counted among the usable tracks; locks on others are dropped."""
    places = {place: number for number, place in enumerate(usable)}
    pairs = tuple((places[a], places[b]) for a, b in options.pairs if a in places and b in places)
    return replace(options, first=places.get(-1 if options.first is None else options.first),
                   last=places.get(-1 if options.last is None else options.last), pairs=pairs)


def _ordered(tracks: Sequence[TrackFacts], options: MixOptions, weights: MixWeights) -> tuple[int, ...]:
    if options.order == "keep":
        return _until(tracks, range(len(tracks)), options.minutes)
    problem = _problem(tracks, options, weights)
    if options.minutes is not None and _estimate(tracks, range(len(tracks))) > options.minutes * 60:
        return _fitting(tracks, problem, options, weights)
    return arrange(problem)


def _problem(tracks: Sequence[TrackFacts], options: MixOptions, weights: MixWeights) -> OrderProblem:
    pairs = pair_terms(tracks, limit=options.limit).cost(weights.pair)
    follow = dict(options.pairs)
    for place in range(len(tracks) - 1):
        # What runs on in the given list stays together, unless a lock says otherwise.
        if runs_on(tracks[place], tracks[place + 1]) and place not in follow and place + 1 not in follow.values() and (
                place != options.last and place + 1 != options.first):
            follow[place] = place + 1
    levels = [track.level for track in tracks]
    return OrderProblem(pairs, place_costs(levels, options.shape, weights.shape), artist_numbers(tracks),
                        options.artist_gap, options.first, options.last, tuple(follow.items()))


def _lasts(track: TrackFacts) -> float:
    """How much a track adds to a mix, seconds, roughly."""
    sound = track.levels.last - track.levels.first
    return max(0.5 * sound, sound - OVERLAP_S)


def _estimate(tracks: Sequence[TrackFacts], order: Sequence[int]) -> float:
    return sum(_lasts(tracks[place]) for place in order)


def _until(tracks: Sequence[TrackFacts], order: Sequence[int], minutes: float | None) -> tuple[int, ...]:
    """The beginning of an order that lasts about so long, at least one track."""
    if minutes is None:
        return tuple(order)
    taken: list[int] = []
    for place in order:
        longer = _estimate(tracks, [*taken, place])
        if taken and longer - minutes * 60 > minutes * 60 - _estimate(tracks, taken):
            break
        taken.append(place)
        if longer >= minutes * 60:
            break
    return tuple(taken)


def _fitting(tracks: Sequence[TrackFacts], problem: OrderProblem, options: MixOptions,
             weights: MixWeights) -> tuple[int, ...]:
    """Some of the tracks, arranged, that last about as long as is wanted."""
    assert options.minutes is not None
    wanted = options.minutes * 60
    usual = _estimate(tracks, range(len(tracks))) / len(tracks)
    needed = len({track for pair in problem.follow for track in pair} | {problem.first, problem.last} - {None})
    least = max(1, needed)
    best: tuple[float, tuple[int, ...]] | None = None
    for count in {max(least, min(len(tracks), round(wanted / usual) + more)) for more in (-1, 0, 1)}:
        levels = [track.level for track in tracks]
        shaped = place_costs(levels, options.shape, weights.shape)[:, _spread(len(tracks), count)]
        chosen = list(choose(replace(problem, places=shaped)))
        _exchange(chosen, tracks, problem, wanted)
        off = abs(_estimate(tracks, chosen) - wanted) / 60
        if best is None or off < best[0]:
            best = (off, tuple(sorted(chosen)))
    assert best is not None
    return _arranged(tracks, problem, best[1], options, weights)


def _spread(count: int, places: int) -> np.ndarray:
    """Which of ``count`` places of a curve stand for ``places`` places."""
    return np.round(np.linspace(0, count - 1, places)).astype(np.intp)


def _exchange(chosen: list[int], tracks: Sequence[TrackFacts], problem: OrderProblem, wanted: float) -> None:
    """Exchange free tracks for others until no exchange brings the time nearer by more than it costs in fit."""
    locked = {track for pair in problem.follow for track in pair} | {problem.first, problem.last}
    lasting = np.array([_lasts(track) for track in tracks])
    for _ in range(len(chosen)):
        off = float(lasting[chosen].sum()) - wanted
        best: tuple[float, int, int] | None = None
        others = np.setdiff1d(np.arange(len(tracks)), chosen)
        for place, track in enumerate(chosen):
            if track in locked or not len(others):
                continue
            around = [chosen[near] for near in (place - 1, place + 1) if 0 <= near < len(chosen)]
            fit = problem.pairs[around][:, others].sum(0) - problem.pairs[around, track].sum()
            gain = (np.abs(off - lasting[track] + lasting[others]) - abs(off)) / 15.0 + fit
            other = int(gain.argmin())
            if gain[other] < -1e-6 and (best is None or gain[other] < best[0]):
                best = (float(gain[other]), place, int(others[other]))
        if best is None:
            return
        chosen[best[1]] = best[2]


def _arranged(tracks: Sequence[TrackFacts], problem: OrderProblem, chosen: Sequence[int], options: MixOptions,
              weights: MixWeights) -> tuple[int, ...]:
    places = {track: number for number, track in enumerate(chosen)}
    some = [tracks[track] for track in chosen]
    part = OrderProblem(
        problem.pairs[np.ix_(chosen, chosen)],
        place_costs([track.level for track in some], options.shape, weights.shape),
        problem.artists[list(chosen)] if len(problem.artists) else problem.artists, problem.artist_gap,
        None if problem.first is None else places[problem.first],
        None if problem.last is None else places[problem.last],
        tuple((places[a], places[b]) for a, b in problem.follow if a in places and b in places))
    return tuple(chosen[place] for place in arrange(part))

