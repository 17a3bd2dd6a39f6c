# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole-episode preview beside plain ``BatchedInferencePipeline``: same file, model files, machine and run.

    python tests/bench/bench_preview.py [AUDIO] [--model tiny.en] [--rounds 3] [--quick]

Both leave model loading out (everything is loaded by a first, uncounted round) and both decode the file themselves.
Prints the ratios of the medians, wall and processor time (the latter says more on a busy machine), every stage, and
what remains after transcription, also scaled to an hour: the work on the five clips does not grow, the rest does (too
much for the voices, whose windows are bounded: name an hour's file to know).
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from bench_transcribe import default_audio

from podmix.app import preview_pipeline
from podmix.app.direct_preview import Direct, DirectRequest
from podmix.models.store import ModelStore
from podmix.paths import find_home
from podmix.progress import finish
from podmix.speech.whisper import usable_cores

MOST_RATIO = 1.15
MOST_LEFT_S = 10.0
FIXED = ("words",)  # five clips, however long the episode
BEFORE = ("open", "transcribe")
Stages = dict[str, tuple[float, float]]


@contextmanager
def stage_clocks(spent: Stages) -> Iterator[None]:
    """Adds processor time to the pipeline's own stage times: name -> (wall, processor) seconds."""
    original = preview_pipeline._Run.stage

    @contextmanager
    def stage(self: preview_pipeline._Run, name: str) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.process_time()
        with original(self, name):
            yield
        before = spent.get(name, (0.0, 0.0))
        spent[name] = (before[0] + time.perf_counter() - wall, before[1] + time.process_time() - cpu)

    with patch.object(preview_pipeline._Run, "stage", stage):
        yield


def timed(work: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("audio", type=Path, nargs="?")
    parser.add_argument("--model", default="tiny.en", help="a Whisper size")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one round")
    chosen = parser.parse_args()
    audio = chosen.audio or default_audio()
    language = "en" if chosen.model.endswith(".en") else None
    spent: list[Stages] = []
    with tempfile.TemporaryDirectory() as folder:
        home = find_home(folder)
        plain = _plain(finish(ModelStore(home.models, offline_only=True).ensure(f"whisper-{chosen.model}")))
        with Direct(home, model=chosen.model, length_s=60.0, top=5) as direct:
            request = DirectRequest(str(audio), language=language)
            answer = finish(direct.preview(request))  # warm
            rounds = []
            for _ in range(1 if chosen.quick else chosen.rounds):
                spent.append({})
                theirs = timed(lambda: plain(audio, language))
                with stage_clocks(spent[-1]):
                    rounds.append((theirs, timed(lambda: finish(direct.preview(request)))))
    print(f"{audio.name}, {answer['duration'] / 60:.1f} min, {chosen.model}, load {os.getloadavg()[0]:.1f}")
    return _report(rounds, spent, answer["duration"])


def _plain(folder: Path) -> Callable[[Path, str | None], int]:
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=usable_cores())

    def run(audio: Path, language: str | None) -> int:
        segments, _ = BatchedInferencePipeline(model).transcribe(str(audio), language=language)
        return sum(len(segment.text.split()) for segment in segments)

    return run


def _report(rounds: list[tuple[tuple[float, float], tuple[float, float]]], spent: list[Stages],
            duration: float) -> int:
    stages = {name: tuple(statistics.median(one[name][i] for one in spent) for i in (0, 1)) for name in spent[0]}
    for name, (wall, cpu) in stages.items():
        print(f"  {name:12s} {wall:7.2f} s wall {cpu:7.2f} s processor")
    over = False
    for index, clock in enumerate(("wall", "processor")):
        theirs, mine = (statistics.median(pair[side][index] for pair in rounds) for side in (0, 1))
        after = {name: times[index] for name, times in stages.items() if name not in BEFORE}
        hour = sum(s if name in FIXED else s * max(1.0, 3600 / duration) for name, s in after.items())
        print(f"whole-episode preview, {clock}: plain pipeline {theirs:.1f} s, preview {mine:.1f} s, ratio"
              f" {mine / theirs:.2f} (at most {MOST_RATIO}); after transcription {sum(after.values()):.1f} s,"
              f" an hour's at most {hour:.1f} s" + ("" if index else f" (limit {MOST_LEFT_S:.0f} on two idle cores)"))
        over |= mine > MOST_RATIO * theirs
    return int(over)


if __name__ == "__main__":
    raise SystemExit(main())
