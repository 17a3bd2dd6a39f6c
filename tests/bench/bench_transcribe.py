# SPDX-License-Identifier: GPL-3.0-or-later
"""Transcription beside plain ``BatchedInferencePipeline``: same file, model, machine and run.

    python tests/bench/bench_transcribe.py [AUDIO] [--model whisper-tiny.en] [--minutes 6] [--rounds 3] [--memory]

Prints the ratio of the medians (wall and CPU time), word counts, and with ``--memory`` the peak of this process after
``--minutes`` of streamed audio, the plain pipeline left out. Without AUDIO the demo's or the shared test data is used.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from podmix.models.store import ModelStore
from podmix.progress import finish
from podmix.speech.transcribe import decode_speech, transcribe
from podmix.speech.types import Transcript
from podmix.speech.voice_activity import RATE, Samples
from podmix.speech.whisper import load_whisper

ROOT = Path(__file__).parents[2]


def default_audio() -> Path:
    places = [*sorted((ROOT.parent / "shared" / "data" / "podcasts").glob("p0?_e0?.mp3")),
              *sorted((ROOT / "resources" / "demo" / "audio").glob("*.opus"))]
    if not places:
        sys.exit("No audio: name a file.")
    return places[1 % len(places)]


def minutes_of(path: Path, minutes: float) -> Iterator[Samples]:
    """The file, again and again, until there are so many minutes."""
    left = int(minutes * 60 * RATE)
    for block in itertools.chain.from_iterable(decode_speech(path) for _ in itertools.count()):
        yield block[:left]
        left -= len(block)
        if left <= 0:
            return


def timed(run: Callable[[], int]) -> tuple[float, float, int]:
    wall, cpu = time.perf_counter(), time.process_time()
    words = run()
    return time.perf_counter() - wall, time.process_time() - cpu, words


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("audio", type=Path, nargs="?")
    parser.add_argument("--model", default="whisper-tiny.en")
    parser.add_argument("--minutes", type=float, default=6.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", action="store_true")
    chosen = parser.parse_args()
    audio = chosen.audio or default_audio()
    with tempfile.TemporaryDirectory() as folder:
        whisper = load_whisper(finish(ModelStore(Path(folder), offline_only=True).ensure(chosen.model)))
        checkpoint = Path(folder) / "checkpoint.jsonl"

        def ours() -> int:
            checkpoint.unlink(missing_ok=True)
            steps = transcribe(audio, whisper, language="en", checkpoint=checkpoint,
                               decode=lambda path: minutes_of(path, chosen.minutes))
            made: Transcript = finish(steps)  # type: ignore[arg-type]
            return len(made.text.split())

        def plain() -> int:
            from faster_whisper import BatchedInferencePipeline

            samples = np.concatenate(list(minutes_of(audio, chosen.minutes)))
            segments, _ = BatchedInferencePipeline(whisper._model).transcribe(samples, language="en")
            return sum(len(segment.text.split()) for segment in segments)

        if chosen.memory:
            wall, _, words = timed(ours)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"{chosen.minutes:.0f} min, {words} words in {wall:.0f} s; peak {peak:.0f} MiB (limit 1526)")
            return
        timed(ours)  # warm
        rounds = [(timed(plain), timed(ours)) for _ in range(chosen.rounds)]
    for name, index in (("wall", 0), ("cpu", 1)):
        theirs, mine = (statistics.median(pair[side][index] for pair in rounds) for side in (0, 1))
        print(f"{name}: plain {theirs:.1f} s, ours {mine:.1f} s, ratio {mine / theirs:.2f} (limit 1.15)")
    theirs, mine = (rounds[0][side][2] for side in (0, 1))
    print(f"words: plain {theirs}, ours {mine}; {chosen.model}, {chosen.minutes:g} min of {audio.name}")


if __name__ == "__main__":
    main()
