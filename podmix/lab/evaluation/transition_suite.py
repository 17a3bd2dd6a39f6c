# SPDX-License-Identifier: GPL-3.0-or-later
"""Transitions on tracks with known beats: do beats lie over beats, and bars over bars, where two tracks sound?

Neighbours in the order of their names are mixed. A plan says which seconds of both tracks coincide; the true beats of
the first are carried over into the second and their distance to its nearest true beat is taken, in milliseconds. Below
about 30 ms two drums are heard as one (Bregman 1990 puts the fusion of onsets at 30 to 40 ms).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from podmix.errors import AudioError
from podmix.lab.evaluation.music_items import facts, heard, music_items
from podmix.lab.evaluation.suite import Item, Metric, Suite, System, Tools

Doubles = NDArray[np.float64]
_FADE_S = 8.0
_NEAR_S = 0.03


def pair_items(folder: Path) -> list[Item]:
    """Truth: the two tracks' items."""
    return [Item(f"{a.name} > {b.name}", a.name, (a, b), None,
                 ("one origin" if a.slices == b.slices else "two origins",))
            for a, b in pairwise(music_items(folder))]


def _systems(items: list[Item], tools: Tools) -> list[System]:
    del items

    def tempo(item: Item) -> float:
        found = heard(item, tools.cache)["kinds"]["beats"][0]["tempo"]
        return float(found or 120.0)

    def ours(item: Item) -> Mapping[str, Any]:
        from podmix.automix.options import MixOptions
        from podmix.automix.planner import plan_mix

        tracks = [facts(one, heard(one, tools.cache)) for one in item.truth]
        plan = plan_mix(tracks, MixOptions(order="keep")).plan
        if not plan.transitions:
            raise AudioError(f"{item.name} cannot be mixed.")
        made = plan.transitions[0]
        return {"out": made.out_marks, "in": made.in_marks, "matched": made.beat_matched}

    def crossfade(item: Item, ratio: float = 1.0) -> Mapping[str, Any]:
        end = float(heard(item.truth[0], tools.cache)["duration"])
        return {"out": (end - _FADE_S, end), "in": (0.0, _FADE_S * ratio), "matched": ratio != 1.0}

    def same_tempo(item: Item) -> Mapping[str, Any]:
        """The second track stretched to the first one's heard tempo, begun anywhere."""
        return crossfade(item, tempo(item.truth[0]) / tempo(item.truth[1]))

    return [System("podmix", ours), System("crossfade of 8 s", crossfade), System("equal tempo only", same_tempo)]


def measure_transition(item: Item, answer: Mapping[str, Any]) -> dict[str, float]:
    """``answer``: ``out`` and ``in``, seconds of both that coincide; ``matched``: beats are meant to lie on beats."""
    first, second = (one.truth for one in item.truth)
    out, into = np.asarray(answer["out"], np.float64), np.asarray(answer["in"], np.float64)
    row = {"matched": float(answer["matched"]), "seconds": float(out[-1] - out[0])}
    for name, field in (("beats", "beats"), ("bars", "downbeats")):
        apart = _carried(np.asarray(first[field], np.float64), np.asarray(second[field], np.float64), out, into)
        row[f"{name} within 30 ms"] = float(np.mean(apart <= _NEAR_S)) if len(apart) else float("nan")
        row[f"{name} apart ms"] = 1000 * float(np.median(apart)) if len(apart) else float("nan")
    good = row["beats within 30 ms"]
    row["clash"] = float(row["matched"] and good == good and good < 0.5)  # noqa: PLR0124 - NaN is not itself
    return row


def _carried(first: Doubles, second: Doubles, out: Doubles, into: Doubles) -> Doubles:
    """Distances of the first track's beats, where both sound, to the second one's nearest."""
    inside = first[(first >= out[0] - 1e-6) & (first <= out[-1] + 1e-6)]
    carried = np.interp(inside, out, into)
    carried = carried[(carried >= second[0] - 0.5) & (carried <= second[-1] + 0.5)] if len(second) else carried[:0]
    return np.abs(carried[:, None] - second[None, :]).min(axis=1) if len(carried) else np.zeros(0)


TRANSITIONS = Suite("transitions", "Transitions", (
    Metric("beats within 30 ms", True, 0.0), Metric("beats apart ms", False, 250.0),
    Metric("bars within 30 ms", True, 0.0), Metric("clash", False, 1.0), Metric("matched", True, 0.0)),
    pair_items, _systems, measure_transition, "sound files with a JSON of beats beside each, at least two")
