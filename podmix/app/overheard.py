# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stages after transcription want to know of the sound, gathered while it streams by the recogniser once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from podmix.audio.speech_features import SpeechFeatureMeter
from podmix.speech.voice_activity import FRAME, Silero
from podmix.speech.window_times import HeardWindows

if TYPE_CHECKING:
    from podmix.speech.voice_activity import Detector, Samples, Voice


class Overheard:
    """Of one file: ``sound`` (features by the second) and ``windows`` (what was said in which window)."""

    def __init__(self, audio: Path) -> None:
        self.audio = audio
        self.sound = SpeechFeatureMeter()
        self.windows = HeardWindows()

    def decode(self, path: Path) -> Iterator[Samples]:
        """The file for the recogniser; what passes is measured."""
        from podmix.speech.transcribe import decode_speech

        for block in decode_speech(path):
            self.sound.add(block)
            yield block

    def voice(self) -> Detector:
        """A voice detector that knows the answers for this file from its beginning on."""
        return Silero() if self.windows.voice is None else Known(self.windows.voice)


class Known:
    """Answers with probabilities found before, ``(frames,)``, in order; beyond them nobody speaks."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._at = 0

    def __call__(self, samples: Samples) -> Voice:
        count = len(samples) // FRAME
        answer = self._voice[self._at : self._at + count]
        self._at += count
        return np.pad(answer, (0, count - len(answer)))

    def state(self) -> bytes:
        return self._at.to_bytes(8, "little")

    def restore(self, state: bytes) -> None:
        self._at = int.from_bytes(state, "little")
