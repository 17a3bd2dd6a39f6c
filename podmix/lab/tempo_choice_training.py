# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the choice among all readings of a piece (``podmix.music.beats.hearings``) on composed music.

``python -m podmix.lab.tempo_choice_training --data DIR --out FILE [--count 540] [--check DIR]`` composes steady pieces
of six sorts (in three, in six eighths, fast, slow or half-time, in triplets, plain) into DIR, one .npz each that is not
there yet, hears them by the shipped metre network and fits a conditional logit: the chance of a reading is the softmax
of a weighted sum of its description. ``--check`` measures on pieces of another DIR, made with another ``--seed``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from podmix.errors import PodMixError
from podmix.lab.composing.accompaniment import Groove, accompany, list_grooves
from podmix.lab.composing.composer import compose
from podmix.lab.composing.drum_sounds import Dice
from podmix.lab.composing.loops import compose_loops
from podmix.lab.composing.performing import perform
from podmix.lab.composing.rendering import open_studio, render
from podmix.lab.composing.score import Doubles, Score
from podmix.lab.composing.styles import STYLES
from podmix.music.beats import hearings, network, segments, tracker
from podmix.music.beats.features import RATE, BeatFeatures, compress, extract
from podmix.music.beats.hearings import Hearing

SECONDS = 75.0
SORTS: dict[str, tuple[int, float, tuple[tuple[str, float, float], ...]]] = {
    # how many in nine of all pieces, weight, (style, slowest and fastest bpm)
    "triple": (2, 1.0, (("waltz", 95, 200), ("waltz", 95, 200), ("jazz waltz", 95, 200))),
    "fast": (2, 1.0, tuple((name, 172.0, 202.0) for name in ("hardcore", "metal", "punk", "drum and bass", "chip"))),
    "six": (1, 1.0, (("six-eight", 50, 115),)),
    "slow": (1, 1.0, (("reggae", 66, 90), ("half-time", 66, 90), ("half-time", 132, 150), ("hip hop", 66, 90),
                      ("ballad", 66, 90))),
    "triplets": (1, 1.0, (("swing", 90, 200), ("shuffle", 80, 140), ("twelve-eight", 50, 80))),
    "plain": (2, 3.0, tuple((style.name, *style.bpm) for style in STYLES if style.name in (
        "house", "techno", "trance", "rock", "pop", "funk", "latin", "synth pop", "orchestral", "breakbeat",
        "garage"))),
}
STEADY_PENALTY = 0.005
RIGHT_S = 0.06
RIGHT = 0.85
"""F of beats from which a reading counts as the true one, if none is better by more than 0.05."""


@dataclass(frozen=True, slots=True)
class Example:
    """A piece: the description of all readings ``(n, len(NAMES))``, how right each is, which one is present, and which
    may take its place."""

    sort: str
    described: Doubles
    right: Doubles
    present: int
    allowed: np.ndarray[tuple[int], np.dtype[np.bool_]]


def draw_piece(sort: str, dice: Dice, grooves: list[Groove], folder: Path) -> Score:
    """A steady piece of a sort."""
    _, _, choices = SORTS[sort]
    if sort == "triple" and grooves and dice.random() < 0.3:
        for _ in range(9):
            groove = replace(grooves[int(dice.integers(len(grooves)))], bpm=(95.0, 200.0))
            try:
                return replace(accompany([groove], dice, seconds=SECONDS, folder=folder), steady=True)
            except (PodMixError, subprocess.TimeoutExpired, IndexError):
                continue  # some grooves of the library are broken
    name, slowest, fastest = choices[int(dice.integers(len(choices)))]
    style = replace(next(one for one in STYLES if one.name == name), bpm=(slowest, fastest))
    by = compose_loops if dice.random() < 0.5 else compose
    return replace(by(dice, seconds=SECONDS, style=style), steady=True)


def make_pieces(target: Path, count: int, seed: int) -> None:
    """Features and truth of ``count`` pieces, each its own file; those there already are kept."""
    target.mkdir(parents=True, exist_ok=True)
    studio, grooves = open_studio(RATE), [groove for groove in list_grooves() if groove.beats == 3]
    turns = [sort for sort, (share, _, _) in SORTS.items() for _ in range(share)]
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            sort = turns[number % len(turns)]
            path = target / f"{sort}_{number:04d}.npz"
            if path.exists():
                continue
            dice = np.random.default_rng([seed, number])
            score = draw_piece(sort, dice, grooves, Path(folder))
            loose = float(dice.uniform(0, 0.012)) if dice.random() < 0.4 else 0.0
            played = perform(score, dice, lead_in=float(dice.uniform(0, 1.5)), looseness=loose)
            heard = extract([render(played, studio, dice, seconds=SECONDS)])
            beats = played.beats[played.beats < SECONDS]
            np.savez(path, mel=heard.mel.astype(np.float16), onsets=heard.onsets, duration=heard.duration, beats=beats)
            print(path.name, flush=True)


def hear_piece(path: Path) -> Example | None:
    """None where no line rules, or where none of the readings is right: nothing can be learnt there."""
    with np.load(path) as stored:
        heard = BeatFeatures(stored["mel"].astype(np.float32), stored["onsets"], float(stored["duration"]))
        truth = stored["beats"]
    folder = network.models_folder()
    activations = network.signal_activations(compress(heard.mel))
    judge = tracker.judge_of(heard.mel, folder / "metre.onnx")
    seen: list[tuple[Sequence[Hearing], Hearing]] = []

    def look(known: Sequence[Hearing], present: Hearing) -> Hearing:
        seen.append((known, present))
        return present

    first, last = tracker.audible_span(heard.mel)
    segments.choose_plan(activations[:, 0], activations[:, 1], first, last, judge, better=look)
    if not seen:
        return None
    known, present = seen[0]
    right = np.array([beat_score(one.beats, truth) for one in known])
    return Example(path.stem.split("_")[0], hearings.describe_hearings(known, present, heard.onsets), right,
                   next(index for index, one in enumerate(known) if one is present),
                   np.array([hearings.may_follow(one, present) for one in known]))


def beat_score(found: Doubles, truth: Doubles) -> float:
    """F of beats within RIGHT_S, without the first five seconds."""
    found, truth = found[found >= 5], truth[truth >= 5]
    if len(found) < 4 or len(truth) < 4:
        return 0.0
    after = np.clip(np.searchsorted(found, truth), 1, len(found) - 1)
    near = np.minimum(np.abs(found[after] - truth), np.abs(found[after - 1] - truth))
    return float(2 * (near < RIGHT_S).sum() / (len(found) + len(truth)))


def fit(examples: Sequence[Example]) -> Doubles:
    """Weights of the names, by maximum likelihood with a quadratic penalty; pieces without a true reading say nothing.

    Each sort counts by its weight, however many pieces it has.
    """
    from scipy.optimize import minimize

    spread = np.concatenate([one.described for one in examples]).std(0) + 1e-9
    counts = Counter(one.sort for one in examples)
    known = [(one.described / spread, (one.right > one.right.max() - 0.05) & (one.right > RIGHT),
              SORTS[one.sort][1] / counts[one.sort]) for one in examples if one.right.max() > RIGHT]
    total = sum(weight for _, _, weight in known)

    def loss(weights: Doubles) -> tuple[float, Doubles]:
        value, slope = 0.0, np.zeros_like(weights)
        for rows, true, weight in known:
            scores = rows @ weights
            chances = np.exp(scores - scores.max())
            chances /= chances.sum()
            share = chances[true].sum() + 1e-12
            value -= weight * float(np.log(share))
            slope -= weight * ((chances * true / share - chances) @ rows)
        return (value / total + STEADY_PENALTY * float(weights @ weights),
                slope / total + 2 * STEADY_PENALTY * weights)

    found: Any = minimize(loss, np.zeros(len(spread)), jac=True, method="L-BFGS-B")
    return np.asarray(found.x / spread, np.float64)


def choose(example: Example, weights: Doubles) -> int:
    """As ``better_hearing`` does."""
    scores = example.described @ weights
    open_to = example.allowed & (scores > scores[example.present] + hearings.MARGIN)
    return int(np.where(open_to, scores, -np.inf).argmax()) if open_to.any() else example.present


def measure(examples: Sequence[Example], weights: Doubles | None) -> dict[str, float]:
    """Mean F of the chosen readings by sort; of the present ones without weights."""
    found = defaultdict(list)
    for one in examples:
        score = one.right[one.present if weights is None else choose(one, weights)]
        found[one.sort].append(score)
        found["all"].append(score)
    return {sort: round(float(np.mean(scores)), 3) for sort, scores in sorted(found.items())}


def _cross_checked(examples: Sequence[Example], folds: int = 5) -> dict[str, float]:
    found = defaultdict(list)
    for fold in range(folds):
        weights = fit([one for index, one in enumerate(examples) if index % folds != fold])
        for one in examples[fold::folds]:
            for sort in (one.sort, "all"):
                found[sort].append(one.right[choose(one, weights)])
    return {sort: round(float(np.mean(scores)), 3) for sort, scores in sorted(found.items())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--count", type=int, default=540)
    parser.add_argument("--seed", type=int, default=71)
    parser.add_argument("--check", type=Path)
    arguments = parser.parse_args()
    make_pieces(arguments.data, arguments.count, arguments.seed)
    examples = _hear(arguments.data)
    weights = fit(examples)
    said = {"pieces": len(examples), "before": measure(examples, None), "folds": _cross_checked(examples)}
    if arguments.check is not None:
        others = _hear(arguments.check)
        said["other pieces"] = {"before": measure(others, None), "after": measure(others, weights)}
    print(json.dumps(said, indent=1))
    if arguments.out is not None:
        named = {name: round(float(weight), 4) for name, weight in zip(hearings.NAMES, weights, strict=True)}
        arguments.out.write_text(json.dumps({"weights": named, "measured": said}, indent=1) + "\n", encoding="utf-8")


def _hear(folder: Path) -> list[Example]:
    return [found for path in sorted(folder.glob("*.npz")) if (found := hear_piece(path)) is not None]


if __name__ == "__main__":
    main()
