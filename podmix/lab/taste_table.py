# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs of reactions as rankers are trained and measured: cut in time, never mixed.

A log is cut at fixed shares of its length. What is ranked is what was heard between two cuts; what may be learnt from
is what came before the first of them: of the listener alone (priors), or of all listeners, each before the same share
of their own log (models of everybody). Described is each thing by what that listener's past says of it, so that a row
never sees its own outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from podmix.errors import UsageError
from podmix.lab.ranking_metrics import ndcg
from podmix.lab.taste_logs import TasteLog
from podmix.taste.preference import Things

CUTS = (0.4, 0.55, 0.7, 0.85, 1.0)
FOLDS = len(CUTS) - 1
LEAST = 20
"""So many reactions a log must hold to be cut."""
DEPTH = 10
GOOD = 0.5
SETS = {"meaning": ("towards liked",), "near": ("nearest liked", "nearest left"),
        "names": ("show", "people and topics"), "numbers": ("new in days", "new in weeks", "own score")}
"""Feature set -> its columns."""
Doubles = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Cut:
    """One listener at one cut: rows of its log to learn from and to rank, and both described ``(rows, columns)``."""

    log: TasteLog
    past: Ints
    future: Ints
    learnt_from: Doubles
    to_rank: Doubles


def cuts_of(logs: Sequence[TasteLog], fold: int) -> list[Cut]:
    """Every listener with enough to say. Raises UsageError where nobody has."""
    found = []
    for log in logs:
        if len(log) < LEAST:
            continue
        first, last = (round(share * len(log)) for share in CUTS[fold:fold + 2])
        past, future = np.arange(first), np.arange(first, last)
        found.append(Cut(log, past, future, np.stack([_described(log, np.arange(at), at) for at in range(first)]),
                         np.stack([_described(log, past, at) for at in range(first, last)])))
    if not found:
        raise UsageError(f"There are too few reactions to learn from: a log needs {LEAST}.",
                         remedy="Listen to more previews first, or add the logs of others.")
    return found


def columns_of(sets: Sequence[str]) -> list[int]:
    """Places of the columns of these feature sets."""
    names = [(name, column) for name, columns in SETS.items() for column in columns]
    return [at for at, (name, _) in enumerate(names) if name in sets]


def column_names(sets: Sequence[str]) -> list[str]:
    return [column for name, columns in SETS.items() for column in columns if name in sets]


def _described(log: TasteLog, past: Ints, at: int) -> Doubles:
    """``(8,)``: the thing at ``at`` by what the rows of ``past`` say; nothing known is 0."""
    vector, values = log.things.vectors[at], log.values[past]
    likeness = np.asarray(log.things.vectors[past] @ vector, np.float64)
    good = values > GOOD
    made = [float(np.mean(likeness * (values - values.mean()))) if len(past) else 0.0,
            float(likeness[good].max(initial=0.0)), float(likeness[~good].max(initial=0.0))]
    own, names = log.things.names[at], log.things.names[past]
    shows = np.asarray(np.isin(names[:, 0], own[:1][own[:1] >= 0]), np.bool_)
    others = np.asarray(np.isin(names[:, 1:], own[1:][own[1:] >= 0]).any(axis=1), np.bool_)
    made += [_leaning(values, shows), _leaning(values, others)]
    return np.array([*made, *log.things.numbers[at]])


def _leaning(values: Doubles, rows: NDArray[np.bool_]) -> float:
    """How much better these went than the others, drawn towards 0 as if three had gone as usual."""
    if not rows.any():
        return 0.0
    return float((values[rows] - values.mean()).sum() / (rows.sum() + 3))


def measured(cut: Cut, scores: Doubles) -> dict[str, float]:
    """How well ``scores`` of ``cut.future`` order it. NaN where nothing in it was good, or everything was."""
    values = cut.log.values[cut.future]
    good = values > GOOD
    above = float("nan")
    if good.any() and not good.all():
        pairs = scores[good][:, None] - scores[~good][None, :]
        above = float(np.mean((pairs > 0) + 0.5 * (pairs == 0)))
    return {f"nDCG@{DEPTH}": ndcg(scores, np.clip(values, 0.0, 1.0) * 2.0, DEPTH) if good.any() else float("nan"),
            "AUC": above}


def baseline_scores(name: str, cut: Cut) -> Doubles:
    """One of ``BASELINES``."""
    things: Things = cut.log.things
    if name == "random":
        return np.random.default_rng(len(cut.log)).random(len(cut.future))
    if name == "newest first":
        return np.asarray(things.numbers[cut.future, 1] + 1e-3 * things.numbers[cut.future, 0], np.float64)
    if name == "own score":
        return np.asarray(things.numbers[cut.future, 2], np.float64)
    liked = cut.past[cut.log.values[cut.past] > GOOD]
    if not len(liked):
        return np.zeros(len(cut.future))
    near = things.vectors[cut.future] @ things.vectors[liked].T
    size = min(3, near.shape[1])
    return np.asarray(np.partition(near, near.shape[1] - size, axis=1)[:, -size:].mean(axis=1), np.float64)


BASELINES = ("random", "newest first", "own score", "nearest neighbours")
