# SPDX-License-Identifier: GPL-3.0-or-later
"""What knowing a track costs: everything in one pass, beside librosa's beats and chroma of the same files.

``python tests/bench/bench_analyze.py [FILE…] [--minutes 20] [--hours 3] [--at-least 50] [--at-most-mb 600]`` hears the
files (without any: composed music, encoded as Ogg Vorbis) in one worker process and prints audio seconds a second of
work for every stage and for all; then librosa ``beat_track`` and ``chroma_cqt`` (decoding by soundfile at librosa's
own 22.05 kHz) in a process of its own, and the ratio of both. Memory is the highest resident size of a worker after all
files and, with ``--hours``, after one file of that length. Every process works on one thread. The exit code is 1 below
``--at-least`` times real time or above ``--at-most-mb``.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from podmix.audio.decode import stream

ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA")}
RATE = 44100


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("files", nargs="*", type=Path)
    options.add_argument("--minutes", type=float, default=20.0)
    options.add_argument("--hours", type=float, default=3.0, help="0 leaves the long file out")
    options.add_argument("--no-librosa", action="store_true")
    options.add_argument("--at-least", type=float, default=0.0)
    options.add_argument("--at-most-mb", type=float, default=1e9)
    options.add_argument("--worker", choices=["podmix", "librosa"], help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.worker:
        return {"podmix": work_podmix, "librosa": work_librosa}[chosen.worker](chosen.files)
    with tempfile.TemporaryDirectory() as folder:
        files = chosen.files or composed(Path(folder), chosen.minutes * 60)
        speed, highest = report_podmix(files)
        if not chosen.no_librosa:
            peer = apart("librosa", files)
            print(f"librosa beat_track + chroma_cqt: {peer['heard'] / peer['cpu']:.0f} x real time, "
                  f"{peer['mb']:.0f} MB; PodMix is {speed / (peer['heard'] / peer['cpu']):.2f} times as fast")
        if chosen.hours:
            long = repeated(files, chosen.hours * 3600, Path(folder) / "long.wav")
            far = apart("podmix", [long])
            highest = max(highest, far["mb"])
            print(f"one file of {far['heard'] / 3600:.1f} h: {far['heard'] / far['cpu']:.0f} x real time, "
                  f"{far['mb']:.0f} MB")
    return 0 if speed >= chosen.at_least and highest <= chosen.at_most_mb else 1


def report_podmix(files: list[Path]) -> tuple[float, float]:
    found = apart("podmix", files)
    for stage, seconds in sorted(found["stages"].items(), key=lambda pair: -pair[1]):
        print(f"  {stage:16} {1000 * seconds / found['heard']:7.2f} ms a second of audio, "
              f"{100 * seconds / found['work']:5.1f} %")
    speed = float(found["heard"] / found["cpu"])
    print(f"PodMix, everything: {len(files)} files, {found['heard'] / 60:.1f} min, {speed:.0f} x real time on one core "
          f"({found['heard'] / found['work']:.0f} by the clock of its stages, {found['begin']:.1f} s to begin), "
          f"{found['mb']:.0f} MB")
    return speed, float(found["mb"])


def apart(worker: str, files: list[Path]) -> dict:
    """One measurement in a fresh process on one thread."""
    command = [sys.executable, __file__, "--worker", worker, *map(str, files)]
    done = subprocess.run(command, env=os.environ | ONE_THREAD, stdout=subprocess.PIPE, text=True, check=True)
    found: dict = json.loads(done.stdout.splitlines()[-1])
    return found


def work_podmix(files: list[Path]) -> int:
    """CPU time counts, so that other work on the machine does not; what loads with the first sound counts apart."""
    from podmix.music.analysis import analyse, analyse_sound
    from podmix.music.sound import hear

    begin = time.process_time()
    analyse_sound(hear([np.random.default_rng(1).normal(0, 0.1, (RATE * 9, 2)).astype("f4")], RATE))
    list(stream(files[0], end=1.0))
    begin = time.process_time() - begin
    stages: collections.Counter[str] = collections.Counter()
    heard, start = 0.0, time.process_time()
    for path in files:
        found = analyse(path)
        stages.update(found.timings)
        heard += found.duration
    say({"heard": heard, "cpu": time.process_time() - start, "work": sum(stages.values()), "stages": dict(stages),
         "begin": begin})
    return 0


def work_librosa(files: list[Path]) -> int:
    import librosa

    samples, rate = librosa.load(files[0], duration=20.0)  # compiles
    librosa.beat.beat_track(y=samples, sr=rate)
    librosa.feature.chroma_cqt(y=samples, sr=rate)
    heard, start = 0.0, time.process_time()
    for path in files:
        samples, rate = librosa.load(path)
        librosa.beat.beat_track(y=samples, sr=rate)
        librosa.feature.chroma_cqt(y=samples, sr=rate)
        heard += len(samples) / rate
    say({"heard": heard, "cpu": time.process_time() - start})
    return 0


def say(found: dict) -> None:
    scale = 1e6 if sys.platform == "darwin" else 1e3
    print(json.dumps(found | {"mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale}))


def composed(folder: Path, seconds: float) -> list[Path]:
    """Club music of drums, bass and chords by arithmetic, four minutes a file."""
    files = []
    for number in range(max(1, round(seconds / 240))):
        dice = np.random.default_rng(number)
        bpm = float(dice.uniform(90, 150))
        t = np.arange(240 * RATE) / RATE
        beat = t * bpm / 60 % 1 * 60 / bpm
        kick = np.sin(2 * np.pi * 50 * beat) * np.exp(-beat * 12)
        hat = dice.normal(0, 0.1, len(t)) * np.exp(-((beat + 30 / bpm) % (60 / bpm)) * 60)
        root = 110 * 2 ** (np.array([0, 5, 7, 3])[(t * bpm / 960).astype(int) % 4] / 12)
        chord = sum(np.sin(2 * np.pi * np.cumsum(root * ratio) / RATE) for ratio in (1.0, 1.2, 1.5, 2.0)) * 0.1
        sound = (0.5 * (kick + hat + chord * (t % 60 > 15))).astype(np.float32)
        path = folder / f"composed-{number}.ogg"
        encode(np.stack([sound, np.roll(sound, 30)], 1), path)
        files.append(path)
    return files


def encode(frames: np.ndarray, path: Path) -> None:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libvorbis", rate=RATE, layout="stereo")
        for start in range(0, len(frames), RATE):
            block = np.ascontiguousarray(frames[start:start + RATE].T)
            frame = av.AudioFrame.from_ndarray(block, "fltp", "stereo")
            frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def repeated(files: list[Path], seconds: float, path: Path) -> Path:
    """One long file of the others, one after the other, again and again."""
    import soundfile

    left = round(seconds * RATE)
    with soundfile.SoundFile(path, "w", RATE, 2, "PCM_16") as out:
        while left > 0:
            for one in files:
                for block in stream(one, sample_rate=RATE, mono=False):
                    if left > 0:
                        out.write(np.clip(block[:left], -1, 1))
                        left -= len(block)
    return path


if __name__ == "__main__":
    raise SystemExit(main())
