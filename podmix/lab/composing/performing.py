# SPDX-License-Identifier: GPL-3.0-or-later
"""From beats to seconds: steady machines, drifting bands, ritardandi, swing and unsteady hands."""

from __future__ import annotations

import numpy as np

from podmix.lab.composing.score import Doubles, Performance, PlayedPart, Score, TimeMap


def steady_time(length: float, bpm: float, lead_in: float) -> TimeMap:
    """One tempo from ``lead_in`` seconds on."""
    ends = np.array([-64.0, length + 64.0])
    return TimeMap(ends, lead_in + ends * 60.0 / bpm)


def living_time(length: float, bpm: float, lead_in: float, dice: np.random.Generator) -> TimeMap:
    """The tempo of people: a slow random walk, sometimes a ramp, a step, or a slowing at the end of phrases."""
    beats = np.arange(-64, int(length) + 65, dtype=np.float64)
    walk = np.cumsum(dice.normal(0, dice.uniform(0.001, 0.006), len(beats)))
    walk -= np.linspace(walk[0], walk[-1], len(walk)) * dice.uniform(0.3, 1.0)
    log_tempo = np.clip(walk, -0.12, 0.12)
    kind = dice.random()
    if kind < 0.25:
        log_tempo += np.linspace(0, dice.uniform(-0.15, 0.15), len(beats))
    elif kind < 0.45:
        log_tempo += np.where(beats > dice.uniform(0.2, 0.8) * length, dice.uniform(-0.2, 0.2), 0.0)
    elif kind < 0.7:
        phrase = dice.choice([16, 32])
        place = np.mod(beats, phrase) / phrase
        log_tempo -= dice.uniform(0.02, 0.25) * np.clip((place - 0.8) / 0.2, 0, 1) ** 2
    period = 60.0 / bpm * np.exp(-log_tempo)
    seconds = np.concatenate([[0.0], np.cumsum(period[:-1])])
    return TimeMap(beats, seconds - np.interp(0.0, beats, seconds) + lead_in)


def swung(beats: Doubles, amount: float, unit: float) -> Doubles:
    """Delays every second ``unit`` (in beats): 0 is straight, 1/3 is a triplet feel. Between them time is bent."""
    if not amount:
        return beats
    pair = 2.0 * unit
    whole, place = np.divmod(beats, pair)
    place = place / unit
    middle = 1.0 + amount
    bent = np.where(place < 1.0, place * middle, middle + (place - 1.0) * (2.0 - middle))
    return whole * pair + bent * unit


def perform(score: Score, dice: np.random.Generator, *, lead_in: float = 0.0, looseness: float = 0.0) -> Performance:
    """Play a score.

    Args:
        score: the piece.
        dice: decides drift and jitter.
        lead_in: seconds before beat 0.
        looseness: standard deviation of single notes, seconds; every part also has a constant lag of that order.
    """
    if score.steady:
        time = steady_time(score.length, score.bpm, lead_in)
    else:
        time = living_time(score.length, score.bpm, lead_in, dice)
    parts = []
    for part in score.parts:
        notes = part.notes
        if not len(notes):
            continue
        start = time(swung(notes[:, 0], score.swing, score.swing_unit))
        end = time(notes[:, 0] + notes[:, 1])
        lag = dice.normal(0, looseness * 0.5) if part.role != "drums" else 0.0
        start = start + lag + dice.normal(0, 1, len(start)) * looseness
        length = np.maximum(end - time(notes[:, 0]), 0.03)
        played = np.stack([np.maximum(start, 0.0), length, notes[:, 2], notes[:, 3]], 1)
        parts.append(PlayedPart(part.role, part.program, played[np.argsort(played[:, 0], kind="stable")]))
    taps = np.arange(0, int(np.floor(score.length + 1e-9)), dtype=np.float64)
    beats = time(taps)
    return Performance(
        score.style,
        tuple(parts),
        beats,
        beats[:: score.beats_per_bar],
        score.beats_per_bar,
        float(time(np.array([score.length]))[0]),
    )
