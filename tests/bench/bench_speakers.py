# SPDX-License-Identifier: GPL-3.0-or-later
"""How well and how fast voices are told apart, beside two baselines.

``python tests/bench/bench_speakers.py [FOLDER WITH pretrained.pt] [--quick]`` prints the diarization error rate (DER:
missed, false and confused speech over all speech, overlap counted, no collar; pyannote.metrics) and the error of the
number of speakers for every recording with an RTTM file in the shared test data, and the processor and wall seconds an
hour of audio costs. Baselines: one speaker for everything; and fixed thresholds (speech at probability 0.5, average
linkage cut at cosine 0.75). Exit code 1 where a mean is not better than both baselines'.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from importlib.metadata import files
from itertools import chain, cycle
from pathlib import Path
from unittest.mock import patch

import numpy as np
from pyannote.core import Annotation, Segment
from pyannote.metrics.diarization import DiarizationErrorRate
from scipy.cluster.hierarchy import fcluster, linkage

from podmix.speech import speakers
from podmix.speech.transcribe import decode_speech
from podmix.speech.types import SpeakerTurn
from podmix.speech.voice_encoder import VoiceEncoder

SHARED = Path(__file__).parents[3] / "shared" / "data"
HOUR_S = 3600


def main() -> int:
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    encoder = VoiceEncoder.load(Path(arguments[0]) if arguments else installed())
    groups = {
        "meetings": sorted((SHARED / "speakers").glob("*.flac")),
        "podcasts": [p for p in sorted((SHARED / "podcasts").glob("*.mp3")) if p.with_suffix(".rttm").is_file()],
    }
    worse = False
    for name, recordings in groups.items():
        chosen = recordings[:4] if "--quick" in sys.argv else recordings
        rates = np.array([measured(recording, encoder) for recording in chosen])
        if not len(rates):
            print(f"{name}: no recordings")
            continue
        ours, fixed, single = rates[:, 0].mean(), rates[:, 2].mean(), rates[:, 4].mean()
        print(f"{name}: {len(rates)} recordings, mean DER {ours:.3f}; fixed thresholds {fixed:.3f}, "
              f"one speaker {single:.3f}; speaker count off by {np.abs(rates[:, 1]).mean():.2f} "
              f"(fixed thresholds {np.abs(rates[:, 3]).mean():.2f})", flush=True)
        worse |= not ours < min(fixed, single)
    cost_of_an_hour(groups["podcasts"], encoder)
    return int(worse)


def installed() -> Path:
    """The folder of the published weights, where their package is installed."""
    found = [file for file in files("Resemblyzer") or [] if file.name == "pretrained.pt"]
    return Path(str(found[0].locate())).parent


def measured(recording: Path, encoder: VoiceEncoder) -> tuple[float, int, float, int, float]:
    truth = reference(recording.with_suffix(".rttm"))
    mels, heard = speakers._listen(decode_speech(recording), speakers.Silero())
    ours = speakers.turns_of(mels, heard, encoder)
    with (patch.object(speakers, "_HEARD", 128), patch.object(speakers, "_PAD_S", 0.0),
          patch.object(speakers, "_GAP_S", 0.5), patch.object(speakers, "cluster_voices", fixed_threshold)):
        fixed = speakers.turns_of(*speakers._listen(decode_speech(recording), speakers.Silero()), encoder)
    single = [SpeakerTurn(0.0, len(heard) / 100, "S1")]
    voices = len(truth.labels())
    row = (rate(truth, ours), count(ours) - voices, rate(truth, fixed), count(fixed) - voices, rate(truth, single))
    print(f"  {recording.stem}: DER {row[0]:.3f} (fixed {row[2]:.3f}, one speaker {row[4]:.3f}), "
          f"{count(ours)} of {voices} voices (fixed {count(fixed)})", flush=True)
    return row


def fixed_threshold(vectors: np.ndarray, *_: object) -> np.ndarray:
    if len(vectors) < 2:
        return np.zeros(len(vectors), np.int64)
    return fcluster(linkage(vectors, "average", "cosine"), 0.25, "distance").astype(np.int64) - 1


def reference(rttm: Path) -> Annotation:
    truth = Annotation()
    for index, line in enumerate(rttm.read_text(encoding="utf-8").splitlines()):
        fields = line.split()
        start = float(fields[3])
        truth[Segment(start, start + float(fields[4])), index] = fields[7]
    return truth


def rate(truth: Annotation, turns: Sequence[SpeakerTurn]) -> float:
    heard = Annotation()
    for index, turn in enumerate(turns):
        heard[Segment(turn.start, turn.end), index] = turn.speaker
    return float(DiarizationErrorRate(collar=0.0, skip_overlap=False)(truth, heard))


def count(turns: Sequence[SpeakerTurn]) -> int:
    return len({turn.speaker for turn in turns})


def cost_of_an_hour(recordings: Sequence[Path], encoder: VoiceEncoder) -> None:
    """An hour's worth of recordings one after another, as one episode, from the compressed files on."""
    if not recordings:
        return

    def hour(_: Path):
        left = HOUR_S * 16_000
        for block in chain.from_iterable(decode_speech(recording) for recording in cycle(recordings)):
            yield block[:left]
            left -= len(block)
            if left <= 0:
                return

    wall, used = time.perf_counter(), time.process_time()
    turns = speakers.diarize(recordings[0], encoder, decode=hour)
    print(f"an hour of audio: {time.perf_counter() - wall:.1f} s, {time.process_time() - used:.1f} processor seconds, "
          f"{count(turns)} voices in {len(turns)} turns")


if __name__ == "__main__":
    sys.exit(main())
