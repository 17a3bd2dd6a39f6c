# SPDX-License-Identifier: GPL-3.0-or-later
"""Cue models against rules, every sixteen bars and random bar lines, in one run.

``OMP_NUM_THREADS=1 python tests/bench/bench_cues.py --data DIR [--all] [--recordings DIR]`` reads the examples that
``python -m podmix.lab.cue_data`` wrote. It trains in folds that no style crosses and prints the systems on every slice
(heard, corrected and wrong grids; songs by another composer are measured with the shipped model), 95 % intervals, how
far confidences can be believed, and the speed of ``find_cues``. Without ``--all`` only the shipped trial is trained;
with it all 27 are (a quarter of an hour). With ``--recordings`` (tracks with a JSON each that lists ``sections``, times
at which many instruments start or stop) it also tells how many of the cues between the ends lie on such a time, and how
many of those times have a cue. The exit code is 1 where the model is not above the rules, or where a track takes longer
than ``--at-most`` milliseconds of processor time.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

from podmix.lab.cue_card import interval_table, slice_table, trial_table
from podmix.lab.cue_data import CueExample, read_examples
from podmix.lab.cue_imports import analyse_file
from podmix.lab.cue_measures import matched, overall
from podmix.lab.cue_table import build_table
from podmix.lab.cue_training import compare, final_model, report, trials
from podmix.music.cues.features import FEATURES
from podmix.music.cues.finder import analyse_cues
from podmix.music.cues.model import CueModel, load_model, model_path

_ENDS = ("first beat", "last beat")


def speed(examples: list[CueExample]) -> float:
    """Median milliseconds of processor time a track for the shipped model, beside the rules alone."""
    tracks = [example.by_grid["heard"].all() for example in examples[:60]]
    times: dict[str, float] = {}
    for name, path in (("rules alone", Path("no model")), ("model", model_path())):
        spent = []
        for track in tracks:
            start = time.process_time()
            analyse_cues(*track, model=path)
            spent.append(1000 * (time.process_time() - start))
        times[name] = float(np.median(spent))
        print(f"{name}: median {np.median(spent):.1f} ms a track, worst {max(spent[1:]):.1f} ms")
    print(f"model / rules: {times['model'] / times['rules alone']:.2f}")
    return times["model"]


def columns_of_model(model: CueModel) -> tuple[str, ...]:
    """The features that a model sees."""
    return tuple(FEATURES[column] for column in model.scorers["in"].columns)


def recordings(folder: Path) -> None:
    """Model, rules and random bar lines on tracks by people; nothing was trained or tuned on these."""
    sums: dict[str, list[tuple[float, float, float]]] = {}
    for path in sorted(folder.glob("*.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        if not told.get("sections") or not told.get("downbeats"):
            continue
        truth = [float(one["time"]) for one in told["sections"]]
        beat, bar = (float(np.median(np.diff(told[name]))) for name in ("beats", "downbeats"))
        heard = analyse_file(path.with_suffix(".ogg"))["heard"]
        dice = np.random.default_rng(len(truth))
        found = {name: [cue.time for cue in analyse_cues(*heard.all(), model=model).cues if cue.label not in _ENDS]
                 for name, model in (("model", model_path()), ("rules", Path("no model")))}
        lines = heard.beats.grid.downbeats
        if lines:
            found["random bar lines"] = [float(one) for one in dice.choice(lines, min(len(lines), len(found["model"])))]
        for name, times in found.items():
            times = sorted(set(times))
            sums.setdefault(name, []).append((matched(truth, times, beat) / max(1, len(times)),
                                              matched(truth, times, bar) / max(1, len(times)),
                                              matched(truth, times, bar) / len(truth)))
    print("\n| recordings | tracks | cues on a change, within a beat | within a bar | changes with a cue |")
    print("|---|---|---|---|---|")
    for name, rows in sums.items():
        print(f"| {name} | {len(rows)} | " + " | ".join(f"{value:.2f}" for value in np.mean(rows, axis=0)) + " |")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--all", action="store_true")
    options.add_argument("--work", type=Path, help="folder in which finished trials are remembered")
    options.add_argument("--recordings", type=Path)
    options.add_argument("--at-most", type=float, default=20.0)
    chosen = options.parse_args()
    examples = read_examples(chosen.data)
    table = build_table(examples)
    shipped = load_model(model_path())
    kind = shipped.kind if shipped is not None else "boosting"
    seen = columns_of_model(shipped) if shipped is not None else FEATURES
    among = None if chosen.all else [one for one in trials() if one.kind == kind and
                                     {name for name in FEATURES if name.split("/")[0] in one.sets} == set(seen)]
    outcomes, baselines = compare(table, among=among, work=chosen.work)
    model = shipped or final_model(table, outcomes[0], baselines["rules"])
    told = report(table, outcomes, baselines, model)
    print(f"\n{told['tracks']}\nwithout a grid: {told['without_grid']}\n")
    print(slice_table(told["slices"]), "\n")
    print(interval_table(told["intervals"]), "\n")
    print(trial_table(told["trials"]), "\n")
    for which, parts in told["calibration"].items():
        print(f"confidence of {which}:", ", ".join(f"{sure:.2f} → {right:.2f}" for sure, right, _ in parts))
    if chosen.recordings:
        recordings(chosen.recordings)
    spent = speed(examples)
    heard = told["slices"]["heard"]
    ratio = overall(heard["model"]) / overall(heard["rules"])
    print(f"model / rules, mean of hits within a beat: {ratio:.2f}")
    return 0 if ratio > 1 and spent <= chosen.at_most else 1


if __name__ == "__main__":
    sys.exit(main())
