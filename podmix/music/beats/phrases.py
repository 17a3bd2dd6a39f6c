# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the music changes, bars begin: votes for bar lines from the boundaries of sections.

Layers come and go, chords turn, a break starts: nearly always on a bar line, mostly on every fourth or eighth. Means of
the spectrum over one, two and four bars before and after a slot are compared (Foote's novelty, ICME 2000, reduced to
means); whatever repeats within a bar cancels, what is left peaks where something new begins. Such peaks are few, but
unlike a network's opinion of each bar they err independently of one another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from podmix.music.beats.features import Floats

Doubles: TypeAlias = NDArray[np.float64]

SPANS = (1, 2, 4)
SHORTEST_SPAN = 12
"""Slots: a second and a half. Bars are doubled or halved to lie between one and two of these: so octaves of a tempo are
judged by the same changes, and a fast reading has no more of them."""
SURENESS = 0.6
"""How often the strongest change of a track lies on a bar line by more than chance."""
WEIGHT = 0.5
"""Spans see the same boundaries: together they count one and a half times."""
MOST_PLACES = 16
"""Chance hits the bar lines of short bars more often: one time in as many as they have slots, or in so many."""
BESIDE = 0.3
"""What the slots beside a change get of its vote."""
LEAST_CHANGE = 1.0
"""A change that counts in full, at least (distance of log spectra); sections of music mostly differ by 2 to 8."""
POOLED = 4
"""So many neighbouring bands are heard as one."""


@dataclass(frozen=True, slots=True)
class Votes:
    """``gain`` ``(slots,)``: log likelihood that a bar line at this slot adds; ``floor``: what every reading pays."""

    gain: Doubles
    floor: float

    def at(self, first: int, step: int) -> Votes:
        """The votes on every ``step``-th slot."""
        return Votes(self.gain[first::step], self.floor)


def bar_votes(sums: Doubles, bar_slots: int) -> Votes:
    """Votes for bars of ``bar_slots`` from the ``running_sums`` of a track."""
    gain, floor = np.zeros(len(sums) - 1), 0.0
    shortest, places = span_of(bar_slots), min(bar_slots, MOST_PLACES)
    for times in SPANS:
        curve = _change(sums, times * shortest)
        peaks = _summits(curve, shortest)
        if not len(peaks):
            continue
        sure = SURENESS * curve[peaks] / max(LEAST_CHANGE, float(curve[peaks].max()))
        missed = WEIGHT * np.log(1 - sure)
        vote = WEIGHT * np.log(1 + sure * (places - 1)) - missed
        floor += float(missed.sum())
        for shift, share in ((0, 1.0), (-1, BESIDE), (1, BESIDE)):
            place = peaks + shift
            inside = (place >= 0) & (place < len(gain))
            np.add.at(gain, place[inside], share * vote[inside])
    return Votes(gain, floor)


def span_of(bar_slots: int) -> int:
    """The shortest span (slots) over which bars of a length are compared."""
    span = bar_slots
    while span < SHORTEST_SPAN:
        span *= 2
    while span >= 2 * SHORTEST_SPAN:
        span //= 2
    return span


def running_sums(heard: Floats) -> Doubles:
    """``(slots + 1, dimensions)``: sums of log magnitudes, from magnitudes ``(slots, 2, BANDS)``; bands pooled."""
    if not len(heard):
        return np.zeros((1, 1))
    pooled = heard.reshape(len(heard), -1, POOLED).mean(2)
    level = max(float(pooled.mean()), 1e-7)
    logs = np.log1p(pooled * (8.0 / level))
    return np.concatenate([np.zeros((1, logs.shape[1])), np.cumsum(logs, 0, dtype=np.float64)])


def _change(sums: Doubles, span: int) -> Doubles:
    """The distance between the means of ``span`` slots after and before each slot; 0 near the ends."""
    count = len(sums) - 1
    curve = np.zeros(count)
    if count > 2 * span:
        middle = sums[span:-span]
        curve[span:count - span + 1] = np.linalg.norm(sums[2 * span:] - 2 * middle + sums[:-2 * span], axis=1) / span
    return curve


def _summits(curve: Doubles, reach: int) -> NDArray[np.int64]:
    """Where a curve is highest within ``reach`` to both sides."""
    if len(curve) == 0:
        return np.zeros(0, np.int64)
    around = np.lib.stride_tricks.sliding_window_view(np.pad(curve, reach), 2 * reach + 1).max(1)
    return np.flatnonzero((curve == around) & (curve > 0))
