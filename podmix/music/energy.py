# SPDX-License-Identifier: GPL-3.0-or-later
"""How much a track drives, 1 to 10, as a whole and bar by bar, and a few words for its sound as numbers.

Energy is a sum of five standardised ingredients (``INGREDIENTS``): loudness (K-weighted), how often and how strongly
sound sets in over all bands, how full the spectrum is, how the low band drives (attacks heard low and above), and
brightness. The sum's place among a varied library (composed songs in all styles, and recordings of many kinds), by
the normal distribution, is spread over 1..10. The whole track counts by the louder half of its bars, as a listener
judges a dance track by its main part and not by its intro.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from podmix.music.beats.features import FINE_RATE
from podmix.music.loudness import STEP_S, LoudnessBlocks
from podmix.music.sound import Sound
from podmix.music.structure.bars import BarFeatures, means_over
from podmix.music.types import EnergyAnalysis

Doubles = NDArray[np.float64]

VERSION = 1
INGREDIENTS: dict[str, tuple[float, float, float]] = {
    # name: mean and spread over 30 composed songs and 7 recordings (the louder half of each), weight in the sum:
    # LUFS; decibels of rise a frame; decibels below the loud parts; attacks a second; decibels of high over low bands
    "loudness": (-14.2, 4.1, 0.20),
    "attacks": (1.46, 0.26, 0.30),
    "fullness": (-32.3, 4.0, 0.15),
    "low drive": (2.7, 1.4, 0.25),
    "brightness": (-18.0, 6.6, 0.10),
}
SUM_SPREAD = 0.55
"""Of the sum over the library: ingredients go together."""
PULSE_LAGS_S = (0.28, 1.1)
_CLEAR_PULSE = (0.52, 0.13)


def measure_bars(bars: BarFeatures, loudness: LoudnessBlocks) -> Doubles:
    """``(bars, len(INGREDIENTS))`` in their own units."""
    power = means_over(loudness.power[:, None], bars.edges, 1 / STEP_S)[:, 0] if len(loudness.power) else \
        np.zeros(len(bars))
    upper, lower = bars.levels[:, 10:].mean(1), bars.levels[:, 1:8].mean(1)
    return np.stack([
        -0.691 + 10 * np.log10(np.maximum(power, 1e-7)),
        bars.motion.mean(1),
        bars.levels.mean(1),
        bars.drive[:, 1],
        upper - lower,
    ], axis=1)


def analyse_energy(sound: Sound, bars: BarFeatures) -> EnergyAnalysis:
    """The whole and every bar of a track. Silence has energy 1."""
    measured = measure_bars(bars, sound.loudness)
    table = np.array(list(INGREDIENTS.values()))
    scaled = np.clip((measured - table[:, 0]) / table[:, 1], -3, 3)
    sums = scaled @ table[:, 2] / SUM_SPREAD
    silent = measured[:, 0] < -65.0
    sums = np.where(silent, -4.0, sums)
    main = sums >= np.median(sums)
    parts = scaled[main].mean(0) if len(sums) else np.full(len(INGREDIENTS), -3.0)
    pulse = pulse_clearness(sound)
    whole = float(sums[main].mean()) if len(sums) else -4.0
    drive = float(parts[1] + parts[3]) / 1.6
    return EnergyAnalysis(
        energy=_level(whole),
        times=tuple(round(float(edge), 3) for edge in bars.edges[:-1]),
        curve=tuple(_level(float(value)) for value in sums),
        descriptors={
            "bright": _share(float(parts[4])),
            "driving": _share(drive),
            "danceable": _share(0.7 * (pulse - _CLEAR_PULSE[0]) / _CLEAR_PULSE[1] + 0.3 * float(parts[3]))
            if not silent.all() else 0.0,
        },
        parts={name: round(float(value), 3) for name, value in zip(INGREDIENTS, parts, strict=True)},
    )


def pulse_clearness(sound: Sound) -> float:
    """How periodic attacks are, 0..1: the highest autocorrelation of the onset curve between 55 and 214 beats a minute.

    Taken in stretches of 12 s, of which the median counts (Lartillot et al. 2008 call the like pulse clarity).
    """
    size = int(12 * FINE_RATE / 4)
    curve = sound.rhythm.onsets
    curve = curve[:len(curve) // 4 * 4].reshape(-1, 4).mean(1)
    rate = FINE_RATE / 4
    low, high = (int(lag * rate) for lag in PULSE_LAGS_S)
    found = []
    for start in range(0, max(1, len(curve) - size + 1), size):
        piece = curve[start:start + size]
        if len(piece) < 3 * high or piece.std() < 1e-6:
            continue
        spectrum = np.fft.rfft(piece - piece.mean(), 2 * len(piece))
        correlation = np.fft.irfft(np.abs(spectrum) ** 2)[:high + 1]
        scale = len(piece) / (len(piece) - np.arange(high + 1))
        found.append(float((correlation * scale / correlation[0])[low:].max()))
    return float(np.clip(np.median(found), 0.0, 1.0)) if found else 0.0


def _share(deviations: float) -> float:
    """Where a standardised value lies in the normal distribution, 0..1."""
    return round(0.5 * (1 + math.erf(deviations / math.sqrt(2))), 3)


def _level(deviations: float) -> float:
    return round(1 + 9 * _share(deviations), 2)
