# SPDX-License-Identifier: GPL-3.0-or-later
"""What is mixed: a program of clips on decks, with automation. Plain frozen data that travels between processes.

Conventions: mix times are seconds from the program's first frame, source times seconds on a file's decoded clock, both
rounded to the nearest frame where they are used. Gains are linear amplitudes (0 silent, 1 unchanged). A lane is linear
between its points and holds its first and last value outside.
"""

from __future__ import annotations

from dataclasses import dataclass

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Lane:
    """One automated value over mix time: ``((mix_s, value), …)``, times not decreasing, at least one point.

    Two points with the same time are a jump; the core smooths it over some milliseconds so that it cannot click.
    """

    points: Points


FLAT = Lane(((0.0, 1.0),))
NEUTRAL = Lane(((0.0, 0.0),))


@dataclass(frozen=True, slots=True)
class Echo:
    """A feedback delay: ``send`` 0..1 feeds it; what it holds goes on sounding after the clip has ended."""

    delay_s: float
    feedback: float
    send: Lane


@dataclass(frozen=True, slots=True)
class Clip:
    """A file on a deck.

    ``time_map`` ``((mix_s, source_s), …)`` is piecewise linear: which second of the source sounds at which second of
    the mix; two points with the same mix time are a jump (a loop, a cut). Its first and last point are the clip's
    bounds in the mix. ``filter`` runs from -1 (low-pass, closed) over 0 (out of the way) to 1 (high-pass, closed).
    """

    path: str
    deck: int
    time_map: Points
    gain: Lane = FLAT
    low: Lane = FLAT
    mid: Lane = FLAT
    high: Lane = FLAT
    filter: Lane = NEUTRAL
    echo: Echo | None = None
    key_lock: bool = True


@dataclass(frozen=True, slots=True)
class Program:
    """Clips that sound together; ``duration_s`` is where the mix ends (echo tails included)."""

    clips: tuple[Clip, ...]
    sample_rate: int
    duration_s: float
