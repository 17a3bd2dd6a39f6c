# SPDX-License-Identifier: GPL-3.0-or-later
"""The trained cue models: log odds of every bar line being the entry, the exit, or a hot cue.

One file in safetensors holds three scorers. Each is an ensemble of trees or a chain of dense layers (one layer is a
logistic model), evaluated here with numpy. Its metadata says which features it was made for; a file made for other
features is refused.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from podmix.errors import ModelError
from podmix.music.cues.features import FEATURES
from podmix.music.cues.lines import Doubles
from podmix.paths import resources

Arrays: TypeAlias = dict[str, NDArray[np.generic]]
TARGETS = ("in", "out", "hot")
_CLIP = 4.0
"""Dense models see features at most so many deviations from their mean."""


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """All nodes of all trees, one after the other; a leaf leads to itself. Arrays ``(nodes,)``, ``roots`` ``(trees,)``.

    A row goes left where its feature is at most the threshold. ``averaged``: the leaves hold chances, whose mean is
    taken (a forest); else log odds, which are added to ``base`` (boosting). ``depth`` is the longest way to a leaf.
    """

    feature: NDArray[np.int32]
    threshold: Doubles
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: Doubles
    roots: NDArray[np.int32]
    base: float
    averaged: bool
    depth: int

    def log_odds(self, rows: Doubles) -> Doubles:
        """``(rows,)`` of ``(rows, features)``."""
        node = np.tile(self.roots, (len(rows), 1))
        flat, first = rows.ravel(), (np.arange(len(rows)) * rows.shape[1])[:, None]
        for _ in range(self.depth):
            goes_left = flat.take(self.feature.take(node) + first) <= self.threshold.take(node)
            node = np.where(goes_left, self.left.take(node), self.right.take(node))
        if not self.averaged:
            return np.asarray(self.value.take(node).sum(axis=1) + self.base)
        chance = np.clip(self.value.take(node).mean(axis=1), 1e-5, 1 - 1e-5)
        return np.asarray(np.log(chance / (1 - chance)) + self.base)


@dataclass(frozen=True, slots=True, eq=False)
class Dense:
    """``mean`` and ``spread`` ``(features,)``; ``layers`` of weights ``(in, out)`` and biases, rectified between."""

    mean: Doubles
    spread: Doubles
    layers: tuple[tuple[Doubles, Doubles], ...]

    def log_odds(self, rows: Doubles) -> Doubles:
        """``(rows,)`` of ``(rows, features)``."""
        values = np.clip((rows - self.mean) / self.spread, -_CLIP, _CLIP)
        for index, (weights, bias) in enumerate(self.layers):
            values = values @ weights + bias
            if index + 1 < len(self.layers):
                values = np.maximum(values, 0.0)
        return np.asarray(values[:, 0])


@dataclass(frozen=True, slots=True, eq=False)
class Scorer:
    """``columns``: which of FEATURES it sees. ``temperature`` divides log odds before they are compared as chances
    within a track; a hot cue needs log odds of ``least``."""

    columns: NDArray[np.int32]
    judge: Trees | Dense
    temperature: float = 1.0
    least: float = 0.0

    def log_odds(self, described: Doubles) -> Doubles:
        """``(bars,)`` of ``(bars, len(FEATURES))``."""
        return self.judge.log_odds(np.ascontiguousarray(described[:, self.columns]))


@dataclass(frozen=True, slots=True, eq=False)
class CueModel:
    """A scorer for each of TARGETS; ``kind`` names the algorithm; ``replaces`` are the targets in which it beat the
    rules and is therefore used."""

    kind: str
    scorers: dict[str, Scorer]
    replaces: tuple[str, ...] = TARGETS


def model_path() -> Path:
    return Path(str(resources() / "models" / "cue-points" / "model.safetensors"))


def save_model(model: CueModel, path: Path) -> None:
    """Write beside the place, then rename; equal models give equal bytes."""
    from safetensors.numpy import save

    arrays: Arrays = {}
    about: dict[str, object] = {"kind": model.kind, "replaces": list(model.replaces), "features": list(FEATURES)}
    for target, scorer in model.scorers.items():
        judge, told = scorer.judge, {"temperature": scorer.temperature, "least": scorer.least}
        arrays[f"{target}.columns"] = scorer.columns.astype(np.int16)
        if isinstance(judge, Trees):
            arrays |= {f"{target}.{name}": np.ascontiguousarray(getattr(judge, name).astype(kind)) for name, kind in
                       (("feature", np.int16), ("threshold", np.float64), ("left", np.int32), ("right", np.int32),
                        ("value", np.float32), ("roots", np.int32))}
            told |= {"base": judge.base, "averaged": judge.averaged, "depth": judge.depth}
        else:
            arrays |= {f"{target}.mean": judge.mean, f"{target}.spread": judge.spread}
            for index, (weights, bias) in enumerate(judge.layers):
                arrays[f"{target}.weights{index}"] = np.ascontiguousarray(weights)
                arrays[f"{target}.bias{index}"] = np.ascontiguousarray(bias)
            told["layers"] = len(judge.layers)
        about[target] = told
    fresh = path.with_suffix(".part")
    # One field: the order in which several are written is not fixed.
    fresh.write_bytes(save(arrays, metadata={"cues": json.dumps(about, sort_keys=True)}))
    fresh.replace(path)


@lru_cache(maxsize=2)
def load_model(path: Path) -> CueModel | None:
    """``read_model``, kept: for files that do not change."""
    return read_model(path)


def read_model(path: Path) -> CueModel | None:
    """The model in a file; None where there is none. Raises ModelError for one that does not fit this program."""
    from safetensors import SafetensorError, safe_open

    if not path.exists():
        return None
    try:
        with safe_open(str(path), framework="numpy") as stored:
            about = json.loads(stored.metadata()["cues"])
            arrays = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118 - no mapping
        if tuple(about["features"]) != FEATURES:
            raise ValueError("made for other features")
        return CueModel(about["kind"], {target: _scorer(target, about[target], arrays) for target in TARGETS},
                        tuple(about["replaces"]))
    except (OSError, ValueError, KeyError, TypeError, IndexError, SafetensorError) as problem:
        raise ModelError("The model that finds cue points cannot be read.", remedy="Install PodMix again.",
                         detail=f"{path}: {problem}") from problem


def _scorer(target: str, told: dict[str, float], arrays: Arrays) -> Scorer:
    columns = _ints(arrays[f"{target}.columns"])
    if not len(columns) or columns.min() < 0 or columns.max() >= len(FEATURES):
        raise ValueError("features that are not there")
    judge = _dense(target, int(told["layers"]), arrays) if "layers" in told else _trees(target, told, arrays)
    if isinstance(judge, Trees) and judge.feature.max(initial=0) >= len(columns):
        raise ValueError("trees that ask for other features")
    return Scorer(columns, judge, float(told["temperature"]), float(told["least"]))


def _dense(target: str, layers: int, arrays: Arrays) -> Dense:
    pairs = tuple((_doubles(arrays[f"{target}.weights{index}"]), _doubles(arrays[f"{target}.bias{index}"]))
                  for index in range(layers))
    return Dense(_doubles(arrays[f"{target}.mean"]), _doubles(arrays[f"{target}.spread"]), pairs)


def _trees(target: str, told: dict[str, float], arrays: Arrays) -> Trees:
    ints = [_ints(arrays[f"{target}.{name}"]) for name in ("feature", "left", "right", "roots")]
    feature, left, right, roots = ints
    count = len(feature)
    if any(one.min() < 0 or one.max() >= count for one in (left, right, roots)) or feature.min() < 0:
        raise ValueError("trees whose nodes are not there")
    return Trees(feature, _doubles(arrays[f"{target}.threshold"]), left, right, _doubles(arrays[f"{target}.value"]),
                 roots, float(told["base"]), bool(told["averaged"]), min(64, int(told["depth"])))


def _ints(values: NDArray[np.generic]) -> NDArray[np.int32]:
    return np.asarray(values, np.int32)


def _doubles(values: NDArray[np.generic]) -> Doubles:
    return np.asarray(values, np.float64)
