# SPDX-License-Identifier: GPL-3.0-or-later
"""The cue models as runs: four kinds of models, every feature set on or off, folds that no style or artist crosses.

Data: a folder of examples of ``podmix.lab.cue_data`` (composed) and ``podmix.lab.cue_imports`` (a DJ's own). A unit of
work is one fold; its scores are kept, so that a run that was killed goes on with the next.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podmix.errors import UsageError
from podmix.lab.runs.card import write_card
from podmix.lab.trainings.training import Fitting, Inputs, Parameter, Training
from podmix.progress import Progress, Steps

if TYPE_CHECKING:
    from podmix.lab.cue_table import CueTable, Doubles, Track
    from podmix.lab.cue_training import Outcome, Trial

SETS = ("place", "phrase", "levels", "bands", "sections", "contents", "rules", "trust")
KINDS = ("logistic", "forest", "boosting", "network")


def _load(inputs: Inputs) -> CueTable:
    from podmix.lab.cue_data import read_examples
    from podmix.lab.cue_table import build_table

    return build_table(read_examples(inputs.data))


def _trial(fitting: Fitting) -> Trial:
    from podmix.lab.cue_training import Trial
    from podmix.music.cues.features import FEATURE_SETS

    sets = tuple(name for name in FEATURE_SETS if fitting.config.get(f"use_{name}", True))
    if not sets:
        raise UsageError("A cue model needs at least one feature set.")
    return Trial(fitting.config["kind"], " + ".join(sets), sets)


def _fit(table: CueTable, fitting: Fitting) -> Steps[dict[str, Any]]:
    import numpy as np

    from podmix.lab.cue_measures import overall, summarise
    from podmix.lab.cue_table import BASELINES, FOLDS
    from podmix.lab.cue_training import judged, measure_baseline, score_of, slices_of

    trial = _trial(fitting)
    scores = np.zeros((len(table.described), 3))
    for fold in range(FOLDS):
        yield Progress("train", fold, FOLDS, "folds", f"{trial.kind} on {trial.name}: fold {fold + 1} of {FOLDS}")
        test = _rows(table, lambda track, fold=fold: track.fold == fold)  # type: ignore[misc]
        if len(test):
            scores[test] = _fold(table, trial, fold, test, fitting)
    outcome = judged(table, trial, scores)
    for fold in range(FOLDS):
        places = [at for at, track in enumerate(table.tracks) if track.fold == fold]
        if places:
            fitting.run.log_all(fold, {name: value for name, value in summarise(outcome.rows[places]).items()
                                       if name in ("in beat", "out beat", "hot F beat")})
    slices = {name: places for name, places in slices_of(table).items() if len(places)}
    systems = {name: measure_baseline(table, find) for name, find in BASELINES.items()} | {"model": outcome.rows}
    summaries = {name: {system: summarise(rows[places]) for system, rows in systems.items()}
                 for name, places in slices.items()}
    fields = list(next(iter(summaries["heard"].values()))) if "heard" in summaries else []
    fitting.run.table("cues", ["tracks", "system", *fields], [
        [name, system, *(values[field] for field in fields)]
        for name, by_system in summaries.items() for system, values in by_system.items()])
    figures = {"score": score_of(table, outcome.rows)} | {
        f"{name}: {field}": by_system["model"][field] for name, by_system in summaries.items()
        for field in ("in beat", "out beat", "hot F beat")}
    figures["score of the rules"] = overall(summaries["heard"]["rules"]) if "heard" in summaries else 0.0
    _keep(table, outcome, systems["rules"], figures, fitting)
    return figures


def _fold(table: CueTable, trial: Trial, fold: int, test: Any, fitting: Fitting) -> Doubles:
    """``(lines of the fold, 3)`` log odds by models that saw the other folds; kept for a resumed run."""
    import numpy as np

    from podmix.lab.cue_training import fit_target, trainable

    kept = fitting.run.folder / "checkpoints" / f"fold-{fold}.npy"
    if f"fold {fold}" in fitting.done and kept.is_file():
        return np.asarray(np.load(kept), np.float64)
    train = _rows(table, lambda track: trainable(track) and track.fold != fold)
    if not len(train):
        return np.zeros((len(test), 3))
    made = np.stack([fit_target(table, train, column, trial).log_odds(table.described[test])
                     for column in range(3)], axis=1)
    kept.parent.mkdir(exist_ok=True)
    fresh = kept.with_suffix(".part")
    with fresh.open("wb") as stream:
        np.save(stream, made)
    fresh.rename(kept)
    fitting.run.checkpoint(f"fold {fold}", kept.name)
    return made


def _rows(table: CueTable, wanted: Callable[[Track], bool]) -> Any:
    from podmix.lab.cue_training import rows_of

    return rows_of(table, wanted)


def _keep(table: CueTable, outcome: Outcome, by_rules: Doubles, figures: dict[str, Any], fitting: Fitting) -> None:
    """The model on all trainable tracks, with card and figures, and what it looks at."""
    from podmix.lab.cue_training import final_model
    from podmix.lab.plots.importance import tree_importance
    from podmix.music.cues.features import FEATURE_SETS
    from podmix.music.cues.model import save_model

    model = final_model(table, outcome, by_rules)
    names = [name for names in FEATURE_SETS.values() for name in names]
    rows = [[target, name, weight] for target, scorer in model.scorers.items()
            for name, weight in tree_importance(scorer.judge, [names[at] for at in scorer.columns]).items()]
    if rows:
        fitting.run.table("feature importance", ["target", "feature", "share of splits"], rows)
    with tempfile.TemporaryDirectory(prefix="podmix-cue-") as place:
        target = Path(place) / "model.safetensors"
        save_model(model, target)
        extra = write_card(
            Path(place), fitting.run.folder, metrics=figures,
            purpose=f"Finds entries, exits and hot cues; {outcome.trial.kind} on {outcome.trial.name}.",
            trained_on=f"{len({track.example.name for track in table.tracks})} tracks, in folds that no style crosses.",
            limits="Composed tracks carry an arranger's intentions, not DJs' choices.")
        fitting.run.artifact("cue-points", "model", {target.name: target, **extra})


def _files(folder: Path) -> Sequence[Path]:
    return sorted(folder.glob("*.npz"))


CUE_POINTS = Training(
    "cue-points", "Where a track is entered, left and jumped to.", "score",
    (Parameter("kind", "boosting", "Which kind of model.", choices=KINDS),
     *(Parameter(f"use_{name}", True, f"Whether the features of {name} are used.", choices=(True, False))
       for name in SETS)),
    _files, _load, _fit, "examples of cue_data or cue_imports (.npz)")
