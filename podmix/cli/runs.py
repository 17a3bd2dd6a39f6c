# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix runs``: list, show, compare, export, promote; and one sweep's trials."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from podmix.app.lab import Lab
from podmix.cli.show import print_json, print_rows
from podmix.errors import UsageError
from podmix.lab.runs.comparing import flat
from podmix.lab.runs.exporting import run_plain
from podmix.lab.runs.index import RunHead
from podmix.paths import find_home


def run(arguments: argparse.Namespace) -> int:
    lab = Lab(find_home(arguments.home).create())
    actions = {"list": _list, "show": _show, "compare": _compare, "export": _export, "promote": _promote,
               "demote": _demote, "sweep": _sweep}
    if arguments.action != "list" and not arguments.run:
        raise UsageError(f"podmix runs {arguments.action} needs a name.", remedy="“podmix runs list” shows them.")
    told = actions[arguments.action](lab, arguments)
    if arguments.json:
        print_json(told)
    return 0


def _list(lab: Lab, arguments: argparse.Namespace) -> Any:
    for name in lab.unreadable_runs():
        print(f"The record of the run {name} cannot be read: it is left out.", file=sys.stderr)
    runs = [one for one in lab.runs() if arguments.kind in ("", one.manifest.kind)]
    if arguments.sort:
        runs.sort(key=lambda one: _number(one.summary.get(arguments.sort)), reverse=True)
    if not arguments.json:
        print_rows(["run", "kind", "of", "status", "begun", "name", arguments.sort or "figures"], [
            (one.run_id, one.manifest.kind, one.manifest.subject, one.status.value,
             time.strftime("%Y-%m-%d %H:%M", time.localtime(one.manifest.created)), one.manifest.name,
             one.summary.get(arguments.sort, "") if arguments.sort else _few(one)) for one in runs])
    return [{"run": one.run_id, "name": one.manifest.name, "kind": one.manifest.kind, "of": one.manifest.subject,
             "group": one.manifest.group, "status": one.status, "begun": one.manifest.created,
             "seconds": one.seconds, "summary": one.summary} for one in runs]


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("-inf")


def _few(run: RunHead) -> str:
    return " ".join(f"{name}={value:.4g}" for name, value in run.summary.items() if isinstance(value, float))[:100]


def _show(lab: Lab, arguments: argparse.Namespace) -> Any:
    told = lab.run(arguments.run[0])
    if not arguments.json:
        manifest = told.manifest
        print_rows(["", ""], [("run", told.run_id), ("name", manifest.name), ("status", told.status.value),
                              ("attempts", told.attempts), ("seconds", told.seconds), ("problem", told.problem),
                              ("code", manifest.code.get("commit", "")), ("data", manifest.data.get("sha256", "")),
                              ("settings' hash", manifest.config_sha256), ("seed", manifest.seed)])
        print_rows(["setting", "value"], list(flat(manifest.config).items()))
        print_rows(["figure", "value"], list(flat(told.summary).items()))
        print_rows(["table", "rows"], [(table.name, len(table.rows)) for table in told.tables])
        print_rows(["artifact", "files"], [(one.name, " ".join(one.files)) for one in told.artifacts])
    return run_plain(told)


def _compare(lab: Lab, arguments: argparse.Namespace) -> Any:
    if len(arguments.run) < 2:
        raise UsageError("Comparing needs at least two runs.")
    made = lab.compare_runs(arguments.run)
    if not arguments.json:
        print_rows(["setting", *made.names], [(name, *row) for name, row in made.config.items()])
        print_rows(["figure", *made.names], [(name, *row) for name, row in made.summary.items()])
        if not made.same_data:
            print("These runs were made of different data.")
    return made


def _export(lab: Lab, arguments: argparse.Namespace) -> Any:
    target = lab.export_run(arguments.run[0], Path(arguments.out or f"{arguments.run[0]}.zip"))
    if not arguments.json:
        print(target)
    return {"file": target}


def _promote(lab: Lab, arguments: argparse.Namespace) -> Any:
    made = lab.promote(arguments.run[0])
    if not arguments.json:
        print(f"{made.model} is now the model of the run {made.run_id}.")
    return made


def _demote(lab: Lab, arguments: argparse.Namespace) -> Any:
    was = lab.demote(arguments.run[0])
    if not arguments.json:
        print("The shipped model is in use." if was else "The shipped model was in use already.")
    return {"demoted": was}


def _sweep(lab: Lab, arguments: argparse.Namespace) -> Any:
    made = lab.read_sweep(arguments.run[0])
    if not arguments.json:
        print_rows(["score", "run", "parameters"], [
            (one.score, one.run_id, " ".join(f"{name}={value}" for name, value in one.params.items()))
            for one in made.trials])
        print_rows(["parameter", "importance"], list(made.importances.items()))
    return made
