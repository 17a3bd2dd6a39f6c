# SPDX-License-Identifier: GPL-3.0-or-later
"""Examples for the beat tracker: composed, performed, rendered, and kept as quantised spectrograms with their truth.

``python -m podmix.lab.beat_examples --out DIR --shards 0-99`` writes ``shard-NNNN.npz`` files of ``PIECES`` pieces
each; with ``--pulseless`` ``still-NNNN.npz`` files of what has no pulse: noise, textures, drones, speech. A shard
depends only on its number and on what sound sources are installed; a file is renamed into place when it is complete, so
that the work can be killed and started again.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from podmix.audio.decode import read
from podmix.errors import PodMixError
from podmix.lab.composing import mastering
from podmix.lab.composing.accompaniment import Groove, accompany, list_grooves
from podmix.lab.composing.composer import compose
from podmix.lab.composing.drum_sounds import Dice, Sound
from podmix.lab.composing.performing import perform
from podmix.lab.composing.rendering import Studio, open_studio, render
from podmix.lab.composing.score import Doubles
from podmix.lab.composing.tones import play_note, random_patch
from podmix.music.beats import features

PIECES = 20
SECONDS = 40.0
ACCOMPANIED = 0.3
PULSELESS = 0.06
FLOOR_DB, STEP_DB = -110.0, 0.5


@dataclass(frozen=True, slots=True)
class Example:
    """Decibels ``(frames, BANDS)`` as bytes, and the truth in seconds."""

    levels: NDArray[np.uint8]
    beats: Doubles
    downbeats: Doubles
    style: str


def quantise(mel: features.Floats) -> NDArray[np.uint8]:
    """Magnitudes to half-decibel steps above FLOOR_DB."""
    decibels = 20 * np.log10(np.maximum(mel, 1e-6))
    return np.clip(np.round((decibels - FLOOR_DB) / STEP_DB), 0, 255).astype(np.uint8)


_MAGNITUDES = (10 ** ((np.arange(256) * STEP_DB + FLOOR_DB) / 20)).astype(np.float32)


def restore(levels: NDArray[np.uint8]) -> features.Floats:
    """Back to magnitudes."""
    return np.asarray(_MAGNITUDES[levels], np.float32)


def make_piece(
    dice: Dice, studio: Studio, grooves: list[Groove], folder: Path, seconds: float = SECONDS
) -> tuple[Sound, Doubles, Doubles, str]:
    """One piece of music (or of something without a pulse): sound, beats, downbeats, style."""
    if dice.random() < PULSELESS:
        return pulseless(dice, studio.rate, seconds, folder), np.zeros(0), np.zeros(0), "none"
    score = None
    if grooves and dice.random() < ACCOMPANIED:
        try:
            score = accompany(grooves, dice, seconds=seconds, folder=folder)
        except (PodMixError, subprocess.TimeoutExpired, IndexError):
            score = None  # some grooves of the library are broken
    score = score or compose(dice, seconds=seconds * dice.choice([1.0, 1.0, 1.0, 0.7]))
    lead_in = float(dice.uniform(0, 0.5) if dice.random() < 0.7 else dice.uniform(0, 4))
    looseness = float(dice.uniform(0, 0.012)) if dice.random() < 0.5 else 0.0
    played = perform(score, dice, lead_in=lead_in, looseness=looseness)
    sound = render(played, studio, dice, seconds=seconds)
    return sound, played.beats[played.beats < seconds], played.downbeats[played.downbeats < seconds], played.style


def pulseless(dice: Dice, rate: int, seconds: float, folder: Path) -> Sound:
    """Noise, free textures of notes, drones or synthetic speech: things that have no beat."""
    frames = int(rate * seconds)
    kind = dice.random()
    if kind < 0.2:
        return mastering.background(frames, rate, dice)
    sound = np.zeros(frames, np.float32)
    if kind < 0.55:
        spoken = _speech(dice, rate, seconds, folder)
        sound[: len(spoken)] = spoken
    else:
        patch = random_patch("pad" if dice.random() < 0.6 else "melody", dice)
        for _ in range(int(dice.integers(3, 60))):
            note = play_note(patch, int(dice.integers(36, 84)), dice.uniform(0.5, 9), rate)
            first = int(dice.integers(0, frames))
            count = min(len(note), frames - first)
            sound[first : first + count] += note[:count]
    return mastering.master(sound, rate, dice) if np.any(sound) else sound


def _speech(dice: Dice, rate: int, seconds: float, folder: Path) -> Sound:
    """Random syllables by espeak-ng; silence where it is not installed."""
    vowels, consonants = "aeiou", "bdfgklmnprstvz"
    words = [
        "".join(str(dice.choice(list(consonants))) + str(dice.choice(list(vowels))) for _ in range(dice.integers(1, 4)))
        for _ in range(int(seconds * 3))
    ]
    text = " ".join(word + ("." if dice.random() < 0.1 else "") for word in words)
    target = folder / "speech.wav"
    command = [
        "espeak-ng",
        "-v",
        str(dice.choice(["en", "de", "fr", "es", "it"])),
        "-s",
        str(dice.integers(120, 220)),
        "-p",
        str(dice.integers(10, 90)),
        "-w",
        str(target),
        text,
    ]
    try:
        subprocess.run(command, capture_output=True, check=True, timeout=60)
        return read(target, sample_rate=rate, end=seconds)[0]
    except (OSError, subprocess.SubprocessError, PodMixError):
        return np.zeros(int(rate * seconds), np.float32)


def make_shard(number: int, studio: Studio, grooves: list[Groove], folder: Path, target: Path) -> None:
    """Write one file of PIECES rendered examples."""
    examples = []
    for index in range(PIECES):
        dice = np.random.default_rng([number, index])
        sound, beats, downbeats, style = make_piece(dice, studio, grooves, folder)
        examples.append(Example(quantise(features.spectrogram(sound)), beats, downbeats, style))
    write_shard(examples, target)


def make_still_shard(number: int, studio: Studio, folder: Path, target: Path) -> None:
    """Write one file of PIECES examples without a pulse."""
    examples = []
    for index in range(PIECES):
        sound = pulseless(np.random.default_rng([29, number, index]), studio.rate, SECONDS, folder)
        examples.append(Example(quantise(features.spectrogram(sound)), np.zeros(0), np.zeros(0), "none"))
    write_shard(examples, target)


def write_shard(examples: list[Example], target: Path) -> None:
    """One file of examples, renamed into place."""
    content: dict[str, NDArray[np.generic]] = {}
    for index, example in enumerate(examples):
        content |= {f"levels{index}": example.levels, f"beats{index}": example.beats,
                    f"downbeats{index}": example.downbeats, f"style{index}": np.array(example.style)}
    partial = target.with_suffix(".part.npz")
    np.savez(partial, **content)  # type: ignore[arg-type]
    partial.replace(target)


def load_shard(path: Path) -> list[Example]:
    with np.load(path) as stored:
        return [Example(stored[f"levels{i}"], stored[f"beats{i}"], stored[f"downbeats{i}"], str(stored[f"style{i}"]))
                for i in range(len(stored.files) // 4)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shards", default="0-9", help="first-last")
    parser.add_argument("--pulseless", action="store_true")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    first, last = (int(value) for value in arguments.shards.split("-"))
    studio = Studio(features.RATE) if arguments.pulseless else open_studio(features.RATE)
    grooves = [] if arguments.pulseless else list_grooves()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(first, last + 1):
            target = arguments.out / f"{'still' if arguments.pulseless else 'shard'}-{number:04d}.npz"
            if target.exists():
                continue
            if arguments.pulseless:
                make_still_shard(number, studio, Path(folder), target)
            else:
                make_shard(number, studio, grooves, Path(folder), target)
            print(target.name, flush=True)


if __name__ == "__main__":
    main()
