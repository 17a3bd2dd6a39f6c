# SPDX-License-Identifier: GPL-3.0-or-later
"""A synthetic singer: a buzzing source with vibrato and glides through moving formants, consonants of noise.

Good enough to teach what voices have in common in a spectrogram (partials that bend together, formants that move at
the pace of syllables); it sings no words. Formant frequencies after Peterson and Barney 1952, in round numbers.
"""

from __future__ import annotations

import numpy as np

from podmix.lab.composing.drum_sounds import Dice, Sound
from podmix.lab.composing.score import Doubles

VOWELS_HZ = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410))
STEP = 64
_PARTIALS = 40


def sing(notes: Doubles, frames: int, rate: int, dice: Dice) -> Sound:
    """Notes ``(n, 4)`` in seconds (start, length, pitch, velocity) as ``(frames,)`` mono."""
    line = np.zeros(frames, np.float32)
    size = float(dice.uniform(0.92, 1.25))
    vibrato = float(dice.uniform(0.1, 0.6)), float(dice.uniform(4.5, 6.5))
    shift = int(dice.choice([-12, -12, 0]))
    previous = None
    for start, length, pitch, velocity in notes:
        first = round(start * rate)
        count = min(round(min(length, 3.0) * rate) + rate // 20, frames - first)
        if count < rate // 25:
            continue
        pitch = pitch + shift
        tone = _syllable(count, rate, pitch, dice, previous=previous, size=size, vibrato=vibrato)
        line[first:first + count] += tone * np.float32(velocity / 100)
        previous = pitch
    return line


def _syllable(count: int, rate: int, pitch: float, dice: Dice, *, previous: float | None, size: float,
              vibrato: tuple[float, float]) -> Sound:
    time = np.arange(count) / rate
    bend = (previous - pitch if previous is not None and abs(previous - pitch) < 8 else -1.0) * np.exp(-time / 0.04)
    shake = vibrato[0] * np.clip((time - 0.15) / 0.3, 0, 1) * np.sin(2 * np.pi * vibrato[1] * time + dice.uniform(0, 6))
    drift = np.interp(time, np.linspace(0, time[-1] + 1e-6, 8), dice.normal(0, 0.15, 8))
    frequency = 440 * 2 ** ((pitch - 69 + bend + shake + drift) / 12)
    phase = 2 * np.pi * np.cumsum(frequency) / rate
    onset, target = (VOWELS_HZ[int(i)] for i in dice.integers(len(VOWELS_HZ), size=2))
    blend = np.clip(time[::STEP] / dice.uniform(0.08, 0.3), 0, 1)[:, None]
    formants = ((1 - blend) * np.array(onset) + blend * np.array(target)) * size
    tone = np.zeros(count)
    for partial in range(1, _PARTIALS):
        middle = frequency[::STEP] * partial
        if middle.min() > 0.42 * rate:
            break
        gain = sum(height / (1 + ((middle - formants[:, i]) / width) ** 2)
                   for i, (height, width) in enumerate(((1.0, 70.0), (0.6, 100.0), (0.3, 140.0))))
        level = np.interp(np.arange(count), np.arange(0, count, STEP), np.asarray(gain) / partial**0.6)
        tone += level * np.sin(partial * phase)
    tone /= np.abs(tone).max() + 1e-9
    edge = np.minimum(1, time / 0.03) * np.minimum(1, (time[-1] - time) / 0.06)
    return np.asarray(tone * edge + _consonant(count, rate, dice), np.float32)


def _consonant(count: int, rate: int, dice: Dice) -> Doubles:
    """Sometimes a hiss before the vowel."""
    noise = np.zeros(count)
    if dice.random() < 0.6:
        length = min(count, int(rate * dice.uniform(0.02, 0.09)))
        hiss = np.diff(dice.normal(size=length + 1))
        noise[:length] = hiss * np.hanning(length) * dice.uniform(0.05, 0.3)
    return noise
