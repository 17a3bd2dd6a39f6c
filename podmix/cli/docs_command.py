# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix docs``: the pages that are made from code, so that they cannot lag behind it."""

from __future__ import annotations

import argparse
from pathlib import Path

from podmix import __version__
from podmix.app.own_settings import settings_page
from podmix.cli.arguments import build_parser

_WIDTH = 100


def run(arguments: argparse.Namespace) -> int:
    folder = Path(arguments.out)
    folder.mkdir(parents=True, exist_ok=True)
    pages = {"commands.md": commands_page(), "settings.md": settings_page()}
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
        print(f"wrote {folder / name}")
    return 0


def commands_page() -> str:
    """Every command with its help, as ``--help`` prints it."""
    parser = build_parser(__version__)
    actions = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001
    codes = "Exit codes: 0 done, 1 could not (said why), 2 wrong usage, 130 cancelled."
    parts = ["# Commands", "", f"Made by `podmix docs`. {codes}", ""]
    for name, command in actions[0].choices.items():
        command.formatter_class = lambda prog: argparse.RawDescriptionHelpFormatter(prog, width=_WIDTH)
        parts += [f"## {name}", "", "```", command.format_help().rstrip(), "```", ""]
    return "\n".join(parts)
