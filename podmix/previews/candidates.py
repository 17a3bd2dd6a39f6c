# SPDX-License-Identifier: GPL-3.0-or-later
"""Every span that could be a preview: edges are edges of units, lengths are within the limits.

Preferred lengths come first (0.7 to 1.17 of the target). A start that allows none of them may use the full limits,
and a start whose neighbours are silence may end inside that silence, so that sparse speech still yields spans.
"""

from __future__ import annotations

import numpy as np

from podmix.previews.timeline import Timeline
from podmix.previews.types import Bools, Candidates, Doubles, Ints, Lengths

ENDS_PER_START = 9
OVERLAP_S = 0.05
"""Voices overlapping by less than this do not count as cutting into a word."""


def list_candidates(timeline: Timeline, lengths: Lengths) -> Candidates:
    """All spans of an episode; at least one if anything is said and the episode is as long as the shortest span."""
    clean = clean_starts(timeline)
    found = [row for first in range(len(timeline)) if clean[first] for row in _spans_from(timeline, lengths, first)]
    if not found:
        found = [row for first in range(len(timeline)) for row in _spans_from(timeline, lengths, first)]
    if not found:
        found = _last_resort(timeline, lengths)
    return _table(found)


def clean_starts(timeline: Timeline) -> Bools:
    """Whether a cut before each unit falls inside nobody's words, ``(units,)``."""
    reach = np.maximum.accumulate(timeline.end) if len(timeline) else timeline.end
    clean = np.ones(len(timeline), dtype=np.bool_)
    clean[1:] = timeline.start[1:] >= reach[:-1] - OVERLAP_S
    return clean


def _spans_from(timeline: Timeline, lengths: Lengths, first: int) -> list[tuple[int, int, float, float]]:
    start = float(timeline.start[first])
    beyond = int(np.searchsorted(timeline.start, start + lengths.longest, side="right"))
    ends = np.maximum.accumulate(timeline.end[first:beyond])
    lasting = ends - start
    following = np.append(timeline.start[first + 1 : beyond], _start_of(timeline, beyond))
    clean = following >= ends - OVERLAP_S
    fits = (lasting >= lengths.shortest) & (lasting <= lengths.longest)
    wanted = fits & (lasting >= 0.7 * lengths.target) & (lasting <= 1.17 * lengths.target)
    closes = timeline.closes[first:beyond]
    for choice in (wanted & clean & closes, wanted & clean, fits & clean & closes, fits & clean, fits):
        if choice.any():
            rows = _spread(np.flatnonzero(choice))
            return [(first, first + int(r), start, float(ends[r])) for r in rows]
    return _into_silence(timeline, lengths, first, ends, following)


def _start_of(timeline: Timeline, unit: int) -> float:
    return float(timeline.start[unit]) if unit < len(timeline) else timeline.duration


def _spread(rows: Ints) -> Ints:
    """At most ``ENDS_PER_START`` of the rows, evenly spread."""
    if len(rows) <= ENDS_PER_START:
        return rows
    return rows[np.unique(np.linspace(0, len(rows) - 1, ENDS_PER_START).round().astype(np.int64))]


def _into_silence(
    timeline: Timeline, lengths: Lengths, first: int, ends: Doubles, following: Doubles
) -> list[tuple[int, int, float, float]]:
    """A span whose speech is too short, lengthened into the pause after it, if that pause is long enough."""
    start = float(timeline.start[first])
    wanted_end = start + lengths.shortest
    for row in range(len(ends) - 1, -1, -1):
        if ends[row] <= wanted_end <= following[row]:
            return [(first, first + row, start, wanted_end)]
    return []


def _last_resort(timeline: Timeline, lengths: Lengths) -> list[tuple[int, int, float, float]]:
    """One span when nothing regular exists: the whole of a short episode, or speech with silence before it."""
    if not len(timeline):
        return []
    last = len(timeline) - 1
    speech_end = float(timeline.end.max())
    if timeline.duration <= lengths.longest:
        start = float(timeline.start[0])
        if timeline.duration - start < lengths.shortest:
            start = max(0.0, timeline.duration - lengths.shortest)
        end = max(speech_end, min(timeline.duration, start + lengths.shortest))
        return [(0, last, start, end)]
    # The speech lies in the last seconds: silence before it fills the span up.
    inside = np.flatnonzero(timeline.start >= speech_end - lengths.longest)
    first = int(inside[0]) if len(inside) else last
    start = max(0.0, min(float(timeline.start[first]), speech_end - lengths.shortest))
    return [(first, last, start, min(speech_end, start + lengths.longest))]


def _table(rows: list[tuple[int, int, float, float]]) -> Candidates:
    columns = list(zip(*rows, strict=True)) if rows else [(), (), (), ()]
    return Candidates(
        np.array(columns[0], dtype=np.int64),
        np.array(columns[1], dtype=np.int64),
        np.array(columns[2], dtype=np.float64),
        np.array(columns[3], dtype=np.float64),
    )
