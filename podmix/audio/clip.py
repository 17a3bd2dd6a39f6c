# SPDX-License-Identifier: GPL-3.0-or-later
"""Cutting a clip out of an episode: exact length, soft edges, one loudness.

A clip is at 48 kHz (what Opus codes, and what every device plays) and keeps the episode's mono or stereo. Its true
peak is held at -2 dBTP, one below the -1 promised for files, because lossy coding overshoots by up to about 1 dB;
``encode.write_clip`` measures that and mends the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from podmix.audio.decode import probe, read
from podmix.audio.loudness import TARGET_LUFS, normalise
from podmix.errors import AudioError

Samples = NDArray[np.float32]

CLIP_RATE = 48_000
CLIP_CEILING_DBTP = -2.0
FADE_S = 0.03


@dataclass(frozen=True, slots=True)
class ClipAudio:
    """A finished clip: float32 ``(n,)`` mono or ``(n, 2)`` stereo at ``sample_rate``."""

    samples: Samples
    sample_rate: int

    @property
    def duration(self) -> float:
        return len(self.samples) / self.sample_rate


def cut_clip(path: str | Path, start: float, end: float, *, fade_s: float = FADE_S,
             target_lufs: float = TARGET_LUFS) -> ClipAudio:
    """Cut ``start..end`` (seconds on the decoded clock), level it, fade both edges.

    The result has exactly ``round((end - start) * 48000)`` frames; where the file ends earlier it is shorter.

    Raises:
        AudioError: not readable, or nothing there between start and end.
    """
    if not end > start:
        raise AudioError("The clip would have no length.", detail=f"{start}..{end}")
    mono = probe(path).channels == 1
    samples, rate = read(path, sample_rate=CLIP_RATE, mono=mono, start=start, end=end)
    wanted = round((end - max(0.0, start)) * rate)
    if not len(samples):
        raise AudioError(f"{Path(path).name} ends before the clip begins.", detail=f"start {start:.2f} s")
    if abs(len(samples) - wanted) == 1:  # two roundings instead of one
        samples = samples[:wanted] if len(samples) > wanted else np.concatenate([samples, samples[-1:]])
    levelled = normalise(samples, rate, target_lufs=target_lufs, ceiling_dbtp=CLIP_CEILING_DBTP)
    return ClipAudio(faded(levelled, rate, fade_s), rate)


def faded(samples: Samples, sample_rate: int, fade_s: float = FADE_S) -> Samples:
    """A copy with raised-cosine fades at both ends; the first and last sample are zero."""
    out = np.array(samples, dtype=np.float32)
    size = min(round(fade_s * sample_rate), len(out) // 2)
    if size <= 0:
        return out
    ramp = (0.5 - 0.5 * np.cos(np.pi * np.arange(size) / size)).astype(np.float32)
    shaped = ramp if out.ndim == 1 else ramp[:, None]
    out[:size] *= shaped
    out[len(out) - size:] *= shaped[::-1]
    return out
