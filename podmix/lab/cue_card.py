# SPDX-License-Identifier: GPL-3.0-or-later
"""The cue models' card and tables, from the metrics of a training."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

COLUMNS = ("in beat", "in bar", "in error", "out beat", "out bar", "out error", "hot F beat", "hot F bar",
           "hot precision@3 bar")
_HEAD = ("in ≤ 1 beat", "in ≤ 1 bar", "in error, beats", "out ≤ 1 beat", "out ≤ 1 bar", "out error, beats",
         "hot F ≤ 1 beat", "hot F ≤ 1 bar", "hot precision@3 ≤ 1 bar")


def slice_table(slices: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    """Markdown: a row for each system on each slice."""
    lines = ["| tracks | system | " + " | ".join(_HEAD) + " |", "|---|---|" + "---|" * len(_HEAD)]
    for name, systems in slices.items():
        lines += [f"| {name} | {system} | " + " | ".join(_number(values[column], column) for column in COLUMNS) + " |"
                  for system, values in systems.items()]
    return "\n".join(lines)


def trial_table(trials: list[dict[str, Any]], grid: str = "heard") -> str:
    """Markdown: a row for each trial, best first."""
    lines = ["| model | features | score | " + " | ".join(_HEAD) + " |", "|---|---|---|" + "---|" * len(_HEAD)]
    lines += [f"| {trial['kind']} | {trial['sets']} | {trial['score']:.3f} | "
              + " | ".join(_number(trial[grid][column], column) for column in COLUMNS) + " |" for trial in trials]
    return "\n".join(lines)


def interval_table(intervals: Mapping[str, Mapping[str, Mapping[str, tuple[float, float]]]]) -> str:
    """Markdown: 95 % intervals of the model, the rules, and their difference track by track."""
    fields = list(next(iter(intervals.values()))["model"])
    lines = ["| tracks | | " + " | ".join(fields) + " |", "|---|---|" + "---|" * len(fields)]
    for name, systems in intervals.items():
        lines += [f"| {name} | {system} | " + " | ".join(
            f"{values[field][0]:+.2f} … {values[field][1]:+.2f}" if "less" in system else
            f"{values[field][0]:.2f} … {values[field][1]:.2f}" for field in fields) + " |"
            for system, values in systems.items()]
    return "\n".join(lines)


def _number(value: float, column: str) -> str:
    if math.isnan(value):
        return "–"
    return f"{value:.1f}" if "error" in column else f"{value:.2f}"


def write_card(path: Path, metrics: Mapping[str, Any]) -> None:
    """The card beside the model."""
    first = {name: values for name, values in metrics["slices"].items() if name in ("heard", "corrected",
                                                                                  "songs, heard")}
    names = {"in": "entry", "out": "exit", "hot": "hot cues"}
    replaced = ", ".join(names[target] for target in metrics["replaces"]) or "nothing"
    recordings = "no DJ's cues" if "imported" not in metrics["tracks"] else \
        f"and {metrics['tracks']['imported']} tracks with a DJ's cues"
    path.write_text(f"""# Cue points

{metrics['kind'].capitalize()} in `model.safetensors` (three scorers: entry, exit, hot cues) on the feature sets
{', '.join(metrics['sets'])}.

It beat the rules in, and is used for: {replaced}.

## Trained on

{metrics['tracks']['heard']} tracks of loops composed by code (`podmix.lab.cue_songs`), analysed by PodMix itself, each
on the grid that was heard and on the corrected one; {recordings}.

## Measured

Folds that no style crosses; "songs" are by another composer and were never trained on.

{slice_table(first)}

All trials, slices and intervals: `metrics.json`; what the labels are: `docs/cue-models.md`.

## Limits

The labels are an arranger's intentions, not DJs' choices, who agree with each other on the same bar in 40 of 100 cases
(Kim et al. 2020). Where bars are heard wrongly, cues lie on wrong beats. What was learnt of how long intros and outros
are is the composer's habit.

Made by `python -m podmix.lab.cue_training`, deterministic.
""", encoding="utf-8")
