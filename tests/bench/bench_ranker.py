# SPDX-License-Identifier: GPL-3.0-or-later
"""How long choosing previews takes for an hour of talk, stage by stage.

``python tests/bench/bench_ranker.py [ENCODER_FOLDER]``: prints seconds a stage; exit code 1 when everything but
encoding takes more than 1.5 s of processor time (the clock's time says more about what else runs). Without an
encoder folder (model.onnx, tokenizer.json) vectors are random.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from podmix.previews.candidates import list_candidates
from podmix.previews.evidence import gather_evidence
from podmix.previews.exclusions import find_exclusions
from podmix.previews.features_meaning import encode_episode, meaning_features, span_parts
from podmix.previews.features_text import text_features
from podmix.previews.rank import rank_previews
from podmix.previews.scoring import load_weights, predict_heads
from podmix.previews.timeline import build_timeline
from podmix.previews.types import Lengths
from podmix.speech.types import Sentence, Transcript

LIMIT_S = 1.5
TALK = """the a and but so I you we they was is had never always because story people mother money war love problem
remember night house really that it this what if one thousand city said laughing question reason river door music"""
WORDS = TALK.split()
Result = TypeVar("Result")


def hour_of_talk(sentences: int = 700) -> Transcript:
    dice = random.Random(1)
    clock, made = 0.0, []
    for _ in range(sentences):
        words = dice.choices(WORDS, k=dice.randint(4, 24))
        end = clock + len(words) / 2.75
        made.append(Sentence(" ".join(words).capitalize() + ".", clock, end, f"S{dice.randint(1, 2)}"))
        clock = end + 0.2
    return Transcript(tuple(made), "en", clock, "bench")


def timed(name: str, work: Callable[[], Result], spent: dict[str, float]) -> Result:
    began, busy = time.perf_counter(), time.process_time()
    result = work()
    spent[name] = time.process_time() - busy
    print(f"{name:28s} {spent[name]:7.3f} s of processor, {time.perf_counter() - began:.3f} s on the clock")
    return result


def main() -> int:
    transcript = hour_of_talk()
    spent: dict[str, float] = {}

    def encode(texts: list[str]) -> np.ndarray:
        return np.random.default_rng(0).standard_normal((len(texts), 384)).astype(np.float32)

    if len(sys.argv) > 1:
        from podmix.models.sentences import SentenceEncoder

        encode = SentenceEncoder.load(Path(sys.argv[1])).encode
        encode(["warm"])
    weights = timed("load weights", load_weights, spent)
    timeline = timed("timeline", lambda: build_timeline(transcript), spent)
    vectors = timed("encode", lambda: encode_episode(timeline, encode, "A title", []), spent)
    spans = timed("candidates", lambda: list_candidates(timeline, Lengths()), spent)
    excluded = timed("exclusions", lambda: find_exclusions(timeline), spent)
    timed("evidence", lambda: gather_evidence(timeline, spans, excluded, Lengths(), ""), spent)
    names, values = timed("text features", lambda: text_features(timeline, spans), spent)
    timed("meaning features", lambda: meaning_features(timeline, spans, vectors), spent)
    parts = timed("mean vectors", lambda: span_parts(vectors.units, timeline, spans), spent)
    timed("score", lambda: predict_heads(weights, names, values, parts), spent)
    known = dict(zip(timeline.texts, vectors.units, strict=True))
    blank = np.zeros(vectors.units.shape[1], dtype=np.float32)
    whole = timed(
        "everything but encoding",
        lambda: rank_previews(transcript, encode=lambda texts: np.stack([known.get(t, blank) for t in texts])),
        spent,
    )
    rest = spent["everything but encoding"]
    print(f"{len(timeline)} units, {len(spans)} spans, {len(whole)} previews")
    print(f"limit {LIMIT_S} s, ratio {rest / LIMIT_S:.2f}")
    return int(rest > LIMIT_S)


if __name__ == "__main__":
    raise SystemExit(main())
