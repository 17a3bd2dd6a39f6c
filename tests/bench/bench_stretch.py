# SPDX-License-Identifier: GPL-3.0-or-later
"""Stretchers side by side: ``python tests/bench/bench_stretch.py [--speeds 0.92 1.08] [--music FOLDER] [--drift]``.

Peers are measured where they can be imported (``pip install python-stretch pylibrb``; PodMix needs neither):
Signalsmith Stretch, whole signals at once, because its binding ends the sound with every call, and Rubber Band R3,
offline, channels together. Everything is made by code; with ``--music`` ten files of a folder are measured too.

Columns, all on the output against what the time map says, dB unless marked:
  click ms, smear ms   median place of a click; time that holds 90 % of its energy
  kick, snare, hat     energy in the 47 ms before a hit (less the last 3) below that of the 50 ms after it
  crest                mean change of the hits' crest factor (0: as it was)
  61 Hz … 3 kHz        what is left of a sine's output without the sine
  flutter              amplitude modulation of a steady chord's partials
  pad                  standard deviation of the level of a pad's partials under drums
  image                mean change of the correlation between the channels, pad and drums panned (no unit)
  near, far            log-spectral distance to the source, windows of 6 ms and 93 ms (``--music``)
  sharp                change of the steepest spectral rises, 0: as they were (``--music``)
  x, GIL ms            times real time on one core; longest stop of another thread
"""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from podmix.audio.decode import read
from podmix.audio.stretching.music import MusicStretch
from podmix.audio.stretching.speech import SpeechStretch

RATE = 44_100
BLOCK = 11_025
Stretcher = Callable[[np.ndarray, float], np.ndarray]
CHORD_HZ = np.array([note * (1 + k) for note in (110.0, 138.59, 164.81, 220.0, 329.63) for k in range(10)])
PAD_HZ = np.array([note * (1 + k) for note in (220.0, 277.18, 329.63, 660.0) for k in range(4)])


def streamed(kind: type[MusicStretch | SpeechStretch]) -> Stretcher:
    def run(x: np.ndarray, speed: float) -> np.ndarray:
        stretch = kind(speed, RATE)
        return np.concatenate([*(stretch.push(x[i: i + BLOCK]) for i in range(0, len(x), BLOCK)), stretch.finish()])
    return run


def signalsmith(x: np.ndarray, speed: float) -> np.ndarray:
    from python_stretch import Signalsmith

    stretch = Signalsmith.Stretch(1)
    stretch.preset(2, RATE)
    stretch.setTimeFactor(speed)
    return np.array(stretch.process(np.ascontiguousarray(x.T))).T


def rubber_band(x: np.ndarray, speed: float) -> np.ndarray:
    import pylibrb

    option = pylibrb.Option
    stretch = pylibrb.RubberBandStretcher(
        RATE, 2, option.PROCESS_OFFLINE | option.ENGINE_FINER | option.CHANNELS_TOGETHER)
    stretch.time_ratio = 1 / speed
    stretch.set_expected_input_duration(len(x))
    stretch.set_max_process_size(BLOCK)
    blocks = [np.ascontiguousarray(x[i: i + BLOCK].T) for i in range(0, len(x), BLOCK)]
    for i, block in enumerate(blocks):
        stretch.study(block, i + 1 == len(blocks))
    out = []
    for i, block in enumerate(blocks):
        stretch.process(block, i + 1 == len(blocks))
        while stretch.available() > 0:
            out.append(np.array(stretch.retrieve_available()).T)
    return np.concatenate(out)


def engines() -> dict[str, Stretcher]:
    found: dict[str, Stretcher] = {"PodMix music": streamed(MusicStretch), "PodMix speech": streamed(SpeechStretch)}
    peers = (("Signalsmith", "python_stretch", signalsmith), ("Rubber Band R3", "pylibrb", rubber_band))
    for name, module, run in peers:
        try:
            __import__(module)
        except ImportError:
            print(f"{name} is not there.")
        else:
            found[name] = run
    return found


# --- sounds -----------------------------------------------------------------------------------------------------------

def stereo(mono: np.ndarray, pan: float = 0.5) -> np.ndarray:
    return np.stack([mono * np.sqrt(2 - 2 * pan), mono * np.sqrt(2 * pan)], axis=1).astype(np.float32)


def drum(kind: str, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    t = np.arange(round(0.35 * RATE)) / RATE
    noise = rng.normal(size=len(t))
    if kind == "kick":
        pitch = np.cumsum(50 + 120 * np.exp(-t / 0.03)) / RATE
        sound = np.sin(2 * np.pi * pitch) * np.exp(-t / 0.12) + 0.3 * noise * np.exp(-t / 0.003)
    elif kind == "snare":
        sound = 0.6 * np.sin(2 * np.pi * 190 * t) * np.exp(-t / 0.06) + 0.5 * noise * np.exp(-t / 0.08)
    else:
        sound = 0.15 * np.diff(noise, 2, prepend=[0, 0]) * np.exp(-t / 0.03)
    return 0.6 * sound * np.minimum(1, np.arange(len(t))[::-1] / 200)


def hits(kind: str) -> tuple[np.ndarray, list[int]]:
    rng = np.random.default_rng(5)
    places = [round(t * RATE) for t in 0.4 + np.cumsum(rng.uniform(0.45, 0.55, 24))]
    x = np.zeros(places[-1] + RATE)
    for i, place in enumerate(places):
        x[place: place + round(0.35 * RATE)] += drum(kind, i)
    return stereo(x), places


def partials(hertz: np.ndarray, seconds: float) -> np.ndarray:
    rng = np.random.default_rng(2)
    t = np.arange(round(seconds * RATE)) / RATE
    x = np.zeros((len(t), 2), np.float32)
    for f in hertz:
        x += stereo(8 / f * np.sin(2 * np.pi * f * t + rng.uniform(0, 6.3)), rng.uniform(0.3, 0.7))
    return x


def groove() -> np.ndarray:
    """Eight bars at 124 bpm, drums panned, over a pad."""
    beat = 60 / 124
    x = 0.6 * partials(PAD_HZ, 32 * beat + 1)
    for i in range(128):
        kinds = ["kick"] * (i % 4 == 0) + ["snare"] * (i % 8 == 4) + ["hat"] * (i % 2)
        for kind in kinds:
            place = round((0.3 + i * beat / 4) * RATE)
            hit = stereo(drum(kind, i), {"kick": 0.5, "snare": 0.45, "hat": 0.65}[kind])
            x[place: place + len(hit)] += hit
    return x


# --- measures ---------------------------------------------------------------------------------------------------------

def fitted(run: Stretcher, x: np.ndarray, speed: float) -> np.ndarray:
    out, frames = run(x, speed), round(len(x) / speed)
    return out[:frames] if len(out) >= frames else np.pad(out, ((0, frames - len(out)), (0, 0)))


def clicks(run: Stretcher, speed: float) -> list[float]:
    rng = np.random.default_rng(1)
    places = [round(t * RATE) for t in 0.5 + np.cumsum(rng.uniform(0.2, 0.6, 40))]
    x = np.zeros((places[-1] + RATE, 2), np.float32)
    x[places] = 0.9
    energy = (fitted(run, x, speed) ** 2).sum(axis=1)
    off, smear = [], []
    for place in places:
        low = round(place / speed - 0.04 * RATE)
        grown = np.cumsum(energy[low: low + round(0.08 * RATE)]) + 1e-12
        off.append(abs(low + np.searchsorted(grown, grown[-1] / 2) - place / speed))
        smear.append(np.searchsorted(grown, 0.95 * grown[-1]) - np.searchsorted(grown, 0.05 * grown[-1]))
    return [1000 * float(np.median(off)) / RATE, 1000 * float(np.median(smear)) / RATE]


def drums(run: Stretcher, speed: float) -> list[float]:
    before, crests = [], []
    for kind in ("kick", "snare", "hat"):
        x, places = hits(kind)
        y = fitted(run, x, speed)
        share = []
        for place in places:
            at = round(place / speed)
            early, late = y[at - round(0.05 * RATE): at - round(0.003 * RATE)], y[at: at + round(0.05 * RATE)]
            share.append(10 * np.log10((early ** 2).sum() / (late ** 2).sum() + 1e-13))
            crests.append(crest(late) - crest(x[place: place + len(late)]))
        before.append(float(np.median(share)))
    return [*before, float(np.mean(crests))]


def crest(x: np.ndarray) -> float:
    return float(20 * np.log10(np.abs(x).max() / np.sqrt((x ** 2).mean())))


def purity(run: Stretcher, speed: float, hertz: float) -> float:
    t = np.arange(6 * RATE) / RATE
    y = fitted(run, stereo(0.5 * np.sin(2 * np.pi * hertz * t)), speed)[:, 0].astype(float)
    y = y[len(y) // 4: -len(y) // 4]

    def rest(f: float) -> float:
        turn = 2 * np.pi * f * np.arange(len(y)) / RATE
        basis = np.stack([np.sin(turn), np.cos(turn)], axis=1)
        return float(((y - basis @ np.linalg.lstsq(basis, y, rcond=None)[0]) ** 2).sum())

    coarse = min(hertz + np.linspace(-0.3, 0.3, 31), key=rest)  # a peer may be a little off the pitch
    return 10 * float(np.log10(min(rest(f) for f in coarse + np.linspace(-0.02, 0.02, 21)) / (y ** 2).sum()))


def levels(y: np.ndarray, hertz: float, size: int) -> np.ndarray:
    """The level of a partial every 441 frames, through a window of ``size``."""
    line = y[:, 0] * np.exp(-2j * np.pi * hertz * np.arange(len(y)) / RATE)
    window = np.blackman(size)
    return np.abs(np.lib.stride_tricks.sliding_window_view(line, size)[::441] @ window) / window.sum()


def alone(hertz: np.ndarray, gap: float) -> list[float]:
    return [f for f in hertz if np.sort(np.abs(hertz - f))[1] > gap]


def flutter(run: Stretcher, speed: float) -> float:
    y = fitted(run, partials(CHORD_HZ, 10.0), speed)
    y = y[len(y) // 5: -len(y) // 5]
    swing = [(level.std() / level.mean()) ** 2 for level in (levels(y, f, 9000) for f in alone(CHORD_HZ, 18.0))]
    return 10 * float(np.log10(np.mean(swing)))


def pad_under_drums(x: np.ndarray, y: np.ndarray, speed: float) -> float:
    swing = []
    for f in alone(PAD_HZ, 35.0):
        was, now = levels(x, f, 4410), levels(y, f, 4410)
        at = np.arange(50, len(was) - 100)
        there = np.interp(at / speed, np.arange(len(now)), now)
        swing.append((20 * np.log10((there + 1e-5) / (was[at] + 1e-5))).std())
    return float(np.mean(swing))


def image(x: np.ndarray, y: np.ndarray, speed: float) -> float:
    def correlation(z: np.ndarray) -> np.ndarray:
        z = z[: len(z) // 4410 * 4410].reshape(-1, 4410, 2)
        power = (z ** 2).sum(axis=1)
        return (z[..., 0] * z[..., 1]).sum(axis=1) / np.sqrt(power[:, 0] * power[:, 1] + 1e-9)

    was, now = correlation(x), correlation(y)
    return float(np.abs(np.interp(np.arange(len(was)), np.arange(len(now)) * speed, now) - was)[3:-12].mean())


def distance(x: np.ndarray, y: np.ndarray, speed: float, size: int) -> float:
    """Log-spectral distance in 48 bands over the loudest 60 dB, window by window where the map says."""
    def bands(z: np.ndarray, places: np.ndarray) -> np.ndarray:
        pieces = np.lib.stride_tricks.sliding_window_view(z.sum(axis=1), size)[places]
        power = np.abs(np.fft.rfft(pieces * np.hanning(size).astype(np.float32))) ** 2
        return np.add.reduceat(power, np.unique(np.geomspace(3, size // 2, 48).astype(int)), axis=1)[:, :-1]

    at = np.arange(size, min(len(y), round(len(x) / speed)) - 2 * size, size // 2)
    was, now = bands(x, np.rint(at * speed).astype(int) - size // 2), bands(y, at - size // 2)
    floor = was.max() * 1e-6
    return float(np.sqrt(((10 * np.log10((was + floor) / (now + floor))) ** 2).mean()))


def sharpness(x: np.ndarray) -> float:
    pieces = np.lib.stride_tricks.sliding_window_view(x.sum(axis=1), 256)[::64]
    loud = np.log1p(100 * np.abs(np.fft.rfft(pieces * np.hanning(256).astype(np.float32))))
    rise = np.maximum(0, loud[4:] - loud[:-4]).sum(axis=1)
    return 20 * float(np.log10(np.sort(rise)[-len(rise) // 50:].mean()))


def pace(run: Stretcher, x: np.ndarray, speed: float) -> tuple[float, float]:
    """Times real time (CPU), and the longest that another thread stood still (ms)."""
    ended, longest = threading.Event(), [0.0]

    def watch() -> None:
        last = time.perf_counter()
        while not ended.is_set():
            time.sleep(0.0005)
            now = time.perf_counter()
            longest[0], last = max(longest[0], now - last), now

    run(x[: 2 * RATE], speed)
    watcher = threading.Thread(target=watch)
    watcher.start()
    best = np.inf
    for _ in range(3):
        begin = time.thread_time()
        run(x, speed)
        best = min(best, time.thread_time() - begin)
    ended.set()
    watcher.join()
    return len(x) / RATE / speed / best, 1000 * longest[0]


def drift(run: Stretcher, speed: float, minutes: int = 30) -> float:
    """How far the clicks of the last minute are from where they should be, ms."""
    x = np.zeros((minutes * 60 * RATE, 2), np.float32)
    places = np.arange(RATE, len(x) - RATE, 7 * RATE)
    x[places] = 0.9
    energy = (run(x, speed) ** 2).sum(axis=1)
    off = []
    for place in places[-8:]:
        low = round(place / speed - 0.1 * RATE)
        off.append(abs(low + int(np.argmax(energy[low: low + RATE // 5])) - place / speed))
    return 1000 * float(np.median(off)) / RATE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speeds", type=float, nargs="*", default=[0.92, 0.96, 1.04, 1.08, 0.5, 1.5, 2.0])
    parser.add_argument("--music", type=Path)
    parser.add_argument("--drift", action="store_true", help="half an hour of clicks (minutes of work)")
    options = parser.parse_args()
    files = sorted(path for path in options.music.iterdir() if path.suffix in (".ogg", ".mp3", ".flac", ".wav"))[:10] \
        if options.music else []
    music = [read(path, sample_rate=RATE, mono=False, start=30, end=42)[0] for path in files]
    beat = groove()
    print(f"{'':>4} {'':15}{'click':>6}{'smear':>6} {'kick':>7}{'snare':>6}{'hat':>6}{'crest':>6} {'61 Hz':>7}"
          f"{'440':>6}{'3 kHz':>6} {'flutter':>8}{'pad':>5}{'image':>7} {'near':>5}{'far':>5}{'sharp':>6} {'x':>5}{'GIL':>6}"  # noqa: E501
          + ("  drift ms" if options.drift else ""))
    for speed in options.speeds:
        for name, run in engines().items():
            y = fitted(run, beat, speed)
            outs = [fitted(run, x, speed) for x in music]
            heard = np.mean([[distance(x, z, speed, 256), distance(x, z, speed, 4096), sharpness(z) - sharpness(x)]
                             for x, z in zip(music, outs, strict=True)], axis=0) if music else [np.nan] * 3
            tight, loose = clicks(run, speed), drums(run, speed)
            print(f"{speed:>4} {name:15}{tight[0]:6.2f}{tight[1]:6.2f} {loose[0]:7.0f}{loose[1]:6.0f}{loose[2]:6.0f}"
                  f"{loose[3]:6.1f} {purity(run, speed, 61.7):7.0f}{purity(run, speed, 440.3):6.0f}"
                  f"{purity(run, speed, 3011.0):6.0f} {flutter(run, speed):8.0f}"
                  f"{pad_under_drums(beat, y, speed):5.1f}{image(beat, y, speed):7.3f} "
                  f"{heard[0]:5.1f}{heard[1]:5.1f}{heard[2]:6.1f} {'{:5.0f}{:6.0f}'.format(*pace(run, beat, speed))}"
                  + (f"  {drift(run, speed):8.3f}" if options.drift else ""), flush=True)


if __name__ == "__main__":
    main()
