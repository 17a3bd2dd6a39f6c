# SPDX-License-Identifier: GPL-3.0-or-later
"""What drummers, bass players and the others do in a section. Each gives notes ``(n, 4)`` in beats from bar 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from podmix.lab.composing import drum_sounds as gm
from podmix.lab.composing.drum_sounds import Dice
from podmix.lab.composing.grooves import Pattern
from podmix.lab.composing.harmony import Harmony
from podmix.lab.composing.score import Doubles

Note = tuple[float, float, float, float]

DRUMS = {
    "kick": gm.KICK,
    "snare": gm.SNARE,
    "snare_roll": gm.SNARE,
    "clap": gm.CLAP,
    "closed": gm.CLOSED,
    "open": gm.OPEN,
    "ride": gm.RIDE,
    "crash": gm.CRASH,
    "stick": gm.STICK,
    "shaker": gm.SHAKER,
    "conga": gm.CONGA,
    "cowbell": gm.COWBELL,
    "claves": gm.CLAVES,
    "tambourine": gm.TAMBOURINE,
    "pedal": gm.PEDAL,
    "timbale": gm.HIGH_BONGO,
}
LOUDNESS = {"x": 96, "X": 120, "o": 48, "?": 70}
TOMS = (gm.HIGH_TOM, gm.MID_TOM, gm.LOW_TOM)


@dataclass(frozen=True, slots=True)
class Bars:
    """A stretch of bars: ``first`` and ``count``, ``beats`` in each, ``steps`` in a beat."""

    first: int
    count: int
    beats: int
    steps: int

    def at(self, bar: int) -> float:
        return float((self.first + bar) * self.beats)


def as_notes(notes: list[Note]) -> Doubles:
    return np.array(notes, np.float64).reshape(-1, 4)


def mutate(pattern: Pattern, dice: Dice, strength: float) -> Pattern:
    """The same groove by another drummer: hits lost and gained off the main pulses, voices exchanged."""
    changed = {}
    for voice, steps in pattern.items():
        made = []
        for step in steps:
            if step == "|":
                made.append(step)
            elif step != "." and dice.random() < 0.12 * strength:
                made.append(".")
            elif step == "." and dice.random() < 0.05 * strength:
                made.append("o" if voice in ("snare", "closed") else "x")
            else:
                made.append(step)
        name = voice
        if voice in ("closed", "ride", "shaker") and dice.random() < 0.15:
            name = str(dice.choice(["closed", "ride", "shaker", "tambourine"]))
        changed[name] = "".join(made)
    return changed


def extra_percussion(length: int, dice: Dice) -> Pattern:
    """A Euclidean rhythm (Toussaint 2005) on a small drum."""
    hits = int(dice.integers(2, max(3, length // 2 + 1)))
    shift = int(dice.integers(length))
    spread = ["x" if (step * hits) % length < hits else "." for step in range(length)]
    voice = str(dice.choice(["stick", "conga", "cowbell", "claves", "shaker", "timbale", "tambourine", "closed"]))
    return {voice: "".join(spread[shift:] + spread[:shift])}


def drum_notes(
    pattern: Pattern,
    bars: Bars,
    dice: Dice,
    *,
    muted: frozenset[str] = frozenset(),
    crash: bool = True,
    fill: bool = True,
) -> list[Note]:
    """The groove through a section, with a crash at its start and a fill at its end."""
    notes: list[Note] = []
    length = bars.beats * bars.steps
    fill_from = length - int(dice.choice([2, 4, 8])) if fill else length
    for bar in range(bars.count):
        last = bar == bars.count - 1
        for voice, text in pattern.items():
            if voice in muted or not text:
                continue
            variants = text.split("|")
            steps = variants[bar % len(variants)]
            for place in range(length):
                sign = steps[place % len(steps)] if steps else "."
                if (
                    sign == "."
                    or (sign == "?" and dice.random() < 0.5)
                    or (last and place >= fill_from and voice != "kick")
                ):
                    continue
                notes.append(
                    (bars.at(bar) + place / bars.steps, 0.2, DRUMS[voice], LOUDNESS[sign] * dice.uniform(0.85, 1.1))
                )
        if last and fill:
            notes += _fill(bars, bar, fill_from, length, dice)
    if crash:
        notes.append((bars.at(0), 1.0, gm.CRASH, dice.uniform(80, 115)))
    return notes


def _fill(bars: Bars, bar: int, start: int, end: int, dice: Dice) -> list[Note]:
    if dice.random() < 0.2:
        return []  # a rest is a fill as well
    toms = dice.random() < 0.5
    notes: list[Note] = []
    for place in range(start, end):
        if dice.random() < 0.75:
            along = (place - start) / max(1, end - start)
            drum = TOMS[min(2, int(along * 3))] if toms else gm.SNARE
            notes.append((bars.at(bar) + place / bars.steps, 0.2, drum, 70 + 50 * along))
    return notes


def bass_notes(kind: str, harmony: Harmony, bars: Bars, dice: Dice) -> list[Note]:
    """One way to play the bass; ``kind`` as in ``styles``. The rhythm of a section stays the same from bar to bar."""
    octave = int(dice.choice([1, 1, 2]))
    length = bars.beats * bars.steps
    rhythm = _bass_rhythm(kind, bars, length, dice)
    jump = [int(dice.choice([0, 0, 0, 7, 12, 10])) for _ in rhythm]
    notes: list[Note] = []
    for bar in range(bars.count):
        if kind == "walking":
            notes += _walk(harmony, bars, bar, octave, dice)
            continue
        for (place, steps), leap in zip(rhythm, jump, strict=True):
            where = bars.first + bar + place / length
            pitch = harmony.root(where, octave) + (0 if place == 0 else leap)
            if kind == "octaves":
                pitch += 12 * ((place * 2 // bars.steps) % 2)
            notes.append((bars.at(bar) + place / bars.steps, steps / bars.steps * 0.9, pitch, dice.uniform(80, 110)))
    return notes


def _bass_rhythm(kind: str, bars: Bars, length: int, dice: Dice) -> list[tuple[int, float]]:
    half = bars.steps // 2 if bars.steps == 4 else 1
    if kind == "offbeat":
        return [(beat * bars.steps + bars.steps // 2, half) for beat in range(bars.beats)]
    if kind == "gallop":
        return [(beat * bars.steps + step, 1.0) for beat in range(bars.beats) for step in range(1, bars.steps)]
    if kind in ("eighths", "octaves"):
        return [(place, half) for place in range(0, length, half)]
    if kind == "sixteenths":
        chosen = [place for place in range(length) if place == 0 or dice.random() < dice.choice([0.5, 0.75, 1.0])]
        return [(place, 0.8) for place in chosen]
    if kind in ("long", "wobble"):
        return (
            [(0, float(length))] if dice.random() < 0.6 else [(0, length * 0.6), (int(length * 0.625), length * 0.35)]
        )
    if kind == "tumbao":
        return [(bars.steps + bars.steps // 2, 1.5 * bars.steps), (3 * bars.steps % length, float(bars.steps))]
    if kind == "syncopated":
        places = [0] + [place for place in range(2, length) if dice.random() < 0.3]
        return [(place, float(dice.choice([1, 2, 3]))) for place in places]
    every = bars.steps * int(dice.choice([1, 2, bars.beats]))
    return [(place, every * 0.9) for place in range(0, length, every)]


def _walk(harmony: Harmony, bars: Bars, bar: int, octave: int, dice: Dice) -> list[Note]:
    notes: list[Note] = []
    degree = harmony.degree_at(bars.first + bar)
    for beat in range(bars.beats):
        pitch = harmony.pitch(degree, octave + 1)
        notes.append((bars.at(bar) + beat, 0.9, pitch, dice.uniform(75, 105)))
        degree += int(dice.choice([-2, -1, 1, 2]))
        if bars.steps == 3 and dice.random() < 0.12:
            notes.append((bars.at(bar) + beat + 2 / 3, 0.3, pitch, 60))
    return notes


def chord_notes(kind: str, harmony: Harmony, bars: Bars, dice: Dice) -> list[Note]:
    """One way to play chords; ``kind`` as in ``styles``."""
    octave = int(dice.choice([3, 4, 4]))
    length = bars.beats * bars.steps
    if kind in ("arpeggio", "ostinato"):
        return _arpeggio(harmony, bars, octave, dice)
    rhythm = _chord_rhythm(kind, harmony, bars, length, dice)
    notes: list[Note] = []
    for bar in range(bars.count):
        for place, steps, low in rhythm:
            where = bars.first + bar + place / length
            pitches = harmony.chord(where, octave)
            if kind in ("power", "chug"):
                root = harmony.root(where, 2) if dice.random() < 0.97 else harmony.root(where, 2) + 3
                pitches = [root, root + 7, root + 12]
            elif low == 1:
                pitches = [harmony.root(where, 2)]
            loud = dice.uniform(60, 100)
            notes += [(bars.at(bar) + place / bars.steps, steps / bars.steps, pitch, loud) for pitch in pitches]
    return notes


def _chord_rhythm(kind: str, harmony: Harmony, bars: Bars, length: int, dice: Dice) -> list[tuple[int, float, int]]:
    steps, half = bars.steps, max(1, bars.steps // 2)
    if kind == "pad":
        pieces = max(1, round(1 / harmony.chord_bars)) if harmony.chord_bars < 1 else 1
        return [(index * length // pieces, length / pieces, 0) for index in range(pieces)]
    if kind == "offbeat":
        late = half if steps == 4 else 2
        return [(beat * steps + late, 0.6, 0) for beat in range(bars.beats)]
    if kind == "oompah":
        return [(0, float(steps), 1)] + [(beat * steps, half, 0) for beat in range(1, bars.beats)]
    if kind in ("power", "strum"):
        if dice.random() < 0.4:
            return [(place, half, 0) for place in range(0, length, half)]
        places = [0] + [place for place in range(half, length, half) if dice.random() < 0.55]
        return [(place, float(half), 0) for place in places]
    if kind == "chug":
        return [(place, 0.7, 0) for place in range(length) if place % steps == 0 or dice.random() < 0.7]
    if kind == "montuno":
        return [(place, 1.0, 0) for place in range(length) if place in (0, 2, 3, 5, 6, 7, 9, 11, 13, 14, 15)]
    if kind == "comp":
        every = steps * int(dice.choice([1, 1, 2]))
        places = (
            list(range(0, length, every))
            if dice.random() < 0.6
            else [0] + [p for p in range(1, length) if dice.random() < 0.22]
        )
        return [(place, float(steps) * 0.8, 0) for place in places]
    places = [place for place in range(length) if dice.random() < 0.3] or [0]
    return [(place, float(dice.choice([0.5, 1, 2])), 0) for place in places]


def _arpeggio(harmony: Harmony, bars: Bars, octave: int, dice: Dice) -> list[Note]:
    step = float(dice.choice([1, 1, 2])) if bars.steps == 4 else 1.0
    order = dice.permutation(8) if dice.random() < 0.5 else np.arange(8) * int(dice.choice([1, -1]))
    gap = dice.random() < 0.3
    cycle = int(dice.choice([3, 4, 6, 8]))
    notes: list[Note] = []
    length = bars.beats * bars.steps
    for bar in range(bars.count):
        for index, place in enumerate(np.arange(0, length, step)):
            chord = harmony.chord(bars.first + bar + place / length, octave)
            if gap and (index * 3) % 8 > 5:
                continue
            turn = int(order[index % cycle % 8])
            pitch = chord[turn % len(chord)] + 12 * ((turn // len(chord)) % 2)
            notes.append((bars.at(bar) + place / bars.steps, step / bars.steps * 0.9, pitch, dice.uniform(60, 95)))
    return notes


def melody_notes(harmony: Harmony, bars: Bars, dice: Dice) -> list[Note]:
    """A motif of one, two or four bars, repeated with changes: phrases begin on bar lines or just before them."""
    phrase = int(dice.choice([1, 2, 2, 4]))
    length = phrase * bars.beats * bars.steps
    density, syncopation = dice.uniform(0.15, 0.6), dice.uniform(0, 1)
    motif: list[tuple[int, int]] = []
    degree = int(dice.integers(0, 7))
    for place in range(length):
        on_beat = place % bars.steps == 0
        chance = density * (1.6 - syncopation if on_beat else 0.3 + syncopation)
        if dice.random() < chance:
            degree = int(np.clip(degree + dice.choice([-2, -1, -1, 0, 1, 1, 2, 4, -3]), -3, 11))
            motif.append((place, degree))
    notes: list[Note] = []
    for bar in range(0, bars.count, phrase):
        for index, (place, step) in enumerate(motif):
            if place >= (bars.count - bar) * bars.beats * bars.steps:
                break
            following = motif[index + 1][0] if index + 1 < len(motif) else length
            changed = step + (int(dice.integers(-2, 3)) if dice.random() < 0.12 else 0)
            notes.append(
                (
                    bars.at(bar) + place / bars.steps,
                    min(4.0, (following - place) / bars.steps) * 0.9,
                    harmony.pitch(changed, 5 - int(bars.steps == 3)),
                    dice.uniform(70, 110),
                )
            )
    return notes
