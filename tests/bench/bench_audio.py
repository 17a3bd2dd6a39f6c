# SPDX-License-Identifier: GPL-3.0-or-later
"""Speed of decoding, features, clips and playback: ``python tests/bench/bench_audio.py FILE [--monitor SECONDS]``.

Prints times real (x) and CPU seconds per hour of sound; without FILE it makes five minutes of noise.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from podmix.audio.clip import cut_clip
from podmix.audio.decode import decoded_duration, stream
from podmix.audio.encode import write_clip
from podmix.audio.peaks import read_peaks
from podmix.audio.speech_features import speech_features
from podmix.playback.client import PlaybackClient
from podmix.playback.item_source import ItemJob, item_chunks
from podmix.playback.protocol import EngineOptions, Item


def timed(name: str, seconds: float, work: Callable[[], object]) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{name:<34} {seconds / wall:8.0f} x real time   {cpu * 3600 / seconds:7.2f} CPU s per hour")


def drain(blocks: Iterator[object]) -> None:
    for _ in blocks:
        pass


def bench_playback(path: str) -> None:
    begin = time.perf_counter()
    with PlaybackClient(EngineOptions(null_audio=True)) as client:
        client.load(path, play=True)
        while not (client.state.playing and client.state.position_s > 0):
            client.poll(0.01)
        print(f"{'engine start to first sound':<34} {time.perf_counter() - begin:8.2f} s")
        client.warm([Item(path, 60.0)])
        wait = time.perf_counter() + 1.0
        while time.perf_counter() < wait:
            client.poll(0.05)
        for name, act in (("seek", lambda: client.seek(30.0)), ("swipe to preloaded", lambda: client.load(path, 60.0)),
                          ("swipe to not preloaded", lambda: client.load(path, 90.0))):
            begin = time.perf_counter()
            act()
            at = client.state.position_s
            while client.state.position_s <= at:
                client.poll(0.002)
            print(f"{name + ' to moving position':<34} {1000 * (time.perf_counter() - begin):8.0f} ms")
        pid = client.engine_pid
        before, begin = _cpu_of(pid), time.perf_counter()
        while time.perf_counter() - begin < 5:
            client.poll(0.05)
        used = _cpu_of(pid) - before
        print(f"{'engine CPU while playing':<34} {100 * used / 5:8.1f} % of a core")
        print(f"{'engine memory':<34} {_memory_of(pid):8.0f} MB")


def _cpu_of(pid: int | None) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _memory_of(pid: int | None) -> float:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?")
    path = parser.parse_args().file
    with tempfile.TemporaryDirectory() as folder:
        if path is None:
            noise = (0.1 * np.random.default_rng(0).normal(size=300 * 48_000)).astype(np.float32)
            path = str(write_clip(noise, 48_000, Path(folder) / "noise.mp3"))
        seconds = decoded_duration(path)
        timed("decode", seconds, lambda: drain(stream(path)))
        timed("decode to 16 kHz mono", seconds, lambda: drain(stream(path, sample_rate=16_000)))
        timed("length by packets", seconds, lambda: decoded_duration(path))
        timed("peaks", seconds, lambda: read_peaks(path))
        blocks = list(stream(path, sample_rate=16_000))
        timed("speech features (decoded)", seconds, lambda: speech_features(blocks))
        end = min(60.0, seconds)
        timed("cut and level a clip", end, lambda: cut_clip(path, 0.0, end))
        clip = cut_clip(path, 0.0, end)
        for suffix in (".ogg", ".mp3", ".m4a"):
            timed(f"write {suffix}", end, lambda s=suffix: write_clip(clip.samples, 48_000, Path(folder) / f"c{s}"))
        for speed in (1.0, 1.5, 3.0):
            timed(f"filler at speed {speed}", seconds,
                  lambda v=speed: drain(item_chunks(ItemJob(Item(path), 0.0, v), 48_000)))
        bench_playback(path)


if __name__ == "__main__":
    main()
