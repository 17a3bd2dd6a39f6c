# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose voice is whose: from introductions and the feed's persons, and only where it is sure.

A voice that says "I'm Maya" is Maya; a voice that is greeted "Sophie, thanks for being here" and speaks next is
Sophie. A first name is completed from the feed's persons. Two voices never share a name, a name never two voices.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from podmix.speech.types import Sentence, Transcript

_NAME = r"((?:[A-Z][\w’'-]+)(?:\s+(?:[a-z]{2,3}\s+)?[A-Z][\w’'-]+){0,2})"
_SELF = (
    re.compile(rf"\b(?:I'm|I’m|I am|my name is|My name is|My name's|this is|This is)\s+{_NAME}"),
    re.compile(rf"\b(?:hosted by me|with me|your host),?\s+{_NAME}"),
)
_OTHER = (
    re.compile(
        rf"\b(?:joined by|speaking with|talking to|talking with|my guest(?: today)? is|welcome(?: back)?,?|joining me is)\s+{_NAME}"
    ),
    re.compile(rf"^{_NAME},\s+(?:thanks|thank you|welcome|great to have|good to have)"),
    re.compile(rf"\b(?:thanks for (?:being|coming)[^,.]*|thank you|good to (?:see|have) you[^,.]*),\s+{_NAME}[.!?]"),
)
_NOT_NAMES = frozenset(
    [
        "I",
        "The",
        "This",
        "That",
        "So",
        "Well",
        "Yes",
        "No",
        "Not",
        "Just",
        "Here",
        "There",
        "Really",
        "Sure",
        "Glad",
        "Happy",
        "Going",
        "Today",
        "Welcome",
        "Thanks",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "English",
        "American",
        "British",
        "Kind",
        "Your",
        "Our",
        "My",
        "From",
        "With",
        "Because",
        "Back",
        "Sorry",
        "Still",
        "Also",
        "Very",
        "Probably",
        "Actually",
        "Excited",
        "Delighted",
        "It",
        "We",
        "You",
        "They",
        "He",
        "She",
        "And",
        "But",
        "Or",
        "If",
        "When",
        "What",
        "Why",
        "How",
        "Who",
    ]
)
_SELF_WEIGHT = 3
_ENOUGH = 2  # one self-introduction, or two greetings
_OPENING_S = 240.0  # where people introduce themselves; later "I'm …" is more often something else


def name_speakers(transcript: Transcript, persons: Sequence[tuple[str, str]] = ()) -> Transcript:
    """The transcript with names for the voices that are sure; publisher's own labels that are names already stay.

    Args:
        persons: (name, role) from the feed.
    """
    unnamed = {key for key, name in transcript.speakers.items() if name == key or re.fullmatch(r"Voice \d+|S\d+", name)}
    if not unnamed:
        return transcript
    known = [name for name, _ in persons]
    votes: Counter[tuple[str, str]] = Counter()
    for speaker, name, weight in _claims(transcript.sentences):
        if speaker in unnamed:
            votes[speaker, _completed(name, known)] += weight
    names = dict(transcript.speakers)
    given: set[str] = {name for key, name in names.items() if key not in unnamed}
    for (speaker, name), weight in votes.most_common():
        rivals = [
            other for (key, other), count in votes.items() if key == speaker and other != name and count >= weight
        ]
        if weight >= _ENOUGH and not rivals and name not in given and speaker in unnamed:
            names[speaker] = name
            given.add(name)
            unnamed.discard(speaker)
    left_persons = [name for name in known if name not in given]
    left_voices = [key for key in names if key in unnamed]
    if given and len(left_persons) == 1 and len(left_voices) == 1 and len(names) == len(known):
        names[left_voices[0]] = left_persons[0]  # all others are named: only one is left for the last
    return replace(transcript, speakers=names)


def _claims(sentences: Sequence[Sentence]) -> Iterator[tuple[str, str, int]]:
    """(voice, name, weight) for everything that is said about who is who near the beginning."""
    for index, sentence in enumerate(sentences):
        if sentence.start > _OPENING_S:
            return
        if sentence.speaker is None:
            continue
        for pattern in _SELF:
            for found in pattern.finditer(sentence.text):
                if _is_name(found[1]):
                    yield sentence.speaker, found[1], _SELF_WEIGHT
        answer = next(
            (s.speaker for s in sentences[index + 1 : index + 6] if s.speaker not in (None, sentence.speaker)), None
        )
        if answer is None:
            continue
        for pattern in _OTHER:
            for found in pattern.finditer(sentence.text):
                if _is_name(found[1]):
                    yield answer, found[1], 1


def _is_name(text: str) -> bool:
    return not any(word in _NOT_NAMES for word in text.split())


def _completed(name: str, known: Sequence[str]) -> str:
    """ "Maya" becomes "Maya Lindqvist" when the feed knows exactly one Maya."""
    fitting = [full for full in known if set(name.lower().split()) <= set(full.lower().split())]
    return fitting[0] if len(fitting) == 1 else name
