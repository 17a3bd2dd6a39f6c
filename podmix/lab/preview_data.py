# SPDX-License-Identifier: GPL-3.0-or-later
"""The graded passages as the ranker sees them: timelines, spans, grades, folds.

The data has no times; 155 words a minute is its clock, as its own README proposes.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from podmix.previews.scoring import HEADS
from podmix.previews.timeline import Timeline, build_timeline
from podmix.previews.types import Candidates, Doubles, Ints
from podmix.speech.types import Sentence, Transcript

WORDS_A_MINUTE = 155.0


@dataclass(frozen=True, slots=True)
class GradedEpisode:
    """One episode with its graded spans; ``grades`` is ``(spans, len(HEADS))``."""

    id: str
    show: str
    title: str
    notes: str
    timeline: Timeline
    spans: Candidates
    grades: Doubles


def load_graded(folder: Path) -> list[GradedEpisode]:
    """All episodes of ``episodes.jsonl.gz`` with the passages of ``windows.jsonl``."""
    windows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in (folder / "windows.jsonl").read_text(encoding="utf-8").splitlines():
        window = json.loads(line)
        windows[window["id"]].append(window)
    with gzip.open(folder / "episodes.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [
            _graded(episode, windows[episode["id"]]) for episode in map(json.loads, lines) if episode["id"] in windows
        ]


def _graded(episode: dict[str, Any], windows: list[dict[str, Any]]) -> GradedEpisode:
    timeline = build_timeline(_with_times(episode["sentences"]))
    windows = sorted(windows, key=lambda w: (w["first_sentence"], w["last_sentence"]))
    first = np.searchsorted(timeline.sentence_first, [w["first_sentence"] for w in windows])
    last = np.searchsorted(timeline.sentence_last, [w["last_sentence"] for w in windows], side="right") - 1
    spans = Candidates(first, last, timeline.start[first], timeline.end[last])
    grades = np.array([[w[head] for head in HEADS] for w in windows], dtype=np.float64)
    return GradedEpisode(episode["id"], episode["show"], episode["title"], episode["notes"], timeline, spans, grades)


def _with_times(sentences: list[list[Any]]) -> Transcript:
    clock = 0.0
    timed = []
    for speaker, text, *known in sentences:
        if len(known) == 2:  # data of the library has times
            clock = max(clock, float(known[1]))
            timed.append(Sentence(text, float(known[0]), float(known[1]), speaker or None))
            continue
        length = max(1, len(text.split())) / WORDS_A_MINUTE * 60
        timed.append(Sentence(text, clock, clock + length, speaker or None))
        clock += length
    return Transcript(tuple(timed), "en", clock, "graded")


def needed_units(episode: GradedEpisode, context: int = 8) -> Ints:
    """Units that the features of the graded spans look at: the spans and what stands just before and after."""
    marks = np.zeros(len(episode.timeline), dtype=np.bool_)
    for first, last in zip(episode.spans.first, episode.spans.last, strict=True):
        marks[max(0, first - context) : last + context + 1] = True
    return np.flatnonzero(marks)


def episode_folds(episodes: list[GradedEpisode], count: int = 8) -> Ints:
    """Fold of each episode, shuffled with a fixed seed."""
    order = np.random.default_rng(0).permutation(len(episodes))
    folds = np.zeros(len(episodes), dtype=np.int64)
    folds[order] = np.arange(len(episodes)) % count
    return folds


def show_folds(episodes: list[GradedEpisode]) -> Ints:
    """One fold a show."""
    shows = sorted({episode.show for episode in episodes})
    return np.array([shows.index(episode.show) for episode in episodes], dtype=np.int64)
