# SPDX-License-Identifier: GPL-3.0-or-later
"""A transcript as plain data: what crosses from a worker and what the database keeps. Times to the millisecond."""

from __future__ import annotations

from typing import Any

from podmix.errors import TranscriptError
from podmix.speech.types import Sentence, Transcript, Word

FORM = 1


def transcript_to_plain(transcript: Transcript) -> dict[str, Any]:
    """A sentence is [text, start, end, speaker, [[word, start, end, probability]…]]."""
    return {
        "form": FORM, "language": transcript.language, "duration": transcript.duration, "source": transcript.source,
        "speakers": transcript.speakers,
        "sentences": [[s.text, round(s.start, 3), round(s.end, 3), s.speaker,
                       [[w.text, round(w.start, 3), round(w.end, 3), round(w.probability, 3)] for w in s.words]]
                      for s in transcript.sentences],
    }


def transcript_from_plain(plain: dict[str, Any]) -> Transcript:
    """Raises TranscriptError when it is not what ``transcript_to_plain`` writes."""
    try:
        if plain["form"] != FORM:
            raise TranscriptError("This transcript was written by a newer PodMix.", remedy="Update PodMix.")
        sentences = tuple(
            Sentence(text, float(start), float(end), speaker, tuple(Word(w, float(a), float(b), float(p))
                                                                    for w, a, b, p in words))
            for text, start, end, speaker, words in plain["sentences"])
        return Transcript(sentences, plain["language"], float(plain["duration"]), plain["source"],
                          dict(plain["speakers"]))
    except (KeyError, TypeError, ValueError) as problem:
        raise TranscriptError("A stored transcript could not be read.", remedy="Make the episode's previews again.",
                              detail=repr(problem)) from problem
