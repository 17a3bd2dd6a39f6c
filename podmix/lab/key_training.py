# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the key finder's scores on composed music.

``python -m podmix.lab.key_training --data DIR --out resources/models/key-finder`` reads the training pieces of
``key_examples``, fits a softmax over the 24 keys whose weights are the same for all twelve tonics, chooses the
strength of regularisation and the sharpness of its chances by cross-validation, and writes ``weights.json``.
Deterministic. Drums-only pieces and noise are taught as "every key alike".
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from podmix.lab.key_examples import load
from podmix.lab.key_metrics import mirex_score
from podmix.music.key.evidence import ROWS, KeyEvidence, gather
from podmix.music.key.model import KeyModel, views
from podmix.music.key.names import key_number

Doubles = NDArray[np.float64]

PENALTIES = (3e-3, 1e-2, 3e-2)
FOLDS = 5


def read_evidence(folder: Path, kind: str, *, cut: bool = False) -> tuple[list[KeyEvidence], Doubles]:
    """Evidence and target chances ``(n, 24)``; with ``cut`` also the halves of every piece, as more examples."""
    found, targets = [], []
    for path in sorted(folder.glob(f"{kind}-*.npz")):
        example = load(path)
        target = np.full(24, 1 / 24)
        if example.key:
            target = np.zeros(24)
            target[key_number(example.key)] = 1.0
        half = len(example.tones) // 2
        for piece in [example.tones, example.tones[:half], example.tones[half:]][:3 if cut else 1]:
            found.append(gather(piece))
            targets.append(target)
    return found, np.array(targets).reshape(-1, 24)


def noise_evidence(count: int) -> tuple[list[KeyEvidence], Doubles]:
    """Random spectra with no pitch."""
    dice = np.random.default_rng(5)
    found = []
    for _ in range(count):
        slope = np.linspace(0, dice.uniform(-4, 1), 252)
        found.append(gather((dice.rayleigh(0.02, (100, 252)) * np.exp(slope)).astype(np.float32)))
    return found, np.full((count, 24), 1 / 24)


def fit(seen: Doubles, targets: Doubles, penalty: float) -> tuple[Doubles, Doubles]:
    """Weights ``(2, features)`` and biases ``(2,)`` of the softmax, by L-BFGS on views ``(n, 12, features)``."""
    from scipy.optimize import minimize

    count, _, features = seen.shape

    def loss(flat: Doubles) -> tuple[float, Doubles]:
        weights, bias = flat[:-2].reshape(2, features), flat[-2:]
        scores = np.concatenate([seen @ weights[0] + bias[0], seen @ weights[1] + bias[1]], axis=1)
        top = scores.max(1, keepdims=True)
        chances = np.exp(scores - top)
        total = chances.sum(1, keepdims=True)
        error = (chances / total - targets) / count
        value = float(-(targets * (scores - top - np.log(total))).sum() / count + penalty * (weights**2).sum())
        slope = [np.einsum("nt,ntf->f", error[:, :12], seen), np.einsum("nt,ntf->f", error[:, 12:], seen)]
        return value, np.concatenate([(np.array(slope) + 2 * penalty * weights).ravel(),
                                      [error[:, :12].sum(), error[:, 12:].sum()]])

    found = minimize(loss, np.zeros(2 * features + 2), jac=True, method="L-BFGS-B", options={"maxiter": 400})
    return found.x[:-2].reshape(2, features), found.x[-2:]


def score(model: KeyModel, evidence: list[KeyEvidence], targets: Doubles) -> tuple[float, float]:
    """Mean MIREX weight and mean log chance of the truth over the pieces that have a key."""
    rows = [(model.chances(found), int(target.argmax()))
            for found, target in zip(evidence, targets, strict=True) if target.max() > 0.5]
    weights = [mirex_score(truth, int(chances.argmax())) for chances, truth in rows]
    return float(np.mean(weights)), float(np.mean([np.log(chances[truth] + 1e-9) for chances, truth in rows]))


def standardise(evidence: list[KeyEvidence]) -> tuple[Doubles, Doubles]:
    """One mean and spread a row, the same for all pitch classes."""
    stacked = np.stack([found.rows for found in evidence])
    return stacked.mean(axis=(0, 2)), stacked.std(axis=(0, 2)) + 1e-9


def train(evidence: list[KeyEvidence], targets: Doubles, penalty: float) -> KeyModel:
    mean, spread = standardise(evidence)
    seen = np.stack([views(found.rows, mean, spread) for found in evidence])
    weights, bias = fit(seen, targets, penalty)
    return KeyModel(mean, spread, weights, bias)


def cross_validate(evidence: list[KeyEvidence], targets: Doubles, penalty: float, group: int) -> tuple[float, float]:
    """Over FOLDS; ``group`` examples in a row come from one piece and stay together."""
    fold = np.arange(len(evidence)) // group % FOLDS
    results = []
    for index in range(FOLDS):
        inside, outside = np.flatnonzero(fold != index), np.flatnonzero(fold == index)
        model = train([evidence[i] for i in inside], targets[inside], penalty)
        results.append(score(model, [evidence[i] for i in outside], targets[outside]))
    return float(np.mean([r[0] for r in results])), float(np.mean([r[1] for r in results]))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    chosen = options.parse_args()
    evidence, targets = read_evidence(chosen.data, "training", cut=True)
    pieces = len(evidence) // 3
    best = max(PENALTIES, key=lambda penalty: cross_validate(evidence, targets, penalty, 3)[1])
    within = cross_validate(evidence, targets, best, 3)
    for extra, flat in (read_evidence(chosen.data, "drums"), noise_evidence(40)):
        evidence, targets = evidence + extra, np.concatenate([targets, flat])
    model = train(evidence, targets, best)
    chosen.out.mkdir(parents=True, exist_ok=True)
    stored = {"rows": list(ROWS), "mean": model.mean.tolist(), "spread": model.spread.tolist(),
              "weights": model.weights.round(5).tolist(), "bias": model.bias.round(5).tolist()}
    (chosen.out / "weights.json").write_text(json.dumps(stored) + "\n", encoding="utf-8")
    print(f"{pieces} pieces, penalty {best}, cross-validated weighted {within[0]:.3f}, log chance {within[1]:.3f}")


if __name__ == "__main__":
    main()
