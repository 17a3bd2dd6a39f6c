# SPDX-License-Identifier: GPL-3.0-or-later
"""The regression gate: a model may not take the place of another that it is worse than.

A metric fails where the judged system is worse on the same items by more than ``TOLERANCE`` of the other's value, and
the interval of the difference leaves no doubt that it is worse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from podmix.lab.evaluation.suite import Evaluation, Item, Suite, difference
from podmix.lab.runs.types import Run

TOLERANCE = 0.01


@dataclass(frozen=True, slots=True)
class Gate:
    """``failed``: metric and by how much; empty where the gate is open. ``shared``: items that both measured."""

    against: str
    failed: tuple[tuple[str, float], ...]
    shared: int

    @property
    def passed(self) -> bool:
        return not self.failed and self.shared > 0


def gate(suite: Suite, evaluation: Evaluation, items: Sequence[Item],
         theirs: Mapping[str, Mapping[str, float]], against: str) -> Gate:
    """The judged system against measures by item of another one, or of an earlier run."""
    ours = evaluation.measured[evaluation.judged]
    shared = [item for item in items if item.name in ours and item.name in theirs]
    failed = []
    for metric in suite.metrics:
        found = difference(metric, shared, ours, theirs, against)
        other = [theirs[item.name].get(metric.name, 0.0) for item in shared]
        size = abs(sum(other) / len(other)) if other else 0.0
        if found.worse and abs(found.interval.value) > TOLERANCE * size:
            failed.append((metric.name, found.interval.value))
    return Gate(against, tuple(failed), len(shared))


def measured_in(run: Run, system: str = "") -> dict[str, dict[str, float]]:
    """Measures by item that an evaluation's record holds, of its judged system or another."""
    table = next((one for one in run.tables if one.name == "items"), None)
    if table is None:
        return {}
    wanted = system or str(run.manifest.config.get("judged", ""))
    found: dict[str, dict[str, float]] = {}
    for row in table.rows:
        told = dict(zip(table.columns, row, strict=True))
        judged, item = told.pop("system"), str(told.pop("item"))
        if judged == wanted:
            found[item] = {name: float(value) for name, value in told.items() if value is not None}
    return found
