# SPDX-License-Identifier: GPL-3.0-or-later
"""Cue points on tracks whose cues are known: what PodMix's finder gives, beside rules, a raster and chance.

Data: examples of ``podmix.lab.cue_data`` or ``podmix.lab.cue_imports`` (.npz), here or in a folder ``cues``. The
shipped model was trained on composed examples: only other numbers, or imported ones, measure it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from podmix.errors import AudioError
from podmix.lab.evaluation.suite import Item, Metric, Suite, System, Tools

if TYPE_CHECKING:
    from podmix.lab.cue_measures import Found
    from podmix.lab.cue_table import Track

_WANTED = ("in beat", "in bar", "out beat", "out bar", "hot F beat", "hot F bar", "hot precision@3 bar")


def cue_items(folder: Path) -> list[Item]:
    from podmix.lab.cue_data import read_examples

    place = folder / "cues" if (folder / "cues").is_dir() else folder
    if not any(place.glob("*.npz")):
        return []
    return [Item(one.name, one.group, one, None, (one.source,)) for one in read_examples(place)]


def _systems(items: list[Item], tools: Tools) -> list[System]:
    del tools
    from podmix.lab.cue_table import BASELINES, Track
    from podmix.music.cues.lines import cue_lines

    numbers = {item.name: at for at, item in enumerate(items)}

    @cache
    def track(name: str) -> Track:
        example = items[numbers[name]].truth
        heard = example.by_grid["heard"]
        lines = cue_lines(*heard.all())
        if lines is None:
            raise AudioError(f"{name} has no beat.")
        return Track(example, "heard", lines, heard.structure, numbers[name], 0)

    def by(name: str) -> System:
        return System(name, lambda item: BASELINES[name](track(item.name)))

    return [System("podmix", _found), *(by(name) for name in reversed(BASELINES))]


def _found(item: Item) -> Found:
    from podmix.lab.cue_measures import Found
    from podmix.music.cues.finder import find_cues

    cues = find_cues(*item.truth.by_grid["heard"].all())
    times = {kind: [cue.time for cue in cues if cue.kind == kind] for kind in ("in", "out", "hot")}
    if not times["in"] or not times["out"]:
        raise AudioError(f"{item.name} has no beat.")
    hot = sorted((cue for cue in cues if cue.kind == "hot"), key=lambda cue: -cue.confidence)
    return Found(times["in"][-1], times["out"][0], tuple(cue.time for cue in hot))


def measure_cues(item: Item, answer: Found) -> dict[str, float]:
    from podmix.lab.cue_measures import FIELDS, measure_track

    row = dict(zip(FIELDS, map(float, measure_track(item.truth, answer)), strict=True))
    return {name: row[name] for name in _WANTED}


CUES = Suite("cues", "Cue points", tuple(Metric(name, True, 0.0) for name in _WANTED), cue_items, _systems,
             measure_cues, "examples of cue_data or cue_imports (.npz)")
