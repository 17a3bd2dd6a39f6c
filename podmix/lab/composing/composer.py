# SPDX-License-Identifier: GPL-3.0-or-later
"""Pieces of music in many styles: sections, layers that come and go, breaks without drums, fills."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from podmix.lab.composing import players
from podmix.lab.composing.drum_sounds import Dice
from podmix.lab.composing.grooves import Pattern
from podmix.lab.composing.harmony import Harmony, random_harmony
from podmix.lab.composing.players import Bars, Note, as_notes
from podmix.lab.composing.score import Part, Role, Score
from podmix.lab.composing.styles import STYLES, Style

PROGRAMS: dict[str, dict[str, Sequence[int]]] = {
    "electronic": {
        "bass": (38, 39, 87, 36, 33),
        "chords": (80, 81, 90, 62, 63, 4, 5, 16, 50),
        "pad": (*range(88, 96), 50, 51),
        "melody": (80, 81, 82, 84, 86, 87, 98, 11, 12),
        "arpeggio": (81, 80, 84, 98, 99, 46, 108, 88),
    },
    "chip": {
        "bass": (38, 80, 81, 87),
        "chords": (80, 81, 62),
        "pad": (80, 90),
        "melody": (80, 81, 78, 82),
        "arpeggio": (80, 81, 98),
    },
    "rock": {
        "bass": (33, 34, 36),
        "chords": (29, 30, 30, 27, 28, 25),
        "pad": (50, 18, 16, 48),
        "melody": (30, 29, 27, 56, 81),
        "arpeggio": (27, 28, 25),
    },
    "band": {
        "bass": (33, 32, 34, 35),
        "chords": (0, 1, 4, 5, 24, 25, 27, 16, 7),
        "pad": (48, 49, 50, 52, 89),
        "melody": (65, 66, 73, 56, 40, 71, 0, 11, 22, 75),
        "arpeggio": (24, 25, 0, 46, 11, 4),
    },
    "jazz": {
        "bass": (32, 32, 35),
        "chords": (0, 26, 4, 11),
        "pad": (49, 16),
        "melody": (65, 66, 56, 59, 11, 71),
        "arpeggio": (26, 0),
    },
    "orchestra": {
        "bass": (43, 42, 58, 32),
        "chords": (48, 61, 60, 0, 6, 19),
        "pad": (48, 49, 52, 19, 44),
        "melody": (73, 68, 71, 56, 40, 60, 75),
        "arpeggio": (45, 46, 48, 6, 0, 47),
    },
}
"""General MIDI programs (from 0) that suit a role in a kind of ensemble."""


def choose_style(dice: Dice) -> Style:
    weights = np.array([style.weight for style in STYLES])
    return STYLES[int(dice.choice(len(STYLES), p=weights / weights.sum()))]


def compose(dice: Dice, *, seconds: float, style: Style | None = None) -> Score:
    """A piece of about ``seconds`` in a style (drawn by weight where none is given)."""
    style = style or choose_style(dice)
    bpm = float(dice.uniform(*style.bpm))
    if style.programs in ("electronic", "chip") and dice.random() < 0.7:
        bpm = float(round(bpm))
    bars = max(4, int(np.ceil(seconds * bpm / 60 / style.beats_per_bar)))
    notes = _sections(style, bars, dice)
    family = style.programs if dice.random() < 0.8 else str(dice.choice(sorted(PROGRAMS)))
    parts = [Part(role, _program(role, family, dice), as_notes(played)) for role, played in notes if played]
    swing, unit = _swing(style, dice)
    return Score(
        style.name,
        bpm,
        style.beats_per_bar,
        float(bars * style.beats_per_bar),
        tuple(parts),
        swing,
        unit,
        steady=bool(dice.random() >= style.live),
    )


def _swing(style: Style, dice: Dice) -> tuple[float, float]:
    if style.steps == 3 or dice.random() > 0.15 + 2 * style.swing:
        return 0.0, 0.25
    return float(dice.uniform(0.05, 0.34)), float(dice.choice([0.25, 0.25, 0.5]))


def _program(role: Role, family: str, dice: Dice) -> int:
    if role == "drums":
        return int(dice.choice([0, 0, 0, 8, 16, 24, 25, 32, 40]))
    if dice.random() < 0.12:
        return int(dice.integers(0, 112))
    choices = PROGRAMS[family].get(role, (0,))
    return int(choices[int(dice.integers(len(choices)))])


def _sections(style: Style, bars: int, dice: Dice) -> list[tuple[Role, list[Note]]]:
    """Every player's notes; each section says who plays."""
    harmony = random_harmony(dice)
    grooves = _grooves(style, dice)
    chord_kinds = [str(kind) for kind in dice.choice(list(style.chords), size=int(dice.choice([1, 2])))]
    bass_kind = str(dice.choice(list(style.bass)))
    has_drums = dice.random() >= style.drumless
    lines: list[tuple[Role, list[Note]]] = [
        ("drums", []),
        ("bass", []),
        *[(_chord_role(kind), []) for kind in chord_kinds],
        ("melody", []),
    ]
    place = -int(dice.integers(0, 8)) if dice.random() < 0.5 else 0
    while place < bars:
        count = int(dice.choice([2, 4, 4, 8, 8, 16]))
        first, last = max(0, place), min(bars, place + count)
        place += count
        if last <= first:
            continue
        stretch = Bars(first, last - first, style.beats_per_bar, style.steps)
        _play_section(lines, stretch, dice, harmony=harmony, grooves=grooves if has_drums else [],
                      bass_kind=bass_kind, chord_kinds=chord_kinds)
    return lines


def _grooves(style: Style, dice: Dice) -> list[Pattern]:
    grooves = []
    for _ in range(2):
        pattern = players.mutate(
            style.patterns[int(dice.integers(len(style.patterns)))], dice, float(dice.uniform(0, 1.2))
        )
        if dice.random() < 0.3:
            pattern = {**players.extra_percussion(style.beats_per_bar * style.steps, dice), **pattern}
        grooves.append(pattern)
    return grooves


def _chord_role(kind: str) -> Role:
    if kind == "pad":
        return "pad"
    return "arpeggio" if kind in ("arpeggio", "ostinato") else "chords"


def _play_section(
    lines: list[tuple[Role, list[Note]]],
    bars: Bars,
    dice: Dice,
    *,
    harmony: Harmony,
    grooves: list[Pattern],
    bass_kind: str,
    chord_kinds: list[str],
) -> None:
    drums = bool(grooves) and dice.random() < 0.82
    bass = dice.random() < (0.85 if drums else 0.6)
    chords = [dice.random() < 0.75 for _ in chord_kinds]
    melody = dice.random() < 0.5
    if not drums and not bass and not any(chords):
        chords = [True] * len(chords)
        melody = melody or not chords
    if drums:
        muted = frozenset(voice for voice in players.DRUMS if dice.random() < 0.1)
        groove = grooves[int(dice.random() < 0.25)]
        lines[0][1].extend(
            players.drum_notes(
                groove, bars, dice, muted=muted, crash=bool(dice.random() < 0.5), fill=bool(dice.random() < 0.5)
            )
        )
    if bass:
        lines[1][1].extend(players.bass_notes(bass_kind, harmony, bars, dice))
    for index, (kind, plays) in enumerate(zip(chord_kinds, chords, strict=True)):
        if plays and kind != "none":
            lines[2 + index][1].extend(players.chord_notes(kind, harmony, bars, dice))
    if melody:
        lines[-1][1].extend(players.melody_notes(harmony, bars, dice))
