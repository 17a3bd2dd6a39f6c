# SPDX-License-Identifier: GPL-3.0-or-later
"""The small notation that the demo's pieces are written in, and how it becomes notes.

Four steps make a beat; ``|`` joins bars that follow each other and begin again at every section.

* drums: ``grooves``' signs (``x`` a hit, ``X`` loud, ``o`` soft, ``.`` none), and ``%`` two quick soft ones;
* ``riff``: a digit is a note of the chord (0 root, 1 third, 2 fifth, 3 the octave …), ``-`` holds it, ``.`` rests;
* ``chords``: ``x``/``o`` strikes the chord, ``-`` holds it, ``.`` rests;
* ``tune``: words ``degree:steps`` of the key's scale (0 the tonic, 7 its octave), ``r:steps`` rests.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from podmix.lab.composing.drum_sounds import Dice
from podmix.lab.composing.harmony import Harmony
from podmix.lab.composing.players import Note

STEPS = 4
LOWEST_ROOT = 29
"""F1, 44 Hz: what small loudspeakers still hint at."""
_CHORD_DEGREES = (0, 2, 4, 7, 9, 11, 14, 16, 18, 21)
_LOUD = {"x": 96.0, "X": 116.0, "o": 56.0, "%": 60.0}


@dataclass(frozen=True, slots=True)
class Line:
    """What one player plays. ``octave`` of riffs and tunes is that of the tonic (2 and below: a
    bass, its roots between F1 and E2); chords lie round pitch ``centre``.

    ``level_db`` is the part's loudness, ``pan`` -1..1, ``room`` and ``echo`` sends 0..1, ``duck`` how deep the kick
    pushes it down, 0..1.
    """

    kind: Literal["riff", "chords", "tune"]
    instrument: str
    text: str
    octave: int = 4
    centre: float = 62.0
    level_db: float = -6.0
    pan: float = 0.0
    room: float = 0.15
    echo: float = 0.0
    duck: float = 0.0


@dataclass(frozen=True, slots=True)
class Part:
    """A section: who plays (names of lines and drum voices), and where the low-pass of all that is no drum moves from
    and to (Hz; equal and high: open). ``fill`` in the last bar, ``roll`` a snare that doubles its pace, ``rise``
    noise that swells to the end."""

    label: str
    bars: int
    who: str
    cut: tuple[float, float] = (20_000.0, 20_000.0)
    fill: bool = True
    roll: bool = False
    rise: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A whole track. ``lead_in_s`` of silence before beat 0; ``tail_s`` rings out after the last bar.

    ``warmth_db`` tilts the master: dB taken from the highest octave. ``crackle`` is the level of a worn record.
    """

    slug: str
    title: str
    artist: str
    genre: str
    bpm: float
    harmony: Harmony
    parts: tuple[Part, ...]
    lines: dict[str, Line]
    drums: dict[str, str] = field(default_factory=dict)
    kit: str = "house"
    beats_per_bar: int = 4
    swing: float = 0.0
    lead_in_s: float = 0.1
    tail_s: float = 2.0
    room_s: float = 1.6
    drive: float = 1.2
    warmth_db: float = 0.0
    crackle: float = 0.0
    pulse: bool = True
    hue: float = 0.5

    @property
    def bars(self) -> int:
        return sum(part.bars for part in self.parts)

    @property
    def bar_s(self) -> float:
        return self.beats_per_bar * 60 / self.bpm


def line_notes(line: Line, harmony: Harmony, dice: Dice, *, first_bar: int, bars: int, beats: int) -> list[Note]:
    """A line through one section: ``(start, length, pitch, velocity)`` in beats from bar 0."""
    match line.kind:
        case "tune":
            made = _tune(line, harmony, first_bar, bars, beats)
        case "riff":
            made = _riff(line, harmony, first_bar, bars, beats)
        case "chords":
            made = _chords(line, harmony, first_bar, bars, beats)
    return [(start, length, pitch, loud * dice.uniform(0.9, 1.05)) for start, length, pitch, loud in made]


def _tune(line: Line, harmony: Harmony, first_bar: int, bars: int, beats: int) -> list[Note]:
    notes: list[Note] = []
    words = [(word.split(":")[0], int(word.split(":")[1])) for word in line.text.replace("|", " ").split()]
    place, end = 0, bars * beats * STEPS
    while place < end:
        for name, steps in words:
            if name != "r" and place < end:
                length = min(steps, end - place)
                notes.append((first_bar * beats + place / STEPS, length / STEPS * 0.95,
                              harmony.pitch(int(name), line.octave), 96.0))
            place += steps
    return notes


def _strokes(text: str, bars: int) -> list[tuple[int, int, str, int]]:
    """(bar, step, sign, steps held) of a text through ``bars`` bars."""
    variants = text.split("|")
    length = len(variants[0])
    joined = "".join(variants[bar % len(variants)] for bar in range(bars))
    made = []
    for place, sign in enumerate(joined):
        if sign not in ".-":
            rest = joined[place + 1:]
            made.append((place // length, place % length, sign, 1 + len(rest) - len(rest.lstrip("-"))))
    return made


def _riff(line: Line, harmony: Harmony, first_bar: int, bars: int, beats: int) -> list[Note]:
    notes: list[Note] = []
    for bar, place, sign, steps in _strokes(line.text, bars):
        where = first_bar + bar + place / (beats * STEPS)
        degree = harmony.degree_at(where)
        pitch = harmony.pitch(degree + _CHORD_DEGREES[int(sign)], line.octave)
        if line.octave <= 2:  # a bass stays where it carries: its roots lie in one octave
            root = harmony.pitch(degree, line.octave)
            pitch += LOWEST_ROOT + (root - LOWEST_ROOT) % 12 - root
        notes.append(((first_bar + bar) * beats + place / STEPS, steps / STEPS * 0.92, pitch,
                      104.0 if place % 4 == 0 else 90.0))
    return notes


def _chords(line: Line, harmony: Harmony, first_bar: int, bars: int, beats: int) -> list[Note]:
    notes: list[Note] = []
    for bar, place, sign, steps in _strokes(line.text, bars):
        where = first_bar + bar + place / (beats * STEPS)
        start, length = (first_bar + bar) * beats + place / STEPS, steps / STEPS * 0.95
        notes += [(start, length, pitch, _LOUD[sign]) for pitch in voiced(harmony.chord(where, 4), line.centre)]
    return notes


def voiced(chord: list[int], centre: float) -> list[int]:
    """The chord's notes each in the octave nearest ``centre``: neighbouring chords then move by small steps."""
    return sorted(int(pitch + 12 * round((centre - pitch) / 12)) for pitch in chord)


def drum_strokes(piece: Piece, part: Part, first_bar: int, dice: Dice) -> list[tuple[float, str, float]]:
    """(beat, voice, velocity) of a section's drums."""
    length = piece.beats_per_bar * STEPS
    strokes: list[tuple[float, str, float]] = []
    plays = [name for name in part.who.split() if name in piece.drums]
    fills = part.fill and bool({"snare", "clap", "kick"} & {name.split("/")[0] for name in plays})
    for name in plays:
        voice = name.split("/")[0]
        for bar, place, sign, _ in _strokes(piece.drums[name], part.bars):
            if fills and bar == part.bars - 1 and place >= length - 4 and voice in ("kick", "snare", "clap"):
                continue
            beat = (first_bar + bar) * piece.beats_per_bar + place / STEPS
            strokes.append((beat, voice, _LOUD[sign] * dice.uniform(0.92, 1.05)))
            if sign == "%":
                strokes.append((beat + 0.5 / STEPS, voice, _LOUD[sign] * 0.8))
    last = (first_bar + part.bars) * piece.beats_per_bar
    if fills:
        strokes += [(last - 1 + step / 4, voice, loud) for step, voice, loud in
                    ((0, "high tom", 84.0), (1, "snare", 60.0), (2, "mid tom", 92.0), (3, "low tom", 104.0))]
    if part.roll:
        strokes += _roll(first_bar * piece.beats_per_bar, last - (1 if fills else 0))
    if part.label in ("drop", "chorus"):
        strokes.append((float(first_bar * piece.beats_per_bar), "crash", 108.0))
    return strokes


def _roll(first: float, last: float) -> list[tuple[float, str, float]]:
    made = []
    beat = first + (last - first) / 2
    while beat < last:
        along = (beat - first) / (last - first)
        made.append((beat, "snare", 26 + 58 * along))
        beat += 1.0 if along < 0.7 else 0.5 if along < 0.85 else 0.25
    return made


def bar_lines(piece: Piece) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Beats of every section's first bar, and of the end."""
    return np.cumsum([0, *(part.bars for part in piece.parts)]) * float(piece.beats_per_bar)
