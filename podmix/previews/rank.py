# SPDX-License-Identifier: GPL-3.0-or-later
"""Chooses previews: timeline, vectors, candidates, features, scores, selection - one chain of pure functions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from podmix.previews.boundaries import move_start_back
from podmix.previews.candidates import list_candidates
from podmix.previews.evidence import gather_evidence
from podmix.previews.exclusions import SURE, Exclusions, find_exclusions, span_share
from podmix.previews.features_meaning import (
    MEANING_NAMES,
    EpisodeVectors,
    encode_episode,
    meaning_features,
    span_parts,
)
from podmix.previews.features_sound import sound_evidence
from podmix.previews.features_text import text_features
from podmix.previews.scoring import HEADS, RankerWeights, blend_heads, hand_points, load_weights, predict_heads
from podmix.previews.selection import pick_apart, smooth_over_time
from podmix.previews.timeline import Timeline, build_timeline
from podmix.previews.titles import make_title
from podmix.previews.types import (
    Bools,
    Candidates,
    Doubles,
    Encode,
    Floats,
    Lengths,
    Preview,
    Soundbite,
    SoundFeatures,
)
from podmix.speech.types import Transcript

MOST = 50
SOUNDBITE_S = (30.0, 90.0)
REASONS = {
    "hook": "hook",
    "alone": "stands_alone",
    "payoff": "payoff",
    "interest": "interest",
    "theme": "close_to_topic",
}
"""Head -> the key it has among a preview's reasons."""
NOTES_SENTENCES = 40


@dataclass(frozen=True, slots=True)
class Scored:
    """Candidates with predicted grades ``(spans, heads)``, hand-set evidence and final score ``(spans,)``."""

    spans: Candidates
    grades: Doubles
    evidence: dict[str, Doubles]
    score: Doubles


def rank_previews(
    transcript: Transcript,
    *,
    title: str = "",
    notes: str = "",
    length_s: float = 60,
    top: int = 5,
    encode: Encode | None,
    sound: SoundFeatures | None = None,
    soundbites: Sequence[Soundbite] = (),
    weights: RankerWeights | None = None,
) -> list[Preview]:
    """Previews of an episode, best first, hardly overlapping; fewer than ``top`` if the episode holds fewer.

    Args:
        encode: sentences -> vectors ``(sentences, d)``; None ranks by words alone.
        soundbites: highlights marked by the publisher; those of 30-90 s come first, as they are.
    """
    wanted = max(1, min(MOST, top))
    lengths = Lengths.around(length_s)
    timeline = build_timeline(transcript)
    marked = _usable_soundbites(soundbites, timeline, transcript)[:wanted]
    if not len(timeline):
        return [_bare_soundbite(rank, bite) for rank, bite in enumerate(marked, 1)]
    vectors = encode_episode(timeline, encode, title, split_notes(notes)) if encode is not None else None
    chosen = weights if weights is not None else load_weights()
    spans = list_candidates(timeline, lengths)
    scored = score_spans(timeline, spans, vectors, chosen, lengths, notes=notes, sound=sound)
    previews = [
        _describe(_soundbite_row(timeline, bite, scored), 0, rank, timeline, vectors, title=bite.title)
        for rank, bite in enumerate(marked, 1)
    ]
    taken = [(p.start, p.end) for p in previews]
    room = min(150.0, timeline.duration / (2.5 * wanted))
    rows = pick_apart(scored.score, scored.spans, wanted - len(previews), taken, max(room, lengths.target))
    previews += [_describe(scored, row, rank, timeline, vectors) for rank, row in enumerate(rows, len(previews) + 1)]
    return previews


def split_notes(notes: str) -> list[str]:
    """Sentences of plain-text notes that say something (not links or lists of names), at most ``NOTES_SENTENCES``."""
    parts = re.split(r"(?<=[.!?])\s+|\n+", notes)
    return [p.strip() for p in parts if len(p.split()) >= 4 and "http" not in p and "www." not in p][:NOTES_SENTENCES]


def score_spans(
    timeline: Timeline,
    spans: Candidates,
    vectors: EpisodeVectors | None,
    weights: RankerWeights,
    lengths: Lengths,
    *,
    notes: str = "",
    sound: SoundFeatures | None = None,
) -> Scored:
    """Scores all candidates; those that are mostly sponsor read or goodbye go, unless nothing else is left."""
    excluded = find_exclusions(timeline)
    barred = _barred(timeline, spans, excluded)
    if barred.any() and not barred.all():
        spans = spans.take(~barred)
    evidence = gather_evidence(timeline, spans, excluded, lengths, notes) | sound_evidence(sound, spans)
    names, values, parts = span_features(timeline, spans, vectors)
    grades = predict_heads(weights, names, values, parts)
    score = smooth_over_time(blend_heads(weights, grades) + hand_points(weights, evidence), spans)
    moved = move_start_back(timeline, spans, lengths)
    into = _barred(timeline, moved, excluded)
    first, start = np.where(into, spans.first, moved.first), np.where(into, spans.start, moved.start)
    return Scored(Candidates(first, spans.last, start, spans.end), grades, evidence, score)


def _barred(timeline: Timeline, spans: Candidates, excluded: Exclusions) -> Bools:
    """Which spans are out: a good part is marked, or a twelfth, the first or the last unit is surely a sponsor read."""
    marked = np.maximum(span_share(timeline, excluded.sponsor, spans), span_share(timeline, excluded.ends, spans))
    sure = span_share(timeline, (excluded.sponsor >= SURE).astype(np.float64), spans)
    edge = np.maximum(excluded.sponsor[spans.first], excluded.sponsor[spans.last]) >= SURE
    return np.asarray((marked > 0.35) | (sure > 1 / 12) | edge)


def span_features(
    timeline: Timeline, spans: Candidates, vectors: EpisodeVectors | None
) -> tuple[tuple[str, ...], Floats, Floats | None]:
    """Names, values ``(spans, features)`` and mean vectors ``(spans, 3 d)`` as the weights expect them."""
    names, values = text_features(timeline, spans)
    if vectors is None:
        return names, values, None
    meaning = meaning_features(timeline, spans, vectors)
    return (
        (*names, *MEANING_NAMES),
        np.concatenate([values, meaning], axis=1),
        span_parts(vectors.units, timeline, spans),
    )


def _describe(
    scored: Scored, row: int, rank: int, timeline: Timeline, vectors: EpisodeVectors | None, *, title: str = ""
) -> Preview:
    first, last = int(scored.spans.first[row]), int(scored.spans.last[row])
    texts = timeline.texts[first : last + 1]
    units = vectors.units[first : last + 1] if vectors is not None else None
    return Preview(
        rank=rank,
        start=float(scored.spans.start[row]),
        end=float(scored.spans.end[row]),
        score=round(float(scored.score[row]), 4),
        title=title.strip() or make_title(texts, units, english=timeline.english),
        text=" ".join(texts),
        reasons=_reasons(scored, row, by_publisher=bool(title) or len(scored.score) == 1),
        first_sentence=int(timeline.sentence_first[first : last + 1].min()),
        last_sentence=int(timeline.sentence_last[first : last + 1].max()),
    )


def _reasons(scored: Scored, row: int, *, by_publisher: bool) -> dict[str, float]:
    """Predicted grades as a share of the greatest grade, and the hand-set evidence that speaks for the span."""
    found = {
        name: round(float(np.clip(scored.grades[row, HEADS.index(head)] / 2, 0, 1)), 3)
        for head, name in REASONS.items()
    }
    for name in ("lively_voice", "laughter", "quoted_in_notes", "used_as_teaser"):
        if name in scored.evidence and scored.evidence[name][row] > 0:
            found[name] = round(float(np.clip(scored.evidence[name][row], 0, 1)), 3)
    if by_publisher:
        found["marked_by_publisher"] = 1.0
    return found


def _usable_soundbites(bites: Sequence[Soundbite], timeline: Timeline, transcript: Transcript) -> list[Soundbite]:
    """Those of 30-90 s that lie inside the episode and do not repeat each other."""
    end = max(timeline.duration, transcript.duration if np.isfinite(transcript.duration) else 0.0)
    kept: list[Soundbite] = []
    for bite in bites:
        fits = SOUNDBITE_S[0] <= bite.duration <= SOUNDBITE_S[1] and bite.start >= 0
        inside = not end or bite.start + bite.duration <= end + 1.0
        alone = all(bite.start >= k.start + k.duration or k.start >= bite.start + bite.duration for k in kept)
        if fits and inside and alone:
            kept.append(bite)
    return kept


def _bare_soundbite(rank: int, bite: Soundbite) -> Preview:
    reasons = {"marked_by_publisher": 1.0}
    return Preview(rank, bite.start, bite.start + bite.duration, 0.0, bite.title, "", reasons, 0, 0)


def _soundbite_row(timeline: Timeline, bite: Soundbite, scored: Scored) -> Scored:
    """One row for a publisher's soundbite, with the grades of the candidate nearest to it and a score above all."""
    end = bite.start + bite.duration
    touching = np.flatnonzero((timeline.end > bite.start) & (timeline.start < end))
    near = int(np.searchsorted(timeline.start, bite.start)) if not len(touching) else int(touching[0])
    first = min(near, len(timeline) - 1)
    last = int(touching[-1]) if len(touching) else first
    spans = Candidates(np.array([first]), np.array([last]), np.array([bite.start]), np.array([end]))
    nearest = int(np.argmin(np.abs(scored.spans.start - bite.start) + np.abs(scored.spans.end - end)))
    evidence = {name: values[nearest : nearest + 1] for name, values in scored.evidence.items()}
    return Scored(spans, scored.grades[nearest : nearest + 1], evidence, np.array([float(scored.score.max()) + 1.0]))
