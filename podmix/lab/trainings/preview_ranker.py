# SPDX-License-Identifier: GPL-3.0-or-later
"""The preview ranker as runs: the shipped ridge, and what it must be compared with, on graded passages.

Kinds: ``ridge`` (all grades at once, the only one that PodMix can load), ``logistic`` (good or not), ``forest``,
``boosting``, and ``network`` (a small head on the sentence vectors, by torch, on the processor or a graphics card).
Each is trained once a fold; no show lies in two folds. Figures are of passages whose show was not trained on.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podmix.errors import ModelMissing
from podmix.lab.runs.card import write_card
from podmix.lab.trainings.training import Fitting, Inputs, Parameter, Training
from podmix.progress import Progress, Steps

if TYPE_CHECKING:
    from podmix.lab.preview_training import Table
    from podmix.previews.types import Doubles, Ints

KINDS = ("ridge", "logistic", "forest", "boosting", "network")
BLOCKS = ("both", "text", "vectors")
GOOD = 2.0
"""From this grade on a passage counts as a good preview."""


def _load(inputs: Inputs) -> Table:

    from podmix.lab.preview_data import load_graded
    from podmix.lab.preview_training import build_table, remembering

    if inputs.encode is None:
        raise ModelMissing("The sentence model is needed to train the preview ranker.",
                           remedy="Run “podmix models get all-MiniLM-L6-v2”.")
    inputs.cache.mkdir(parents=True, exist_ok=True)
    return build_table(load_graded(inputs.data), remembering(inputs.encode, inputs.cache / "sentence-vectors.npz"))


def _fit(table: Table, fitting: Fitting) -> Steps[dict[str, Any]]:
    import numpy as np

    from podmix.lab.evaluation.ranking import rank_measures
    from podmix.lab.ranking_metrics import measure_ranking
    from podmix.previews.scoring import HEADS

    overall = table.grades[:, HEADS.index("overall")]
    folds = np.unique(table.by_show)
    scores = np.zeros(len(overall))
    for at, fold in enumerate(folds):
        yield Progress("train", at, len(folds), "folds", f"{fitting.config['kind']}: show {at + 1} of {len(folds)}")
        test, train = np.flatnonzero(table.by_show == fold), np.flatnonzero(table.by_show != fold)
        kept = fitting.done.get(f"fold {fold}")
        if kept is None:
            kept = [float(value) for value in predict(table, train, test, fitting, step=at)]
            fitting.run.checkpoint(f"fold {fold}", kept)
        scores[test] = kept
        fitting.run.log_all(at, {f"fold {name}": value for name, value in measure_ranking(
            scores[test], overall[test], table.episode[test]).items()})
    figures: dict[str, Any] = dict(measure_ranking(scores, overall, table.episode))
    figures |= rank_measures(scores, overall, table.episode, good=GOOD)
    figures["score"] = figures["ndcg3"]
    _keep(table, figures, fitting)
    return figures


def predict(table: Table, train: Ints, test: Ints, fitting: Fitting, *, step: int = 0) -> Doubles:
    """Scores of the test rows by a model of the training rows."""
    import numpy as np

    from podmix.lab.preview_training import FEATURE_SHARE, fit
    from podmix.previews.scoring import HEADS, blend_heads, predict_heads

    kind, block = fitting.config["kind"], fitting.config["block"]
    if kind == "ridge":
        weights = fit(table, train, features=0.0 if block == "vectors" else FEATURE_SHARE,
                      vectors=0.0 if block == "text" else 1.0)
        return blend_heads(weights, predict_heads(weights, table.names, table.features[test].astype(np.float32),
                                                  table.vectors[test].astype(np.float32)))
    rows = columns_of(table, block)
    grades = table.grades[:, HEADS.index("overall")]
    if kind == "network":
        from podmix.lab.trainings.network_head import train_head

        def tell(epoch: int, loss: float) -> None:
            fitting.run.log(1000 * (step + 1) + epoch, loss=loss)

        return train_head(rows[train], table.grades[train], rows[test], epochs=fitting.config["epochs"],
                          width=fitting.config["width"], seed=fitting.seed, device=fitting.device, tell=tell)
    made = estimator(kind, fitting)
    made.fit(rows[train], grades[train] >= GOOD if kind == "logistic" else grades[train])
    found = made.decision_function(rows[test]) if kind == "logistic" else made.predict(rows[test])
    return np.asarray(found, np.float64)


def estimator(kind: str, fitting: Fitting) -> Any:
    """scikit-learn's, seeded, on one thread."""
    from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    config, seed = fitting.config, fitting.seed
    if kind == "forest":
        return RandomForestRegressor(config["trees"], max_depth=config["depth"], min_samples_leaf=5, max_features=0.2,
                                     random_state=seed, n_jobs=1)
    if kind == "boosting":
        return HistGradientBoostingRegressor(max_iter=config["trees"], max_depth=config["depth"], learning_rate=0.06,
                                             l2_regularization=1.0, early_stopping=False, random_state=seed)
    return make_pipeline(StandardScaler(), LogisticRegression(C=config["strength"], max_iter=300))


def columns_of(table: Table, block: str) -> Doubles:
    """The rows' features, their mean vectors, or both side by side."""
    import numpy as np

    if block == "text":
        return table.features
    return table.vectors if block == "vectors" else np.concatenate([table.features, table.vectors], axis=1)


def _keep(table: Table, figures: dict[str, Any], fitting: Fitting) -> None:
    """The model of all passages with its card (only a ridge can be loaded), and what trees look at."""
    import numpy as np

    from podmix.lab.plots.importance import tree_importance
    from podmix.lab.preview_training import FEATURE_SHARE, fit
    from podmix.previews.scoring import HEADS, save_weights

    kind, block, everything = fitting.config["kind"], fitting.config["block"], np.arange(len(table.grades))
    if kind == "forest" and block == "text":
        forest = estimator(kind, fitting).fit(table.features, table.grades[:, HEADS.index("overall")])
        rows = [[name, weight] for name, weight in tree_importance(forest, list(table.names)).items()]
        fitting.run.table("feature importance", ["feature", "share"], rows)
    if kind != "ridge":
        return
    weights = fit(table, everything, features=0.0 if block == "vectors" else FEATURE_SHARE,
                  vectors=0.0 if block == "text" else 1.0)
    with tempfile.TemporaryDirectory(prefix="podmix-ranker-") as place:
        target = Path(place) / "weights.json"
        save_weights(replace(weights, about={"run": fitting.run.run_id}), target)
        extra = write_card(
            Path(place), fitting.run.folder, metrics=figures, purpose="Scores passages as previews.",
            trained_on=f"{len(table.grades)} graded passages of {len(set(table.by_show.tolist()))} shows; text of "
                       "Changelog Media's shows, CC BY-SA 4.0.",
            limits="The graders were passes of one language model, not people; English talk shows on technology.")
        fitting.run.artifact("preview-ranker", "model", {target.name: target, **extra})


def _files(folder: Path) -> Sequence[Path]:
    return [folder / "episodes.jsonl.gz", folder / "windows.jsonl"]


PREVIEW_RANKER = Training(
    "preview-ranker", "Which minute of an episode makes one want to hear it.", "score",
    (Parameter("kind", "ridge", "Which kind of model.", choices=KINDS),
     Parameter("block", "both", "Text features, mean sentence vectors, or both.", choices=BLOCKS),
     Parameter("trees", 80, "Trees of a forest, rounds of boosting.", low=10, high=400),
     Parameter("depth", 5, "How deep trees grow.", low=1, high=16),
     Parameter("strength", 0.02, "Inverse of a logistic model's penalty.", low=1e-4, high=10.0, log=True),
     Parameter("epochs", 30, "Rounds of a network.", low=1, high=400),
     Parameter("width", 32, "Units of a network's hidden layer.", low=4, high=512)),
    _files, _load, _fit, "episodes.jsonl.gz and windows.jsonl")
