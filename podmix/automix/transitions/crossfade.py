# SPDX-License-Identifier: GPL-3.0-or-later
"""Crossfade: equal power, silence trimmed. What works for all music; the fallback of every other kind."""

from __future__ import annotations

import numpy as np

from podmix.automix.facts import TrackFacts
from podmix.automix.plan import Curves, PlannedTransition
from podmix.automix.transitions.curves import falling, rising
from podmix.automix.transitions.places import SUNG

LONGEST_S, SHORTEST_S, USUAL_S = 8.0, 0.05, 5.0
SHARE = 0.2
"""Of the shorter track, at most."""
LEAD_S, RISE_S = 0.03, 0.005
SHORTER, LEAST_FADE_S = (0.8, 0.6, 0.4, 0.2), 0.5
"""Shares of the length that are tried where singing would meet singing, and what is too short for a fade."""
FADED_DB = 9.0
"""A track whose end lies so far below its loudness fades out by itself: the next one may come in under that."""


def crossfade(before: TrackFacts, after: TrackFacts, *, reasons: tuple[str, ...],
              seconds: float | None = None, out_at: float | None = None,
              in_at: float | None = None) -> PlannedTransition:
    """From the end of the sound of ``before`` into the beginning of ``after``; short tracks get short fades.

    ``out_at`` and ``in_at`` are places in them where it is to begin instead.
    """
    end, begin = before.levels.last, after.levels.first if in_at is None else in_at
    wanted = fade_length(before) if seconds is None else seconds
    room = SHARE * min(end - before.levels.first, after.levels.last - begin)
    length = max(min(wanted, room), min(SHORTEST_S, 0.45 * min(before.duration, after.duration)), 0.002)
    length = min(length, end, after.duration - begin)
    end = end if out_at is None else min(end, out_at + length)
    if seconds is None and sung_together(before, after, end - length, begin, length):
        shorter = next((share * length for share in SHORTER if share * length >= LEAST_FADE_S and not sung_together(
            before, after, end - share * length, begin, share * length)), None)
        if shorter is None:
            return _one_after_the_other(end, begin, (*reasons, "Both are sung here, so they follow each other."))
        length, reasons = shorter, (*reasons, "It is short, so that nobody is sung over.")
    if length <= 0:
        return PlannedTransition("crossfade", (end, end), (begin, begin), end, begin, reasons=reasons)
    return fade_between(end, begin, length, reasons=reasons)


def sung_together(before: TrackFacts, after: TrackFacts, out_s: float, in_s: float, length: float) -> bool:
    """Whether both are sung at one time in ``length`` seconds, from ``out_s`` of the one and ``in_s`` of the other."""
    return any(min(ours.end - out_s, theirs.end - in_s, length) > max(ours.start - out_s, theirs.start - in_s, 0.0)
               for ours in before.sections if ours.vocals > SUNG for theirs in after.sections if theirs.vocals > SUNG)


def _one_after_the_other(end: float, begin: float, reasons: tuple[str, ...]) -> PlannedTransition:
    """Not a syllable of voice over voice: nothing overlaps, and nothing clicks."""
    return PlannedTransition("crossfade", (end, end), (begin, begin), end, begin,
                             out_curves=Curves(gain=((-LEAD_S, 1.0), (0.0, 0.0))),
                             in_curves=Curves(gain=((0.0, 0.0), (RISE_S, 1.0))), reasons=reasons)


def fade_between(end: float, begin: float, length: float, *, reasons: tuple[str, ...]) -> PlannedTransition:
    """Over ``length`` seconds up to second ``end`` of the one track, from second ``begin`` of the other on."""
    middle = length / 2
    return PlannedTransition("crossfade", (end - length, end), (begin, begin + length), end, begin,
                             out_curves=Curves(gain=falling(0.0, middle, length)),
                             in_curves=Curves(gain=rising(0.0, middle, length)), reasons=reasons)


def fade_length(facts: TrackFacts) -> float:
    """How long the next track may sound over the end of this one, seconds: longer where it fades by itself."""
    levels = facts.levels
    edges = np.arange(levels.last, max(levels.first, levels.last - LONGEST_S) - 0.25, -0.5)[::-1]
    if len(edges) < 2:
        return USUAL_S
    decibels = 10 * np.log10(np.maximum(levels.mean(edges), 1e-12)) - facts.lufs
    soft = int(np.argmin((decibels < -FADED_DB)[::-1])) if (decibels >= -FADED_DB).any() else len(decibels)
    return min(LONGEST_S, max(USUAL_S - 2.0, 0.5 * soft + 1.0))
