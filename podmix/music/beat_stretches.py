# SPDX-License-Identifier: GPL-3.0-or-later
"""Beats of recordings of any length: scraps say nothing without enough evidence, hours are heard stretch by stretch.

A few beats can be found in anything: of five seconds of noise the best of all grids fits well by chance. So a grid is
believed only where its evidence, summed over its beats, exceeds what chance reaches. Following beats needs memory by
the second, and a recording of hours is a mix or a broadcast: no one tempo rules it. So stretches of ``STRETCH_S`` are
heard apart, each a little beyond its end, and their beats are strung together.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import numpy as np

from podmix.music.beats.features import FINE_RATE, FRAME_RATE, BeatFeatures
from podmix.music.beats.tracker import SHORTEST_S, find_beats
from podmix.music.types import BeatAnalysis, BeatGrid, GridSegment

LONGEST_S = 2400.0
"""So long a recording may be to be heard as a whole."""
STRETCH_S = 1200
BEYOND_S = 20
NEAREST = 0.6
"""Of a beat's length: nearer to the last beat before a seam, the first one behind it is left out."""


LEAST_EVIDENCE = 17.0
"""Nepers in sum, above what the tracker takes off for its search. Of 280 pieces of noise and speech of 4 to 30 s the
surest had 15.9; of 14 pieces of music the least sure with a grid had 60 at 20 s, 20 at 8 s; at 5 s most have less."""


def beats_of(heard: BeatFeatures) -> BeatAnalysis:
    """The beats of a recording of any length. Below ``SHORTEST_S`` there is nothing to say."""
    if heard.duration < SHORTEST_S:
        return BeatAnalysis(heard.duration, None, 0.0, BeatGrid(), 0.0, {}, "signal")
    if heard.duration <= LONGEST_S:
        found = find_beats(heard)
        return found if evidence(found) >= LEAST_EVIDENCE else _without_beats(found)
    starts = range(0, max(1, round(heard.duration - STRETCH_S / 4)), STRETCH_S)  # no short last one
    parts = []
    for start in starts:
        end = heard.duration if start == starts[-1] else float(start + STRETCH_S)
        parts.append(_moved(find_beats(_part(heard, start, end + BEYOND_S)), start, end))
    return _joined(parts, heard.duration)


def evidence(found: BeatAnalysis) -> float:
    """Nepers by which all beats together beat hearing none: what the confidence says of one, times their number."""
    return -math.log(max(1e-9, 1.0 - found.tempo_confidence)) * len(found.grid.beats)


def _without_beats(found: BeatAnalysis) -> BeatAnalysis:
    return replace(found, tempo=None, tempo_confidence=0.0, grid=BeatGrid(), downbeat_confidence=0.0)


def _part(heard: BeatFeatures, start: int, end: float) -> BeatFeatures:
    frames, fine = (slice(round(start * rate), round(end * rate)) for rate in (FRAME_RATE, FINE_RATE))
    return BeatFeatures(heard.mel[frames].astype(np.float32), heard.onsets[fine], min(end, heard.duration) - start)


def _moved(found: BeatAnalysis, start: float, end: float) -> BeatAnalysis:
    """On the recording's clock, without what lies behind ``end``; ``duration`` is that of the stretch."""
    beats = tuple(beat + start for beat in found.grid.beats if beat + start < end)
    lines = tuple(line + start for line in found.grid.downbeats if line + start < end)
    segments = tuple(replace(one, start=one.start + start, beats=min(one.beats, len(beats) - one.first_beat))
                     for one in found.grid.segments if one.first_beat < len(beats))
    grid = replace(found.grid, beats=beats, downbeats=lines, segments=segments)
    return replace(found, grid=grid, duration=end - start)


def _joined(parts: list[BeatAnalysis], duration: float) -> BeatAnalysis:
    beats: list[float] = []
    lines: list[float] = []
    segments: list[GridSegment] = []
    timings: Counter[str] = Counter()
    for part in parts:
        timings.update(part.timings)
        skip = _too_near(beats, part.grid.beats)
        first = part.grid.beats[skip] if skip < len(part.grid.beats) else duration
        lines += [line for line in part.grid.downbeats if line >= first]
        segments += [one for one in (_shifted(one, len(beats), skip) for one in part.grid.segments) if one.beats > 0]
        beats += part.grid.beats[skip:]
    bars = Counter({part.grid.beats_per_bar: len(part.grid.beats) for part in parts if part.grid.beats})
    grid = BeatGrid(tuple(beats), tuple(lines), bars.most_common(1)[0][0] if bars else 4, tuple(segments),
                    len(segments) <= 1)
    return BeatAnalysis(duration, _tempo(segments), _mean(parts, "tempo_confidence", duration), grid,
                        _mean(parts, "downbeat_confidence", duration), dict(timings), parts[0].method)


def _too_near(beats: list[float], following: tuple[float, ...]) -> int:
    """How many of the following beats lie on, before or just behind the last beat."""
    if len(beats) < 2:
        return 0
    least = beats[-1] + NEAREST * (beats[-1] - beats[-2])
    return int(np.searchsorted(np.asarray(following), least))


def _shifted(one: GridSegment, before: int, skip: int) -> GridSegment:
    """A segment when ``before`` beats stand before its stretch, whose first ``skip`` beats are left out."""
    lost = min(max(0, skip - one.first_beat), one.beats)
    return GridSegment(one.start + lost * one.period, one.period, max(one.first_beat - skip, 0) + before,
                       one.beats - lost)


def _tempo(segments: list[GridSegment]) -> float | None:
    """The tempo at half of the time that pulses, by tempo."""
    if not segments:
        return None
    order = sorted(segments, key=lambda one: one.bpm)
    length = np.cumsum([one.beats * one.period for one in order])
    return order[int(np.searchsorted(length, length[-1] / 2))].bpm


def _mean(parts: list[BeatAnalysis], name: str, duration: float) -> float:
    return float(sum(getattr(part, name) * part.duration for part in parts) / max(duration, 1e-9))
