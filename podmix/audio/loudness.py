# SPDX-License-Identifier: GPL-3.0-or-later
"""How loud sound is, and bringing it to a level without clipping.

Loudness follows ITU-R BS.1770-4 / EBU R128 (K-weighting, 400 ms blocks, gates at -70 LUFS and -10 LU); the true peak is
the largest value after 4x oversampling (BS.1770-4 annex 2). A mono array counts as one channel, as files are measured
everywhere. Arrays are float32 ``(n,)`` or ``(n, channels)``; levels are LUFS and dBTP, ``-inf`` for silence.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

TARGET_LUFS = -16.0
CEILING_DBTP = -1.0
LARGEST_GAIN_DB = 30.0  # more would lift room noise, not a voice
_BLOCK_S, _STEP_S = 0.4, 0.1
_OVERSAMPLING = 4
_CHUNK = 512  # samples that are oversampled or left alone together
_BATCH = 512
_STEP_LIMITER_S = 0.001
_LOOKAHEAD_STEPS = 6  # the limiter bends its gain over about 6 ms before and after a peak
_RELEASE_S = 0.08


def integrated_lufs(x: Samples, sample_rate: int) -> float:
    """Gated loudness of the whole array in LUFS; arrays below 400 ms are measured as one block."""
    powers = _block_powers(x, sample_rate, _BLOCK_S, _STEP_S)
    loud = powers[powers > _power(-70.0)]
    if not loud.size:
        return -math.inf
    gated = loud[loud > loud.mean() * 10 ** (-10.0 / 10)]
    return _lufs(float(gated.mean()))


def short_term_lufs(x: Samples, sample_rate: int, *, step_s: float = 1.0) -> NDArray[np.float32]:
    """Loudness of 3 s windows every ``step_s`` seconds, ungated, LUFS; ``-inf`` where silent."""
    powers = _block_powers(x, sample_rate, 3.0, step_s)
    with np.errstate(divide="ignore"):
        levels: NDArray[np.float32] = (-0.691 + 10 * np.log10(powers)).astype(np.float32)
    return levels


def true_peak_db(x: Samples, sample_rate: int) -> float:
    """The largest true peak over all channels, dBTP. ``sample_rate`` is taken for symmetry: 4x at any rate."""
    del sample_rate
    peak = float(_oversampled_peaks(x, float(np.abs(x).max(initial=0.0))).max(initial=0.0))
    return 20 * math.log10(peak) if peak > 0 else -math.inf


def normalise(x: Samples, sample_rate: int, *, target_lufs: float = TARGET_LUFS,
              ceiling_dbtp: float = CEILING_DBTP) -> Samples:
    """Bring ``x`` to ``target_lufs`` with no true peak above ``ceiling_dbtp``; silence comes back as it is.

    One gain for the whole array; only where that would exceed the ceiling a look-ahead limiter bends the gain for
    some milliseconds round the peak. Limiting costs loudness, which is given back twice at most.
    """
    y = np.asarray(x, dtype=np.float32)
    for _ in range(3):
        level = integrated_lufs(y, sample_rate)
        if not math.isfinite(level):
            return limit(y, sample_rate, ceiling_dbtp=ceiling_dbtp)
        gain_db = min(target_lufs - level, LARGEST_GAIN_DB)
        if y is not x and abs(gain_db) < 0.1:
            break
        y = limit(y * np.float32(10 ** (gain_db / 20)), sample_rate, ceiling_dbtp=ceiling_dbtp)
    return y


def limit(x: Samples, sample_rate: int, *, ceiling_dbtp: float = CEILING_DBTP) -> Samples:
    """Bend the gain round every true peak above the ceiling; unchanged (the same array) where there is none."""
    ceiling = 10 ** (ceiling_dbtp / 20)
    y = x
    for _ in range(3):
        peaks = _oversampled_peaks(y, ceiling)
        top = float(peaks.max(initial=0.0))
        if top <= ceiling:
            return y
        gain = _limiter_gain(peaks, ceiling * 0.999, sample_rate)
        y = (y * (gain if y.ndim == 1 else gain[:, None])).astype(np.float32)
    top = float(_oversampled_peaks(y, ceiling).max(initial=0.0))
    return y if top <= ceiling else (y * np.float32(ceiling / top)).astype(np.float32)


def _limiter_gain(peaks: NDArray[np.float32], ceiling: float, sample_rate: int) -> NDArray[np.float32]:
    """Gain per sample, never above what a peak needs: minimum over the look-ahead, released slowly, smoothed."""
    from scipy.ndimage import minimum_filter1d

    step = max(1, round(_STEP_LIMITER_S * sample_rate))
    count = -(-len(peaks) // step)
    padded = np.pad(peaks, (0, count * step - len(peaks)))
    need = np.minimum(1.0, ceiling / np.maximum(padded.reshape(count, step).max(axis=1), 1e-9))
    release = 1 - math.exp(-_STEP_LIMITER_S / _RELEASE_S)
    held, gains = 1.0, need.tolist()
    for i, value in enumerate(gains):
        held = min(value, held + (1 - held) * release)
        gains[i] = held
    low = minimum_filter1d(np.array(gains), 2 * (_LOOKAHEAD_STEPS + 1) + 1, mode="nearest")
    window = np.hanning(2 * _LOOKAHEAD_STEPS + 3)[1:-1]
    smooth = np.convolve(np.pad(low, _LOOKAHEAD_STEPS, mode="edge"), window / window.sum(), mode="valid")
    centres = (np.arange(count) + 0.5) * step
    return np.interp(np.arange(len(peaks)), centres, smooth).astype(np.float32)


def _oversampled_peaks(x: Samples, floor: float) -> NDArray[np.float32]:
    """For every sample the largest magnitude of the 4x oversampled signal round it, over all channels.

    Stretches whose samples stay below half of ``floor`` are not oversampled (their own magnitudes stand): between
    samples a signal rises by 6 dB only in constructed cases, so nothing above ``floor`` is missed in practice.
    """
    level = np.abs(x) if x.ndim == 1 else np.abs(x).max(axis=1)
    level = level.astype(np.float32, copy=False)
    if not len(level):
        return level
    count = -(-len(level) // _CHUNK)
    tops = np.maximum.reduceat(level, np.arange(count) * _CHUNK)
    out = np.pad(level, (0, count * _CHUNK - len(level))).reshape(count, _CHUNK)
    _, half = _oversampling_filter()
    columns = np.pad(x[None, :] if x.ndim == 1 else x.T, ((0, 0), (half, half + count * _CHUNK - len(level))))
    windows = np.lib.stride_tricks.sliding_window_view(columns, _CHUNK + 2 * half, axis=1)[:, ::_CHUNK]
    loud = np.flatnonzero(tops >= 0.5 * floor)
    for begin in range(0, len(loud), _BATCH):
        batch = loud[begin: begin + _BATCH]
        out[batch] = _fine_peaks(windows[:, batch])
    return out.reshape(-1)[: len(level)]


def _fine_peaks(windows: Samples) -> NDArray[np.float32]:
    """Of windows ``(channels, k, half + chunk + half)`` the largest of each sample's four: ``(k, chunk)``."""
    from scipy.signal import upfirdn

    taps, half = _oversampling_filter()
    fine = upfirdn(taps, windows, up=_OVERSAMPLING, axis=-1)
    offset = 2 * half * _OVERSAMPLING  # half a filter of delay, and the context in front
    fine = np.abs(fine[..., offset: offset + _CHUNK * _OVERSAMPLING])
    return np.asarray(fine.reshape(*windows.shape[:2], _CHUNK, _OVERSAMPLING).max(axis=(0, 3)), dtype=np.float32)


@lru_cache(maxsize=1)
def _oversampling_filter() -> tuple[NDArray[np.float32], int]:
    """A Kaiser-windowed sinc of 12 input samples a side; phase 0 gives the samples back exactly."""
    half = 12
    n = np.arange(-half * _OVERSAMPLING, half * _OVERSAMPLING + 1)
    taps = np.sinc(n / _OVERSAMPLING) * np.kaiser(len(n), 6.0)
    return taps.astype(np.float32), half


def _block_powers(x: Samples, sample_rate: int, block_s: float, step_s: float) -> NDArray[np.float64]:
    """Mean square of the K-weighted signal summed over channels, in overlapping blocks."""
    if not len(x):
        return np.zeros(0)
    energy = np.zeros(len(x))
    for channel in (x.T if x.ndim == 2 else x[None, :]):
        energy += _k_weighted(channel, sample_rate) ** 2
    total = np.concatenate([[0.0], np.cumsum(energy)])
    block, step = min(len(x), round(block_s * sample_rate)), round(step_s * sample_rate)
    starts = np.arange(0, len(x) - block + 1, step)
    powers: NDArray[np.float64] = np.maximum((total[starts + block] - total[starts]) / block, 0.0)
    return powers


def _k_weighted(x: NDArray[np.float32], sample_rate: int) -> NDArray[np.float64]:
    from scipy.signal import sosfilt

    return np.asarray(sosfilt(_k_weighting(sample_rate), x.astype(np.float64)))


@lru_cache(maxsize=8)
def _k_weighting(sample_rate: int) -> NDArray[np.float64]:
    """BS.1770's shelf and high pass for any rate, by De Man's parameters (equal to its table at 48 kHz)."""
    k = math.tan(math.pi * 1681.974450955533 / sample_rate)
    q, gain = 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    bend = gain ** 0.4996667741545416
    a0 = 1 + k / q + k * k
    shelf = [(gain + bend * k / q + k * k) / a0, 2 * (k * k - gain) / a0, (gain - bend * k / q + k * k) / a0,
             1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]
    k, q = math.tan(math.pi * 38.13547087602444 / sample_rate), 0.5003270373238773
    a0 = 1 + k / q + k * k
    high_pass = [1.0, -2.0, 1.0, 1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]
    return np.array([shelf, high_pass])


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))


def _lufs(power: float) -> float:
    return -0.691 + 10 * math.log10(power) if power > 0 else -math.inf
