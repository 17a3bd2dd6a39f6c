# SPDX-License-Identifier: GPL-3.0-or-later
"""What the music room finds out about a track.

Conventions: times are float seconds on the decoded clock; tempo is in beats a minute; a beat grid is one or more
stretches of even beats. A track without a steady pulse has no tempo and no beats.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GridSegment:
    """Even beats from ``start`` (seconds, a beat) up to the start of the next segment. ``period`` is one beat's length.

    ``first_beat`` is the index in ``BeatGrid.beats`` of the beat at ``start``; ``beats`` how many belong to it.
    """

    start: float
    period: float
    first_beat: int
    beats: int

    @property
    def bpm(self) -> float:
        return 60.0 / self.period


@dataclass(frozen=True, slots=True)
class BeatGrid:
    """Beats and bar lines of a track, rising. ``downbeats`` are a subset of ``beats``.

    ``constant`` tells that a single segment holds for the whole track. ``beats_per_bar`` is the commonest bar.
    """

    beats: tuple[float, ...] = ()
    downbeats: tuple[float, ...] = ()
    beats_per_bar: int = 4
    segments: tuple[GridSegment, ...] = ()
    constant: bool = True


@dataclass(frozen=True, slots=True)
class BeatAnalysis:
    """A track's rhythm.

    ``tempo`` is None and the grid empty where nothing pulses. ``tempo_confidence`` 0..1: how surely there is a pulse
    at this rate; ``downbeat_confidence`` 0..1: how surely the bars begin there. ``timings`` are disjoint stages in
    seconds of work. ``method`` is ``network``, ``signal`` where the network's file is missing, or ``hand``.
    """

    duration: float
    tempo: float | None
    tempo_confidence: float
    grid: BeatGrid
    downbeat_confidence: float
    timings: dict[str, float]
    method: str


@dataclass(frozen=True, slots=True)
class KeyAnalysis:
    """A track's key. ``key`` is "A minor" style with sharps for black notes but Eb, Ab and Bb; None in silence
    and where none stands out.

    ``camelot`` is "8A" style, ``open_key`` "1m" style. ``confidence`` 0..1 is the chance that the key is right.
    ``tuning_cents`` is how far the track's A lies from 440 Hz, -50..50. ``alternative`` is the next best key.
    ``strengths`` are the chances of the 24 keys, C major to B major, then C minor to B minor. ``method`` is ``model``
    or ``profiles``.
    """

    key: str | None
    camelot: str | None
    open_key: str | None
    confidence: float
    tuning_cents: float
    alternative: str | None
    strengths: tuple[float, ...]
    method: str


@dataclass(frozen=True, slots=True)
class LoudnessAnalysis:
    """A track's loudness by EBU R128. Silence has no loudness and no peak: None.

    ``short_term_lufs`` has a value every ``short_term_step_s`` seconds, each of the 3 s from there on, at least -70.
    ``replaygain_db`` brings the track to -18 LUFS; ``replaygain_peak`` is linear. ``histogram`` counts 400 ms blocks
    by tenths of a LUFS, which is what an album's gain is made from.
    """

    integrated_lufs: float | None
    range_lu: float
    true_peak_db: float | None
    short_term_lufs: tuple[float, ...]
    short_term_step_s: float
    replaygain_db: float
    replaygain_peak: float
    histogram: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class EnergyAnalysis:
    """How much a track drives. ``energy`` 1..10 for the whole; ``curve`` 1..10 with a value from each of ``times`` on.

    ``descriptors`` are 0..1: ``bright`` (dark to bright), ``driving`` (calm to driving), ``danceable`` (how clear the
    pulse is). ``parts`` are the standardised ingredients of the energy, by name.
    """

    energy: float
    times: tuple[float, ...]
    curve: tuple[float, ...]
    descriptors: dict[str, float]
    parts: dict[str, float]


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch between bar lines, seconds. ``label``: intro, verse, chorus, build, drop, break or outro.

    ``bars`` is 0 without a beat grid. ``energy`` 1..10; ``vocals`` and ``kick`` are chances 0..1.
    """

    start: float
    end: float
    label: str
    bars: int
    energy: float
    vocals: float
    kick: float


@dataclass(frozen=True, slots=True)
class StructureAnalysis:
    """Sections that fill the track from the first to the last sound. ``confidence`` 0..1: how clear the edges are.

    ``on_bars`` tells that the edges are bar lines; without a beat grid they lie on whole seconds.
    """

    sections: tuple[Section, ...]
    confidence: float
    on_bars: bool


@dataclass(frozen=True, slots=True)
class Waveform:
    """Levels for drawing, three bytes a point: low, mid, high; see ``waveform.points_of``.

    ``peaks`` and ``rms`` have ``points_per_second``; ``overview_peaks`` and ``overview_rms`` spread at most 4,000
    points evenly over the track.
    """

    points_per_second: float
    peaks: bytes
    rms: bytes
    overview_peaks: bytes
    overview_rms: bytes


@dataclass(frozen=True, slots=True)
class SoundEmbedding:
    """The character of a sound as a unit vector; the dot product of two is their likeness, -1..1.

    ``version`` must be equal for a comparison.
    """

    version: int
    vector: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class CuePoint:
    """A place worth going to, ``time`` in seconds, on a bar line where there is a beat grid.

    ``kind`` is ``in`` (labels "first beat", "come in"), ``out`` ("go out", "last beat") or ``hot`` (the label of the
    section that begins there). ``confidence`` 0..1.
    """

    time: float
    kind: str
    label: str
    confidence: float


@dataclass(frozen=True, slots=True)
class CueAnalysis:
    """Where to come into a track and where to leave it; ``cues`` rise in time. Silence has none, its times are None.

    ``first_beat`` and ``last_beat`` are the first and the last bar line that sounds (without a grid: the first and the
    last sound); ``come_in`` is where the first strong part begins, ``go_out`` where the track winds down. They rise in
    this order, ``come_in`` <= ``go_out``. ``on_bars`` tells that all lie on bar lines. ``method`` is ``model``,
    ``rules``, or ``sound`` where there is no grid.
    """

    cues: tuple[CuePoint, ...]
    first_beat: float | None
    come_in: float | None
    go_out: float | None
    last_beat: float | None
    on_bars: bool
    method: str
