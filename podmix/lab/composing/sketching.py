# SPDX-License-Identifier: GPL-3.0-or-later
"""Spectrograms put together from the spectrograms of single notes: training music fifty times cheaper than sound.

A library holds the mel spectrogram of every drum and of many instruments at many pitches (from sound banks, recorded
kits and own synthesis). A performance is laid out by adding their powers at the notes' moments; gain, ducking, room,
compression and filters work on the bands. What is lost (phase, true polyphony) the features hardly see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from podmix.lab.composing import mastering
from podmix.lab.composing.drum_sounds import KICK, NEAREST, Dice, Sound, make_kit
from podmix.lab.composing.rendering import Studio
from podmix.lab.composing.sample_kits import blended_kit
from podmix.lab.composing.score import EFFECT_RISER, Doubles, Performance, PlayedPart, Role
from podmix.lab.composing.tones import play_note, random_patch
from podmix.music.beats.features import BANDS, FRAME_RATE, HOP, Floats, spectrogram

PITCHES = tuple(range(28, 92, 2))
NOTE_S = 1.2
SUSTAIN = slice(44, 58)
"""Frames of a stamp from which longer notes are gone on with."""
RELEASE_FRAMES = 8
SHIFTS = 4
"""Each sound is kept at so many fractions of a frame."""
ROLES: tuple[Role, ...] = ("bass", "chords", "pad", "melody", "arpeggio")

Stamp = list[Floats]
"""Powers ``(frames, BANDS)`` of one sound, by fraction of a frame."""


@dataclass(frozen=True, slots=True)
class Library:
    """``kits``: percussion number -> stamp. ``tones``: by role, instruments of one stamp for each of PITCHES."""

    kits: Sequence[dict[int, Stamp]]
    tones: dict[Role, list[list[Stamp]]]


def stamp(sound: Sound) -> Stamp:
    """The sound begun 0, 1/4, 1/2 and 3/4 of a frame after a frame's centre, two frames of silence before."""
    made = []
    for shift in range(SHIFTS):
        padded = np.pad(sound, (2 * HOP + shift * HOP // SHIFTS, HOP))
        made.append(np.asarray(spectrogram(padded) ** 2, np.float32))
    return made


def build_library(studio: Studio, dice: Dice, *, kits: int = 60, instruments: int = 24) -> Library:
    """Stamps of many kits and of ``instruments`` for each role."""
    drums = []
    for index in range(kits):
        kit = blended_kit(list(studio.kits), studio.hits, make_kit(studio.rate, dice), dice)
        if studio.fonts and index % 3 == 0:
            kit |= _bank_kit(studio, dice)
        drums.append({number: stamp(_unit(sound[: studio.rate])) for number, sound in kit.items()})
    tones = {role: [_instrument(role, studio, dice) for _ in range(instruments)] for role in ROLES}
    return Library(drums, tones)


def _unit(sound: Sound) -> Sound:
    return np.asarray(sound / (np.abs(sound).max() + 1e-9), np.float32)


def _bank_kit(studio: Studio, dice: Dice) -> dict[int, Sound]:
    font = studio.fonts[int(dice.integers(len(studio.fonts)))]
    program = int(dice.choice([0, 8, 16, 24, 25, 32, 40]))
    frames = studio.rate
    return {number: font.render(np.array([[0.0, 0.5, number, 110]]), program, frames, drums=True)
            for number in (36, 37, 38, 39, 42, 44, 45, 46, 47, 49, 50, 51, 54, 56, 60, 61, 63, 70, 75)}


def _instrument(role: Role, studio: Studio, dice: Dice) -> list[Stamp]:
    """One instrument over all pitches, each note held for NOTE_S."""
    if studio.fonts and dice.random() < 0.6:
        font = studio.fonts[int(dice.integers(len(studio.fonts)))]
        programs = {"bass": (32, 40), "pad": (48, 55) if dice.random() < 0.5 else (88, 96)}.get(role, (0, 104))
        program, frames = int(dice.integers(*programs)), int(NOTE_S * 1.5 * studio.rate)
        drive = float(np.exp(dice.uniform(1, 3))) if 27 <= program <= 31 else 0.0
        made = []
        for pitch in PITCHES:
            sound = _unit(font.render(np.array([[0.0, NOTE_S, pitch, 100]]), program, frames))
            made.append(stamp(np.tanh(sound * np.float32(drive)).astype(np.float32) if drive else sound))
        return made
    patch = random_patch(role, dice)
    return [stamp(_unit(play_note(patch, pitch, NOTE_S, studio.rate))) for pitch in PITCHES]


def sketch(performance: Performance, library: Library, dice: Dice, *, seconds: float) -> Floats:
    """A performance as mel magnitudes ``(1 + seconds * FRAME_RATE, BANDS)``."""
    frames = 1 + int(seconds * FRAME_RATE)
    total = np.zeros((frames, BANDS), np.float32)
    kicks = [part.notes[np.isin(part.notes[:, 2], (35, KICK)), 0] for part in performance.parts if part.role == "drums"]
    moments = np.concatenate(kicks) if kicks else np.zeros(0)
    pumping = _pumping(frames, moments, dice) if len(moments) > 8 and dice.random() < 0.3 else None
    for part in performance.parts:
        laid = _noises if part.role == "effects" else _lay_out
        power = laid(part, library, dice, frames)
        power *= np.float32(mastering.mix_level(part.role, dice) ** 2 / max(float(_loud_mean(power)), 1e-12))
        power *= _tilt(dice, 4.0)
        if part.role != "drums" and pumping is not None:
            power *= pumping[:, None]
        if dice.random() < (0.2 if part.role in ("drums", "bass") else 0.5):
            power = _room(power, dice)
        total += power
    if dice.random() < 0.3:
        total = _room(total, dice)
    if dice.random() < 0.15:
        total *= _sweep(frames, dice)
    if dice.random() < 0.7:
        level = total.sum(1, keepdims=True) + 1e-12
        total *= (level / level.max()) ** np.float32(-dice.uniform(0, 0.7))
    return np.sqrt(total)


def _lay_out(part: PlayedPart, library: Library, dice: Dice, frames: int) -> Floats:
    power = np.zeros((frames + 120, BANDS), np.float32)
    drums = part.role == "drums"
    kit = library.kits[int(dice.integers(len(library.kits)))]
    kept = library.tones.get(part.role) or library.tones["chords"]
    tones = kept[int(dice.integers(len(kept)))]
    gains = np.exp(dice.normal(0, 0.7, 128))
    for start, length, pitch, velocity in part.notes:
        place = start * FRAME_RATE
        first = int(place)
        if first >= frames:
            continue
        if drums:
            found = kit.get(int(pitch)) or kit.get(NEAREST.get(int(pitch), -1))
        else:
            found = tones[int(np.clip(round((pitch - PITCHES[0]) / 2), 0, len(PITCHES) - 1))]
        if found is None:
            continue
        shape = found[int((place - first) * SHIFTS)]
        low = first - 2
        loud = (velocity / 100) ** 3 * (gains[int(pitch)] if drums else 1.0)
        if not drums:
            shape = _held(shape, 3 + int(length * FRAME_RATE))
        held = min(len(shape), len(power) - low)
        skipped = max(0, -low)
        power[low + skipped:low + held] += shape[skipped:held] * np.float32(loud)
    return power[:frames]


def _held(shape: Floats, frames: int) -> Floats:
    """A note of a length: cut, or gone on with at its last level, and released."""
    if frames > SUSTAIN.stop and len(shape) >= SUSTAIN.stop:
        body = shape[SUSTAIN]
        shape = np.concatenate([shape[:SUSTAIN.stop], np.resize(body, (frames - SUSTAIN.stop, BANDS))])
    fall = np.exp(-np.arange(1, RELEASE_FRAMES + 1, dtype=np.float32)[:, None])
    kept = shape[:frames]
    return np.concatenate([kept, kept[-1:] * fall])


def _noises(part: PlayedPart, library: Library, dice: Dice, frames: int) -> Floats:
    """Risers and impacts: noise whose level and colour move."""
    del library
    power = np.zeros((frames, BANDS), np.float32)
    bands = np.arange(BANDS)
    steep, low, high = dice.uniform(1.5, 6), dice.uniform(0, 30), dice.uniform(35, BANDS)
    for start, length, pitch, velocity in part.notes:
        first, last = int(start * FRAME_RATE), min(frames, int((start + length) * FRAME_RATE))
        if last - first < 4:
            continue
        along = np.linspace(0, 1, last - first, dtype=np.float32)
        along = along if pitch == EFFECT_RISER else 1 - along
        centre = low + (high - low) * along
        colour = np.exp(-0.5 * ((bands - centre[:, None]) / 14) ** 2)
        grain = np.abs(1 + 0.4 * dice.normal(size=colour.shape))
        power[first:last] += (colour * grain * (along ** steep)[:, None] * (velocity / 100) ** 3).astype(np.float32)
    return power


def _loud_mean(power: Floats) -> float:
    level = power.sum(1)
    active = level[level > 0.02 * level.max()] if level.max() > 0 else level
    return float(active.mean()) if len(active) else 0.0


def _tilt(dice: Dice, decibels: float) -> Floats:
    """A smooth random equaliser, as power gains of the bands."""
    points = dice.normal(0, decibels, 5)
    return np.asarray(10 ** (np.interp(np.arange(BANDS), np.linspace(0, BANDS - 1, 5), points) / 10), np.float32)


def _pumping(frames: int, moments: Doubles, dice: Dice) -> Floats:
    """Power gains of side-chain ducking."""
    recovery = max(3, int(dice.uniform(0.12, 0.4) * FRAME_RATE))
    dip = (1 - dice.uniform(0.4, 1.0) * (1 - np.arange(recovery) / recovery) ** 1.5) ** 2
    gain = np.ones(frames + recovery, np.float32)
    for place in (moments * FRAME_RATE).astype(np.int64):
        if place < frames:
            gain[place:place + recovery] = np.minimum(gain[place:place + recovery], dip)
    return gain[:frames]


def _room(power: Floats, dice: Dice) -> Floats:
    """Reverberation: every frame leaves an exponentially falling tail."""
    from scipy.signal import lfilter

    fall = float(np.exp(-13.8 / (dice.uniform(0.2, 2.5) * FRAME_RATE)))
    tail = lfilter([0.0, 1 - fall], [1.0, -fall], power, axis=0)
    return np.asarray(power + np.float32(10 ** dice.uniform(-1.5, 0.3)) * tail, np.float32)


def _sweep(frames: int, dice: Dice) -> Floats:
    """A filter that opens or closes once: power gains ``(frames, BANDS)``."""
    edge = np.interp(np.arange(frames), np.sort(dice.uniform(0, frames, 2)), dice.permutation([8.0, BANDS + 10.0]))
    high = dice.random() < 0.35
    distance = np.arange(BANDS)[None] - (BANDS - edge if high else edge)[:, None]
    return np.asarray(10 ** (-np.clip(-distance if high else distance, 0, 12) / 3), np.float32)
