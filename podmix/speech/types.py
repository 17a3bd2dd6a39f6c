# SPDX-License-Identifier: GPL-3.0-or-later
"""What was said, by whom and when. Times are seconds on the clock of the audio file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken word; ``text`` carries its punctuation and no surrounding space."""

    text: str
    start: float
    end: float
    probability: float = 1.0


@dataclass(frozen=True, slots=True)
class Cue:
    """One timed piece of a transcript file or of the recogniser: any length, not yet a sentence."""

    text: str
    start: float
    end: float
    speaker: str | None = None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with times. ``words`` is empty until word times were computed or given.

    ``speaker`` is a key of ``Transcript.speakers`` ("S1", or a publisher's own label), None where unknown.
    """

    text: str
    start: float
    end: float
    speaker: str | None = None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class SpeakerTurn:
    """One stretch of one voice; turns may overlap."""

    start: float
    end: float
    speaker: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """An episode's sentences in order of start.

    Args:
        sentences: in order; they do not overlap by more than people talk over each other.
        language: BCP 47 tag such as "en", None where unknown.
        duration: seconds of the audio, or the last cue's end without audio.
        source: "whisper:tiny.en", "publisher:vtt" and the like.
        speakers: speaker key -> name to show.
    """

    sentences: tuple[Sentence, ...]
    language: str | None
    duration: float
    source: str
    speakers: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)

    def between(self, start: float, end: float) -> Iterable[Sentence]:
        """Sentences that touch the span."""
        return (s for s in self.sentences if s.end > start and s.start < end)
