# SPDX-License-Identifier: GPL-3.0-or-later
"""Small signals and files, made here: nothing is shipped or downloaded."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

Samples = NDArray[np.float32]


def coloured_noise(seconds: float, rate: int, seed: int = 0, channels: int = 2) -> Samples:
    """Noise with speech's slope, which no two places of have in common: any shift shows."""
    rng = np.random.default_rng(seed)
    white = rng.normal(size=(round(seconds * rate) + 64, channels))
    smooth = np.apply_along_axis(lambda x: np.convolve(x, np.hanning(32), "valid"), 0, white)[: round(seconds * rate)]
    return (0.6 * smooth / np.abs(smooth).max()).astype(np.float32)


@pytest.fixture(scope="session")
def noise() -> Callable[..., Samples]:
    return coloured_noise


@pytest.fixture
def wav_file(tmp_path: Path) -> Callable[..., Path]:
    """Write samples ``(n,)`` or ``(n, 2)`` as 16-bit WAV."""
    def write(samples: Samples, rate: int, name: str = "sound.wav") -> Path:
        with wave.open(str(tmp_path / name), "wb") as file:
            file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(np.round(samples * 32767).astype("<i2").tobytes())
        return tmp_path / name

    return write
