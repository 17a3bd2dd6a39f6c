# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens in a section: a bass drum, a voice.

The bass drum is heard by attacks of the low band that are heard above as well. The voice is a logistic model of five
measures of a spectrogram; it was taught by a synthetic singer and synthetic speech over composed music, and knows
people only through what those share with them: see the model's card for how often it is right.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from podmix.music.beats.features import FRAME_RATE, Floats
from podmix.music.structure.bars import BarFeatures, means_over

Doubles = NDArray[np.float64]

KICK_FEATURES = ("low attacks", "low attacks heard above", "low level", "low level against the loudest bars",
                 "attacks against the busiest bars", "deep attacks", "deep share", "deep attacks here")
VOICE_FEATURES = ("bends", "syllables", "unsteady", "middle", "tilt", "spread of bends", "spread of middle",
                  "bends here", "syllables here", "middle here")
VOICE_BANDS = (6, 48)
"""Mel bands of a voice's partials and first formants: about 230 to 4,600 Hz."""
_BLOCK = 6000


def describe_kick(bars: BarFeatures) -> Doubles:
    """``(bars, len(KICK_FEATURES))``."""
    drive = bars.drive
    loud = np.quantile(drive[:, 2], 0.9) if len(drive) else 0.0
    busy = np.quantile(drive[:, 1], 0.9) if len(drive) else 0.0
    deep = drive[:, 4] / ((np.quantile(drive[:, 4], 0.9) if len(drive) else 0.0) + 0.3)
    return np.stack([*drive[:, :3].T, drive[:, 2] - loud, drive[:, 1] / (busy + 0.5), *drive[:, 4:6].T, deep], axis=1)


def describe_voice(mel: Floats, edges: Doubles) -> Doubles:
    """``(bars, len(VOICE_FEATURES))``.

    Of the log spectrogram between 230 and 4,600 Hz: how much of its movement slides along frequency (partials that
    bend, formants that move) and not only up and down in level; how much lies at 3 to 9 Hz; how much survives where
    the bar is compared with its own steady state; its level in the whole and against higher bands; and the same
    against the track's own mean.
    """
    pieces = [_voice_frames(mel[start:start + _BLOCK].astype(np.float32)) for start in range(0, len(mel), _BLOCK)]
    frames = np.concatenate(pieces) if pieces else np.zeros((1, 5), np.float32)
    mean = means_over(frames, edges, FRAME_RATE)
    spread = np.sqrt(np.maximum(means_over(frames[:, [0, 3]] ** 2, edges, FRAME_RATE) - mean[:, [0, 3]] ** 2, 0.0))
    own = mean[:, [0, 1, 3]] - np.median(mean[:, [0, 1, 3]], axis=0)
    return np.concatenate([mean, spread, own], axis=1)


def _voice_frames(mel: Floats) -> Floats:
    """``(frames, 5)``: sliding, syllables, change, level in the whole, level against higher bands."""
    bands = np.log(mel + np.float32(1e-5))
    middle = bands[:, VOICE_BANDS[0]:VOICE_BANDS[1]]
    fresh = middle - middle.mean(1, keepdims=True)
    change = np.diff(fresh, axis=0, prepend=fresh[:1])
    slope = np.gradient(fresh, axis=1)
    sliding = np.abs((change * slope).sum(1)) / (np.sqrt((change**2).sum(1) * (slope**2).sum(1)) + 1e-3)
    syllables = _band_power(fresh.astype(np.float32), 3.0, 9.0) / (_band_power(fresh, 0.3, 24.0) + 1e-3)
    level = np.log(np.exp(middle).mean(1) + 1e-6) - np.log(mel.mean(1) + 1e-6)
    tilt = np.log(np.exp(middle).mean(1) + 1e-6) - np.log(mel[:, 48:].mean(1) + 1e-6)
    frames = np.stack([sliding, syllables, np.sqrt((change**2).mean(1)), level, tilt], axis=1)
    return frames.astype(np.float32)


def _band_power(values: NDArray[np.floating], low: float, high: float) -> Doubles:
    """Mean power ``(frames,)`` of modulations between two rates (Hz), as a difference of two running means."""
    return np.asarray(((_running(values, FRAME_RATE / high) - _running(values, FRAME_RATE / low)) ** 2).mean(1))


def _running(values: NDArray[np.floating], frames: float) -> NDArray[np.floating]:
    size = max(1, round(frames / 2))
    if size <= 1 or len(values) < 2:
        return values
    total = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0, dtype=np.float64)])
    index = np.arange(len(values))
    low, high = np.maximum(index - size // 2, 0), np.minimum(index + (size + 1) // 2, len(values))
    return np.asarray((total[high] - total[low]) / (high - low)[:, None])
