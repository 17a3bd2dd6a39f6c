# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix eval``: a suite's table with baselines and intervals. Exit 1 where a gate is shut."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from podmix.app.lab import Lab
from podmix.cli.show import print_json, print_rows, progress_line, stdout_for_results
from podmix.errors import UsageError
from podmix.lab.evaluation.known import SUITES
from podmix.lab.evaluation.recorded import Evaluated, scores_table
from podmix.paths import find_home
from podmix.progress import finish


def run(arguments: argparse.Namespace) -> int:
    lab = Lab(find_home(arguments.home).create())
    names = list(SUITES) if arguments.suite == "all" else [arguments.suite]
    made: list[Evaluated] = []
    for name in names:
        with stdout_for_results(), progress_line(quiet=arguments.json) as show:
            try:
                made.append(finish(lab.evaluate(
                    name, Path(arguments.data), against=arguments.against, limit=arguments.limit,
                    candidate=arguments.candidate, model=arguments.model), show))
            except UsageError as problem:
                if arguments.suite != "all":
                    raise
                print(f"{name}: {problem}", file=sys.stderr)  # not every folder holds data for every suite
                continue
        _show(made[-1], as_json=arguments.json)
    if not made:
        raise UsageError(f"{arguments.data} holds nothing for any suite.")
    if arguments.report:
        lab.report([one.run.run_id for one in made], Path(arguments.report), title="Evaluation")
    return 0 if all(one.passed for one in made) else 1


def _show(made: Evaluated, *, as_json: bool) -> None:
    evaluation = made.evaluation
    if as_json:
        print_json({
            "suite": evaluation.suite, "run": made.run.run_id, "judged": evaluation.judged, "passed": made.passed,
            "scores": [{"system": one.system, "metric": one.metric, "slice": one.slice,
                        "value": _told(one.interval.value), "low": _told(one.interval.low),
                        "high": _told(one.interval.high), "items": one.interval.count}
                       for one in evaluation.scores],
            "gates": [{"against": one.against, "passed": one.passed, "failed": dict(one.failed), "items": one.shared}
                      for one in made.gates],
            "failures": [list(one) for one in evaluation.failures]})
        return
    print(f"{evaluation.suite}\trun {made.run.run_id}")
    print_rows(*scores_table(evaluation, SUITES[evaluation.suite]))
    for gate in made.gates:
        why = ", ".join(f"{name} {value:+.3g}" for name, value in gate.failed) or "nothing was measured by both"
        print(f"gate against {gate.against}: {'open' if gate.passed else f'shut ({why})'}, {gate.shared} items")
    for system, item, said in evaluation.failures[:20]:
        print(f"{system} gave no answer for {item}: {said}", file=sys.stderr)


def _told(value: float) -> float | None:
    return round(value, 5) if value == value else None  # noqa: PLR0124 - NaN is not itself
