# SPDX-License-Identifier: GPL-3.0-or-later
"""The metre seen on a raster: which of many even slots are beats, and which of those open bars.

Evidence for an even raster is strong long before it is clear which of its points are beats: half and double tempo, on
the beat and off it. So the track is cut into slots of 85 to 170 ms on the raster that was found, each slot is described
by the spectrum at its attack and in its body, and a second network (dilated convolutions over slots, minutes of view)
says of each slot whether it is a beat and whether it is a downbeat. Then one reading is chosen for the whole track: how
many slots make a beat, where they begin, and the bars.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from podmix.music.beats.bars import Ballot, bar_odds, list_choices, trust
from podmix.music.beats.features import BANDS, FRAME_RATE, Floats
from podmix.music.beats.phrases import Votes, bar_votes, running_sums

Doubles: TypeAlias = NDArray[np.float64]

SHORTEST_S, LONGEST_S = 0.085, 0.17
ATTACK_S = (-0.01, 0.01, 0.03, 0.05)
BODY = (0.35, 0.5, 0.65, 0.8, 0.95)
INPUTS = 2 * BANDS + 1
SLOTS_PER_BEAT = (2, 3, 4, 6, 8)
FASTEST_S, SLOWEST_S = 60 / 215, 60 / 48
"""Beats of no other length are considered."""


def slot_length(period: float) -> tuple[float, int]:
    """The length of a slot (seconds) for beats of ``period``, and how many make one: a power of two."""
    count = 1
    while period / count >= LONGEST_S:
        count *= 2
    return period / count, count


def hear_slots(mel: Floats, edges: Doubles) -> Floats:
    """``(slots, 2, BANDS)`` magnitudes at the attack (the most) and in the body (the mean) of every slot.

    ``mel`` is a spectrogram ``(frames, BANDS)`` of magnitudes, ``edges`` are ``slots + 1`` moments in seconds; outside
    of the recording there is silence.
    """
    starts, lengths = edges[:-1], np.diff(edges)
    attack = np.max([_read(mel, starts + shift) for shift in ATTACK_S], 0)
    body = np.mean([_read(mel, starts + lengths * share) for share in BODY], 0)
    return np.stack([attack, body], 1)


def describe_slots(heard: Floats, slot_s: float | Doubles) -> Floats:
    """The network's input ``(slots, INPUTS)``: logarithms free of loudness, and the pace (octaves above 120 ms)."""
    level = max(float(heard[:, 1].mean()), 1e-7) if len(heard) else 1.0
    logs = np.log1p(heard.reshape(len(heard), -1) * np.float32(8.0 / level))
    pace = np.broadcast_to(np.log2(np.asarray(slot_s, np.float32) / np.float32(0.12)), (len(heard),))
    return np.concatenate([logs, pace[:, None]], 1).astype(np.float32)


def _read(mel: Floats, times: Doubles) -> Floats:
    asked = times * FRAME_RATE
    places = np.clip(asked, 0, len(mel) - 1.001)
    low = places.astype(np.int64)
    share = (places - low).astype(np.float32)[:, None]
    inside = ((asked > -1.0) & (asked < len(mel)))[:, None]
    return np.asarray((mel[low] * (1 - share) + mel[low + 1] * share) * inside, np.float32)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to hear the raster: ``per_beat`` slots a beat, the first beat at slot ``first``.

    ``gain`` is the log likelihood that its beats gain over hearing none, by the network alone, ``bars_gain`` what its
    bars of ``metre`` beats add; ``votes`` is what the places where the music changes say; ``rank`` weighs all of them.
    """

    per_beat: int
    first: int
    gain: float
    bars_gain: float
    metre: int
    votes: float
    rank: float

    @property
    def score(self) -> float:
        """By the network alone, in full."""
        return self.gain + self.bars_gain


SlotVotes: TypeAlias = Callable[[int], Votes]
"""Slots in a bar -> votes on the slots."""


def change_votes(heard: Floats) -> SlotVotes:
    """The votes of a track's changes for bars of any length, from ``hear_slots``."""
    sums = running_sums(heard)
    return cache(lambda bar_slots: bar_votes(sums, bar_slots))


def ballot_of(votes: SlotVotes, per_beat: int, first: int) -> Ballot:
    """The votes on the beats of a reading."""
    return lambda metre: votes(per_beat * metre).at(first, per_beat)


def read_metre(activations: Floats, slot_s: float, votes: SlotVotes | None = None) -> list[Reading]:
    """All readings, likeliest first, of ``(slots, 2)`` probabilities on slots of ``slot_s`` seconds."""
    held = np.clip(activations.astype(np.float64), 0.01, 0.99)
    gain = np.log(held / (1 - held))
    share = trust(len(held) / 16)
    readings = []
    for per_beat in SLOTS_PER_BEAT:
        if not FASTEST_S <= per_beat * slot_s <= SLOWEST_S or len(held) < 4 * per_beat:
            continue
        sums = np.array([gain[first::per_beat, 0].sum() for first in range(per_beat)])
        for first in np.argsort(sums)[::-1][:2]:
            openings = held[int(first)::per_beat, 1]
            silent = float(bar_odds(openings)[1].sum())
            best = list_choices(openings, ballot_of(votes, per_beat, int(first)) if votes else None)[0]
            beats_gain, bars_gain = float(sums[first]), best.plain - silent
            voted = best.score - trust(len(openings) / 4) * best.plain
            readings.append(Reading(per_beat, int(first), beats_gain, bars_gain, best.metre, voted,
                                    share * (beats_gain + bars_gain) + voted))
    return sorted(readings, key=lambda reading: -reading.rank)
