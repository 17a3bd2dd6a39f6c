# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix analyze``: what is known about each sound file, a line a track."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from podmix.app.analysis_pool import usual_workers
from podmix.app.direct_analysis import DirectAnalysis, files_of
from podmix.cli.show import one_line, print_json, progress_line, stdout_for_results
from podmix.errors import UsageError
from podmix.paths import find_home
from podmix.progress import Progress
from podmix.units import clock_text

_MOST_JOBS = 256


def run(arguments: argparse.Namespace) -> int:
    workers = usual_workers() if arguments.jobs is None else arguments.jobs
    if not 1 <= workers <= _MOST_JOBS:
        raise UsageError(f"--jobs must lie between 1 and {_MOST_JOBS}.")
    only = [word.strip() for word in arguments.only.split(",") if word.strip()]
    with stdout_for_results(), DirectAnalysis(find_home(arguments.home), only=only, workers=workers,
                                              again=arguments.again) as direct:
        paths = files_of(arguments.paths)
        if not paths:
            raise UsageError("There is no music in these folders.")
        failed = 0
        with progress_line(quiet=arguments.json) as show:
            for step in direct.analyse(paths):
                if isinstance(step, Progress):
                    show(step)
                    continue
                failed += "error" in step
                if arguments.json:
                    print_json(step)
                else:
                    _say(step)
    return 1 if failed else 0


def _say(line: dict[str, Any]) -> None:
    """Tab-separated: tempo, key, loudness, energy, length, sections, path; only what was asked for."""
    if "error" in line:
        print(f"{one_line(line['path'])}: {one_line(line['error'])}", file=sys.stderr, flush=True)
        return
    cells = []
    if "tempo" in line:
        cells.append(f"{line['tempo']:.2f} bpm" if line["tempo"] else "no pulse")
    if "key" in line:
        cells.append(f"{line['camelot']} {line['key']}" if line["key"] else "no key")
    if "lufs" in line:
        cells.append(f"{line['lufs']:.1f} LUFS" if line["lufs"] is not None else "silence")
    if line.get("energy") is not None:
        cells.append(f"energy {line['energy']:.1f}")
    if "sections" in line:
        cells.append(" ".join(f"{clock_text(one['start'])} {one['label']}" for one in line["sections"]))
    if "cues" in line and "sections" not in line:
        cells.append(" ".join(f"{clock_text(one['time'])} {one['kind']}" for one in line["cues"]))
    print("\t".join((clock_text(line["duration"]), *cells, one_line(line["path"]))), flush=True)
