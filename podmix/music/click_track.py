# SPDX-License-Identifier: GPL-3.0-or-later
"""A metronome as a sound file: a click on every beat of a grid, a higher one where a bar begins.

Played on a second deck beside its track, the clicks are exactly where the grid says. The file is 16-bit mono; silence
between clicks is a hole, which takes no room on disks that know holes. No array library: the window's process writes
it, in a few milliseconds.
"""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Collection, Sequence
from functools import lru_cache
from pathlib import Path

from podmix.paths import atomic_write

RATE = 48_000
"""Hz, the engine's own: nothing is resampled between a beat and its click."""

_LENGTH_S, _DECAY_S = 0.030, 0.006
_BEAT_HZ, _BAR_HZ = 1000.0, 1600.0
_BEAT_LEVEL, _BAR_LEVEL = 0.5, 0.7
_NEAR_S = 0.002


def write_click_track(target: Path, beats: Sequence[float], downbeats: Collection[float], duration: float) -> None:
    """Write a WAV of ``duration`` seconds; a click begins on frame ``round(beat * RATE)``. Raises StorageError."""
    frames = max(0, round(duration * RATE))
    lines = sorted(downbeats)
    with atomic_write(target) as out:
        out.write(_header(frames))  # type: ignore[arg-type]  # opened for bytes
        at = 0
        for beat in beats:
            first = round(beat * RATE)
            if 0 <= first < frames:
                click = _click(_is_among(lines, beat))[:2 * (frames - first)]
                out.seek(_HEADER_BYTES + 2 * first)
                out.write(click)  # type: ignore[arg-type]
                at = max(at, first + len(click) // 2)
        if at < frames:
            out.seek(_HEADER_BYTES + 2 * frames - 2)
            out.write(b"\0\0")  # type: ignore[arg-type]


_HEADER_BYTES = 44


def _header(frames: int) -> bytes:
    size = 2 * frames
    return struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16,
                       b"data", size)


def _is_among(lines: Sequence[float], beat: float) -> bool:
    from bisect import bisect_left

    at = bisect_left(lines, beat - _NEAR_S)
    return at < len(lines) and lines[at] <= beat + _NEAR_S


@lru_cache(maxsize=2)
def _click(accent: bool) -> bytes:
    """A decaying sine that begins at its loudest, so that where it begins can be heard and measured."""
    hertz, level = (_BAR_HZ, _BAR_LEVEL) if accent else (_BEAT_HZ, _BEAT_LEVEL)
    count = round(_LENGTH_S * RATE)
    samples = array("h", (round(32767 * level * math.exp(-n / RATE / _DECAY_S) * (1 - n / count)
                                * math.cos(2 * math.pi * hertz * n / RATE)) for n in range(count)))
    if struct.pack("=h", 1) != struct.pack("<h", 1):
        samples.byteswap()
    return samples.tobytes()
