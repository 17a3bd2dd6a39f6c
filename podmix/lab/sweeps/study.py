# SPDX-License-Identifier: GPL-3.0-or-later
"""A sweep by Optuna (Akiba et al. 2019): a study in a journal file that survives kills, each trial a run in a group.

A study is named by model, parameters and the data's checksum, so asking again goes on with it. Trials whose process is
gone are told as failed and their parameters asked once more. Several processes may work on one study at the same time:
the journal has a lock. The sampler is TPE (Bergstra et al. 2011), seeded; each kind of model is tried once first, with
the defaults.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from podmix.errors import Cancelled, PodMixError, StorageError, UsageError
from podmix.lab.runs.identity import canonical, config_hash
from podmix.lab.runs.reading import read_manifest
from podmix.lab.runs.store import RunStore
from podmix.lab.runs.system_metrics import process_mark
from podmix.lab.runs.types import Run
from podmix.lab.trainings.training import Inputs, Parameter, Training, manifest_of, train
from podmix.progress import Progress, Steps

_PARAMS = "podmix:params"
_RUN = "podmix:run"
_OWNER = "podmix:process"


@dataclass(frozen=True, slots=True)
class Trial:
    """``score`` None where it failed."""

    number: int
    run_id: str
    params: Mapping[str, Any]
    score: float | None


@dataclass(frozen=True, slots=True)
class Sweep:
    """``trials`` best first; ``importances``: parameter -> share of the score's variance that it explains (fANOVA,
    Hutter et al. 2014); empty with fewer than four trials."""

    name: str
    model: str
    trials: tuple[Trial, ...]
    importances: Mapping[str, float]

    @property
    def best(self) -> Trial | None:
        return next((trial for trial in self.trials if trial.score is not None), None)


def sweeps_folder(store: RunStore) -> Path:
    return store.folder.parent / "sweeps"


def sweep(training: Training, inputs: Inputs, store: RunStore, count: int, *, fixed: Mapping[str, Any] | None = None,
          name: str = "", seed: int = 0) -> Steps[Sweep]:
    """Until the study holds ``count`` finished trials.

    Args:
        fixed: parameters that stay as given; all others are swept.
        name: of the study; empty makes one of model, data and what is fixed.

    Raises UsageError for wrong parameters, missing data, or no library for sweeps.
    """
    if count < 1:
        raise UsageError("A sweep needs at least one trial.")
    fixed = dict(fixed or {})
    training.config(fixed)
    manifest = manifest_of(training, inputs)
    name = name or f"{training.model}-{config_hash({'data': manifest['sha256'], 'fixed': fixed})[:8]}"
    study = open_study(store, name, seed=seed)
    free = [one for one in training.parameters if one.swept and one.name not in fixed]
    _begin(study, free)
    data = training.load(inputs)
    while (done := _finished(study)) < count:
        trial = study.ask()
        params = dict(fixed) | {one.name: _suggest(trial, one) for one in free} | {"seed": seed}
        trial.set_user_attr(_PARAMS, canonical(params))
        trial.set_user_attr(_OWNER, [os.getpid(), process_mark(os.getpid())])
        yield Progress("sweep", done, count, "trials", f"Trial {done + 1} of {count}")
        steps = train(training, inputs, store, params, group=name, kind="trial", data=data, manifest=manifest)
        yield from _one(study, trial, steps, training.objective)
    return read_sweep(store, name, training.model)


def _one(study: Any, trial: Any, steps: Steps[Run], objective: str) -> Steps[None]:
    """One trial: the study is told what came of it, whatever came."""
    import optuna

    try:
        run = yield from steps
    except (Cancelled, KeyboardInterrupt, GeneratorExit):
        study.tell(trial, state=optuna.trial.TrialState.FAIL)
        raise
    except PodMixError as problem:
        trial.set_user_attr("problem", str(problem))
        study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        return
    trial.set_user_attr(_RUN, run.run_id)
    study.tell(trial, float(run.summary[objective]))


def _begin(study: Any, free: Sequence[Parameter]) -> None:
    """Ask again what was cut off; ask each choice of the first parameter once, so that no kind is never tried."""
    import optuna

    states = optuna.trial.TrialState
    for cut in study.get_trials(deepcopy=False, states=(states.RUNNING,)):
        pid, mark = cut.user_attrs.get(_OWNER, (0, ""))
        if pid and process_mark(pid) == mark != "":
            continue  # another process is at it
        study.tell(cut.number, state=states.FAIL)
        if cut.params:
            study.enqueue_trial(cut.params, skip_if_exists=False)
    if not study.get_trials(deepcopy=False) and free and free[0].choices:
        defaults = {one.name: one.default for one in free}
        for choice in free[0].choices:
            study.enqueue_trial(defaults | {free[0].name: choice})


def _finished(study: Any) -> int:
    import optuna

    states = optuna.trial.TrialState
    return len(study.get_trials(deepcopy=False, states=(states.COMPLETE, states.PRUNED)))


def _suggest(trial: Any, one: Parameter) -> Any:
    if one.choices:
        return trial.suggest_categorical(one.name, one.choices)
    if one.whole:
        return trial.suggest_int(one.name, int(one.low or 0), int(one.high or 1), log=one.log)
    return trial.suggest_float(one.name, one.low, one.high, log=one.log)


def open_study(store: RunStore, name: str, *, seed: int = 0) -> Any:
    """The study's journal, made where there is none."""
    try:
        import optuna
    except ImportError as problem:
        raise UsageError("Sweeps need Optuna, which is not installed.",
                         remedy="Install PodMix with its lab extra: pip install podmix[lab].") from problem
    from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    folder = sweeps_folder(store)
    folder.mkdir(parents=True, exist_ok=True)
    path = str(folder / f"{name}.journal")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # parts of it are called experimental
        storage = optuna.storages.JournalStorage(JournalFileBackend(path, lock_obj=JournalFileOpenLock(path)))
        sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=8)
        return optuna.create_study(storage=storage, study_name=name, sampler=sampler, direction="maximize",
                                   load_if_exists=True)


def read_sweep(store: RunStore, name: str, model: str = "") -> Sweep:
    """A study as it stands. Raises UsageError where there is none."""
    if not (sweeps_folder(store) / f"{name}.journal").is_file():
        raise UsageError(f"There is no sweep called {name}.", remedy=f"There are {', '.join(sweep_names(store))}.")
    study = open_study(store, name)
    trials = [Trial(one.number, str(one.user_attrs.get(_RUN, "")), json.loads(one.user_attrs.get(_PARAMS, "{}")),
                    one.value if one.state.name == "COMPLETE" else None) for one in study.get_trials(deepcopy=False)
              if one.state.is_finished()]
    trials.sort(key=lambda trial: -float("inf") if trial.score is None else trial.score, reverse=True)
    whose = model or _model_of(store, trials) or name.rpartition("-")[0]
    return Sweep(name, whose, tuple(trials), _importances(study, trials))


def _model_of(store: RunStore, trials: Sequence[Trial]) -> str:
    """Whose training the trials' runs are; "" where none of them is there any more."""
    for trial in trials:
        try:
            if trial.run_id:
                return read_manifest(store.folder / trial.run_id).subject
        except StorageError:
            continue
    return ""


def _importances(study: Any, trials: Sequence[Trial]) -> dict[str, float]:
    import optuna

    scores = {trial.score for trial in trials if trial.score is not None}
    if len(trials) < 4 or len(scores) < 2:
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = optuna.importance.get_param_importances(
                study, evaluator=optuna.importance.FanovaImportanceEvaluator(n_trees=32, seed=0))
        except (ValueError, RuntimeError):  # the trials have no parameter in common
            return {}
    return {name: round(float(value), 4) for name, value in found.items()}


def sweep_names(store: RunStore) -> list[str]:
    return sorted(path.stem for path in sweeps_folder(store).glob("*.journal"))
