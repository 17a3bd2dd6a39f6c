# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole tracker on music composed by code: exact truth, every kind of bad input."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from podmix.errors import AudioError
from podmix.lab.composing.drum_sounds import CLOSED, KICK, SNARE
from podmix.lab.composing.performing import perform
from podmix.lab.composing.rendering import Studio, render
from podmix.lab.composing.score import Doubles, Part, Score
from podmix.music.beats import network, tracker
from podmix.music.beats.bars import Bars
from podmix.music.beats.features import RATE, Floats, extract
from podmix.music.beats.segments import Plan
from podmix.music.beats.tracker import find_beats, track_beats
from podmix.music.types import BeatAnalysis

NO_NETWORK = Path("no networks here")


def band(bpm: float, bars: int, *, beats_per_bar: int = 4, silent: range = range(0), seed: int = 0,
         lead_in: float = 0.3) -> tuple[Floats, Doubles, Doubles]:
    """Drums and a bass that moves with the bars; the drums rest in the bars of ``silent``."""
    drums, bass = [], []
    for bar in range(bars):
        first = bar * beats_per_bar
        bass.append((first, 0.9, 33 + (0, 5, 7, 3)[bar % 4], 110))
        bass += [(first + beat + 0.5, 0.4, 33 + (0, 5, 7, 3)[bar % 4], 70) for beat in range(beats_per_bar)]
        if bar in silent:
            continue
        drums.append((first, 0.2, KICK, 120))
        drums += [(first + beat, 0.2, SNARE, 100) for beat in range(1, beats_per_bar, 2)]
        drums += [(first + step / 2, 0.1, CLOSED, 60) for step in range(2 * beats_per_bar)]
    parts = (Part("drums", 0, np.array(drums, np.float64)), Part("bass", 33, np.array(bass, np.float64)))
    dice = np.random.default_rng(seed)
    played = perform(Score("test", bpm, beats_per_bar, float(bars * beats_per_bar), parts), dice, lead_in=lead_in)
    sound = render(played, Studio(RATE), np.random.default_rng(seed + 1), seconds=played.duration + 0.5)
    return sound, played.beats, played.downbeats


def listen(sound: Floats, model: Path | None = None) -> BeatAnalysis:
    return find_beats(extract([sound]), model=model)


def distances(found: tuple[float, ...], truth: Doubles) -> Doubles:
    return np.abs(np.array(found)[:, None] - truth[None]).min(0)


@pytest.mark.parametrize("model", [None, NO_NETWORK], ids=["network", "signal"])
@pytest.mark.parametrize("bpm", [98.0, 126.0, 133.7])
def test_a_steady_band_gets_one_exact_grid(bpm: float, model: Path | None) -> None:
    sound, beats, _ = band(bpm, 16)
    found = listen(sound, model)
    assert found.tempo is not None
    ratio = found.tempo / bpm
    assert min(abs(ratio / octave - 1) for octave in (0.5, 1, 2)) < 5e-4
    assert found.grid.constant
    assert len(found.grid.segments) == 1
    at_octave = beats if ratio > 0.9 else beats[::2]
    assert np.median(distances(found.grid.beats, at_octave)) < 0.012
    assert found.method == ("signal" if model else found.method)


def test_the_grid_goes_on_through_a_break() -> None:
    sound, beats, _ = band(124.0, 24, silent=range(8, 14))
    found = listen(sound)
    inside = beats[(beats > beats[34]) & (beats < beats[54])]
    assert np.max(distances(found.grid.beats, inside)) < 0.02


def test_downbeats_are_beats_and_rise() -> None:
    sound, _, _ = band(118.0, 16, seed=5)
    grid = listen(sound).grid
    assert set(grid.downbeats) <= set(grid.beats)
    assert np.all(np.diff(grid.beats) > 0.2)
    assert grid.segments[0].first_beat == 0
    assert sum(segment.beats for segment in grid.segments) == len(grid.beats)
    rebuilt = grid.segments[0].start + grid.segments[0].period * np.arange(grid.segments[0].beats)
    np.testing.assert_allclose(rebuilt, grid.beats, atol=1e-6)


def test_a_change_of_tempo_is_followed_not_averaged() -> None:
    first, beats, _ = band(110.0, 14, seed=1)
    second, later, _ = band(128.0, 16, seed=1, lead_in=0.0)
    cut = int(RATE * (beats[-1] + 60 / 110))
    found = listen(np.concatenate([first[:cut], second]))
    assert not found.grid.constant
    truth = np.concatenate([beats, later + cut / RATE])
    assert np.mean(distances(found.grid.beats, truth) < 0.05) > 0.85
    bpms = [segment.bpm for segment in found.grid.segments]
    assert min(abs(bpm - 128) for bpm in bpms) < 3
    assert min(abs(bpm - 110) for bpm in bpms) < 3


@pytest.mark.parametrize("kind", ["silence", "noise", "drone", "three seconds", "one sample", "nothing"])
def test_what_does_not_pulse_gets_no_grid(kind: str) -> None:
    dice = np.random.default_rng(0)
    frames = 20 * RATE
    sound = {
        "silence": np.zeros(frames), "noise": dice.normal(0, 0.2, frames),
        "drone": np.sin(np.arange(frames) * 0.03) * 0.3, "three seconds": band(120, 4)[0][: 3 * RATE],
        "one sample": np.ones(1), "nothing": np.zeros(0)}[kind].astype(np.float32)
    found = listen(sound)
    assert found.tempo is None or found.tempo_confidence < 0.3
    if kind in ("silence", "three seconds", "one sample", "nothing"):
        assert found.grid.beats == ()
        assert found.tempo_confidence == 0


def test_a_file_is_read_and_its_stages_are_timed(tmp_path: Path) -> None:
    sound, beats, _ = band(120.0, 8)
    target = tmp_path / "band.wav"
    with wave.open(str(target), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((sound * 32000).astype("<i2").tobytes())
    found = track_beats(target)
    assert found.duration == pytest.approx(len(sound) / RATE, abs=1e-3)
    assert set(found.timings) == {"decode", "beat_features", "beat_network", "beat_grid"}
    assert all(seconds >= 0 for seconds in found.timings.values())
    assert np.median(distances(found.grid.beats, beats[::2])) < 0.015


def test_what_is_no_sound_is_an_audio_error(tmp_path: Path) -> None:
    target = tmp_path / "x.wav"
    target.write_bytes(b"not sound at all" * 9)
    with pytest.raises(AudioError):
        track_beats(target)


def test_the_shipped_networks_are_there_and_small() -> None:
    folder = network.models_folder()
    for name in ("metre.onnx", "README.md", "metrics.json"):
        assert (folder / name).exists(), name
    assert sum(path.stat().st_size for path in folder.iterdir()) < 2_000_000


@pytest.mark.parametrize(("strength", "surprise", "bounds", "believed"), [
    (1.0, 5.0, 1, True), (1.0, 4.0, 1, False), (-1.5, 9.0, 1, True), (-1.5, 6.5, 1, False), (-2.5, 15.0, 1, False),
    (-0.1, 13.0, 30, False), (4.5, 0.0, 1, True), (3.0, 0.0, 1, False)])
def test_one_line_that_stands_out_far_is_believed(*, strength: float, surprise: float, bounds: int,
                                                  believed: bool) -> None:
    count = 120
    score = (strength + tracker.LEAST_GAIN) * count + tracker.SEARCH_COST
    plan = Plan(np.arange(count) * 0.5, tuple(range(bounds)), Bars(np.zeros(count, np.int64), 4, 0.0, 0.0), 0.0, score,
                score)
    assert (tracker._believed(plan, surprise, judged=True) > 0) is believed
