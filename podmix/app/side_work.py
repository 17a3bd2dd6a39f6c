# SPDX-License-Identifier: GPL-3.0-or-later
"""What the side process does. Plain data in and out; models stay loaded between calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_ENCODERS: dict[str, Any] = {}


def query_vector(models: str, text: str) -> list[float]:
    """The unit vector of a search. Raises ModelMissing."""
    encoder = _ENCODERS.get(models)
    if encoder is None:
        from podmix.app.model_tools import ModelTools

        encoder = _ENCODERS[models] = ModelTools(Path(models)).sentence_encoder()
    return [float(x) for x in encoder.encode([text])[0]]


def write_clip_file(audio: str, span: tuple[float, float], target: str, tags: dict[str, str], art: str | None) -> str:
    """Cut, level and write one clip. Raises AudioError, StorageError."""
    from podmix.audio.clip import cut_clip
    from podmix.audio.encode import write_clip

    cut = cut_clip(Path(audio), *span)
    write_clip(cut.samples, cut.sample_rate, Path(target), tags=tags, art=Path(art).read_bytes() if art else None)
    return target


def hardware() -> dict[str, Any]:
    """What this machine computes on."""
    from podmix.models.hardware import probe

    found = probe()
    return {
        "cores": found.cores,
        "memory_gb": found.memory_gb,
        "device": found.device,
        "compute_type": found.compute_type,
    }
