# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs side by side: what differs in their settings, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from podmix.lab.runs.types import Run

MISSING = "–"


@dataclass(frozen=True, slots=True)
class Comparison:
    """``config``: setting -> value by run, only where runs differ; ``summary``: figure -> value by run, all of them.
    Values stand in the order of ``run_ids``; what a run lacks is None."""

    run_ids: tuple[str, ...]
    names: tuple[str, ...]
    config: Mapping[str, tuple[Any, ...]]
    summary: Mapping[str, tuple[Any, ...]]
    same_data: bool
    same_code: bool


def flat(values: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """``{"a": {"b": 1}}`` as ``{"a.b": 1}``."""
    made: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            made |= flat(value, f"{before}{name}.")
        else:
            made[f"{before}{name}"] = value
    return made


def compare(runs: Sequence[Run]) -> Comparison:
    """Any number of runs, in their order."""
    configs = [flat(run.manifest.config) for run in runs]
    summaries = [flat(run.summary) for run in runs]
    data = {str(run.manifest.data.get("sha256", "")) for run in runs}
    code = {tuple(str(run.manifest.code.get(part, "")) for part in ("commit", "changes_sha256")) for run in runs}
    side_by_side = _columns(configs)
    return Comparison(tuple(run.run_id for run in runs), tuple(run.manifest.name for run in runs),
                      {name: row for name, row in side_by_side.items() if any(value != row[0] for value in row)},
                      _columns(summaries), len(data) == 1, len(code) == 1)


def _columns(sides: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Any, ...]]:
    names = dict.fromkeys(name for side in sides for name in side)
    return {name: tuple(side.get(name) for side in sides) for name in names}
