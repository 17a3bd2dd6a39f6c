# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix profile``: times, memory and processor by stage, and a checklist. Exit 1 where a line of it fails."""

from __future__ import annotations

import argparse
from pathlib import Path

from podmix.app.lab import Lab
from podmix.cli.show import print_json, print_rows, progress_line, stdout_for_results
from podmix.errors import UsageError
from podmix.lab.runs.exporting import run_plain
from podmix.paths import find_home
from podmix.progress import finish


def run(arguments: argparse.Namespace) -> int:
    audio = Path(arguments.audio)
    if not audio.is_file():
        raise UsageError(f"There is no file {audio}.")
    if not 1 <= arguments.runs <= 1000:
        raise UsageError("--runs must lie between 1 and 1000.")
    lab = Lab(find_home(arguments.home).create())
    with stdout_for_results(), progress_line(quiet=arguments.json) as show:
        made = finish(lab.profile(audio, runs=arguments.runs, model=arguments.model), show)
    if arguments.json:
        print_json(run_plain(made))
    else:
        for table in made.tables:
            print_rows(table.columns, table.rows)
    return 0 if made.summary["ready"] else 1
