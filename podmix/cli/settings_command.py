# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix settings``: show all, show one, change one."""

from __future__ import annotations

import argparse

from podmix.app.own_settings import change_setting, settings_table
from podmix.cli.show import print_json, print_rows
from podmix.errors import UsageError
from podmix.paths import find_home


def run(arguments: argparse.Namespace) -> int:
    home = find_home(arguments.home).create()
    if arguments.value is not None:
        value = change_setting(home, arguments.key, arguments.value)
        if arguments.json:
            print_json({arguments.key: value})
        else:
            print(f"{arguments.key} = {value}")
        return 0
    rows = [row for row in settings_table(home) if arguments.key in (None, row.key)]
    if not rows:
        raise UsageError(f"There is no setting {arguments.key}.", remedy="“podmix settings” lists them.")
    if arguments.json:
        print_json({row.key: row.value for row in rows})
    else:
        print_rows(["setting", "value", "allowed", "what"], [(r.key, r.value, r.allowed, r.title) for r in rows])
    return 0
