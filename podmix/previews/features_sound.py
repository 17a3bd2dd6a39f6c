# SPDX-License-Identifier: GPL-3.0-or-later
"""How lively a span sounds, from features of each second, compared with the rest of the same episode."""

from __future__ import annotations

import numpy as np

from podmix.previews.features_text import running
from podmix.previews.types import Candidates, Doubles, Floats, SoundFeatures


def sound_evidence(sound: SoundFeatures | None, spans: Candidates) -> dict[str, Doubles]:
    """``lively_voice`` and ``laughter``, ``(spans,)`` in 0..1; nothing at all where there is no sound.

    Liveliness is the mean of how loud, how high, how varied in pitch and how fast a span is, each as its rank
    among all spans of the episode, because levels and voices differ between recordings.
    """
    if sound is None or not len(spans) or not len(sound.loudness):
        return {}
    ranks = [
        _rank(_mean(sound.loudness, spans)),
        _rank(_mean(sound.pitch, spans)),
        _rank(_spread(sound.pitch, spans)),
        _rank(_mean(sound.rate, spans)),
    ]
    laughter = np.clip(3 * np.nan_to_num(_mean(sound.laughter, spans)), 0, 1)
    return {"lively_voice": np.mean(ranks, axis=0), "laughter": laughter}


def _bounds(count: int, spans: Candidates) -> tuple[np.ndarray, np.ndarray]:
    low = np.clip(np.floor(spans.start).astype(np.int64), 0, max(0, count - 1))
    high = np.clip(np.ceil(spans.end).astype(np.int64), low + 1, max(1, count))
    return low, high


def _mean(values: Floats, spans: Candidates) -> Doubles:
    """Mean over each span's seconds, NaN where nothing is known: ``(seconds,)`` -> ``(spans,)``."""
    known = np.isfinite(values)
    sums = running(np.stack([np.where(known, values, 0.0), known.astype(np.float64)], axis=1))
    low, high = _bounds(len(values), spans)
    total = sums[high] - sums[low]
    return np.where(total[:, 1] > 0, total[:, 0] / np.maximum(1, total[:, 1]), np.nan)


def _spread(values: Floats, spans: Candidates) -> Doubles:
    """Standard deviation over each span's seconds."""
    centred = values.astype(np.float64) - np.nanmean(values) if np.isfinite(values).any() else values
    mean = _mean(centred.astype(np.float32), spans)
    square = _mean((centred**2).astype(np.float32), spans)
    return np.asarray(np.sqrt(np.maximum(0.0, square - mean**2)))


def _rank(values: Doubles) -> Doubles:
    """Place among all spans in 0..1; one half where unknown or all alike."""
    known = np.isfinite(values)
    ranks = np.full(len(values), 0.5)
    if known.sum() > 1 and np.ptp(values[known]) > 0:
        order = np.argsort(np.argsort(values[known], kind="stable"), kind="stable")
        ranks[known] = order / (known.sum() - 1)
    return ranks
