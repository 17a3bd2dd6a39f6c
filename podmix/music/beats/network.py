# SPDX-License-Identifier: GPL-3.0-or-later
"""The trained network (``resources/models/beat-tracker/beats.onnx``), one thread, and what stands in for it.

Both give activations ``(frames, 2)`` in 0..1 at FRAME_RATE: of a beat, and of a downbeat.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from podmix.music.beats.features import BANDS, FRAME_RATE, Floats
from podmix.paths import resources

CHUNK_S, MARGIN_S = 240.0, 21.0
"""Long recordings go through in chunks; the margin covers what the network sees to either side."""


def models_folder() -> Path:
    """Where ``beats.onnx`` and ``metre.onnx`` lie."""
    return Path(str(resources() / "models" / "beat-tracker"))


@lru_cache(maxsize=1)
def _session(path: str) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def network_activations(heard: Floats, path: Path) -> Floats:
    """Run ``beats.onnx`` over a compressed spectrogram ``(frames, BANDS)``."""
    session = _session(str(path))
    chunk, margin = int(CHUNK_S * FRAME_RATE), int(MARGIN_S * FRAME_RATE)
    pieces = []
    for start in range(0, len(heard), chunk):
        low, high = max(0, start - margin), min(len(heard), start + chunk + margin)
        seen = session.run(None, {"mel": heard[None, low:high]})[0][0]
        pieces.append(seen[start - low:start - low + min(chunk, len(heard) - start)])
    return np.concatenate(pieces).astype(np.float32) if pieces else np.zeros((0, 2), np.float32)


def metre_activations(slots: Floats, path: Path) -> Floats:
    """Run ``metre.onnx`` over described slots ``(n, INPUTS)``: ``(n, 2)`` probabilities of beat and downbeat."""
    return np.asarray(_session(str(path)).run(None, {"slots": slots[None]})[0][0], np.float32)


def signal_activations(heard: Floats) -> Floats:
    """Signal processing alone: spectral flux (Dixon 2006) against its surroundings, squashed to 0..1.

    The second column weighs low bands more: in much music the first beat has the bass.
    """
    if len(heard) < 3:
        return np.zeros((len(heard), 2), np.float32)
    rise = np.zeros_like(heard)
    rise[1:] = np.maximum(0, heard[1:] - np.maximum(heard[:-1], np.roll(heard[:-1], 1, 1)))
    low = np.linspace(2.0, 0.2, BANDS, dtype=np.float32)
    return np.stack([_standing_out(rise.sum(1)), 0.6 * _standing_out((rise * low).sum(1))], 1).astype(np.float32)


def _standing_out(curve: Floats) -> Floats:
    """A curve against the mean and deviation of the two seconds around, as a probability."""
    width = int(2 * FRAME_RATE) | 1
    kernel = np.ones(width) / width
    mean = np.convolve(curve, kernel, "same")
    spread = np.sqrt(np.maximum(0, np.convolve(curve**2, kernel, "same") - mean**2)) + 0.05 * curve.std() + 1e-6
    return np.asarray(1 / (1 + np.exp(-1.6 * ((curve - mean) / spread - 1.3))), np.float32)
