# SPDX-License-Identifier: GPL-3.0-or-later
"""Cues into sentences with times.

Captions break where a screen line ends; previews need sentences. Cue texts are cut into words, each with a time
(the file's or recogniser's own, else spread over the cue by letters), and the stream of words is cut again at
sentence ends, at voices, and, where nobody wrote punctuation, at pauses, at ``MOST_WORDS`` and at
``MOST_UNPUNCTUATED_S``. Scripts without spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese, Tibetan)
are counted by letters.

Every word of the cues is in exactly one sentence; starts never go back; one speaker's sentences do not overlap.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from podmix.speech.sentence_ends import ends_sentence
from podmix.speech.tidy import spread_words
from podmix.speech.types import Cue, Sentence, Word

MOST_WORDS = 30
"""Where nothing ends a sentence, it is cut after at most so many words."""
LONGEST_PUNCTUATED = 60
"""A sentence with its full stop may be longer before it is cut: speakers do talk like that."""
LONG_PAUSE_S = 4.0
"""A silence after which even an unfinished sentence is over."""
UNPUNCTUATED_PAUSE_S = 0.7
MOST_UNPUNCTUATED_S = 15.0
"""Without punctuation a sentence takes no longer, unless one word with its own cue does."""
_WORDS_PER_END = 45
"""Fewer sentence ends than one in so many words: the text counts as unpunctuated."""

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uff66-\uff9f"
_CJK_PART = re.compile(r"[^。！？．]+[。！？．]*[」』”’）)]*|[。！？．]+[」』”’）)]*")
_HAS_CJK = re.compile(f"[{_CJK}]")
_CJK_RUN = 24
"""Letters after which a run of Chinese or Japanese without spaces may be cut."""
_UNSPACED = re.compile("[\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff]")
"""Thai, Lao, Tibetan, Burmese, Khmer: a space ends a phrase there, not a word."""
_UNSPACED_LETTERS_A_WORD = 4.5
_UNSPACED_RUN = 90
"""Letters (some 20 words) after which a run of these scripts is cut, before the next letter that can stand first."""


@dataclass(frozen=True, slots=True)
class _Token:
    word: Word
    glued: bool
    """No space before it: inside a run of Chinese or Japanese."""
    exact: bool
    """The time was given, not spread."""
    opens_cue: bool
    speaker: str | None

    @property
    def size(self) -> float:
        """In words; two letters of Chinese or Japanese count as one, and four or five of Thai."""
        text = self.word.text
        return max(1.0, len(_HAS_CJK.findall(text)) / 2 + len(_UNSPACED.findall(text)) / _UNSPACED_LETTERS_A_WORD)


def to_sentences(cues: Sequence[Cue]) -> tuple[Sentence, ...]:
    """Sentences of the cues, in order of start.

    Args:
        cues: in order of start, times in seconds; texts may be empty.
    """
    tokens = [token for cue in cues for token in _tokens(cue)]
    cased = _cased(tokens)
    punctuated = _punctuated(tokens, cased=cased)
    sentences: list[Sentence] = []
    # A voice's run is cut on its own: a sentence never holds two speakers.
    for _, group in groupby(tokens, key=lambda token: token.speaker):
        run = _forward(list(group))
        sentences.extend(_sentence(part) for part in _cut(run, cased=cased, punctuated=punctuated))
    return _in_order(sentences)


def _tokens(cue: Cue) -> Iterator[_Token]:
    pieces = [(part, index > 0) for chunk in cue.text.split() for index, part in enumerate(_parts(chunk))]
    texts = [text for text, _ in pieces]
    exact = len(cue.words) == len(texts) and all(w.text == t for w, t in zip(cue.words, texts, strict=True))
    words = cue.words if exact else spread_words(texts, cue.start, max(cue.start, cue.end))
    for index, (word, (_, glued)) in enumerate(zip(words, pieces, strict=True)):
        yield _Token(word, glued, exact, index == 0, cue.speaker)


def _parts(chunk: str) -> list[str]:
    """A word as it is; a run without spaces in parts that end at its full stops or after so many letters."""
    if len(chunk) > _UNSPACED_RUN and _UNSPACED.search(chunk):
        return _unspaced_parts(chunk)
    if not _HAS_CJK.search(chunk):
        return [chunk]
    parts: list[str] = []
    for part in _CJK_PART.findall(chunk):
        parts.extend(part[i:i + _CJK_RUN] for i in range(0, len(part), _CJK_RUN))
    return parts if "".join(parts) == chunk else [chunk]


def _unspaced_parts(chunk: str) -> list[str]:
    """Parts of about ``_UNSPACED_RUN`` letters; none begins with a mark that belongs to the letter before it."""
    parts: list[str] = []
    first = 0
    while len(chunk) - first > _UNSPACED_RUN:
        stop = first + _UNSPACED_RUN
        while stop < len(chunk) and not _may_begin(chunk[stop - 1], chunk[stop]):
            stop += 1
        parts.append(chunk[first:stop])
        first = stop
    return [*parts, chunk[first:]] if first < len(chunk) else parts


def _may_begin(before: str, letter: str) -> bool:
    """Whether a run may be cut between the two: not before a mark or a vowel written after, nor after one before."""
    return (unicodedata.category(letter) == "Lo" and letter not in "ะาำๅຯະາຳ"
            and not "\u0e40" <= before <= "\u0e44" and not "\u0ec0" <= before <= "\u0ec4"
            and before not in "\u17d2\u1039")


def _cased(tokens: Sequence[_Token]) -> bool:
    """Whether capitals mean something here: most words after a full stop have one."""
    after = [later.word.text for earlier, later in pairwise(tokens)
             if earlier.word.text[-1] in ".?!" and later.word.text[0].isalpha()]
    return not after or sum(1 for text in after if not text[0].islower()) >= len(after) * 0.4


def _punctuated(tokens: Sequence[_Token], *, cased: bool) -> bool:
    ends = sum(1 for earlier, later in pairwise(tokens)
               if ends_sentence(earlier.word.text, later.word.text, cased=cased))
    return (ends + 1) * _WORDS_PER_END >= sum(token.size for token in tokens)


def _forward(run: Sequence[_Token]) -> list[_Token]:
    """Times that never run backwards, though cues of one voice may overlap."""
    forward: list[_Token] = []
    clock = 0.0
    for index, token in enumerate(run):
        start = max(clock, token.word.start)
        end = max(start, token.word.end)
        if index + 1 < len(run):
            end = max(start, min(end, run[index + 1].word.start)) if run[index + 1].word.start > start else end
        forward.append(replace(token, word=replace(token.word, start=start, end=end)))
        clock = start
    return forward


def _cut(run: Sequence[_Token], *, cased: bool, punctuated: bool) -> Iterator[Sequence[_Token]]:
    """Parts of one voice's run that are sentences."""
    first = 0
    pause = LONG_PAUSE_S if punctuated else UNPUNCTUATED_PAUSE_S
    for index, token in enumerate(run):
        last = index + 1 == len(run)
        if last or ends_sentence(token.word.text, run[index + 1].word.text, cased=cased) \
                or run[index + 1].word.start - token.word.end >= pause:
            yield from (_bounded(run[first:index + 1], LONGEST_PUNCTUATED, math.inf) if punctuated
                        else _bounded(run[first:index + 1], MOST_WORDS, MOST_UNPUNCTUATED_S))
            first = index + 1


def _bounded(part: Sequence[_Token], most: int, most_s: float) -> Iterator[Sequence[_Token]]:
    """A part longer than ``most`` words or ``most_s`` seconds in pieces of at most ``MOST_WORDS`` and ``most_s``.

    It is cut where a breath is likeliest.
    """
    if sum(token.size for token in part) <= most and part[-1].word.end - part[0].word.start <= most_s:
        yield part
        return
    first = 0
    while first < len(part):
        size, stop = 0.0, first
        latest = part[first].word.start + most_s
        while stop < len(part) and (stop == first or (size + part[stop].size <= MOST_WORDS
                                                      and part[stop].word.end <= latest)):
            size += part[stop].size
            stop += 1
        if stop < len(part):
            stop = _best_cut(part, first, stop)
        yield part[first:stop]
        first = stop


def _best_cut(part: Sequence[_Token], first: int, stop: int) -> int:
    """The index in (first, stop] before which to cut: by pause, comma, cue edge, and the later the better."""

    def strength(index: int) -> float:
        pause = part[index].word.start - part[index - 1].word.end
        comma = part[index - 1].word.text[-1] in ",;:—–、，；："
        return min(1.0, max(0.0, pause)) * 2 + comma * 0.6 + part[index].opens_cue * 0.8 + (index - first) / 60

    return max(range(first + max(1, (stop - first) // 3), stop + 1), key=strength)


def _sentence(part: Sequence[_Token]) -> Sentence:
    text = "".join(("" if token.glued or index == 0 else " ") + token.word.text for index, token in enumerate(part))
    words = tuple(token.word for token in part) if all(token.exact for token in part) else ()
    end = max(token.word.end for token in part)
    return Sentence(text, part[0].word.start, end, part[0].speaker, words)


def _in_order(sentences: list[Sentence]) -> tuple[Sentence, ...]:
    """Sorted by start; a sentence ends no later than its speaker's next one begins."""
    ordered = sorted(sentences, key=lambda sentence: sentence.start)
    upcoming: dict[str | None, float] = {}
    for index in range(len(ordered) - 1, -1, -1):
        sentence = ordered[index]
        limit = upcoming.get(sentence.speaker)
        if limit is not None and sentence.end > limit:
            end = max(sentence.start, limit)
            words = tuple(replace(word, start=min(word.start, end), end=min(word.end, end))
                          for word in sentence.words)
            ordered[index] = replace(sentence, end=end, words=words)
        upcoming[sentence.speaker] = sentence.start
    return tuple(ordered)
