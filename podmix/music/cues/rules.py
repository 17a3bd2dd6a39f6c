# SPDX-License-Identifier: GPL-3.0-or-later
"""Cue points by rules: sections say what, the phrase grid says where, energy says which matter most.

A phrase is eight bars. Its lines are counted from the offset on which most section edges lie, the start of strong
parts counting double; a section edge beside a phrase line is moved onto it.
"""

from __future__ import annotations

import numpy as np

from podmix.music.cues.lines import STRONG, CueLines
from podmix.music.types import Section, StructureAnalysis

PHRASE_BARS = 8
BESIDE_BARS = 1
"""A section edge this far from a phrase line is taken to lie on it."""
LEAST_OUTRO_BARS = 4
MOST_HOT = 8
HOT_LABELS = ("drop", "chorus", "break")


def phrase_offset(lines: CueLines, structure: StructureAnalysis) -> int:
    """0..7: the bar in which phrases begin, counted from the first line."""
    votes = np.zeros(PHRASE_BARS)
    votes[0] = 0.5  # where nothing speaks, the first line
    for opener, section in zip(lines.openers, structure.sections, strict=True):
        votes[int(opener) % PHRASE_BARS] += 2.0 if section.label in ("drop", "chorus") else 1.0
    return int(votes.argmax())


def on_phrase(line: int, offset: int, count: int) -> int:
    """The phrase line beside ``line``, or ``line``."""
    nearest = offset + PHRASE_BARS * round((line - offset) / PHRASE_BARS)
    return nearest if abs(nearest - line) <= BESIDE_BARS and 0 <= nearest < count else line


def come_in_line(lines: CueLines, structure: StructureAnalysis) -> int:
    """Where the first strong section begins; the first line where there is none."""
    offset = phrase_offset(lines, structure)
    for opener, section in zip(lines.openers, structure.sections, strict=True):
        if section.label in STRONG:
            return on_phrase(int(opener), offset, len(lines))
    return 0


def go_out_line(lines: CueLines, structure: StructureAnalysis, come_in: int) -> int:
    """Where the last strong section ends, if at least four bars follow, else the last phrase line that leaves eight.

    Never before ``come_in``; where nothing else is left, the last line.
    """
    count = len(lines)
    offset = phrase_offset(lines, structure)
    strong = [place for place, section in enumerate(structure.sections) if section.label in STRONG]
    if strong and strong[-1] + 1 < len(structure.sections):
        line = on_phrase(int(lines.openers[strong[-1] + 1]), offset, count)
        if count - line >= LEAST_OUTRO_BARS and line > come_in:
            return line
    for leave in (PHRASE_BARS, LEAST_OUTRO_BARS, 1):
        last = offset + PHRASE_BARS * ((count - leave - offset) // PHRASE_BARS)
        if last > come_in:
            return int(last)
    return max(come_in, count - 1)


def hot_lines(lines: CueLines, structure: StructureAnalysis) -> list[int]:
    """At most eight lines where a drop, a chorus or a break begins, those that change energy most first."""
    offset = phrase_offset(lines, structure)
    found: dict[int, float] = {}
    previous: Section | None = None
    for opener, section in zip(lines.openers, structure.sections, strict=True):
        fresh = previous is None or previous.label != section.label
        if section.label in HOT_LABELS and fresh:
            change = abs(section.energy - previous.energy) if previous else 0.0
            found[on_phrase(int(opener), offset, len(lines))] = change + (section.label != "break")
        previous = section
    return sorted(found, key=lambda line: -found[line])[:MOST_HOT]


def rule_confidence(structure: StructureAnalysis, downbeat_confidence: float) -> float:
    """How far the rules can be trusted: section edges and bar lines must both be clear."""
    return round(float(np.clip(0.15 + 0.7 * structure.confidence * np.sqrt(downbeat_confidence), 0.0, 1.0)), 3)


def section_label(lines: CueLines, structure: StructureAnalysis, line: int) -> str:
    """The name of what begins at a line."""
    return structure.sections[int(lines.section[min(line, len(lines) - 1)])].label
