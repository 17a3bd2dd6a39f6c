# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing items to one loudness: the survey is near the whole file's, and gains glide."""

from __future__ import annotations

import math
import time
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from podmix.audio.loudness import integrated_lufs
from podmix.playback.item_source import ItemJob, item_chunks
from podmix.playback.levelling import block_powers, levelling_gain, surveyed_lufs
from podmix.playback.protocol import Item
from tests.playback.conftest import RATE, Desk


def save(path: Path, samples: np.ndarray) -> str:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return str(path)


def talk(seconds: float, level: float, seed: int = 0) -> np.ndarray:
    """Noise in bursts, like speech: loud and quiet by turns."""
    dice = np.random.default_rng(seed)
    noise = dice.standard_normal((round(seconds * RATE), 2)).astype(np.float32)
    envelope = np.repeat(dice.choice([0.02, 0.5, 1.0], size=math.ceil(seconds * 4)), RATE // 4)[: len(noise)]
    return (level * 0.2 * noise * envelope[:, None]).astype(np.float32)


def test_block_powers_are_those_of_the_standard() -> None:
    samples = talk(6.0, 0.8)
    powers = block_powers(samples)
    loud = powers[powers > powers.mean() / 10]
    assert -0.691 + 10 * math.log10(loud.mean()) == pytest.approx(integrated_lufs(samples, RATE), abs=0.3)


@pytest.mark.parametrize(("seconds", "tolerance_lu"), [(5.0, 0.3), (120.0, 1.5)])
def test_the_survey_is_near_the_whole(tmp_path: Path, seconds: float, tolerance_lu: float) -> None:
    samples = talk(seconds, 0.5, seed=3)
    path = save(tmp_path / "a.wav", samples)
    assert surveyed_lufs(path, 0.0, seconds) == pytest.approx(integrated_lufs(samples, RATE), abs=tolerance_lu)


def test_silence_and_what_cannot_be_read_are_left_alone(tmp_path: Path) -> None:
    assert levelling_gain(save(tmp_path / "a.wav", np.zeros((RATE, 2)))) == 1.0
    (tmp_path / "b.mp3").write_text("no sound")
    assert levelling_gain(str(tmp_path / "b.mp3")) == 1.0


def test_a_known_gain_is_applied_from_the_first_frame(tmp_path: Path) -> None:
    samples = talk(2.0, 0.3)
    path = save(tmp_path / "a.wav", samples)
    job = ItemJob(Item(path, gain_db=-6.0), 0.0)
    gain = 10 ** (-6 / 20)
    out = np.concatenate([chunk.samples for chunk in item_chunks(job, RATE, gain=lambda: gain)])
    assert out == pytest.approx(np.concatenate([c.samples for c in item_chunks(job, RATE)]) * gain, abs=1e-6)


def test_a_gain_that_becomes_known_glides(tmp_path: Path) -> None:
    path = save(tmp_path / "a.wav", np.full((4 * RATE, 2), 0.25, np.float32))
    gains = iter([1.0] * 10 + [0.25] * 1000)
    out = np.concatenate([chunk.samples for chunk in item_chunks(ItemJob(Item(path), 0.0), RATE,
                                                                 gain=lambda: next(gains))])[:, 0]
    steps = np.abs(np.diff(20 * np.log10(np.abs(out))))
    assert steps.max() < 0.01  # dB a sample
    assert out[-1] == pytest.approx(0.25 * 0.25, rel=2e-3)
    assert out[RATE] > 0.15  # not at once


def test_two_items_come_out_equally_loud(make_desk: Callable[[], Desk], tmp_path: Path) -> None:
    heard = []
    for name, level in (("loud", 0.9), ("soft", 0.15)):
        desk = make_desk()
        desk.manner.levelling = True
        path = save(tmp_path / f"{name}.wav", talk(8.0, level))
        desk.sequencer.load(Item(path), None)
        desk.transport.play()
        desk.pull(RATE)
        deadline = time.monotonic() + 10
        while not desk.link.filler._gains:
            assert time.monotonic() < deadline
        desk.sequencer.seek(0.0)  # now its loudness is known
        heard.append(integrated_lufs(desk.pull(7 * RATE), RATE))
    assert heard[0] == pytest.approx(heard[1], abs=1.0)
    assert heard[0] == pytest.approx(-16.0, abs=1.0)
