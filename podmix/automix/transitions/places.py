# SPDX-License-Identifier: GPL-3.0-or-later
"""Where two tracks' bars are laid over each other: every pair of windows weighed at once.

A window of the track that ends lies in its second half, one of the track that begins in its first half, so that a
track's two transitions never meet and each can be planned by itself. All windows begin and end on bar lines.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from podmix.automix.facts import TrackFacts
from podmix.automix.transitions.balance import sinks
from podmix.automix.weights import PlaceWeights

Doubles = NDArray[np.float64]

SUNG = 0.5
"""Sections with a higher chance of vocals count as sung."""
LEVEL_ROOM_DB, LEVEL_STEPS = 1.0, 8
"""A fade may sink so far, looked at in so many parts."""
FULL_SONG_SLACK_S = 6.0
"""Music outside the bars (a pickup, a last chord) that still counts as the whole song: it is played, not cut."""
MOST_CUT_S = 600.0
"""However long a track is, no more is left out at either end."""
CUE_REACH_BARS = 8
OWN_CUE = 50.0
"""What it costs to begin elsewhere than at a DJ's own cue: more than anything else."""
TRIED = 60
"""So many places are looked at more closely before a length is given up."""
OUT_SHARE, IN_SHARE = 0.65, 0.35
"""How what may be left out of a track is divided between its end and its beginning."""


@dataclass(frozen=True, slots=True)
class Place:
    """``out_bar`` and ``in_bar`` are the bar lines that fall together first; the overlap lasts ``out_bars`` and
    ``in_bars`` of each track's own bars. ``cost`` says how good it is; ``sung_over`` bars are sung in both."""

    out_bar: int
    in_bar: int
    out_bars: int
    in_bars: int
    cost: float
    sung_over: int
    on_phrases: bool


def best_places(before: TrackFacts, after: TrackFacts, *, bars: int, octave: float, wanted: int, most_cut: float,
                weights: PlaceWeights, sung_over: bool = False) -> list[Place]:
    """The best places for an overlap of ``bars`` bars (of the slower track), best first; none where there is no room.

    Args:
        before: the track that ends; both have sure bars.
        after: the track that begins.
        bars: length in bars of the slower one.
        octave: 1, or 2 where ``after`` counts twice as fast, 0.5 where it counts half as fast.
        wanted: the length in bars one would like; others cost more.
        most_cut: the share of each track that may be left out at its ends, together.
        weights: what counts how much.
        sung_over: voice over voice may be, where nothing else is free.
    """
    out_bars, in_bars = bars * (2 if octave == 0.5 else 1), bars * (2 if octave == 2.0 else 1)
    outs = _Windows.out_of(before, out_bars, most_cut)
    ins = _Windows.into(after, in_bars, most_cut)
    if not len(outs.starts) or not len(ins.starts):
        return []
    sung = outs.sung(bars) @ ins.sung(bars).T
    cost = outs.edge_costs(weights, leaves=True)[:, None] + ins.edge_costs(weights, leaves=False)[None, :]
    cost = cost + weights.vocals * (sung / bars + 0.5 * (sung > 0))
    steps = math.gcd(bars, LEVEL_STEPS)  # parts, so that long and short fades are weighed alike
    cost += weights.level * sinks(outs.powers(steps), ins.powers(steps), LEVEL_ROOM_DB)
    cost += weights.length * abs(np.log2(bars / wanted))
    if not sung_over:
        cost = np.where(sung > 0, np.inf, cost)
    best = np.argsort(cost, axis=None, kind="stable")[:TRIED]
    return [Place(int(outs.starts[row]), int(ins.starts[column]), out_bars, in_bars, float(cost[row, column]),
                  int(sung[row, column]), bool(before.table.phrase[outs.starts[row]] == 0
                                               and after.table.phrase[ins.starts[column]] == 0))
            for row, column in zip(*np.unravel_index(best, cost.shape), strict=True) if np.isfinite(cost[row, column])]


def middle_of(facts: TrackFacts) -> float:
    """Where the half for coming in ends and the half for leaving begins, seconds."""
    return (facts.table.first + facts.table.last) / 2


def own_cue(facts: TrackFacts, most_cut: float, *, leaves: bool) -> float | None:
    """A DJ's cue for leaving (or entering) a track, seconds, where it may be followed: in its half, little left out."""
    cue = facts.cues.go_out if leaves else facts.cues.come_in
    if cue is None or not facts.cues.own:
        return None
    left_out = facts.table.last - cue if leaves else cue - facts.table.first
    allowed = (OUT_SHARE if leaves else IN_SHARE) * most_cut * facts.duration
    here = cue >= middle_of(facts) if leaves else cue <= middle_of(facts)
    return cue if here and 0 <= left_out <= max(min(allowed, MOST_CUT_S), FULL_SONG_SLACK_S) else None


@dataclass(frozen=True)
class _Windows:
    """All windows of ``bars`` bars of a track that may be used: they begin at bars ``starts`` ``(n,)``."""

    facts: TrackFacts
    starts: NDArray[np.intp]
    bars: int

    @classmethod
    def out_of(cls, facts: TrackFacts, bars: int, most_cut: float) -> _Windows:
        """Where the track may end."""
        table = facts.table
        starts = np.arange(max(0, len(table.lines) - bars), dtype=np.intp)
        left_out = table.last - table.lines[starts + bars]
        allowed = max(min(OUT_SHARE * most_cut * facts.duration, MOST_CUT_S), FULL_SONG_SLACK_S)
        free = (table.lines[starts] >= middle_of(facts)) & (left_out <= allowed) & _even(facts, bars)
        return cls(facts, starts[free], bars)

    @classmethod
    def into(cls, facts: TrackFacts, bars: int, most_cut: float) -> _Windows:
        """Where the track may begin."""
        table = facts.table
        starts = np.arange(max(0, len(table.lines) - bars), dtype=np.intp)
        left_out = table.lines[starts] - table.first
        allowed = max(min(IN_SHARE * most_cut * facts.duration, MOST_CUT_S), FULL_SONG_SLACK_S)
        free = (table.lines[starts + bars] <= middle_of(facts)) & (left_out <= allowed) & _even(facts, bars)
        return cls(facts, starts[free], bars)

    def edge_costs(self, weights: PlaceWeights, *, leaves: bool) -> Doubles:
        """What a window costs its own track: lines off its phrases, no section's edge, music left out."""
        table, starts, ends = self.facts.table, self.starts, self.starts + self.bars
        off = np.where(table.phrase[starts] == 0, 0.0, np.where(table.phrase[starts] % 4 == 0, 0.35, 1.0))
        middle = starts + self.bars // 2
        # A track is best left where its last part begins, and takes over best where a part of it begins.
        turning = table.section[middle] | table.section[starts if leaves else ends]
        skipped = np.maximum(0.0, table.last - table.lines[ends] if leaves else table.lines[starts] - table.first)
        return np.asarray(weights.phrase * off / 2 + weights.section * (1.0 - turning)
                          + self._off_cue(weights, leaves=leaves)
                          + weights.skipped * skipped / max(self.facts.duration, 1.0))

    def _off_cue(self, weights: PlaceWeights, *, leaves: bool) -> Doubles:
        """What it costs to lie off a cue point.

        At a DJ's own one the transition begins. Of an analysed one: a track is left from where it winds down on, or has
        left the lead by then; its first strong part begins at the middle or the end (or at the beginning). Costs rise
        over 8 bars, to the cue's confidence.
        """
        cues, lines = self.facts.cues, self.facts.table.lines
        at = cues.go_out if leaves else cues.come_in
        if at is None:
            return np.zeros(len(self.starts))
        place = int(np.argmin(np.abs(lines - at)))
        if cues.own:
            return OWN_CUE * np.asarray(self.starts != place, np.float64)
        marked = (0, self.bars // 2) if leaves else (0, self.bars // 2, self.bars)
        off = np.min([np.abs(self.starts + bar - place) for bar in marked], axis=0)
        return np.asarray(weights.cue * cues.confidence * np.minimum(1.0, off / CUE_REACH_BARS))

    def sung(self, bars: int) -> Doubles:
        """``(starts, bars)``: 1 where a bar is sung; of two bars that count as one, either is enough."""
        found = (self.facts.table.vocals > SUNG)[self.starts[:, None] + np.arange(self.bars)]
        return np.asarray(found.reshape(len(self.starts), bars, self.bars // bars).max(2), np.float64)

    def powers(self, steps: int) -> Doubles:
        """``(starts, steps)``: mean powers of equal parts against the whole track's loudness."""
        found = self.facts.table.power[self.starts[:, None] + np.arange(self.bars)]
        return np.asarray(found.reshape(len(self.starts), steps, self.bars // steps).mean(2)
                          / 10 ** (self.facts.lufs / 10))


def _even(facts: TrackFacts, bars: int) -> NDArray[np.bool_]:
    """For every window of ``bars`` bars whether all of them have the usual number of beats."""
    odd = np.concatenate([[0], np.cumsum(~facts.table.even)])
    return np.asarray(odd[bars:] == odd[:-bars])
