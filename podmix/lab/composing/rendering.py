# SPDX-License-Identifier: GPL-3.0-or-later
"""A performance as sound: each part by a sound bank, an own synthesiser or recorded drums, drawn at random."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from podmix.lab.composing import mastering
from podmix.lab.composing.drum_sounds import KICK, Dice, Kit, Sound, make_kit, sound_for
from podmix.lab.composing.sample_kits import blended_kit, hydrogen_kits, sonic_pi_hits
from podmix.lab.composing.score import EFFECT_RISER, Performance, PlayedPart
from podmix.lab.composing.soundfont import SoundFont, installed_fonts
from podmix.lab.composing.tones import play_note, random_patch


@dataclass(frozen=True, slots=True)
class Studio:
    """All sound sources of this machine. Only ``rate`` is needed: without the others everything is synthesised."""

    rate: int
    fonts: Sequence[SoundFont] = ()
    kits: Sequence[Kit] = ()
    hits: dict[int, list[Sound]] = field(default_factory=dict)


def open_studio(rate: int) -> Studio:
    """Everything that is installed here."""
    fonts = [SoundFont(path, rate) for path in installed_fonts()]
    return Studio(rate, fonts, hydrogen_kits(rate), sonic_pi_hits(rate))


def render(performance: Performance, studio: Studio, dice: Dice, *, seconds: float) -> Sound:
    """The whole piece, mastered, mono float32 of unit peak, ``seconds`` long."""
    rate, frames = studio.rate, int(seconds * studio.rate)
    mix = np.zeros(frames, np.float32)
    kicks = _kicks(performance)
    pumping = dice.random() < 0.3 and len(kicks) > 8
    font = dice.random() < 0.45  # one bank for most of the piece, as a game or a keyboard has
    chosen = int(dice.integers(len(studio.fonts))) if studio.fonts else 0
    for part in performance.parts:
        by_bank = bool(studio.fonts) and dice.random() < (0.9 if font else 0.25)
        if part.role == "effects":
            sound = _noises(part, rate, dice, frames)
        elif by_bank:
            sound = _by_bank(part, studio, chosen, frames)
        else:
            sound = _by_synthesis(part, studio, dice, frames)
        sound = mastering.normal_level(sound)
        sound = _effects(sound, part, performance, rate, dice)
        if pumping and part.role != "drums":
            sound = mastering.duck(sound, rate, kicks, dice.uniform(0.4, 1.0), dice.uniform(0.12, 0.4))
        mix += sound * np.float32(mastering.mix_level(part.role, dice))
    return mastering.master(mix, rate, dice)


def _kicks(performance: Performance) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    starts = [
        part.notes[np.isin(part.notes[:, 2], (35, KICK)), 0] for part in performance.parts if part.role == "drums"
    ]
    return np.concatenate(starts) if starts else np.zeros(0)


def _by_bank(part: PlayedPart, studio: Studio, chosen: int, frames: int) -> Sound:
    notes = part.notes[part.notes[:, 0] < frames / studio.rate]
    return studio.fonts[chosen].render(notes, part.program, frames, drums=part.role == "drums")


def _by_synthesis(part: PlayedPart, studio: Studio, dice: Dice, frames: int) -> Sound:
    if part.role == "drums":
        kit = blended_kit(list(studio.kits), studio.hits, make_kit(studio.rate, dice), dice)
        gains = {number: float(10 ** (dice.normal(0, 3) / 20)) for number in range(128)}
        return _place(part, frames, studio.rate, lambda pitch, _: sound_for(kit, pitch), gains)
    patch = random_patch(part.role, dice)
    made: dict[tuple[int, int], Sound] = {}

    def sound_of(pitch: int, seconds: float) -> Sound:
        steps = min(200, max(1, round(seconds / 0.03)))
        if (pitch, steps) not in made:
            made[pitch, steps] = play_note(patch, pitch, steps * 0.03, studio.rate)
        return made[pitch, steps]

    return _place(part, frames, studio.rate, sound_of, {})


def _noises(part: PlayedPart, rate: int, dice: Dice, frames: int) -> Sound:
    """Risers and impacts: noise that swells until a bar line or falls from it."""
    line = np.zeros(frames, np.float32)
    colour, steep = dice.uniform(0, 0.8), dice.uniform(1, 4)
    for start, length, pitch, velocity in part.notes:
        first = int(start * rate)
        count = min(int(length * rate), frames - first)
        if count < rate // 20:
            continue
        noise = mastering.coloured_noise(count, rate, dice, colour)
        along = np.linspace(0, 1, count) if pitch == EFFECT_RISER else np.linspace(1, 0, count)
        line[first : first + count] += (noise * along**steep * (velocity / 100) ** 1.5).astype(np.float32)
    return line


def _place(part: PlayedPart, frames: int, rate: int, sound_of: object, gains: dict[int, float]) -> Sound:
    """Add every note's sound at its moment."""
    assert callable(sound_of)
    line = np.zeros(frames, np.float32)
    for start, length, pitch, velocity in part.notes:
        first = round(start * rate)
        sound = sound_of(int(pitch), float(length))
        if sound is None or first >= frames:
            continue
        count = min(len(sound), frames - first)
        line[first : first + count] += sound[:count] * np.float32((velocity / 100) ** 1.5 * gains.get(int(pitch), 1.0))
    return line


def _effects(sound: Sound, part: PlayedPart, performance: Performance, rate: int, dice: Dice) -> Sound:
    guitar = 27 <= part.program <= 31 and part.role != "drums"
    if dice.random() < (0.6 if guitar else 0.1):
        sound = np.tanh(sound * np.float32(np.exp(dice.uniform(1.5, 4)))).astype(np.float32) * np.float32(0.1)
    if part.role in ("melody", "arpeggio", "chords") and dice.random() < 0.2 and len(performance.beats) > 1:
        beat = float(np.median(np.diff(performance.beats)))
        sound = mastering.echo(
            sound, rate, beat * float(dice.choice([0.5, 0.75, 0.75, 1.0, 1 / 3])), 0.5, dice.uniform(0.2, 0.7)
        )
    if dice.random() < (0.15 if part.role in ("drums", "bass") else 0.35):
        sound = mastering.reverberate(sound, rate, dice, dice.uniform(0.05, 0.8))
    if part.role != "drums" and dice.random() < 0.08:
        sound = mastering.sweep_filter(sound, rate, dice)
    return sound
