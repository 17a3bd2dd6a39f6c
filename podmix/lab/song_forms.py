# SPDX-License-Identifier: GPL-3.0-or-later
"""Songs with known key and sections, composed by code: the truth for key, structure, energy and likeness of sound.

Two plans: a club track (intro, build, drop, break, outro) and a song (intro, verse, chorus, break, outro). A section
says who plays, how loud, and whether there is a bass drum; everything else comes from ``composing.players``. A sung
song has one more part, of role "effects", which ``lab.singer`` sings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from podmix.lab.composing import drum_sounds as gm
from podmix.lab.composing import players
from podmix.lab.composing.composer import PROGRAMS, choose_style
from podmix.lab.composing.drum_sounds import Dice
from podmix.lab.composing.grooves import Pattern
from podmix.lab.composing.harmony import DORIAN, MAJOR, MINOR, MIXOLYDIAN, Harmony, random_harmony
from podmix.lab.composing.players import Bars, Note, as_notes
from podmix.lab.composing.score import Part, Role, Score
from podmix.lab.composing.styles import Style

NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_CLUB = (
    ("intro", (8, 16)), ("build", (4, 8)), ("drop", (16, 16, 32)), ("break", (8, 16)), ("build", (4, 8)),
    ("drop", (16, 16, 32)), ("outro", (8, 16)),
)
_SONG = (
    ("intro", (4, 8)), ("verse", (8, 16)), ("chorus", (8, 8, 16)), ("verse", (8, 16)), ("chorus", (8, 8, 16)),
    ("break", (4, 8)), ("chorus", (8, 8, 16)), ("outro", (4, 8)),
)
_CHANCES: dict[str, tuple[float, float, float, float, float]] = {
    # drums, bass, first chords, second chords, melody
    "intro": (0.7, 0.3, 0.5, 0.3, 0.1),
    "build": (0.5, 0.4, 0.9, 0.6, 0.4),
    "drop": (1.0, 1.0, 0.9, 0.8, 0.6),
    "break": (0.12, 0.3, 0.8, 0.7, 0.5),
    "verse": (0.95, 0.9, 0.8, 0.2, 0.6),
    "chorus": (1.0, 1.0, 1.0, 0.9, 0.9),
    "outro": (0.8, 0.5, 0.4, 0.2, 0.1),
}
_SUNG = {"intro": 0.0, "build": 0.3, "drop": 0.3, "break": 0.4, "verse": 0.9, "chorus": 0.9, "outro": 0.05}
_LEVELS_DB = {"intro": -4.0, "build": -2.0, "drop": 0.0, "break": -5.0, "verse": -3.0, "chorus": 0.0, "outro": -4.0}


@dataclass(frozen=True, slots=True)
class Form:
    """A section of the truth: ``start`` and ``bars`` in bars."""

    start: int
    bars: int
    label: str
    kick: bool
    vocals: bool = False


@dataclass(frozen=True, slots=True)
class Song:
    """A score with its truth. ``mode`` is the scale's own name; ``key`` calls every scale by its third."""

    score: Score
    key: str
    mode: str
    forms: tuple[Form, ...]


def key_of(harmony: Harmony) -> tuple[str, str]:
    """``("A minor", "dorian")``."""
    modes: dict[tuple[int, ...], str] = {MAJOR: "major", MIXOLYDIAN: "mixolydian", MINOR: "minor", DORIAN: "dorian"}
    mode = modes.get(harmony.scale, "phrygian")
    return f"{NAMES[harmony.tonic]} {'major' if harmony.scale[2] == 4 else 'minor'}", mode


def tonal_harmony(dice: Dice) -> Harmony:
    """A loop that says which note is home: it holds the tonic's chord and is not that of another key throughout."""
    while True:
        harmony = random_harmony(dice)
        if 0 in harmony.loop and len(set(harmony.loop)) > 1 and (harmony.loop[0] == 0 or harmony.loop[-1] in (0, 4)):
            return harmony


def compose_song(dice: Dice, *, style: Style | None = None, most_bars: int | None = None, sung: bool = False) -> Song:
    """A whole song; with ``most_bars`` only so many from a random section on; ``sung`` adds a voice."""
    style = style or choose_style(dice)
    harmony = tonal_harmony(dice)
    plan = _CLUB if style.programs in ("electronic", "chip") and dice.random() < 0.8 else _SONG
    lengths = [(label, int(dice.choice(bars))) for label, bars in plan]
    if most_bars is not None:
        lengths = lengths[int(dice.integers(0, len(lengths) - 2)):]
        while sum(bars for _, bars in lengths) > most_bars and len(lengths) > 1:
            lengths = lengths[:-1]
        lengths = [(label, min(bars, most_bars)) for label, bars in lengths]
    return _write(style, harmony, lengths, dice, sung=sung)


def _write(style: Style, harmony: Harmony, lengths: list[tuple[str, int]], dice: Dice, *,
           sung: bool) -> Song:
    kinds = [str(kind) for kind in dice.choice(list(style.chords), size=2)]
    kinds = [kind if kind != "none" else "pad" for kind in kinds]
    band = _Band(style, harmony, [dict(style.patterns[int(dice.integers(len(style.patterns)))])], kinds,
                 str(dice.choice(list(style.bass))), dice.random() >= style.drumless)
    lines: list[list[Note]] = [[], [], [], [], [], []]
    forms, place = [], 0
    memory: dict[str, tuple[bool, ...]] = {}
    for label, bars in lengths:
        playing = memory.setdefault(label, tuple(bool(dice.random() < chance) for chance in _CHANCES[label]))
        stretch = Bars(place, bars, style.beats_per_bar, style.steps)
        vocals = sung and dice.random() < _SUNG[label]
        kick = _section(lines, band, stretch, dice, label=label,
                        playing=(*playing[:4], playing[4] and not vocals))
        if vocals:
            lines[5] += players.melody_notes(harmony, stretch, dice)
        forms.append(Form(place, bars, label, kick, vocals))
        place += bars
    roles: tuple[Role, ...] = ("drums", "bass", _role(kinds[0]), _role(kinds[1]), "melody", "effects")
    family = style.programs
    parts = tuple(Part(role, _program(role, family, dice), as_notes(notes))
                  for role, notes in zip(roles, lines, strict=True) if notes)
    bpm = float(round(dice.uniform(*style.bpm)))
    score = Score(style.name, bpm, style.beats_per_bar, float(place * style.beats_per_bar), parts,
                  steady=bool(dice.random() >= style.live * 0.3))
    key, mode = key_of(harmony)
    return Song(score, key, mode, tuple(forms))


@dataclass(frozen=True, slots=True)
class _Band:
    style: Style
    harmony: Harmony
    grooves: list[Pattern]
    kinds: list[str]
    bass: str
    drummer: bool


def _section(lines: list[list[Note]], band: _Band, bars: Bars, dice: Dice, *, label: str,
             playing: tuple[bool, ...]) -> bool:
    """Write every player's notes of a section; True where a bass drum plays."""
    gain = 10 ** ((_LEVELS_DB[label] + dice.normal(0, 0.7)) / 40)
    drums, bass, first, second, melody = playing
    if not (first or second or melody or bass) and (not drums or not band.drummer):
        first = True
    made: list[list[Note]] = [[], [], [], [], []]
    kick = False
    if drums and band.drummer:
        muted = frozenset({"kick"} if label in {"build", "break"} else set())
        kick = "kick" not in muted and bool(band.grooves[0].get("kick"))
        made[0] = players.drum_notes(band.grooves[0], bars, dice, muted=muted,
                                     crash=label in ("drop", "chorus"), fill=bool(dice.random() < 0.6))
        made[0] += _roll(bars) if label == "build" else []
    if bass:
        made[1] = players.bass_notes(band.bass, band.harmony, bars, dice)
    for slot, plays in ((2, first), (3, second)):
        if plays:
            made[slot] = players.chord_notes(band.kinds[slot - 2], band.harmony, bars, dice)
    if melody:
        made[4] = players.melody_notes(band.harmony, bars, dice)
    for line, notes in zip(lines[:5], made, strict=True):
        line += [(start, length, pitch, max(1.0, loud * gain)) for start, length, pitch, loud in notes]
    return kick


def _roll(bars: Bars) -> list[Note]:
    """A snare that doubles its pace towards the end."""
    notes: list[Note] = []
    for bar in range(bars.count):
        along = bar / bars.count
        step = 1.0 if along < 0.5 else 0.5 if along < 0.75 else 0.25
        places = np.arange(0, bars.beats, step)
        notes += [(bars.at(bar) + float(beat), 0.2, gm.SNARE, 50 + 60 * along) for beat in places]
    return notes


def _role(kind: str) -> Role:
    return "pad" if kind == "pad" else "arpeggio" if kind in ("arpeggio", "ostinato") else "chords"


def _program(role: Role, family: str, dice: Dice) -> int:
    if role == "drums":
        return int(dice.choice([0, 0, 0, 8, 16, 24, 25, 32, 40]))
    if dice.random() < 0.15:
        return int(dice.integers(0, 112))
    choices = PROGRAMS[family].get(role, (0,))
    return int(choices[int(dice.integers(len(choices)))])
