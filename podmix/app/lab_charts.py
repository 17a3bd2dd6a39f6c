# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts for the window: of one run what a report would show, of several their curves over each other, of a sweep what
mattered. Each is a title and an SVG."""

from __future__ import annotations

import re
from collections.abc import Sequence

from podmix.lab.plots import charts
from podmix.lab.reports.of_runs import curves_of, report_of
from podmix.lab.reports.report import Chart
from podmix.lab.runs.types import Run
from podmix.lab.sweeps.study import Sweep

Charts = list[tuple[str, str]]
_MOST_CURVES = 12


def charts_of(run: Run) -> Charts:
    """What trees look at and how systems compare before curves."""
    curves = curves_of(run)
    return sorted(_titled(report_of([run]).blocks), key=lambda chart: chart[0] in curves)


def charts_of_sweep(sweep: Sweep) -> Charts:
    """Importances of the parameters, and all trials as parallel coordinates."""
    return _titled(report_of([], sweeps=[sweep], title=sweep.name).blocks)


def _titled(blocks: Sequence[object]) -> Charts:
    found = [block.svg for block in blocks if isinstance(block, Chart)]
    return [(title.group(1) if (title := re.search(r"<title>(.*?)</title>", svg)) else "", svg) for svg in found]


def charts_of_several(runs: Sequence[Run]) -> Charts:
    """A chart a metric that at least two runs tell by step, and what their trees look at, side by side."""
    named = [(f"{at + 1} {run.manifest.name}", run) for at, run in enumerate(runs)]
    curves = {name: curves_of(run) for name, run in named}
    metrics = dict.fromkeys(metric for one in curves.values() for metric, points in one.items() if len(points) > 1)
    made: Charts = []
    for metric in list(metrics)[:_MOST_CURVES]:
        series = {name: one[metric] for name, one in curves.items() if len(one.get(metric, ())) > 1}
        if len(series) > 1:
            made.append((metric, charts.lines(metric, series)))
    return made + _scores(named)


def _scores(named: Sequence[tuple[str, Run]]) -> Charts:
    """Evaluations of one suite: the judged systems' first figure with its interval."""
    values: dict[str, float] = {}
    intervals: dict[str, tuple[float, float]] = {}
    title = ""
    for name, run in named:
        table = next((one for one in run.tables if one.name == "scores"), None)
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows] if table is not None else []
        judged = run.manifest.config.get("judged")
        row = next((row for row in rows if row.get("system") == judged and row.get("slice") == "all"), None)
        if row is not None and all(isinstance(row.get(field), int | float) for field in ("value", "low", "high")):
            title = title or str(row["metric"])
            if row["metric"] == title:
                values[name], intervals[name] = float(row["value"]), (float(row["low"]), float(row["high"]))
    return [(title, charts.bars(f"{title}, 95 % intervals", values, intervals=intervals))] if len(values) > 1 else []
