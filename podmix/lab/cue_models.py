# SPDX-License-Identifier: GPL-3.0-or-later
"""The four kinds of cue models, trained by scikit-learn and taken apart into what ``music.cues.model`` evaluates.

All are seeded and deterministic on one thread. Lines without a cue are thinned (every third is kept) because there are
eighty for each cue; the bias that this brings is taken out again.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from podmix.lab.structure_training import fit_logistic
from podmix.music.cues.model import Dense, Trees

Doubles: TypeAlias = NDArray[np.float64]
Judge: TypeAlias = Trees | Dense

SEED = 5
THINNED = 3
_BOOSTING = {"max_iter": 90, "learning_rate": 0.08, "max_leaf_nodes": 10, "min_samples_leaf": 30,
             "l2_regularization": 1.0, "max_bins": 63, "early_stopping": False}
_FOREST = {"n_estimators": 50, "max_depth": 9, "min_samples_leaf": 10, "max_features": 0.15, "max_samples": 0.4}
_NETWORK = {"hidden_layer_sizes": (32, 16), "alpha": 0.02, "batch_size": 256, "max_iter": 18,
            "learning_rate_init": 2e-3}


def fit_judge(kind: str, rows: Doubles, truth: Doubles) -> Judge:
    """A model of one of KINDS. ``rows`` ``(lines, features)``, ``truth`` ``(lines,)`` 0 or 1."""
    dice = np.random.default_rng(SEED)
    kept = (truth > 0.5) | (dice.random(len(truth)) < 1 / THINNED)
    return KINDS[kind](rows[kept], truth[kept])


def _logistic(rows: Doubles, truth: Doubles) -> Dense:
    made = fit_logistic(rows, truth, 0.001)
    weights = np.array(made["weights"])[:, None]
    return Dense(np.array(made["mean"]), np.maximum(np.array(made["spread"]), 1e-3),  # 0 where nothing varies
                 ((weights, np.array([made["bias"] - np.log(THINNED)])),))


def _network(rows: Doubles, truth: Doubles) -> Dense:
    from sklearn.neural_network import MLPClassifier

    mean, spread = rows.mean(0), rows.std(0) + 1e-6
    network = MLPClassifier(**_NETWORK, random_state=SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it stops after so many rounds is wanted
        network.fit(np.clip((rows - mean) / spread, -4, 4), truth > 0.5)
    layers = [(np.array(weights), np.array(bias)) for weights, bias in
              zip(network.coefs_, network.intercepts_, strict=True)]
    layers[-1] = layers[-1][0], layers[-1][1] - np.log(THINNED)
    return Dense(mean, spread, tuple(layers))


def _forest(rows: Doubles, truth: Doubles) -> Trees:
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(**_FOREST, random_state=SEED, n_jobs=1)
    forest.fit(rows, truth > 0.5)
    nodes = []
    for one in forest.estimators_:
        tree, share = one.tree_, one.tree_.value[:, 0, :]
        nodes.append((tree.feature, tree.threshold, tree.children_left, tree.children_right,
                      share[:, 1] / share.sum(1)))
    return _joined(nodes, base=-float(np.log(THINNED)), averaged=True)


def _boosting(rows: Doubles, truth: Doubles) -> Trees:
    from sklearn.ensemble import HistGradientBoostingClassifier

    boosted = HistGradientBoostingClassifier(**_BOOSTING, random_state=SEED)
    boosted.fit(rows, truth > 0.5)
    nodes = []
    for (one,) in boosted._predictors:  # noqa: SLF001 - the trees have no public door; a test compares the answers
        table = one.nodes
        leaf = table["is_leaf"].astype(bool)
        nodes.append((np.where(leaf, -2, table["feature_idx"]), table["num_threshold"],
                      table["left"].astype(np.int64), table["right"].astype(np.int64), table["value"]))
    base = float(np.ravel(boosted._baseline_prediction)[0])  # noqa: SLF001
    return _joined(nodes, base=base - float(np.log(THINNED)), averaged=False)


def _joined(trees: list[tuple[Any, ...]], *, base: float, averaged: bool) -> Trees:
    """Trees as one table; a feature below 0 marks a leaf."""
    columns: list[list[NDArray[Any]]] = [[], [], [], [], []]
    roots, offset, depth = [], 0, 0
    for feature, threshold, left, right, value in trees:
        own = np.arange(len(feature))
        leaf = np.asarray(feature) < 0
        low, high = np.where(leaf, own, left), np.where(leaf, own, right)
        depth = max(depth, _depth(low, high))
        made = (np.where(leaf, 0, feature), np.where(leaf, np.inf, threshold), low + offset, high + offset, value)
        for column, part in zip(columns, made, strict=True):
            column.append(np.asarray(part))
        roots.append(offset)
        offset += len(own)
    feature, threshold, left, right, value = (np.concatenate(column) for column in columns)
    return Trees(feature.astype(np.int32), threshold.astype(np.float64), left.astype(np.int32),
                 right.astype(np.int32), value.astype(np.float32).astype(np.float64), np.array(roots, np.int32), base,
                 averaged, depth)


def _depth(left: NDArray[Any], right: NDArray[Any]) -> int:
    """Steps from the root to the farthest leaf."""
    reached, steps = np.array([0]), 0
    while True:
        following = np.unique(np.concatenate([left[reached], right[reached]]))
        if np.array_equal(following, reached):
            return steps
        reached, steps = following, steps + 1


KINDS: dict[str, Callable[[Doubles, Doubles], Judge]] = {
    "logistic": _logistic, "forest": _forest, "boosting": _boosting, "network": _network,
}
