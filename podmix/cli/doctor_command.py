# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix doctor``: what is here, what is missing, and the line that mends it."""

from __future__ import annotations

import argparse

from podmix.app.application import Application
from podmix.cli.show import print_json


def run(arguments: argparse.Namespace) -> int:
    application = Application.open(arguments.home)
    try:
        report = application.doctor()
    finally:
        application.close()
    if arguments.json:
        print_json({"ok": report.ok, "lines": report.lines})
    else:
        width = max(len(line.name) for line in report.lines)
        for line in report.lines:
            print(f"{'ok ' if line.ok else '!! '} {line.name:<{width}}  {line.value}")
            if line.remedy and not line.ok:
                print(f"    {'':<{width}}  -> {line.remedy}")
    return 0 if report.ok else 1
