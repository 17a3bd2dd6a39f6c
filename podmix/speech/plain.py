# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain text transcripts: paragraphs, ``Name: text`` lines, and time stamps where somebody wrote them.

Stamps are read at the head of a line: ``[12:30]``, ``(1:02:03)``, ``00:12:30 Name:`` or ``Name (12:30):``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise

from podmix.speech.labels import find_labels, split_label
from podmix.speech.tidy import flat, parse_time
from podmix.speech.types import Cue

_HEAD = re.compile(r"^[\[(]?((?:\d{1,2}:)?\d{1,3}:\d{2}(?:[.,]\d{1,3})?)[\])]?(?:\s+[-–—]\s+|\s+|$)")
_AFTER_NAME = re.compile(r"^([^\W\d_][^:\[\]()\n]{0,40}?)\s*[\[(]?((?:\d{1,2}:)?\d{1,3}:\d{2})[\])]?\s*:?(?:\s+|$)")


def read_plain(text: str) -> tuple[list[Cue], bool]:
    """(raw cues, whether they have times): timed when at least two stamps stand in order."""
    lines = [line.strip() for line in text.split("\n") if line.strip() and not line.startswith("#")]
    rows = [_row(line) for line in lines]
    stamps = [start for _, start, _ in rows if math.isfinite(start)]
    timed = len(stamps) >= 2 and all(a <= b for a, b in pairwise(stamps)) \
        and stamps[-1] > stamps[0] and len(stamps) >= len(rows) / 40
    labels = find_labels([body for _, _, body in rows if body] or [""])
    if not timed:
        labels = find_labels(lines or [""])
        return [_untimed(line, labels) for line in lines], False
    return _blocks(rows, labels), True


def _row(line: str) -> tuple[str | None, float, str]:
    match = _HEAD.match(line)
    if match:
        return None, parse_time(match.group(1)), line[match.end():]
    match = _AFTER_NAME.match(line)
    if match:
        return flat(match.group(1)), parse_time(match.group(2)), line[match.end():]
    return None, math.nan, line


def _untimed(line: str, labels: frozenset[str]) -> Cue:
    speaker, rest = split_label(line, labels)
    return Cue(rest, 0.0, 0.0, speaker)


def _blocks(rows: Sequence[tuple[str | None, float, str]], labels: frozenset[str]) -> list[Cue]:
    """The lines between two stamps share the time between them by letters."""
    cues: list[Cue] = []
    for index, (_, start, _) in enumerate(rows):
        if not math.isfinite(start):
            continue
        after = next((i for i in range(index + 1, len(rows)) if math.isfinite(rows[i][1])), len(rows))
        lines = [(name, *split_label(body, labels)) for name, _, body in rows[index:after] if flat(body)]
        letters = sum(len(body) + 1 for _, _, body in lines) or 1
        end = rows[after][1] if after < len(rows) else start + letters / 15.0
        end = min(end, start + max(2.0, letters / 8.0))  # a long gap after few words is a pause or music
        done = 0
        for name, speaker, body in lines:
            first = start + (end - start) * done / letters
            done += len(body) + 1
            cues.append(Cue(body, first, start + (end - start) * done / letters, name or speaker))
    return cues


def write_plain(cues: Sequence[Cue]) -> str:
    """Readable text: a paragraph for each turn, the speaker before it."""
    paragraphs: list[str] = []
    before: str | None = None
    for cue in cues:
        text = flat(cue.text)
        if paragraphs and cue.speaker == before:
            paragraphs[-1] += f" {text}"
        else:
            paragraphs.append(f"{cue.speaker}: {text}" if cue.speaker else text)
        before = cue.speaker
    return "\n\n".join(paragraphs) + "\n"
