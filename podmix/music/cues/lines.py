# SPDX-License-Identifier: GPL-3.0-or-later
"""The bar lines of a track, every one a candidate for a cue, with what the analyses say of the bars between them.

All levels are against the track's own loud parts and all places against its first sound, so that neither mastering
nor silence before the music changes what is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from podmix.music.structure.bars import bar_raster
from podmix.music.types import BeatAnalysis, EnergyAnalysis, LoudnessAnalysis, StructureAnalysis, Waveform
from podmix.music.waveform import points_of

Doubles = NDArray[np.float64]
Ints = NDArray[np.intp]

LABELS = ("intro", "verse", "chorus", "build", "drop", "break", "outro")
STRONG = ("verse", "chorus", "drop")
"""What is a track's core, whatever leads to it."""
AUDIBLE_DB = -45.0
"""Against the loud parts: where music begins and ends."""
FLOOR_DB = -60.0
MEASURES = ("energy", "loudness", "low", "mid", "high", "low motion", "high motion")


@dataclass(frozen=True, slots=True, eq=False)
class CueLines:
    """``edges`` ``(bars + 1,)`` seconds, rising; ``bars`` ``(bars, len(MEASURES))``.

    Energy is in standard deviations and levels in decibels, both against the track's loud quarter; motion is the
    spread of a band's level within a bar, decibels. ``section`` ``(bars,)`` is the index of the section a bar lies
    in; ``openers`` ``(sections,)`` the line that each section opens.
    """

    edges: Doubles
    bars: Doubles
    section: Ints
    openers: Ints

    def __len__(self) -> int:
        return len(self.bars)


def sounding_span(waveform: Waveform) -> tuple[float, float] | None:
    """Seconds of the first and the last sound; None in silence."""
    power = _powers(waveform.rms).sum(1)
    if not len(power) or power.max() <= 0:
        return None
    loud = np.flatnonzero(power > np.quantile(power, 0.9) * 10 ** (AUDIBLE_DB / 10))
    if not len(loud):
        loud = np.flatnonzero(power == power.max())
    rate = waveform.points_per_second
    return float(loud[0] / rate), float((loud[-1] + 1) / rate)


def cue_lines(beats: BeatAnalysis, structure: StructureAnalysis, energy: EnergyAnalysis, loudness: LoudnessAnalysis,
              waveform: Waveform) -> CueLines | None:
    """The candidates; None without a beat grid (fewer than four bar lines), without sections, or in silence."""
    span = sounding_span(waveform)
    if span is None or not structure.sections:
        return None
    edges, on_bars = bar_raster(beats.grid, *span)
    if not on_bars:
        return None
    edges = _sounding(edges, span, beats.duration)
    if len(edges) < 2:
        return None
    starts = np.array([section.start for section in structure.sections])
    middle = (edges[:-1] + edges[1:]) / 2
    section = np.clip(np.searchsorted(starts, middle, side="right") - 1, 0, len(starts) - 1)
    openers = np.abs(edges[None, :-1] - starts[:, None]).argmin(1)
    return CueLines(edges, _measure(edges, energy, loudness, waveform), section.astype(np.intp), openers)


def _sounding(edges: Doubles, span: tuple[float, float], duration: float) -> Doubles:
    """Bar lines that the music reaches: a bar that sounds for less than a quarter is none, nor one outside the file."""
    bar = float(np.median(np.diff(edges)))
    first, last = span
    kept = edges[(edges >= first - bar / 4) & (edges <= last + bar / 4)]
    return kept[(kept >= 0) & (kept <= max(duration, last))]


def _measure(edges: Doubles, energy: EnergyAnalysis, loudness: LoudnessAnalysis, waveform: Waveform) -> Doubles:
    """``(bars, len(MEASURES))``."""
    driving = _against_loud(_step_means(energy, edges))
    middle = (edges[:-1] + edges[1:]) / 2
    heard = np.array(loudness.short_term_lufs or (-70.0,))
    at = (np.arange(len(heard)) + 1.5) * loudness.short_term_step_s
    level = np.maximum(_against_loud(np.interp(middle, at, heard)), FLOOR_DB)
    power = _powers(waveform.rms)
    rate = waveform.points_per_second
    loud = float(np.quantile(power.sum(1), 0.9)) if len(power) else 1.0
    bands = 10 * np.log10(np.maximum(_means(power, edges, rate) / max(loud, 1e-30), 10 ** (FLOOR_DB / 10)))
    decibels = 10 * np.log10(np.maximum(power[:, [0, 2]] / max(loud, 1e-30), 10 ** (FLOOR_DB / 10)))
    mean = _means(decibels, edges, rate)
    motion = np.sqrt(np.maximum(_means(decibels**2, edges, rate) - mean**2, 0.0))
    return np.column_stack([driving, level, bands, motion])


def _step_means(energy: EnergyAnalysis, edges: Doubles) -> Doubles:
    """Mean of the energy curve in each bar, in standard deviations: it was spread over 1..10 by the normal
    distribution, which would squeeze the changes of very calm and very driving tracks."""
    if not energy.curve:
        return np.zeros(len(edges) - 1)
    values = np.array([_deviations(value) for value in energy.curve])
    times = np.array(energy.times)
    place = np.clip(np.searchsorted(times, (edges[:-1] + edges[1:]) / 2, side="right") - 1, 0, len(values) - 1)
    return np.asarray(values[place], np.float64)


@lru_cache(maxsize=4096)
def _deviations(level: float) -> float:
    return NormalDist().inv_cdf(min(0.999, max(0.001, (level - 1) / 9)))


def _against_loud(values: Doubles) -> Doubles:
    """Against the value that a quarter of the bars reach."""
    return np.asarray(values - np.quantile(values, 0.75))


def _powers(data: bytes) -> Doubles:
    """``(points, 3)``: the mean squares that a waveform's bytes stand for."""
    return np.asarray(_POWERS[points_of(data)])


_POWERS = (np.arange(256) / 255.0) ** 4


def _means(values: Doubles, edges: Doubles, rate: float) -> Doubles:
    """Means ``(bars, n)`` of points at ``rate`` between edges; each bar holds at least one."""
    total = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    places = np.round(edges * rate).astype(np.intp)
    low = np.clip(places[:-1], 0, max(0, len(values) - 1))
    high = np.clip(np.maximum(places[1:], low + 1), 1, len(values))
    return np.asarray((total[high] - total[low]) / (high - low)[:, None])
