# SPDX-License-Identifier: GPL-3.0-or-later
"""Speed and cleanness of the mixing core: ``python tests/bench/bench_mixing.py [--seconds S] [--repeat N]``.

Everything is CPU time of this process, the best of some runs, at 48 kHz (files at 44.1 kHz). Baseline of the filters:
the same filters by ``scipy.signal.sosfilt`` in the same quanta, redesigned where the knob moves; of the limiter:
``podmix.audio.loudness.limit`` on the whole array; of rendering: decoding the same files alone.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.signal import butter, resample_poly, sosfilt

from podmix.audio.encode import write_clip
from podmix.audio.loudness import limit, true_peak_db
from podmix.audio.mixing.core import MixCore
from podmix.audio.mixing.equaliser import HIGH_SPLIT_HZ, LOW_SPLIT_HZ, Equaliser
from podmix.audio.mixing.limiter import Limiter
from podmix.audio.mixing.render import render
from podmix.audio.mixing.sources import BlockSource
from podmix.audio.mixing.sweep import Sweep, cutoff_hz
from podmix.audio.mixing.types import Clip, Lane, Program
from podmix.audio.stretching.clip_source import ClipSource

RATE, QUANTUM = 48_000, MixCore.QUANTUM


class NaiveIsolator:
    """The textbook way: a cascade of biquads for every band."""

    def __init__(self) -> None:
        low, high = ([butter(2, hz, kind, fs=RATE, output="sos") for kind in ("low", "high")]
                     for hz in (LOW_SPLIT_HZ, HIGH_SPLIT_HZ))
        twice = [np.concatenate([sections, sections]) for sections in (*low, *high)]
        self._bands = [np.concatenate([twice[0], twice[2]]), np.concatenate([twice[0], twice[3]]),
                       np.concatenate([twice[1], twice[2]]), np.concatenate([twice[1], twice[3]])]
        self._states = [np.zeros((len(band), 2, 2)) for band in self._bands]

    def process(self, block: np.ndarray, low: float, mid: float, high: float) -> np.ndarray:
        total = np.zeros(block.shape)
        for index, gain in enumerate((low, low, mid, high)):
            heard, self._states[index] = sosfilt(self._bands[index], block, zi=self._states[index])
            total += gain * heard
        return total.astype(np.float32)


class NaiveSweep:
    """A new Butterworth low-pass whenever the knob is read (every quantum)."""

    def __init__(self) -> None:
        self._state = np.zeros((2, 2, 2))

    def process(self, block: np.ndarray, knob: np.ndarray | float) -> np.ndarray:
        position = knob if isinstance(knob, float) else float(knob[0])
        sections = butter(4, min(cutoff_hz(position, RATE), 0.49 * RATE), fs=RATE, output="sos")
        heard, self._state = sosfilt(sections, block, zi=self._state)
        return np.asarray(heard, dtype=np.float32)


def best(work: Callable[[], object], repeat: int) -> float:
    spent = []
    for _ in range(repeat):
        begin = time.process_time()
        work()
        spent.append(time.process_time() - begin)
    return min(spent)


def show(name: str, seconds: float, spent: float, baseline: float | None = None) -> None:
    ratio = "" if baseline is None else f"   {baseline / spent:6.1f} x as fast as the baseline"
    print(f"{name:<44} {seconds / spent:7.0f} x real time  {100 * spent / seconds:6.2f} % of a core{ratio}")


def quanta(planar: np.ndarray) -> list[np.ndarray]:
    return [np.ascontiguousarray(planar[:, begin: begin + QUANTUM])
            for begin in range(0, planar.shape[1] - QUANTUM + 1, QUANTUM)]


def bench_parts(sound: np.ndarray, repeat: int) -> None:
    blocks = quanta(sound.T)
    seconds = len(blocks) * QUANTUM / RATE
    knob = np.linspace(-0.2, -0.9, len(blocks) * QUANTUM).astype(np.float32).reshape(len(blocks), QUANTUM)

    def each(work: Callable[[np.ndarray, int], object]) -> float:
        return best(lambda: [work(block, index) for index, block in enumerate(blocks)], repeat)

    naive, ours = NaiveIsolator(), Equaliser(RATE, QUANTUM)
    baseline = each(lambda block, _: naive.process(block, 0.5, 1.0, 1.0))
    show("isolator, sosfilt", seconds, baseline)
    show("isolator", seconds, each(lambda block, _: ours.process(block, 0.5, 1.0, 1.0)), baseline)
    ramp = np.linspace(0, 1, QUANTUM).astype(np.float32)
    show("isolator, bands moving", seconds, each(lambda block, _: ours.process(block, ramp, ramp, 1.0)), baseline)
    swept, sweep = NaiveSweep(), Sweep(RATE, QUANTUM)
    baseline = each(lambda block, index: swept.process(block, knob[index]))
    show("filter moving, sosfilt", seconds, baseline)
    show("filter moving", seconds, each(lambda block, index: sweep.process(block, knob[index])), baseline)
    standing = Sweep(RATE, QUANTUM)
    show("filter standing", seconds, each(lambda block, _: standing.process(block, -0.5)))
    for name, gain in (("limiter, nothing to do", 0.2), ("limiter, measuring", 0.8), ("limiter, limiting", 3.0)):
        loud = [block * np.float32(gain) for block in blocks]
        limiter = Limiter(RATE, QUANTUM, ceiling_dbtp=-1.0)
        baseline = best(lambda gain=gain: limit(sound * np.float32(gain), RATE), repeat)
        show(name, seconds, each(lambda _, index, loud=loud, limiter=limiter: limiter.process(loud[index])), baseline)


def bench_decks(sound: np.ndarray, repeat: int) -> None:
    seconds = len(sound) / RATE
    bounds = ((0.0, 0.0), (seconds, seconds))
    bands = {"low": Lane(((0.0, 1.0), (1.0, 0.0))), "high": Lane(((0.0, 0.7),))}
    still, moving = Lane(((0.0, -0.4),)), Lane(((0.0, -0.2), (seconds, -0.9)))
    kinds = {"neutral": {}, "isolator": bands, "isolator, filter standing": {**bands, "filter": still},
             "isolator, filter moving": {**bands, "filter": moving}}

    def run(lanes: dict[str, Lane]) -> None:
        core = MixCore(RATE)
        for deck in (0, 1):
            blocks = [sound[begin: begin + 12_000] for begin in range(0, len(sound), 12_000)]
            core.cue(BlockSource(blocks), deck=deck, clip=Clip("", deck, bounds, **lanes))
        while not core.idle:
            core.process(2048)

    for name, lanes in kinds.items():
        spent = best(lambda lanes=lanes: run(lanes), repeat)
        show(f"two decks, {name}", seconds, spent)


def bench_render(seconds: float, folder: Path, repeat: int) -> None:
    sound = music(seconds, 44_100)
    paths = [str(write_clip(sound, 44_100, folder / name)) for name in ("a.mp3", "b.flac")]
    bounds = ((0.0, 0.0), (seconds, seconds))
    clips = tuple(Clip(path, deck, bounds, gain=Lane(((0.0, 0.6),)), low=Lane(((0.0, float(deck)), (seconds / 2, 0.5))))
                  for deck, path in enumerate(paths))

    def decode() -> None:
        for clip in clips:
            source = ClipSource(clip, 44_100)
            while size := min(4096, source.available(4096)):
                source.take(size)
            source.close()

    baseline = best(decode, repeat)
    show("decoding mp3 and flac alone", seconds, baseline)
    program = Program(clips, 44_100, seconds)
    show("rendering both with isolator", seconds, best(lambda: list(render(program)), repeat), baseline)
    stretched = tuple(replace(clip, time_map=((0.0, 0.0), (seconds / speed, seconds)))
                      for clip, speed in zip(clips, (1.04, 0.96), strict=True))
    program = Program(stretched, 44_100, seconds / 1.04)
    spent = best(lambda: list(render(program)), repeat)
    show("rendering both stretched, with isolator", seconds / 1.04, spent, baseline)


def music(seconds: float, rate: int = RATE) -> np.ndarray:
    """Kicks, chords and noise at the level of a finished track."""
    rng = np.random.default_rng(0)
    time_s = np.arange(round(seconds * rate)) / rate
    beat = (time_s * 2) % 1.0
    kick = np.sin(2 * np.pi * 55 * beat / (1 + 3 * beat)) * np.exp(-beat * 12)
    chord = sum(np.sin(2 * np.pi * hz * time_s) for hz in (220.3, 277.1, 329.7, 1320.0))
    wave = 0.35 * kick + 0.05 * chord + 0.03 * rng.normal(size=len(time_s))
    return np.stack([wave, np.roll(wave, 23)], axis=1).astype(np.float32)


def show_cleanness(repeat: int) -> None:
    del repeat
    tone = (0.5 * np.sin(2 * np.pi * 440 * np.arange(93 * QUANTUM) / RATE)).astype(np.float32)
    blocks = quanta(np.stack([tone, tone]))
    for seconds in (0.1, 1.0):
        knobs = np.clip(0.1 - np.arange(len(tone)) / RATE / seconds, -1.0, -1e-3).astype(np.float32)
        noise = []
        for filtering in (NaiveSweep(), Sweep(RATE, QUANTUM)):
            heard = np.concatenate([filtering.process(block, knobs[index * QUANTUM: (index + 1) * QUANTUM])[0]
                                    for index, block in enumerate(blocks)])
            power = np.abs(np.fft.rfft(heard * np.hanning(len(heard)))) ** 2
            above = np.fft.rfftfreq(len(heard), 1 / RATE) > 2000
            noise.append(10 * np.log10(power[above].sum() / power.sum()))
        print(f"zipper noise of a full sweep in {seconds:.1f} s {noise[1]:18.1f} dB   (baseline {noise[0]:.1f} dB)")
    hot = np.random.default_rng(0).normal(size=(4 * RATE, 2)).astype(np.float32)
    core = MixCore(RATE)
    core.cue(BlockSource([hot]), deck=0)
    heard = core.process(len(hot))
    finer = 20 * np.log10(np.abs(resample_poly(heard.astype(np.float64), 8, 1)).max())
    print(f"true peak of white noise 14 dB too loud {'':<5} {true_peak_db(heard, RATE):7.2f} dBTP "
          f"(8x oversampled by another filter {finer:.2f})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    sound = music(options.seconds)
    bench_parts(sound, options.repeat)
    bench_decks(sound, options.repeat)
    with tempfile.TemporaryDirectory() as folder:
        bench_render(options.seconds, Path(folder), options.repeat)
    show_cleanness(options.repeat)


if __name__ == "__main__":
    main()
