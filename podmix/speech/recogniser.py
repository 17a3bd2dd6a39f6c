# SPDX-License-Identifier: GPL-3.0-or-later
"""What transcription asks of a speech recogniser: three calls on arrays. Whisper answers them, and in
tests a stand-in that passes the same suite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from podmix.speech.types import Word
from podmix.speech.voice_activity import Samples


@dataclass(frozen=True, slots=True)
class Heard:
    """A stretch of recognised text; times are seconds within its window.

    ``log_probability`` is the mean over the window's tokens, ``no_speech`` how sure the model was (0..1) that
    nobody spoke.
    """

    text: str
    start: float
    end: float
    log_probability: float = 0.0
    no_speech: float = 0.0


class Recogniser(Protocol):
    """A loaded model. Windows are mono float32 at 16 kHz, at most 30 s each."""

    @property
    def name(self) -> str:
        """Model and arithmetic, such as "tiny.en int8 cpu beam 5": results depend on nothing else."""
        ...

    @property
    def languages(self) -> frozenset[str] | None:
        """The only languages it knows; None for nearly all."""
        ...

    def detect(self, windows: Sequence[Samples]) -> tuple[str, float]:
        """(language, probability) of what is spoken in all windows together."""
        ...

    def recognise(self, windows: Sequence[Samples], language: str, *, careful: bool = False) -> list[list[Heard]]:
        """The text of each window; ``careful`` forbids repetition (for a window where it went round in circles)."""
        ...

    def align(self, window: Samples, text: str, language: str) -> list[Word]:
        """Times of the known words of ``text`` within the window."""
        ...
