# SPDX-License-Identifier: GPL-3.0-or-later
"""How loud a file is, known soon: a survey of some moments spread over it, for levelling while playing.

Loudness after ITU-R BS.1770-4 (K-weighting, gates), on excerpts only; on whole albums of speech and music the survey
lies within about 1 LU of the whole file's integrated loudness. K-weighting is applied to power spectra, so that numpy
alone suffices: the filler must start fast.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from podmix.audio.decode import decoded_duration, stream
from podmix.errors import PodMixError

Samples = NDArray[np.float32]

TARGET_LUFS = -16.0
MOST_GAIN_DB, LEAST_GAIN_DB = 12.0, -18.0
MOMENTS, MOMENT_S = 8, 2.0
_RATE = 48_000
_BLOCK = 19_200  # 400 ms


def levelling_gain(path: str, *, start: float = 0.0, end: float | None = None) -> float:
    """The linear gain that brings ``start..end`` of a file to -16 LUFS; 1.0 for silence and unreadable files."""
    try:
        last = end if end is not None else decoded_duration(path)
        level = surveyed_lufs(path, start, last)
    except PodMixError:
        return 1.0
    if not math.isfinite(level):
        return 1.0
    return float(10 ** (min(MOST_GAIN_DB, max(LEAST_GAIN_DB, TARGET_LUFS - level)) / 20))


def surveyed_lufs(path: str, start: float, end: float) -> float:
    """Gated loudness of eight moments between ``start`` and ``end``, LUFS; -inf for silence."""
    length = end - start
    if length <= MOMENTS * MOMENT_S * 1.5:
        powers = _moment(path, start, end)
    else:
        step = (length - MOMENT_S) / MOMENTS
        powers = np.concatenate([_moment(path, begin, begin + MOMENT_S)
                                 for begin in start + step * (np.arange(MOMENTS) + 0.5)])
    loud = powers[powers > 10 ** ((-70 + 0.691) / 10)]
    if not loud.size:
        return -math.inf
    gated = loud[loud > loud.mean() / 10]
    return float(-0.691 + 10 * math.log10(gated.mean()))


def _moment(path: str, start: float, end: float) -> NDArray[np.float64]:
    blocks = list(stream(path, sample_rate=_RATE, mono=False, start=start, end=end))
    if not blocks:
        return np.zeros(0)
    return block_powers(np.concatenate(blocks))


def block_powers(samples: Samples) -> NDArray[np.float64]:
    """K-weighted mean square of blocks of 400 ms every 100 ms, summed over channels; ``samples`` (n, 2) at 48 kHz."""
    size = min(_BLOCK, len(samples))
    if not size:
        return np.zeros(0)
    starts = range(0, len(samples) - size + 1, _BLOCK // 4)
    weights = _k_weights(size)
    powers = []
    for begin in starts:
        spectrum = np.fft.rfft(samples[begin: begin + size], axis=0)
        energy = (np.abs(spectrum) ** 2 * weights[:, None]).sum()
        powers.append(2 * energy / size ** 2)
    return np.array(powers)


def _k_weights(size: int) -> NDArray[np.float64]:
    """The squared magnitude of BS.1770's two filters (its table for 48 kHz) at the bins of an FFT."""
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(size))
    shelf = ((1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z * z)
             / (1 - 1.69065929318241 * z + 0.73248077421585 * z * z))
    high_pass = (1 - z) ** 2 / (1 - 1.99004745483398 * z + 0.99007225036621 * z * z)
    return np.asarray(np.abs(shelf * high_pass) ** 2)
