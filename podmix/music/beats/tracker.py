# SPDX-License-Identifier: GPL-3.0-or-later
"""A recording's beats: decode, features, network, paths and grids, milliseconds.

``track_beats`` reads a file; ``find_beats`` works on features, for tests and for those who have decoded already.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from podmix.audio.decode import stream
from podmix.music.beats import grid, network, segments, slots
from podmix.music.beats.bars import Bars
from podmix.music.beats.decode import Doubles
from podmix.music.beats.features import FRAME_RATE, RATE, BeatFeatures, Floats, compress, extract
from podmix.music.beats.hearings import better_hearing
from podmix.music.types import BeatAnalysis, BeatGrid, GridSegment

VERSION = 2
SHORTEST_S = 4.0
"""Below this nothing is said about tempo."""
AUDIBLE_DB = -45.0
"""Against the track's loud parts: where music begins and ends."""
LEAST_ODDS = -0.6
"""Without the metre network: mean log odds a beat below which there is no pulse."""
LEAST_GAIN = 0.3
"""With it: log likelihood that the reading must gain a beat."""
SEARCH_COST = 16.0
"""Nepers that the best of thousands of lines and paths gains by chance: much for ten seconds, nothing for a track."""
LEAST_SURPRISE = 4.5
"""Standard errors by which the beats must stand out."""
MUCH_SURPRISE, LEAST_DOUBTED = 8.0, -2.0
"""One line whose beats stand out so far is believed although the metre network doubts them, down to so many nepers a
beat: 119 pieces of noise, drones and speech and 480 cuts of them reach 6.1, music that it doubts 9 to 15."""
SURPRISE_WORTH = 0.1
"""Nepers a beat that each further standard error counts then."""
SURE_STRENGTH, SURE_BEATS = 4.0, 60
"""Nepers a beat and beats from which one line is believed although its beats stand out little, as where sixteenths are
as loud as beats: without a pulse 60 beats reach 1.6."""
LEAST_ATTACK_DB = 2.5
"""Slow swells rise by 1.3 dB where the network sees a beat, the softest of fifteen tracks by 5.4."""
SYSTEMATIC_S = 0.0
"""How much later than the written time an attack is seen; measured on composed music."""


def track_beats(path: str | Path, *, model: Path | None = None) -> BeatAnalysis:
    """Beats, bars and tempo of a sound file. Raises AudioError where nothing decodes.

    Args:
        path: any file that ``podmix.audio`` reads.
        model: a folder with other networks than the shipped ones.
    """
    began = time.perf_counter()
    waiting = 0.0

    def timed_blocks() -> object:
        nonlocal waiting
        blocks = stream(path, sample_rate=RATE, block_s=60.0)
        while True:
            start = time.perf_counter()
            block = next(blocks, None)
            waiting += time.perf_counter() - start
            if block is None:
                return
            yield block

    heard = extract(timed_blocks())  # type: ignore[arg-type]
    listened = time.perf_counter() - began - waiting
    return find_beats(heard, {"decode": waiting, "beat_features": listened}, model=model)


def find_beats(heard: BeatFeatures, timings: dict[str, float] | None = None, *,
               model: Path | None = None) -> BeatAnalysis:
    """The same from features. ``model`` is a folder with ``beats.onnx`` and ``metre.onnx``."""
    spent = dict(timings or {})
    start = time.perf_counter()
    folder = model or network.models_folder()
    seen = compress(heard.mel)
    trained = (folder / "beats.onnx").exists()
    if trained:
        activations = network.network_activations(seen, folder / "beats.onnx")
    else:
        activations = network.signal_activations(seen)
    spent["beat_network"] = time.perf_counter() - start
    start = time.perf_counter()
    judge = judge_of(heard.mel, folder / "metre.onnx")
    found = _decide(heard, activations, judge, _better(heard, folder / "tempo-choice.json"))
    spent["beat_grid"] = time.perf_counter() - start
    method = "network" if trained and judge else "metre network" if judge else "signal"
    return BeatAnalysis(heard.duration, *found, spent, method)


def judge_of(mel: Floats, path: Path) -> segments.Judge | None:
    """The metre network on a raster of this recording; None without its file."""
    if not path.exists():
        return None

    def judge(edges: Doubles) -> tuple[Floats, Floats]:
        heard = slots.hear_slots(mel, edges)
        return network.metre_activations(slots.describe_slots(heard, np.diff(edges)), path), heard

    return judge


def _better(heard: BeatFeatures, path: Path) -> segments.Better:
    return lambda hearings, present: better_hearing(hearings, present, heard.onsets, path)


def audible_span(mel: Floats) -> tuple[float, float]:
    """Seconds of the first and the last sound worth the name."""
    level = mel.mean(1)
    if not len(level) or level.max() <= 1e-6:
        return 0.0, 0.0
    loud = np.flatnonzero(level > np.quantile(level, 0.9) * 10 ** (AUDIBLE_DB / 20))
    return float(loud[0] / FRAME_RATE), float((loud[-1] + 1) / FRAME_RATE)


_NOTHING = (None, 0.0, BeatGrid(), 0.0)


def _decide(heard: BeatFeatures, activations: Floats, judge: segments.Judge | None,
            better: segments.Better) -> tuple[float | None, float, BeatGrid, float]:
    """Tempo, its confidence, grid, confidence of bars."""
    first, last = audible_span(heard.mel)
    if last - first < SHORTEST_S:
        return _NOTHING
    beat, downbeat = activations[:, 0], activations[:, 1]
    plan = segments.choose_plan(beat, downbeat, first, last, judge, better=better)
    strength = _believed(plan, grid.surprise(beat, plan.beats) if plan else 0.0, judged=judge is not None)
    if plan is None or strength <= 0:
        return _NOTHING
    beats = plan.beats
    if grid.attack_db(heard.mel, beats) < LEAST_ATTACK_DB:
        return _NOTHING
    evidence = grid.gather_evidence(beat, beats, 0.04)
    shift = grid.attack_shift(heard.onsets, beats, evidence.weight)
    beats = beats + (shift if shift is not None else 0.0) - SYSTEMATIC_S
    bars = plan.bars
    keep = (beats >= 0) & (beats <= heard.duration)
    made = _grid(beats[keep], Bars(bars.position[keep], bars.metre, bars.score, bars.margin), plan, int(keep.argmax()))
    tempo = _tempo(made)
    return tempo, float(1 - np.exp(-strength)), made, float(1 - np.exp(-max(0.0, bars.margin) / 2))


def _believed(plan: segments.Plan | None, surprise: float, *, judged: bool) -> float:
    """The strength of a pulse that is there; 0 or less where none is believed in."""
    strength = _strength(plan, judged=judged)
    if plan is None or (surprise >= LEAST_SURPRISE and strength > 0):
        return strength
    if not judged or len(plan.bounds) > 1:
        return 0.0
    if surprise >= MUCH_SURPRISE and strength > LEAST_DOUBTED:
        return SURPRISE_WORTH * (1.0 + surprise - MUCH_SURPRISE)
    return strength if strength >= SURE_STRENGTH and len(plan.beats) >= SURE_BEATS else 0.0


def _strength(plan: segments.Plan | None, *, judged: bool) -> float:
    """How clear the pulse is: nepers a beat above the least; 0 or less where there is none."""
    if plan is None or not len(plan.beats):
        return 0.0
    return (plan.evidence - SEARCH_COST) / len(plan.beats) - LEAST_GAIN if judged else plan.per_beat - LEAST_ODDS


def _tempo(made: BeatGrid) -> float | None:
    """That of the longest stretch where one rules, else the median of all."""
    if not made.segments:
        return None
    longest = max(made.segments, key=lambda segment: segment.beats * segment.period)
    total = sum(segment.beats * segment.period for segment in made.segments)
    if longest.beats * longest.period > 0.5 * total:
        return longest.bpm
    return 60.0 / float(np.median(np.diff(made.beats)))


def _grid(beats: Doubles, bars: Bars, plan: segments.Plan, dropped: int) -> BeatGrid:
    pieces = []
    bounds = [max(0, index - dropped) for index in plan.bounds]
    for low, high in zip(bounds, [*bounds[1:], len(beats)], strict=True):
        high = min(high, len(beats))
        if high - low >= 2:
            period = float(beats[high - 1] - beats[low]) / (high - low - 1)
            pieces.append(GridSegment(float(beats[low]), period, low, high - low))
    return BeatGrid(tuple(float(b) for b in beats), tuple(float(b) for b in beats[bars.position == 0]), bars.metre,
                    tuple(pieces), len(pieces) <= 1)
