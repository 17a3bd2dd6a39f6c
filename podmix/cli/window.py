# SPDX-License-Identifier: GPL-3.0-or-later
"""No command: open the window."""

from __future__ import annotations

import argparse
import importlib


def run(arguments: argparse.Namespace) -> int:
    # By name, so that the command line's own import graph stays free of Qt.
    launch = importlib.import_module("podmix.ui.launch")
    options = ["--null-audio"] if arguments.null_audio else []
    return int(launch.main(options))
