# SPDX-License-Identifier: GPL-3.0-or-later
"""Recommendations: what listeners chose next, given what they had chosen before.

Data: ``recommendations.jsonl``, here or in a folder ``recommendations``: a line a listener, ``{"listener", "history":
[ids], "next": [ids]}``. All ids that occur are offered, less the history. nDCG@10 and hit@10, and how much of all there
is the first ten of all listeners cover (Herlocker et al. 2004).
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from podmix.lab.evaluation.suite import Item, Metric, Suite, System, Tools

_DEPTH = 10
Recommend = Callable[[Sequence[str], Sequence[str]], Sequence[str]]
"""History and what is offered -> offered, best first."""


def listener_items(folder: Path) -> list[Item]:
    path = next((place for place in (folder / "recommendations" / "recommendations.jsonl",
                                     folder / "recommendations.jsonl") if place.is_file()), None)
    if path is None:
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [Item(str(row["listener"]), str(row["listener"]), row) for row in rows if row.get("next")]


def _systems(items: list[Item], tools: Tools) -> list[System]:
    recommend = tools.config.get("recommend")
    offered = sorted({one for item in items for one in (*item.truth["history"], *item.truth["next"])})

    def left(item: Item) -> list[str]:
        return [one for one in offered if one not in set(item.truth["history"])]

    def popular(item: Item) -> list[str]:
        """By the other listeners' histories."""
        counts = Counter(one for other in items if other is not item for one in other.truth["history"])
        return sorted(left(item), key=lambda one: -counts[one])

    def chance(item: Item) -> list[str]:
        found = left(item)
        random.Random(item.name).shuffle(found)  # noqa: S311 - no secret
        return found

    def together(item: Item) -> list[str]:
        """What others chose beside what this one chose."""
        mine = set(item.truth["history"])
        counts: Counter[str] = Counter()
        for other in items:
            if other is not item:
                shared = len(mine & set(other.truth["history"]))
                counts.update(dict.fromkeys(other.truth["history"], shared))
        return sorted(left(item), key=lambda one: -counts[one])

    ours = [System("podmix", lambda item: recommend(item.truth["history"], left(item)))] if recommend else []
    return [*ours, System("chosen together", together), System("most popular", popular), System("random", chance)]


def measure_recommendations(item: Item, answer: Sequence[str]) -> dict[str, float]:
    wanted, first = set(item.truth["next"]), list(answer)[:_DEPTH]
    gains = [float(one in wanted) for one in first]
    discount = 1 / np.log2(np.arange(2, 2 + _DEPTH))
    ideal = float(discount[:min(_DEPTH, len(wanted))].sum())
    return {"nDCG@10": float(np.dot(gains, discount[:len(gains)])) / ideal, "hit@10": float(any(gains))}


RECOMMENDATIONS = Suite("recommendations", "Recommendations", (
    Metric("nDCG@10", True, 0.0), Metric("hit@10", True, 0.0)), listener_items, _systems,
    measure_recommendations, "recommendations.jsonl")
