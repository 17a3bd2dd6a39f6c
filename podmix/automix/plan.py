# SPDX-License-Identifier: GPL-3.0-or-later
"""A planned mix: what is decided about every track and every transition, and what follows from it.

A transition is decided in the music's own terms: which marks of the track that ends (seconds of its file, bar lines
where beats are matched) fall on which marks of the track that begins, at which speeds, and curves over *position* in
the transition (bars where beats are matched, else seconds). From these ``layout.lay_out`` makes the times in the mix:
``mix_start``, ``mix_end`` and every track's ``time_map``. So a transition can be changed without touching another one:
what comes later is only moved.

Conventions: ``time_map`` ``((mix_s, source_s), …)`` as in ``audio.mixing.types.Clip``; speeds are source seconds for a
second of mix (1 native); gains in curves are linear.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Points = tuple[tuple[float, float], ...]

VERSION = 1
KINDS = ("blend", "bass-swap", "filter", "loop", "echo-out", "cut", "crossfade", "join")
"""Beats are matched in the first four."""
MATCHED_KINDS = KINDS[:4]


@dataclass(frozen=True, slots=True)
class Curves:
    """One side's automation, ``((position, value), …)`` each; empty: neutral. As the lanes of a clip."""

    gain: Points = ()
    low: Points = ()
    mid: Points = ()
    high: Points = ()
    filter: Points = ()
    echo: Points = ()

    def named(self) -> dict[str, Points]:
        """Those that are not neutral."""
        return {name: points for name in CURVE_NAMES if (points := getattr(self, name))}


CURVE_NAMES = ("gain", "low", "mid", "high", "filter", "echo")


@dataclass(frozen=True, slots=True)
class PlannedLoop:
    """The track that ends repeats source seconds ``start..end`` from ``end`` on, as long as the transition lasts."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class PlannedEcho:
    """The echo of the track that ends; its send is ``Curves.echo``."""

    delay_s: float
    feedback: float


@dataclass(frozen=True, slots=True)
class PlannedTransition:
    """How track ``index`` becomes track ``index + 1`` (its place in ``MixPlan.transitions`` is that index).

    ``bars`` of the track that ends, 0 where beats are not matched. ``out_marks`` and ``in_marks``: source seconds of
    both that coincide, equally many, at least two, at even steps of position (0 to ``length``); with a loop,
    ``out_marks`` go on beyond its end as if it were unrolled. ``out_end`` is where the clip of the track that ends is
    over (source, unrolled), ``in_begin`` where the other one's begins. ``swap`` is the position where the bass changes
    over, None where it does not. ``mix_start`` and ``mix_end`` are made by the layout. ``locked``: planning anew leaves
    it alone.
    """

    kind: str
    out_marks: tuple[float, ...]
    in_marks: tuple[float, ...]
    out_end: float
    in_begin: float
    beat_matched: bool = False
    bars: int = 0
    stretch_from: float = 1.0
    stretch_to: float = 1.0
    swap: float | None = None
    out_curves: Curves = Curves()
    in_curves: Curves = Curves()
    loop: PlannedLoop | None = None
    echo: PlannedEcho | None = None
    reasons: tuple[str, ...] = ()
    locked: bool = False
    mix_start: float = 0.0
    mix_end: float = 0.0

    @property
    def out_time(self) -> float:
        """Source second of the track that ends at ``mix_start``."""
        return self.out_marks[0]

    @property
    def in_time(self) -> float:
        """Source second of the track that begins at ``mix_start``."""
        return self.in_marks[0]

    @property
    def length(self) -> float:
        """What the curves' positions count to: bars where beats are matched, else seconds of mix."""
        if self.beat_matched:
            return float(self.bars)
        return (self.out_marks[-1] - self.out_marks[0]) / self.stretch_from


@dataclass(frozen=True, slots=True)
class PlannedTrack:
    """A track in a mix. ``start`` and ``end``: source seconds where it would begin and end without neighbours.

    ``gain_db`` holds throughout. ``bpm`` None and ``key`` empty where unknown; ``key`` is a Camelot place.
    """

    path: str
    duration: float
    start: float
    end: float
    title: str = ""
    artist: str = ""
    bpm: float | None = None
    key: str = ""
    energy: float | None = None
    gain_db: float = 0.0
    time_map: Points = ()

    @property
    def mix_begin(self) -> float:
        return self.time_map[0][0]

    @property
    def mix_end(self) -> float:
        return self.time_map[-1][0]


@dataclass(frozen=True, slots=True)
class MixPlan:
    """A whole mix: ``transitions[i]`` leads from ``tracks[i]`` to ``tracks[i + 1]``.

    ``notes`` are sentences on the whole (tracks that were left out and why). ``duration_s`` counts echoes in.
    """

    tracks: tuple[PlannedTrack, ...]
    transitions: tuple[PlannedTransition, ...]
    sample_rate: int = 44_100
    duration_s: float = 0.0
    title: str = ""
    notes: tuple[str, ...] = field(default=())

    def transition_at(self, mix_s: float) -> int | None:
        """The number of the transition that sounds at a second of the mix, None between two."""
        for index, transition in enumerate(self.transitions):
            if transition.mix_start <= mix_s <= transition.mix_end:
                return index
        return None

    def track_at(self, mix_s: float) -> int:
        """The number of the track that leads at a second of the mix: a transition counts half to each."""
        turns = [(transition.mix_start + transition.mix_end) / 2 for transition in self.transitions]
        return sum(turn <= mix_s for turn in turns)
