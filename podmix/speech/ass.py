# SPDX-License-Identifier: GPL-3.0-or-later
r"""Advanced SubStation Alpha with karaoke: each word carries ``{\k<centiseconds>}``, so players light it up."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from podmix.speech.tidy import flat, parse_time
from podmix.speech.types import Cue, Word

_OVERRIDE = re.compile(r"\{[^{}]*\}")
_KARAOKE = re.compile(r"\{[^{}]*?\\(?:k|kf|ko|K)(\d{1,6})[^{}]*\}")
_FIELDS = ("Layer", "Start", "End", "Style", "Name", "MarginL", "MarginR", "MarginV", "Effect", "Text")

_HEADER = """[Script Info]
; Written by PodMix
Title: {title}
ScriptType: v4.00+
WrapStyle: 0
ScaledBorderAndShadow: yes
PlayResX: 1080
PlayResY: 1080

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Sans,64,&H00FFFFFF,&H00A0A0A0,&H00202020,&H80000000,-1,0,0,0,100,100,0,0,1,3,1,2,60,60,90,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def read_ass(text: str) -> list[Cue]:
    """Raw cues of the ``Dialogue:`` lines; karaoke becomes word times."""
    fields: Sequence[str] = _FIELDS
    cues: list[Cue] = []
    for line in text.split("\n"):
        key, _, rest = line.partition(":")
        if key.strip() == "Format" and "Text" in rest:
            fields = [field.strip() for field in rest.split(",")]
        elif key.strip() == "Dialogue":
            values = dict(zip(fields, rest.strip().split(",", max(0, len(fields) - 1)), strict=False))
            cues.append(_cue(values))
    return cues


def _cue(values: dict[str, str]) -> Cue:
    start, end = parse_time(values.get("Start", "")), parse_time(values.get("End", ""))
    body = re.sub(r"\\[Nnh]", " ", values.get("Text", ""))
    return Cue(flat(_OVERRIDE.sub("", body)), start, end, values.get("Name", "").strip() or None,
               _karaoke_words(body, start))


def _karaoke_words(body: str, start: float) -> tuple[Word, ...]:
    pieces = _KARAOKE.split(body)
    if len(pieces) == 1 or not math.isfinite(start):
        return ()
    words: list[Word] = []
    clock = round(start * 100)
    for length, text in zip(pieces[1::2], pieces[2::2], strict=True):
        until = clock + int(length)
        spoken = flat(_OVERRIDE.sub("", text))
        if spoken:
            words.append(Word(spoken, clock / 100, until / 100))
        clock = until
    return tuple(words)


def _stamp(seconds: float) -> str:
    whole = round(seconds * 100)
    return f"{whole // 360_000}:{whole // 6000 % 60:02d}:{whole // 100 % 60:02d}.{whole % 100:02d}"


def _safe(text: str) -> str:
    r"""Braces and backslashes steer players, so they become look-alikes."""
    return flat(text).replace("{", "(").replace("}", ")").replace("\\", "/")


def write_ass(cues: Sequence[Cue], *, title: str = "") -> str:
    """ASS text; with word times each word lights up when it is spoken, the pause before it included."""
    lines = [_HEADER.format(title=_safe(title) or "PodMix")]
    for cue in cues:
        name = _safe(cue.speaker or "").replace(",", " ")
        lines.append(f"Dialogue: 0,{_stamp(cue.start)},{_stamp(cue.end)},Default,{name},0,0,0,,{_karaoke(cue)}\n")
    return "".join(lines)


def _karaoke(cue: Cue) -> str:
    if not cue.words:
        return _safe(cue.text)
    origin = round(cue.start * 100)
    parts: list[str] = []
    done = 0
    for index, word in enumerate(cue.words):
        begin = max(done, round(word.start * 100) - origin)
        until = max(begin, round(word.end * 100) - origin)
        pause = f"{{\\k{begin - done}}}" if begin > done else ""
        space = " " if index + 1 < len(cue.words) else ""
        parts.append(f"{pause}{{\\k{until - begin}}}{_safe(word.text)}{space}")
        done = until
    return "".join(parts)
