# SPDX-License-Identifier: GPL-3.0-or-later
"""A report of runs: what they were, how they compare, their curves, tables, importances and clips."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

from podmix.lab.plots import charts
from podmix.lab.reports.report import Block, Chart, Heading, Report, Rows, Sound, Words
from podmix.lab.runs.comparing import compare, flat
from podmix.lab.runs.types import Run, Table
from podmix.lab.sweeps.study import Sweep

_LONGEST = 60
_CLIPS = 12


def report_of(runs: Sequence[Run], *, title: str = "", text: str = "", sweeps: Sequence[Sweep] = ()) -> Report:
    """Everything that the records hold and that can be shown."""
    blocks: list[Block] = [Words(text)] if text else []
    for alike in _alike(runs):
        blocks += _compared(alike)
    for sweep in sweeps:
        blocks += _swept(sweep)
    for run in runs:
        blocks += _one(run)
    named = runs[0].manifest.name if len(runs) == 1 else sweeps[0].name if sweeps and not runs else f"{len(runs)} runs"
    return Report(title or named, tuple(blocks))


def _alike(runs: Sequence[Run]) -> list[list[Run]]:
    """Runs of one thing: only their figures stand side by side."""
    by: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        by.setdefault((run.manifest.kind, run.manifest.subject), []).append(run)
    return [group for group in by.values() if len(group) > 1]


def _compared(runs: Sequence[Run]) -> list[Block]:
    made = compare(runs)
    columns = ("", *made.names)
    figures = tuple((name, *row) for name, row in made.summary.items())
    blocks: list[Block] = [Heading(f"Compared: {runs[0].manifest.subject}"), Rows(columns, figures)]
    if made.config:
        blocks += [Words("Where their settings differ:"),
                   Rows(columns, tuple((name, *row) for name, row in made.config.items()))]
    if not made.same_data:
        blocks.append(Words("These runs were made of different data: their figures cannot be compared one to one."))
    return blocks


def _swept(sweep: Sweep) -> list[Block]:
    blocks: list[Block] = [Heading(f"Sweep {sweep.name}")]
    rows = [dict(trial.params) | {"score": trial.score} for trial in sweep.trials if trial.score is not None]
    names = [name for name in (rows[0] if rows else {}) if name not in ("score", "seed")
             and len({str(row.get(name)) for row in rows}) > 1]
    blocks.append(Rows(("score", *names), tuple((row["score"], *(row.get(name) for name in names)) for row in rows)))
    if sweep.importances:
        blocks.append(Chart(charts.bars("What matters (share of the score's variance)", sweep.importances)))
    if len(rows) > 1:
        blocks.append(Chart(charts.parallel("All trials", rows, names, "score"), "The best trial is thick."))
    return blocks


def _one(run: Run) -> list[Block]:
    manifest = run.manifest
    facts = [("run", run.run_id), ("status", run.status.value), ("kind", manifest.kind), ("of", manifest.subject),
             ("begun", time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(manifest.created))),
             ("seconds", run.seconds), ("code", str(manifest.code.get("commit", ""))[:10]),
             ("data", str(manifest.data.get("sha256", ""))[:10])]
    blocks: list[Block] = [Heading(manifest.name), Rows(("", ""), tuple(facts)),
                           Rows(("setting", "value"), tuple(flat(manifest.config).items()))]
    if run.summary:
        blocks.append(Rows(("figure", "value"), tuple(flat(run.summary).items())))
    curves = {name: points for name, points in curves_of(run).items() if len(points) > 1}
    blocks += [Chart(charts.lines(name, {name: points})) for name, points in curves.items()]
    for table in run.tables:
        blocks += _table(table)
    clips = [medium for medium in run.media if medium.kind == "audio" and medium.file.is_file()][:_CLIPS]
    blocks += [Sound(medium.file, medium.caption or medium.name) for medium in clips]
    return blocks


def curves_of(run: Run) -> dict[str, list[tuple[float, float]]]:
    """Metric -> (step, value)."""
    made: dict[str, list[tuple[float, float]]] = {}
    for row in run.history:
        for name, value in row.items():
            if name != "step" and isinstance(value, int | float) and not isinstance(value, bool):
                made.setdefault(name, []).append((float(row["step"]), float(value)))
    return made


def _table(table: Table) -> list[Block]:
    if table.name == "scores" and {"slice", "system", "metric", "value", "low", "high"} <= set(table.columns):
        return _scores(table)
    if table.name == "feature importance":
        shares = {" ".join(map(str, row[:-1])): float(row[-1]) for row in table.rows[:25]}
        return [Chart(charts.bars("What trees look at", shares))]
    if table.name == "items":
        return []
    rows = table.rows[:_LONGEST]
    more = f" (the first {_LONGEST} of {len(table.rows)})" if len(table.rows) > _LONGEST else ""
    return [Words(table.name + more), Rows(table.columns, rows)]


def _scores(table: Table) -> list[Block]:
    told = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    blocks: list[Block] = []
    systems = list(dict.fromkeys(row["system"] for row in told))
    for name in dict.fromkeys(row["slice"] for row in told):
        metrics = list(dict.fromkeys(row["metric"] for row in told))
        cells = {(row["system"], row["metric"]): _cell(row) for row in told if row["slice"] == name}
        blocks += [Words(f"Items: {name}"), Rows(("system", *metrics), tuple(
            (system, *(cells.get((system, metric), "–") for metric in metrics)) for system in systems))]
    first = told[0]["metric"] if told else ""
    whole = {row["system"]: row for row in told if (row["slice"], row["metric"]) == ("all", first)}
    values = {system: _number(row["value"]) for system, row in whole.items()}
    blocks.append(Chart(charts.bars(first, values, intervals={
        system: (_number(row["low"]), _number(row["high"])) for system, row in whole.items()}),
        "Whiskers: 95 % by bootstrap."))
    return blocks


def _cell(row: dict[str, object]) -> str:
    if row["value"] is None:
        return "–"
    return f"{row['value']:.3g} [{row['low']:.3g}, {row['high']:.3g}]"


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
