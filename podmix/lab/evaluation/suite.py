# SPDX-License-Identifier: GPL-3.0-or-later
"""What a suite is, and running one: every system on every item, measured, averaged, compared.

A suite reads items with truth from a folder, knows its metrics, and brings its baselines. A *system* answers an item;
a failure of one is an answer too: it is counted with the worst value and named. The first system is the one that is
judged; the others are what it must beat.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from podmix.errors import PodMixError, UsageError
from podmix.lab.evaluation.intervals import Interval, difference_interval, mean_interval
from podmix.progress import Progress, Steps

ALL = "all"


@dataclass(frozen=True, slots=True)
class Metric:
    """``worst`` is what a system that gave no answer gets. ``weight`` names the field of the measures by which items
    count (WER: words), empty for equal weight."""

    name: str
    higher_is_better: bool
    worst: float
    weight: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """``group`` is what a bootstrap draws (show, artist, origin); ``slices`` are sets that are also told apart."""

    name: str
    group: str
    truth: Any
    audio: Path | None = None
    slices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class System:
    """``answer``: item -> what the suite's measure understands. Raises PodMixError where it cannot."""

    name: str
    answer: Callable[[Item], Any]


@dataclass(frozen=True, slots=True)
class Tools:
    """What only the layer above can make: models, loaded at first use. None where they are not here."""

    transcribe: Callable[[Path], str] | None = None
    diarize: Callable[[Path], list[Any]] | None = None
    encode: Callable[[list[str]], Any] | None = None
    cache: Path | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    """Of the run whose model is judged, where one is."""


@dataclass(frozen=True, slots=True)
class Suite:
    """``systems``: data and tools -> the judged system first, then the baselines."""

    name: str
    title: str
    metrics: tuple[Metric, ...]
    load: Callable[[Path], list[Item]]
    systems: Callable[[list[Item], Tools], list[System]]
    measure: Callable[[Item, Any], Mapping[str, float]]
    needs: str
    """What belongs in the folder, in words."""


@dataclass(frozen=True, slots=True)
class Score:
    system: str
    metric: str
    slice: str
    interval: Interval


@dataclass(frozen=True, slots=True)
class Difference:
    """The judged system less another, on the same items. ``better``: the interval lies on the good side of 0."""

    against: str
    metric: str
    interval: Interval
    better: bool
    worse: bool


@dataclass(frozen=True, slots=True)
class Evaluation:
    """``measured``: system -> item -> measures. ``failures``: (system, item, what was said)."""

    suite: str
    judged: str
    scores: tuple[Score, ...]
    differences: tuple[Difference, ...]
    measured: Mapping[str, Mapping[str, Mapping[str, float]]]
    failures: tuple[tuple[str, str, str], ...]

    def score(self, metric: str, system: str = "", slice_name: str = ALL) -> Interval:
        wanted = system or self.judged, metric, slice_name
        return next(one.interval for one in self.scores if (one.system, one.metric, one.slice) == wanted)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a suite will do: ``everything`` that its folder holds, the ``items`` chosen of it, the systems."""

    suite: Suite
    everything: tuple[Item, ...]
    items: tuple[Item, ...]
    systems: tuple[System, ...]


def prepare(suite: Suite, folder: Path, tools: Tools, *, limit: int | None = None,
            only: Sequence[str] = ()) -> Prepared:
    """Get a suite ready.

    Args:
        folder: holds the data.
        limit: so many items, spread evenly over all.
        only: names of systems; empty means all.

    Raises UsageError where the folder holds nothing for this suite, or no system can run.
    """
    if limit is not None and limit < 1:
        raise UsageError("An evaluation needs at least one item.", remedy="Say --limit 1 or more, or leave it out.")
    everything = suite.load(folder) if folder.is_dir() else []
    if not everything:
        raise UsageError(f"{folder} holds nothing for the suite {suite.name}.", remedy=f"It needs {suite.needs}.")
    items = everything
    if limit is not None and limit < len(items):
        items = [items[at * len(items) // limit] for at in range(limit)]
    systems = [one for one in suite.systems(items, tools) if not only or one.name in only]
    if not systems:
        raise UsageError(f"No system of the suite {suite.name} can run here.",
                         remedy="Get its models: “podmix models”.")
    return Prepared(suite, tuple(everything), tuple(items), tuple(systems))


def evaluate(suite: Suite, folder: Path, tools: Tools, *, limit: int | None = None,
             only: Sequence[str] = ()) -> Steps[Evaluation]:
    """Prepare a suite and run it; arguments and errors are those of ``prepare``."""
    return (yield from run_prepared(prepare(suite, folder, tools, limit=limit, only=only)))


def run_prepared(ready: Prepared) -> Steps[Evaluation]:
    """Every system on every item."""
    suite, items, systems = ready.suite, ready.items, ready.systems
    measured: dict[str, dict[str, Mapping[str, float]]] = {}
    failures: list[tuple[str, str, str]] = []
    for at, system in enumerate(systems):
        measured[system.name] = {}
        for number, item in enumerate(items):
            yield Progress("evaluate", at * len(items) + number, len(systems) * len(items), "items",
                           f"{suite.name}: {system.name}, {item.name}")
            measured[system.name][item.name] = _measured(suite, system, item, failures)
    return summed_up(suite, items, measured, tuple(failures))


def _measured(suite: Suite, system: System, item: Item, failures: list[tuple[str, str, str]]) -> Mapping[str, float]:
    try:
        return dict(suite.measure(item, system.answer(item)))
    except PodMixError as problem:
        failures.append((system.name, item.name, problem.message))
        return {metric.name: metric.worst for metric in suite.metrics}


def summed_up(suite: Suite, items: Sequence[Item], measured: Mapping[str, Mapping[str, Mapping[str, float]]],
              failures: tuple[tuple[str, str, str], ...] = ()) -> Evaluation:
    """Means with intervals by system, slice and metric, and the judged system's differences from the others."""
    judged = next(iter(measured))
    slices = [ALL, *dict.fromkeys(name for item in items for name in item.slices)]
    scores = [Score(system, metric.name, name, _interval(metric, rows, _of(items, name)))
              for metric in suite.metrics for name in slices for system, rows in measured.items()]
    differences = [difference(metric, items, measured[judged], rows, against)
                   for metric in suite.metrics for against, rows in measured.items() if against != judged]
    return Evaluation(suite.name, judged, tuple(scores), tuple(differences), measured, failures)


def _of(items: Sequence[Item], name: str) -> list[Item]:
    return [item for item in items if name == ALL or name in item.slices]


def _interval(metric: Metric, rows: Mapping[str, Mapping[str, float]], items: Sequence[Item]) -> Interval:
    told = [rows[item.name] for item in items]
    return mean_interval([row.get(metric.name, math.nan) for row in told], _weights(metric, told),
                         [item.group for item in items])


def _weights(metric: Metric, rows: Sequence[Mapping[str, float]]) -> list[float] | None:
    return [row.get(metric.weight, 0.0) for row in rows] if metric.weight else None


def difference(metric: Metric, items: Sequence[Item], ours: Mapping[str, Mapping[str, float]],
               theirs: Mapping[str, Mapping[str, float]], against: str) -> Difference:
    """On the items that both have."""
    both = [item for item in items if item.name in ours and item.name in theirs]
    sides = [[side[item.name].get(metric.name, math.nan) for item in both] for side in (ours, theirs)]
    found = difference_interval(sides[0], sides[1], _weights(metric, [theirs[item.name] for item in both]),
                                [item.group for item in both])
    up, down = found.low > 0, found.high < 0
    return Difference(against, metric.name, found, up if metric.higher_is_better else down,
                      down if metric.higher_is_better else up)
