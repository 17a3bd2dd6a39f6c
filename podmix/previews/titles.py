# SPDX-License-Identifier: GPL-3.0-or-later
"""A short title for a span, made from its own most telling sentence or clause."""

from __future__ import annotations

import re

import numpy as np

from podmix.previews.features_meaning import unit_length
from podmix.previews.features_text import plain
from podmix.previews.lexicons import COUNTED, POINTING
from podmix.previews.types import Floats

LONGEST = 70
CLAUSE = re.compile(
    r"(?:[;:–—]|,? -- |, (?=(?:and|but|because|so|which|who|or|where|when|if|that)\b)|(?<=\w)\.\.\.|…)\s*"
)
CONNECTIVE = re.compile(
    r"^(?:\W*(?:and|but|or|so|because|well|oh|um|uh|yeah|yes|yep|no|right|exactly|okay|ok|sure|now|then|also|anyway|like|"
    r"i mean|you know|i think|i guess|of course|absolutely|totally|you see|look|that)\b(?! of\b)[\s,.!…—–-]*)+",
    re.IGNORECASE,
)
"""What a title can lose at its start without losing its sense."""
LOOSE_END = re.compile(
    r"(?:[\s,;:–—-]+|\b(?:and|but|or|so|because|the|a|an|of|to|in|on|at|for|with|that|which|who|is|are|was|were|"
    r"my|your|our|"
    r"his|her|their|this|these|those|it's|i'm|if|when|as|by|from|not|be|been|have|has|had|very|really|just|like|"
    r"you know|"
    r"i mean))+$",
    re.IGNORECASE,
)


def make_title(texts: tuple[str, ...] | list[str], vectors: Floats | None, *, english: bool) -> str:
    """At most ``LONGEST`` characters, cut at a clause or a word, without a trailing ellipsis.

    Args:
        texts: the span's sentences.
        vectors: their vectors ``(sentences, d)``; closeness to their mean counts, if given.
    """
    best, best_points = "", -9.0
    close = _closeness(vectors, len(texts))
    for place, text in enumerate(texts):
        for phrase in _phrases(text, english=english):
            points = _points(phrase, english=english) + float(close[place])
            if points > best_points:
                best, best_points = phrase, points
    return best or _shorten(" ".join(texts))


def _closeness(vectors: Floats | None, count: int) -> Floats:
    if vectors is None or len(vectors) != count or not count:
        return np.zeros(count, dtype=np.float32)
    middle = unit_length(vectors.mean(axis=0, keepdims=True))[0]
    return np.asarray(vectors @ middle, dtype=np.float32)


def _phrases(text: str, *, english: bool) -> list[str]:
    """The sentence itself if it is short enough, else its clauses, each tidied."""
    whole = _tidy(text, english=english)
    if len(whole) <= LONGEST:
        return [whole] if whole else []
    parts = [_tidy(part, english=english) for part in CLAUSE.split(text)]
    fitting = [part for part in parts if part and len(part) <= LONGEST and len(part.split()) >= 4]
    return fitting or [_shorten(whole)]


def _tidy(text: str, *, english: bool) -> str:
    """Without leaning openers, brackets, quotation marks and closing stops; first letter large."""
    bare = re.sub(r"[\[(][^\])]*[\])]|[\"“”\\*♪]", "", text).strip()
    if english:
        bare = CONNECTIVE.sub("", bare)
    bare = re.sub(r"\s+", " ", bare).strip(" ,;:.…–—-")
    bare = bare.removesuffix("!")
    return bare[:1].upper() + bare[1:]


def _shorten(text: str) -> str:
    """The first words that fit, without a loose end."""
    flat = re.sub(r"\s+", " ", text).strip()
    if len(flat) <= LONGEST:
        return flat
    cut = flat[: LONGEST + 1]
    cut = cut.rsplit(" ", 1)[0] if " " in cut else cut[:LONGEST]
    if (comma := cut.rfind(",")) >= 25:
        return cut[:comma]
    return LOOSE_END.sub("", cut) or cut


def _points(phrase: str, *, english: bool) -> float:
    """How telling a phrase is: of title length, with claims, feelings, names, numbers, and not pointing away."""
    count = len(phrase.split())
    points = -abs(count - 9) / 9
    if not english:
        return points
    lowered = plain(phrase)
    for subject, weight in (("insight", 0.25), ("strong", 0.2), ("bad_feeling", 0.2), ("good_feeling", 0.15),
                            ("concrete", 0.15), ("people", 0.1), ("contrast", 0.1), ("number", 0.15)):  # fmt: skip
        points += weight * min(2, len(COUNTED[subject].findall(lowered)))
    points -= 0.25 * len(COUNTED["filler"].findall(lowered)) + 0.15 * len(COUNTED["vague"].findall(lowered))
    points -= 0.6 * (POINTING.match(lowered) is not None)
    points -= 0.8 * (count < 3)
    return points
