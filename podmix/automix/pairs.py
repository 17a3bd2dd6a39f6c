# SPDX-License-Identifier: GPL-3.0-or-later
"""How well every track goes after every other: a matrix of costs, for all pairs at once.

Conventions: matrices are ``(n, n)``, row the track that ends, column the one that begins; 0 is a perfect fit. Key is a
soft term with a cap, never a veto: labels are often wrong, and few listeners notice a semitone. Terms that are unknown
for a track cost what an ordinary pair costs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from podmix.automix.facts import TrackFacts
from podmix.automix.tempo import LIMIT, OCTAVES, PREFERRED, SLACK
from podmix.automix.weights import PairWeights
from podmix.music.key.names import camelot, key_number

Doubles = NDArray[np.float64]

UNKNOWN_TEMPO = 0.6
OTHER_OCTAVE = 0.15
"""Half or double time is a little less certain than the same."""
UNKNOWN_KEY, KEY_CLASH = 0.35, 1.0
UNKNOWN_SOUND = 0.4
EDGE_S = 30.0
"""So much of a track's beginning and end decides how it fits its neighbours."""


@dataclass(frozen=True, slots=True)
class PairTerms:
    """The unweighted terms, each ``(n, n)`` from 0 to about 1. ``names`` as in ``PairWeights``."""

    tempo: Doubles
    key: Doubles
    energy: Doubles
    sound: Doubles
    vocals: Doubles
    loudness: Doubles
    artist: Doubles
    unmatched: Doubles

    def cost(self, weights: PairWeights) -> Doubles:
        """The weighted sum; the diagonal is 0."""
        total = sum((getattr(weights, name) * getattr(self, name) for name in PairTerms.__slots__),
                    np.zeros_like(self.tempo))
        np.fill_diagonal(total, 0.0)
        return np.asarray(total)

    def of(self, before: int, after: int) -> dict[str, float]:
        """The terms of one pair by name."""
        return {name: float(getattr(self, name)[before, after]) for name in PairTerms.__slots__}


def pair_terms(tracks: Sequence[TrackFacts], *, limit: float = LIMIT) -> PairTerms:
    """All terms of all pairs."""
    tempo, unmatched = _tempo(tracks, limit)
    energy_out, energy_in = _edges(tracks, "energy")
    vocals_out, vocals_in = _edges(tracks, "vocals")
    lufs = np.array([track.lufs for track in tracks])
    return PairTerms(
        tempo=tempo,
        key=_key(tracks),
        energy=np.minimum(1.0, np.abs(energy_out[:, None] - energy_in[None, :]) / 6.0),
        sound=_sound(tracks),
        vocals=vocals_out[:, None] * vocals_in[None, :],
        loudness=np.minimum(1.0, np.abs(lufs[:, None] - lufs[None, :]) / 12.0),
        artist=_artist(tracks),
        unmatched=unmatched,
    )


def _tempo(tracks: Sequence[TrackFacts], limit: float) -> tuple[Doubles, Doubles]:
    """Distance of the tempi, and 1 where beats cannot be laid over beats."""
    known = np.array([track.tempo or math.nan for track in tracks])
    logs = np.log(known)
    apart = logs[None, :] - logs[:, None]
    folded = np.stack([np.abs(apart - math.log(octave)) for octave in OCTAVES])
    nearest = folded.min(0)
    other = (folded.argmin(0) != 0) & np.isfinite(nearest)
    reach, preferred = math.log1p(limit) + SLACK, math.log1p(PREFERRED)
    # Little up to the preferred stretch, more up to the limit, then quickly as bad as it gets.
    term = np.where(nearest <= preferred, 0.3 * nearest / preferred,
                    np.where(nearest <= reach, 0.3 + 0.4 * (nearest - preferred) / max(reach - preferred, 1e-9),
                             np.minimum(1.0, 0.75 + 2.0 * (nearest - reach))))
    term = np.where(np.isfinite(term), term + OTHER_OCTAVE * other, UNKNOWN_TEMPO)
    sure = np.array([track.bars_sure for track in tracks])
    metre = np.array([track.grid.beats_per_bar for track in tracks])
    matched = sure[:, None] & sure[None, :] & (metre[:, None] == metre[None, :]) & (np.nan_to_num(nearest, nan=9.0)
                                                                                     <= reach)
    # Near tempi help little where the beats are not laid over each other all the same.
    return np.where(matched, term, 0.4 + 0.4 * term), np.where(matched, 0.0, 1.0)


def key_distance(left: str, right: str) -> float:
    """0 the same key, 0.1 relative or a fifth apart, 0.4 an energy lift (a tone, a semitone up), else a clash: 1.

    Takes Camelot places ("8A").
    """
    hour = (int(right[:-1]) - int(left[:-1])) % 12
    same_letter = left[-1] == right[-1]
    if hour == 0:
        return 0.0 if same_letter else 0.1
    if hour in (1, 11):
        return 0.1 if same_letter else 0.35
    if same_letter and hour in (2, 7):
        return 0.4
    return 0.7 if hour in (2, 3, 9, 10) else KEY_CLASH


_PLACES = tuple(camelot(number) for number in range(24))
_DISTANCES = np.array([[key_distance(left, right) for right in _PLACES] for left in _PLACES])


def _key(tracks: Sequence[TrackFacts]) -> Doubles:
    """Expected distance, less certain where either key is."""
    numbers, sure = np.zeros(len(tracks), np.intp), np.zeros(len(tracks))
    for place, track in enumerate(tracks):
        if track.key is not None and track.key.key is not None:
            numbers[place] = key_number(track.key.key)
            sure[place] = min(1.0, max(0.0, track.key.confidence))
    both = np.sqrt(sure[:, None] * sure[None, :])
    return np.asarray(both * _DISTANCES[numbers[:, None], numbers[None, :]] + (1 - both) * UNKNOWN_KEY)


def _edges(tracks: Sequence[TrackFacts], what: str) -> tuple[Doubles, Doubles]:
    """A property of the last and the first ``EDGE_S`` of every track, from its sections."""
    ends, starts = np.zeros(len(tracks)), np.zeros(len(tracks))
    for place, track in enumerate(tracks):
        plain = track.level if what == "energy" else 0.0
        first, last = track.levels.first, track.levels.last
        starts[place] = _mean_over(track, what, first, first + EDGE_S, plain)
        ends[place] = _mean_over(track, what, last - EDGE_S, last, plain)
        if what == "energy":  # the whole counts as much as its edge: intros and outros are thin everywhere
            starts[place], ends[place] = (starts[place] + plain) / 2, (ends[place] + plain) / 2
    return ends, starts


def _mean_over(track: TrackFacts, what: str, start: float, end: float, otherwise: float) -> float:
    total, length = 0.0, 0.0
    for section in track.sections:
        common = min(end, section.end) - max(start, section.start)
        if common > 0:
            total, length = total + common * float(getattr(section, what)), length + common
    return total / length if length else otherwise


def _sound(tracks: Sequence[TrackFacts]) -> Doubles:
    """Unlikeness 0..1 of the sounds' vectors where both have one of the same version."""
    size = max((len(track.embedding.vector) for track in tracks if track.embedding is not None), default=1)
    vectors, version = np.zeros((len(tracks), size)), np.full(len(tracks), -1)
    for place, track in enumerate(tracks):
        if track.embedding is not None and len(track.embedding.vector) == size:
            vectors[place], version[place] = track.embedding.vector, track.embedding.version
    comparable = (version[:, None] == version[None, :]) & (version[:, None] >= 0)
    return np.where(comparable, np.clip((1.0 - vectors @ vectors.T) / 2.0, 0.0, 1.0), UNKNOWN_SOUND)


def _artist(tracks: Sequence[TrackFacts]) -> Doubles:
    numbers = artist_numbers(tracks)
    return np.asarray((numbers[:, None] == numbers[None, :]) & (numbers[:, None] >= 0), np.float64)


def artist_numbers(tracks: Sequence[TrackFacts]) -> NDArray[np.intp]:
    """``(n,)``: the same number for the same artist, -1 where unknown."""
    names: dict[str, int] = {}
    found = [" ".join(track.labels.artist.casefold().split()) for track in tracks]
    return np.array([names.setdefault(name, len(names)) if name else -1 for name in found], np.intp)
