# SPDX-License-Identifier: GPL-3.0-or-later
"""Beats, keys and sections by mir_eval (Raffel et al. 2014), beside librosa and answers that need no ears.

Beats: F within 70 ms, CMLt and AMLt (Davies et al. 2009), downbeats' F, tempo within 4 % (acc1) and with octaves
allowed (acc2); the first five seconds count too. Keys: MIREX's weighted score. Sections: boundaries within 0.5 and 3 s.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from podmix.lab.evaluation.music_items import by_librosa, heard, music_items
from podmix.lab.evaluation.suite import Item, Metric, Suite, System, Tools

Doubles = NDArray[np.float64]
_NEAR_TEMPO = 0.04
_FACTORS = (1.0, 2.0, 0.5, 3.0, 1 / 3)
_EVERY_S = 20.0
_RASTER_BPM = 120.0
_NEEDS = "sound files with a JSON of beats beside each, here or in a folder “music”"


def measure_beats(item: Item, answer: Mapping[str, Any]) -> dict[str, float]:
    """``answer``: beats, downbeats (seconds), tempo (bpm or None)."""
    import mir_eval

    truth = np.asarray(item.truth["beats"], np.float64)
    found = np.asarray(answer.get("beats") or [], np.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an empty answer is a 0, not worth a warning
        continuity = mir_eval.beat.continuity(truth, found)
        row = {"F": mir_eval.beat.f_measure(truth, found), "CMLt": continuity[1], "AMLt": continuity[3],
               "downbeat F": _downbeats(item, answer)}
    return row | _tempo(item, answer.get("tempo"))


def _downbeats(item: Item, answer: Mapping[str, Any]) -> float:
    import mir_eval

    if not item.truth.get("downbeats") or str(item.truth.get("trust", {}).get("downbeats", "")).startswith("low"):
        return math.nan
    return float(mir_eval.beat.f_measure(np.asarray(item.truth["downbeats"], np.float64),
                                         np.asarray(answer.get("downbeats") or [], np.float64)))


def _tempo(item: Item, found: float | None) -> dict[str, float]:
    wanted = item.truth.get("tempo")
    if not wanted:
        return {"tempo acc1": math.nan, "tempo acc2": math.nan}
    right = [wanted, *([item.truth["tempo_alt"]] if item.truth.get("tempo_alt") else [])]

    def near(*factors: float) -> float:
        return float(any(found and abs(found / (factor * one) - 1) <= _NEAR_TEMPO
                         for one in right for factor in factors))

    return {"tempo acc1": near(1.0), "tempo acc2": near(*_FACTORS)}


def _beat_systems(items: list[Item], tools: Tools) -> list[System]:
    del items

    def ours(item: Item) -> Mapping[str, Any]:
        return dict(heard(item, tools.cache)["kinds"]["beats"][0])

    def raster(item: Item) -> Mapping[str, Any]:
        end = float(item.truth.get("duration") or item.truth["beats"][-1])
        beats = np.arange(0.0, end, 60 / _RASTER_BPM)
        return {"beats": beats.tolist(), "downbeats": beats[::4].tolist(), "tempo": _RASTER_BPM}

    return [System("podmix", ours), System("librosa", lambda item: by_librosa(item, tools.cache)),
            System("120 bpm from the start", raster)]


BEATS = Suite("beats", "Beats, bars and tempo", (
    Metric("F", True, 0.0), Metric("CMLt", True, 0.0), Metric("AMLt", True, 0.0), Metric("downbeat F", True, 0.0),
    Metric("tempo acc1", True, 0.0), Metric("tempo acc2", True, 0.0)), music_items, _beat_systems,
    measure_beats, _NEEDS)


def measure_key(item: Item, answer: str | None) -> dict[str, float]:
    """``answer``: "A minor" or None."""
    import mir_eval

    if not answer:
        return {"weighted score": 0.0, "right": 0.0}
    score = float(mir_eval.key.weighted_score(item.truth["key"], answer))
    return {"weighted score": score, "right": float(score == 1.0)}


def _key_systems(items: list[Item], tools: Tools) -> list[System]:
    del items

    def ours(item: Item) -> str | None:
        found = heard(item, tools.cache)["kinds"].get("key", [{}])[0].get("key")
        return str(found) if found else None

    return [System("podmix", ours), System("librosa and profiles", lambda item: by_librosa(item, tools.cache)["key"]),
            System("always C major", lambda _: "C major")]


KEY = Suite("key", "Keys", (Metric("weighted score", True, 0.0), Metric("right", True, 0.0)),
            lambda folder: [item for item in music_items(folder) if item.truth.get("key")], _key_systems, measure_key,
            _NEEDS + ", some with a key")


def measure_structure(item: Item, answer: list[float]) -> dict[str, float]:
    """``answer``: seconds where a section begins; the track's ends are not counted."""
    import mir_eval

    end = max([float(item.truth.get("duration") or 0.0), *answer, item.truth["beats"][-1]]) + 1.0
    truth = _spans([one["time"] for one in item.truth["sections"]], end)
    found = _spans(answer, end)
    row: dict[str, float] = {}
    for window in (0.5, 3.0):
        precision, recall, f = mir_eval.segment.detection(truth, found, window=window, trim=True)
        row |= {f"F {window:g} s": float(f), f"precision {window:g} s": float(precision),
                f"recall {window:g} s": float(recall)}
    return row


def _spans(times: list[float], end: float) -> Doubles:
    edges = np.unique(np.array([0.0, *(time for time in times if 0.0 < time < end), end]))
    return np.stack([edges[:-1], edges[1:]], axis=1)


def _structure_systems(items: list[Item], tools: Tools) -> list[System]:
    del items

    def ours(item: Item) -> list[float]:
        told = heard(item, tools.cache)["kinds"].get("structure", [{"sections": []}])[0]
        return [float(one["start"]) for one in told["sections"]]

    def every_bars(item: Item) -> list[float]:
        return [float(line) for line in heard(item, tools.cache)["kinds"]["beats"][0]["downbeats"][::16]]

    def every_seconds(item: Item) -> list[float]:
        return [float(time) for time in np.arange(_EVERY_S, item.truth["beats"][-1], _EVERY_S)]

    return [System("podmix", ours), System("every 16 heard bars", every_bars), System("every 20 s", every_seconds)]


def _with_sections(folder: Path) -> list[Item]:
    return [item for item in music_items(folder) if item.truth.get("sections")]


STRUCTURE = Suite("structure", "Sections", (
    Metric("F 0.5 s", True, 0.0), Metric("F 3 s", True, 0.0), Metric("precision 3 s", True, 0.0),
    Metric("recall 3 s", True, 0.0)), _with_sections, _structure_systems, measure_structure,
    _NEEDS + ", some with sections")
