# SPDX-License-Identifier: GPL-3.0-or-later
"""Stored waveforms for drawing, without an array library: the window's process reads them.

A point is three bytes: low, mid, high. The stored bytes are peaks, levels, overview peaks and overview levels one after
the other; the payload says how many ``points`` and ``overview_points`` there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from podmix.music.types import Waveform

BANDS = 3


def from_stored(payload: Mapping[str, Any], blob: bytes) -> Waveform | None:
    """The waveform of an analysis; None where it could not be made, or was cut short."""
    points, overview = payload.get("points"), payload.get("overview_points")
    if not isinstance(points, int) or not isinstance(overview, int) or len(blob) != 2 * BANDS * (points + overview):
        return None
    fine, coarse = BANDS * points, BANDS * overview
    peaks, rms = blob[:fine], blob[fine:2 * fine]
    return Waveform(float(payload["points_per_second"]), peaks, rms, blob[2 * fine:2 * fine + coarse],
                    blob[2 * fine + coarse:])


def reduced(points: bytes, count: int) -> bytes:
    """``points`` as ``count`` points, each the highest of its stretch; fewer stay as they are."""
    have = len(points) // BANDS
    if have <= count:
        return points[:have * BANDS]
    made = bytearray(count * BANDS)
    for place in range(count):
        begin, end = place * have // count * BANDS, (place + 1) * have // count * BANDS
        for band in range(BANDS):
            made[place * BANDS + band] = max(points[begin + band:end:BANDS])
    return bytes(made)
