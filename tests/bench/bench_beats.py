# SPDX-License-Identifier: GPL-3.0-or-later
"""Beats, bars and tempo against tracks with known truth, beside librosa (and madmom, where it is installed).

``python tests/bench/bench_beats.py [--data DIR] [--peers librosa,madmom] [--at-least F70=0.92,...]`` runs every system
on one thread in this process, prints the scorer's table, one line a system, and how much faster PodMix is than librosa.
The data and their scorer lie beside the project (``../shared``); the exit code is 1 where PodMix is below
``--at-least``. madmom's weights are for non-commercial use: it is compared with, never shipped.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # before numpy is loaded, which the functions below do

SHARED = Path(__file__).resolve().parents[3] / "shared"
Row = dict[str, object]


def podmix_row(path: Path, model: Path | None = None) -> Row:
    from podmix.music.beats.tracker import track_beats

    found = track_beats(path, model=model)
    return {"tempo": found.tempo, "beats": found.grid.beats, "downbeats": found.grid.downbeats,
            "beats_per_bar": found.grid.beats_per_bar, "timings": found.timings}


def signal_row(path: Path) -> Row:
    return podmix_row(path, Path("no networks here"))


def librosa_row(path: Path) -> Row:
    import librosa

    start = time.perf_counter()
    samples, rate = librosa.load(path)
    tempo, beats = librosa.beat.beat_track(y=samples, sr=rate, units="time")
    return {"tempo": float(tempo[0]), "beats": [float(beat) for beat in beats], "downbeats": [],
            "timings": {"all": time.perf_counter() - start}}


def madmom_row(path: Path) -> Row:
    from madmom.features.downbeats import DBNDownBeatTrackingProcessor, RNNDownBeatProcessor

    start = time.perf_counter()
    found = DBNDownBeatTrackingProcessor(beats_per_bar=[3, 4], fps=100)(RNNDownBeatProcessor()(str(path)))
    return {"tempo": None, "beats": [float(row[0]) for row in found], "timings": {"all": time.perf_counter() - start},
            "downbeats": [float(row[0]) for row in found if row[1] == 1]}


SYSTEMS: dict[str, Callable[[Path], Row]] = {
    "podmix": podmix_row, "signal": signal_row, "librosa": librosa_row, "madmom": madmom_row}


def predict(name: str, tracks: list[Path], target: Path) -> float:
    """One JSON line a track; returns the seconds that all took."""
    SYSTEMS[name](tracks[0])  # loading and compiling are not counted
    began = time.perf_counter()
    with target.open("w", encoding="utf-8") as lines:
        for path in tracks:
            lines.write(json.dumps({"path": str(path), **SYSTEMS[name](path)}) + "\n")
    return time.perf_counter() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=SHARED / "data" / "music")
    parser.add_argument("--peers", default="signal,librosa")
    parser.add_argument("--at-least", default="")
    arguments = parser.parse_args()
    tracks = sorted(path for path in arguments.data.glob("*.ogg") if path.with_suffix(".json").exists())
    if not tracks:
        print(f"no tracks with truth in {arguments.data}")
        return 0
    names = ["podmix", *[name for name in arguments.peers.split(",") if name]]
    with tempfile.TemporaryDirectory() as folder:
        files, spent = [], {}
        for name in names:
            files.append(Path(folder) / f"{name}.json")
            spent[name] = predict(name, tracks, files[-1])
            print(f"{name}: {spent[name]:.1f} s for {len(tracks)} tracks", flush=True)
        if "librosa" in spent:
            print(f"podmix takes {spent['podmix'] / spent['librosa']:.2f} of librosa's time in the same run")
        command = [sys.executable, str(SHARED / "tools" / "score_beats.py"), *map(str, files), "--truth",
                   str(arguments.data), "--by", "both", "--at-least", arguments.at_least]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
