# SPDX-License-Identifier: GPL-3.0-or-later
"""What every transcript reader needs after parsing: decoding, times, order, repeated captions, speakers.

Readers hand over raw cues: ``text`` may hold line breaks, times may be NaN, infinite or swapped, an ``end`` that
the file did not give is NaN, and ``speaker`` is None where the file named nobody.
"""

from __future__ import annotations

import codecs
import math
import re
import statistics
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from podmix.errors import TranscriptError
from podmix.speech.types import Cue, Word

LONGEST_S = 48 * 3600.0
"""No episode is longer; a later time is a mistake of the file."""
SECONDS_A_WORD = 60.0 / 155.0
"""Conversational English, used where a file gives no end."""
CHANGED = ""
"""Raw speaker of a cue that says "somebody else now" without a name (``>>``)."""

_TIME = re.compile(r"(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2}(?:[.,]\d{1,9})?)")
_SPACE = re.compile(r"\s+")


def decode_text(data: bytes) -> str:
    """Bytes of unknown encoding as text: byte order mark, UTF-8, else Windows-1252.

    Raises:
        TranscriptError: the bytes are not text.
    """
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"),
                           (codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF16_LE, "utf-16-le"),
                           (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            text = data[len(mark):].decode(encoding, errors="replace")
            break
    else:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = data.decode("cp1252", errors="replace")
    sample = text[:20_000]
    odd = sum(1 for c in sample if (c < " " and c not in "\t\n\r\f\v") or c == "\ufffd")
    if odd > 8 + len(sample) // 50:
        raise TranscriptError("This file is not a transcript: it holds no text.",
                              remedy="Choose a VTT, SRT, JSON, HTML or text file.")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"[\x00\u2028\u2029\ufeff]", lambda m: "\n" if m.group() in "\u2028\u2029" else "", text)


def parse_time(text: str) -> float:
    """``"1:02:03.5"``, ``"02:03,500"`` or ``"62.5"`` in seconds; NaN where it is no time."""
    text = text.strip()
    match = _TIME.fullmatch(text)
    if match:
        hours, minutes, seconds = match.groups()
        return int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds.replace(",", "."))
    try:
        return float(text.removesuffix("s")) if len(text) < 32 else math.nan
    except ValueError:
        return math.nan


def flat(text: str) -> str:
    """One line, single spaces, no surrounding space."""
    return _SPACE.sub(" ", text).strip()


def tidy_cues(raw: Sequence[Cue], warnings: list[str]) -> list[Cue]:
    """Usable, ordered cues: see the module's description for what comes in, ``warnings`` gets what was changed."""
    cues = _drop_impossible(raw, warnings)
    if any(later.start < earlier.start for earlier, later in pairwise(cues)):
        warnings.append("The cues were not in order of time and have been sorted.")
        cues = sorted(cues, key=lambda cue: cue.start)
    cues = _close_open_ends(cues, warnings)
    cues = _unroll(cues, warnings)
    return _carry_speakers([_flat_cue(cue) for cue in cues if flat(cue.text)])


def tidy_untimed(raw: Sequence[Cue]) -> list[Cue]:
    """Cues of a file without times: text and speakers only, times 0."""
    return _carry_speakers([replace(cue, text=flat(cue.text), start=0.0, end=0.0, words=())
                            for cue in raw if flat(cue.text)])


def _flat_cue(cue: Cue) -> Cue:
    words = tuple(word for word in cue.words
                  if math.isfinite(word.start) and math.isfinite(word.end) and word.text.strip())
    text = flat(cue.text)
    if [word.text for word in words] != text.split(" "):
        words = ()
    return replace(cue, text=text, words=words)


def _drop_impossible(raw: Sequence[Cue], warnings: list[str]) -> list[Cue]:
    kept = [cue for cue in raw if math.isfinite(cue.start) and 0 <= cue.start <= LONGEST_S]
    if len(kept) < len(raw):
        warnings.append(f"{len(raw) - len(kept)} cues had impossible times and were left out.")
    return kept


def _close_open_ends(cues: Sequence[Cue], warnings: list[str]) -> list[Cue]:
    """An end that is missing or before its start becomes the next start, or what the words take to say."""
    closed: list[Cue] = []
    swapped = 0
    for index, cue in enumerate(cues):
        if cue.end > cue.start and cue.end <= LONGEST_S:
            closed.append(cue)
            continue
        swapped += not math.isnan(cue.end) and cue.end != cue.start
        spoken = cue.start + max(0.2, SECONDS_A_WORD * 1.5 * (cue.text.count(" ") + 1))
        following = next((later.start for later in cues[index + 1:index + 50] if later.start > cue.start), math.inf)
        closed.append(replace(cue, end=min(spoken, following)))
    if swapped:
        warnings.append(f"{swapped} cues ended before they began; their ends were estimated.")
    return closed


def _lines(text: str) -> list[str]:
    return [line for line in (flat(part) for part in text.split("\n")) if line]


def _repeated_lines(earlier: list[str], later: list[str]) -> int:
    """How many lines at the head of ``later`` repeat the tail of ``earlier``."""
    for count in range(min(len(earlier), len(later)), 0, -1):
        if earlier[-count:] == later[:count]:
            return count
    return 0


def _unroll(cues: list[Cue], warnings: list[str]) -> list[Cue]:
    """Undo rolled-up captions, where each cue shows the line before again (as YouTube's do).

    Only where a third of all neighbours repeat: people do say "No. No."
    """
    lines = [_lines(cue.text) for cue in cues]
    counts = [0] + [_repeated_lines(lines[i - 1], lines[i]) if cues[i].start - cues[i - 1].end < 0.5 else 0
                    for i in range(1, len(cues))]
    repeats = sum(1 for count in counts if count)
    if repeats < 2 or repeats < len(cues) / 3:
        return cues
    warnings.append("Repeated caption lines were removed.")
    unrolled: list[Cue] = []
    for cue, own, count in zip(cues, lines, counts, strict=True):
        fresh = own[count:]
        if not fresh:
            if unrolled:
                unrolled[-1] = replace(unrolled[-1], end=max(unrolled[-1].end, min(cue.end, cue.start + 10)))
            continue
        words = cue.words[sum(len(line.split(" ")) for line in own[:count]):] if cue.words else ()
        unrolled.append(replace(cue, text="\n".join(fresh), words=words))
    return unrolled


def _carry_speakers(cues: list[Cue]) -> list[Cue]:
    """A cue without a speaker is spoken by the one before; ``CHANGED`` means somebody unnamed."""
    carried: list[Cue] = []
    current: str | None = None
    for cue in cues:
        if cue.speaker == CHANGED:
            current = None
        elif cue.speaker is not None:
            current = flat(cue.speaker)[:80] or None
        carried.append(replace(cue, speaker=current))
    return carried


def spread_words(texts: Sequence[str], start: float, end: float) -> tuple[Word, ...]:
    """Words spread over a span in proportion to their letters (plus one for the gap)."""
    weights = [len(text) + 1 for text in texts]
    total = sum(weights) or 1
    words: list[Word] = []
    done = 0
    for text, weight in zip(texts, weights, strict=True):
        words.append(Word(text, start + (end - start) * done / total, start + (end - start) * (done + weight) / total))
        done += weight
    return tuple(words)


def milliseconds_likely(spans: Sequence[tuple[float, float, int]]) -> bool:
    """Whether (start, end, words) rows are milliseconds: nobody takes 20 s a word."""
    paces = [(end - start) / max(1, words) for start, end, words in spans
             if math.isfinite(start) and math.isfinite(end) and end > start]
    return bool(paces) and statistics.median(paces) > 20
