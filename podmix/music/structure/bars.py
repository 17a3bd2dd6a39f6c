# SPDX-License-Identifier: GPL-3.0-or-later
"""What each bar sounds like: the material that sections are found in.

A raster of ``edges`` (seconds, rising) cuts the track into bars, or into seconds where there is no beat grid. All
features are ``(bars, n)``; levels are in units of the track's own spread, so that loudness and mastering cancel.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from podmix.music.beats.features import FRAME_RATE
from podmix.music.key.chroma import fold, semitones, whiten
from podmix.music.sound import Sound
from podmix.music.tones import TONE_RATE, Floats
from podmix.music.types import BeatGrid
from podmix.music.waveform import POINTS_PER_SECOND, points_of

Doubles = NDArray[np.float64]

SECOND_RASTER_S = 2.0
POOL = 3
"""So many mel bands are one of the 21 bands of ``levels``."""
FLOOR_DB = -60.0
_BLOCK = 6000


@dataclass(frozen=True, slots=True, eq=False)
class BarFeatures:
    """``levels`` ``(bars, 21)`` decibels below the track's loud parts; ``motion`` ``(bars, 21)`` how much they rise,
    decibels a frame; ``chroma`` ``(bars, 12)`` of unit length; ``drive`` ``(bars, 6)``: attacks of the low band a
    second, those that are heard above as well, low level and high level in decibels, and of what lies below 110 Hz
    attacks a second and the share of power right after them. ``on_bars`` tells whether the raster is a beat grid's.
    """

    edges: Doubles
    levels: Doubles
    motion: Doubles
    chroma: Doubles
    drive: Doubles
    on_bars: bool

    def __len__(self) -> int:
        return len(self.edges) - 1


def bar_raster(grid: BeatGrid | None, first: float, last: float) -> tuple[Doubles, bool]:
    """Bar lines from ``first`` to ``last`` seconds, gaps of the grid filled evenly; seconds without a grid."""
    lines = np.array(grid.downbeats if grid is not None else (), np.float64)
    if len(lines) < 4:
        count = max(1, round((last - first) / SECOND_RASTER_S))
        return np.linspace(first, max(last, first + 1e-3), count + 1), False
    bar = float(np.median(np.diff(lines)))
    filled = [lines[:1]]
    for left, right in pairwise(lines):
        pieces = max(1, round((right - left) / bar))
        filled.append(np.linspace(left, right, pieces + 1)[1:])
    inner = np.concatenate(filled)
    before = inner[0] - bar * np.arange(int(max(0.0, inner[0] - first) / bar + 0.5), 0, -1)
    after = inner[-1] + bar * np.arange(1, int(max(0.0, last - inner[-1]) / bar + 0.5) + 1)
    edges = np.concatenate([before, inner, after])
    edges = edges[(edges > first - bar) & (edges < last + bar)]
    return np.maximum(edges, 0.0) if len(edges) > 1 else np.array([first, last]), True


def describe_bars(sound: Sound, edges: Doubles, *, on_bars: bool) -> BarFeatures:
    """Every bar's features."""
    levels, motion = _timbre(sound.rhythm.mel, edges)
    return BarFeatures(edges, levels, motion, _chroma(sound.tones, edges), _drive(sound, edges), on_bars)


def means_over(values: NDArray[np.floating], edges: Doubles, rate: float) -> Doubles:
    """Means ``(bars, n)`` of frames ``(frames, n)`` at ``rate`` between edges; each bar holds at least one frame.

    Without any frame everything is 0.
    """
    if not len(values):
        return np.zeros((len(edges) - 1, values.shape[1]))
    places = np.round(edges * rate).astype(np.intp)
    low = np.clip(places[:-1], 0, len(values) - 1)
    high = np.clip(np.maximum(places[1:], low + 1), 1, len(values))
    result = np.empty((len(low), values.shape[1]))
    total = np.zeros(len(values) + 1)
    for column in range(values.shape[1]):  # one at a time: hours of all would be hundreds of megabytes
        np.cumsum(values[:, column], out=total[1:], dtype=np.float64)
        result[:, column] = (total[high] - total[low]) / (high - low)
    return result


def pooled_decibels(mel: Floats) -> NDArray[np.float16]:
    """``(frames, 21)``: decibels against the track's loud frames, at least FLOOR_DB, in steps of 0.03."""
    blocks = [slice(start, start + _BLOCK) for start in range(0, len(mel), _BLOCK)]
    tops = [mel[block, :21 * POOL].max(1).astype(np.float32) for block in blocks]
    loud = max(float(np.quantile(np.concatenate(tops), 0.95)), 1e-6) if tops else 1.0
    result = np.empty((len(mel), 21), np.float16)
    for block in blocks:  # hours at once would be hundreds of megabytes
        power = mel[block, :21 * POOL].astype(np.float32).reshape(-1, 21, POOL).max(2)
        result[block] = np.maximum(20 * np.log10(power / loud + 1e-6), FLOOR_DB)
    return result


def _timbre(mel: Floats, edges: Doubles) -> tuple[Doubles, Doubles]:
    decibels = pooled_decibels(mel)
    rise = np.maximum(0, np.diff(decibels, axis=0, prepend=decibels[:1]))
    return means_over(decibels, edges, FRAME_RATE), means_over(rise, edges, FRAME_RATE)


def _chroma(tones: NDArray[np.float16], edges: Doubles) -> Doubles:
    parts = [fold(semitones(whiten(tones[start:start + 3000]), 0.0), 12, 60) for start in range(0, len(tones), 3000)]
    chroma = np.concatenate(parts) if parts else np.zeros((1, 12), np.float32)
    mean = means_over(chroma, edges, TONE_RATE)
    return np.asarray(mean / (np.linalg.norm(mean, axis=1, keepdims=True) + 1e-6))


def _drive(sound: Sound, edges: Doubles) -> Doubles:
    """Attacks and levels from the waveform's bands, which are finer in time than the spectrogram."""
    points = points_of(sound.waveform.peaks)
    if len(points) < 8:
        return np.zeros((len(edges) - 1, 6))
    level = _held_decibels(points)
    top = np.quantile(level, 0.95, axis=0)
    low = (_risen(level[:, 0]) > 6) & (level[:, 0] > top[0] - 12)
    begins = low & ~np.concatenate([[False], low[:-1]])
    sharp = np.maximum(_risen(level[:, 1]), _risen(level[:, 2])) > 4
    above = sharp.copy()
    for shift in (-3, -2, -1, 1, 2):
        above |= np.roll(sharp, shift)
    rate = np.float32(POINTS_PER_SECOND)
    frames = np.stack([begins * rate, (begins & above) * rate,
                       np.maximum(level[:, 0] - top.max(), FLOOR_DB), np.maximum(level[:, 2] - top.max(), FLOOR_DB),
                       ], 1)
    return np.concatenate([means_over(frames, edges, POINTS_PER_SECOND), _kicks(sound.rhythm.mel, edges)], axis=1)


def _kicks(mel: Floats, edges: Doubles) -> Doubles:
    """Attacks a second, and the share of the bar's power that comes within 60 ms of them, below 110 Hz."""
    level = 20 * np.log10(mel[:, :2].max(1).astype(np.float32) + np.float32(1e-6))
    top = float(np.quantile(level, 0.95)) if len(level) else 0.0
    rise = np.zeros_like(level)
    rise[2:-1] = level[3:] - level[:-3]
    strong = (rise > 9) & (level > top - 14)
    begins = strong & ~np.concatenate([[False], strong[:-1]])
    near = begins.copy()
    for shift in (1, 2, 3):
        near[shift:] |= begins[:-shift]
    power = 10 ** (level / 10)
    sums = means_over(np.stack([begins * FRAME_RATE, power * near, power], 1), edges, FRAME_RATE)
    return np.stack([sums[:, 0], sums[:, 1] / (sums[:, 2] + 1e-12)], axis=1)


def _held_decibels(points: NDArray[np.uint8]) -> Floats:
    """Levels ``(n, 3)``; the largest of a point and the two before it, for a low tone's own cycles are no attacks."""
    held = points.copy()
    held[1:] = np.maximum(held[1:], points[:-1])
    held[2:] = np.maximum(held[2:], points[:-2])
    table = 20 * np.log10((np.arange(256) / np.float32(255)) ** 2 + np.float32(1e-4))
    return np.asarray(table, np.float32)[held]


def _risen(level: Floats) -> Floats:
    """Over 27 ms."""
    rise = np.zeros_like(level)
    rise[4:] = level[4:] - level[:-4]
    return rise
