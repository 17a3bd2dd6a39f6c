# SPDX-License-Identifier: GPL-3.0-or-later
"""Taste rankers as runs: the order of the preview feed, learnt from logs of reactions and measured on what came later.

``prior`` is what PodMix does: each listener's preference is fitted from their own past, beginning with a prior, and the
prior is what is learnt from everybody's past (the mean of an unknown thing, what freshness and quality add) and chosen
by sweeps (noise, forgetting, parts of the kernel). Only a prior can be put in use. ``logistic``, ``forest``,
``boosting`` and ``network`` are models of everybody on what a listener's past says of a thing, to be compared with it.

Data: a folder of ``.taste.npz`` (``taste_logs``): the person's own, or simulated listeners'. A unit of work is a cut.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podmix.errors import UsageError
from podmix.lab.runs.card import write_card
from podmix.lab.trainings.training import Fitting, Inputs, Parameter, Training
from podmix.progress import Progress, Steps

if TYPE_CHECKING:
    from podmix.lab.taste_logs import TasteLog
    from podmix.lab.taste_table import Cut, Doubles
    from podmix.taste.prior import Prior

KINDS = ("prior", "logistic", "forest", "boosting", "network")
SETS = ("meaning", "near", "names", "numbers")
_DRAWN = 20.0
"""Learnt means are drawn towards the shipped ones as if by so many reactions."""


def _load(inputs: Inputs) -> list[TasteLog]:
    from podmix.lab.taste_logs import read_logs

    return read_logs(inputs.data)


def _fit(logs: list[TasteLog], fitting: Fitting) -> Steps[dict[str, Any]]:
    import numpy as np

    from podmix.lab.taste_table import BASELINES, FOLDS, baseline_scores, cuts_of, measured

    ours = _ours(fitting)
    rows: list[tuple[str, str, dict[str, float]]] = []
    for fold in range(FOLDS):
        yield Progress("train", fold, FOLDS, "cuts", f"{ours}: cut {fold + 1} of {FOLDS}")
        kept = fitting.done.get(f"cut {fold}")
        if kept is None:
            cuts = cuts_of(logs, fold)
            made = {ours: _scores(cuts, fitting, step=fold)} | {
                name: [baseline_scores(name, cut) for cut in cuts] for name in BASELINES}
            kept = [[name, cut.log.listener, measured(cut, one)] for name, scores in made.items()
                    for cut, one in zip(cuts, scores, strict=True)]
            fitting.run.checkpoint(f"cut {fold}", kept)
        rows += [(name, listener, {key: float("nan") if value is None else float(value)
                                   for key, value in figures.items()}) for name, listener, figures in kept]
        of_cut = [figures for name, _, figures in rows[-len(kept):] if name == ours]
        fitting.run.log_all(fold, {key: float(np.nanmean([one[key] for one in of_cut])) for key in of_cut[0]
                                   if not np.isnan([one[key] for one in of_cut]).all()})
    figures = _summed(rows, ours, fitting)
    _keep(logs, figures, fitting)
    return figures


def _ours(fitting: Fitting) -> str:
    """The trained system's name in the table: its kind."""
    return str(fitting.config["kind"])


def _sets(fitting: Fitting) -> tuple[str, ...]:
    chosen = tuple(name for name in SETS if fitting.config[f"use_{name}"])
    if not chosen:
        raise UsageError("A taste ranker needs at least one feature set.")
    return chosen


def _summed(rows: list[tuple[str, str, dict[str, float]]], ours: str, fitting: Fitting) -> dict[str, Any]:
    """The run's table with intervals over listeners, and its figures."""
    from podmix.lab.evaluation.intervals import difference_interval, mean_interval

    names = list(dict.fromkeys(name for name, _, _ in rows))
    metrics = list(rows[0][2])
    figures: dict[str, Any] = {}
    table = []
    own = [figures_of for name, _, figures_of in rows if name == ours]
    for name in names:
        told = [figures_of for one, _, figures_of in rows if one == name]
        listeners = [listener for one, listener, _ in rows if one == name]
        for metric in metrics:
            values = [one[metric] for one in told]
            found = mean_interval(values, groups=listeners)
            apart = difference_interval([one[metric] for one in own], values, groups=listeners)
            table.append([name, metric, found.value, found.low, found.high, found.count,
                          *([None, None, None] if name == ours else [apart.value, apart.low, apart.high])])
            figures[metric if name == ours else f"{metric} of {name}"] = round(found.value, 4)
    fitting.run.table("taste", ["system", "metric", "value", "low", "high", "cuts", "ours less this", "at least",
                                "at most"], table)
    figures["score"] = figures[metrics[0]]
    return figures


def _scores(cuts: list[Cut], fitting: Fitting, *, step: int = 0) -> list[Doubles]:
    """Of every listener's ``future``, by a model of what came before."""
    import numpy as np

    from podmix.lab.taste_table import GOOD, columns_of

    sets = _sets(fitting)
    if fitting.config["kind"] == "prior":
        prior = learnt_prior([(cut.log, cut.past) for cut in cuts], fitting)
        return [_preferred(prior, cut) for cut in cuts]
    columns = columns_of(sets)
    rows = np.concatenate([cut.learnt_from for cut in cuts])[:, columns]
    values = np.concatenate([cut.log.values[cut.past] for cut in cuts])
    weights = np.concatenate([cut.log.weights[cut.past] for cut in cuts])
    ranked = [cut.to_rank[:, columns] for cut in cuts]
    together = _predicted(rows, values, weights, np.concatenate(ranked), fitting, good=GOOD, step=step)
    return list(np.split(together, np.cumsum([len(one) for one in ranked])[:-1]))


def _predicted(rows: Doubles, values: Doubles, weights: Doubles, test: Doubles, fitting: Fitting, *, good: float,
               step: int) -> Doubles:
    import numpy as np

    from podmix.lab.trainings.preview_ranker import estimator

    kind = fitting.config["kind"]
    if kind == "network":
        from podmix.lab.trainings.network_head import train_head

        def tell(epoch: int, loss: float) -> None:
            fitting.run.log(1000 * (step + 1) + epoch, loss=loss)

        return train_head(rows, values[:, None], test, epochs=fitting.config["epochs"], width=fitting.config["width"],
                          seed=fitting.seed, device=fitting.device, tell=tell)
    if kind == "logistic" and len(np.unique(values > good)) < 2:
        return np.zeros(len(test))  # nothing to tell apart yet
    made = estimator(kind, fitting)
    if kind == "logistic":
        made.fit(rows, values > good, logisticregression__sample_weight=weights)
        return np.asarray(made.decision_function(test), np.float64)
    return np.asarray(made.fit(rows, values, sample_weight=weights).predict(test), np.float64)


def _preferred(prior: Prior, cut: Cut) -> Doubles:
    log, past = cut.log, cut.past
    now = float(log.at[cut.future[0]])
    liking = prior.learn(log.things.rows(past), log.values[past], log.weights[past], now - log.at[past])
    return liking.predict(log.things.rows(cut.future))


def learnt_prior(past: Sequence[tuple[TasteLog, Any]], fitting: Fitting) -> Prior:
    """The prior of the run's settings, its means learnt from these rows of these logs (weighted ridge around the
    shipped ones: ``argmin Σ w (y - x·b)² + c |b - b0|²``)."""
    import numpy as np

    from podmix.taste.preference import SCALES, Scales
    from podmix.taste.prior import SHIPPED, Prior

    config, sets = fitting.config, _sets(fitting)
    shipped = np.array([SHIPPED.start, *SHIPPED.slopes])
    used = np.array([1.0, *([float("numbers" in sets)] * len(SHIPPED.slopes))])
    means = shipped * used
    if config["learn_means"]:
        rows = np.concatenate([np.column_stack([np.ones(len(places)), log.things.numbers[places]])
                               for log, places in past]) * used
        values = np.concatenate([log.values[places] for log, places in past])
        weights = np.concatenate([log.weights[places] for log, places in past])
        matrix = rows.T @ (rows * weights[:, None]) + _DRAWN * np.eye(len(means))
        means = means + np.linalg.solve(matrix, rows.T @ (weights * (values - rows @ means))) * used
    grid = tuple(dict.fromkeys(Scales(one.meaning * ("meaning" in sets), one.near * ("near" in sets),
                                      one.names * ("names" in sets)) for one in SCALES))
    start, *slopes = (float(np.clip(round(float(one), 6), -1.5, 1.5)) for one in means)
    return Prior(start, tuple(slopes), SHIPPED.slope_variance if "numbers" in sets else 0.0, config["noise"],
                 config["half_life"], grid)


def _keep(logs: list[TasteLog], figures: dict[str, Any], fitting: Fitting) -> None:
    """The prior of all logs with card and figures; of a forest, what it looks at."""
    import numpy as np

    from podmix.lab.plots.importance import tree_importance
    from podmix.lab.taste_table import FOLDS, LEAST, column_names, columns_of, cuts_of
    from podmix.taste.prior import Prior, save_prior

    kind, sets = fitting.config["kind"], _sets(fitting)
    if kind == "forest":
        from podmix.lab.trainings.preview_ranker import estimator

        cuts = cuts_of(logs, FOLDS - 1)
        forest = estimator(kind, fitting).fit(np.concatenate([cut.learnt_from for cut in cuts])[:, columns_of(sets)],
                                              np.concatenate([cut.log.values[cut.past] for cut in cuts]))
        shares = tree_importance(forest, column_names(sets))
        fitting.run.table("feature importance", ["feature", "share"], [list(one) for one in shares.items()])
    if kind != "prior":
        return
    whole = [(log, np.arange(len(log))) for log in logs if len(log) >= LEAST]
    made = learnt_prior(whole, fitting)
    prior = Prior(made.start, made.slopes, made.slope_variance, made.noise, made.half_life_days, made.grid,
                  {"run": fitting.run.run_id})
    with tempfile.TemporaryDirectory(prefix="podmix-taste-") as place:
        target = Path(place) / "prior.json"
        save_prior(prior, target)
        extra = write_card(
            Path(place), fitting.run.folder, metrics=figures,
            purpose="Orders the preview feed: what is believed of a listener before anything was heard.",
            trained_on=f"{sum(len(log) for log, _ in whole)} reactions of {len(whole)} listeners, measured on what "
                       "each of them heard later.",
            limits="Logs show only what a feed showed; simulated listeners are no people.")
        fitting.run.artifact("taste", "model", {target.name: target, **extra})


def _files(folder: Path) -> Sequence[Path]:
    return sorted(folder.glob("*.taste.npz"))


TASTE = Training(
    "taste", "In which order previews are shown to a listener.", "score",
    (Parameter("kind", "prior", "Which kind of ranker; only a prior can be put in use.", choices=KINDS),
     *(Parameter(f"use_{name}", True, text, choices=(True, False)) for name, text in (
         ("meaning", "Whether a taste may be one direction of meaning."),
         ("near", "Whether likeness to single liked things counts."),
         ("names", "Whether shows, people and topics count."),
         ("numbers", "Whether freshness and a preview's own score count."))),
     Parameter("learn_means", True, "Prior: whether its means are learnt, or the shipped ones.", choices=(True, False)),
     Parameter("noise", 0.12, "Prior: variance of one reaction.", low=0.02, high=2.0, log=True),
     Parameter("half_life", 60.0, "Prior: days until a reaction says half as much.", low=2.0, high=400.0, log=True),
     Parameter("trees", 80, "Trees of a forest, rounds of boosting.", low=10, high=400),
     Parameter("depth", 4, "How deep trees grow.", low=1, high=16),
     Parameter("strength", 0.1, "Inverse of a logistic model's penalty.", low=1e-4, high=10.0, log=True),
     Parameter("epochs", 20, "Rounds of a network.", low=1, high=400),
     Parameter("width", 16, "Units of a network's hidden layer.", low=4, high=512)),
    _files, _load, _fit, "logs of reactions (.taste.npz)")
