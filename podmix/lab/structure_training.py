# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains what finds sections, bass drums and voices, on composed songs.

``python -m podmix.lab.structure_training --data DIR --out resources/models/structure`` reads the songs of
``song_examples`` that are not held out, on their true bars, fits three logistic models and writes ``weights.json``.
Deterministic.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from podmix.lab.song_examples import SongExample, load
from podmix.music.sound import Sound, hear
from podmix.music.structure.bars import BarFeatures, bar_raster, describe_bars
from podmix.music.structure.boundaries import LINE_FEATURES, describe_lines
from podmix.music.structure.contents import KICK_FEATURES, VOICE_FEATURES, describe_kick, describe_voice
from podmix.music.tones import RATE
from podmix.music.types import BeatGrid

Doubles = NDArray[np.float64]

PENALTY = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class HeardSong:
    """A song with its features on its true bars, and the truth of every bar and line (0 or 1)."""

    song: SongExample
    sound: Sound
    bars: BarFeatures
    opens: Doubles
    kick: Doubles
    vocals: Doubles


def listen_to(song: SongExample) -> HeardSong:
    stereo = np.stack([song.sound, song.sound], axis=1)
    sound = hear((stereo[start:start + 20 * RATE] for start in range(0, len(stereo), 20 * RATE)), RATE, 1)
    grid = BeatGrid(tuple(song.beats), tuple(song.downbeats), song.beats_per_bar)
    edges, on_bars = bar_raster(grid, float(song.edges[0]), float(song.edges[-1]))
    bars = describe_bars(sound, edges, on_bars=on_bars)
    middle = (edges[:-1] + edges[1:]) / 2
    place = np.clip(np.searchsorted(song.edges, middle, side="right") - 1, 0, len(song.labels) - 1)
    opens = (np.diff(place) > 0).astype(float)
    return HeardSong(song, sound, bars, opens, song.kick[place].astype(float), song.vocals[place].astype(float))


def read_songs(folder: Path) -> list[HeardSong]:
    return [listen_to(load(path)) for path in sorted(folder.glob("song-*.npz"))]


def fit_logistic(seen: Doubles, truth: Doubles, penalty: float = PENALTY) -> dict[str, Any]:
    """Standardisation, weights and bias by L-BFGS on the mean log loss."""
    from scipy.optimize import minimize

    mean, spread = seen.mean(0), seen.std(0) + 1e-6
    scaled = (seen - mean) / spread

    def loss(flat: Doubles) -> tuple[float, Doubles]:
        odds = scaled @ flat[:-1] + flat[-1]
        value = float(np.logaddexp(0, odds).mean() - (truth * odds).mean() + penalty * (flat[:-1] ** 2).sum())
        error = (1 / (1 + np.exp(-odds)) - truth) / len(truth)
        return value, np.append(scaled.T @ error + 2 * penalty * flat[:-1], error.sum())

    found = minimize(loss, np.zeros(seen.shape[1] + 1), jac=True, method="L-BFGS-B").x
    return {"mean": mean.round(5).tolist(), "spread": spread.round(5).tolist(),
            "weights": found[:-1].round(5).tolist(), "bias": round(float(found[-1]), 5)}


def _voices(heard: HeardSong) -> tuple[Doubles, Doubles]:
    return describe_voice(heard.sound.rhythm.mel, heard.bars.edges), heard.vocals


def train(songs: list[HeardSong]) -> dict[str, dict[str, Any]]:
    """The three models as they are stored."""
    kinds: dict[str, tuple[tuple[str, ...], Callable[[HeardSong], tuple[Doubles, Doubles]]]] = {
        "lines": (LINE_FEATURES, lambda heard: (describe_lines(heard.bars), heard.opens)),
        "kick": (KICK_FEATURES, lambda heard: (describe_kick(heard.bars), heard.kick)),
        "voice": (VOICE_FEATURES, _voices),
    }
    models = {}
    for name, (features, of) in kinds.items():
        pairs = [of(heard) for heard in songs]
        truth = np.concatenate([p[1] for p in pairs])
        fitted = fit_logistic(np.concatenate([p[0] for p in pairs]), truth)
        if name == "voice":  # how often the composer lets someone sing says nothing about a library
            fitted["bias"] = round(float(fitted["bias"]) + float(np.log((1 - truth.mean()) / truth.mean())), 5)
        models[name] = {"features": list(features), **fitted}
    return models


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--out", type=Path, required=True)
    chosen = options.parse_args()
    songs = [heard for heard in read_songs(chosen.data) if not heard.song.held_out]
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / "weights.json").write_text(json.dumps(train(songs)) + "\n", encoding="utf-8")
    print(f"{len(songs)} songs, {sum(len(heard.bars) for heard in songs)} bars")


if __name__ == "__main__":
    main()
