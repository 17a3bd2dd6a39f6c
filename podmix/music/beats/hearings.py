# SPDX-License-Identifier: GPL-3.0-or-later
"""Half, double, two thirds: which of all readings of all rasters a track gets.

The metre network judges the slots of one raster at a time and was not trained to compare rasters: music in three is
taken for music in four at two thirds of its tempo, and fast music is heard at half. So every reading is described by
what speaks for it beside the network: the pulse of the attacks at its beats and at their halves, thirds and quarters,
the activation, the votes of changes, its tempo. A linear model, trained on composed music with a softmax over the
readings of a piece (McFadden's conditional logit), says by how much another reading is likelier than the present one.

Where only the octave differs, both readings are in use among listeners. Then the present one is left only for a tempo
from ``FAST_BPM`` on, where the network is known to halve.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from podmix.music.beats.decode import Doubles
from podmix.music.beats.features import FINE_RATE, Floats
from podmix.music.beats.slots import Reading

MARGIN = 1.0
"""Nepers by which another reading must be likelier: of such changes nine in ten were right on composed music."""
FAST_BPM = 165.0
SAME = 0.02
"""Tempi that differ by less are one."""
PULSES = (1, 2, 3, 4, 6, 8, 12)
"""Twice the rates, in beats, at which attacks may pulse: every other beat, beats, thirds of two, halves, thirds, ..."""
THINNED = 3
"""So many samples of the onset curve are heard as one: 8.6 ms."""
LOUDEST = 8.0
REFERENCE_BPM = 120.0
EVEN_ASTRAY = 0.06
NAMES = ("pulse half", "pulse", "pulse 3/2", "pulse 2", "pulse 3", "pulse 4", "pulse 6", "beats a second",
         "bars a second", "a beat", "a bar", "votes", "activation", "line", "even", "tempo", "tempo squared",
         "in three", "in two", "odd metre", "slots 3", "slots 6", "present", "present tempo", "twice", "half", "rank")


@dataclass(frozen=True, slots=True)
class Hearing:
    """One reading of one raster. ``beats`` in seconds, to the raster's end; ``line`` the mean log odds of the raster's
    own beats, ``activation`` of these, ``astray`` the share of the raster that its evidence leaves."""

    reading: Reading
    beats: Doubles
    line: float
    activation: float
    astray: float

    @property
    def bpm(self) -> float:
        return 60.0 * (len(self.beats) - 1) / float(self.beats[-1] - self.beats[0])


def better_hearing(hearings: Sequence[Hearing], present: Hearing, onsets: Floats, model: Path) -> Hearing:
    """The present hearing or one that is clearly likelier. Without the model's file, the present one."""
    weights = _weights(str(model))
    if weights is None or len(hearings) < 2:
        return present
    scores = describe_hearings(hearings, present, onsets) @ weights
    least = scores[next(index for index, one in enumerate(hearings) if one is present)] + MARGIN
    allowed = [index for index, one in enumerate(hearings) if scores[index] > least and may_follow(one, present)]
    return hearings[max(allowed, key=lambda index: float(scores[index]))] if allowed else present


def may_follow(other: Hearing, present: Hearing) -> bool:
    """Whether another hearing may take the present one's place, if it is likelier."""
    octaves = float(np.log2(other.bpm / present.bpm))
    if abs(octaves - round(octaves)) > np.log2(1 + SAME):
        return True
    return round(octaves) == 1 and other.bpm >= FAST_BPM


def describe_hearings(hearings: Sequence[Hearing], present: Hearing, onsets: Floats) -> Doubles:
    """``(hearings, len(NAMES))``."""
    ranks = np.array([one.reading.rank for one in hearings])
    rows = [_describe(one, present, onsets) for one in hearings]
    return np.column_stack([np.array(rows), np.clip((ranks - ranks.max()) / 10, -10, 0)])


def _describe(one: Hearing, present: Hearing, onsets: Floats) -> list[float]:
    reading, count = one.reading, len(one.beats)
    seconds = float(one.beats[-1] - one.beats[0])
    octave = float(np.log2(one.bpm / REFERENCE_BPM))
    ratio = one.bpm / present.bpm
    return [
        *pulses(onsets, one.beats), reading.gain / seconds, reading.bars_gain / seconds, reading.gain / count,
        reading.bars_gain * reading.metre / count, reading.votes / 10, one.activation, one.line,
        max(-3.0, 1 - one.astray / EVEN_ASTRAY), octave, octave**2, float(reading.metre == 3),
        float(reading.metre == 2), float(reading.metre > 4), float(reading.per_beat == 3),
        float(reading.per_beat == 6), float(one is present), *(float(abs(ratio / other - 1) < SAME)
                                                                for other in (1.0, 2.0, 0.5))]


def pulses(onsets: Floats, beats: Doubles) -> list[float]:
    """How much of the attacks falls together at the rates of ``PULSES``: 1 where all do, 0 where they know nothing of
    them, below 0 where they fall between."""
    curve = np.minimum(onsets[:len(onsets) // THINNED * THINNED], LOUDEST).reshape(-1, THINNED).mean(1)
    times = (np.arange(len(curve)) * THINNED + (THINNED - 1) / 2) / FINE_RATE
    inside = slice(*np.searchsorted(times, (beats[0], beats[-1])))
    curve, place = curve[inside], np.interp(times[inside], beats, np.arange(len(beats)))
    turning = np.exp(1j * np.pi * place)
    total = float(curve.sum()) + 1e-6
    return [float((curve * (turning**power).real).sum()) / total for power in PULSES]


@lru_cache(maxsize=2)
def _weights(path: str) -> Doubles | None:
    if not Path(path).exists():
        return None
    said = json.loads(Path(path).read_text(encoding="utf-8"))["weights"]
    return np.array([float(said.get(name, 0.0)) for name in NAMES])
