# SPDX-License-Identifier: GPL-3.0-or-later
"""``podmix automix``: a mix planned, and rendered or written down in whatever form is asked for."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

from podmix.app.automix import check_targets, listed_files, make_mix, usual_order, write_mix
from podmix.audio.encode import SUFFIXES as SOUND_SUFFIXES
from podmix.automix.exports import name_of, starts
from podmix.automix.options import MixOptions
from podmix.automix.plan import MixPlan
from podmix.automix.plan_json import plan_plain
from podmix.cli.show import one_line, print_json, progress_line, stdout_for_results
from podmix.errors import UsageError
from podmix.paths import find_home
from podmix.progress import finish
from podmix.units import clock_text

_MOST_JOBS = 256


def run(arguments: argparse.Namespace) -> int:
    options = _options(arguments)
    out = Path(arguments.out) if arguments.out else None
    plan = Path(arguments.plan) if arguments.plan else None
    exports = [Path(target) for target in arguments.export]
    check_sound(out)
    check_targets(exports)
    if arguments.jobs is not None and not 1 <= arguments.jobs <= _MOST_JOBS:
        raise UsageError(f"--jobs must lie between 1 and {_MOST_JOBS}.")
    with stdout_for_results(), progress_line(quiet=arguments.json) as show:
        paths = listed_files(arguments.paths)
        by_itself = arguments.order is None and not arguments.energy and arguments.minutes is None
        mix = finish(make_mix(find_home(arguments.home), paths, options, workers=arguments.jobs,
                              albums_whole=by_itself), show)
        files = finish(write_mix(mix, plan=plan, out=out, exports=exports), show)
        if arguments.json:
            print_json(plan_plain(mix.plan) | {"written": [str(path) for path in files.written]})
        else:
            say(mix.plan)
            for path in files.written:
                print(f"Wrote {one_line(path)}")
    return 0


def check_sound(target: Path | None) -> None:
    """Raises UsageError for a file name that no sound is written as, before hours of work."""
    if target is not None and target.suffix.lower() not in SOUND_SUFFIXES:
        raise UsageError(f"PodMix cannot write {target.suffix or 'files without a suffix'}.",
                         remedy=f"Choose one of {' '.join(SOUND_SUFFIXES)}.")


def _options(arguments: argparse.Namespace) -> MixOptions:
    most_cut = arguments.most_cut / 100
    if not 0 <= most_cut <= 0.9:
        raise UsageError("--most-cut lies between 0 and 90 percent.")
    if arguments.minutes is not None and not (math.isfinite(arguments.minutes) and arguments.minutes > 0):
        raise UsageError("--minutes must be a number above 0.")
    chosen = arguments.energy or arguments.minutes is not None
    order = arguments.order or ("auto" if chosen else usual_order(arguments.paths))
    return MixOptions(order, _shape(arguments.energy), arguments.minutes, arguments.full_songs, most_cut,
                      arguments.artist_gap, title=arguments.title)


def _shape(given: str) -> str | tuple[tuple[float, float], ...]:
    """A curve's name, or energies 1..10 at even distances ("3,5,8,6")."""
    if "," not in given:
        return given
    try:
        levels = [float(word) for word in given.split(",")]
    except ValueError as problem:
        raise UsageError("--energy takes a name or numbers from 1 to 10, such as 3,5,8,6.") from problem
    if not all(1 <= level <= 10 for level in levels):
        raise UsageError("--energy takes numbers from 1 to 10, such as 3,5,8,6.")
    return tuple((place / (len(levels) - 1), level) for place, level in enumerate(levels))


def say(plan: MixPlan) -> None:
    """A line a track, with what leads to the next one and why."""
    print(f"{len(plan.tracks)} tracks, {clock_text(plan.duration_s)}")
    for place, (track, begin) in enumerate(zip(plan.tracks, starts(plan), strict=True)):
        facts = "\t".join((f"{track.bpm:.1f} bpm" if track.bpm else "no tempo", track.key or "no key"))
        named = f"{track.artist} – {name_of(track)}" if track.artist else name_of(track)
        print(f"{clock_text(begin)}\t{facts}\t{one_line(named)}")
        if place < len(plan.transitions):
            one = plan.transitions[place]
            print(f"\t{one.kind}{f', {one.bars} bars' if one.bars else ''}: {one_line(' '.join(one.reasons))}")
    for note in plan.notes:
        print(one_line(note), file=sys.stderr)
