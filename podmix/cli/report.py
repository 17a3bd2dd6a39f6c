# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix report``: runs and sweeps as one page."""

from __future__ import annotations

import argparse
from pathlib import Path

from podmix.app.lab import Lab
from podmix.cli.show import print_json
from podmix.paths import find_home


def run(arguments: argparse.Namespace) -> int:
    lab = Lab(find_home(arguments.home).create())
    target = lab.report(arguments.run, Path(arguments.out), title=arguments.title, text=arguments.text,
                        sweeps=arguments.sweep)
    if arguments.json:
        print_json({"file": target, "bytes": target.stat().st_size})
    else:
        print(target)
    return 0
