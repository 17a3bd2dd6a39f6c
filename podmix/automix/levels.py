# SPDX-License-Identifier: GPL-3.0-or-later
"""One gain for every track, for the whole track: equal loudness, with room for two of them at once.

The common loudness is as high as every track's peaks allow, within bounds; nothing is left for the limiter to do but
the odd peak where two tracks meet. A gain that does not move cannot pump.
"""

from __future__ import annotations

from collections.abc import Sequence

from podmix.automix.facts import TrackFacts
from podmix.automix.transitions.join import same_record

LOUDEST_LUFS, SOFTEST_LUFS = -14.0, -20.0
PEAK_DBTP = -3.0
"""Where a single track's true peak may lie: where two meet they add up to 1 or 2 dB more."""
MOST_GAIN_DB = 18.0


def planned_gains(tracks: Sequence[TrackFacts]) -> tuple[float, ...]:
    """Decibels for each track in this order. Tracks that follow each other on a record share one gain."""
    common = min([LOUDEST_LUFS, *(PEAK_DBTP - (track.true_peak_db - track.lufs) for track in tracks)])
    common = max(SOFTEST_LUFS, common)
    gains = [min(common - track.lufs, PEAK_DBTP - track.true_peak_db, MOST_GAIN_DB) for track in tracks]
    begin = 0
    for place in range(1, len(tracks) + 1):
        if place < len(tracks) and same_record(tracks[place - 1], tracks[place]):
            continue
        if place - begin > 1:
            gains[begin:place] = [min(gains[begin:place])] * (place - begin)
        begin = place
    return tuple(round(gain, 3) for gain in gains)
