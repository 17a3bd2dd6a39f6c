# SPDX-License-Identifier: GPL-3.0-or-later
"""Bar lines with features and truth in one table, and the systems that models must beat: rules, raster, chance."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from podmix.lab.cue_data import CueExample
from podmix.lab.cue_measures import Found
from podmix.music.cues import rules
from podmix.music.cues.choosing import choose_ends, choose_hot
from podmix.music.cues.features import describe_lines
from podmix.music.cues.lines import CueLines, cue_lines
from podmix.music.types import StructureAnalysis

Doubles = NDArray[np.float64]
Ints = NDArray[np.intp]

FOLDS = 5
NEAR_BARS = 0.5
"""A line this near to a cue is the cue's."""
EVERY_BARS = 16


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One example on one of its grids: ``rows`` are its places in the table, from ``first`` on."""

    example: CueExample
    grid: str
    lines: CueLines
    structure: StructureAnalysis
    first: int
    fold: int

    @property
    def rows(self) -> slice:
        return slice(self.first, self.first + len(self.lines))

    def seconds(self, line: int) -> float:
        return float(self.lines.edges[line])


@dataclass(frozen=True, slots=True, eq=False)
class CueTable:
    """``described`` ``(lines, features)``; ``truth`` ``(lines, 3)`` for in, out and hot, NaN where nobody said;
    ``gridless`` counts examples on which no candidates could be made, by grid."""

    tracks: tuple[Track, ...]
    described: Doubles
    truth: Doubles
    gridless: dict[str, int]


def fold_of(group: str) -> int:
    """The fold of a group, by hash: the same in every run and for every size of the data."""
    return int.from_bytes(hashlib.sha256(group.encode()).digest()[:4], "big") % FOLDS


def build_table(examples: Sequence[CueExample]) -> CueTable:
    """Every example on every grid it has."""
    tracks, described, truth = [], [], []
    gridless: dict[str, int] = {}
    first = 0
    for example in examples:
        for grid, heard in example.by_grid.items():
            lines = cue_lines(*heard.all())
            if lines is None:
                gridless[grid] = gridless.get(grid, 0) + 1
                continue
            tracks.append(Track(example, grid, lines, heard.structure, first, fold_of(example.group)))
            described.append(describe_lines(lines, heard.beats, heard.structure))
            truth.append(line_truth(example, lines))
            first += len(lines)
    return CueTable(tuple(tracks), np.concatenate(described), np.concatenate(truth), gridless)


def line_truth(example: CueExample, lines: CueLines) -> Doubles:
    """``(bars, 3)``: 1 at the line beside each cue, 0 elsewhere; a column of NaN where the truth is silent (a DJ who
    set no hot cue does not say that there is no place for one)."""
    told = example.truth
    marked = np.zeros((len(lines), 3))
    for column, times in enumerate(((told.come_in,), (told.go_out,), told.hot)):
        if not times or None in times:
            marked[:, column] = np.nan
            continue
        for time in times:
            assert time is not None
            apart = np.abs(lines.edges[:-1] - time)
            if apart.min() <= NEAR_BARS * example.bar:
                marked[int(apart.argmin()), column] = 1.0
    return marked


def by_scores(track: Track, scores: Doubles, least: float) -> Found:
    """What scores ``(bars, 3)`` choose."""
    come_in, go_out = choose_ends(scores[:, 0], scores[:, 1])
    hot = sorted(choose_hot(scores[:, 2], least), key=lambda line: -scores[line, 2])
    return _found(track, come_in, go_out, hot)


def by_rules(track: Track) -> Found:
    come_in = rules.come_in_line(track.lines, track.structure)
    hot = rules.hot_lines(track.lines, track.structure)
    return _found(track, come_in, rules.go_out_line(track.lines, track.structure, come_in), hot)


def by_raster(track: Track) -> Found:
    """In after sixteen bars, out sixteen before the end, hot every sixteen."""
    count = len(track.lines)
    return _found(track, min(EVERY_BARS, count - 1), max(0, count - EVERY_BARS),
                  list(range(EVERY_BARS, count, EVERY_BARS))[:rules.MOST_HOT])


def by_chance(track: Track) -> Found:
    """Random bar lines: in in the first half, out in the second, three hot."""
    dice = np.random.default_rng([3, track.first])
    count = len(track.lines)
    middle = max(1, count // 2)
    hot = [int(line) for line in dice.choice(count, min(3, count), replace=False)]
    return _found(track, int(dice.integers(middle)), int(dice.integers(count - middle)) + min(middle, count - 1), hot)


BASELINES: dict[str, Callable[[Track], Found]] = {
    "random bar lines": by_chance, "every 16 bars": by_raster, "rules": by_rules,
}


def _found(track: Track, come_in: int, go_out: int, hot: list[int]) -> Found:
    return Found(track.seconds(come_in), track.seconds(go_out), tuple(track.seconds(line) for line in hot))


def grid_is_right(track: Track) -> bool:
    """Whether nine in ten of the true bar lines have a heard one within 70 ms, and the other way round."""
    truth, heard = track.example.downbeats, track.lines.edges
    if not len(truth):
        return False
    inside = heard[(heard > truth[0] - 0.1) & (heard < truth[-1] + 0.1)]
    if len(inside) < 2:
        return False
    there = np.abs(truth[:, None] - heard[None, :]).min(axis=1) < 0.07
    here = np.abs(inside[:, None] - truth[None, :]).min(axis=1) < 0.07
    return bool(there.mean() >= 0.9 and here.mean() >= 0.9)
