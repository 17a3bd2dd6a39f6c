# SPDX-License-Identifier: GPL-3.0-or-later
"""Drum one-shots made from oscillators and noise, every kit different.

A kit maps General MIDI percussion numbers to mono float32 samples whose first sample is the note's moment.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Sound: TypeAlias = NDArray[np.float32]
Kit: TypeAlias = dict[int, Sound]
Dice: TypeAlias = np.random.Generator

KICK, STICK, SNARE, CLAP, CLOSED, PEDAL, OPEN, CRASH, RIDE = 36, 37, 38, 39, 42, 44, 46, 49, 51
LOW_TOM, MID_TOM, HIGH_TOM, TAMBOURINE, COWBELL, HIGH_BONGO, LOW_BONGO, CONGA = 45, 47, 50, 54, 56, 60, 61, 63
SHAKER, CLAVES = 70, 75


def _decay(frames: int, seconds: float, rate: int) -> NDArray[np.float64]:
    return np.exp(-np.arange(frames) / (seconds * rate))


def _band_noise(frames: int, low: float, high: float, rate: int, dice: Dice) -> NDArray[np.float64]:
    """White noise between ``low`` and ``high`` Hz, unit peak."""
    spectrum = np.fft.rfft(dice.normal(size=frames))
    frequency = np.fft.rfftfreq(frames, 1 / rate)
    shape = 1 / (1 + (low / np.maximum(frequency, 1)) ** 6) / (1 + (frequency / high) ** 6)
    noise = np.fft.irfft(spectrum * np.sqrt(shape), frames)
    return np.asarray(noise / (np.abs(noise).max() + 1e-9))


def _sweep(frames: int, start: float, end: float, bend_s: float, rate: int) -> NDArray[np.float64]:
    """A sine that falls from ``start`` to ``end`` Hz with time constant ``bend_s``."""
    frequency = end + (start - end) * _decay(frames, bend_s, rate)
    return np.sin(2 * np.pi * np.cumsum(frequency) / rate)


def make_kick(rate: int, dice: Dice) -> Sound:
    frames = int(rate * dice.uniform(0.15, 0.7))
    deep = dice.uniform(38, 70)
    body = _sweep(frames, deep * dice.uniform(2, 9), deep, dice.uniform(0.008, 0.06), rate)
    body *= _decay(frames, dice.uniform(0.05, 0.35), rate)
    click = _band_noise(frames, dice.uniform(800, 3000), 9000, rate, dice) * _decay(
        frames, dice.uniform(0.001, 0.01), rate
    )
    mixed = body + dice.uniform(0, 0.6) * click
    return np.tanh(mixed * dice.uniform(0.8, 5)).astype(np.float32)


def make_snare(rate: int, dice: Dice) -> Sound:
    frames = int(rate * dice.uniform(0.1, 0.4))
    tone = _sweep(frames, dice.uniform(220, 420), dice.uniform(140, 240), 0.015, rate)
    tone *= _decay(frames, dice.uniform(0.02, 0.12), rate)
    noise = _band_noise(frames, dice.uniform(300, 2500), dice.uniform(5000, 10500), rate, dice)
    noise *= _decay(frames, dice.uniform(0.03, 0.2), rate)
    return np.tanh((dice.uniform(0.1, 0.9) * tone + dice.uniform(0.4, 1) * noise) * dice.uniform(0.8, 3)).astype(
        np.float32
    )


def make_clap(rate: int, dice: Dice) -> Sound:
    frames = int(rate * dice.uniform(0.15, 0.4))
    noise = _band_noise(frames, dice.uniform(600, 1200), dice.uniform(2500, 8000), rate, dice)
    envelope = _decay(frames, dice.uniform(0.04, 0.15), rate) * 0.6
    for burst in range(int(dice.integers(2, 5))):
        start = int(burst * dice.uniform(0.006, 0.012) * rate)
        envelope[start:] += _decay(frames - start, 0.004, rate)
    return np.asarray((noise * envelope / envelope.max()), np.float32)


def make_hat(rate: int, dice: Dice, *, opened: bool) -> Sound:
    decay = dice.uniform(0.08, 0.35) if opened else dice.uniform(0.01, 0.06)
    frames = int(rate * min(1.0, decay * 5))
    noise = _band_noise(frames, dice.uniform(3000, 7500), 11000, rate, dice)
    if dice.random() < 0.4:
        time = np.arange(frames) / rate
        metal = sum(np.sign(np.sin(2 * np.pi * f * time)) for f in dice.uniform(2000, 9000, 5)) / 5
        noise = 0.5 * noise + 0.5 * metal
    return (noise * _decay(frames, decay, rate)).astype(np.float32)


def make_cymbal(rate: int, dice: Dice, *, ride: bool) -> Sound:
    frames = int(rate * (0.7 if ride else 1.6))
    noise = _band_noise(frames, dice.uniform(1500, 5000), 10500, rate, dice)
    noise *= _decay(frames, dice.uniform(0.1, 0.3) if ride else dice.uniform(0.3, 0.8), rate)
    if ride:
        time = np.arange(frames) / rate
        bell = sum(np.sin(2 * np.pi * f * time) for f in dice.uniform(900, 6000, 4)) / 4
        noise = 0.5 * noise + bell * _decay(frames, 0.15, rate) * dice.uniform(0.2, 0.8)
    return noise.astype(np.float32)


def make_tom(rate: int, dice: Dice, frequency: float) -> Sound:
    frames = int(rate * 0.4)
    tone = _sweep(frames, frequency * dice.uniform(1.2, 2), frequency, 0.03, rate) * _decay(
        frames, dice.uniform(0.06, 0.2), rate
    )
    skin = _band_noise(frames, 300, 5000, rate, dice) * _decay(frames, 0.008, rate)
    return (tone + dice.uniform(0, 0.4) * skin).astype(np.float32)


def make_block(rate: int, dice: Dice) -> Sound:
    """Rim clicks, claves, wood blocks, cow bells: a few short partials."""
    frames = int(rate * dice.uniform(0.04, 0.25))
    time = np.arange(frames) / rate
    base = dice.uniform(400, 2600)
    tone = sum(np.sin(2 * np.pi * base * ratio * time) for ratio in (1.0, dice.uniform(1.3, 1.7), dice.uniform(2, 3.3)))
    return (np.asarray(tone) / 3 * _decay(frames, dice.uniform(0.008, 0.07), rate)).astype(np.float32)


def make_shaker(rate: int, dice: Dice) -> Sound:
    frames = int(rate * dice.uniform(0.05, 0.14))
    rise = np.minimum(1, np.arange(frames) / (dice.uniform(0.002, 0.02) * rate))
    noise = _band_noise(frames, dice.uniform(3000, 6000), 10500, rate, dice)
    return (noise * rise * _decay(frames, dice.uniform(0.015, 0.05), rate)).astype(np.float32)


def make_kit(rate: int, dice: Dice) -> Kit:
    """A synthetic kit for the General MIDI numbers that the composer writes."""
    base = dice.uniform(70, 130)
    makers: dict[int, Callable[[], Sound]] = {
        KICK: lambda: make_kick(rate, dice),
        STICK: lambda: make_block(rate, dice),
        SNARE: lambda: make_snare(rate, dice),
        CLAP: lambda: make_clap(rate, dice),
        CLOSED: lambda: make_hat(rate, dice, opened=False),
        PEDAL: lambda: make_hat(rate, dice, opened=False),
        OPEN: lambda: make_hat(rate, dice, opened=True),
        CRASH: lambda: make_cymbal(rate, dice, ride=False),
        RIDE: lambda: make_cymbal(rate, dice, ride=True),
        LOW_TOM: lambda: make_tom(rate, dice, base),
        MID_TOM: lambda: make_tom(rate, dice, base * 1.35),
        HIGH_TOM: lambda: make_tom(rate, dice, base * 1.8),
        TAMBOURINE: lambda: make_shaker(rate, dice),
        COWBELL: lambda: make_block(rate, dice),
        HIGH_BONGO: lambda: make_tom(rate, dice, base * 4),
        LOW_BONGO: lambda: make_tom(rate, dice, base * 3),
        CONGA: lambda: make_tom(rate, dice, base * 2.4),
        SHAKER: lambda: make_shaker(rate, dice),
        CLAVES: lambda: make_block(rate, dice),
    }
    return {number: make() for number, make in makers.items()}


NEAREST = {
    35: KICK,
    40: SNARE,
    41: LOW_TOM,
    43: LOW_TOM,
    48: MID_TOM,
    52: CRASH,
    53: RIDE,
    55: CRASH,
    57: CRASH,
    58: COWBELL,
    59: RIDE,
    62: CONGA,
    64: LOW_BONGO,
    65: HIGH_BONGO,
    66: LOW_BONGO,
    67: COWBELL,
    68: COWBELL,
    69: SHAKER,
    71: CLAVES,
    72: CLAVES,
    73: SHAKER,
    74: SHAKER,
    76: CLAVES,
    77: CLAVES,
    78: CONGA,
    79: CONGA,
    80: CLAVES,
    81: OPEN,
    82: SHAKER,
    54: TAMBOURINE,
}
"""Percussion numbers that kits lack, by the nearest sound they have."""


def sound_for(kit: Kit, number: int) -> Sound | None:
    """The kit's sound for a percussion number, a similar one, or None."""
    found = kit.get(number)
    return found if found is not None else kit.get(NEAREST.get(number, -1))
