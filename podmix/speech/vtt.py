# SPDX-License-Identifier: GPL-3.0-or-later
"""WebVTT: voice spans, inline word times, notes, styles and settings (W3C WebVTT; hours optional)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from html import escape, unescape
from itertools import pairwise

from podmix.speech.labels import split_labels
from podmix.speech.tidy import flat, parse_time, spread_words
from podmix.speech.types import Cue, Word

_TIMING = re.compile(r"^\s*([\d:.,]{3,20})[ \t]*-->[ \t]*([\d:.,]{3,20})(?:[ \t].*)?$")
_TAG = re.compile(r"<([^<>]*)>")
_VOICE = re.compile(r"v(?:\.[^\s]*)?\s+(.+)", re.DOTALL)
_STAMP = re.compile(r"<([\d:.]{5,16})>")
_LANGUAGE = re.compile(r"^Language:\s*([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\s*$", re.MULTILINE)


def looks_like(head: str) -> bool:
    """Whether text without the WEBVTT line still has its timing lines (with dots; commas are SRT's)."""
    return re.search(r"^\s*[\d:]{4,12}\.\d{1,3}[ \t]*-->", head, re.MULTILINE) is not None


def header_language(text: str) -> str | None:
    """The ``Language:`` line that some writers put into the header."""
    match = _LANGUAGE.search(text[:1000].partition("-->")[0])
    return match.group(1) if match else None


def timed_blocks(text: str, timing: re.Pattern[str]) -> Iterator[tuple[float, float, list[str]]]:
    """(start, end, lines) of each cue; what is not a cue (headers, notes, styles, ids) is passed over."""
    lines = text.split("\n")
    index = 0
    while index < len(lines):
        match = timing.match(lines[index]) if "-->" in lines[index] else None
        index += 1
        if not match:
            continue
        body: list[str] = []
        while index < len(lines) and lines[index].strip() and "-->" not in lines[index]:
            body.append(lines[index])
            index += 1
        if index < len(lines) and "-->" in lines[index] and body and body[-1].strip().isdigit():
            body.pop()  # the next cue's number, where the blank line is missing
        yield parse_time(match.group(1)), parse_time(match.group(2)), body


def read_vtt(text: str) -> list[Cue]:
    """Raw cues of a WebVTT file, one for each voice span."""
    cues: list[Cue] = []
    for start, end, lines in timed_blocks(text, _TIMING):
        cues.extend(_cue_of_block(start, end, "\n".join(lines)))
    if any(cue.speaker for cue in cues):
        return cues
    return split_labels(cues)


def _cue_of_block(start: float, end: float, body: str) -> list[Cue]:
    voices = _split_voices(body)
    total = sum(len(part) + 1 for _, part in voices)
    cues: list[Cue] = []
    done = 0
    for speaker, part in voices:
        first = start + (end - start) * done / total if done else start
        done += len(part) + 1
        last = start + (end - start) * done / total if done < total else end
        cues.append(Cue(_plain(part), first, last, speaker, _inline_words(part, first, last)))
    return cues


def _split_voices(body: str) -> list[tuple[str | None, str]]:
    parts: list[tuple[str | None, str]] = []
    speaker: str | None = None
    position = 0
    for tag in _TAG.finditer(body):
        voice = _VOICE.fullmatch(tag.group(1).strip())
        if not voice:
            continue
        if body[position:tag.start()].strip():
            parts.append((speaker, body[position:tag.start()]))
        speaker, position = flat(unescape(voice.group(1))), tag.end()
    if body[position:].strip() or not parts:
        parts.append((speaker, body[position:]))
    return parts


def _plain(markup: str) -> str:
    return unescape(_TAG.sub("", markup))


def _inline_words(body: str, start: float, end: float) -> tuple[Word, ...]:
    """Word times from ``<00:00:01.200>`` stamps; empty where the cue has none or they run backwards."""
    if not _STAMP.search(body):
        return ()
    words: list[Word] = []
    for line in body.split("\n"):
        pieces = _STAMP.split(line)
        if len(pieces) == 1:  # a line without stamps was shown before this cue began
            words.extend(Word(text, start, start) for text in _plain(line).split())
            continue
        edges = [start, *(parse_time(stamp) for stamp in pieces[1::2]), end]
        if any(math.isnan(edge) for edge in edges) or any(a > b for a, b in pairwise(edges)):
            return ()
        for text, first, last in zip(pieces[::2], edges, edges[1:], strict=False):
            words.extend(spread_words(_plain(text).split(), first, last))
    return tuple(words)


def _stamp(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02d}:{whole // 60_000 % 60:02d}:{whole // 1000 % 60:02d}.{whole % 1000:03d}"


def write_vtt(cues: Sequence[Cue], *, language: str | None = None) -> str:
    """WebVTT text; cues with word times carry them as inline stamps."""
    blocks = ["WEBVTT" + (f"\nLanguage: {language}" if language else "")]
    for number, cue in enumerate(cues, 1):
        voice = f"<v {escape(flat(cue.speaker), quote=False)}>" if cue.speaker else ""
        blocks.append(f"{number}\n{_stamp(cue.start)} --> {_stamp(cue.end)}\n{voice}{_body(cue)}")
    return "\n\n".join(blocks) + "\n"


def _body(cue: Cue) -> str:
    if not cue.words:
        return escape(flat(cue.text), quote=False)
    parts: list[str] = []
    for index, word in enumerate(cue.words):
        stamped = index and cue.start <= word.start <= cue.end
        parts.append((f"<{_stamp(word.start)}>" if stamped else "") + escape(flat(word.text), quote=False))
    return " ".join(parts)
