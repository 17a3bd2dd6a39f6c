# SPDX-License-Identifier: GPL-3.0-or-later
"""From a log-frequency spectrum to pitch classes in tune: whitening, tuning, folding.

Conventions: tones ``(frames, BINS)`` as ``tones`` makes them; a chroma is ``(frames, 12)`` from C; tuning in cents.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from podmix.music.tones import BINS, OCTAVES, PER_OCTAVE, PER_SEMITONE, Floats

SEMITONES = OCTAVES * 12
AUDIBLE_DB = -50.0
"""Frames below the loud ones by more are not listened to."""


def whiten(tones: NDArray[np.floating]) -> Floats:
    """Peaks above their surroundings in units of the local spread, 0 or more: level and tone colour cancel.

    The surroundings are an octave (Mauch and Dixon 2010 do so before transcribing chords); logarithms come first, so
    that a strong partial does not hide a soft one.
    """
    level = np.log1p(1000 * np.asarray(tones, np.float32))
    mean = _smooth(level)
    spread = np.sqrt(np.maximum(_smooth(level**2) - mean**2, 1e-4))
    return np.asarray(np.maximum(0, (level - mean) / (spread + 0.15)), np.float32)


def _smooth(values: Floats) -> Floats:
    """Mean over an octave round every bin, fewer at the ends."""
    half = PER_OCTAVE // 2
    total = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1, dtype=np.float64)
    low = np.maximum(np.arange(BINS) - half, 0)
    high = np.minimum(np.arange(BINS) + half + 1, BINS)
    return np.asarray((total[:, high] - total[:, low]) / (high - low), np.float32)


def audible(tones: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Which frames are loud enough to be listened to; none in silence."""
    level = np.sqrt((np.asarray(tones, np.float32) ** 2).sum(1))
    if not len(level) or level.max() < 1e-4:
        return np.zeros(len(level), bool)
    return np.asarray(level > max(1e-4, float(np.quantile(level, 0.95)) * 10 ** (AUDIBLE_DB / 20)))


def tuning_cents(white: Floats) -> float:
    """Where peaks lie between semitones, -50..50: the angle of their mean on the circle of one semitone."""
    middle = white[:, PER_OCTAVE: 6 * PER_OCTAVE].sum(0, dtype=np.float64)
    angle = 2 * np.pi * (np.arange(len(middle)) % PER_SEMITONE) / PER_SEMITONE
    pull = complex((middle * np.exp(1j * angle)).sum())
    return float(np.angle(pull) / (2 * np.pi) * 100) if abs(pull) > 1e-9 else 0.0


def semitones(white: Floats, cents: float) -> Floats:
    """``(frames, SEMITONES)``: the spectrum read at the pitches of an instrument tuned ``cents`` above 440 Hz."""
    places = np.arange(SEMITONES) * PER_SEMITONE + cents / 100 * PER_SEMITONE
    bins = np.arange(BINS)
    weight = np.maximum(0, 1 - np.abs(bins[:, None] - places) / (PER_SEMITONE / 2))
    return np.asarray(white @ (weight / np.maximum(weight.sum(0), 1e-9)).astype(np.float32))


def fold(notes: Floats, low: int, high: int) -> Floats:
    """Chroma of the semitones ``low`` to ``high`` (from C1), softly cut on both sides by half an octave."""
    index = np.arange(SEMITONES)
    weight = np.clip(np.minimum(index - low + 6, high + 6 - index) / 6, 0, 1).astype(np.float32)
    return np.asarray((notes * weight).reshape(len(notes), OCTAVES, 12).sum(1))
