# SPDX-License-Identifier: GPL-3.0-or-later
"""Join: one track after the other as they are. For albums that run on, and for classical music and concerts.

Tracks that run into each other follow each other sample by sample. Others keep their last notes' ring and a breath of
the quiet before them; only longer silence is left out.
"""

from __future__ import annotations

from podmix.automix.facts import TrackFacts
from podmix.automix.plan import PlannedTransition

RING_S, BREATH_S = 0.6, 0.25
RUNS_ON_S = 0.08
"""Less silence than this at both edges: the tracks run into each other."""


def join(before: TrackFacts, after: TrackFacts, *, reasons: tuple[str, ...]) -> PlannedTransition:
    if runs_on(before, after):
        end, begin = before.duration, 0.0
    else:
        end = min(before.duration, before.levels.last + RING_S)
        begin = max(0.0, after.levels.first - BREATH_S)
    return PlannedTransition("join", (end, end), (begin, begin), end, begin, reasons=reasons)


def same_record(before: TrackFacts, after: TrackFacts) -> bool:
    """``after`` follows ``before`` on the same album."""
    ours, theirs = before.labels, after.labels
    if not ours.album or ours.album.casefold() != theirs.album.casefold():
        return False
    if (ours.album_artist or ours.artist).casefold() != (theirs.album_artist or theirs.artist).casefold():
        return False
    if ours.track_number is None or theirs.track_number is None:
        return False
    return (ours.disc_number or 1) == (theirs.disc_number or 1) and theirs.track_number == ours.track_number + 1


def runs_on(before: TrackFacts, after: TrackFacts) -> bool:
    """Two tracks of one record with no silence between them."""
    return (same_record(before, after) and before.duration - before.levels.last < RUNS_ON_S
            and after.levels.first < RUNS_ON_S)
