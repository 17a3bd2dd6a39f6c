# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix demo``: the main job on shipped content. A window where there is a screen, else pictures and clips."""

from __future__ import annotations

import argparse
import importlib
import os
import shutil
import sys
import time
from pathlib import Path

from podmix.app.application import Application
from podmix.app.demo import run_demo
from podmix.cli.podcast_commands import follow
from podmix.cli.show import print_json
from podmix.errors import UsageError
from podmix.paths import find_home

_MARK = "podmix-demo-home"


def run(arguments: argparse.Namespace) -> int:
    out = Path(arguments.out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    home = find_home(arguments.home) if arguments.keep or arguments.home else find_home(_fresh(out / "home"))
    if _has_screen() and not arguments.no_window:
        os.environ["PODMIX_HOME"] = str(home.data)
        return int(importlib.import_module("podmix.ui.launch").main(["--demo"]))
    began = time.monotonic()
    application = Application.open(home)
    try:
        with follow(application, quiet=arguments.json):
            result = run_demo(application, out, (lambda _: None) if arguments.json else print)
    finally:
        application.close()
    pictures = importlib.import_module("podmix.ui.screenshots").take(home, out / "screenshots")
    if arguments.json:
        print_json({"previews": result.cards, "files": [*result.files, *pictures], "missing": result.missing})
    else:
        print(f"\n{len(result.cards)} previews in {time.monotonic() - began:.0f} s. In {out}:")
        for path in [*result.files, *pictures]:
            print(f"  {path.relative_to(out)}")
        for problem in result.missing:
            print(f"no preview: {problem}", file=sys.stderr)
    return 1 if result.missing or not result.cards else 0


def _fresh(folder: Path) -> Path:
    """An empty home for the demo; only a folder that an earlier demo made is ever emptied."""
    if folder.exists():
        if not (folder / _MARK).is_file():
            raise UsageError(f"{folder} exists and was not made by the demo.", remedy="Name another folder with --out.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / _MARK).write_text("Made by “podmix demo”; emptied at its next run.\n")
    return folder


def _has_screen() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
