# SPDX-License-Identifier: GPL-3.0-or-later
"""Pitched sounds from oscillators: subtractive, frequency-modulated and plucked, every patch different."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from podmix.lab.composing.drum_sounds import Dice, Sound
from podmix.lab.composing.score import Role

TABLE = 2048


@dataclass(frozen=True, slots=True)
class Patch:
    """A synthesiser's setting. Times in seconds, ``detune`` in cents; ``bright`` and ``dark`` are spectral slopes."""

    kind: str
    bright: float
    dark: float
    odd_only: bool
    attack_s: float
    decay_s: float
    sustain: float
    release_s: float
    voices: int
    detune: float
    fm_ratio: float
    fm_depth: float
    drive: float
    octave: int


def random_patch(role: Role, dice: Dice) -> Patch:
    """A patch that suits a role: pads fade in, basses are low and mostly one voice, the rest is open."""
    pad = role == "pad"
    percussive = role in ("arpeggio", "bass") or (not pad and dice.random() < 0.5)
    return Patch(
        kind=str(dice.choice(["subtractive", "fm", "pluck"], p=[0.6, 0.2, 0.2] if not pad else [0.9, 0.1, 0.0])),
        bright=dice.uniform(0.6, 1.4),
        dark=dice.uniform(1.5, 4.0),
        odd_only=bool(dice.random() < 0.3),
        attack_s=dice.uniform(0.05, 0.6) if pad else float(np.exp(dice.uniform(np.log(0.001), np.log(0.03)))),
        decay_s=dice.uniform(0.04, 0.3) if percussive else dice.uniform(0.3, 2),
        sustain=dice.uniform(0, 0.6) if percussive else dice.uniform(0.5, 1),
        release_s=dice.uniform(0.1, 0.8) if pad else dice.uniform(0.01, 0.2),
        voices=1 if role == "bass" else int(dice.choice([1, 2, 3])),
        detune=dice.uniform(3, 20),
        fm_ratio=float(dice.choice([0.5, 1, 1, 2, 3, 3.5, 7, dice.uniform(0.5, 6)])),
        fm_depth=dice.uniform(0.5, 6),
        drive=dice.uniform(1, 6) if dice.random() < 0.3 else 1.0,
        octave=0 if role == "bass" else int(dice.choice([0, 0, 0, 1])),
    )


@lru_cache(maxsize=4096)
def _table(slope: float, odd_only: bool, harmonics: int) -> NDArray[np.float64]:
    """One cycle with amplitudes falling as ``k ** -slope`` up to ``harmonics``."""
    spectrum = np.zeros(TABLE // 2 + 1, complex)
    number = np.arange(1, max(2, min(harmonics, TABLE // 2 - 1)))
    spectrum[number] = number**-slope * (number % 2 if odd_only else 1) * -0.5j * TABLE
    cycle = np.fft.irfft(spectrum)
    return np.asarray(np.append(cycle, cycle[0]) / np.abs(cycle).max())


def _envelope(patch: Patch, frames: int, held: int, rate: int) -> NDArray[np.float64]:
    time = np.arange(frames) / rate
    level = patch.sustain + (1 - patch.sustain) * np.exp(-np.maximum(time - patch.attack_s, 0) / patch.decay_s)
    level *= np.minimum(1, time / patch.attack_s)
    after = np.maximum(time - held / rate, 0)
    return np.asarray(level * np.exp(-after / (patch.release_s / 3)))


def play_note(patch: Patch, pitch: float, seconds: float, rate: int) -> Sound:
    """One note of unit loudness, mono; its attack begins at sample 0."""
    held = int(seconds * rate)
    frames = held + int(patch.release_s * rate) + 1
    frequency = 440.0 * 2 ** ((pitch + 12 * patch.octave - 69) / 12)
    while frequency > rate / 4:
        frequency /= 2
    time = np.arange(frames) / rate
    if patch.kind == "fm":
        depth = patch.fm_depth * np.exp(-time / patch.decay_s)
        tone = np.sin(2 * np.pi * frequency * time + depth * np.sin(2 * np.pi * frequency * patch.fm_ratio * time))
    else:
        tone = _subtractive(patch, frequency, time, rate)
    tone = tone * _envelope(patch, frames, held, rate)
    if patch.drive > 1:
        tone = np.tanh(tone * patch.drive)
    return tone.astype(np.float32)


def _subtractive(patch: Patch, frequency: float, time: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    harmonics = int(0.45 * rate / frequency)
    slope, dark = round(patch.bright, 1), round(patch.dark, 1)
    opening = np.exp(-time / (patch.decay_s * (0.5 if patch.kind == "pluck" else 1.5)))
    tone = np.zeros(len(time))
    grid = np.arange(TABLE + 1) / TABLE
    for voice in range(patch.voices):
        cents = (voice - (patch.voices - 1) / 2) * patch.detune
        phase = np.mod(frequency * 2 ** (cents / 1200) * time + voice * 0.37, 1.0)
        bright = np.interp(phase, grid, _table(slope, patch.odd_only, harmonics))
        soft = np.interp(phase, grid, _table(dark, patch.odd_only, harmonics))
        tone += opening * bright + (1 - opening) * soft
    return tone / patch.voices
