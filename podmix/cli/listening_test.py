# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix listening-test``: export a test from a list of clips, import what raters saved."""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Any

from podmix.app.lab import Lab
from podmix.cli.show import print_json, print_rows, progress_line
from podmix.errors import UsageError
from podmix.lab.listening_test.foreign import label_studio, webmushra
from podmix.lab.listening_test.plan import Options, Plan, make_plan
from podmix.lab.listening_test.results import Analysis
from podmix.lab.listening_test.stimuli import read_stimuli
from podmix.paths import find_home
from podmix.progress import finish


def run(arguments: argparse.Namespace) -> int:
    lab = Lab(find_home(arguments.home).create())
    source = Path(arguments.source)
    if not source.is_file():
        raise UsageError(f"There is no file {source}.")
    return _export(lab, arguments, source) if arguments.action == "export" else _import(lab, arguments, source)


def _export(lab: Lab, arguments: argparse.Namespace, source: Path) -> int:
    target = Path(arguments.out or "listening-test")
    options = Options(title=arguments.title, pairs=not arguments.no_pairs, must_play_s=arguments.must_play)
    stimuli = read_stimuli(source)
    suffix = ".wav" if arguments.form == "webmushra" else ".ogg"
    plan = make_plan(stimuli, options)
    with progress_line(quiet=arguments.json) as show:
        made = finish(lab.export_listening_test(stimuli, target, options, suffix=suffix, plan=plan), show)
    _foreign(arguments.form, plan, target)
    if arguments.json:
        print_json({"page": made.page, "key": made.key, "clips": made.clips, "questions": made.questions})
    else:
        print(f"For raters: {made.page.parent} (they open {made.page.name})\nFor you:    {made.key}")
    return 0


def _foreign(form: str, plan: Plan, target: Path) -> None:
    if form == "webmushra":
        (target / "webmushra.yaml").write_text(webmushra(plan), encoding="utf-8")
    elif form == "label-studio":
        made = label_studio(plan)
        (target / "label-studio.xml").write_text(made["config"], encoding="utf-8")
        (target / "label-studio.json").write_text(json.dumps(made["tasks"], indent=1), encoding="utf-8")


def _import(lab: Lab, arguments: argparse.Namespace, key: Path) -> int:
    if not arguments.answers:
        raise UsageError("There are no answers to import.", remedy="Give the JSON files that raters saved.")
    found = lab.import_listening_test(key, [Path(word) for word in arguments.answers],
                                      keep_doubtful=not arguments.without_doubtful)
    if arguments.json:
        print_json(_plain(found))
        return 0
    print_rows(["system", "scale", "mean", "interval", "answers"], [
        (system, scale, f"{one.value:.2f}", f"{one.low:.2f} … {one.high:.2f}", one.count)
        for (system, scale), one in found.means.items()])
    print_rows(["first", "second", "scale", "difference", "p", "pairs"], [
        (one.first, one.second, one.scale, f"{one.difference:+.2f}", f"{one.chance:.3f}", one.count)
        for one in found.paired])
    print_rows(["first", "second", "first better", "second better", "tie", "p"], [
        (*couple, *counts, f"{found.win_chance[couple]:.3f}") for couple, counts in found.wins.items()])
    print_rows(["scale", "agreement (alpha)"], [(name, f"{value:.2f}") for name, value in found.alpha.items()])
    for rater, why in found.doubtful.items():
        print(f"{rater} is doubtful: {', '.join(why)}")
    return 0


def _plain(found: Analysis) -> dict[str, Any]:
    def number(value: float) -> float | None:
        return None if math.isnan(value) else round(value, 4)

    return {"raters": found.raters, "doubtful": found.doubtful,
            "means": [{"system": system, "scale": scale, "mean": number(one.value), "low": number(one.low),
                       "high": number(one.high), "answers": one.count} for (system, scale), one in found.means.items()],
            "paired": [{"first": one.first, "second": one.second, "scale": one.scale,
                        "difference": number(one.difference), "p": number(one.chance), "pairs": one.count}
                       for one in found.paired],
            "preferred": [{"systems": couple, "counts": counts, "p": number(found.win_chance[couple])}
                          for couple, counts in found.wins.items()],
            "alpha": {name: number(value) for name, value in found.alpha.items()}, "comments": found.comments}
