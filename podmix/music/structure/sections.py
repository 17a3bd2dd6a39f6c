# SPDX-License-Identifier: GPL-3.0-or-later
"""A track's sections: bars, lines, contents, names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from podmix.music.energy import analyse_energy
from podmix.music.sound import Sound
from podmix.music.structure.bars import BarFeatures, bar_raster, describe_bars
from podmix.music.structure.boundaries import choose_lines, describe_lines
from podmix.music.structure.contents import describe_kick, describe_voice
from podmix.music.structure.labels import Heard, merged, name_sections
from podmix.music.structure.models import StructureModels, load_models, models_path
from podmix.music.types import BeatGrid, EnergyAnalysis, Section, StructureAnalysis

Doubles = NDArray[np.float64]

VERSION = 2
COST = -1.0
"""Nepers a section must bring; chosen on composed songs, where 0 and -0.5 gave as much within 0.02."""
SHORTEST_S = 8.0
"""Shorter recordings are one section."""
PULSELESS = {"drop": "verse", "chorus": "verse", "build": "verse"}
"""Where nothing pulses nothing drops, and a refrain is not known from a verse."""
AUDIBLE_DB = -45.0


def heard_span(sound: Sound) -> tuple[float, float]:
    """Seconds of the first and the last sound that is not far below the loud parts; the whole file in silence."""
    power = sound.loudness.power
    if not len(power) or power.max() < 1e-9:
        return 0.0, sound.duration
    loud = np.flatnonzero(power > np.quantile(power, 0.9) * 10 ** (AUDIBLE_DB / 10))
    if not len(loud):
        return 0.0, sound.duration
    return float(loud[0] * 0.1), float(min(sound.duration, (loud[-1] + 1) * 0.1))


def bars_of(sound: Sound, grid: BeatGrid | None) -> BarFeatures:
    """The bars that energy and structure share."""
    first, last = heard_span(sound)
    edges, on_bars = bar_raster(grid, first, last)
    return describe_bars(sound, edges, on_bars=on_bars)


def find_structure(sound: Sound, bars: BarFeatures, energy: EnergyAnalysis | None = None, *,
                   model: Path | None = None) -> StructureAnalysis:
    """Sections of a track; silence has none.

    Args:
        sound: what ``sound.listen`` gathered.
        bars: from ``bars_of``.
        energy: from ``analyse_energy`` on the same bars, made here where it is missing.
        model: another file than the shipped weights.
    """
    if not len(sound.loudness.power) or sound.loudness.power.max() < 1e-9:
        return StructureAnalysis((), 0.0, False)
    models = load_models(model or models_path())
    energy = energy or analyse_energy(sound, bars)
    odds = models.lines.log_odds(describe_lines(bars)) if len(bars) > 1 else np.zeros(0)
    long_enough = bars.edges[-1] - bars.edges[0] >= SHORTEST_S
    lines = choose_lines(odds, on_bars=bars.on_bars, cost=COST) if long_enough else []
    heard = merged(_describe(sound, bars, energy, lines, models))
    labels = name_sections(heard)
    if not bars.on_bars:
        labels = [PULSELESS.get(label, label) for label in labels]
    sections = tuple(
        Section(round(section.start, 4), round(section.end, 4), label, section.bars if bars.on_bars else 0,
                round(section.energy, 2), round(section.vocals, 3), round(section.kick, 3))
        for section, label in zip(heard, labels, strict=True))
    return StructureAnalysis(sections, _confidence(odds, lines), bars.on_bars)


def _describe(sound: Sound, bars: BarFeatures, energy: EnergyAnalysis, lines: list[int],
              models: StructureModels) -> list[Heard]:
    voice = models.voice.log_odds(describe_voice(sound.rhythm.mel, bars.edges))
    kick = models.kick.log_odds(describe_kick(bars))
    curve = np.array(energy.curve)
    edges = np.minimum(bars.edges, sound.duration)
    found = []
    for first, last in zip([0, *lines], [*lines, len(bars)], strict=True):
        third = max(1, (last - first) // 3)
        rise = float(curve[last - third:last].mean() - curve[first:first + third].mean())
        found.append(Heard(float(edges[first]), float(edges[last]), last - first, float(curve[first:last].mean()), rise,
                           _chance(voice[first:last]), _chance(kick[first:last])))
    return found


def _chance(log_odds: Doubles) -> float:
    """Of a section from its bars' log odds; they depend on each other, so that they are averaged and not added."""
    return float(1 / (1 + np.exp(-np.clip(1.5 * log_odds.mean(), -20, 20))))


def _confidence(odds: Doubles, lines: list[int]) -> float:
    """Mean chance of the chosen lines, 0 where there is none."""
    if not lines:
        return 0.0
    chosen = odds[np.array(lines) - 1]
    return round(float((1 / (1 + np.exp(-np.clip(chosen, -20, 20)))).mean()), 3)
