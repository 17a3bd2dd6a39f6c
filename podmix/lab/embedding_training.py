# SPDX-License-Identifier: GPL-3.0-or-later
"""Learns the matrix of the sound embedding, and measures it.

``python -m podmix.lab.embedding_training --keys DIR --songs DIR --out resources/models/sound-embedding`` takes the
sounds of ``key_examples`` (test pieces) and ``song_examples``, makes copies of each (equaliser, narrow band, noise,
another stretch), learns from two thirds of them and prints, for the others, how often a copy's nearest neighbour is
its own piece, and how often a piece's nearest neighbour is of its style, beside raw standardised statistics.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from podmix.lab import key_examples, song_examples
from podmix.lab.composing import mastering
from podmix.lab.composing.drum_sounds import Dice
from podmix.lab.composing.drum_sounds import Sound as Samples
from podmix.music.embedding import SIZE, describe_sound
from podmix.music.sound import hear
from podmix.music.tones import RATE

Doubles = NDArray[np.float64]

SHRINK = 0.3


def describe(samples: Samples) -> Doubles:
    return describe_sound(hear([np.stack([samples, samples], axis=1)], RATE, 1))


def copies(samples: Samples, dice: Dice) -> list[Samples]:
    """The piece, equalised, band-limited with noise, and its two halves."""
    points = np.array([30, 90, 250, 700, 2000, 5000, 11025.0])
    bright = mastering.shape_spectrum(samples, RATE, np.clip(dice.normal(0, 3, 7), -6, 6), points)
    narrow = mastering.shape_spectrum(samples, RATE, np.array([0, 0, -60.0]), np.array([20, 7000, 9000.0]))
    noisy = narrow + dice.normal(0, 0.002 * float(np.abs(samples).max()), len(samples)).astype(np.float32)
    half = len(samples) // 2
    return [samples, bright.astype(np.float32), np.asarray(noisy, np.float32), samples[:half], samples[half:]]


def read_pieces(keys: Path, songs: Path, most: int) -> tuple[Doubles, list[str]]:
    """``(pieces, copies, raw)`` and styles."""
    rows, styles = [], []
    for number, path in enumerate([*sorted(keys.glob("test-*.npz"))[:most], *sorted(songs.glob("song-*.npz"))]):
        if path.name.startswith("test"):
            example = key_examples.load(path)
            samples, style = example.sound, example.style
        else:
            song = song_examples.load(path)
            middle = len(song.sound) // 2
            samples, style = song.sound[middle - 20 * RATE:middle + 20 * RATE], song.style
        rows.append([describe(copy) for copy in copies(samples, np.random.default_rng(number))])
        styles.append(style)
    return np.array(rows), styles


def learn(rows: Doubles) -> tuple[Doubles, Doubles]:
    """Mean and matrix ``(raw, SIZE)``: within-piece covariance made white, then the largest differences between."""
    flat = rows.reshape(-1, rows.shape[-1])
    mean, spread = flat.mean(0), flat.std(0) + 1e-6
    scaled = (rows - mean) / spread
    centres = scaled.mean(axis=1)
    apart = (scaled - centres[:, None]).reshape(-1, scaled.shape[-1])
    within = apart.T @ apart / len(apart)
    within = (1 - SHRINK) * within + SHRINK * np.eye(len(within)) * np.trace(within) / len(within)
    value, vector = np.linalg.eigh(within)
    white = vector / np.sqrt(value) @ vector.T
    _, _, main = np.linalg.svd(centres @ white, full_matrices=False)
    return mean, (white @ main[:SIZE].T) / spread[:, None]


def nearest_rates(vectors: Doubles, styles: list[str]) -> dict[str, float]:
    """``vectors`` ``(pieces, copies, n)`` of any length."""
    unit = vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + 1e-12)
    originals = unit[:, 0]
    names = np.array(styles)
    results = {}
    for copy, name in ((1, "equalised"), (2, "narrow and noisy")):
        results[name] = float(np.mean((unit[:, copy] @ originals.T).argmax(1) == np.arange(len(unit))))
    results["other half"] = float(np.mean((unit[:, 4] @ unit[:, 3].T).argmax(1) == np.arange(len(unit))))
    like = originals @ originals.T - 2 * np.eye(len(originals))
    results["style of nearest"] = float(np.mean(names[like.argmax(1)] == names))
    results["style by chance"] = float(np.mean([np.mean(np.delete(names, i) == name) for i, name in enumerate(names)]))
    return results


def main() -> None:
    from safetensors.numpy import save_file

    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--keys", type=Path, required=True)
    options.add_argument("--songs", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--most", type=int, default=240)
    chosen = options.parse_args()
    rows, styles = read_pieces(chosen.keys, chosen.songs, chosen.most)
    kept = np.arange(len(rows)) % 3 != 0
    mean, matrix = learn(rows[kept])
    other = rows[~kept]
    names = [style for style, inside in zip(styles, kept, strict=True) if not inside]
    plain = (other - rows[kept].mean((0, 1))) / (rows[kept].std((0, 1)) + 1e-6)
    for title, vectors in (("standardised", plain), ("whitened", (other - mean) @ matrix)):
        print(title, {name: round(rate, 3) for name, rate in nearest_rates(vectors, names).items()})
    mean, matrix = learn(rows)
    chosen.out.mkdir(parents=True, exist_ok=True)
    save_file({"mean": mean.astype(np.float32), "matrix": matrix.astype(np.float32)},
              str(chosen.out / "whitening.safetensors"))
    print(f"{len(rows)} pieces")


if __name__ == "__main__":
    main()
