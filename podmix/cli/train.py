# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix train``: one run, or a sweep of many."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from podmix.app.lab import Lab
from podmix.cli.show import print_json, print_rows, progress_line, stdout_for_results
from podmix.errors import UsageError
from podmix.lab.trainings.training import read_config
from podmix.paths import find_home
from podmix.progress import finish


def run(arguments: argparse.Namespace) -> int:
    lab, given = Lab(find_home(arguments.home).create()), _given(arguments)
    data = Path(arguments.data)
    with stdout_for_results(), progress_line(quiet=arguments.json) as show:
        if arguments.sweep is not None:
            made = finish(lab.sweep(arguments.model, data, arguments.sweep, given, device=arguments.device,
                                    name=arguments.name), show)
            if arguments.json:
                print_json(made)
                return 0
            print(f"{made.name}: {len(made.trials)} trials")
            print_rows(["score", "run", "parameters"], [
                (None if one.score is None else round(one.score, 4), one.run_id[-6:],
                 " ".join(f"{name}={value}" for name, value in one.params.items())) for one in made.trials])
            print_rows(["parameter", "importance"], list(made.importances.items()))
            return 0
        told = finish(lab.train(arguments.model, data, given, device=arguments.device), show)
    if arguments.json:
        print_json({"run": told.run_id, "status": told.status, "attempts": told.attempts, "summary": told.summary,
                    "artifacts": [one.name for one in told.artifacts]})
    else:
        print(f"run\t{told.run_id}")
        print_rows(["figure", "value"], list(told.summary.items()))
    return 0


def _given(arguments: argparse.Namespace) -> dict[str, Any]:
    given = read_config(Path(arguments.config)) if arguments.config else {}
    for word in arguments.set:
        name, equals, value = word.partition("=")
        if not equals:
            raise UsageError(f"--set wants NAME=VALUE, not {word}.")
        try:
            given[name] = json.loads(value)
        except ValueError:
            given[name] = value
    return given
