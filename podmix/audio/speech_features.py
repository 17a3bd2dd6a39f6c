# SPDX-License-Identifier: GPL-3.0-or-later
"""How speech sounds, second by second: loudness, pitch and its movement, tempo, laughter, music, silence.

One pass over a 16 kHz mono stream in blocks of any size, so that it can share its decode with transcription. Frames of
40 ms every 20 ms; one spectrum a frame serves everything: the pitch by autocorrelation up to 4 kHz (Boersma 1993: the
signal's autocorrelation divided by the window's), syllable-like energy peaks for the tempo (Mermelstein's idea: local
maxima of the band energy that rise well above the dip before), change of the spectrum.

``laughter`` and ``music`` are heuristics, 0..1, to be trusted as a hint among others and not by themselves:

- laughter: energy bursts at 3.5-7 Hz that are regular over a second (speech's syllables are less so), with raised or
  jumping pitch and much energy above 1 kHz;
- music: few pauses and spectra that stay alike over 200 ms (held notes), while speech changes with each sound.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from podmix.audio.decode import stream

Floats = NDArray[np.float32]

RATE = 16_000
STEP_S = 1.0
_WINDOW, _HOP, _FFT = 640, 320, 1024
_PER_STEP = RATE // _HOP  # frames a second
_LOWEST_HZ, _HIGHEST_HZ = 75.0, 400.0
_SILENT_DB = -55.0  # dBFS of a frame, below which it is a pause in any recording
_BANDS = 24


@dataclass(frozen=True, slots=True)
class SoundFeatures:
    """Arrays float32 ``(n,)``, one value per ``step_s`` seconds from the beginning of the file.

    Args:
        step_s: seconds a value covers.
        loudness_db: level in dBFS, -100 for digital silence.
        pitch_hz: median over voiced frames, NaN where fewer than five are voiced.
        pitch_range_st: 10th to 90th percentile of the pitch in semitones, 0 where unknown.
        rate: syllable-like energy peaks per second.
        laughter: 0..1, see the module's text.
        music: 0..1, see the module's text.
        voiced: fraction of frames with a pitch.
        silence: fraction of frames in pauses.
        flux: mean change of the spectrum between frames, 0..1.
    """

    step_s: float
    loudness_db: Floats
    pitch_hz: Floats
    pitch_range_st: Floats
    rate: Floats
    laughter: Floats
    music: Floats
    voiced: Floats
    silence: Floats
    flux: Floats

    def __len__(self) -> int:
        return len(self.loudness_db)


class SpeechFeatureMeter:
    """Collects frames from blocks of 16 kHz mono; ``features`` summarises what was added."""

    def __init__(self) -> None:
        self._rest = np.zeros(0, np.float32)
        self._power: list[Floats] = []
        self._pitch: list[Floats] = []
        self._bands: list[Floats] = []
        self._high: list[Floats] = []

    def add(self, block: Floats) -> None:
        """Add samples ``(n,)`` float32 at 16 kHz."""
        samples = np.concatenate([self._rest, np.asarray(block, dtype=np.float32)])
        count = (len(samples) - _WINDOW) // _HOP + 1 if len(samples) >= _WINDOW else 0
        for begin in range(0, count, 128):  # small pieces keep the arrays in the cache
            self._frames(samples[begin * _HOP:], min(128, count - begin))
        self._rest = samples[count * _HOP:]

    def _frames(self, samples: Floats, count: int) -> None:
        from scipy.fft import irfft, rfft

        frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[: (count - 1) * _HOP + 1: _HOP]
        spectrum = rfft(frames * _WINDOW_SHAPE, _FFT, axis=1)
        power = (spectrum.real ** 2 + spectrum.imag ** 2).astype(np.float32)
        self._power.append(np.mean(frames * frames, axis=1).astype(np.float32))
        self._bands.append(np.add.reduceat(power, _BAND_EDGES, axis=1)[:, :-1])
        total = power.sum(axis=1) + 1e-12
        self._high.append((power[:, 64:].sum(axis=1) / total).astype(np.float32))  # above 1 kHz
        half = power[:, : _FFT // 4 + 1].copy()
        half[:, -1] = 0
        correlation = irfft(half, axis=1)  # at 8 kHz
        self._pitch.append(_pitch(np.asarray(correlation, dtype=np.float32)))

    def features(self) -> SoundFeatures:
        """Per-second values of all that was added; a last stretch below half a second is left out."""
        if not self._power:
            empty = np.zeros(0, np.float32)
            return SoundFeatures(STEP_S, *([empty] * 9))
        power, pitch = np.concatenate(self._power), np.concatenate(self._pitch)
        bands, high = np.concatenate(self._bands), np.concatenate(self._high)
        level = 10 * np.log10(power + 1e-10)
        pitch = np.where(level > _SILENT_DB, pitch, 0)
        steps = max(1, round(len(power) / _PER_STEP))
        with np.errstate(invalid="ignore", divide="ignore"):
            loudness = 10 * np.log10(_means(power, steps) + 1e-10)
        median, spread, voiced = _pitch_by_step(pitch, steps)
        flux, alike = _spectral_change(bands)
        pauses = _pauses(level)
        rate = _sums(_syllables(bands, level), steps)
        return SoundFeatures(
            STEP_S, loudness.astype(np.float32), median, spread, rate,
            _laughter(level, pitch, high, steps, median), _music(alike, pauses, flux, steps),
            voiced, _means(pauses, steps), _means(flux, steps))


def speech_features(blocks: Iterable[Floats]) -> SoundFeatures:
    """Features of a decoded stream: blocks of 16 kHz mono float32."""
    meter = SpeechFeatureMeter()
    for block in blocks:
        meter.add(block)
    return meter.features()


def read_speech_features(path: str | Path) -> SoundFeatures:
    """Features of a file, decoded here. Raises AudioError."""
    return speech_features(stream(path, sample_rate=RATE))


def _pitch(correlation: Floats) -> Floats:
    """Pitch in Hz of each row of autocorrelations at 8 kHz, 0 where unvoiced."""
    first, last = int(8000 / _HIGHEST_HZ), int(8000 / _LOWEST_HZ) + 1
    zero = np.maximum(correlation[:, :1], 1e-9)
    lags = np.arange(first, last + 1)
    strength = correlation[:, first: last + 1] / zero / _window_correlation()[first: last + 1]
    favoured = strength - 0.002 * (lags - first)  # of two octaves take the higher one
    best = np.argmax(favoured, axis=1)
    rows = np.arange(len(best))
    inner = np.clip(best, 1, len(lags) - 2)
    left, mid, right = strength[rows, inner - 1], strength[rows, inner], strength[rows, inner + 1]
    bend = left - 2 * mid + right
    shift = np.where(np.abs(bend) > 1e-9, 0.5 * (left - right) / np.where(bend == 0, 1, bend), 0)
    pitch = 8000 / (lags[inner] + np.clip(shift, -0.5, 0.5))
    inside = (best > 0) & (best < len(lags) - 1)
    return np.where((strength[rows, best] > 0.5) & inside & (zero[:, 0] > 1e-6), pitch, 0).astype(np.float32)


def _pitch_by_step(pitch: Floats, steps: int) -> tuple[Floats, Floats, Floats]:
    """Median Hz, range in semitones, voiced fraction per step."""
    rows = _rows(pitch, steps)
    voiced = rows > 0
    count = voiced.sum(axis=1)
    ordered = np.sort(np.where(voiced, rows, np.inf), axis=1)
    index = np.arange(steps)

    def quantile(q: float) -> Floats:
        return np.asarray(ordered[index, np.clip(np.round(q * (count - 1)).astype(int), 0, rows.shape[1] - 1)])

    enough = count >= 5
    median = np.where(enough, quantile(0.5), np.nan).astype(np.float32)
    low, high = np.where(enough, quantile(0.1), 1.0), np.where(enough, quantile(0.9), 1.0)
    return median, (12 * np.log2(high / low)).astype(np.float32), (count / rows.shape[1]).astype(np.float32)


def _syllables(bands: Floats, level: Floats) -> Floats:
    """1 at every frame that is the top of a syllable-like rise of the band 300-3300 Hz, else 0."""
    from scipy.ndimage import maximum_filter1d, minimum_filter1d, uniform_filter1d

    energy = 10 * np.log10(bands[:, 5:17].sum(axis=1) + 1e-9)
    smooth = uniform_filter1d(energy, 3, mode="nearest")
    top = smooth >= maximum_filter1d(smooth, 7, mode="nearest")
    dip = minimum_filter1d(smooth, 9, origin=4, mode="nearest")
    return np.asarray(top & (smooth - dip > 3.0) & (level > _SILENT_DB), dtype=np.float32)


def _pauses(level: Floats) -> Floats:
    """1 where a frame is 25 dB below the loud level of the 20 s round it, or silent."""
    from scipy.ndimage import maximum_filter1d, uniform_filter1d

    coarse = maximum_filter1d(uniform_filter1d(level, 25, mode="nearest"), 20 * _PER_STEP, mode="nearest")
    return np.asarray((level < coarse - 25) | (level < _SILENT_DB), dtype=np.float32)


def _spectral_change(bands: Floats) -> tuple[Floats, Floats]:
    """Change to the frame before (0..1), and likeness to the frame 200 ms before (-1..1), of whitened log bands."""
    logs = np.log(bands + 1e-8)
    logs -= logs.mean(axis=1, keepdims=True)
    norm = np.linalg.norm(logs, axis=1) + 1e-6
    unit = logs / norm[:, None]
    silent = norm < 1e-3

    def likeness(lag: int) -> Floats:
        same = np.ones(len(unit), np.float32)
        same[lag:] = np.where(silent[lag:], 1, np.einsum("ij,ij->i", unit[lag:], unit[:-lag]))
        return same

    return np.clip((1 - likeness(1)) / 2, 0, 1).astype(np.float32), likeness(10)


def _music(alike: Floats, pauses: Floats, flux: Floats, steps: int) -> Floats:
    """High where over about 5 s spectra stay alike, pauses are rare and change is small."""
    from scipy.ndimage import uniform_filter1d

    steady = uniform_filter1d(_means(alike, steps), 5, mode="nearest")
    gaps = uniform_filter1d(_means(pauses, steps), 5, mode="nearest")
    change = uniform_filter1d(_means(flux, steps), 5, mode="nearest")
    score = 9.0 * (steady - 0.74) - 6.0 * (gaps - 0.08) - 20.0 * (change - 0.06)
    quiet = _means(pauses, steps) > 0.9
    return np.where(quiet, 0, 1 / (1 + np.exp(-score))).astype(np.float32)


def _laughter(level: Floats, pitch: Floats, high: Floats, steps: int, median: Floats) -> Floats:
    """Regular bursts at 3.5-7 Hz with raised pitch and much energy above 1 kHz."""
    loud = np.maximum(level, -60.0)
    rows = _rows(loud, steps)
    moved = rows - rows.mean(axis=1, keepdims=True)
    spectrum = np.abs(np.fft.rfft(moved * np.hanning(rows.shape[1]), axis=1)) ** 2
    swing = spectrum[:, 1:13].sum(axis=1) + 1e-6  # 1 Hz a bin
    bursts = np.max(spectrum[:, 3:7] + spectrum[:, 4:8], axis=1) / swing
    usual = float(np.nanmedian(median)) if np.isfinite(median).any() else 150.0
    with np.errstate(invalid="ignore"):
        raised = np.nan_to_num(12 * np.log2(median / usual), nan=0.0)
    bright = _means(high, steps)
    strong = (rows.std(axis=1) > 4) & (rows.max(axis=1) > _SILENT_DB + 15)
    score = 9.0 * (bursts - 0.65) + 0.3 * (np.clip(raised, -6, 9) - 5) + 3.0 * (bright - 0.4)
    has_voice = _means((pitch > 0).astype(np.float32), steps) > 0.1
    return np.where(strong & has_voice, 1 / (1 + np.exp(-score)), 0).astype(np.float32)


def _rows(values: Floats, steps: int) -> Floats:
    """``(steps, frames per second)``; the last row is filled up with its own last value."""
    wanted = steps * _PER_STEP
    if len(values) < wanted:
        values = np.pad(values, (0, wanted - len(values)), mode="edge")
    return values[:wanted].reshape(steps, _PER_STEP)


def _means(values: Floats, steps: int) -> Floats:
    return np.asarray(_rows(values, steps).mean(axis=1), dtype=np.float32)


def _sums(values: Floats, steps: int) -> Floats:
    return np.asarray(_rows(values, steps).sum(axis=1), dtype=np.float32)


_WINDOW_SHAPE = np.hanning(_WINDOW).astype(np.float32)


def _window_correlation() -> Floats:
    """The window's own autocorrelation at 8 kHz lags, 1 at lag 0 (by which the signal's is divided)."""
    if "window" not in _CACHE:
        shape = np.hanning(_WINDOW // 2)
        full = np.correlate(shape, shape, mode="full")[len(shape) - 1:]
        _CACHE["window"] = (full / full[0]).astype(np.float32)
    return _CACHE["window"]


def _band_edges() -> NDArray[np.intp]:
    """First bins of 24 bands of equal width on the mel scale, 60-7900 Hz, and of what lies above.

    Plain sums instead of overlapping triangles: a matrix product would wake a thread pool for little work.
    """
    mels = np.linspace(np.log10(1 + 60 / 700), np.log10(1 + 7900 / 700), _BANDS + 1)
    bins = np.round(700 * (10 ** mels - 1) * _FFT / RATE).astype(np.intp)
    return np.asarray(np.maximum(bins, bins[0] + np.arange(_BANDS + 1)), dtype=np.intp)


_BAND_EDGES = _band_edges()
_CACHE: dict[str, Floats] = {}
