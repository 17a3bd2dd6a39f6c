# SPDX-License-Identifier: GPL-3.0-or-later
"""A DJ's own cues as training data: collections of DJ programs, imported marks and corrections of the library.

``python -m podmix.lab.cue_imports --collection FILE --out DIR`` reads a rekordbox XML, a Traktor NML or a library of
Mixxx, analyses the files that are there and writes examples beside those of ``cue_data``; ``cue_training`` then learns
from both. Where the collection has a grid, the track is also analysed on it, as ``corrected``.

What a mark means: a fade-in is an entry (at its end where it has one: there the track stands alone), a fade-out an
exit (at its start); a mark named like "mix in", "intro end", "mix out" or "outro" is one whatever its kind. Of several
entries the first counts, of exits the last. Numbered cues that are neither are hot cues; loops, memory and load marks
say nothing. A target of which a DJ said nothing is not trained on for that track. Marks that PodMix itself exported
would teach it its own mistakes: a track that bears its labels is left out.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from podmix.errors import AudioError
from podmix.lab.cue_data import Analyses, CueExample, analyse, save
from podmix.lab.cue_forms import CueTruth
from podmix.music.beats.tracker import find_beats
from podmix.music.interop.collection import DjCollection, DjTrack, ImportRefused
from podmix.music.interop.grids import grid_of_marks
from podmix.music.library_types import DjCue, TempoMark
from podmix.music.sound import listen
from podmix.music.types import BeatGrid

MOST_HOT = 8
OWN_LABELS = frozenset({"first beat", "come in", "go out", "last beat"})
"""Three of these names on a track tell that PodMix set them."""
_ENTRY = re.compile(r"\b(mix|fade|come|start)[ _-]?in\b|\bintro[ _-]?end\b|\bentry\b|^in$", re.IGNORECASE)
_EXIT = re.compile(r"\b(mix|fade|go|start)[ _-]?out\b|\boutro\b|\bexit\b|^out$", re.IGNORECASE)

Listener = Callable[[DjTrack], "dict[str, Analyses] | None"]
"""The analyses of a track by grid; None where its file is not there or does not play."""


def truth_of_marks(cues: Sequence[DjCue]) -> CueTruth | None:
    """What a DJ's marks say; None where that is nothing, or where PodMix set them."""
    if len({cue.name.casefold() for cue in cues} & OWN_LABELS) >= 3:
        return None
    entries, exits, hot = [], [], []
    for cue in sorted(cues, key=lambda one: one.start):
        if cue.kind == "loop":
            continue
        if cue.kind == "fade-out" or _EXIT.search(cue.name):
            exits.append(cue.start)
        elif cue.kind == "fade-in" or _ENTRY.search(cue.name):
            entries.append(cue.end if cue.kind == "fade-in" and cue.end is not None else cue.start)
        elif cue.kind == "cue" and cue.number >= 0:
            hot.append(cue)
    return _truth(entries, exits, [(cue.start, cue.name) for cue in hot])


def truth_of_correction(payload: Mapping[str, Any]) -> CueTruth | None:
    """The same for a correction by hand: the payload of "cues", in which first and last beats say nothing new."""
    cues = [(float(cue["time"]), str(cue.get("kind", "")), str(cue.get("label", ""))) for cue in
            payload.get("cues", ()) if str(cue.get("label", "")) not in ("first beat", "last beat")]
    return _truth([time for time, kind, _ in cues if kind == "in"], [time for time, kind, _ in cues if kind == "out"],
                  [(time, label) for time, kind, label in cues if kind == "hot"])


def _truth(entries: list[float], exits: list[float], hot: list[tuple[float, str]]) -> CueTruth | None:
    if not entries and not exits and not hot:
        return None
    come_in, go_out = min(entries, default=None), max(exits, default=None)
    if come_in is not None and go_out is not None and go_out < come_in:
        return None
    kept = sorted(hot)[:MOST_HOT]
    return CueTruth(None, come_in, go_out, None, tuple(time for time, _ in kept), tuple(label for _, label in kept))


def examples_of(collection: DjCollection, heard: Listener) -> Iterator[CueExample]:
    """Every track of a collection that has cues, bar lines, and a file."""
    for number, track in enumerate(collection.tracks):
        truth = truth_of_marks(track.cues)
        by_grid = heard(track) if truth is not None else None
        if truth is None or by_grid is None:
            continue
        example = imported_example(f"imported-{number:06d}", track.artist or track.title, truth, by_grid)
        if example is not None:
            yield example


def imported_example(name: str, artist: str, truth: CueTruth, by_grid: dict[str, Analyses]) -> CueExample | None:
    """One track; None where it has no bar lines. Beats and bars are those of the corrected grid where there is one."""
    grid = by_grid.get("corrected", by_grid["heard"]).beats.grid
    if len(grid.beats) < 8 or len(grid.downbeats) < 4:
        return None
    lines = np.array(grid.downbeats)
    return CueExample(name, "imported", artist, truth, lines, float(np.median(np.diff(grid.beats))),
                      float(np.median(np.diff(lines))), by_grid)


def library_example(name: str, artist: str, *, correction: Mapping[str, Any] | None,
                    imported: Iterable[Sequence[DjCue]], by_grid: dict[str, Analyses]) -> CueExample | None:
    """A track of the library: what was put right by hand goes before what was imported, the newest import first."""
    truth = truth_of_correction(correction) if correction else None
    for cues in imported:
        truth = truth or truth_of_marks(cues)
    return imported_example(name, artist, truth, by_grid) if truth is not None else None


def analyse_file(path: Path, grid: Sequence[TempoMark] = ()) -> dict[str, Analyses]:
    """A file's analyses on the grid that is heard and, where there are marks of one, on theirs. Raises AudioError."""
    sound = listen(path)
    beats = find_beats(sound.rhythm)
    by_grid = {"heard": analyse(sound, beats)}
    if grid:
        told = grid_of_marks(list(grid), sound.duration)
        if len(told["downbeats"]) >= 4:
            known = BeatGrid(tuple(told["beats"]), tuple(told["downbeats"]), int(told["beats_per_bar"]))
            by_grid["corrected"] = analyse(sound, replace(beats, grid=known))
    return by_grid


def listen_to_file(track: DjTrack) -> dict[str, Analyses] | None:
    """``Listener`` for files where the collection says they lie."""
    path = Path(track.location)
    if not path.is_file():
        return None
    try:
        return analyse_file(path, track.grid)
    except AudioError:
        return None


def read_collection(path: Path) -> DjCollection:
    """By the file's ending. Raises ImportRefused for another kind of file."""
    from podmix.music.interop.mixxx import read_mixxx
    from podmix.music.interop.rekordbox_xml import read_rekordbox_xml
    from podmix.music.interop.traktor import read_traktor_nml

    readers = {".xml": read_rekordbox_xml, ".nml": read_traktor_nml, ".sqlite": read_mixxx}
    if path.suffix.lower() not in readers:
        raise ImportRefused(f"{path.name} is no collection of rekordbox, Traktor or Mixxx.")
    return readers[path.suffix.lower()](path)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--collection", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    count = 0
    for example in examples_of(read_collection(chosen.collection), listen_to_file):
        save(chosen.out / f"{example.name}.npz", example)
        count += 1
    print(f"{count} tracks with cues")


if __name__ == "__main__":
    main()
