# SPDX-License-Identifier: GPL-3.0-or-later
"""What is overheard while transcribing equals what a hearing of its own would find."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from podmix.app.overheard import Known, Overheard
from podmix.audio.encode import write_clip
from podmix.audio.speech_features import read_speech_features
from podmix.speech.voice_activity import FRAME


def test_the_features_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "hum.wav"
    clock = np.arange(3 * 16_000) / 16_000
    write_clip((0.3 * np.sin(2 * np.pi * 150 * clock)).astype(np.float32), 16_000, path, tags={})
    overheard = Overheard(path)
    assert sum(len(block) for block in overheard.decode(path)) == 3 * 16_000
    ours, theirs = overheard.sound.features(), read_speech_features(path)
    np.testing.assert_array_equal(ours.loudness_db, theirs.loudness_db)
    np.testing.assert_array_equal(ours.pitch_hz, theirs.pitch_hz)


def test_known_voice_is_given_out_in_order() -> None:
    voice = Known(np.arange(5, dtype=np.uint8))
    assert voice(np.zeros(2 * FRAME, np.float32)).tolist() == [0, 1]
    state = voice.state()
    assert voice(np.zeros(4 * FRAME, np.float32)).tolist() == [2, 3, 4, 0]
    voice.restore(state)
    assert voice(np.zeros(FRAME, np.float32)).tolist() == [2]


@pytest.mark.parametrize("frames", [0, 3])
def test_nothing_known_is_silence(frames: int) -> None:
    assert Known(np.zeros(0, np.uint8))(np.zeros(frames * FRAME, np.float32)).tolist() == [0] * frames
