# SPDX-License-Identifier: GPL-3.0-or-later
"""A track's key from its log-frequency spectrum: evidence, chances of the 24 keys, names.

The trained scores are used where their file is there, else Albrecht and Shanahan's profiles, which did best of the
published ones on composed music (``tests/bench/bench_key.py``).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from podmix.music.key import names
from podmix.music.key.evidence import KeyEvidence, gather
from podmix.music.key.model import load_model, model_path
from podmix.music.key.profiles import rotated
from podmix.music.tones import TONE_RATE
from podmix.music.types import KeyAnalysis

VERSION = 2
PROFILE = "albrecht"
ENOUGH_S = 8.0
"""Shorter music is trusted less, in proportion."""
ENOUGH_MOVEMENT = 0.15
"""A drone or a single chord says little about the key; of 240 composed pieces three moved less than this."""
LEAST = 0.10
"""Below this chance (1 in 24 is a guess) no key is named: noise and speech reach 0.08, music has 0.18 and more."""
_PROFILE_SHARPNESS = 14.0


def find_key(tones: NDArray[np.floating], *, model: Path | None = None) -> KeyAnalysis:
    """The key of a whole track from ``(frames, BINS)`` as ``tones`` makes them.

    Args:
        tones: the log-frequency spectrum.
        model: another file than the shipped weights.
    """
    found = gather(tones)
    if not found.heard_frames or found.clearness <= 0:
        return KeyAnalysis(None, None, None, 0.0, 0.0, None, (1 / 24,) * 24, "profiles")
    trained = load_model(model or model_path())
    chances = trained.chances(found) if trained else profile_chances(found)
    enough = min(1.0, found.heard_frames / TONE_RATE / ENOUGH_S) * min(1.0, found.movement / ENOUGH_MOVEMENT)
    chances = chances * enough + (1 - enough) / 24
    return _named(chances, found.cents, "model" if trained else "profiles")


def profile_chances(found: KeyEvidence, profile: str = PROFILE) -> NDArray[np.float64]:
    """``(24,)`` by correlation of the mean chroma with a published profile; sharpness set on composed music."""
    mean = found.rows[0]
    fit = rotated(profile) @ ((mean - mean.mean()) / (np.linalg.norm(mean - mean.mean()) + 1e-9))
    clear = min(1.0, found.clearness / 0.3)
    weight = np.exp(_PROFILE_SHARPNESS * clear * (fit - fit.max()))
    return np.asarray(weight / weight.sum())


def _named(chances: NDArray[np.float64], cents: float, method: str) -> KeyAnalysis:
    order = np.argsort(-chances, kind="stable")
    best = int(order[0])
    strengths = tuple(round(float(chance), 4) for chance in chances)
    if chances[best] < LEAST:
        return KeyAnalysis(None, None, None, round(float(chances[best]), 4), round(cents, 1), None, strengths, method)
    return KeyAnalysis(
        key=names.key_name(best), camelot=names.camelot(best), open_key=names.open_key(best),
        confidence=round(float(chances[best]), 4), tuning_cents=round(cents, 1),
        alternative=names.key_name(int(order[1])),
        strengths=strengths, method=method)
