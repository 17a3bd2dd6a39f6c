# SPDX-License-Identifier: GPL-3.0-or-later
"""Cue models against rules, every sixteen bars and random bar lines, in one run.

``OMP_NUM_THREADS=1 python tests/bench/bench_cues.py --data DIR [--all]`` reads the examples that
``python -m podmix.lab.cue_data`` wrote. It trains in folds that no style crosses and prints the systems on every slice
(heard, corrected and wrong grids; songs by another composer are measured with the shipped model), 95 % intervals, how
far confidences can be believed, and the speed of ``find_cues``. Without ``--all`` only the shipped kind of model is
trained; with it all 28 trials are (half an hour). The exit code is 1 where the model is not above the rules, or where
a track takes longer than ``--at-most`` milliseconds.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

from podmix.lab.cue_card import interval_table, slice_table, trial_table
from podmix.lab.cue_data import CueExample, read_examples
from podmix.lab.cue_measures import overall
from podmix.lab.cue_table import build_table
from podmix.lab.cue_training import compare, final_model, report, trials
from podmix.music.cues.finder import analyse_cues
from podmix.music.cues.model import load_model, model_path


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


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--all", action="store_true")
    options.add_argument("--work", type=Path, help="folder in which finished trials are remembered")
    options.add_argument("--at-most", type=float, default=20.0)
    chosen = options.parse_args()
    examples = read_examples(chosen.data)
    table = build_table(examples)
    shipped = load_model(model_path())
    kind = shipped.kind if shipped is not None else "boosting"
    among = None if chosen.all else [one for one in trials() if (one.kind, one.name) == (kind, "all")]
    outcomes, baselines = compare(table, among=among, work=chosen.work)
    model = shipped or final_model(table, outcomes[0], baselines["rules"])
    told = report(table, outcomes, baselines, model)
    print(f"\n{told['tracks']}\nwithout a grid: {told['without_grid']}\n")
    print(slice_table(told["slices"]), "\n")
    print(interval_table(told["intervals"]), "\n")
    print(trial_table(told["trials"]), "\n")
    for which, parts in told["calibration"].items():
        print(f"confidence of {which}:", ", ".join(f"{sure:.2f} → {right:.2f}" for sure, right, _ in parts))
    spent = speed(examples)
    heard = told["slices"]["heard"]
    ratio = overall(heard["model"]) / overall(heard["rules"])
    print(f"model / rules, mean of hits within a beat: {ratio:.2f}")
    return 0 if ratio > 1 and spent <= chosen.at_most else 1


if __name__ == "__main__":
    sys.exit(main())
