# SPDX-License-Identifier: GPL-3.0-or-later
"""The character of a track as a unit vector of ``SIZE`` numbers, for "sounds like this".

Raw statistics (``describe_sound``): cepstrum of the mel spectrum (mean, spread, movement), how chroma is shaped
whatever the key, how attacks repeat at lags of 0.1 to 2 s, where attacks lie in the spectrum. They are projected by a
fixed matrix learnt on composed music: whitened so that what differs between copies of one piece (equaliser, codec,
another stretch of it) counts least. Loudness and key cancel.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from podmix.errors import ModelError
from podmix.music.beats.features import FINE_RATE, Floats
from podmix.music.key.evidence import gather
from podmix.music.sound import Sound
from podmix.music.types import SoundEmbedding
from podmix.paths import resources

Doubles = NDArray[np.float64]

VERSION = 1
SIZE = 64
CEPSTRUM = 20
LAGS = 24
_BLOCK = 6000


def describe_sound(sound: Sound) -> Doubles:
    """Raw statistics ``(3 * CEPSTRUM + 7 + LAGS + 8,)``, finite for every input."""
    parts = [_cepstrum(sound.rhythm.mel), _harmony(sound), _rhythm(sound.rhythm.onsets), _attacks(sound.rhythm.mel)]
    return np.nan_to_num(np.concatenate(parts), nan=0.0, posinf=0.0, neginf=0.0)


@lru_cache(maxsize=1)
def _cosines() -> Floats:
    """``(64, CEPSTRUM)`` of the orthonormal discrete cosine transform, without its constant."""
    place = (np.arange(64) + 0.5)[:, None] * np.arange(1, CEPSTRUM + 1)
    return np.asarray(np.cos(np.pi / 64 * place) * np.sqrt(2 / 64), np.float32)


def _cepstrum(mel: Floats) -> Doubles:
    """Mean, spread and movement over the frames that are not silent."""
    level = mel.mean(1, dtype=np.float32)
    use = np.flatnonzero(level > max(1e-5, 0.02 * float(np.quantile(level, 0.95)))) if len(level) else np.zeros(0, int)
    if len(use) < 3:
        return np.zeros(3 * CEPSTRUM)
    sums = np.zeros((3, CEPSTRUM))
    for start in range(0, len(use), _BLOCK):
        rows = np.log(mel[use[start:start + _BLOCK]].astype(np.float32) + 1e-4 * level[use].mean()) @ _cosines()
        sums += [rows.sum(0), (rows**2).sum(0), np.abs(np.diff(rows, axis=0, prepend=rows[:1])).sum(0)]
    mean, square, move = sums / len(use)
    return np.concatenate([mean, np.sqrt(np.maximum(square - mean**2, 0)), move])


def _harmony(sound: Sound) -> Doubles:
    """Sizes of the chroma's six circles (fifths, thirds, …), which do not know the key, and its clearness."""
    found = gather(sound.tones)
    chroma = found.rows[0] / (found.rows[0].sum() + 1e-9)
    return np.append(np.abs(np.fft.rfft(chroma))[1:], min(found.clearness, 3.0))


def _rhythm(onsets: Floats) -> Doubles:
    """Autocorrelation of the attacks at LAGS lags, evenly spaced in logarithm from 0.1 to 2 s."""
    curve = onsets[:len(onsets) // 4 * 4].reshape(-1, 4).mean(1)
    rate = FINE_RATE / 4
    lags = np.geomspace(0.1, 2.0, LAGS + 1) * rate
    size = int(20 * rate)
    total = np.zeros(int(lags[-1]) + 2)
    pieces = 0
    for start in range(0, max(1, len(curve) - size + 1), size):
        piece = curve[start:start + size]
        if len(piece) < len(total) or piece.std() < 1e-6:
            continue
        spectrum = np.fft.rfft(piece - piece.mean(), 2 * len(piece))
        correlation = np.fft.irfft(np.abs(spectrum) ** 2)[:len(total)]
        total += correlation / correlation[0]
        pieces += 1
    if not pieces:
        return np.zeros(LAGS)
    total /= pieces
    return np.array([total[int(low):max(int(low) + 1, int(high))].max() for low, high in pairwise(lags)])


def _attacks(mel: Floats) -> Doubles:
    """Shares of the rise of energy in eight bands, and so which drums and instruments strike."""
    sums = np.zeros(8)
    floor = 1e-3 * float(mel.mean(dtype=np.float32)) + 1e-9 if len(mel) else 0.0
    for start in range(0, len(mel), _BLOCK):
        power = np.log(mel[start:start + _BLOCK].astype(np.float32).reshape(-1, 8, 8).mean(2) + floor)
        sums += np.maximum(0, np.diff(power, axis=0)).sum(0)
    return sums / max(1e-9, float(sums.sum()))


def whitening_path() -> Path:
    return Path(str(resources() / "models" / "sound-embedding" / "whitening.safetensors"))


@lru_cache(maxsize=2)
def _whitening(path: Path) -> tuple[Doubles, Doubles]:
    """Mean ``(raw,)`` and matrix ``(raw, SIZE)``. Raises ModelError where the file is missing."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        stored = load_file(str(path))
        return stored["mean"].astype(np.float64), stored["matrix"].astype(np.float64)
    except (OSError, KeyError, SafetensorError) as problem:
        raise ModelError("The numbers for comparing sounds cannot be read.", remedy="Install PodMix again.",
                         detail=f"{path}: {problem}") from problem


def embed_sound(sound: Sound, *, model: Path | None = None) -> SoundEmbedding:
    """The vector of a track; of silence, zeros."""
    if not len(sound.loudness.power) or sound.loudness.power.max() < 1e-9:
        return SoundEmbedding(VERSION, (0.0,) * SIZE)
    mean, matrix = _whitening(model or whitening_path())
    vector = (describe_sound(sound) - mean) @ matrix
    return SoundEmbedding(VERSION, tuple(round(float(v), 5) for v in vector / (np.linalg.norm(vector) + 1e-12)))


def likeness(left: SoundEmbedding, right: SoundEmbedding) -> float:
    """-1..1. Raises ValueError for vectors of different versions."""
    if left.version != right.version:
        raise ValueError("embeddings of different versions")
    return float(np.dot(left.vector, right.vector))
