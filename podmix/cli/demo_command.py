# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix demo``: the main job on shipped content. A window where there is a screen, else clips, a mix, pictures."""

from __future__ import annotations

import argparse
import importlib
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from podmix.app.application import Application
from podmix.app.demo import run_demo
from podmix.app.demo_music import seed_music
from podmix.app.demo_taste import show_taste
from podmix.automix.plan_json import plan_plain
from podmix.cli.demo_music import demo_mix
from podmix.cli.podcast_commands import follow
from podmix.cli.show import print_json
from podmix.errors import PodMixError, UsageError
from podmix.paths import Home, find_home

_MARK = "podmix-demo-home"


def run(arguments: argparse.Namespace) -> int:
    out = Path(arguments.out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    home = find_home(arguments.home) if arguments.keep or arguments.home else find_home(_fresh(out / "home"))
    if _has_screen() and not arguments.no_window:
        _seed(home)
        os.environ["PODMIX_HOME"] = str(home.data)
        return int(importlib.import_module("podmix.ui.launch").main(["--demo"]))
    began = time.monotonic()
    say: Callable[[str], None] = (lambda _: None) if arguments.json else print
    application = Application.open(home)
    try:
        with follow(application, quiet=arguments.json):
            result = run_demo(application, out, say)
    finally:
        application.close()
    heard = time.monotonic()
    mix = demo_mix(home, out, say=say, quiet=arguments.json)
    mixed = time.monotonic()
    taste = show_taste(home, out, say)
    tasted = time.monotonic()
    pictures = importlib.import_module("podmix.ui.screenshots").take(home, out / "screenshots")
    files = [*result.files, *mix.files, *taste.files, *pictures]
    problems = [*mix.problems, *taste.problems]
    if arguments.json:
        print_json({"previews": result.cards, "files": files, "missing": [*result.missing, *problems],
                    "mix": plan_plain(mix.plan) if mix.plan is not None else None, "taste": taste.plain})
    else:
        print(f"\n{len(result.cards)} previews in {heard - began:.0f} s, the mix in {mixed - heard:.0f} s, "
              f"feed and mixes by taste in {tasted - mixed:.1f} s. In {out}:")
        for path in files:
            print(f"  {path.relative_to(out)}")
        for problem in result.missing:
            print(f"no preview: {problem}", file=sys.stderr)
        for problem in problems:
            print(problem, file=sys.stderr)
    return 1 if result.missing or not result.cards or problems else 0


def _seed(home: Home) -> None:
    """The music for the window's library; without it the window still opens."""
    try:
        seed_music(home)
    except PodMixError as problem:
        print(f"The demo music: {problem}", file=sys.stderr)


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
