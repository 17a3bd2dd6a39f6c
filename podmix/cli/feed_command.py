# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix feed inspect``: parse one feed and print what is in it; nothing is stored."""

from __future__ import annotations

import argparse
from pathlib import Path

from podmix.app.feed_inspection import inspect
from podmix.cli.show import print_json, print_rows
from podmix.paths import find_home
from podmix.units import clock_text


def run(arguments: argparse.Namespace) -> int:
    path = Path(arguments.address)
    found = inspect(arguments.address, path if path.is_file() else None, find_home(arguments.home))
    if arguments.json:
        print_json(found)
        return 0
    print(f"{found['title']}  ({len(found['items'])} items, language {found['language'] or 'not given'})")
    print_rows(
        ["date", "length", "title", "audio"],
        [
            (
                (item["published"] or "")[:10],
                clock_text(item["duration"]) if item["duration"] else "",
                item["title"],
                (item["enclosure"] or {}).get("url", "none"),
            )
            for item in found["items"]
        ],
    )
    for warning in found["warnings"]:
        print(f"note: {warning}")
    return 0
