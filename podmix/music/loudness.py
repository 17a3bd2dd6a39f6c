# SPDX-License-Identifier: GPL-3.0-or-later
"""Loudness of a whole track in one pass over its own sample rate.

Follows ITU-R BS.1770-4 and EBU R128 (integrated, gates at -70 LUFS and -10 LU), EBU Tech 3342 (loudness range), EBU
Tech 3341 (short-term: 3 s) and ReplayGain 2.0 (-18 LUFS). The true peak is the largest value of the signal between the
samples, four times as finely at rates below 96 kHz. A mono file is one channel. Silence has no loudness (None).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from podmix.audio.loudness import _k_weighting as k_weighting
from podmix.music.types import LoudnessAnalysis

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

VERSION = 2
STEP_S = 0.1
MOMENTARY, SHORT_TERM = 4, 30
"""Lengths in steps: 400 ms and 3 s."""
SILENCE_LUFS = -70.0
REPLAYGAIN_LUFS = -18.0
_HALF = 12


@dataclass(frozen=True, slots=True)
class LoudnessBlocks:
    """What the meter gathered: mean K-weighted power of every 100 ms summed over channels ``(n,)``.

    ``side`` is the same of the difference of the channels (half of it: 0 where both are equal, ``power / 2`` where they
    have nothing in common). ``true_peak`` and ``sample_peak`` are linear; ``clipped`` is the share of samples that
    lie at full scale beside another one that does.
    """

    power: Doubles
    side: Doubles
    true_peak: float
    sample_peak: float
    clipped: float


class LoudnessMeter:
    """Gathers blocks ``(n, 2)`` at the file's rate. ``channels`` is the file's own number: of 1, the left counts."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._rate, self._mono = sample_rate, channels == 1
        sections = len(k_weighting(sample_rate))
        self._memory = np.zeros((sections, 1 if self._mono else 2, 2))
        self._rest = np.zeros((1 if self._mono else 2, 0))
        self._steps: list[tuple[Doubles, Doubles]] = []
        self._counted = 0
        self._peaks = _PeakMeter(sample_rate)
        self._clipped = self._total = 0

    def add(self, block: Floats) -> None:
        from scipy.signal import sosfilt

        columns = block.T[:1] if self._mono else block.T
        columns = np.ascontiguousarray(columns)
        self._peaks.add(columns)
        full = np.abs(columns) >= 0.9999
        self._clipped += int(np.count_nonzero(full[:, 1:] & full[:, :-1]))
        self._total += columns.size
        heard, self._memory = sosfilt(k_weighting(self._rate), columns, axis=-1, zi=self._memory)
        self._gather(heard)

    def _gather(self, heard: Doubles) -> None:
        heard = np.concatenate([self._rest, heard], axis=1)
        done = len(self._steps_edges(heard.shape[1])) - 1
        if done <= 0:
            self._rest = heard
            return
        edges = self._steps_edges(heard.shape[1])
        square = np.einsum("cn,cn->n", heard, heard)
        side = np.zeros(0) if self._mono else (heard[0] - heard[1]) ** 2 / 2
        length = np.diff(edges)
        power = np.add.reduceat(square[:edges[-1]], edges[:-1]) / length
        apart = np.zeros(done) if self._mono else np.add.reduceat(side[:edges[-1]], edges[:-1]) / length
        self._steps.append((power, apart))
        self._counted += done
        self._rest = heard[:, edges[-1]:]

    def _steps_edges(self, available: int) -> NDArray[np.intp]:
        """Edges of the whole steps in what is held, exact on the file's clock where 100 ms are no whole samples."""
        first = round(self._counted * STEP_S * self._rate)
        last = int((first + available) / (STEP_S * self._rate) + 1e-9)
        edges = np.round(np.arange(self._counted, last + 1) * STEP_S * self._rate).astype(np.intp) - first
        return edges[edges <= available]

    def blocks(self) -> LoudnessBlocks:
        """What was gathered; of less than 100 ms there is no loudness, only a peak."""
        power = np.concatenate([step[0] for step in self._steps]) if self._steps else np.zeros(0)
        side = np.concatenate([step[1] for step in self._steps]) if self._steps else np.zeros(0)
        true, sample = self._peaks.finish()
        return LoudnessBlocks(power, side, true, sample, self._clipped / max(1, self._total))


@lru_cache(maxsize=4)
def _between(finer: int) -> Floats:
    """Taps ``(2 * _HALF + 1, 2 * (finer - 1))`` for fractions before and after a sample: Kaiser-windowed sinc."""
    fractions = np.arange(1, finer) / finer
    places = np.concatenate([-fractions, fractions])
    distance = places[None, :] - np.arange(-_HALF, _HALF + 1)[:, None]
    window = np.i0(6.0 * np.sqrt(np.maximum(0, 1 - (distance / (_HALF + 1)) ** 2))) / np.i0(6.0)
    return np.asarray(np.sinc(distance) * window, np.float32)


class _PeakMeter:
    """True peak: only round samples that are largest among their neighbours and half as high as the highest so far.

    Between two samples the signal rises above both only where one of them is such a sample; that a sample of less than
    half the peak hides the peak needs a constructed signal.
    """

    def __init__(self, sample_rate: int) -> None:
        self._finer = 4 if sample_rate < 96_000 else 2 if sample_rate < 192_000 else 1
        self._held: Floats | None = None
        self.true = self.sample = 0.0

    def add(self, columns: Floats) -> None:
        if not columns.size:
            return
        self.sample = max(self.sample, float(np.abs(columns).max()))
        self.true = max(self.true, self.sample)
        if self._finer == 1:
            return
        before = self._held if self._held is not None else np.zeros((len(columns), 2 * _HALF), np.float32)
        joined = np.concatenate([before, columns], axis=1)
        self._look(joined)
        self._held = joined[:, -2 * _HALF:]

    def _look(self, joined: Floats) -> None:
        """Examine samples ``_HALF .. len - _HALF`` of what is held."""
        if joined.shape[1] <= 2 * _HALF:
            return
        for channel in joined:
            level = np.abs(channel[_HALF - 1:len(channel) - _HALF + 1])
            high = np.flatnonzero(level[1:-1] >= 0.5 * self.true)
            middle = level[1:-1][high]
            high = high[(middle >= level[high]) & (middle >= level[high + 2]) & (middle > 0)]
            for start in range(0, len(high), 8192):
                windows = channel[high[start:start + 8192, None] + np.arange(2 * _HALF + 1)]
                self.true = max(self.true, float(np.abs(windows @ _between(self._finer)).max()))

    def finish(self) -> tuple[float, float]:
        if self._held is not None:
            self._look(np.pad(self._held, ((0, 0), (0, 2 * _HALF))))
        return self.true, self.sample


def analyse_loudness(blocks: LoudnessBlocks) -> LoudnessAnalysis:
    """All of R128 from the meter's blocks."""
    momentary = _windows(blocks.power, MOMENTARY, 1)
    integrated = gated_lufs(momentary)
    short_term = _lufs(_windows(blocks.power, SHORT_TERM, 10))
    peak = 20 * math.log10(blocks.true_peak) if blocks.true_peak > 1e-9 else None
    return LoudnessAnalysis(
        integrated_lufs=integrated,
        range_lu=loudness_range(blocks.power),
        true_peak_db=peak,
        short_term_lufs=tuple(round(float(level), 2) for level in short_term),
        short_term_step_s=1.0,
        replaygain_db=0.0 if integrated is None else REPLAYGAIN_LUFS - integrated,
        replaygain_peak=blocks.true_peak,
        histogram=_histogram(momentary),
    )


def gated_lufs(powers: Doubles) -> float | None:
    """Integrated loudness of the powers of 400 ms blocks; None where all are below -70 LUFS."""
    loud = powers[powers > _power(SILENCE_LUFS)]
    if not loud.size:
        return None
    kept = loud[loud > loud.mean() * 0.1]
    return float(_lufs(np.array([kept.mean()]))[0])


def loudness_range(powers: Doubles) -> float:
    """EBU Tech 3342 from 100 ms powers: 10th to 95th percentile of short-term loudness above -20 LU of its mean."""
    windows = _windows(powers, SHORT_TERM, 1)
    loud = windows[windows > _power(SILENCE_LUFS)]
    if not loud.size:
        return 0.0
    kept = loud[loud > loud.mean() * 0.01]
    low, high = np.quantile(_lufs(kept), [0.10, 0.95])
    return float(high - low)


def album_gain_db(tracks: Iterable[LoudnessAnalysis]) -> float | None:
    """ReplayGain 2.0 of several tracks as one: all their 400 ms blocks gated together (to 0.05 LU); None in silence."""
    counts: dict[int, int] = {}
    for track in tracks:
        for tenths, count in track.histogram:
            counts[tenths] = counts.get(tenths, 0) + count
    if not counts:
        return None
    power = np.array([_power(tenths / 10) for tenths in counts])
    weight = np.array(list(counts.values()), np.float64)
    kept = power > 0.1 * np.average(power, weights=weight)
    return REPLAYGAIN_LUFS - float(_lufs(np.array([np.average(power[kept], weights=weight[kept])]))[0])


def album_peak(tracks: Sequence[LoudnessAnalysis]) -> float:
    """The largest true peak of several tracks, linear."""
    return max((track.replaygain_peak for track in tracks), default=0.0)


def _histogram(momentary: Doubles) -> tuple[tuple[int, int], ...]:
    """How many 400 ms blocks lie at each tenth of a LUFS above -70."""
    levels = _lufs(momentary[momentary > _power(SILENCE_LUFS)])
    tenths, counts = np.unique(np.round(levels * 10).astype(int), return_counts=True)
    return tuple((int(t), int(c)) for t, c in zip(tenths, counts, strict=True))


def _windows(powers: Doubles, length: int, step: int) -> Doubles:
    """Means over ``length`` steps every ``step`` steps; a shorter track is one window."""
    if not len(powers):
        return np.zeros(0)
    length = min(length, len(powers))
    total = np.concatenate([[0.0], np.cumsum(powers)])
    starts = np.arange(0, len(powers) - length + 1, step)
    return np.asarray(np.maximum((total[starts + length] - total[starts]) / length, 0.0))


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))


def _lufs(power: Doubles) -> Doubles:
    """LUFS of powers, silence as -70."""
    return np.asarray(np.maximum(-0.691 + 10 * np.log10(np.maximum(power, 1e-12)), SILENCE_LUFS), np.float64)
