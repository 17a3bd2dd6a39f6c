# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-ins for the recogniser and the voice detector that hear tones instead of words.

Sound: a "word" is 0.4 s of constant level ``number / 100``, followed by 0.2 s of silence. The detector hears any
level; the recogniser writes the number of each word it is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from podmix.speech.recogniser import Heard
from podmix.speech.types import Word
from podmix.speech.voice_activity import FRAME, RATE, Samples, Voice, runs

WORD_S, GAP_S = 0.4, 0.2


def spoken(numbers: Sequence[int], gap_s: float = GAP_S) -> Samples:
    """Sound of the words; 0 is a second of silence instead."""
    parts = [np.zeros(RATE, np.float32) if number == 0 else np.concatenate(
        [np.full(int(WORD_S * RATE), number / 1000, np.float32), np.zeros(int(gap_s * RATE), np.float32)])
        for number in numbers]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def blocks_of(samples: Samples, size: int = 10 * RATE) -> Iterator[Samples]:
    return (samples[i:i + size] for i in range(0, len(samples), size))


class LevelDetector:
    """Speech is level; counts what it was given, and its memory must be handed on."""

    def __init__(self) -> None:
        self.frames = 0

    def __call__(self, samples: Samples) -> Voice:
        frames = samples.reshape(-1, FRAME)
        self.frames += len(frames)
        return np.where(np.abs(frames).mean(axis=1) > 1e-4, 250, 5).astype(np.uint8)

    def state(self) -> bytes:
        return self.frames.to_bytes(8, "little")

    def restore(self, state: bytes) -> None:
        self.frames = int.from_bytes(state, "little")


class NumberRecogniser:
    """Writes the number of each word; ``calls`` keeps the starts of what it heard."""

    def __init__(self, *, languages: frozenset[str] | None = None, per_sentence: int = 8) -> None:
        self.languages = languages
        self.name = "numbers"
        self.heard_windows = 0
        self._per_sentence = per_sentence

    def detect(self, windows: Sequence[Samples]) -> tuple[str, float]:
        return "xx", 0.9

    def recognise(self, windows: Sequence[Samples], language: str, *, careful: bool = False) -> list[list[Heard]]:
        self.heard_windows += len(windows)
        return [self._words(window) for window in windows]

    def _words(self, window: Samples) -> list[Heard]:
        heard = []
        for first, last in runs(np.abs(window) > 1e-4).tolist():
            number = round(float(window[(first + last) // 2]) * 1000)
            stop = "." if number % self._per_sentence == 0 else ""
            heard.append(Heard(f"W{number}{stop}", first / RATE, last / RATE))
        return heard

    def align(self, window: Samples, text: str, language: str) -> list[Word]:
        found = [Word(h.text.rstrip("."), h.start, h.end, 0.9) for h in self._words(window)]
        texts = text.split()
        by_text = {word.text: word for word in found}
        return [Word(t, by_text[t.rstrip(".")].start, by_text[t.rstrip(".")].end + 0.2, 0.9) for t in texts
                if t.rstrip(".") in by_text]


def as_file(folder: Path, samples: Samples) -> Path:
    """A file for the fingerprint; the sound itself is handed over by ``decode``."""
    path = folder / "episode.bin"
    path.write_bytes(samples.tobytes())
    return path
