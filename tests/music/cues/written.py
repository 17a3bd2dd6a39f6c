# SPDX-License-Identifier: GPL-3.0-or-later
"""Tracks whose analyses are written by hand, as the real analysers would write them."""

from __future__ import annotations

import numpy as np

from podmix.music.types import (
    BeatAnalysis,
    BeatGrid,
    EnergyAnalysis,
    LoudnessAnalysis,
    Section,
    StructureAnalysis,
    Waveform,
)

Analysed = tuple[BeatAnalysis, StructureAnalysis, EnergyAnalysis, LoudnessAnalysis, Waveform]

RATE = 150.0
CLUB = (("intro", 8, 4.0), ("drop", 16, 8.0), ("break", 8, 3.0), ("drop", 16, 8.5), ("outro", 8, 4.0))


def written(plan: tuple[tuple[str, int, float], ...] = CLUB, *, bar: float = 2.0, begin: float = 0.5, gain: float = 1.0,
            grid: bool = True) -> Analysed:
    """A track of sections (label, bars, energy): all its analyses, as the real ones would be."""
    count = sum(bars for _, bars, _ in plan)
    lines = begin + bar * np.arange(count + 1)
    energies = np.repeat([energy for *_, energy in plan], [bars for _, bars, _ in plan])
    duration = float(lines[-1]) + 0.4
    sections, place = [], 0
    for label, bars, energy in plan:
        kick = float(label in ("drop", "outro"))
        sections.append(Section(float(lines[place]), float(lines[place + bars]), label, bars, energy, 0.1, kick))
        place += bars
    beats = np.arange(begin, lines[-1] - 1e-6, bar / 4)
    known = BeatGrid(tuple(map(float, beats)), tuple(map(float, beats[::4]))) if grid else BeatGrid()
    times = np.arange(0, duration, 1 / RATE)
    at = np.clip(((times - begin) // bar).astype(int), 0, count - 1)
    level = np.where((times >= begin) & (times < lines[-1]), 10 ** ((energies[at] - 10) / 10), 0.0) * gain
    level = level * np.where((times - begin) % (bar / 4) < 0.1, 1.0, 0.5)
    points = np.repeat(np.round(255 * np.sqrt(level))[:, None], 3, axis=1).astype(np.uint8).tobytes()
    lufs = 20 * np.log10(np.interp(np.arange(int(duration)) + 1.5, times, level) + 1e-4)
    return (BeatAnalysis(duration, 240 / bar if grid else None, 0.9, known, 0.9, {}, "network"),
            StructureAnalysis(tuple(sections), 0.8, grid),
            EnergyAnalysis(7.0, tuple(map(float, lines[:-1])), tuple(map(float, energies)), {}, {}),
            LoudnessAnalysis(-9.0, 6.0, -0.1, tuple(map(float, lufs)), 1.0, -9.0, 1.0, ()),
            Waveform(RATE, points, points, points, points))
