# SPDX-License-Identifier: GPL-3.0-or-later
"""Loop and leave: the last bars of the track that ends go round while the next one comes in.

For tracks that stop without an outro: there is nothing left to lay the next one's bars over, so some bars are made.
"""

from __future__ import annotations

import numpy as np

from podmix.automix.facts import TrackFacts
from podmix.automix.plan import PlannedLoop, PlannedTransition
from podmix.automix.tempo import Meeting
from podmix.automix.transitions.curves import SWAP_BARS, blended
from podmix.automix.transitions.matched import joined_marks
from podmix.automix.transitions.places import FULL_SONG_SLACK_S, OUT_SHARE, SUNG, middle_of

LOOP_BARS = (4, 2, 1)


def loop_and_leave(before: TrackFacts, after: TrackFacts, meeting: Meeting, *, bars: int, in_bar: int,
                   most_cut: float, reasons: tuple[str, ...]) -> PlannedTransition | None:
    """``bars`` of looping under ``after`` from its bar ``in_bar`` on. None where no bars can go round."""
    found = _loop_bars(before, bars, most_cut)
    lines, theirs = before.table.lines, after.table.lines
    if found is None or meeting.octave != 1.0 or in_bar + bars >= len(theirs):
        return None
    begin, count = found
    length = float(lines[begin + count] - lines[begin])
    end = float(lines[begin + count])
    marks = end + np.arange(bars + 1) * length / count
    overlap = joined_marks(before, after, marks, theirs[in_bar: in_bar + bars + 1], meeting=meeting, bars=bars,
                           whole=False, loops=True)
    if overlap is None:
        return None
    middle = bars / 2
    return overlap.transition("loop", blended(bars, middle, middle - SWAP_BARS, middle), reasons, swap=middle,
                              loop=PlannedLoop(float(lines[begin]), end))


def _loop_bars(facts: TrackFacts, bars: int, most_cut: float) -> tuple[int, int] | None:
    """First bar and number of bars that go round: the last ones that sound, are even and are not sung."""
    table = facts.table
    typical = float(np.median(table.power)) if len(table) else 0.0
    for count in (count for count in LOOP_BARS if bars % count == 0):
        for begin in range(len(table) - count, -1, -1):
            if table.lines[begin] < middle_of(facts):
                break
            if table.last - table.lines[begin + count] > max(OUT_SHARE * most_cut * facts.duration, FULL_SONG_SLACK_S):
                break
            inside = slice(begin, begin + count)
            steps = np.diff(table.lines[begin: begin + count + 1])
            if (table.power[inside].min() > 0.3 * typical and table.vocals[inside].max() <= SUNG
                    and np.ptp(steps) < 0.01 * steps.mean()):
                return begin, count
    return None
