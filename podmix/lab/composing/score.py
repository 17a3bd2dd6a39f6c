# SPDX-License-Identifier: GPL-3.0-or-later
"""What a composition is before it sounds: notes in beats, the tempo map, and the performance in seconds.

Conventions: beat 0 is the first downbeat; a beat is what a listener taps (in 6/8 the dotted quarter); pitches are
MIDI numbers, velocities 1..127; drum parts use the General MIDI percussion map.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Doubles: TypeAlias = NDArray[np.float64]
Role: TypeAlias = Literal["drums", "bass", "chords", "pad", "melody", "arpeggio", "effects"]

NOTE_COLUMNS = ("start", "length", "pitch", "velocity")
EFFECT_RISER, EFFECT_IMPACT = 0, 1
"""Pitches of the role ``effects``: noise that swells and rises until its end, or that falls away from its start."""


@dataclass(frozen=True, slots=True)
class Part:
    """One player. ``notes`` is ``(n, 4)``: start and length in beats, pitch, velocity.

    ``program`` is General MIDI's, from 0.
    """

    role: Role
    program: int
    notes: Doubles


@dataclass(frozen=True, slots=True)
class Score:
    """A piece in beats.

    ``beats`` are the positions of the taps (integers, save where a piece begins with rests); ``downbeats`` are the
    indices of those that open a bar.
    """

    style: str
    bpm: float
    beats_per_bar: int
    length: float
    parts: tuple[Part, ...]
    swing: float = 0.0
    swing_unit: float = 0.25
    steady: bool = True


@dataclass(frozen=True, slots=True)
class TimeMap:
    """Piecewise linear from beats to seconds; strictly rising."""

    beats: Doubles
    seconds: Doubles

    def __call__(self, beats: Doubles) -> Doubles:
        return np.asarray(np.interp(beats, self.beats, self.seconds), np.float64)


@dataclass(frozen=True, slots=True)
class PlayedPart:
    """A part in seconds: ``notes`` ``(n, 4)`` with start and length in seconds."""

    role: Role
    program: int
    notes: Doubles


@dataclass(frozen=True, slots=True)
class Performance:
    """A piece as it is played, with its truth: ``beats`` and ``downbeats`` in seconds. ``duration`` in seconds."""

    style: str
    parts: tuple[PlayedPart, ...]
    beats: Doubles
    downbeats: Doubles
    beats_per_bar: int
    duration: float
