# SPDX-License-Identifier: GPL-3.0-or-later
"""One line or several: which beats a track gets.

Lines of constant tempo through the whole track compete in octaves and phases; if the best leaves the evidence in places,
the beats of the free path are taken and cut into even stretches.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from podmix.music.beats import decode, grid
from podmix.music.beats.decode import Bars, Doubles
from podmix.music.beats.features import FRAME_RATE, Floats
from podmix.music.beats.grid import Evidence, Line

ASTRAY_S = 0.025
"""A stretch of the track whose evidence lies so far from the line is not explained by it."""
STRETCH = 24
"""Beats that are judged together."""
MOST_ASTRAY = 0.12
"""The share of stretches that may lie astray while one line still counts as the truth."""
BEND_S = 0.022
"""How far a beat may lie from its stretch's line before the stretch is cut."""
TAIL_BEATS = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """Chosen beats (seconds), where even stretches begin (indices), the bars, and the mean log odds of a beat."""

    beats: Doubles
    bounds: tuple[int, ...]
    bars: Bars
    per_beat: float


def choose_plan(beat: Floats, downbeat: Floats, first_s: float, last_s: float) -> Plan | None:
    """The beats of a track between two moments, or None where nothing could be followed."""
    line = _best_line(beat, downbeat, first_s, last_s)
    if line is not None:
        fitted, beats, evidence = grid.fit_line(beat, line, first_s, last_s)
        if astray_share(evidence) <= MOST_ASTRAY:
            period = grid.rounded_period(fitted.period, len(beats))
            middle = _weighted_middle(evidence)
            beats = beats + (np.arange(len(beats)) - middle) * (period - fitted.period)
            beats = _trim_tail(beat, beats)
            return Plan(beats, (0,), bars_of(downbeat, beats), mean_odds(beat, beats))
    beats = decode.follow_beats(beat)
    if len(beats) < 8:
        return None
    beats = smooth(beats, grid.gather_evidence(beat, beats, 0.05))
    beats = beats[(beats >= first_s - 0.1) & (beats <= last_s)]
    if len(beats) < 8:
        return None
    return Plan(beats, cut(beats), bars_of(downbeat, beats), mean_odds(beat, beats))


def _best_line(beat: Floats, downbeat: Floats, first_s: float, last_s: float) -> Line | None:
    """The line with the most evidence in beats and bars."""
    lines = grid.candidate_lines(beat, first_s, last_s)[:10]
    if not lines:
        return None
    best = lines[0].score
    scored = []
    for line in lines:
        if line.score < best - 0.6 * abs(best) - 20:
            continue
        beats = line.phase + np.arange(int((last_s - line.phase) / line.period)) * line.period
        bars = bars_of(downbeat, beats)
        scored.append((line.score + bars.score + 6 * grid.tempo_preference(line.period), line))
    return max(scored, key=lambda entry: entry[0])[1]


def bars_of(downbeat: Floats, beats: Doubles) -> Bars:
    """Bars from the highest downbeat activation near each beat."""
    centre = np.round(beats * FRAME_RATE).astype(np.int64)
    window = np.clip(centre[:, None] + np.arange(-2, 3), 0, max(0, len(downbeat) - 1))
    return decode.count_bars(downbeat[window].max(1).astype(np.float64) if len(downbeat) else np.zeros(0))


def mean_odds(beat: Floats, beats: Doubles) -> float:
    odds = decode.log_odds(beat)
    if not len(beats) or not len(odds):
        return -9.0
    return float(np.interp(beats * FRAME_RATE, np.arange(len(odds)), odds).mean())


def astray_share(evidence: Evidence) -> float:
    """The share of stretches whose evidence lies elsewhere: weighted medians of offsets, as far as there is evidence."""
    astray = judged = 0
    for start in range(0, len(evidence.offset), STRETCH // 2):
        weight, offset = evidence.weight[start:start + STRETCH], evidence.offset[start:start + STRETCH]
        good = weight > 0.2
        if good.sum() < 6:
            continue
        judged += 1
        astray += int(abs(float(np.median(offset[good]))) > ASTRAY_S)
    return astray / judged if judged else 1.0


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
