# SPDX-License-Identifier: GPL-3.0-or-later
"""One line or several: which beats a track gets.

Lines of constant tempo through the whole track compete in octaves and phases; if the best leaves the evidence in
places, the beats of the free path are taken and cut into even stretches. Where a line wins, all readings of all lines
are weighed once more against it (``hearings``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self, TypeAlias

import numpy as np

from podmix.music.beats import decode, grid, slots
from podmix.music.beats.bars import Ballot, Bars, count_bars
from podmix.music.beats.decode import Doubles
from podmix.music.beats.features import BANDS, FRAME_RATE, Floats
from podmix.music.beats.grid import Evidence, Line
from podmix.music.beats.hearings import Hearing
from podmix.music.beats.phrases import Votes

ASTRAY_S = 0.025
"""A stretch of the track whose evidence lies so far from the line is not explained by it."""
STRETCH = 24
"""Beats that are judged together."""
MOST_ASTRAY = 0.12
"""The share of stretches that may lie astray while one line still counts as the truth."""
HOPELESS = 0.4
"""A line with more astray is not even shown to the metre network."""
SURE = 2.5
"""Log likelihood a beat above which a line needs no rival."""
AGREE_S = 0.02
"""A path whose beats mostly lie so near a line tells nothing new."""
SUPPORT = 0.5
"""How much the activation counts beside the metre network: that one judges slots, not whether the raster is true."""
SOME_ASTRAY = 0.06
EVENNESS = 0.5
"""Log likelihood a beat in favour of one line, most music that is mixed keeping its tempo; it turns into a price where
more than SOME_ASTRAY of the track lies astray. Steady composed pieces have 0, living ones mostly 0.1 and more."""
BEND_S = 0.022
"""How far a beat may lie from its stretch's line before the stretch is cut."""
LEAST_HELD = 7.0
"""Beats for which a free path keeps even, on average. Played music holds for eight and more, paths through noise or
speech bend every three to six."""
TAIL_BEATS = 4
LEAD_BEATS = 6
FAINT = 0.015
"""Mean activation below which a stretch says nothing."""
COHERENT = 1.2
"""How much stronger than usual the activation on a true line is."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Chosen beats (seconds), where even stretches begin (indices), the bars, the mean log odds of a beat,
    and the log likelihood that its reading gains over hearing no beats. ``evidence`` is that and what the activation
    adds, ``score`` what plans are compared by: evidence and preferences."""

    beats: Doubles
    bounds: tuple[int, ...]
    bars: Bars
    per_beat: float
    score: float
    evidence: float = 0.0


Judge: TypeAlias = Callable[[Doubles], tuple[Floats, Floats]]
"""Slot edges in seconds -> ``(slots, 2)`` probabilities of beat and downbeat, ``(slots, 2, BANDS)`` magnitudes."""
Better: TypeAlias = Callable[[Sequence[Hearing], Hearing], Hearing]
"""All hearings, the present one among them -> the one to take."""
_NO_SLOTS = np.zeros((0, 2, BANDS), np.float32)


def choose_plan(beat: Floats, downbeat: Floats, first_s: float, last_s: float, judge: Judge | None = None, *,
                better: Better | None = None) -> Plan | None:
    """The beats of a track between two moments, or None where nothing could be followed.

    Args:
        beat: activation ``(frames,)``.
        downbeat: activation ``(frames,)``; only used where there is no judge.
        first_s: where the music begins.
        last_s: where it ends.
        judge: the metre network on slots.
        better: chooses among all readings of all lines, where one line rules.
    """
    if judge:
        lines = _families(grid.candidate_lines(beat, first_s, last_s))
    else:
        lines = _likeliest(beat, downbeat, first_s, last_s)
    heard = []
    for line in lines:
        fitted, beats, evidence = grid.fit_line(beat, line, first_s, last_s)
        astray = astray_share(beat, beats, evidence)
        if astray > (HOPELESS if judge else MOST_ASTRAY):
            continue
        period = grid.rounded_period(fitted.period, len(beats), grid.far_end_error(evidence))
        beats = beats + (np.arange(len(beats)) - _weighted_middle(evidence)) * (period - fitted.period)
        heard.append(_Line(beat, downbeat, _Raster.of(beats, period, (0,), judge), astray))
    near = 4 * slots.slot_length(lines[0].period)[0] if lines and judge else None
    plans = [line.plan() for line in heard]
    best = max(plans, key=lambda plan: plan.score, default=None)
    if best is None or (judge is not None and best.score <= SURE * len(best.beats)):
        path = _path_plan(beat, downbeat, first_s, last_s, near_s=near, judge=judge)
        if best is None:
            return path
        if path is not None and path.score > best.score:
            even = [plan for plan in plans if _agree(path.beats, plan.beats)]
            if not even:
                return path
            best = max(even, key=lambda plan: plan.score)  # what one line explains as well is one line
    return _reconsidered(heard, next(line for line, plan in zip(heard, plans, strict=True) if plan is best), best,
                         better) if better else best


def _reconsidered(heard: list[_Line], present: _Line, plan: Plan, better: Better) -> Plan:
    """The plan of the present line, or that of another reading which is clearly likelier."""
    known = [(line, hearing) for line in heard for hearing in line.hearings()]
    now = next((hearing for line, hearing in known
                if line is present and hearing.reading is line.raster.readings[0]), None)
    if now is None:
        return plan
    chosen = better([hearing for _, hearing in known], now)
    line = next(line for line, hearing in known if hearing is chosen)
    return plan if chosen is now else line.plan(chosen.reading)


@dataclass(frozen=True, slots=True)
class _Line:
    """One line through a track, heard on its raster."""

    beat: Floats
    downbeat: Floats
    raster: _Raster
    astray: float

    def plan(self, reading: slots.Reading | None = None) -> Plan:
        """Its beats by a reading; None is the likeliest."""
        made = self.raster.plan(self.beat, self.downbeat, reading)
        evenness = EVENNESS * len(made.beats) * max(-3.0, 1.0 - self.astray / SOME_ASTRAY)
        known = made.score + SUPPORT * _support(self.beat, self.raster.beats)
        return replace(made, score=known + evenness, evidence=known)

    def hearings(self) -> list[Hearing]:
        """All readings, described."""
        own = mean_odds(self.beat, self.raster.beats) + decode.BIAS
        placed = [(reading, self.raster.beats_of(reading)) for reading in self.raster.readings]
        return [Hearing(reading, beats, own, mean_odds(self.beat, beats), self.astray) for reading, beats in placed
                if len(beats) > 1]


def _agree(path: Doubles, line: Doubles) -> bool:
    """Whether most beats of a path lie on a line or half-way between its beats."""
    if len(line) < 2 or len(path) < 2:
        return False
    half = (line[-1] - line[0]) / (len(line) - 1) / 2
    steps = (path - line[0]) / half
    return bool(np.mean(np.abs(steps - np.round(steps)) * half < AGREE_S) > 0.8)


def _path_plan(beat: Floats, downbeat: Floats, first_s: float, last_s: float, *, near_s: float | None,
               judge: Judge | None) -> Plan | None:
    """The beats of the free path, read; None where there are too few or the path bends all the time."""
    beats = decode.follow_beats(beat, near_s)
    if len(beats) >= 8:
        beats = smooth(beats, grid.gather_evidence(beat, beats, 0.05))
        beats = beats[(beats >= first_s - 0.1) & (beats <= last_s)]
    if len(beats) < 8:
        return None
    plan = _Raster.of(beats, float(np.median(np.diff(beats))), cut(beats), judge).plan(beat, downbeat)
    if len(plan.beats) < LEAST_HELD * len(plan.bounds):
        return None
    known = plan.score + SUPPORT * _support(beat, beats)
    return replace(plan, score=known, evidence=known)


def _support(beat: Floats, beats: Doubles) -> float:
    """The activation's own log odds for a raster, before anything is known of metre."""
    return (mean_odds(beat, beats) + decode.BIAS) * len(beats)


def _families(lines: list[Line]) -> list[Line]:
    """The best line of each raster: octaves of one another are read from the same slots."""
    kept: list[Line] = []
    for line in lines:
        slot = slots.slot_length(line.period)[0]
        if all(abs(slots.slot_length(other.period)[0] / slot - 1) > 0.01 for other in kept):
            kept.append(line)
    return kept[:4]


def _likeliest(beat: Floats, downbeat: Floats, first_s: float, last_s: float) -> list[Line]:
    """Without a judge: the line with the most evidence in beats and bars."""
    scored = []
    for line in grid.candidate_lines(beat, first_s, last_s)[:10]:
        beats = line.phase + np.arange(int((last_s - line.phase) / line.period), dtype=np.float64) * line.period
        scored.append((line.score + bars_of(downbeat, beats).score + 6 * grid.tempo_preference(line.period), line))
    return [max(scored, key=lambda entry: entry[0])[1]] if scored else []


@dataclass(frozen=True, slots=True)
class _Raster:
    """An even or bending raster of beats, and what the metre network says of its slots: ``readings``, likeliest first,
    none without a judge. ``bounds`` are indices of ``beats`` where even stretches begin."""

    beats: Doubles
    bounds: tuple[int, ...]
    division: int
    edges: Doubles
    opinion: Floats
    votes: slots.SlotVotes
    readings: tuple[slots.Reading, ...]

    @classmethod
    def of(cls, beats: Doubles, period: float, bounds: tuple[int, ...], judge: Judge | None) -> Self:
        """Cut beats about ``period`` seconds apart into slots and have them judged."""
        slot_s, division = slots.slot_length(period)
        if judge is None:
            return cls(beats, bounds, division, beats, np.zeros((0, 2), np.float32), slots.change_votes(_NO_SLOTS), ())
        edges = np.interp(np.arange((len(beats) - 1) * division + 1) / division, np.arange(len(beats)), beats)
        edges = np.append(edges, edges[-1] + (np.arange(division) + 1) * slot_s)
        # The silence before is shown as well: music mostly starts on a bar line.
        ahead = edges[0] - slot_s * np.arange(LEAD_BEATS * division, 0, -1)
        opinion, heard = (given[len(ahead):] for given in judge(np.concatenate([ahead, edges])))
        votes = slots.change_votes(heard)
        return cls(beats, bounds, division, edges, opinion, votes, tuple(slots.read_metre(opinion, slot_s, votes)))

    def beats_of(self, reading: slots.Reading) -> Doubles:
        return self.edges[reading.first:-1:reading.per_beat]

    def plan(self, beat: Floats, downbeat: Floats, reading: slots.Reading | None = None) -> Plan:
        """Beats and bars by a reading (None: the likeliest; where there is none, by the activations)."""
        if not self.readings:
            kept = _trim_tail(beat, self.beats)
            return Plan(kept, self.bounds, bars_of(downbeat, kept), mean_odds(beat, kept), 0.0)
        best = reading or self.readings[0]
        kept = _trim_tail(beat, self.beats_of(best))
        scale = self.division / best.per_beat
        marks = tuple(sorted({0, *(min(len(kept) - 1, round(index * scale)) for index in self.bounds)}))
        openings = self.opinion[best.first::best.per_beat, 1].astype(np.float64)[:len(kept)]
        bars = count_bars(openings, _among(len(kept), slots.ballot_of(self.votes, best.per_beat, best.first)))
        return Plan(kept, marks, bars, mean_odds(beat, kept), best.score)


def _among(count: int, ballot: Ballot) -> Ballot:
    """The votes on the first ``count`` beats."""
    return lambda metre: Votes(ballot(metre).gain[:count], ballot(metre).floor)


def bars_of(downbeat: Floats, beats: Doubles) -> Bars:
    """Bars from the highest downbeat activation near each beat."""
    centre = np.round(beats * FRAME_RATE).astype(np.int64)
    window = np.clip(centre[:, None] + np.arange(-2, 3), 0, max(0, len(downbeat) - 1))
    return count_bars(downbeat[window].max(1).astype(np.float64) if len(downbeat) else np.zeros(0))


def mean_odds(beat: Floats, beats: Doubles) -> float:
    odds = decode.log_odds(beat)
    if not len(beats) or not len(odds):
        return -9.0
    return float(np.interp(beats * FRAME_RATE, np.arange(len(odds)), odds).mean())


def astray_share(beat: Floats, beats: Doubles, evidence: Evidence) -> float:
    """The share of stretches that a line does not explain; 1 where there is nothing to judge.

    A stretch is astray where the median of its evidence lies off the line, or where the activation is no stronger on
    the line (or half-way between its beats) than anywhere: then another tempo rules.
    """
    wide = np.maximum(beat, np.maximum(np.roll(beat, 1), np.roll(beat, -1))) if len(beat) else beat
    astray = judged = 0
    period = float(np.median(np.diff(beats))) if len(beats) > 1 else 1.0
    for start in range(0, max(1, len(beats) - STRETCH // 2), STRETCH // 2):
        part = slice(start, start + STRETCH)
        places = beats[part]
        span = wide[max(0, int(places[0] * FRAME_RATE)):int((places[-1] + period) * FRAME_RATE)]
        usual = float(span.mean()) if len(span) else 0.0
        if usual < FAINT:
            continue
        judged += 1
        good = evidence.weight[part] > 0.2
        on_line = max(_mean_at(wide, places), _mean_at(wide, places + period / 2))
        off = good.sum() >= 6 and abs(float(np.median(evidence.offset[part][good]))) > ASTRAY_S
        astray += int(off or on_line < COHERENT * usual)
    return astray / judged if judged else 1.0


def _mean_at(curve: Floats, times: Doubles) -> float:
    places = np.clip(np.round(times * FRAME_RATE).astype(np.int64), 0, len(curve) - 1)
    return float(curve[places].mean())


def _weighted_middle(evidence: Evidence) -> float:
    total = evidence.weight.sum()
    return float((evidence.weight * np.arange(len(evidence.weight))).sum() / total) if total > 0 else 0.0


def _trim_tail(beat: Floats, beats: Doubles) -> Doubles:
    """Ends a few beats after the last evidence: a reverb's tail is not counted out."""
    evidence = grid.gather_evidence(beat, beats, 0.04)
    sure = np.flatnonzero(evidence.weight > 0.15)
    return beats[: sure[-1] + 1 + TAIL_BEATS] if len(sure) else beats


def smooth(beats: Doubles, evidence: Evidence) -> Doubles:
    """Beats moved to their evidence, then each to the weighted line through it and its four neighbours a side."""
    moved = beats + np.where(evidence.weight > 0.15, evidence.offset, 0.0)
    weight = evidence.weight + 0.05
    result = moved.copy()
    for index in range(len(moved)):
        low, high = max(0, index - 4), min(len(moved), index + 5)
        x = np.arange(low, high, dtype=np.float64) - index
        w = weight[low:high]
        total = w.sum()
        mean_x, mean_y = (w * x).sum() / total, (w * moved[low:high]).sum() / total
        spread = (w * (x - mean_x) ** 2).sum()
        slope = (w * (x - mean_x) * (moved[low:high] - mean_y)).sum() / spread
        line = mean_y - slope * mean_x
        # Near a change of tempo neighbours mislead: there the beat keeps its own place.
        result[index] = line if abs(line - moved[index]) < 0.02 else moved[index]
    return result


def cut(beats: Doubles) -> tuple[int, ...]:
    """Where even stretches begin: split at the worst beat until every beat lies within BEND_S of its line."""
    bounds = [0]
    waiting = [(0, len(beats))]
    while waiting:
        low, high = waiting.pop()
        if high - low < 5:
            continue
        index = np.arange(low, high)
        slope, start = np.polyfit(index, beats[low:high], 1)
        miss = np.abs(beats[low:high] - slope * index - start)
        if miss.max() > BEND_S:
            chord = beats[low] + (beats[high - 1] - beats[low]) * (index - low) / (high - 1 - low)
            middle = low + int(np.clip(np.abs(beats[low:high] - chord).argmax(), 2, high - low - 2))
            bounds.append(middle)
            waiting += [(low, middle), (middle, high)]
    return tuple(sorted(bounds))
