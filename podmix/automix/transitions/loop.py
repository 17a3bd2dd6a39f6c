# SPDX-License-Identifier: GPL-3.0-or-later
"""Loop and leave: the last bars of the track that ends go round while the next one comes in.

For tracks that stop without an outro: there is nothing left to lay the next one's bars over, so some bars are made.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from podmix.automix.facts import TrackFacts
from podmix.automix.plan import PlannedLoop, PlannedTransition
from podmix.automix.tempo import Meeting
from podmix.automix.transitions.curves import SWAP_BARS, blended
from podmix.automix.transitions.matched import beats_between, joined_marks
from podmix.automix.transitions.places import FULL_SONG_SLACK_S, OUT_SHARE, SUNG, middle_of

Doubles = NDArray[np.float64]

LOOP_BARS = (4, 2, 1)


def loop_and_leave(before: TrackFacts, after: TrackFacts, meeting: Meeting, *, bars: int, in_bar: int,
                   most_cut: float, reasons: tuple[str, ...]) -> PlannedTransition | None:
    """``bars`` of looping under ``after`` from its bar ``in_bar`` on. None where no bars can go round."""
    found = _loop_bars(before, bars, most_cut)
    lines, theirs = before.table.lines, after.table.lines
    if (found is None or meeting.octave != 1.0 or in_bar + bars >= len(theirs)
            or theirs[in_bar + bars] > middle_of(after)):
        return None
    begin, count = found
    around, over = lines[begin: begin + count + 1], theirs[in_bar: in_bar + bars + 1]
    even = before.grid.constant and after.grid.constant
    once = around if even else beats_between(before, around)
    in_marks = over if even else beats_between(after, over)
    if once is None or in_marks is None:
        return None
    overlap = joined_marks(before, after, unrolled(once, bars // count), in_marks, meeting=meeting, bars=bars,
                           whole=False, loops=True)
    if overlap is None:
        return None
    middle = bars / 2
    return overlap.transition("loop", blended(bars, (middle, middle), middle - SWAP_BARS, middle), reasons, swap=middle,
                              loop=PlannedLoop(float(around[0]), float(around[-1])))


def unrolled(once: Doubles, turns: int) -> Doubles:
    """The marks of a loop, going round ``turns`` times more from its last one on as if the file went on so."""
    length = once[-1] - once[0]
    rounds = [once[:-1] + turn * length for turn in range(1, turns + 1)]
    return np.concatenate([*rounds, [once[0] + (turns + 1) * length]])


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
                    and table.even[inside].all() and np.ptp(steps) < 0.01 * steps.mean()):
                return begin, count
    return None
