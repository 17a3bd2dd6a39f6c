# SPDX-License-Identifier: GPL-3.0-or-later
"""How many voices, and which window is whose: spectral clustering that tunes itself.

The neighbour count and the number of voices come from the normalised maximum eigengap (Park, Han, Kumar, Narayanan
2020, "Auto-Tuning Spectral Clustering for Speaker Diarization"). Arrays are unit rows ``(windows, dims)``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

MOST_CLUSTERED = 900
"""Windows in the eigenproblem; more are assigned to the centres that these give."""
ONE_VOICE_SIMILARITY = 0.80
"""Two centres of GE2E vectors nearer than this are one voice heard twice."""


def cluster_voices(vectors: NDArray[np.float32], *, most: int = 10) -> Labels:
    """A label for each window, numbered by first appearance."""
    count = len(vectors)
    if count < 4:
        return np.zeros(count, np.int64)
    rows = np.asarray(vectors, np.float64)
    chosen = np.unique(np.linspace(0, count - 1, min(count, MOST_CLUSTERED)).astype(int))
    sample = rows[chosen]
    labels = _spectral(sample, most)
    centres = _centres(sample, labels)
    labels, centres = _merge_alike(rows, np.argmax(rows @ centres.T, axis=1), centres)
    return _by_appearance(labels)


def _spectral(rows: Floats, most: int) -> Labels:
    affinity = rows @ rows.T
    np.fill_diagonal(affinity, 0.0)
    best: tuple[float, int, Floats] | None = None
    total = len(rows)
    order = np.argsort(-affinity, axis=1)
    for neighbours in _neighbour_counts(total):
        pruned = np.zeros_like(affinity)
        np.put_along_axis(pruned, order[:, :neighbours], 1.0, axis=1)
        pruned = (pruned + pruned.T) / 2
        degree = pruned.sum(axis=1)
        values, basis = np.linalg.eigh(np.diag(degree) - pruned)
        gaps = np.diff(values[: most + 1])
        voices = int(np.argmax(gaps)) + 1
        gap = float(gaps[voices - 1] / (values[-1] + 1e-9))
        ratio = (neighbours / total) / (gap + 1e-9)
        if best is None or ratio < best[0]:
            best = (ratio, voices, basis[:, :voices])
    assert best is not None
    _, voices, basis = best
    return np.zeros(total, np.int64) if voices == 1 else _k_means(basis, voices)


def _neighbour_counts(total: int) -> list[int]:
    low, high = max(3, total // 50), max(4, total // 4)
    return sorted({int(x) for x in np.linspace(low, high, 8)})


def _k_means(rows: Floats, count: int, rounds: int = 40) -> Labels:
    """Lloyd's algorithm from farthest-point seeds: no chance in it, so the same audio gives the same voices."""
    seeds = [int(np.argmax(np.linalg.norm(rows - rows.mean(axis=0), axis=1)))]
    distance = np.linalg.norm(rows - rows[seeds[0]], axis=1)
    while len(seeds) < count:
        seeds.append(int(np.argmax(distance)))
        distance = np.minimum(distance, np.linalg.norm(rows - rows[seeds[-1]], axis=1))
    centres = rows[seeds]
    labels = np.zeros(len(rows), np.int64)
    for _ in range(rounds):
        new = np.argmin(((rows[:, None, :] - centres[None]) ** 2).sum(axis=2), axis=1)
        if np.array_equal(new, labels):
            break
        labels = new
        centres = np.stack(
            [rows[labels == k].mean(axis=0) if (labels == k).any() else centres[k] for k in range(count)]
        )
    return labels


def _centres(rows: Floats, labels: Labels) -> Floats:
    centres = np.stack([rows[labels == k].mean(axis=0) for k in np.unique(labels)])
    return np.asarray(centres / (np.linalg.norm(centres, axis=1, keepdims=True) + 1e-9))


def _merge_alike(rows: Floats, labels: Labels, centres: Floats) -> tuple[Labels, Floats]:
    """Join the two nearest centres while they are one voice; drop voices that own almost nothing."""
    labels = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    centres = _centres(rows, labels)
    while len(centres) > 1:
        likeness = centres @ centres.T
        np.fill_diagonal(likeness, -1.0)
        first, second = divmod(int(np.argmax(likeness)), len(centres))
        if likeness[first, second] < ONE_VOICE_SIMILARITY:
            break
        labels = np.where(labels == second, first, labels)
        labels = np.unique(labels, return_inverse=True)[1].astype(np.int64)
        centres = _centres(rows, labels)
    return np.argmax(rows @ centres.T, axis=1).astype(np.int64), centres


def _by_appearance(labels: Labels) -> Labels:
    seen: dict[int, int] = {}
    return np.array([seen.setdefault(int(label), len(seen)) for label in labels], np.int64)


def smooth(likeness: Floats, *, stay: float) -> Labels:
    """Viterbi path through ``likeness`` ``(windows, voices)`` where a change of voice costs ``stay``."""
    count, voices = likeness.shape
    back = np.zeros((count, voices), np.int64)
    score = likeness[0].copy()
    for i in range(1, count):
        leap = score.max() - stay
        back[i] = np.where(score >= leap, np.arange(voices), int(score.argmax()))
        score = np.maximum(score, leap) + likeness[i]
    path = np.empty(count, np.int64)
    path[-1] = int(score.argmax())
    for i in range(count - 1, 0, -1):
        path[i - 1] = back[i, path[i]]
    return path
