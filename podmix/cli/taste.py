# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix taste`` (what PodMix knows of you, and forgetting it) and ``podmix previews`` (the ranked feed)."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from podmix.app.application import Application
from podmix.cli.show import one_line, print_json, print_rows
from podmix.errors import UsageError
from podmix.units import clock_text


def run(arguments: argparse.Namespace) -> int:
    application = Application.open(arguments.home)
    try:
        if arguments.command == "previews":
            return _previews(application, arguments)
        return _ACTIONS[arguments.action](application, arguments)
    finally:
        application.close()


def _previews(application: Application, arguments: argparse.Namespace) -> int:
    if arguments.limit < 1:
        raise UsageError("--limit must be at least 1.")
    cards = application.recommended(limit=arguments.limit)
    if arguments.json:
        print_json([{"preview": one.card.preview_id, "episode": one.card.episode_id, "show": one.card.show_title,
                     "episode_title": one.card.episode_title, "title": one.card.title, "start": one.card.start,
                     "end": one.card.end, "place": one.place, "score": round(one.score, 4), "why": one.why,
                     "explored": one.explored, "propensity": round(one.propensity, 6)} for one in cards])
    else:
        print_rows(["preview", "show", "title", "at", "why"],
                   [(one.card.preview_id, one.card.show_title, one.card.title, clock_text(one.card.start),
                     "; ".join(one.why)) for one in cards])
    return 0


def _show(application: Application, arguments: argparse.Namespace) -> int:
    known = application.taste_summary()
    if arguments.json:
        print_json(known)
        return 0
    print(f"All of it lies in {known.file} and nowhere else. “podmix taste erase” forgets it.")
    for heading, lines in (
            ("Noted", [f"{count} × {kind}" for kind, count in known.events]),
            ("Interests", [f"{one.share:.0%}  {'; '.join(one.examples)}" for one in known.interests]),
            ("You chose", known.chosen), ("Listening modes", known.modes), ("Friends", known.friends)):
        print(f"{heading}: {'' if lines else 'nothing yet'}")
        for line in lines:
            print(f"  {one_line(line)}")
    return 0


def _interests(application: Application, arguments: argparse.Namespace) -> int:
    application.choose_interests(arguments.words)
    return _said(arguments, f"{len(arguments.words)} interests kept.")


def _export(application: Application, arguments: argparse.Namespace) -> int:
    path = application.export_taste(Path(arguments.file), name=arguments.name)
    return _said(arguments, f"Written: {path}")


def _import(application: Application, arguments: argparse.Namespace) -> int:
    name = application.import_taste(Path(arguments.file))
    return _said(arguments, f"Now blend with them: podmix mixes make blend {one_line(name)}")


def _forget(application: Application, arguments: argparse.Namespace) -> int:
    application.remove_friend(arguments.friend)
    return _said(arguments, "Removed.")


def _shows(application: Application, arguments: argparse.Namespace) -> int:
    found = application.suggested_shows()
    if arguments.json:
        print_json(found)
    else:
        print_rows(["title", "address", "why"], [(one.title, one.address, one.why) for one in found])
    return 0


def _erase(application: Application, arguments: argparse.Namespace) -> int:
    if not arguments.yes:
        if not sys.stdin.isatty():
            raise UsageError("Erasing cannot be undone.", remedy="Say so: podmix taste erase --yes")
        print("This forgets every reaction, interest, friend and mix, likes, and play counts. Saved previews, ratings "
              "and playlists stay. It cannot be undone.")
        if input("Erase? [y/N] ").strip().lower() not in ("y", "yes"):
            return 1
    application.erase_taste()
    return _said(arguments, "Erased.")


def _said(arguments: argparse.Namespace, text: str) -> int:
    if arguments.json:
        print_json({"done": text})
    else:
        print(text)
    return 0


_ACTIONS = {"show": _show, "interests": _interests, "export": _export, "import": _import, "forget": _forget,
            "shows": _shows, "erase": _erase}
