# SPDX-License-Identifier: GPL-3.0-or-later
"""What the music room finds out about a track.

Conventions: times are float seconds on the decoded clock; tempo is in beats a minute; a beat grid is one or more
stretches of even beats. A track without a steady pulse has no tempo and no beats.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GridSegment:
    """Even beats from ``start`` (seconds, a beat) up to the start of the next segment. ``period`` is one beat's length.

    ``first_beat`` is the index in ``BeatGrid.beats`` of the beat at ``start``; ``beats`` how many belong to it.
    """

    start: float
    period: float
    first_beat: int
    beats: int

    @property
    def bpm(self) -> float:
        return 60.0 / self.period


@dataclass(frozen=True, slots=True)
class BeatGrid:
    """Beats and bar lines of a track, rising. ``downbeats`` are a subset of ``beats``.

    ``constant`` tells that a single segment holds for the whole track. ``beats_per_bar`` is the commonest bar.
    """

    beats: tuple[float, ...] = ()
    downbeats: tuple[float, ...] = ()
    beats_per_bar: int = 4
    segments: tuple[GridSegment, ...] = ()
    constant: bool = True


@dataclass(frozen=True, slots=True)
class BeatAnalysis:
    """A track's rhythm.

    ``tempo`` is None and the grid empty where nothing pulses. ``tempo_confidence`` 0..1: how surely there is a pulse
    at this rate; ``downbeat_confidence`` 0..1: how surely the bars begin there. ``timings`` are disjoint stages in
    seconds of work. ``method`` is ``network``, or ``signal`` where the network's file is missing.
    """

    duration: float
    tempo: float | None
    tempo_confidence: float
    grid: BeatGrid
    downbeat_confidence: float
    timings: dict[str, float]
    method: str
