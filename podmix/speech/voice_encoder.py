# SPDX-License-Identifier: GPL-3.0-or-later
"""Voices into vectors: the GE2E speaker encoder (Wan et al. 2018, "Generalized End-to-End Loss for Speaker
Verification") with the weights of Resemblyzer (Apache-2.0): three LSTM layers of 256 over 40 mel bands of 1.6 s.

The published file is a PyTorch pickle: it is read with ``weights_only`` once and kept as safetensors. The network runs
in onnxruntime (see ``voice_graph``); PyTorch is loaded for that one conversion only.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from podmix.errors import ModelError, ModelMissing, StorageError
from podmix.paths import atomic_write
from podmix.speech.voice_graph import encoder_graph

_LOG = logging.getLogger("podmix.speech")
CONVERTED = "voice.safetensors"

SAMPLE_RATE = 16_000
WINDOW_FRAMES = 160
"""What the encoder was trained on: 1.6 s of frames every 10 ms."""
_FFT = 400
_HOP = 160
_MELS = 40
_BATCH = 128
_TARGET_DB = -30.0  # level the encoder was trained at; quieter speech is raised to it

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class VoiceEncoder:
    """Call ``load``; the network is kept for the life of the process."""

    _session: Any
    name: str = "resemblyzer-ge2e"

    @staticmethod
    def load(folder: Path, *, cache: Path | None = None) -> VoiceEncoder:
        """The encoder in ``folder`` (``voice.safetensors``, or the published ``pretrained.pt``).

        Args:
            cache: where converted weights are kept; None keeps them in ``folder``. Where neither can be written,
                they are converted at each start.

        Raises:
            ModelMissing: no weights there. ModelError: not the expected weights.
        """
        return VoiceEncoder(_session(folder, cache))

    def encode(self, mels: Floats, starts: NDArray[np.int64]) -> Floats:
        """Unit vectors ``(len(starts), 256)`` of the windows of ``mels`` ``(frames, 40)`` beginning at ``starts``."""
        rows = [np.zeros((0, 256), np.float32)]
        for first in range(0, len(starts), _BATCH):
            block = np.stack([mels[s : s + WINDOW_FRAMES] for s in starts[first : first + _BATCH]])
            raw = self._session.run(None, {"mels": block.astype(np.float32, copy=False)})[0]
            rows.append(raw / (np.linalg.norm(raw, axis=1, keepdims=True) + 1e-9))
        return np.concatenate(rows)


def mel_frames(samples: Floats) -> Floats:
    """Power mel spectrogram ``(frames, 40)`` of 16 kHz mono, frame i centred on i x 10 ms, level-normalised."""
    if len(samples) < _FFT:
        return np.zeros((0, _MELS), np.float32)
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    gain = 10 ** (max(0.0, _TARGET_DB - 10 * np.log10(power + 1e-12)) / 20) if power > 1e-9 else 1.0
    padded = np.pad(samples * np.float32(gain), _FFT // 2)
    window = np.hanning(_FFT + 1)[:-1].astype(np.float32)
    filters = _mel_filters()
    pieces = []
    for first in range(0, len(samples) // _HOP + 1, 6000):  # a minute at a time keeps memory flat
        count = min(6000, len(samples) // _HOP + 1 - first)
        view = np.lib.stride_tricks.sliding_window_view(padded[first * _HOP :], _FFT)[::_HOP][:count]
        spectrum = np.fft.rfft(view * window, axis=1)
        pieces.append((np.abs(spectrum) ** 2).astype(np.float32) @ filters)
    return np.concatenate(pieces)


@lru_cache(maxsize=1)
def _mel_filters() -> Floats:
    """Slaney's mel filterbank ``(201, 40)`` with area normalisation, 0 to 8000 Hz: what the encoder learnt with."""

    def to_mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(hertz < 1000, hertz * 3 / 200, 15 + np.log(np.maximum(hertz, 1e-9) / 1000) / (np.log(6.4) / 27))

    def to_hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * (np.log(6.4) / 27)))

    edges = to_hertz(np.linspace(0.0, float(to_mel(np.array(8000.0))), _MELS + 2))
    bins = np.linspace(0, SAMPLE_RATE / 2, _FFT // 2 + 1)
    rising = (bins[:, None] - edges[None, :-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[None, 2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    triangles = np.maximum(0, np.minimum(rising, falling))
    return (triangles * (2.0 / (edges[2:] - edges[:-2]))).astype(np.float32)


@lru_cache(maxsize=2)
def _session(folder: Path, cache: Path | None) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting costs the others nothing
    options.log_severity_level = 3
    try:
        graph = encoder_graph(_weights(folder, cache))
        return onnxruntime.InferenceSession(graph, sess_options=options, providers=["CPUExecutionProvider"])
    except (KeyError, ValueError, IndexError, RuntimeError) as problem:
        raise ModelError(
            "The voice model is not the expected one.", remedy="Remove it and get it again.", detail=repr(problem)
        ) from problem


def _weights(folder: Path, cache: Path | None) -> Mapping[str, Floats]:
    """From safetensors where they are; else converted, and kept where that is allowed."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file, save

    for place in (folder, cache):
        kept = place / CONVERTED if place else None
        if kept and kept.is_file():
            try:
                loaded: dict[str, Floats] = load_file(kept)
                return loaded
            except (SafetensorError, OSError) as problem:
                _LOG.warning("%s is not readable and made again: %s", kept, problem)
    weights = _published(folder / "pretrained.pt")
    try:
        with atomic_write((cache or folder) / CONVERTED) as stream:
            stream.write(save(dict(weights)))
    except (StorageError, OSError) as problem:
        _LOG.info("The voice model is converted again next time: %s", problem)  # a package's folder may be read-only
    return weights


def _published(file: Path) -> Mapping[str, Floats]:
    """Resemblyzer's published weights, read without running anything in them.

    Raises:
        ModelMissing, ModelError.
    """
    import torch

    if not file.is_file():
        raise ModelMissing("The voice model is not here.", remedy="podmix models get voice-ge2e")
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)["model_state"]
    except (RuntimeError, KeyError, ValueError, EOFError, TypeError, UnpicklingError) as problem:
        raise ModelError(
            "The voice model could not be read.", remedy="Remove it and get it again.", detail=str(problem)
        ) from problem
    return {
        name: np.ascontiguousarray(tensor.numpy(), np.float32)
        for name, tensor in state.items()
        if name.startswith(("lstm.", "linear."))
    }
