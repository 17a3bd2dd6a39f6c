# SPDX-License-Identifier: GPL-3.0-or-later
"""Mixes from files: a list of what to mix, the plan, the render, and what else can be written of it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from podmix.app.automix_facts import gather_facts
from podmix.app.automix_learning import kept_weights
from podmix.audio.mixing.render import render_to_file
from podmix.automix.exports import SUFFIXES, chapters, export
from podmix.automix.facts import TrackFacts
from podmix.automix.options import MixOptions
from podmix.automix.plan import MixPlan
from podmix.automix.plan_json import all_files, write_plan
from podmix.automix.planner import PlannedMix, plan_mix
from podmix.automix.program import to_program
from podmix.errors import AudioError, UsageError
from podmix.music.interop.m3u8 import read_list
from podmix.paths import Home
from podmix.progress import Progress, Steps

LISTS = (".m3u", ".m3u8", ".pls")
MOST_FILES = 5_000


@dataclass(frozen=True, slots=True)
class MixFiles:
    """What was written: the render and the other files, in the order asked for."""

    written: tuple[Path, ...] = ()


def listed_files(words: Sequence[str]) -> list[str]:
    """The files that words name: folders with what lies below them, playlists with their lines, files.

    Raises UsageError where there are none or too many, ImportRefused for a list that is none.
    """
    from podmix.app.direct_analysis import files_of

    found: list[str] = []
    for word in words:
        if Path(word).suffix.lower() in LISTS and not Path(word).is_dir():
            found += [track.location for track in read_list(Path(word)).tracks]
        else:
            found += files_of([word])
    if not found:
        raise UsageError("There is no music to mix.", remedy="Give a folder, a playlist or sound files.")
    if len(found) > MOST_FILES:
        raise UsageError(f"A mix has at most {MOST_FILES} tracks.")
    return [os.path.abspath(path) for path in found]  # noqa: PTH100 - bytes that are no text


def make_mix(home: Home, paths: Sequence[str], options: MixOptions, *, workers: int | None = None,
             albums_whole: bool = False) -> Steps[PlannedMix]:
    """Get to know the files and plan. ``albums_whole``: if all is one album, it keeps its own order and stays whole.

    Raises AudioError where nothing can be mixed, UsageError for odd options.
    """
    options.checked(len(paths))
    facts = yield from gather_facts(home, paths, workers=workers)
    yield Progress("plan", 0.0, None, "tracks", "Planning the mix")
    if albums_whole and is_one_album(facts):
        facts = sorted(facts, key=lambda one: (one.labels.disc_number or 1, one.labels.track_number or 0))
        options = replace(options, order="keep")
    return plan_mix(facts, options, kept_weights(home))


def is_one_album(facts: Sequence[TrackFacts]) -> bool:
    """Several tracks, numbered, of one album by one artist."""
    names = {(one.labels.album.casefold(), (one.labels.album_artist or one.labels.artist).casefold()) for one in facts}
    numbers = {(one.labels.disc_number or 1, one.labels.track_number) for one in facts}
    return (len(facts) > 1 and len(names) == 1 and bool(facts[0].labels.album) and len(numbers) == len(facts)
            and all(one.labels.track_number is not None for one in facts))


def usual_order(words: Sequence[str]) -> str:
    """"auto" where a folder is named, whose files come in no order that anybody chose, else "keep"."""
    return "auto" if any(Path(word).is_dir() for word in words) else "keep"


def render_mix(plan: MixPlan, target: Path) -> Steps[Path]:
    """Write the mix as sound, with chapters where the format has them. Raises AudioError before it begins where a file
    is missing."""
    check_files(plan)
    tags = {"title": plan.title or target.stem, "artist": "Various artists"}
    steps = render_to_file(to_program(plan), target, tags=tags, chapters=chapters(plan))
    while True:
        try:
            step = next(steps)
        except StopIteration as stop:
            done: Path = stop.value
            return done
        yield Progress(step.stage, step.done, step.total, step.unit, "Rendering the mix")


def check_files(plan: MixPlan) -> None:
    """Raises AudioError naming the files of a plan that are not there."""
    gone = [path for path in all_files(plan) if not Path(path).is_file()]
    if gone:
        names = ", ".join(Path(path).name for path in gone[:3]) + (" and others" if len(gone) > 3 else "")
        raise AudioError(f"The mix needs {names}, not found where the plan says.",
                         remedy="Put the files back, or plan the mix anew.", detail="; ".join(gone)[:2000])


def check_targets(targets: Sequence[Path]) -> None:
    """Raises UsageError for a suffix that nothing is written as."""
    for target in targets:
        if target.suffix.lower() not in SUFFIXES:
            raise UsageError(f"A mix is not exported as {target.suffix or 'a file without a suffix'}.",
                             remedy=f"Choose one of {' '.join(SUFFIXES)}.")


def write_mix(mix: PlannedMix, *, plan: Path | None = None, out: Path | None = None,
              exports: Sequence[Path] = ()) -> Steps[MixFiles]:
    """Write the plan, the exports and the render, whatever is given."""
    check_targets(exports)
    written = []
    if plan is not None:
        write_plan(mix.plan, plan)
        written.append(plan)
    for target in exports:
        export(mix.plan, target, sound=out.name if out is not None else "", facts=mix.facts)
        written.append(target)
    if out is not None:
        written.append((yield from render_mix(mix.plan, out)))
    return MixFiles(tuple(written))
