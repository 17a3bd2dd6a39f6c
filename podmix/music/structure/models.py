# SPDX-License-Identifier: GPL-3.0-or-later
"""The trained logistic models of structure: bar lines that open a section, bass drums, voices."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from podmix.errors import ModelError
from podmix.music.structure.boundaries import LINE_FEATURES
from podmix.music.structure.contents import KICK_FEATURES, VOICE_FEATURES
from podmix.paths import resources

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Logistic:
    """``mean``, ``spread`` and ``weights`` ``(features,)``, and a bias."""

    mean: Doubles
    spread: Doubles
    weights: Doubles
    bias: float

    def log_odds(self, described: Doubles) -> Doubles:
        """``(rows,)`` of ``(rows, features)``; what lies outside what was trained on counts as its edge."""
        scaled = np.clip((described - self.mean) / self.spread, -4, 4)
        return np.asarray(scaled @ self.weights + self.bias)

    def chances(self, described: Doubles) -> Doubles:
        """0..1 of every row."""
        return np.asarray(1 / (1 + np.exp(-np.clip(self.log_odds(described), -30, 30))))


@dataclass(frozen=True, slots=True, eq=False)
class StructureModels:
    lines: Logistic
    kick: Logistic
    voice: Logistic


def read_models(stored: dict[str, dict[str, object]]) -> StructureModels:
    """From the stored form. Raises KeyError or ValueError where it does not fit."""
    wanted = {"lines": LINE_FEATURES, "kick": KICK_FEATURES, "voice": VOICE_FEATURES}
    made = {}
    for name, features in wanted.items():
        kept = stored[name]
        if tuple(kept["features"]) != features:  # type: ignore[arg-type]
            raise ValueError(f"{name}: made for other features")
        mean, spread, weights = (np.array(kept[part], np.float64) for part in ("mean", "spread", "weights"))
        made[name] = Logistic(mean, spread, weights, float(kept["bias"]))  # type: ignore[arg-type]
    return StructureModels(**made)


def models_path() -> Path:
    return Path(str(resources() / "models" / "structure" / "weights.json"))


@lru_cache(maxsize=2)
def load_models(path: Path) -> StructureModels:
    """Raises ModelError where the file is missing or does not fit this program."""
    try:
        return read_models(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise ModelError("The weights for finding sections cannot be read.", remedy="Install PodMix again.",
                         detail=f"{path}: {problem}") from problem
