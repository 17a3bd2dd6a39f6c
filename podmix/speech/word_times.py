# SPDX-License-Identifier: GPL-3.0-or-later
"""Word times for the sentences of a clip, by aligning their known text with the sound.

The recogniser's cross-attention says when each token was spoken (dynamic time warping, as in openai/whisper's
``timing.py``); no text is recognised anew, so words always agree with the transcript, a publisher's included.
Where the sound does not hold the text, words are spread over the sentence by letters and marked improbable.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import numpy as np

from podmix.speech.recogniser import Recogniser
from podmix.speech.tidy import spread_words
from podmix.speech.types import Sentence, Word
from podmix.speech.voice_activity import FRAME_S, RATE, Detector, Samples, Silero, Voice, in_frames, speaking

LONGEST_S = 28.0
MARGIN_S = 0.5
"""Sound before and after a group of sentences whose edges are not exact yet."""
LEAST_PROBABILITY = 0.05
"""Mean over a sentence's words below which the text is not what is heard."""
SPREAD = 0.0
"""Probability of a word whose time was spread."""

Cut: TypeAlias = Callable[[Path, float, float], Samples]
"""(file, start, end) -> mono float32 at 16 kHz."""


def cut_speech(path: Path, start: float, end: float) -> Samples:
    """The sound between two times, as the recogniser wants it."""
    from podmix.audio.decode import read

    return read(path, sample_rate=RATE, mono=True, start=start, end=end)[0]


def word_times(path: Path, sentences: Sequence[Sentence], recogniser: Recogniser, *, language: str | None,
               cut: Cut = cut_speech, detector: Callable[[], Detector] = Silero) -> tuple[Sentence, ...]:
    """The sentences with ``words``, their starts and ends moved to the first and last word.

    Args:
        path: the audio.
        sentences: neighbours, in order: those of a clip, not of an hour.
        language: of the text; None means English.
    """
    timed: list[Sentence] = []
    for group in _groups(sentences):
        start = max(0.0, group[0].start - MARGIN_S)
        samples = cut(path, start, group[-1].end + MARGIN_S)
        if not len(samples) or group[-1].end - start > LONGEST_S + MARGIN_S:
            timed.extend(_spread(sentence) for sentence in group)
            continue
        words = recogniser.align(samples, " ".join(sentence.text for sentence in group), language or "en")
        voice = _voice(samples, detector())
        placed = [replace(word, start=word.start + start, end=word.end + start) for word in trimmed(words, voice)]
        timed.extend(with_words(group, placed))
    return in_order(timed)


def _groups(sentences: Sequence[Sentence]) -> list[list[Sentence]]:
    """Neighbours that fit into one window; a sentence longer than a window stands alone."""
    groups: list[list[Sentence]] = []
    for sentence in sentences:
        if groups and sentence.end - groups[-1][0].start <= LONGEST_S and sentence.start - groups[-1][-1].end < 3.0:
            groups[-1].append(sentence)
        else:
            groups.append([sentence])
    return groups


def _voice(samples: Samples, detect: Detector) -> Voice:
    parts = [detect(block) for block in in_frames(iter([samples]))]
    return np.concatenate(parts) if parts else np.zeros(0, np.uint8)


def trimmed(words: Sequence[Word], voice: Voice) -> list[Word]:
    """Words without the silence that alignment leaves inside them (it lets a word last until the next)."""
    spoken = speaking(voice)
    trimmed: list[Word] = []
    for word in words:
        first = int(word.start / FRAME_S)
        inside = np.flatnonzero(spoken[first:int(np.ceil(word.end / FRAME_S))])
        if not len(inside):
            trimmed.append(word)
            continue
        start = max(word.start, (first + int(inside[0])) * FRAME_S)
        # Only up to the first gap: what follows it belongs to the next word's beginning.
        gaps = np.flatnonzero(np.diff(inside) > 4)
        last = int(inside[gaps[0]]) if len(gaps) else int(inside[-1])
        end = min(word.end, (first + last + 1) * FRAME_S)
        trimmed.append(replace(word, start=start, end=max(start, end)))
    return trimmed


def with_words(group: Sequence[Sentence], words: Sequence[Word]) -> list[Sentence]:
    """Aligned words handed out to the sentences by counting letters."""
    owner = [index for index, word in enumerate(words) for _ in "".join(word.text.split())]
    letters = "".join("".join(word.text.split()) for word in words)
    if letters != "".join("".join(sentence.text.split()) for sentence in group):
        return [_spread(sentence) for sentence in group]
    timed: list[Sentence] = []
    position = 0
    for sentence in group:
        own: list[Word] = []
        for text in sentence.text.split():
            pieces = words[owner[position]:owner[position + len(text) - 1] + 1]
            position += len(text)
            own.append(Word(text, pieces[0].start, pieces[-1].end, float(np.mean([p.probability for p in pieces]))))
        sure = float(np.mean([word.probability for word in own]))
        timed.append(_timed(sentence, own) if sure >= LEAST_PROBABILITY else _spread(sentence))
    return timed


def _timed(sentence: Sentence, words: Sequence[Word]) -> Sentence:
    return replace(sentence, start=words[0].start, end=max(words[-1].end, words[0].start), words=tuple(words))


def _spread(sentence: Sentence) -> Sentence:
    words = spread_words(sentence.text.split(), sentence.start, sentence.end)
    return replace(sentence, words=tuple(replace(word, probability=SPREAD) for word in words))


def in_order(sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """Times that never run backwards, within a sentence and from one to the next of the same speaker."""
    ordered: list[Sentence] = []
    clock: dict[str | None, float] = {}
    for sentence in sentences:
        words: list[Word] = []
        now = clock.get(sentence.speaker, 0.0)
        for word in sentence.words:
            start = max(now, word.start)
            words.append(replace(word, start=start, end=max(start, word.end)))
            now = start
        for index in range(len(words) - 1):
            words[index] = replace(words[index], end=min(words[index].end, words[index + 1].start))
        ordered.append(_timed(sentence, words) if words else sentence)
        clock[sentence.speaker] = ordered[-1].end
    return tuple(ordered)
