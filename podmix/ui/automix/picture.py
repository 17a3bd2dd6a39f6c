# SPDX-License-Identifier: GPL-3.0-or-later
"""What the timeline draws, made of a planned mix: waveform bytes, lines and curves with their places. No Qt.

Conventions: times of a track's picture are seconds after it begins in the mix, so that a track that only moves keeps
its picture; those of a transition are seconds of the mix. Made off the main thread.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podmix.automix.facts import TrackFacts
    from podmix.automix.plan import PlannedTrack, PlannedTransition
    from podmix.automix.planner import PlannedMix

Points = tuple[tuple[float, float], ...]
Times = tuple[float, ...]
PHRASE_BARS = 8


@dataclass(frozen=True)
class TrackPicture:
    """One track on its lane. ``wave`` are three bytes a point (low, mid, high), ``rate`` points a second of file,
    ``peak`` the highest byte."""

    title: str
    artist: str
    bpm: float | None
    key: str
    energy: float
    begin: float
    end: float
    lane: int
    points: Points
    wave: bytes = b""
    rate: float = 150.0
    beats: Times = ()
    bars: Times = ()
    phrases: Times = ()
    problem: str = ""
    name: str = field(default="", compare=False)
    peak: int = 255

    @cached_property
    def shape(self) -> int:
        """Equal for pictures that look the same, wherever they stand."""
        return hash((self.points, len(self.wave), self.wave[:3000], self.wave[-300:], self.name))

    def source_at(self, second: float) -> float:
        """Second of the file that sounds ``second`` seconds after the track's begin."""
        points = self.points
        place = min(max(bisect_right(points, (second, float("inf"))) - 1, 0), len(points) - 2)
        (left, source), (right, following) = points[place], points[place + 1]
        if right <= left:
            return following
        return source + (following - source) * (second - left) / (right - left)


@dataclass(frozen=True, slots=True)
class TransitionPicture:
    """One transition; ``out`` and ``into`` are curves over seconds of the mix by name (gain, low, filter, …)."""

    kind: str
    start: float
    end: float
    bars: int
    locked: bool
    out: dict[str, Points]
    into: dict[str, Points]


@dataclass(frozen=True, slots=True)
class MixPicture:
    """The whole timeline."""

    tracks: tuple[TrackPicture, ...] = ()
    transitions: tuple[TransitionPicture, ...] = ()
    duration: float = 0.0

    @property
    def energy(self) -> Points:
        """The energy curve: each track's in the middle of where it leads."""
        return tuple(((track.begin + track.end) / 2, track.energy) for track in self.tracks)


def picture_of(mix: PlannedMix, seen: MixPicture | None = None) -> MixPicture:
    """The picture of a mix. Tracks that only stand elsewhere than in ``seen`` keep what was made of them there."""
    plan = mix.plan
    known = {(one.name, one.points): one for one in seen.tracks} if seen is not None else {}
    tracks = tuple(_track(track, facts, place, known) for place, (track, facts)
                   in enumerate(zip(plan.tracks, mix.facts, strict=True)))
    return MixPicture(tracks, tuple(_transition(one) for one in plan.transitions), plan.duration_s)


def _track(track: PlannedTrack, facts: TrackFacts, place: int,
           known: Mapping[tuple[str, Points], TrackPicture]) -> TrackPicture:
    begin = track.mix_begin
    points = tuple((round(mix - begin, 6), source) for mix, source in track.time_map)
    wave = facts.waveform
    peaks = wave.peaks if wave is not None else b""
    found = known.get((track.path, points))
    if found is not None and found.wave is peaks:
        return replace(found, begin=begin, end=track.mix_end, lane=place % 2)
    grid = facts.grid
    bars = tuple(float(line) for line in facts.table.lines) or tuple(grid.downbeats)
    phrases = tuple(float(line) for line, at in zip(facts.table.lines, facts.table.phrase, strict=True) if at == 0)
    return TrackPicture(
        track.title or facts.name, track.artist, track.bpm, track.key,
        track.energy if track.energy is not None else 5.0, begin, track.mix_end, place % 2, points,
        peaks, wave.points_per_second if wave is not None else 150.0,
        mapped(grid.beats, points), mapped(bars, points), mapped(phrases, points), facts.problem, track.path,
        _peak(peaks))


def _peak(wave: bytes) -> int:
    import numpy as np

    return int(np.frombuffer(wave, np.uint8).max(initial=1))


def mapped(seconds: Times, points: Points) -> Times:
    """Where seconds of a file fall, in seconds after the track begins; once more in every pass of a loop."""
    found: list[float] = []
    for (left, source), (right, following) in pairwise(points):
        if right <= left or following <= source:
            continue
        first, last = _bisect(seconds, source), _bisect(seconds, following)
        pace = (right - left) / (following - source)
        found += [left + (one - source) * pace for one in seconds[first:last]]
    return tuple(found)


def _bisect(values: Times, wanted: float) -> int:
    return bisect_left(values, wanted - 1e-9)


def _transition(one: PlannedTransition) -> TransitionPicture:
    from podmix.automix.program import in_mix

    sides = [{name: in_mix(one, points) for name, points in curves.named().items()}
             for curves in (one.out_curves, one.in_curves)]
    return TransitionPicture(one.kind, one.mix_start, one.mix_end, one.bars, one.locked, *sides)


def value_at(points: Points, second: float) -> float:
    """A curve's value, its ends holding outside; 1 for one that is empty."""
    if not points:
        return 1.0
    place = bisect_right(points, (second, float("inf")))
    if place == 0:
        return points[0][1]
    if place == len(points):
        return points[-1][1]
    (left, low), (right, high) = points[place - 1], points[place]
    return high if right <= left else low + (high - low) * (second - left) / (right - left)
