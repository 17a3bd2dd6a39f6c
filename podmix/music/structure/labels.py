# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of sections by rules: energy against the track's main part, bass drum, voice, place.

A track that is sung in its loud parts, or has no steady bass drum, is named as a song (verse, chorus), any other as
a club track (drop). The rules, in order, stand in ``_name``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

LOUD_BELOW = 0.8
"""Points of energy below the track's main part that still belong to it."""
QUIET_BELOW = 2.0
AT_THE_EDGE = 0.25
"""Intros begin a track and outros end it, within this share of its length."""
LONGEST_BUILD = 8


@dataclass(frozen=True, slots=True)
class Heard:
    """A section before it has a name: seconds, ``bars``, mean energy 1..10, its rise from first to last third,
    chances of voice and bass drum."""

    start: float
    end: float
    bars: int
    energy: float
    rise: float
    vocals: float
    kick: float


def name_sections(sections: list[Heard]) -> list[str]:
    """A label for each."""
    if not sections:
        return []
    main = _main_level(sections)
    loud = [section for section in sections if section.energy >= main - LOUD_BELOW]
    lengths = [section.end - section.start + 1e-6 for section in loud]
    sung = float(np.average([section.vocals for section in loud], weights=lengths)) > 0.5
    kicked = float(np.average([section.kick for section in loud], weights=lengths))
    top = "chorus" if sung or kicked < 0.5 else "drop"
    labels = [_name(sections, index, main, top) for index in range(len(sections))]
    if top not in labels:  # something is the main part
        labels[int(np.argmax([s.energy for s in sections]))] = top
    return labels


def _main_level(sections: list[Heard]) -> float:
    """Energy that the loudest third of the time reaches."""
    order = sorted(sections, key=lambda section: -section.energy)
    total = sum(section.end - section.start for section in sections)
    reached = 0.0
    for section in order:
        reached += section.end - section.start
        if reached >= total / 3:
            return section.energy
    return order[-1].energy


def _name(sections: list[Heard], index: int, main: float, top: str) -> str:
    section = sections[index]
    begin, end = sections[0].start, sections[-1].end
    length = max(end - begin, 1e-6)
    loud = section.energy >= main - LOUD_BELOW
    following = sections[index + 1] if index + 1 < len(sections) else None
    at_start, at_end = (seconds <= AT_THE_EDGE * length for seconds in (section.end - begin, end - section.start))
    if len(sections) > 2 and index == 0 and at_start and not (loud and section.bars > 8):
        return "intro"
    short_end = len(sections) > 3 and 0 < section.bars <= 16 and section.vocals < 0.5
    if len(sections) > 2 and following is None and at_end and (not loud or short_end):
        return "outro"
    if loud and (section.kick >= 0.5 or top == "chorus"):
        return top
    if following is not None and _builds(section, following, main):
        return "build"
    if section.kick < 0.5 or section.energy < main - QUIET_BELOW:
        return "break"
    return "verse"


def _builds(section: Heard, following: Heard, main: float) -> bool:
    """Short, rising or like the main part without its bass drum, right before a loud part."""
    arrives = following.energy >= main - LOUD_BELOW and following.energy > section.energy + 0.3
    without = section.kick < 0.5 and section.energy >= main - QUIET_BELOW
    return arrives and 0 < section.bars <= LONGEST_BUILD and (section.rise > 0.6 or without)


def merged(sections: list[Heard]) -> list[Heard]:
    """Very short ones (a bar of lead-in or of echo) joined to their neighbour."""
    kept: list[Heard] = []
    for section in sections:
        if kept and section.end - section.start < 1.0:
            kept[-1] = replace(kept[-1], end=section.end, bars=kept[-1].bars + section.bars)
        else:
            kept.append(section)
    return kept
