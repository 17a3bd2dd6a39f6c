# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the cue models, compares them with rules, and keeps the best.

``python -m podmix.lab.cue_training --data DIR --out resources/models/cue-points`` reads the examples of ``cue_data``,
tries four kinds of models on five choices of feature sets each, and boosting with each set left out (27 trials), by
five folds that no style crosses; then it trains the best trial on all loop tracks and writes ``model.safetensors``,
``metrics.json`` and the card. Songs by the other composer are never trained on. Equal data give equal files (on one
thread: OMP_NUM_THREADS=1).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from podmix.lab.cue_card import write_card
from podmix.lab.cue_data import CueExample, read_examples
from podmix.lab.cue_measures import FIELDS, Found, interval, measure_track, overall, summarise
from podmix.lab.cue_models import KINDS, fit_judge
from podmix.lab.cue_table import BASELINES, FOLDS, CueTable, Doubles, Ints, Track, build_table, by_scores, grid_is_right
from podmix.music.cues.choosing import chance_in_track, choose_ends
from podmix.music.cues.features import FEATURE_SETS, columns_of
from podmix.music.cues.model import TARGETS, CueModel, Scorer, save_model

TRAINED_GRIDS = ("heard", "corrected")
SETS: dict[str, tuple[str, ...]] = {
    "place": ("place", "phrase"),
    "sound": ("levels", "bands"),
    "structure": ("sections", "contents"),
    "all but the rules": tuple(name for name in FEATURE_SETS if name != "rules"),
    "all": tuple(FEATURE_SETS),
}
Log = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Trial:
    """A kind of model on some feature sets."""

    kind: str
    name: str
    sets: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """``scores`` ``(lines, 3)`` by models that have not seen the line's style; ``least`` and ``temperatures`` as a
    ``Scorer`` has them; ``rows`` ``(tracks, len(FIELDS))`` measures of every track of the table."""

    trial: Trial
    scores: Doubles
    least: float
    temperatures: tuple[float, float, float]
    rows: Doubles


def trials() -> list[Trial]:
    """All that are tried."""
    made = [Trial(kind, name, sets) for name, sets in reversed(SETS.items()) for kind in KINDS]
    left_out = [Trial("boosting", f"all without {gone}", tuple(name for name in FEATURE_SETS if name != gone))
                for gone in FEATURE_SETS if gone != "rules"]
    return made + left_out


def rows_of(table: CueTable, wanted: Callable[[Track], bool]) -> Ints:
    """Places in the table of the tracks that are wanted."""
    places = [np.arange(track.first, track.first + len(track.lines)) for track in table.tracks if wanted(track)]
    return np.concatenate(places) if places else np.zeros(0, np.intp)


def trainable(track: Track) -> bool:
    return track.example.source != "songs" and track.grid in TRAINED_GRIDS


def fit_target(table: CueTable, rows: Ints, target: int, trial: Trial) -> Scorer:
    """A scorer of one of TARGETS on some rows; lines of which nobody spoke are left out."""
    rows = rows[~np.isnan(table.truth[rows, target])]
    columns = np.array(columns_of(trial.sets), np.int32)
    judge = fit_judge(trial.kind, np.ascontiguousarray(table.described[np.ix_(rows, columns)]),
                      table.truth[rows, target])
    return Scorer(columns, judge)


def cross_validate(table: CueTable, trial: Trial) -> Outcome:
    """Scores of every line by models that were trained on the other folds."""
    scores = np.zeros((len(table.described), len(TARGETS)))
    for fold in range(FOLDS):
        train = rows_of(table, lambda track, fold=fold: trainable(track) and track.fold != fold)  # type: ignore[misc]
        test = rows_of(table, lambda track, fold=fold: track.fold == fold)  # type: ignore[misc]
        if not len(test) or not len(train):
            continue
        for column in range(len(TARGETS)):
            scores[test, column] = fit_target(table, train, column, trial).log_odds(table.described[test])
    return judged(table, trial, scores)


def remembered(table: CueTable, trial: Trial, work: Path) -> Outcome:
    """``cross_validate``, or what it gave for the same table and trial before it was interrupted."""
    known = hashlib.sha256(table.described.tobytes() + table.truth.tobytes() + repr(trial).encode()).hexdigest()[:20]
    path = work / f"{known}.npy"
    if path.exists():
        return judged(table, trial, np.load(path))
    outcome = cross_validate(table, trial)
    work.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".part")
    with fresh.open("wb") as file:
        np.save(file, outcome.scores)
    fresh.replace(path)
    return outcome


def judged(table: CueTable, trial: Trial, scores: Doubles) -> Outcome:
    """The outcome of scores, with the threshold and the temperatures that they call for."""
    known = [track for track in table.tracks if trainable(track)]
    least = best_least(known, scores)
    rows = np.array([measure_track(track.example, by_scores(track, scores[track.rows], least))
                     for track in table.tracks])
    # Confidences are told to people, who have heard grids and not corrected ones.
    places = [place for place, track in enumerate(table.tracks) if trainable(track) and track.grid == "heard"]
    heard = [table.tracks[place] for place in places]
    temperatures = (best_temperature(heard, rows[places], scores, 0), best_temperature(heard, rows[places], scores, 1),
                    best_hot_temperature(table, heard, scores))
    return Outcome(trial, scores, least, temperatures, rows)


def best_least(tracks: Sequence[Track], scores: Doubles) -> float:
    """The log odds that a hot cue needs for the highest F within a bar."""
    column = FIELDS.index("hot F bar")
    tried = {round(float(least), 2): float(np.nanmean([
        measure_track(track.example, by_scores(track, scores[track.rows], float(least)))[column] for track in tracks]))
        for least in np.arange(-3.5, 1.01, 0.25)}
    return max(tried, key=lambda least: tried[least])


def chosen_chance(scores: Doubles, column: int, temperature: float) -> float:
    """The confidence of the entry (column 0) or the exit (1) that a track's scores choose."""
    line = choose_ends(scores[:, 0], scores[:, 1])[column]
    return chance_in_track(scores[:, column], line, temperature)


def best_temperature(tracks: Sequence[Track], rows: Doubles, scores: Doubles, column: int) -> float:
    """That under which confidences foretell best (Brier score) whether the choice lies within a beat."""
    right = rows[:, FIELDS.index(("in beat", "out beat")[column])]
    known = [place for place in range(len(tracks)) if not np.isnan(right[place])]

    def brier(temperature: float) -> float:
        return float(np.mean([(chosen_chance(scores[tracks[place].rows], column, temperature) - right[place]) ** 2
                              for place in known])) if known else 0.0

    return min((round(float(one), 2) for one in np.geomspace(0.4, 8, 16)), key=brier)


def best_hot_temperature(table: CueTable, tracks: Sequence[Track], scores: Doubles) -> float:
    """That under which the lines that are hot cues are likeliest."""
    rows = np.concatenate([np.arange(track.first, track.first + len(track.lines)) for track in tracks])
    rows = rows[~np.isnan(table.truth[rows, 2])]
    odds, truth = scores[rows, 2], table.truth[rows, 2]

    def surprise(temperature: float) -> float:
        scaled = odds / temperature
        return float((np.logaddexp(0, scaled) - truth * scaled).mean())

    return min((round(float(one), 2) for one in np.geomspace(0.3, 4, 24)), key=surprise)


def slices_of(table: CueTable) -> dict[str, Ints]:
    """Named sets of tracks (numbers in ``table.tracks``)."""
    right = np.array([track.grid == "heard" and grid_is_right(track) for track in table.tracks])

    def chosen(wanted: Callable[[int, Track], bool]) -> Ints:
        return np.array([place for place, track in enumerate(table.tracks) if wanted(place, track)], np.intp)

    loops = [track.example.source == "loops" for track in table.tracks]
    return {
        "heard": chosen(lambda at, track: loops[at] and track.grid == "heard"),
        "heard, grid right": chosen(lambda at, _: loops[at] and bool(right[at])),
        "heard, grid wrong": chosen(lambda at, track: loops[at] and track.grid == "heard" and not right[at]),
        "corrected": chosen(lambda at, track: loops[at] and track.grid == "corrected"),
        "shifted": chosen(lambda at, track: loops[at] and track.grid == "shifted"),
        "songs, heard": chosen(lambda _, track: track.example.source == "songs" and track.grid == "heard"),
        "songs, corrected": chosen(lambda _, track: track.example.source == "songs" and track.grid == "corrected"),
        "imported": chosen(lambda _, track: track.example.source == "imported" and track.grid == "heard"),
    }


def measure_baseline(table: CueTable, find: Callable[[Track], Found]) -> Doubles:
    """``(tracks, len(FIELDS))``."""
    return np.array([measure_track(track.example, find(track)) for track in table.tracks])


def compare(table: CueTable, log: Log = print, among: Sequence[Trial] | None = None, work: Path | None = None,
            ) -> tuple[list[Outcome], dict[str, Doubles]]:
    """Every trial's outcome, best first, and the baselines' measures. In ``work`` finished trials are remembered."""
    baselines = {name: measure_baseline(table, find) for name, find in BASELINES.items()}
    outcomes = []
    for trial in among or trials():
        began = time.monotonic()
        outcomes.append(remembered(table, trial, work) if work else cross_validate(table, trial))
        score = score_of(table, outcomes[-1].rows)
        log(f"{trial.kind:9} {trial.name:24} {score:.3f}  {time.monotonic() - began:.0f} s")
    outcomes.sort(key=lambda outcome: -score_of(table, outcome.rows))
    return outcomes, baselines


def score_of(table: CueTable, rows: Doubles) -> float:
    """What the choice of a trial rests on: ``overall`` on loop tracks, heard and corrected in equal parts."""
    slices = slices_of(table)
    return float(np.mean([overall(summarise(rows[slices[name]])) for name in TRAINED_GRIDS]))


def final_model(table: CueTable, outcome: Outcome, rules: Doubles) -> CueModel:
    """The trial's model, trained on all that may be trained on; it replaces the rules where it beat them."""
    rows = rows_of(table, trainable)
    scorers = {target: replace(fit_target(table, rows, column, outcome.trial),
                               temperature=outcome.temperatures[column],
                               least=outcome.least if target == "hot" else 0.0)
               for column, target in enumerate(TARGETS)}
    heard = slices_of(table)["heard"]
    fields = {"in": "in beat", "out": "out beat", "hot": "hot F beat"}
    won = tuple(target for target, field in fields.items()
                if interval(outcome.rows[heard], field, against=rules[heard])[0] > 0)
    return CueModel(outcome.trial.kind, scorers, won)


def apply_model(table: CueTable, model: CueModel) -> Doubles:
    """Measures of a finished model on every track: right only for what it was not trained on."""
    scores = np.column_stack([model.scorers[target].log_odds(table.described) for target in TARGETS])
    return np.array([measure_track(track.example, by_scores(track, scores[track.rows], model.scorers["hot"].least))
                     for track in table.tracks])


def report(table: CueTable, outcomes: Sequence[Outcome], baselines: dict[str, Doubles], model: CueModel,
           ) -> dict[str, Any]:
    """All figures as plain data."""
    slices = {name: places for name, places in slices_of(table).items() if len(places)}
    best, finished = outcomes[0], apply_model(table, model)
    systems = dict(baselines) | {"model": best.rows}
    # Songs are measured with the finished model, which has never seen one; all else by folds.
    of_model = {name: (finished if name.startswith("songs") else best.rows)[places] for name, places in slices.items()}
    seen = {name: {system: summarise(of_model[name] if system == "model" else rows[places])
                   for system, rows in systems.items()} for name, places in slices.items()}
    shown = ("in beat", "in bar", "out beat", "out bar", "hot F beat", "hot F bar")
    intervals = {name: {
        "model": {field: interval(of_model[name], field) for field in shown},
        "rules": {field: interval(baselines["rules"][places], field) for field in shown},
        "model less rules": {field: interval(of_model[name], field, against=baselines["rules"][places])
                             for field in shown}} for name, places in slices.items()}
    return {
        "tracks": {name: len(places) for name, places in slices.items()}, "lines": len(table.described),
        "without_grid": table.gridless, "kind": model.kind, "sets": list(best.trial.sets), "replaces": model.replaces,
        "least": best.least, "temperatures": best.temperatures, "slices": seen, "intervals": intervals,
        "calibration": calibration(table, best),
        "trials": [{"kind": one.trial.kind, "sets": one.trial.name, "score": score_of(table, one.rows)} |
                   {grid: summarise(one.rows[slices[grid]]) for grid in TRAINED_GRIDS} for one in outcomes],
    }


def calibration(table: CueTable, outcome: Outcome) -> dict[str, list[tuple[float, float, int]]]:
    """For entries and exits on heard grids: mean confidence, share right within a beat, and count, by quarters."""
    places = slices_of(table)["heard"]
    made: dict[str, list[tuple[float, float, int]]] = {}
    for column, field in ((0, "in beat"), (1, "out beat")):
        sure = [chosen_chance(outcome.scores[table.tracks[place].rows], column, outcome.temperatures[column])
                for place in places]
        order = np.argsort(sure)
        right = outcome.rows[places][:, FIELDS.index(field)]
        made[field[:-5]] = [(float(np.mean(np.array(sure)[part])), float(np.nanmean(right[part])), len(part))
                            for part in np.array_split(order, 4) if len(part)]
    return made


def train(examples: Sequence[CueExample], out: Path, log: Log = print,
          among: Sequence[Trial] | None = None, work: Path | None = None) -> dict[str, Any]:
    """Compares, trains, writes model, metrics and card. Returns the metrics."""
    table = build_table(examples)
    log(f"{len(examples)} tracks, {len(table.described)} bar lines")
    outcomes, baselines = compare(table, log, among, work)
    model = final_model(table, outcomes[0], baselines["rules"])
    metrics = json.loads(json.dumps(report(table, outcomes, baselines, model), default=float),
                         parse_float=lambda text: round(float(text), 4))
    out.mkdir(parents=True, exist_ok=True)
    save_model(model, out / "model.safetensors")
    (out / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    write_card(out / "README.md", metrics)
    return dict(metrics)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--work", type=Path, help="folder in which finished trials are remembered")
    chosen = options.parse_args()
    train(read_examples(chosen.data), chosen.out, work=chosen.work)


if __name__ == "__main__":
    main()
