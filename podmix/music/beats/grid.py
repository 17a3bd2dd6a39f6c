# SPDX-License-Identifier: GPL-3.0-or-later
"""One even grid through a whole track, if the evidence allows it; even stretches otherwise.

Music for DJs mostly keeps one tempo. A grid of one period and one phase, judged on all beats at once, holds through
breaks without drums, does not jump by half a beat, and knows tempo and phase far more exactly than single beats do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from podmix.music.beats.decode import BIAS, Doubles, log_odds
from podmix.music.beats.features import FINE_RATE, FRAME_RATE, Floats

SLOWEST_BPM, FASTEST_BPM = 50.0, 215.0
CANDIDATES = 8
PREFERRED_BPM, PREFERRED_WIDTH = 125.0, 0.75
"""Centre and width (in nepers) of a mild preference between octaves."""
NEAR_S = 0.06
"""Evidence for a beat is sought so far from its place."""


@dataclass(frozen=True, slots=True)
class Line:
    """Beats at ``phase + k * period``. ``score`` is the sum of log odds on it, ``per_beat`` that of one beat."""

    period: float
    phase: float
    score: float
    per_beat: float


def candidate_lines(activation: Floats, first_s: float, last_s: float) -> list[Line]:
    """The best phase for each likely period, best first.

    Periods are the peaks of the activation's spectrum, with their halves, doubles, thirds and triples.
    """
    if len(activation) < 4 * FRAME_RATE:
        return []
    size = 1 << int(np.ceil(np.log2(len(activation) * 8)))
    spectrum = np.abs(np.fft.rfft(activation - activation.mean(), size))
    frequency = np.fft.rfftfreq(size, 1 / FRAME_RATE)
    inside = (frequency > SLOWEST_BPM / 60) & (frequency < 4 * FASTEST_BPM / 60)
    peaks = np.flatnonzero(inside[1:-1] & (spectrum[1:-1] > spectrum[:-2]) & (spectrum[1:-1] >= spectrum[2:])) + 1
    strongest = peaks[np.argsort(-spectrum[peaks])][:CANDIDATES]
    rates: list[float] = []
    for base in frequency[strongest]:
        for factor in (1.0, 0.5, 2.0, 1 / 3, 1.5, 2 / 3, 0.25):
            rate = float(base * factor)
            near = any(abs(rate / other - 1) < 0.5 / (other * len(activation) / FRAME_RATE) for other in rates)
            if SLOWEST_BPM <= rate * 60 <= FASTEST_BPM and not near:
                rates.append(rate)
    odds = log_odds(activation)
    lines = [_best_phase(odds, 1 / rate, first_s, last_s) for rate in rates]
    return sorted(lines, key=lambda line: -line.score)


def tempo_preference(period: float) -> float:
    """Log preference for a tempo, 0 at best."""
    return -0.5 * float(np.log(60 / period / PREFERRED_BPM) / PREFERRED_WIDTH) ** 2


def _best_phase(odds: Floats, period: float, first_s: float, last_s: float) -> Line:
    count = max(1, int((last_s - first_s) / period))
    phases = first_s + np.arange(0, period, 0.01)
    places = phases[:, None] + np.arange(count) * period
    frames = np.arange(len(odds))
    values = np.interp(places.ravel() * FRAME_RATE, frames, odds, left=-4, right=-4).reshape(places.shape)
    scores = values.sum(1) + BIAS * count
    best = int(scores.argmax())
    return Line(period, float(phases[best]), float(scores[best]), float(scores[best] / count))


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where beats really are: ``offset`` from their places (seconds), ``weight`` 0..1 (how much activation is near)."""

    offset: Doubles
    weight: Doubles


def gather_evidence(activation: Floats, beats: Doubles, near_s: float = NEAR_S) -> Evidence:
    """The centre of the strongest activation near each beat."""
    reach = int(near_s * FRAME_RATE) + 1
    centre = np.round(beats * FRAME_RATE).astype(np.int64)
    window = centre[:, None] + np.arange(-reach, reach + 1)
    held = activation[np.clip(window, 0, len(activation) - 1)]
    values = np.where((window >= 0) & (window < len(activation)), held, 0)
    peak = values.argmax(1)
    rows = np.arange(len(beats))
    weight = values[rows, peak].astype(np.float64)
    around = np.clip(peak[:, None] + np.array([-1, 0, 1]), 0, values.shape[1] - 1)
    mass = np.take_along_axis(values, around, 1).astype(np.float64)
    place = (np.take_along_axis(window, around, 1) * mass).sum(1) / np.maximum(mass.sum(1), 1e-9)
    offset = place / FRAME_RATE - beats
    weight[np.abs(offset) > near_s] = 0
    return Evidence(offset, weight)


def fit_line(activation: Floats, line: Line, first_s: float, last_s: float) -> tuple[Line, Doubles, Evidence]:
    """Weighted least squares of period and phase on the evidence, outliers left out step by step.

    Returns the line (its phase the first beat at or after ``first_s``), its beats and their evidence.
    """
    period, phase = line.period, line.phase
    beats = _line_beats(period, phase, first_s, last_s)
    for near in (0.06, 0.05, 0.04, 0.03, 0.03):
        found = gather_evidence(activation, beats, max(near, 0.03))
        good = (found.weight > 0.15) & (np.abs(found.offset) < near)
        if good.sum() < 6:
            break
        index = np.arange(len(beats), dtype=np.float64)
        weight = found.weight[good]
        slope, shift = _weighted_line(index[good], found.offset[good], weight)
        phase, period = beats[0] + shift, period + slope
        beats = _line_beats(period, phase, first_s, last_s)
    found = gather_evidence(activation, beats, 0.04)
    return Line(period, float(beats[0]), line.score, line.per_beat), beats, found


def _line_beats(period: float, phase: float, first_s: float, last_s: float) -> Doubles:
    low = np.ceil((first_s - phase) / period - 1e-6)
    high = np.floor((last_s - phase) / period + 1e-6)
    return np.asarray(phase + np.arange(low, max(low + 1, high + 1)) * period)


def _weighted_line(x: Doubles, y: Doubles, weight: Doubles) -> tuple[float, float]:
    """Slope and intercept at ``x = 0``."""
    total = weight.sum()
    mean_x, mean_y = (weight * x).sum() / total, (weight * y).sum() / total
    spread = (weight * (x - mean_x) ** 2).sum()
    slope = (weight * (x - mean_x) * (y - mean_y)).sum() / spread if spread > 0 else 0.0
    return float(slope), float(mean_y - slope * mean_x)


def surprise(activation: Floats, beats: Doubles) -> float:
    """How far the mean activation on the beats (or halves or thirds between) lies above the usual, in standard errors.

    The best line through noise or speech reaches 3 to 4, music 6 and much more.
    """
    if len(beats) < 3 or len(activation) < 3:
        return 0.0
    near = np.maximum(activation[1:-1], np.maximum(activation[2:], activation[:-2]))
    low, high = (int(np.clip(moment * FRAME_RATE, 0, len(near))) for moment in (beats[0], beats[-1]))
    usual = near[low:high]
    if len(usual) < 2:
        return 0.0
    error = float(usual.std()) / np.sqrt(len(beats)) + 1e-9
    period = float(np.median(np.diff(beats)))
    places = np.round((beats + period * np.array([[0], [1 / 2], [1 / 3], [2 / 3]])) * FRAME_RATE).astype(np.int64) - 1
    on_beats = near[np.clip(places, 0, len(near) - 1)].mean(1)
    return float((on_beats.max() - usual.mean()) / error)


def far_end_error(evidence: Evidence) -> float:
    """The standard error of a fitted line at its ends, seconds: from what is left of the evidence about it."""
    good = evidence.weight > 0.15
    index = np.flatnonzero(good).astype(np.float64)
    if len(index) < 8:
        return 0.0
    spread = float(np.sqrt(((index - index.mean()) ** 2).sum()))
    left = float(np.std(evidence.offset[good]))
    # Neighbouring beats err alike (the same sounds): as if there were a quarter as many.
    return 2.0 * left / spread * len(evidence.offset) / 2


def rounded_period(period: float, beats: int, error_s: float = 0.0) -> float:
    """Whole and half tempi are what machines are set to: taken where the far end moves no more than it may err.

    ``error_s`` is the standard error there. 15 ms are granted to whole tempi anyhow, 4 ms to halves: over a whole track
    chance comes so near a whole number about one time in twenty, machines nearly always.
    """
    bpm = 60 / period
    for grain, granted_s in ((1.0, 0.015), (0.5, 0.004)):
        tolerance_s = max(granted_s, min(0.02, 2.0 * error_s))
        near = round(bpm / grain) * grain
        if abs(60 / near - period) * beats / 2 < tolerance_s:
            return 60 / near
    return period


def attack_shift(onsets: Floats, beats: Doubles, weight: Doubles, reach_s: float = 0.035) -> float | None:
    """How far the attacks lie from the beats, seconds, from the onset curve folded at all beats.

    None where there is no clear attack. Positive: attacks come later than the beats.
    """
    reach = int(reach_s * FINE_RATE)
    good = weight > 0.25
    if good.sum() < 8:
        return None
    lags = np.arange(-reach, reach + 1)
    places = beats[good, None] * FINE_RATE + lags
    low = np.clip(np.floor(places).astype(np.int64), 0, max(0, len(onsets) - 2))
    share = places - np.floor(places)
    values = onsets[low] * (1 - share) + onsets[low + 1] * share
    folded = (np.minimum(values, 8.0) * weight[good, None]).mean(0)
    folded = np.convolve(folded, [0.25, 0.5, 0.25], mode="same")
    floor = np.median(folded)
    peak = int(folded[2:-2].argmax()) + 2
    if folded[peak] < 1.3 * floor + 1e-6:
        return None
    near = slice(max(0, peak - 3), peak + 4)
    height = np.maximum(0, folded[near] - max(floor, 0.5 * folded[peak]))
    return float((lags[near] * height).sum() / max(height.sum(), 1e-9) / FINE_RATE)


def attack_db(mel: Floats, beats: Doubles) -> float:
    """How much it grows louder on the median beat, within two frames, in the eighth of the bands that grow most."""
    floor = 1e-3 * float(np.quantile(mel.mean(1), 0.95)) + 1e-12
    level = 10 * np.log10(mel + np.float32(floor))
    rise = np.maximum(0, level[2:] - level[:-2])
    most = max(1, rise.shape[1] // 8)
    rise = np.partition(rise, rise.shape[1] - most, axis=1)[:, -most:].mean(1)
    near = np.round(beats * FRAME_RATE).astype(int)[:, None] + np.arange(-4, 5)
    near = np.clip(near, 0, len(rise) - 1)
    return float(np.median(rise[near].max(1)))
