# SPDX-License-Identifier: GPL-3.0-or-later
"""The trained scores of the 24 keys: one set of weights for major and one for minor, turned to every tonic."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from podmix.errors import ModelError
from podmix.music.key.evidence import ROWS, KeyEvidence
from podmix.paths import resources

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class KeyModel:
    """``mean`` and ``spread`` ``(rows,)``; ``weights`` ``(2, rows * 12)`` for major and minor; ``bias`` ``(2,)``."""

    mean: Doubles
    spread: Doubles
    weights: Doubles
    bias: Doubles

    def chances(self, found: KeyEvidence) -> Doubles:
        """``(24,)``, summing to 1."""
        scores = views(found.rows, self.mean, self.spread) @ self.weights.T + self.bias
        flat = scores.T.reshape(-1)
        weight = np.exp(flat - flat.max())
        return np.asarray(weight / weight.sum())


def views(rows: Doubles, mean: Doubles, spread: Doubles) -> Doubles:
    """``(12, rows * 12)``: the evidence as it looks from each tonic, standardised."""
    scaled = (rows - mean[:, None]) / spread[:, None]
    return np.stack([np.roll(scaled, -tonic, axis=1).reshape(-1) for tonic in range(12)])


def model_path() -> Path:
    return Path(str(resources() / "models" / "key-finder" / "weights.json"))


@lru_cache(maxsize=2)
def load_model(path: Path) -> KeyModel | None:
    """The model in a file; None where there is none. Raises ModelError for one that does not fit this program."""
    if not path.exists():
        return None
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        if tuple(stored["rows"]) != ROWS:
            raise ValueError("made for other evidence")
        return KeyModel(*(np.array(stored[name], np.float64) for name in ("mean", "spread", "weights", "bias")))
    except (OSError, ValueError, KeyError) as problem:
        raise ModelError("The key finder's weights cannot be read.", remedy="Install PodMix again.",
                         detail=f"{path}: {problem}") from problem
