# SPDX-License-Identifier: GPL-3.0-or-later
"""Many cheap examples for the metre network: sketched spectrograms of ever new pieces.

``python -m podmix.lab.beat_sketches --out DIR --shards 0-99 [--scores FILE]`` writes ``sketch-NNNN.npz`` files of
PIECES pieces. ``--make-scores N`` first writes N accompaniments (see ``composing.accompaniment``) to that file, to be
transposed, re-timed and re-scored among the composed pieces.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from podmix.errors import PodMixError
from podmix.lab.beat_examples import Example, quantise, write_shard
from podmix.lab.composing.accompaniment import accompany, list_grooves
from podmix.lab.composing.composer import compose
from podmix.lab.composing.drum_sounds import Dice
from podmix.lab.composing.loops import begun_before, compose_loops
from podmix.lab.composing.performing import perform
from podmix.lab.composing.rendering import open_studio
from podmix.lab.composing.score import Part, Performance, Score
from podmix.lab.composing.sketching import Library, build_library, sketch
from podmix.music.beats.features import RATE

PIECES = 100
SECONDS = 75.0
ACCOMPANIED = 0.25
LOOPED = 0.55
"""Of the composed pieces."""
PULSELESS = 0.03


def make_scores(count: int, target: Path) -> None:
    """Write accompaniments as one array file."""
    grooves, scores = list_grooves(), []
    with tempfile.TemporaryDirectory() as folder:
        for index in range(count):
            try:
                score = accompany(grooves, np.random.default_rng([17, index]), seconds=40.0, folder=Path(folder))
            except (PodMixError, subprocess.TimeoutExpired, IndexError):
                continue
            scores.append(score)
    content = {"about": np.array([[s.bpm, s.beats_per_bar, s.length, len(s.parts)] for s in scores])}
    for number, score in enumerate(scores):
        for place, part in enumerate(score.parts):
            content[f"{number}.{place}.{part.role}.{part.program}"] = part.notes
    np.savez_compressed(target, **content)  # type: ignore[arg-type]


def load_scores(path: Path) -> list[Score]:
    with np.load(path) as stored:
        parts: dict[int, list[Part]] = {}
        for name in stored.files:
            if name != "about":
                number, _, role, program = name.split(".")
                parts.setdefault(int(number), []).append(Part(role, int(program), stored[name]))
        return [Score("accompaniment", float(row[0]), int(row[1]), float(row[2]), tuple(parts.get(number, ())))
                for number, row in enumerate(stored["about"])]


def make_sketch(dice: Dice, library: Library, scores: list[Score]) -> Example:
    """One piece: composed or accompanied, steady or living, or robbed of its pulse."""
    if scores and dice.random() < ACCOMPANIED:
        known = _repeated(scores[int(dice.integers(len(scores)))], SECONDS)
        score = replace(known, bpm=known.bpm * float(np.exp(dice.normal(0, 0.1))), steady=bool(dice.random() < 0.6),
                        parts=tuple(part for part in known.parts if part.role == "drums" or dice.random() < 0.8))
    else:
        score = (compose_loops if dice.random() < LOOPED else compose)(dice, seconds=SECONDS)
    looseness = float(dice.uniform(0, 0.012)) if dice.random() < 0.5 else 0.0
    before = begun_before(score) * 60 / score.bpm
    lead_in = before * 1.2 + float(dice.uniform(0, 0.6) if dice.random() < 0.7 else dice.uniform(0, 3))
    played = perform(score, dice, lead_in=lead_in, looseness=looseness)
    beats, downbeats = played.beats, played.downbeats
    if dice.random() < PULSELESS:
        played, beats, downbeats = _scattered(played, dice), beats[:0], downbeats[:0]
    mel = sketch(played, library, dice, seconds=SECONDS)
    hiss = np.abs(1 + 0.4 * dice.normal(size=mel.shape)).astype(np.float32)
    mel += np.float32(mel.mean() * 10 ** dice.uniform(-4, -2)) * hiss
    mel *= np.float32(0.05 / max(float(mel.mean()), 1e-9))
    return Example(quantise(mel), beats[beats < SECONDS], downbeats[downbeats < SECONDS], score.style)


def _repeated(score: Score, seconds: float) -> Score:
    """Gone through again from the start until it is long enough."""
    times = int(np.ceil(seconds * score.bpm / 60 / score.length))
    shifts = np.arange(times)[:, None, None] * np.array([score.length, 0.0, 0.0, 0.0])
    parts = tuple(replace(part, notes=(part.notes[None] + shifts).reshape(-1, 4)) for part in score.parts)
    return replace(score, length=score.length * times, parts=parts)


def _scattered(played: Performance, dice: Dice) -> Performance:
    """The same notes at any time: busy, and without a pulse."""
    parts = []
    for part in played.parts:
        starts = np.sort(dice.uniform(0, SECONDS, len(part.notes)))
        parts.append(replace(part, notes=np.column_stack([starts, part.notes[:, 1:]])))
    return replace(played, parts=tuple(parts))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shards", default="0-9", help="first-last")
    parser.add_argument("--scores", type=Path)
    parser.add_argument("--make-scores", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.make_scores:
        make_scores(arguments.make_scores, arguments.scores)
        return
    arguments.out.mkdir(parents=True, exist_ok=True)
    first, last = (int(value) for value in arguments.shards.split("-"))
    scores = load_scores(arguments.scores) if arguments.scores and arguments.scores.exists() else []
    studio = open_studio(RATE)
    library = build_library(studio, np.random.default_rng([19, first]), kits=40, instruments=14)
    for number in range(first, last + 1):
        target = arguments.out / f"sketch-{number:04d}.npz"
        if not target.exists():
            write_shard([make_sketch(np.random.default_rng([23, number, index]), library, scores)
                         for index in range(PIECES)], target)
            print(target.name, flush=True)


if __name__ == "__main__":
    main()
