# SPDX-License-Identifier: GPL-3.0-or-later
"""Word times from the windows that were recognised: their text is known to the letter, so are their edges.

Cheaper and surer than ``word_times``, which serves texts that somebody else wrote: nothing is decoded again, and what
the recogniser heard in a window is used where it is still kept. Where the sentences are not to the letter what the
windows say, the answer is None.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, runtime_checkable

from podmix.speech.encoded import fingerprint
from podmix.speech.recogniser import Recogniser
from podmix.speech.types import Sentence, Word
from podmix.speech.voice_activity import RATE, Voice
from podmix.speech.windows import Window
from podmix.speech.word_times import Cut, cut_speech, in_order, trimmed, with_words

_REACH_S = 1.0  # sentences' edges are moved to pauses, so a window's text may reach a little out of it


@runtime_checkable
class Remembering(Protocol):
    """A recogniser that may still know what it heard."""

    def align_kept(self, name: bytes, length: int, text: str, language: str) -> list[Word] | None:
        """Times of known words in the window of ``length`` samples called ``name``; None where it is forgotten."""
        ...


@dataclass(frozen=True, slots=True)
class _Heard:
    start: float
    length: int
    name: bytes
    voice: Voice
    text: str

    @property
    def end(self) -> float:
        return self.start + self.length / RATE


class HeardWindows:
    """A ``transcribe.Listener`` that remembers the windows of one file and times their words when asked."""

    def __init__(self) -> None:
        self.voice: Voice | None = None
        """Voice probabilities of the whole file, once it is transcribed."""
        self._windows: list[_Heard] = []
        self._timed: dict[int, list[Word]] = {}

    def window(self, window: Window, voice: Voice, text: str) -> None:
        if text:
            name = fingerprint(window.samples)
            self._windows.append(_Heard(window.start, len(window.samples), name, voice, text))

    def finished(self, voice: Voice) -> None:
        self.voice = voice

    def word_times(self, path: Path, sentences: Sequence[Sentence], recogniser: Recogniser, *, language: str | None,
                   cut: Cut = cut_speech) -> tuple[Sentence, ...] | None:
        """The sentences with words and exact edges, as ``word_times.word_times``; None where the letters differ.

        Args:
            sentences: neighbours, in order.
        """
        if not sentences:
            return ()
        start, end = min(s.start for s in sentences) - _REACH_S, max(s.end for s in sentences) + _REACH_S
        words = [word for index, heard in enumerate(self._windows) if heard.end > start and heard.start < end
                 for word in self._words(index, path, recogniser, language or "en", cut)]
        words = _said(words, sentences, start, end)
        return in_order(with_words(sentences, words)) if words else None

    def _words(self, index: int, path: Path, recogniser: Recogniser, language: str, cut: Cut) -> list[Word]:
        if index not in self._timed:
            heard = self._windows[index]
            found = (recogniser.align_kept(heard.name, heard.length, heard.text, language)
                     if isinstance(recogniser, Remembering) else None)
            if found is None:
                found = recogniser.align(cut(path, heard.start, heard.end), heard.text, language)
            self._timed[index] = [replace(word, start=word.start + heard.start, end=word.end + heard.start)
                                  for word in trimmed(found, heard.voice)]
        return self._timed[index]


def _said(words: Sequence[Word], sentences: Sequence[Sentence], start: float, end: float) -> list[Word]:
    """The run of words that spells the sentences, nearest to their times; empty where there is none."""
    wanted = "".join("".join(sentence.text.split()) for sentence in sentences)
    letters = "".join("".join(word.text.split()) for word in words)
    firsts: dict[int, int] = {}
    position = 0
    for number, word in enumerate(words):
        firsts[position] = number
        position += len("".join(word.text.split()))
    firsts[position] = len(words)
    found: list[list[Word]] = []
    at = letters.find(wanted)
    while at >= 0:
        if at in firsts and at + len(wanted) in firsts:
            found.append(list(words[firsts[at]:firsts[at + len(wanted)]]))
        at = letters.find(wanted, at + 1)
    return min(found, key=lambda run: abs(run[0].start - start - _REACH_S) + abs(run[-1].end - end + _REACH_S),
               default=[])
