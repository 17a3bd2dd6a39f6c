# SPDX-License-Identifier: GPL-3.0-or-later
"""Voices into vectors: the GE2E speaker encoder (Wan et al. 2018, "Generalized End-to-End Loss for Speaker
Verification") with the weights of Resemblyzer (Apache-2.0): three LSTM layers of 256 over 40 mel bands of 1.6 s.

The published file is a PyTorch pickle: it is read with ``weights_only`` once and kept as safetensors.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from podmix.errors import ModelError, ModelMissing

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

    _network: Any
    name: str = "resemblyzer-ge2e"

    @staticmethod
    def load(folder: Path) -> VoiceEncoder:
        """The encoder in ``folder`` (``voice.safetensors``, or ``pretrained.pt`` which is converted beside it).

        Raises:
            ModelMissing: no weights there. ModelError: not the expected weights.
        """
        return VoiceEncoder(_network(folder))

    def encode(self, mels: Floats, starts: NDArray[np.int64]) -> Floats:
        """Unit vectors ``(len(starts), 256)`` of the windows of ``mels`` ``(frames, 40)`` beginning at ``starts``."""
        import torch

        rows = []
        with torch.inference_mode():
            for first in range(0, len(starts), _BATCH):
                block = np.stack([mels[s : s + WINDOW_FRAMES] for s in starts[first : first + _BATCH]])
                rows.append(self._network(torch.from_numpy(block)).numpy())
        return np.concatenate(rows) if rows else np.zeros((0, 256), np.float32)


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
    """Slaney's mel filterbank ``(201, 40)`` with area normalisation, 0 to 8000 Hz: what the encoder was trained with."""

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
def _network(folder: Path) -> Any:
    import torch
    from safetensors.torch import load_file

    class Network(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.lstm = torch.nn.LSTM(_MELS, 256, 3, batch_first=True)
            self.linear = torch.nn.Linear(256, 256)

        def forward(self, mels: Any) -> Any:
            _, (hidden, _) = self.lstm(mels)
            raw = torch.relu(self.linear(hidden[-1]))
            return raw / (raw.norm(dim=1, keepdim=True) + 1e-9)

    weights = folder / "voice.safetensors"
    if not weights.is_file():
        convert(folder / "pretrained.pt", weights)
    network = Network()
    try:
        network.load_state_dict(load_file(weights))
    except (RuntimeError, KeyError, ValueError) as problem:
        raise ModelError(
            "The voice model is not the expected one.", remedy="Remove it and get it again.", detail=str(problem)
        ) from problem
    return network.eval()


def convert(pickle: Path, target: Path) -> None:
    """Read Resemblyzer's published weights without running anything in them, and keep them as safetensors."""
    import torch
    from safetensors.torch import save

    if not pickle.is_file():
        raise ModelMissing("The voice model is not here.", remedy="podmix models get voice-ge2e")
    try:
        state = torch.load(pickle, map_location="cpu", weights_only=True)["model_state"]
    except (RuntimeError, KeyError, ValueError, EOFError) as problem:
        raise ModelError(
            "The voice model could not be read.", remedy="Remove it and get it again.", detail=str(problem)
        ) from problem
    from podmix.paths import atomic_write

    kept = {name: tensor.contiguous() for name, tensor in state.items() if name.startswith(("lstm.", "linear."))}
    with atomic_write(target) as stream:
        stream.write(save(kept))
