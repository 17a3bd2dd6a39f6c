# SPDX-License-Identifier: GPL-3.0-or-later
"""Units and ids as types, so that seconds never meet frames by accident.

Conventions of the whole program: times are float seconds on the clock of the *decoded* audio (what plays),
audio arrays are float32 in -1..1 shaped ``(frames,)`` for mono and ``(frames, channels)`` otherwise.
"""

from __future__ import annotations

from typing import NewType

Seconds = NewType("Seconds", float)
Frames = NewType("Frames", int)
Hertz = NewType("Hertz", int)
Decibels = NewType("Decibels", float)
Lufs = NewType("Lufs", float)
Bytes = NewType("Bytes", int)

ShowId = NewType("ShowId", int)
EpisodeId = NewType("EpisodeId", int)
PreviewId = NewType("PreviewId", int)
JobId = NewType("JobId", int)


def clock_text(seconds: float) -> str:
    """``75.2`` -> ``"1:15"``, ``3675`` -> ``"1:01:15"``; negative times are shown as zero."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{secs:02d}" if hours else f"{minutes}:{secs:02d}"
