# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix models``: what the catalogue offers, what is here, and getting one."""

from __future__ import annotations

import argparse

from podmix.app.model_shelf import get_model, list_models
from podmix.cli.show import print_json, print_rows, progress_line
from podmix.errors import UsageError
from podmix.paths import find_home
from podmix.progress import finish


def run(arguments: argparse.Namespace) -> int:
    home = find_home(arguments.home).create()
    if arguments.action == "get":
        if not arguments.name:
            raise UsageError("podmix models get needs a model's name; “podmix models” lists them.")
        with progress_line(quiet=arguments.json) as show:
            folder = finish(get_model(home, arguments.name), show)
        if arguments.json:
            print_json({"model": arguments.name, "folder": folder})
        else:
            print(f"{arguments.name} is ready in {folder}")
        return 0
    models = list_models(home)
    if arguments.json:
        print_json(models)
    else:
        print_rows(
            ["model", "here", "MB", "licence", "for"],
            [(m.id, "yes" if m.here else "no", round(m.size / 1e6), m.licence, m.purpose) for m in models],
        )
    return 0
