# SPDX-License-Identifier: GPL-3.0-or-later
"""What sentence vectors say about a span: what it is about, how it hangs together, what surrounds it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from podmix.previews.features_text import span_sums
from podmix.previews.timeline import Timeline
from podmix.previews.types import Candidates, Doubles, Encode, Floats

MEANING_NAMES = (
    "central", "near_title", "near_notes", "holds_together", "new_subject", "opens_on_subject", "closes_on_subject",
    "surprise_inside",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EpisodeVectors:
    """Vectors of unit length: ``units (units, d)``, ``title (d,)`` or None, ``notes (sentences, d)``."""

    units: Floats
    title: Floats | None
    notes: Floats


def encode_episode(timeline: Timeline, encode: Encode, title: str, notes: list[str]) -> EpisodeVectors:
    """All vectors of an episode in one call, so that the encoder can batch them."""
    extra = ([title] if title.strip() else []) + notes
    vectors = unit_length(np.asarray(encode([*timeline.texts, *extra]), dtype=np.float32))
    count = len(timeline)
    has_title = len(extra) > len(notes)
    return EpisodeVectors(
        units=vectors[:count],
        title=vectors[count] if has_title else None,
        notes=vectors[count + int(has_title) :],
    )


def unit_length(vectors: Floats) -> Floats:
    """Rows scaled to length 1; rows of zeros or with NaN become zeros."""
    clean = np.nan_to_num(vectors.astype(np.float32))
    norms = np.linalg.norm(clean, axis=-1, keepdims=True)
    return np.asarray(clean / np.maximum(norms, 1e-6), dtype=np.float32)


def span_means(vectors: Floats, timeline: Timeline, spans: Candidates) -> Floats:
    """Mean vector of each span weighted by words: ``(spans, d)``; its length shows how alike its sentences are."""
    weights = timeline.words.astype(np.float64)[:, None]
    total = span_sums(weights, spans)
    return (span_sums(vectors * weights, spans) / np.maximum(1.0, total)).astype(np.float32)


def edge_spans(spans: Candidates, units: int) -> tuple[Candidates, Candidates]:
    """The first and the last ``units`` units of each span, as spans."""
    head = Candidates(spans.first, np.minimum(spans.last, spans.first + units - 1), spans.start, spans.end)
    tail = Candidates(np.maximum(spans.first, spans.last - units + 1), spans.last, spans.start, spans.end)
    return head, tail


def span_parts(vectors: Floats, timeline: Timeline, spans: Candidates) -> Floats:
    """Mean of the whole span, of its opening two and its closing two units, side by side: ``(spans, 3 d)``."""
    head, tail = edge_spans(spans, 2)
    return np.concatenate([span_means(vectors, timeline, part) for part in (spans, head, tail)], axis=1)


def meaning_features(timeline: Timeline, spans: Candidates, vectors: EpisodeVectors) -> Floats:
    """Closeness values per span, ``(spans, len(MEANING_NAMES))``, each relative to the episode's own average."""
    whole = span_means(vectors.units, timeline, spans)
    cohesion = np.linalg.norm(whole, axis=1)
    span = unit_length(whole)
    head, tail = edge_spans(spans, 1)
    before, _ = edge_spans(_shifted(spans, -8), 8)
    episode = (vectors.units * timeline.words[:, None]).sum(axis=0) / max(1, int(timeline.words.sum()))
    episode = unit_length(episode[None].astype(np.float32))[0]
    previous = unit_length(span_means(vectors.units, timeline, before))
    steps = np.concatenate([[0.0], 1 - (vectors.units[1:] * vectors.units[:-1]).sum(axis=1)])
    columns = [
        span @ episode,
        _closeness(span, episode, vectors.title[None] if vectors.title is not None else vectors.units[:0]),
        _closeness(span, episode, vectors.notes),
        cohesion,
        1 - (span * previous).sum(axis=1),
        (unit_length(span_means(vectors.units, timeline, head)) * span).sum(axis=1),
        (unit_length(span_means(vectors.units, timeline, tail)) * span).sum(axis=1),
        span_sums(steps[:, None], spans)[:, 0] / (spans.last - spans.first + 1),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _shifted(spans: Candidates, by: int) -> Candidates:
    """Spans of the units just before each span."""
    first = np.maximum(0, spans.first + by)
    return Candidates(first, np.maximum(first, spans.first - 1), spans.start, spans.end)


def _closeness(span: Floats, episode: Floats, texts: Floats) -> Doubles:
    """Mean of the three greatest cosines with given texts, less what the episode as a whole has: ``(spans,)``."""
    if not len(texts):
        return np.zeros(len(span))
    take = min(3, len(texts))
    each = np.sort(span @ texts.T, axis=1)[:, -take:].mean(axis=1)
    whole = np.sort(texts @ episode)[-take:].mean()
    return np.asarray(each - whole, dtype=np.float64)
