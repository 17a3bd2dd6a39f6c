# SPDX-License-Identifier: GPL-3.0-or-later
"""What a planner needs to know of a track, and the bar-by-bar table that is made of it.

Conventions: times are float seconds on the file's decoded clock, loudness is LUFS, chances are 0..1. A *bar* runs from
one bar line to the next; bar ``i`` of a table begins at ``lines[i]`` and ends at ``lines[i + 1]``. Everything may be
missing: a track of which nothing but the length is known is still mixed, plainly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from podmix.automix.cue_marks import NO_CUES, TrackCues
from podmix.music.types import (
    BeatAnalysis,
    BeatGrid,
    EnergyAnalysis,
    KeyAnalysis,
    LoudnessAnalysis,
    Section,
    SoundEmbedding,
    StructureAnalysis,
    Waveform,
)

Doubles = NDArray[np.float64]
Bools = NDArray[np.bool_]

SURE_TEMPO = 0.9
SURE_BARS = 0.7
"""Below these confidences beats are not laid over beats: a grid that may be wrong does more harm than a plain fade."""
PHRASE_BARS = 8
WOBBLE = 0.03
"""The farthest that the speed of a single step of a transition may lie from the mean: more would be heard."""
CUT_OFF_S = 0.01
ON_BEAT_S = 0.02
"""A beat that is so near to a bar line lies on it."""
EDGE_S = 0.04
"""A section that reaches into a bar by less is not in it: its edge was meant to be the line."""
SILENT_DB = -50.0
"""Against the loudest point of a track: where its sound begins and ends."""
UNKNOWN_LUFS = -14.0
PLAIN_GENRES = ("classical", "klassik", "opera", "symphon", "baroque", "chamber", "choral", "soundtrack score",
                "spoken", "audiobook")
LIVE_WORDS = ("live", "concert", "unplugged")


@dataclass(frozen=True, slots=True)
class TrackLabels:
    """Who and what, from tags. Empty where unknown."""

    title: str = ""
    artist: str = ""
    album: str = ""
    album_artist: str = ""
    genre: str = ""
    disc_number: int | None = None
    track_number: int | None = None


@dataclass(frozen=True)
class TrackFacts:
    """One track. ``vocals`` of the sections are chances; ``missing`` says why a file cannot be used, else empty.

    ``rating`` are stars, None unrated. ``problem`` is shown as a reason wherever the track is mixed plainly.
    """

    path: str
    duration: float
    labels: TrackLabels = field(default_factory=TrackLabels)
    beats: BeatAnalysis | None = None
    key: KeyAnalysis | None = None
    loudness: LoudnessAnalysis | None = None
    energy: EnergyAnalysis | None = None
    structure: StructureAnalysis | None = None
    waveform: Waveform | None = None
    embedding: SoundEmbedding | None = None
    rating: int | None = None
    problem: str = ""
    cues: TrackCues = NO_CUES

    @property
    def name(self) -> str:
        """For sentences: “Artist – Title”, else the file's name."""
        labels = self.labels
        if labels.title:
            return f"{labels.artist} – {labels.title}" if labels.artist else labels.title
        return self.path.replace("\\", "/").rsplit("/", 1)[-1]

    @property
    def grid(self) -> BeatGrid:
        return self.beats.grid if self.beats is not None else BeatGrid()

    @property
    def tempo(self) -> float | None:
        """Beats a minute, None where there is no sure pulse."""
        beats = self.beats
        if beats is None or beats.tempo is None or beats.tempo_confidence < SURE_TEMPO or len(beats.grid.beats) < 8:
            return None
        return beats.tempo if math.isfinite(beats.tempo) and beats.tempo > 0 else None

    @property
    def bars_sure(self) -> bool:
        """Beats and bar lines are sure enough to lay them over another track's."""
        return (self.tempo is not None and self.beats is not None and self.beats.downbeat_confidence >= SURE_BARS
                and len(self.grid.downbeats) >= 4)

    @property
    def lufs(self) -> float:
        found = self.loudness.integrated_lufs if self.loudness is not None else None
        return UNKNOWN_LUFS if found is None else found

    @property
    def true_peak_db(self) -> float:
        found = self.loudness.true_peak_db if self.loudness is not None else None
        return 0.0 if found is None else found

    @property
    def level(self) -> float:
        """Energy 1..10; 5 where unknown."""
        return self.energy.energy if self.energy is not None else 5.0

    @property
    def sections(self) -> tuple[Section, ...]:
        return self.structure.sections if self.structure is not None else ()

    @property
    def is_plain_kind(self) -> bool:
        """Classical music and recordings of concerts, by their tags: these are joined, not mixed."""
        genre, text = self.labels.genre.lower(), f"{self.labels.album} {self.labels.title}".lower()
        if any(word in genre for word in PLAIN_GENRES) or genre.startswith("live"):
            return True
        marked = text.replace("(", " ( ").replace("[", " ( ").replace(")", " ").replace("]", " ")
        return any(f"( {word} " in f"{marked} " or f" {word} at " in f" {marked} " for word in LIVE_WORDS)

    @cached_property
    def levels(self) -> Levels:
        return Levels.of(self)

    @cached_property
    def table(self) -> BarTable:
        return BarTable.of(self)

    def vocals_at(self, start: float, end: float) -> float:
        """The chance of singing in a stretch: the highest of the sections that reach into it by half a second."""
        return max((section.vocals for section in self.sections
                    if min(end, section.end) - max(start, section.start) > 0.5), default=0.0)


@dataclass(frozen=True, slots=True)
class Levels:
    """Loudness over time from the waveform, ``rate`` values a second: mean powers, scaled so that the track's gated
    mean is its integrated loudness. ``low`` is what the low band of the mixer takes (all below 180 Hz, a little above).
    ``first`` and ``last`` bound the sound, seconds.
    """

    rate: float
    power: Doubles
    low: Doubles
    first: float
    last: float

    @classmethod
    def of(cls, facts: TrackFacts) -> Levels:
        target = 10 ** (facts.lufs / 10)
        points = np.zeros((0, 3), np.uint8)
        if facts.waveform is not None:
            points = np.frombuffer(facts.waveform.rms, np.uint8)
            points = points[: len(points) // 3 * 3].reshape(-1, 3)
        if len(points) < 8 or not points.any():
            flat = np.full(max(1, math.ceil(facts.duration)), target)
            return cls(1.0, flat, 0.2 * flat, 0.0, facts.duration)
        assert facts.waveform is not None
        bands = (points / 255.0) ** 4  # a byte is the root of an amplitude
        # Roughly K-weighted: the lowest octaves count less, what lies above 1.5 kHz more.
        # Fitted to measured loudness and to what the mixer's low band (250 Hz) takes of it: within 0.6 dB and 6 %.
        power, low = bands @ np.array([0.45, 1.0, 2.0]), bands @ np.array([0.45, 0.1, 0.0])
        loud = power[power > 0.1 * power[power > 1e-7].mean()] if (power > 1e-7).any() else power
        scale = target / max(float(loud.mean()), 1e-12)
        audible = np.flatnonzero(power > float(np.quantile(power, 0.98)) * 10 ** (SILENT_DB / 10))
        rate = facts.waveform.points_per_second
        first, last = (float(audible[0] / rate), float((audible[-1] + 1) / rate)) if len(audible) else (
            0.0, facts.duration)
        return cls(rate, power * scale, low * scale, first, min(last, facts.duration))

    def mean(self, edges: Doubles, *, low: bool = False) -> Doubles:
        """Mean power between neighbouring ``edges`` (seconds, rising); 0 outside the track."""
        values = self.low if low else self.power
        total = np.concatenate([[0.0], np.cumsum(values)])
        places = np.clip(edges * self.rate, 0, len(values))
        whole = np.floor(places).astype(np.intp)
        sums = total[whole] + (places - whole) * values[np.minimum(whole, len(values) - 1)]
        return np.asarray(np.diff(sums) / np.maximum(np.diff(edges) * self.rate, 1e-9))


@dataclass(frozen=True, slots=True)
class BarTable:
    """A track bar by bar. ``lines`` ``(n + 1,)`` seconds; the others ``(n,)``.

    ``power`` and ``low`` are mean powers (see ``Levels``), ``vocals`` chances, ``even`` tells that a bar has the usual
    number of beats, ``section`` marks lines where a section begins (``(n + 1,)``), ``phrase`` lines whose place in a
    phrase of 8 is ``phrase[i]`` 0..7 (``(n + 1,)``). ``first`` and ``last`` bound the sound. Without sure bars there
    are none: ``lines`` is empty.
    """

    lines: Doubles
    power: Doubles
    low: Doubles
    vocals: Doubles
    even: Bools
    section: Bools
    phrase: NDArray[np.intp]
    first: float
    last: float

    def __len__(self) -> int:
        return max(0, len(self.lines) - 1)

    @classmethod
    def of(cls, facts: TrackFacts) -> BarTable:
        first, last = facts.levels.first, facts.levels.last
        lines = bar_lines(facts) if facts.bars_sure else np.zeros(0)
        if len(lines) < 3:
            none = np.zeros(0)
            return cls(none, none, none, none, np.zeros(0, np.bool_), np.zeros(0, np.bool_), np.zeros(0, np.intp),
                       first, last)
        middle = (lines[1:] + lines[:-1]) / 2
        vocals = np.zeros(len(middle))
        for section in facts.sections:  # a bar that is sung in part is sung
            reached = (lines[1:] > section.start + EDGE_S) & (lines[:-1] < section.end - EDGE_S)
            vocals[reached] = np.maximum(vocals[reached], section.vocals)
        starts = section_bars(lines, facts.sections)
        section_line = np.zeros(len(lines), np.bool_)
        section_line[[start for start in starts if start >= 0]] = True
        return cls(lines, facts.levels.mean(lines), facts.levels.mean(lines, low=True), vocals,
                   even_bars(facts.grid, lines), section_line, phrase_places(len(lines), starts), first, last)


def bar_lines(facts: TrackFacts) -> Doubles:
    """The bar lines within the sound; a last one is added where the music goes on for a whole bar after it, and a first
    one where it lies just before the file."""
    lines = np.asarray(facts.grid.downbeats, np.float64)
    lines = lines[np.isfinite(lines)]
    first, last = facts.levels.first, facts.levels.last
    if len(lines) >= 3:
        length = float(np.median(np.diff(lines)))
        if -CUT_OFF_S <= lines[0] - length < 0:  # a file that begins on the one, a moment late
            lines = np.insert(lines, 0, 0.0)
        lines = lines[(lines >= first - 0.25 * length) & (lines <= last + 0.5)]
        if len(lines) and last - lines[-1] > 0.97 * length:
            lines = np.append(lines, lines[-1] + length)
        lines = lines[(lines >= 0) & (lines <= facts.duration)]
    return lines


def even_bars(grid: BeatGrid, lines: Doubles) -> Bools:
    """``(n,)``: bars with the usual number of beats; on an even grid, of the usual length, whatever beats are told."""
    if grid.constant:
        lengths = np.diff(lines)
        return np.asarray(np.abs(lengths / np.median(lengths) - 1) <= WOBBLE)
    beats = np.sort(np.asarray(grid.beats, np.float64))
    return np.asarray(np.diff(np.searchsorted(beats, lines - ON_BEAT_S)) == grid.beats_per_bar)


def section_bars(lines: Doubles, sections: tuple[Section, ...]) -> list[int]:
    """Numbers of the bar lines where sections begin, rising; below 0 for bars that begin before the first line."""
    length = float(np.median(np.diff(lines)))
    found: set[int] = set()
    for section in sections:
        place = int(np.argmin(np.abs(lines - section.start)))
        if section.start < lines[0] - length / 2:
            place = -round(float(lines[0] - section.start) / length)
        if abs(lines[0] + place * length - section.start if place < 0 else lines[place] - section.start) < length / 4:
            found.add(place)
    return sorted(found)


def phrase_places(count: int, starts: list[int]) -> NDArray[np.intp]:
    """Each bar line's place in its phrase of 8 bars, counted from the section edge before it.

    An edge that fits neither the one before nor the one after it in steps of four bars is not believed: sections are
    found by ear, and a lonely odd one is more likely a mistake than a phrase of odd length. Lines before the first
    believed edge are counted back from it.
    """
    believed: list[int] = []
    for place, start in enumerate(starts):
        neighbours = believed[-1:] + starts[place + 1: place + 2]
        if any((start - other) % 4 == 0 for other in neighbours):
            believed.append(start)
    believed = believed or starts[:1] or [0]
    places = np.arange(count, dtype=np.intp)
    anchor = np.full(count, believed[0], np.intp)
    for start in believed:
        anchor[max(0, start):] = start
    return np.asarray((places - anchor) % PHRASE_BARS, np.intp)
