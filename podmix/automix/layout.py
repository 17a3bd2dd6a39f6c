# SPDX-License-Identifier: GPL-3.0-or-later
"""From what is decided to times in the mix: one walk along the tracks.

In a transition the track that ends keeps the time: it plays evenly at ``stretch_from``, and the other one is bent so
that its marks fall on those of the first. Between two transitions a track drifts home to its own speed and, where the
next one needs that, away from it again, in steps of a quarter of a percent, two seconds each.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from podmix.automix.plan import MixPlan, PlannedTrack, PlannedTransition, Points
from podmix.errors import AudioError

DRIFT_STEP = 0.0025
DRIFT_STEP_S = 2.0
SHORTEST_STEP_S = 0.25
NATIVE = 1e-6
"""Speeds nearer to 1 are 1."""
ECHO_TAIL_DB = 60.0
DIGITS = 8
"""Seconds are kept to a thousandth of a frame, so that the same time later is rounded to the same frame."""


def lay_out(plan: MixPlan) -> MixPlan:
    """The same plan with ``mix_start``, ``mix_end``, all time maps and the duration made from its decisions.

    Raises AudioError where a transition begins before the one before it has ended, or counts and marks do not fit.
    """
    if len(plan.transitions) != max(0, len(plan.tracks) - 1):
        raise AudioError("This plan has not one transition for each pair of neighbours.",
                         detail=f"{len(plan.tracks)} tracks, {len(plan.transitions)} transitions")
    tracks: list[PlannedTrack] = []
    transitions: list[PlannedTransition] = []
    begun: Points = ()
    end_s = 0.0
    for place, track in enumerate(plan.tracks):
        before = transitions[-1] if transitions else None
        points = list(begun) if before is not None else [(0.0, track.start)]
        speed = before.stretch_to if before is not None else 1.0
        after = plan.transitions[place] if place < len(plan.transitions) else None
        if after is None:
            _drift(points, track.end, speed, 1.0)
        else:
            _check(track, points[-1][1], after, place)
            reached = points[-1]
            _drift(points, after.out_marks[0], speed, after.stretch_from)
            if points[-1] != reached:  # it plays alone for a while
                points[-1] = (_on_frame(points, plan.sample_rate), points[-1][1])
            if tracks and tracks[-1].mix_end > points[-1][0] + 2e-6:  # two decks: never three tracks at once
                tracks[-1] = replace(tracks[-1], time_map=_until(tracks[-1].time_map, points[-1][0]))
            laid, begun = _meeting(after, points[-1][0], tracks[-1].mix_end if tracks else 0.0)
            points += _ending(after, points[-1][0])
            transitions.append(laid)
        tracks.append(replace(track, time_map=simplified(points)))
        end_s = max(end_s, points[-1][0] + (_tail(after) if after is not None else 0.0))
    return replace(plan, tracks=tuple(tracks), transitions=tuple(transitions), duration_s=round(end_s, DIGITS))


def _check(track: PlannedTrack, reached: float, after: PlannedTransition, place: int) -> None:
    marks = after.out_marks
    rising = all(later >= mark for side in (marks, after.in_marks) for mark, later in pairwise(side))
    if len(marks) != len(after.in_marks) or len(marks) < 2 or not rising:
        raise AudioError(f"Transition {place + 1} of the plan has marks that do not fit.", detail=f"{after!r:.400}")
    if marks[0] < reached - 1e-6:
        raise AudioError(f"“{track.title or track.path}” would go over into the next track before it has begun.",
                         remedy="Make one of its transitions shorter.", detail=f"{marks[0]} before {reached}")


def _meeting(transition: PlannedTransition, mix_start: float, free: float) -> tuple[PlannedTransition, Points]:
    """The transition with its times, and the beginning of the next track's map, whose deck is free from ``free`` on."""
    times = mark_times(transition, mix_start)
    before = mix_start - max(0.0, transition.in_marks[0] - transition.in_begin) / transition.stretch_to
    begin_source = transition.in_begin
    if before < free:
        begin_source, before = transition.in_marks[0] - (mix_start - free) * transition.stretch_to, free
    begun = [(before, begin_source)] if begin_source < transition.in_marks[0] - 1e-9 else []
    begun += list(zip(times, transition.in_marks, strict=True))
    return replace(transition, mix_start=round(mix_start, DIGITS), mix_end=round(times[-1], DIGITS)), tuple(begun)


def _on_frame(points: Sequence[tuple[float, float]], sample_rate: int) -> float:
    """Where the last point lies, on a whole frame: so an edit moves what comes later by whole frames, and nothing in
    it is another sound than before."""
    return max(points[-2][0], round(points[-1][0] * sample_rate) / sample_rate)


def _until(points: Points, end: float) -> Points:
    """A track's map cut off at ``end``, which lies after its first point."""
    return (*(point for point in points if point[0] < end), (round(end, DIGITS), round(source_at(points, end), DIGITS)))


def mark_times(transition: PlannedTransition, mix_start: float) -> list[float]:
    """Seconds of the mix at which the marks fall."""
    first = transition.out_marks[0]
    return [mix_start + (mark - first) / transition.stretch_from for mark in transition.out_marks]


def _ending(transition: PlannedTransition, mix_start: float) -> list[tuple[float, float]]:
    """The rest of the map of the track that ends: straight on to ``out_end``, folded where it loops."""
    first, end, speed = transition.out_marks[0], transition.out_end, transition.stretch_from
    if end <= first + 1e-9:
        return []

    def at(unrolled: float) -> float:
        return mix_start + (unrolled - first) / speed

    loop = transition.loop
    if loop is None or end <= loop.end:
        return [(at(end), end)]
    length = loop.end - loop.start
    points = [] if loop.end <= first else [(at(loop.end), loop.end)]
    begin = max(first, loop.end)
    while begin < end - 1e-9:
        stop = min(begin + length, end)
        points += [(at(begin), loop.start), (at(stop), loop.start + stop - begin)]
        begin = stop
    return points


def _drift(points: list[tuple[float, float]], end: float, speed_from: float, speed_to: float) -> None:
    """Go on to source second ``end``: from one speed home to 1 and on to the other, or straight where room is short."""
    room = end - points[-1][1]
    if room <= 0:
        return
    home, away = _way(speed_from, 1.0), _way(1.0, speed_to)
    if home + away <= room:
        _steps(points, home, speed_from, 1.0)
        _go(points, end - away, 1.0)
        _steps(points, away, 1.0, speed_to)
    else:
        _steps(points, room, speed_from, speed_to)
    points[-1] = (points[-1][0], end)


def _way(speed_from: float, speed_to: float) -> float:
    """Source seconds that a drift takes."""
    return math.ceil(abs(math.log(speed_to / speed_from)) / DRIFT_STEP - 1e-9) * DRIFT_STEP_S


def _steps(points: list[tuple[float, float]], length: float, speed_from: float, speed_to: float) -> None:
    """``length`` source seconds in which the speed goes evenly (in ratio) from one to the other."""
    if length <= 0:
        return
    apart = math.log(speed_to / speed_from)
    count = max(1, min(math.ceil(abs(apart) / DRIFT_STEP - 1e-9), int(length / SHORTEST_STEP_S)))
    begin = points[-1][1]
    for step in range(count):
        speed = speed_from * math.exp(apart * (step + 0.5) / count)
        _go(points, begin + length * (step + 1) / count, speed)


def _go(points: list[tuple[float, float]], end: float, speed: float) -> None:
    mix, source = points[-1]
    if end > source:
        speed = 1.0 if abs(speed - 1.0) < NATIVE else speed
        points.append((mix + (end - source) / speed, end))


def _tail(transition: PlannedTransition) -> float:
    """How long an echo goes on after its clip."""
    echo = transition.echo
    if echo is None or not 0 < echo.feedback < 1:
        return 0.0
    return echo.delay_s * (1 + ECHO_TAIL_DB / (-20 * math.log10(echo.feedback)))


def simplified(points: Sequence[tuple[float, float]], tolerance_s: float = 2e-5) -> Points:
    """Points that lie on the line between their neighbours left out; jumps stay. Rounded as in files.

    ``tolerance_s``: how far a left-out point may lie off the line, in source seconds.
    """
    kept = [points[0]]
    waiting: list[tuple[float, float]] = []
    for before, point in pairwise(points):
        if point == before:
            continue
        if waiting and not _on_line(kept[-1], point, waiting, tolerance_s):
            kept.append(waiting[-1])
            waiting = []
        waiting.append(point)
    kept += waiting[-1:]
    return tuple((round(float(mix), DIGITS), round(float(source), DIGITS)) for mix, source in kept)


def _on_line(first: tuple[float, float], last: tuple[float, float], between: Sequence[tuple[float, float]],
             tolerance_s: float) -> bool:
    if last[0] <= first[0] or any(point[0] in (first[0], last[0]) for point in between):
        return False
    slope = (last[1] - first[1]) / (last[0] - first[0])
    return all(abs(first[1] + slope * (mix - first[0]) - source) <= tolerance_s for mix, source in between)


def source_at(points: Points, mix_s: float) -> float:
    """Which second of a track's file sounds at a second of the mix; beyond its ends the ends."""
    if mix_s <= points[0][0]:
        return points[0][1]
    for (left, source), (right, following) in pairwise(points):
        if left <= mix_s < right:
            return source + (following - source) * (mix_s - left) / (right - left)
    return points[-1][1]
