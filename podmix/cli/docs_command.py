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
    codes = "Exit codes: 0 done, 1 could not (said why), 2 wrong usage, 130 cancelled."
    parts = ["# Commands", "", f"Made by `podmix docs`. {codes}", ""]
    for name, command in _inside(build_parser(__version__)).items():
        parts += _section(f"## {name}", command)
        for inner, action in _inside(command).items():
            parts += _section(f"### {name} {inner}", action)
    return "\n".join(parts)


def _inside(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The commands of a parser, or the actions of a command, by name."""
    found = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001
    return dict(found[0].choices) if found else {}


def _section(heading: str, parser: argparse.ArgumentParser) -> list[str]:
    parser.formatter_class = lambda prog: argparse.RawDescriptionHelpFormatter(prog, width=_WIDTH)
    return [heading, "", "```", parser.format_help().rstrip(), "```", ""]
