# SPDX-License-Identifier: GPL-3.0-or-later
"""How many voices, and which window is whose: average linkage, then merging by likeness freed of noise.

The plain likeness of two clusters says little: it depends on how noisy the recording is and on how many windows each
has. Divided by how alike each cluster's own windows are (pairs that share no sound), it is 0.91 to 1 for two halves of
one voice, whatever the noise, and below 0.87 for two people. The number of voices follows from that one limit.
Arrays are unit rows ``(windows, dims)``; nothing is left to chance, so the same audio gives the same voices.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

MOST_CLUSTERED = 1200
"""Windows that are compared with each other; more are assigned to the centres that these give."""
_SURELY_ONE = 0.76  # mean likeness, from which on windows are joined without a question
_ONE_VOICE = 0.885  # likeness freed of noise, from which on two clusters are one voice
_RARE = 3  # windows, below which a cluster is a cough or a change of voice and no voice
_PRIOR_PAIRS = 20.0  # with fewer pairs than this, a cluster's own likeness leans on that of all


def cluster_voices(
    vectors: NDArray[np.floating[Any]], starts: NDArray[np.int64] | None = None, shared: int = 0
) -> Labels:
    """A label for each window, numbered by first appearance.

    Args:
        starts: where the windows begin; pairs nearer than ``shared`` hear the same sound and prove nothing.
    """
    count = len(vectors)
    if count < 2:
        return np.zeros(count, np.int64)
    rows = np.asarray(vectors, np.float64)
    chosen = np.unique(np.linspace(0, count - 1, min(count, MOST_CLUSTERED)).astype(int))
    places = (np.arange(count) if starts is None else starts)[chosen]
    apart = np.abs(places[:, None] - places[None]) >= max(1, shared)
    likeness = rows[chosen] @ rows[chosen].T
    labels = _merged(likeness, apart, _linked(likeness))
    own = centres(rows[chosen], _without_rare(labels))
    return _by_appearance(np.argmax(rows @ own.T, axis=1))


def centres(rows: Floats, labels: Labels) -> Floats:
    """Unit centre of each label ``0..`` ``(voices, dims)``; rows with a label below 0 count for none."""
    means = np.stack([rows[labels == label].mean(axis=0) for label in range(int(labels.max()) + 1)])
    return np.asarray(means / (np.linalg.norm(means, axis=1, keepdims=True) + 1e-9))


def _linked(likeness: Floats) -> Labels:
    """Small pure clusters: average linkage down to ``_SURELY_ONE``."""
    from scipy.cluster.hierarchy import fcluster, linkage

    upper = np.triu_indices(len(likeness), 1)
    tree = linkage(np.maximum(0.0, 1.0 - likeness[upper]), "average")
    return np.asarray(fcluster(tree, 1.0 - _SURELY_ONE, "distance"), np.int64) - 1


def _merged(likeness: Floats, apart: NDArray[np.bool_], labels: Labels) -> Labels:
    """Join the two most alike clusters while they are one voice."""
    member = (labels[:, None] == np.unique(labels)[None]).astype(np.float64)
    sums = member.T @ (likeness * apart) @ member
    pairs = member.T @ apart.astype(np.float64) @ member
    alive = np.ones(len(sums), np.bool_)
    while alive.sum() > 1:
        freed = _freed_of_noise(sums, pairs)
        freed[~alive] = freed[:, ~alive] = -1.0
        first, second = divmod(int(np.argmax(freed)), len(freed))
        if freed[first, second] < _ONE_VOICE:
            break
        for table in (sums, pairs):
            table[first] += table[second]
            table[:, first] += table[:, second]
            table[second] = table[:, second] = 0.0
        member[:, first] += member[:, second]
        member[:, second] = 0.0
        alive[second] = False
    return np.unique(np.argmax(member, axis=1), return_inverse=True)[1].astype(np.int64)


def _freed_of_noise(sums: Floats, pairs: Floats) -> Floats:
    """Mean likeness between clusters over the geometric mean of that within each; -1 where nothing is known."""
    inside, counts = np.diag(sums), np.diag(pairs)
    usual = inside.sum() / counts.sum() if counts.sum() else 0.8
    within = np.maximum((inside + _PRIOR_PAIRS * usual) / (counts + _PRIOR_PAIRS), 1e-3)
    freed = np.where(pairs > 0, sums / np.maximum(pairs, 1.0), -1.0) / np.sqrt(within[:, None] * within[None])
    np.fill_diagonal(freed, -1.0)
    return np.asarray(freed)


def _without_rare(labels: Labels) -> Labels:
    """Labels 0.. of the clusters large enough to be a voice, -1 for windows of the others."""
    sizes = np.bincount(labels)
    kept = np.flatnonzero(sizes >= min(_RARE, int(sizes.max())))
    renamed = np.full(len(sizes), -1, np.int64)
    renamed[kept] = np.arange(len(kept))
    return np.asarray(renamed[labels])


def _by_appearance(labels: Labels) -> Labels:
    seen: dict[int, int] = {}
    return np.array([seen.setdefault(int(label), len(seen)) for label in labels], np.int64)


def smooth(likeness: Floats, *, stay: float) -> Labels:
    """Viterbi path through ``likeness`` ``(steps, voices)`` where a change of voice costs ``stay``."""
    count, voices = likeness.shape
    back = np.zeros((count, voices), np.int64)
    own = np.arange(voices)
    score = likeness[0].copy()
    for i in range(1, count):
        leap = score.max() - stay
        back[i] = np.where(score >= leap, own, int(score.argmax()))
        score = np.maximum(score, leap) + likeness[i]
    path = np.empty(count, np.int64)
    path[-1] = int(score.argmax())
    for i in range(count - 1, 0, -1):
        path[i - 1] = back[i, path[i]]
    return path
