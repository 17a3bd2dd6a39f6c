# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan as a program for the mixing core: one for playing and for rendering, so both are the same sound.

Tracks alternate between two decks. Curves over position become lanes over mix time: a position lies between the marks
of its transition, evenly. A track's lanes are those of the transition it comes by, then those of the one it leaves by.
"""

from __future__ import annotations

import math

from podmix.audio.mixing.types import FLAT, NEUTRAL, Clip, Echo, Lane, Program
from podmix.automix.layout import mark_times
from podmix.automix.plan import CURVE_NAMES, MixPlan, PlannedTransition, Points

DECKS = 2


def to_program(plan: MixPlan) -> Program:
    """Clips with their lanes; ``plan`` is laid out."""
    clips = tuple(_clip(plan, place) for place in range(len(plan.tracks)))
    return Program(clips, plan.sample_rate, plan.duration_s)


def _clip(plan: MixPlan, place: int) -> Clip:
    track = plan.tracks[place]
    before = plan.transitions[place - 1] if place else None
    after = plan.transitions[place] if place < len(plan.transitions) else None
    lanes = {name: _joined(before, after, name) for name in CURVE_NAMES}
    level = 10 ** (track.gain_db / 20)
    gain = tuple((mix, value * level) for mix, value in lanes["gain"]) or ((0.0, level),)
    echo = None
    if after is not None and after.echo is not None and lanes["echo"]:
        echo = Echo(after.echo.delay_s, after.echo.feedback, Lane(lanes["echo"]))
    bands = {name: Lane(lanes[name]) if lanes[name] else FLAT for name in ("low", "mid", "high")}
    return Clip(track.path, place % DECKS, track.time_map, Lane(gain), bands["low"], bands["mid"], bands["high"],
                Lane(lanes["filter"]) if lanes["filter"] else NEUTRAL, echo)


def _joined(before: PlannedTransition | None, after: PlannedTransition | None, name: str) -> Points:
    """A lane over mix time: what comes in, then what goes out; empty where neither says anything."""
    points: list[tuple[float, float]] = []
    if before is not None and (curve := getattr(before.in_curves, name)) and name != "echo":
        points += in_mix(before, curve)
    if after is not None and (curve := getattr(after.out_curves, name)):
        laid = in_mix(after, curve)
        if points and laid[0][0] < points[-1][0]:
            laid = tuple(point for point in laid if point[0] >= points[-1][0])
        points += laid
    return tuple(points)


def in_mix(transition: PlannedTransition, curve: Points) -> Points:
    """A curve over position as one over seconds of the mix. Positions may lie before the start and after the end."""
    if not transition.beat_matched:
        return tuple((transition.mix_start + position, value) for position, value in curve)
    times = mark_times(transition, transition.mix_start)
    steps = (len(times) - 1) / transition.bars
    return tuple((_time_of(times, position * steps), value) for position, value in curve)


def _time_of(times: list[float], place: float) -> float:
    """Where a (fractional) mark number falls; beyond the ends at the pace of the outer steps."""
    index = min(max(math.floor(place), 0), len(times) - 2)
    return times[index] + (place - index) * (times[index + 1] - times[index])
