# SPDX-License-Identifier: GPL-3.0-or-later
"""No command: open the window."""

from __future__ import annotations

import argparse
import importlib
import os
import sys

from podmix.errors import PodMixError


def run(arguments: argparse.Namespace) -> int:
    """Raises PodMixError where there is no screen: Qt would end the process with a core dump."""
    if sys.platform == "linux" and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    ):
        raise PodMixError(
            "There is no screen here, so the window cannot open.",
            remedy="“podmix --help” lists what works without one.",
        )
    # By name, so that the command line's own import graph stays free of Qt.
    launch = importlib.import_module("podmix.ui.launch")
    options = ["--null-audio"] if arguments.null_audio else []
    return int(launch.main(options))
