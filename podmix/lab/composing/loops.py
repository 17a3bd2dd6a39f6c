# SPDX-License-Identifier: GPL-3.0-or-later
"""Music made of loops, as sequencers, trackers and producers of dance music make it.

A few layers, each a loop that repeats exactly; blocks of four, eight or sixteen bars that switch layers on and off; and
what producers do to lead from block to block: fills, rolls, rests, risers, crashes, pick-ups. So where anything changes
tells where bars begin, while within a block often nothing does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from podmix.lab.composing import drum_sounds as gm
from podmix.lab.composing import players
from podmix.lab.composing.composer import PROGRAMS, choose_style
from podmix.lab.composing.drum_sounds import Dice
from podmix.lab.composing.grooves import Pattern
from podmix.lab.composing.harmony import Harmony, random_harmony
from podmix.lab.composing.players import Bars, Note, as_notes
from podmix.lab.composing.score import EFFECT_IMPACT, EFFECT_RISER, Doubles, Part, Role, Score
from podmix.lab.composing.styles import Style

KICKS, BACKBEATS, CYMBALS = ("kick",), ("snare", "snare_roll", "clap", "stick"), ("closed", "open", "ride", "shaker",
                                                                                  "pedal", "crash", "tambourine")


@dataclass(frozen=True, slots=True)
class Layer:
    """A loop of ``length`` bars in one or two versions; ``takes`` are notes ``(n, 4)`` in beats from its start."""

    role: Role
    program: int
    length: int
    takes: tuple[Doubles, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """``count`` bars from ``first`` on in which ``playing`` (layer -> version) sounds."""

    first: int
    count: int
    playing: dict[int, int]


def compose_loops(dice: Dice, *, seconds: float, style: Style | None = None) -> Score:
    """A piece of about ``seconds``; notes before beat 0 are a pick-up."""
    style = style or choose_style(dice)
    bpm = float(dice.uniform(*style.bpm))
    if dice.random() < 0.25:
        bpm = float(np.clip(bpm * np.exp(dice.normal(0, 0.2)), 60, 200))
    bpm = float(round(bpm)) if dice.random() < 0.8 else bpm
    bars = max(4, int(np.ceil(seconds * bpm / 60 / style.beats_per_bar)))
    layers = _draw_layers(style, dice)
    blocks = _draw_blocks(layers, bars, dice)
    notes: list[list[Note]] = [[] for _ in layers]
    for block in blocks:
        for index, take in block.playing.items():
            notes[index] += _repeat(layers[index], take, block, style.beats_per_bar)
    joined = _join_blocks(blocks, layers, notes, style, dice)
    parts = [Part(layer.role, layer.program, as_notes(played))
             for layer, played in zip(layers, notes, strict=True) if played]
    length = float(bars * style.beats_per_bar)
    swing = style.steps == 4 and dice.random() < 0.1 + style.swing
    return Score(f"{style.name} loops", bpm, style.beats_per_bar, length, (*parts, *joined),
                 float(dice.uniform(0.05, 0.34)) if swing else 0.0, float(dice.choice([0.25, 0.25, 0.5])),
                 steady=bool(dice.random() < 0.9))


def _draw_layers(style: Style, dice: Dice) -> list[Layer]:
    harmony = _looping_harmony(dice)
    family = style.programs if dice.random() < 0.8 else str(dice.choice(sorted(PROGRAMS)))
    layers = [] if dice.random() < style.drumless else _drum_layers(style, dice)
    kinds: list[tuple[Role, str]] = [("bass", str(dice.choice(list(style.bass))))]
    kinds += [("pad" if kind == "pad" else "arpeggio" if kind in ("arpeggio", "ostinato") else "chords", str(kind))
              for kind in dice.choice(list(style.chords), size=int(dice.choice([1, 2, 2, 3]))) if kind != "none"]
    kinds += [("melody", "")] * int(dice.choice([0, 1, 1, 2]))
    for role, kind in kinds:
        choices = PROGRAMS[family].get(role, (0,))
        program = int(dice.integers(0, 112)) if dice.random() < 0.12 else int(choices[int(dice.integers(len(choices)))])
        length = max(int(dice.choice([1, 1, 2, 4, 4, 8])), _harmony_bars(harmony) if dice.random() < 0.85 else 1)
        bars = Bars(0, length, style.beats_per_bar, style.steps)
        takes = tuple(_take(role, kind, harmony, bars, dice) for _ in range(int(dice.choice([1, 1, 2]))))
        layers.append(Layer(role, program, length, takes))
    return layers


def _looping_harmony(dice: Dice) -> Harmony:
    """Chords whose loop fills one, two, four or eight bars."""
    while True:
        harmony = random_harmony(dice)
        if len(harmony.loop) * harmony.chord_bars in (0.5, 1, 2, 4, 8):
            return harmony


def _harmony_bars(harmony: Harmony) -> int:
    return max(1, round(len(harmony.loop) * harmony.chord_bars))


def _take(role: Role, kind: str, harmony: Harmony, bars: Bars, dice: Dice) -> Doubles:
    """One version of a loop. Some players push: what should come on the bar line comes half a beat before."""
    if role == "bass":
        notes = players.bass_notes(kind, harmony, bars, dice)
    elif role == "melody":
        notes = players.melody_notes(harmony, bars, dice)
    else:
        notes = players.chord_notes(kind, harmony, bars, dice)
    made = as_notes(notes)
    if len(made) and dice.random() < (0.15 if role == "chords" else 0.07):
        on_line = np.mod(made[:, 0], bars.beats) < 1e-6
        pushed = on_line & (dice.random(len(made)) < dice.choice([0.5, 1.0])) & (made[:, 0] > 0)
        made[pushed, 0] -= float(dice.choice([0.5, 0.5, 0.25])) if bars.steps == 4 else 1 / 3
    return made


def _drum_layers(style: Style, dice: Dice) -> list[Layer]:
    """Kick, back beat, cymbals and the rest, each with a loop of its own whose last bar often differs."""
    pattern = players.mutate(style.patterns[int(dice.integers(len(style.patterns)))], dice, float(dice.uniform(0, 1.5)))
    if dice.random() < 0.45:
        pattern = {**players.extra_percussion(style.beats_per_bar * style.steps, dice), **pattern}
    rest = tuple(voice for voice in pattern if voice not in (*KICKS, *BACKBEATS, *CYMBALS))
    layers = []
    together = dice.random() < 0.3  # one sampled break
    groups = (tuple(pattern),) if together else (KICKS, BACKBEATS, CYMBALS, rest)
    for group in groups:
        kept = {voice: steps for voice, steps in pattern.items() if voice in group and steps}
        if kept:
            length = int(dice.choice([1, 1, 2, 2, 4, 8]))
            takes = tuple(_drum_take(kept, style, length, dice) for _ in range(int(dice.choice([1, 2]))))
            layers.append(Layer("drums", int(dice.choice([0, 0, 8, 16, 24, 25])), length, takes))
    return layers


def _drum_take(pattern: Pattern, style: Style, length: int, dice: Dice) -> Doubles:
    varied = players.mutate(pattern, dice, 2.5) if dice.random() < 0.6 else pattern
    notes: list[Note] = []
    for bar in range(length):
        chosen = varied if length > 1 and bar == length - 1 else pattern
        one = players.drum_notes(chosen, Bars(bar, 1, style.beats_per_bar, style.steps), dice, crash=False, fill=False)
        notes += one
    return as_notes(notes)


def _draw_blocks(layers: list[Layer], bars: int, dice: Dice) -> list[Block]:
    """Who plays when: layers come one by one, all at once, or leave for a break."""
    unit = int(dice.choice([2, 4, 4, 8, 8]))
    playing = set(range(len(layers))) if dice.random() < 0.35 else {int(dice.integers(len(layers)))}
    blocks, first = [], 0
    while first < bars:
        count = unit * int(dice.choice([1, 1, 2, 4])) if dice.random() < 0.92 else int(dice.integers(1, 13))
        count = min(count, bars - first, 16)
        versions = {index: int(dice.integers(len(layers[index].takes))) for index in sorted(playing)}
        blocks.append(Block(first, count, versions))
        first += count
        playing = _next_cast(playing, layers, dice)
    return blocks


def _next_cast(playing: set[int], layers: list[Layer], dice: Dice) -> set[int]:
    everybody = set(range(len(layers)))
    kind = dice.random()
    if kind < 0.4 and everybody - playing:  # one or two more
        waiting = sorted(everybody - playing)
        return playing | {int(index) for index in dice.choice(waiting, size=min(len(waiting), int(dice.integers(1, 3))),
                                                              replace=False)}
    if kind < 0.55:
        return everybody
    if kind < 0.7:  # a break
        quiet = {index for index in everybody if layers[index].role != "drums" and dice.random() < 0.6}
        return quiet or {int(dice.integers(len(layers)))}
    changed = playing ^ {int(dice.integers(len(layers)))} if kind < 0.9 else playing
    return changed or playing


def _repeat(layer: Layer, take: int, block: Block, beats: int) -> list[Note]:
    """The loop through a block; its phase counts from the piece's start."""
    low, high = block.first * beats, (block.first + block.count) * beats
    size = layer.length * beats
    notes: list[Note] = []
    for start in range(low - low % size, high, size):
        for moment, length, pitch, loud in layer.takes[take]:
            place = start + float(moment)
            if low - 1e-9 <= place < high - 1e-9:
                notes.append((place, min(float(length), high - place), float(pitch), float(loud)))
    return notes


def _join_blocks(blocks: list[Block], layers: list[Layer], notes: list[list[Note]], style: Style,
                 dice: Dice) -> list[Part]:
    """What leads from block to block; takes notes away (rests) and gives the added parts."""
    habits = dice.uniform(0, 0.8, 6)  # each producer has a few tricks
    drums: list[Note] = []
    effects: list[Note] = []
    for block in blocks:
        line = float(block.first * style.beats_per_bar)
        has_drums = any(layers[index].role == "drums" for index in block.playing)
        if block.first == 0:
            if dice.random() < 0.1:
                drums += _roll(line, 1.0, style, dice)
            continue
        if dice.random() < habits[0] and has_drums:
            drums.append((line, 1.0, float(gm.CRASH), dice.uniform(70, 115)))
        if dice.random() < habits[1]:
            drums += _roll(line, float(dice.choice([0.5, 1, 1, 2, 2, 4, 8])), style, dice)
        if dice.random() < 0.6 * habits[2]:
            _rest(notes, layers, line, float(dice.choice([0.5, 1, 1, 2, 4])), only_drums=bool(dice.random() < 0.7))
        if dice.random() < 0.6 * habits[3]:
            span = min(line, style.beats_per_bar * float(dice.choice([0.5, 1, 2, 4, 8])))
            effects.append((line - span, span, float(EFFECT_RISER), dice.uniform(60, 110)))
        if dice.random() < 0.6 * habits[4]:
            effects.append((line, float(dice.choice([2, 4, 8])), float(EFFECT_IMPACT), dice.uniform(70, 115)))
        if dice.random() < 0.5 * habits[5]:
            _pick_up(notes, layers, block, line, dice)
    made = []
    if drums:
        made.append(Part("drums", 0, as_notes(sorted(drums))))
    if effects:
        made.append(Part("effects", 0, as_notes(sorted(effects))))
    return made


def _roll(line: float, beats: float, style: Style, dice: Dice) -> list[Note]:
    """A fill or a roll that ends at a bar line: even, quickening, or with holes."""
    drum = int(dice.choice([gm.SNARE, gm.SNARE, gm.CLAP, gm.LOW_TOM, gm.KICK]))
    toms = dice.random() < 0.35
    whole = dice.random() < 0.5
    notes: list[Note] = []
    place = line - beats
    while place < line - 1e-6:
        along = (place - line + beats) / beats
        step = 1.0 / style.steps if beats <= 2 or along > 0.5 else 0.5 if along > 0.25 else 1.0
        if whole or dice.random() < 0.75:
            pitch = players.TOMS[min(2, int(along * 3))] if toms else drum
            notes.append((place, 0.2, float(pitch), 60 + 55 * along))
        place += step
    return notes


def _rest(notes: list[list[Note]], layers: list[Layer], line: float, beats: float, *, only_drums: bool) -> None:
    """Silence before a bar line."""
    for index, layer in enumerate(layers):
        if layer.role == "drums" or not only_drums:
            notes[index] = [note for note in notes[index] if not line - beats - 1e-6 <= note[0] < line - 1e-6]


def _pick_up(notes: list[list[Note]], layers: list[Layer], block: Block, line: float, dice: Dice) -> None:
    """A melody or bass that plays in this block begins a little before its bar line."""
    for index in block.playing:
        if layers[index].role in ("melody", "bass") and dice.random() < 0.7:
            first = next((note for note in notes[index] if note[0] >= line - 1e-6), None)
            if first is None:
                continue
            count = int(dice.integers(1, 4))
            step = float(dice.choice([0.25, 0.5, 0.5]))
            rising = int(dice.choice([-2, -1, 0, 1, 2]))
            for back in range(1, count + 1):
                pitch = float(np.clip(first[2] - rising * back, 24, 100))
                notes[index].append((line - back * step, step * 0.9, pitch, first[3] * 0.9))


def begun_before(score: Score) -> float:
    """How many beats before its first bar line a piece begins."""
    return max([0.0, *(-float(part.notes[:, 0].min()) for part in score.parts if len(part.notes))])

