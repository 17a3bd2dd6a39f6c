# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys of composed music with exactly known keys, beside librosa and Essentia, in one run.

``python tests/bench/bench_key.py --data DIR [--peers librosa,essentia] [--peer-path DIR] [--at-least 0.75]`` reads the
test pieces of ``python -m podmix.lab.key_examples --out DIR`` (sound banks that no training piece uses, detuned by up
to half a semitone) and prints for every system: MIREX weighted (a fifth counts upwards only), exact, what the errors
are, weighted on the pieces in plain major or minor, and the speed. librosa has no key finder: Krumhansl's profiles are
correlated with the mean of its ``chroma_cqt``, as its users do. Essentia (AGPL) is compared with and never a
dependency; ``--peer-path`` is a folder it was installed to. The exit code is 1 below ``--at-least``. For
speeds on one thread set OMP_NUM_THREADS, OPENBLAS_NUM_THREADS and NUMBA_NUM_THREADS to 1.
"""

from __future__ import annotations

import argparse
import collections
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from podmix.lab.key_examples import KeyExample, load
from podmix.lab.key_metrics import kind_of_answer, mirex_score
from podmix.music.key.evidence import gather
from podmix.music.key.finder import find_key, profile_chances
from podmix.music.key.names import key_number
from podmix.music.key.profiles import PROFILES, rotated
from podmix.music.tones import RATE, tones_of

System = Callable[[KeyExample], int | None]


def podmix(piece: KeyExample) -> int | None:
    found = find_key(tones_of(piece.sound))
    return None if found.key is None else key_number(found.key)


def profiles(name: str) -> System:
    return lambda piece: int(profile_chances(gather(tones_of(piece.sound)), name).argmax())


def librosa_key(piece: KeyExample) -> int:
    import librosa

    chroma = librosa.feature.chroma_cqt(y=piece.sound, sr=RATE).mean(1)
    return int((rotated("krumhansl") @ (chroma - chroma.mean())).argmax())


def essentia_key(profile: str) -> System:
    import essentia
    import essentia.standard as standard
    import soxr

    essentia.log.infoActive = essentia.log.warningActive = False
    extractor = standard.KeyExtractor(profileType=profile, sampleRate=44100)

    def find(piece: KeyExample) -> int:
        note, scale, _ = extractor(soxr.resample(piece.sound, RATE, 44100))
        return key_number(f"{note} {scale}")

    return find


def systems(peers: str) -> dict[str, System]:
    chosen: dict[str, System] = {"PodMix": podmix} | {f"profiles: {name}": profiles(name) for name in PROFILES}
    if "librosa" in peers:
        chosen["librosa chroma_cqt"] = librosa_key
    if "essentia" in peers:
        chosen |= {f"Essentia {profile}": essentia_key(profile) for profile in ("edma", "bgate")}
    return chosen


def measure(name: str, system: System, pieces: list[KeyExample]) -> float:
    start = time.perf_counter()
    answers = [(key_number(piece.key), system(piece), piece.mode) for piece in pieces]
    spent = time.perf_counter() - start
    scores = np.array([mirex_score(truth, found) for truth, found, _ in answers])
    plain = np.array([mode in ("major", "minor") for *_, mode in answers])
    kinds = collections.Counter(kind_of_answer(truth, found) for truth, found, _ in answers)
    shares = " ".join(f"{kinds[kind] / len(answers):6.3f}" for kind in
                      ("exact", "fifth", "fourth", "relative", "parallel", "other"))
    seconds = sum(len(piece.sound) for piece in pieces) / RATE
    print(f"{name:22} {scores.mean():8.3f} {shares} {scores[plain].mean():8.3f} {seconds / spent:7.0f}")
    return float(scores.mean())


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--peers", default="librosa")
    options.add_argument("--peer-path", default="")
    options.add_argument("--at-least", type=float, default=0.0)
    options.add_argument("--most", type=int, default=10_000)
    chosen = options.parse_args()
    if chosen.peer_path:
        sys.path.append(chosen.peer_path)
    pieces = [load(path) for path in sorted(chosen.data.glob("test-*.npz"))[:chosen.most]]
    print(f"{len(pieces)} pieces, {sum(len(p.sound) for p in pieces) / RATE / 60:.0f} min, "
          f"{len({p.style for p in pieces})} styles")
    print(f"{'':22} weighted  exact  fifth fourth  relat. parall. other  plain  x real time")
    results = {name: measure(name, system, pieces) for name, system in systems(chosen.peers).items()}
    flat = [find_key(load(path).tones).confidence for path in sorted(chosen.data.glob("drums-*.npz"))]
    sure = [find_key(piece.tones).confidence for piece in pieces]
    print(f"confidence: median {np.median(sure):.2f} on pieces, {np.median(flat) if flat else 0:.2f} on drums alone")
    for low, high in ((0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.01)):
        inside = [p for p, c in zip(pieces, sure, strict=True) if low <= c < high]
        right = np.mean([podmix(p) == key_number(p.key) for p in inside]) if inside else 0.0
        print(f"  said {low:.1f}-{min(high, 1):.1f}: {len(inside):4} pieces, right {right:.2f}")
    return 0 if results["PodMix"] >= chosen.at_least else 1


if __name__ == "__main__":
    raise SystemExit(main())
