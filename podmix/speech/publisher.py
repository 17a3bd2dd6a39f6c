# SPDX-License-Identifier: GPL-3.0-or-later
"""A publisher's transcript: used when it is timed, covers the episode, and is meant for this audio.

Publishers often transcribe before advertisements are inserted, so the last cue is compared with the audio's real
length (what decodes, not what is claimed). What does not fit is refused with the reason; the caller then listens.
"""

from __future__ import annotations

from dataclasses import replace

from podmix.errors import TranscriptError
from podmix.speech.sentences import to_sentences
from podmix.speech.transcript_files import read_transcript
from podmix.speech.types import Cue, Transcript

LEAST_COVERED = 0.75
"""Share of the audio the cues must reach; below it the file is a part, an excerpt or another edition."""
MOST_BEYOND_S = 20.0
"""A cue may end this much after the audio (rounding, credits); more means other audio."""
LEAST_WORDS_A_MINUTE = 25.0
"""Slower than any talk: a list of chapters, lyrics or notes."""


def use_publisher_transcript(data: bytes, *, name: str = "", mime: str = "", duration: float | None = None,
                             language: str | None = None) -> tuple[Transcript, tuple[str, ...]]:
    """The transcript in sentences, and warnings about what was mended.

    Args:
        duration: seconds of the audio; None where there is none, then the last cue's end stands for it.

    Raises:
        TranscriptError: not readable, not timed, or not of this audio.
    """
    file = read_transcript(data, name=name, mime=mime)
    file = replace(file, cues=tuple(map(_storable, file.cues)))
    if not file.cues:
        raise TranscriptError("The transcript is empty.", remedy="PodMix can listen to the audio instead.")
    if not file.timed:
        raise TranscriptError("The transcript has no times, so no clip can be cut by it.",
                              remedy="Give a transcript as VTT, SRT or Podcasting 2.0 JSON.")
    end = max(cue.end for cue in file.cues)
    if duration is not None:
        _check_fits(file.cues[0].start, end, duration)
    words = sum(len(cue.text.split()) for cue in file.cues)
    spoken = sum(len(cue.text) for cue in file.cues)
    minutes = (duration or end) / 60
    # Letters too, for languages that do not part words by spaces.
    if minutes > 1 and words < LEAST_WORDS_A_MINUTE * minutes and spoken < 4 * LEAST_WORDS_A_MINUTE * minutes:
        raise TranscriptError("The transcript holds too few words for a spoken episode.",
                              remedy="PodMix can listen to the audio instead.")
    sentences = to_sentences(file.cues)
    labels = dict.fromkeys(s.speaker for s in sentences if s.speaker)
    transcript = Transcript(sentences, file.language or language, duration or end, f"publisher:{file.format}",
                            {label: label for label in labels})
    return transcript, tuple(file.warnings)


def _storable(cue: Cue) -> Cue:
    """Without halves of characters, which JSON can spell but no file and no database can hold."""
    return replace(cue, text=_whole(cue.text), speaker=_whole(cue.speaker) if cue.speaker else cue.speaker,
                   words=tuple(replace(word, text=_whole(word.text)) for word in cue.words))


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _check_fits(first: float, end: float, duration: float) -> None:
    if end > duration + MOST_BEYOND_S:
        raise TranscriptError("The transcript is longer than the audio, so it belongs to another edition.",
                              remedy="PodMix can listen to the audio instead.",
                              detail=f"last cue ends at {end:.1f} s of {duration:.1f} s")
    if end - min(first, end) < LEAST_COVERED * duration:
        raise TranscriptError("The transcript covers only a part of the episode.",
                              remedy="PodMix can listen to the audio instead.",
                              detail=f"cues from {first:.1f} to {end:.1f} s of {duration:.1f} s")
