# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up tracks for the tests of mixes: facts with even grids, and sounds to go with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from podmix.audio.encode import write_clip
from podmix.automix.facts import TrackFacts, TrackLabels
from podmix.music.key.names import camelot, key_name, open_key
from podmix.music.types import (
    BeatAnalysis,
    BeatGrid,
    EnergyAnalysis,
    GridSegment,
    KeyAnalysis,
    LoudnessAnalysis,
    Section,
    SoundEmbedding,
    StructureAnalysis,
    Waveform,
)

RATE = 44_100


def track(name: str = "a", *, bpm: float | None = 120.0, bars: int = 64, first: float = 0.5, key: int = 0,
          energy: float = 5.0, artist: str = "", sung: tuple[tuple[int, int], ...] = (), sure: float = 0.95,
          lufs: float = -14.0, labels: TrackLabels | None = None, sections: tuple[int, ...] = (0, 16, 48),
          per_bar: int = 4, swing: float = 0.0, tail: float = 0.3) -> TrackFacts:
    """``bars`` bars from second ``first`` on; sections begin at bars ``sections``; ``sung`` bars ranges are sung."""
    period = 60.0 / (bpm or 120.0)
    count = bars * per_bar + 1
    beats = first + np.arange(count) * period
    beats[1::2] += swing * period
    duration = float(beats[-1]) + tail
    grid = BeatGrid(tuple(beats.tolist()), tuple(beats[::per_bar].tolist()), per_bar,
                    (GridSegment(first, period, 0, count),), swing == 0.0)
    analysis = BeatAnalysis(duration, bpm, 0.99 if bpm else 0.1, grid if bpm else BeatGrid(), sure, {}, "network")
    lines = sorted({*sections, *(edge for span in sung for edge in span)})
    edges = [*(first + bar * per_bar * period for bar in lines), duration]
    parts = [Section(start, end, "verse", 0, energy, 0.95 if any(low <= bar < high for low, high in sung) else 0.0, 0.9)
             for bar, start, end in zip(lines, edges, edges[1:], strict=False) if start < end]
    points = round(duration * 150)
    rms = np.full((points, 3), 150, np.uint8)
    rms[: round(first * 150)] = 0
    vector = np.zeros(8)
    vector[key % 8] = 1.0
    return TrackFacts(
        f"/music/{name}.flac", duration, labels or TrackLabels(title=name, artist=artist), analysis,
        KeyAnalysis(key_name(key), camelot(key), open_key(key), 0.9, 0.0, None, (), "model"),
        LoudnessAnalysis(lufs, 4.0, lufs + 12.0, (), 1.0, -18.0 - lufs, 0.9, ()),
        EnergyAnalysis(energy, (0.0,), (energy,), {}, {}),
        StructureAnalysis(tuple(parts), 0.8, bpm is not None),
        Waveform(150.0, rms.tobytes(), rms.tobytes(), b"", b""), SoundEmbedding(1, tuple(vector.tolist())))


def sound(facts: TrackFacts, folder: Path, *, hertz: float = 220.0) -> TrackFacts:
    """The same track with a file: a click on every beat over a quiet tone and a bass."""
    frames = round(facts.duration * RATE)
    time = np.arange(frames) / RATE
    wave = 0.05 * np.sin(2 * np.pi * hertz * time) + 0.1 * np.sin(2 * np.pi * 55 * time)
    click = np.exp(-np.arange(400) / 60.0) * np.sin(2 * np.pi * 2000 * np.arange(400) / RATE)
    for beat in facts.grid.beats:
        at = round(beat * RATE)
        if at + 400 <= frames:
            wave[at: at + 400] += 0.4 * click
    path = folder / Path(facts.path).name
    write_clip(np.repeat(wave[:, None], 2, axis=1).astype(np.float32), RATE, path)
    return TrackFacts(str(path), facts.duration, facts.labels, facts.beats, facts.key, facts.loudness, facts.energy,
                      facts.structure, facts.waveform, facts.embedding)
