# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix devices``: what sound can come out of, by the names that ``--device`` and the settings take."""

from __future__ import annotations

import argparse
import sys

from podmix.app.playback_verbs import open_player
from podmix.cli.show import print_json, print_rows, stdout_for_results
from podmix.paths import find_home


def run(arguments: argparse.Namespace) -> int:
    with stdout_for_results():
        with open_player(find_home(arguments.home), null_audio=arguments.null_audio) as player:
            devices = player.devices(timeout_s=15.0)
        if arguments.json:
            print_json(devices)
        else:
            print_rows(["default", "channels", "name"], [("*" if d.default else "", d.channels, d.name)
                                                         for d in devices])
    if not devices and not arguments.json:
        print("No sound device was found. Is one plugged in and switched on?", file=sys.stderr)
    return 0
