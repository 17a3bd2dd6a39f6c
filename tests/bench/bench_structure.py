# SPDX-License-Identifier: GPL-3.0-or-later
"""Sections beside librosa's agglomerative segmentation and an even cut, in one run.

``python tests/bench/bench_structure.py [--songs DIR] [--truth DIR] [--most 10] [--at-least 0.0]``. ``--songs`` holds
pieces of ``python -m podmix.lab.song_examples --out DIR``; only those whose sound banks no training piece uses are
taken. ``--truth`` holds recordings beside JSON files with ``sections`` (edges in seconds; a list of times or of objects
with ``time`` or ``start``), ``beats``, ``downbeats`` and ``beats_per_bar``. Printed for every system: precision, recall
and F of the edges (the first and the last left out) within one bar of the truth's own length, and within half a second;
for PodMix also labels on the songs (share of the time right, drop and chorus as one), once with its own beats and once
with the true ones. librosa: ``agglomerative`` on beat-synchronous MFCC and chroma_cqt, with as many sections as the
truth has, which only it is told. The exit code is 1 where F within a bar on the songs, with own beats, lies below
``--at-least``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from podmix.lab.song_examples import load
from podmix.music.analysis import analyse_sound
from podmix.music.sound import Sound, hear, listen
from podmix.music.tones import RATE
from podmix.music.types import BeatGrid, Section

WINDOWS = ("bar", "0.5 s")


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """``inner`` are the edges without the first and the last, seconds; ``bar`` the length of a bar."""

    name: str
    sound: Sound
    samples: np.ndarray
    inner: np.ndarray
    bar: float
    grid: BeatGrid
    edges: np.ndarray | None = None
    labels: tuple[str, ...] = ()


def composed(folder: Path, most: int) -> list[Piece]:
    pieces = []
    for path in sorted(folder.glob("song-*.npz")):
        song = load(path)
        if song.held_out and len(pieces) < most:
            sound = hear([np.stack([song.sound, song.sound], 1)], RATE, 1)
            grid = BeatGrid(tuple(song.beats), tuple(song.downbeats), song.beats_per_bar)
            pieces.append(Piece(path.stem, sound, song.sound, song.edges[1:-1],
                                float(np.median(np.diff(song.downbeats))), grid, song.edges, song.labels))
    return pieces


def recorded(folder: Path) -> list[Piece]:
    from podmix.audio.decode import read

    pieces = []
    for path in sorted(folder.glob("*.json")):
        truth = json.loads(path.read_text())
        edges = [one.get("time", one.get("start")) if isinstance(one, dict) else one
                 for one in truth.get("sections") or ()]
        file = next((file for file in path.parent.glob(f"{path.stem}.*") if file.suffix != ".json"), None)
        if len(edges) > 2 and file is not None:
            sound = listen(file)
            inner = np.array([edge for edge in edges if 1.0 < edge < sound.duration - 1.0])
            grid = BeatGrid(tuple(truth["beats"]), tuple(truth["downbeats"]), truth["beats_per_bar"])
            pieces.append(Piece(path.stem, sound, read(file, sample_rate=RATE)[0], inner,
                                float(np.median(np.diff(truth["downbeats"]))), grid))
    return pieces


def own(piece: Piece, grid: BeatGrid | None = None) -> tuple[Section, ...]:
    found = analyse_sound(piece.sound, {"structure"}, grid=grid).structure
    return found.sections if found else ()


def inner_edges(sections: tuple[Section, ...]) -> np.ndarray:
    return np.array([section.start for section in sections[1:]])


def librosa_edges(piece: Piece) -> np.ndarray:
    import librosa

    _, beats = librosa.beat.beat_track(y=piece.samples, sr=RATE)
    mfcc = librosa.util.sync(librosa.feature.mfcc(y=piece.samples, sr=RATE), beats)
    chroma = librosa.util.sync(librosa.feature.chroma_cqt(y=piece.samples, sr=RATE), beats)
    rows = np.vstack([librosa.util.normalize(mfcc, axis=1), librosa.util.normalize(chroma, axis=1)])
    starts = librosa.segment.agglomerative(rows, min(len(piece.inner) + 1, rows.shape[1]))
    times = np.concatenate([[0.0], librosa.frames_to_time(beats, sr=RATE)])
    return np.asarray(times[starts[1:]])


def even_edges(piece: Piece) -> np.ndarray:
    """A line every eight bars of the true grid."""
    return np.array(piece.grid.downbeats[8::8])


def hits(found: np.ndarray, truth: np.ndarray, window: float) -> int:
    """How many edges meet, each once, nearest first."""
    if not len(found) or not len(truth):
        return 0
    away = np.abs(found[:, None] - truth)
    count = 0
    while away.size and away.min() <= window:
        row, column = np.unravel_index(int(away.argmin()), away.shape)
        away[row], away[:, column] = np.inf, np.inf
        count += 1
    return count


def measure(name: str, find: Callable[[Piece], np.ndarray], pieces: list[Piece]) -> float:
    rows: dict[str, list[tuple[float, float, float]]] = {window: [] for window in WINDOWS}
    for piece in pieces:
        found = find(piece)
        for window, seconds in zip(WINDOWS, (piece.bar * 1.02, 0.5), strict=True):
            met = hits(found, piece.inner, seconds)
            precision, recall = met / max(1, len(found)), met / max(1, len(piece.inner))
            rows[window].append((precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)))
    means = [np.mean(rows[window], axis=0) for window in WINDOWS]
    print(f"  {name:34}" + "   ".join(f"P {p:.2f} R {r:.2f} F {f:.2f}" for p, r, f in means))
    return float(means[0][2])


def label_share(pieces: list[Piece], *, true_grid: bool) -> float:
    """Share of the time with the right label, drop and chorus as one, of the pieces that have labels."""
    shares = []
    for piece in pieces:
        assert piece.edges is not None
        sections = own(piece, piece.grid if true_grid else None)
        times = np.arange(piece.edges[0], piece.edges[-1], 0.1)
        truth = [piece.labels[i] for i in np.clip(np.searchsorted(piece.edges, times, "right") - 1, 0,
                                                  len(piece.labels) - 1)]
        starts = np.array([section.start for section in sections])
        found = [sections[max(0, i)].label for i in np.searchsorted(starts, times, "right") - 1]
        same = {"chorus": "drop"}
        shares.append(np.mean([same.get(a, a) == same.get(b, b) for a, b in zip(truth, found, strict=True)]))
    return float(np.mean(shares)) if shares else 0.0


def report(title: str, pieces: list[Piece]) -> float:
    print(f"{title}: {len(pieces)} pieces, {sum(len(piece.inner) for piece in pieces)} edges; within a bar, "
          "within 0.5 s")
    score = measure("PodMix", lambda piece: inner_edges(own(piece)), pieces)
    measure("PodMix, true beats", lambda piece: inner_edges(own(piece, piece.grid)), pieces)
    measure("librosa agglomerative, count told", librosa_edges, pieces)
    measure("a line every eight true bars", even_edges, pieces)
    return score


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--songs", type=Path)
    options.add_argument("--truth", type=Path)
    options.add_argument("--most", type=int, default=10)
    options.add_argument("--at-least", type=float, default=0.0)
    chosen = options.parse_args()
    score = 1.0
    if chosen.songs:
        pieces = composed(chosen.songs, chosen.most)
        score = report("Composed songs, sound banks held out", pieces)
        print(f"  labels right: {label_share(pieces, true_grid=False):.2f} of the time, "
              f"{label_share(pieces, true_grid=True):.2f} with true beats")
    if chosen.truth:
        report("Recordings", recorded(chosen.truth))
    return 0 if score >= chosen.at_least else 1


if __name__ == "__main__":
    raise SystemExit(main())
