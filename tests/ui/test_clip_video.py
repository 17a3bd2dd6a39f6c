# SPDX-License-Identifier: GPL-3.0-or-later
"""A captioned video is written by a process of its own: right size, right length, words that change."""

from __future__ import annotations

import wave
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from podmix.app.views import CaptionLine, CaptionWord, PreviewCard
from podmix.errors import AudioError
from podmix.ui.clip_video import TALL, WIDE, write_in_process


@pytest.fixture
def card(tmp_path: Path) -> PreviewCard:
    audio = tmp_path / "tone.wav"
    tone = (8000 * np.sin(np.arange(4 * 16_000) * 0.1)).astype("<i2")
    with wave.open(str(audio), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(tone.tobytes())
    words = (CaptionWord("Nobody", 1.0, 1.5), CaptionWord("knew.", 2.2, 2.8))
    return PreviewCard(
        preview_id=1, episode_id=1, show_id=1, show_title="Show", episode_title="Episode", title="Nobody knew",
        published=None, start=1.0, end=3.0, episode_duration=4.0, score=1.0, rank=1, reasons=(),
        captions=(CaptionLine("Nobody knew.", 1.0, 2.8, "Maya", words),), artwork=None, audio=audio, clip=None,
        peaks=bytes(range(0, 216, 3)))


def test_a_video_shows_the_words_as_they_are_spoken(card: PreviewCard, tmp_path: Path) -> None:
    target = write_in_process(card, tmp_path / "clip.mp4")
    with av.open(str(target)) as video:
        stream = video.streams.video[0]
        assert (stream.width, stream.height) == (WIDE, TALL)
        pictures = [frame.to_ndarray(format="rgb24") for frame in video.decode(stream)]
    assert abs(len(pictures) / 24 - 2.0) < 0.1
    # The second word is lit only in the second half: the pictures differ there, and hold something to see.
    early, late = pictures[5].astype(int), pictures[-6].astype(int)
    assert np.abs(early - late).max() > 100
    assert early.std() > 5


def test_without_the_episodes_audio_it_says_so(card: PreviewCard, tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="no longer on this machine"):
        write_in_process(replace(card, audio=None), tmp_path / "clip.mp4")
