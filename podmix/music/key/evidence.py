# SPDX-License-Identifier: GPL-3.0-or-later
"""What a recording says about its key: pitch classes and chords, turned so that every key can be asked alike.

Evidence is ``(ROWS, 12)`` from C. A key's view of it is the evidence rotated to its tonic; a model that scores views
treats all twelve tonics alike, however few pieces it has seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from podmix.music.key.chroma import audible, fold, semitones, tuning_cents, whiten
from podmix.music.tones import Floats

ROWS = ("all", "bass", "middle", "top", "even", "major", "minor", "major bass", "minor bass")
BASS, MIDDLE, TOP, ALL = (0, 26), (26, 50), (50, 80), (12, 72)
"""Ranges in semitones from C1."""
SHARPNESS = 12.0
_BLOCK = 3000


@dataclass(frozen=True, slots=True)
class KeyEvidence:
    """``rows`` ``(len(ROWS), 12)``; ``cents`` of tuning; ``heard_frames`` with sound.

    ``clearness`` 0..: how far pitch classes stand out, near 0 for noise. ``movement`` 0..1: how much chords change,
    0 for a drone.
    """

    rows: NDArray[np.float64]
    cents: float
    heard_frames: int
    clearness: float
    movement: float


def triads() -> Floats:
    """``(24, 12)``: major then minor triads on C..B, each of mean 0, length 1."""
    rows = []
    for third in (4, 3):
        chord = np.zeros(12)
        chord[[0, third, 7]] = 1.0, 0.9, 0.9
        chord -= chord.mean()
        rows += [np.roll(chord / np.linalg.norm(chord), root) for root in range(12)]
    return np.array(rows, np.float32)


def gather(tones: NDArray[np.floating]) -> KeyEvidence:
    """Evidence of a whole track (or a stretch of one)."""
    use = np.flatnonzero(audible(tones))
    if not len(use):
        return KeyEvidence(np.zeros((len(ROWS), 12)), 0.0, 0, 0.0, 0.0)
    pieces = [use[start:start + _BLOCK] for start in range(0, len(use), _BLOCK)]
    cents = _tuning(tones, pieces)
    rows, squares = np.zeros((len(ROWS), 12)), 0.0
    for piece in pieces:
        more, square = _rows(semitones(whiten(tones[piece]), cents))
        rows += more / len(use)
        squares += square / len(use)
    chords = rows[[ROWS.index("major"), ROWS.index("minor")]]
    movement = max(0.0, squares - float((chords**2).sum()))
    return KeyEvidence(rows, cents, len(use), float(rows[0].std() / (rows[0].mean() + 1e-9)), movement)


def _tuning(tones: NDArray[np.floating], pieces: list[NDArray[np.intp]]) -> float:
    total = sum((whiten(tones[piece]).sum(0, dtype=np.float64) for piece in pieces), np.zeros(tones.shape[1]))
    return tuning_cents(total[None, :].astype(np.float32))


def _rows(notes: Floats) -> tuple[NDArray[np.float64], float]:
    """Sums over frames of every row, and of the squares of the chances of chords."""
    chromas = [fold(notes, *span) for span in (ALL, BASS, MIDDLE, TOP)]
    whole = chromas[0]
    even = whole / (np.linalg.norm(whole, axis=1, keepdims=True) + 1.0)
    chords = _chords(whole)
    bass = chromas[1] / (chromas[1].sum(1, keepdims=True) + 1.0)
    rooted = [chords[:, :12] * bass * 12, chords[:, 12:] * bass * 12]
    rows = [*chromas, even, chords[:, :12], chords[:, 12:], *rooted]
    return np.array([row.sum(0, dtype=np.float64) for row in rows]), float((chords**2).sum(dtype=np.float64))


def _chords(chroma: Floats) -> Floats:
    """``(frames, 24)``: chances of the triads, smoothed over a second; even where no chord stands out."""
    smooth = _over_time(chroma)
    centred = smooth - smooth.mean(1, keepdims=True)
    fit = centred @ triads().T / (np.linalg.norm(centred, axis=1, keepdims=True) + 0.5)
    weight = np.exp(SHARPNESS * (fit - fit.max(1, keepdims=True)))
    return np.asarray(weight / weight.sum(1, keepdims=True), np.float32)


def _over_time(chroma: Floats) -> Floats:
    """Means of five frames."""
    padded = np.pad(chroma, ((2, 2), (0, 0)), mode="edge")
    total: Floats = np.zeros_like(chroma)
    for shift in range(5):
        total += padded[shift:shift + len(chroma)]
    return total / np.float32(5)
