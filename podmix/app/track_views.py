# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page of one track shows: plain, frozen results. Times are seconds of the track."""

from __future__ import annotations

from dataclasses import dataclass

from podmix.music.library_types import TempoMark, Track
from podmix.music.types import Section, Waveform


@dataclass(frozen=True, slots=True)
class CueMark:
    """A cue. ``kind`` is in, out, hot or loop; ``number`` 0..7 of a hot cue (0 is the first), -1 of others.

    ``end`` is a loop's; ``colour`` is "#rrggbb", empty for the usual one.
    """

    time: float
    kind: str
    label: str = ""
    number: int = -1
    end: float | None = None
    colour: str = ""
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class TrackPage:
    """A track and all that is known of it.

    ``origins`` says for "beats", "key" and "cues" where what holds comes from: "hand", "analysis", the name of the
    program it was imported from, "tag", or nothing. ``marks`` describe the grid; ``beats`` and ``downbeats`` are laid
    out. ``corrected`` are the kinds that a person put right. ``energy`` is (second, 1..10) pairs.
    """

    track: Track
    duration: float
    marks: tuple[TempoMark, ...] = ()
    beats: tuple[float, ...] = ()
    downbeats: tuple[float, ...] = ()
    key: str = ""
    key_confidence: float | None = None
    tempo_confidence: float | None = None
    cues: tuple[CueMark, ...] = ()
    sections: tuple[Section, ...] = ()
    waveform: Waveform | None = None
    energy: tuple[tuple[float, float], ...] = ()
    origins: tuple[tuple[str, str], ...] = ()
    problem: str = ""

    def origin(self, kind: str) -> str:
        return dict(self.origins).get(kind, "")

    @property
    def corrected(self) -> frozenset[str]:
        return frozenset(kind for kind, origin in self.origins if origin == "hand")
