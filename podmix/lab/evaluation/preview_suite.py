# SPDX-License-Identifier: GPL-3.0-or-later
"""Previews on graded passages: does the ranker put passages first that careful readers would?

Each episode is an item; its passages are ordered by a ranker that never saw its show (one fold a show). nDCG@3, hit@k
(a passage of grade 2 or 3 among the first k), coverage@3, Spearman's rank correlation, the first pick's grade, and of
the picks' edges: how often the first pick begins or ends badly is told by the readers' grade “alone” (0 to 2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from podmix.lab.evaluation.ranking import coverage_at, hit_at
from podmix.lab.evaluation.suite import Item, Metric, Suite, System, Tools

if TYPE_CHECKING:
    from podmix.lab.preview_data import GradedEpisode
    from podmix.lab.preview_training import Table

Doubles = NDArray[np.float64]
_GOOD = 2.0
_BASELINES = MappingProxyType({"random": "random", "earliest first": "earliest first", "most central": "most central",
                               "longest turns": "longest turns", "text features": "text features",
                               "mean vectors": "mean vectors"})
_OURS = "both and hand-set evidence (shipped)"


def preview_items(folder: Path) -> list[Item]:
    """Truth is the graded episode itself."""
    from podmix.lab.preview_data import load_graded

    place = folder / "highlights" if (folder / "highlights").is_dir() else folder
    if not (place / "windows.jsonl").is_file():
        return []
    return [Item(one.id, one.show, one, None, ("with notes" if one.notes else "without notes",))
            for one in load_graded(place)]


def _systems(items: list[Item], tools: Tools) -> list[System]:
    from podmix.lab.preview_training import METHODS, build_table, remembering

    if tools.encode is None:
        return []
    episodes: list[GradedEpisode] = [item.truth for item in items]
    encode = remembering(tools.encode, tools.cache / "sentence-vectors.npz" if tools.cache else None)
    if tools.cache:
        tools.cache.mkdir(parents=True, exist_ok=True)

    @cache
    def table() -> Table:
        return build_table(episodes, encode)

    places = {item.name: at for at, item in enumerate(items)}

    def system(name: str, by_folds: Callable[[Table, Any, Any], Doubles]) -> System:
        @cache
        def scores() -> Doubles:
            made, rows = np.zeros(len(table().grades)), table().by_show
            for fold in np.unique(rows):
                test = np.flatnonzero(rows == fold)
                made[test] = by_folds(table(), np.flatnonzero(rows != fold), test)
            return made

        return System(name, lambda item: scores()[table().episode == places[item.name]])

    judged = [system(_name(tools.config), _of_run(tools.config))] if tools.config else []
    return [*judged, system("podmix", METHODS[_OURS]),
            *(system(name, METHODS[method]) for name, method in _BASELINES.items())]


def _name(config: Mapping[str, Any]) -> str:
    return f"candidate ({config.get('kind', 'unknown')})"


def _of_run(config: Mapping[str, Any]) -> Callable[[Table, Any, Any], Doubles]:
    """A candidate as its run's settings make it, trained anew without the show that is measured."""
    from podmix.lab.trainings.preview_ranker import PREVIEW_RANKER, predict
    from podmix.lab.trainings.training import Fitting

    known = {one.name for one in PREVIEW_RANKER.parameters}
    chosen = PREVIEW_RANKER.config({name: value for name, value in config.items() if name in known})

    class _Silent:
        def log(self, *_: Any, **__: Any) -> None: ...

    fitting = Fitting(_Silent(), chosen, int(config.get("seed", 0)), "cpu")  # type: ignore[arg-type]
    return lambda table, train, test: predict(table, train, test, fitting)


def measure_previews(item: Item, answer: Doubles) -> dict[str, float]:
    """``answer``: one score a passage of the episode."""
    from podmix.lab.ranking_metrics import ndcg, spearman
    from podmix.previews.scoring import HEADS

    grades = item.truth.grades
    overall, first = grades[:, HEADS.index("overall")], int(np.argmax(answer))
    good = overall >= _GOOD
    return {"nDCG@3": ndcg(answer, overall), "hit@1": hit_at(answer, good, 1), "hit@3": hit_at(answer, good, 3),
            "coverage@3": coverage_at(answer, good, 3), "spearman": spearman(answer, overall),
            "grade of the first": float(overall[first]),
            "whole edges of the first": float(grades[first, HEADS.index("alone")] >= 1)}


PREVIEWS = Suite("previews", "Previews", (
    Metric("nDCG@3", True, 0.0), Metric("hit@1", True, 0.0), Metric("hit@3", True, 0.0),
    Metric("coverage@3", True, 0.0), Metric("spearman", True, 0.0), Metric("grade of the first", True, 0.0),
    Metric("whole edges of the first", True, 0.0)), preview_items, _systems, measure_previews,
    "episodes.jsonl.gz and windows.jsonl, here or in a folder “highlights”")
