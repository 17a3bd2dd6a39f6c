# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the preview ranker on graded passages and compares it with plain choices.

``python -m podmix.lab.preview_training --data DIR --out DIR --encoder DIR`` writes ``weights.json``, ``metrics.json``
and ``README.md`` (the model card). The model is one ridge regression for all six grades on three blocks (plain text,
closeness, mean vectors); each block is scaled to the same total variance first, so that one penalty fits all.
Everything is deterministic.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeAlias, cast
from zipfile import BadZipFile

import numpy as np

from podmix.lab.preview_card import write_card
from podmix.lab.preview_data import GradedEpisode, episode_folds, load_graded, needed_units, show_folds
from podmix.lab.ranking_metrics import measure_ranking
from podmix.paths import atomic_write
from podmix.previews.evidence import HAND, gather_evidence
from podmix.previews.exclusions import find_exclusions
from podmix.previews.features_meaning import MEANING_NAMES, EpisodeVectors, unit_length
from podmix.previews.rank import span_features, split_notes
from podmix.previews.scoring import HEADS, RankerWeights, blend_heads, predict_heads, save_weights
from podmix.previews.types import Doubles, Encode, Floats, Ints, Lengths

PENALTY = 4.0
FEATURE_SHARE = 0.8
PART_SHARES = (1.0, 0.5, 0.5)
"""How much the mean vectors of the span, its opening and its closing count."""
BLEND = {"overall": 0.5, "interest": 0.2, "hook": 0.1, "alone": 0.1, "payoff": 0.1, "theme": 0.05}
LEFT_OUT = ("place", "middle")
"""Features not used: where in an episode the best is differs between shows; only the two ends are known to be bad."""


@dataclass(frozen=True, slots=True)
class Table:
    """All graded spans: features ``(n, k)``, mean vectors ``(n, 3 d)``, grades ``(n, heads)``, hand points ``(n,)``."""

    names: tuple[str, ...]
    features: Doubles
    vectors: Doubles
    grades: Doubles
    hand: Doubles
    episode: Ints
    by_episode: Ints
    by_show: Ints
    starts: Doubles


Predict: TypeAlias = Callable[[Table, Ints, Ints], Doubles]
"""Table, training rows, test rows -> one score for each test row."""


def build_table(episodes: list[GradedEpisode], encode: Encode) -> Table:
    """Features of every graded span; only sentences in and around spans are encoded."""
    blocks = [_episode_block(episode, encode) for episode in episodes]
    sizes = [len(episode.spans) for episode in episodes]
    names = blocks[0][0]
    return Table(
        names=names,
        features=np.concatenate([b[1] for b in blocks]).astype(np.float64),
        vectors=np.concatenate([b[2] for b in blocks]).astype(np.float64),
        grades=np.concatenate([e.grades for e in episodes]),
        hand=np.concatenate([b[3] for b in blocks]),
        episode=np.repeat(np.arange(len(episodes)), sizes),
        by_episode=np.repeat(episode_folds(episodes), sizes),
        by_show=np.repeat(show_folds(episodes), sizes),
        starts=np.concatenate([e.spans.start for e in episodes]),
    )


def _episode_block(episode: GradedEpisode, encode: Encode) -> tuple[tuple[str, ...], Floats, Floats, Doubles]:
    wanted = needed_units(episode)
    notes = split_notes(episode.notes)
    title = [episode.title] if episode.title else []
    texts = [episode.timeline.texts[u] for u in wanted]
    found = unit_length(np.asarray(encode([*texts, *title, *notes]), dtype=np.float32))
    units = np.zeros((len(episode.timeline), found.shape[1]), dtype=np.float32)
    units[wanted] = found[: len(wanted)]
    vectors = EpisodeVectors(
        units, found[len(wanted)] if title else None, found[len(found) - len(notes) :] if notes else found[:0]
    )
    names, values, parts = span_features(episode.timeline, episode.spans, vectors)
    assert parts is not None
    excluded = find_exclusions(episode.timeline)
    evidence = gather_evidence(episode.timeline, episode.spans, excluded, Lengths(), "")
    points = sum((HAND[name] * evidence[name] for name in evidence if name != "off_length"), np.zeros(len(values)))
    kept = [k for k, name in enumerate(names) if name not in LEFT_OUT]
    return tuple(names[k] for k in kept), values[:, kept], parts, np.asarray(points)


def fit(table: Table, rows: Ints, *, features: float = FEATURE_SHARE, vectors: float = 1.0) -> RankerWeights:
    """Ridge regression of all heads on the given rows; a share of 0 leaves a block out."""
    centre, scale = table.features[rows].mean(axis=0), table.features[rows].std(axis=0) + 1e-3
    middle = table.vectors[rows].mean(axis=0)
    per_feature = features / np.sqrt(len(table.names))
    per_part = vectors * _part_scales(table.vectors[rows] - middle)
    standard = np.clip((table.features[rows] - centre) / scale, -4, 4)
    grid = np.concatenate([standard * per_feature, (table.vectors[rows] - middle) * per_part], axis=1)
    bias = table.grades[rows].mean(axis=0)
    kernel = grid @ grid.T + PENALTY * np.eye(len(rows))
    solved = grid.T @ np.linalg.solve(kernel, table.grades[rows] - bias)
    count = len(table.names)
    return RankerWeights(
        features=table.names,
        centre=centre,
        scale=scale,
        linear=solved[:count] * per_feature,
        vector_centre=middle,
        vector_linear=solved[count:] * per_part[:, None],
        bias=bias,
        blend=BLEND,
        hand=HAND,
        encoder="all-MiniLM-L6-v2",
    )


def _part_scales(centred: Doubles) -> Doubles:
    """What each column is multiplied with, so that each part has its share of variance: ``(3 d,)``."""
    size = centred.shape[1] // 3
    scales = []
    for part, share in enumerate(PART_SHARES):
        block = centred[:, part * size : (part + 1) * size]
        scales.append(np.full(size, share / np.sqrt((block**2).sum(axis=1).mean() + 1e-12)))
    return np.concatenate(scales)


def _ridge(features: float, vectors: float, *, hand: bool = False) -> Predict:
    def predict(table: Table, train: Ints, test: Ints) -> Doubles:
        weights = fit(table, train, features=features, vectors=vectors)
        grades = predict_heads(
            weights, table.names, table.features[test].astype(np.float32), table.vectors[test].astype(np.float32)
        )
        return blend_heads(weights, grades) + (table.hand[test] if hand else 0.0)

    return predict


def _column(name: str) -> Predict:
    return lambda table, _train, test: table.features[test, table.names.index(name)]


METHODS: dict[str, Predict] = {
    "random": lambda table, _train, test: np.random.default_rng(1).random(len(table.grades))[test],
    "earliest first": lambda table, _train, test: -table.starts[test],
    "most central": _column(MEANING_NAMES[0]),
    "longest turns": _column("long_turn"),
    "text features": _ridge(FEATURE_SHARE, 0.0),
    "mean vectors": _ridge(0.0, 1.0),
    "both (shipped grades)": _ridge(FEATURE_SHARE, 1.0),
    "both and hand-set evidence (shipped)": _ridge(FEATURE_SHARE, 1.0, hand=True),
}


def cross_validate(table: Table) -> dict[str, dict[str, dict[str, float]]]:
    """Split -> method -> metrics; every score is of spans whose fold was not trained on."""
    overall = table.grades[:, HEADS.index("overall")]
    results: dict[str, dict[str, dict[str, float]]] = {}
    for split, folds in (("by episode", table.by_episode), ("by show", table.by_show)):
        results[split] = {}
        for name, method in METHODS.items():
            scores = np.zeros(len(overall))
            for fold in np.unique(folds):
                test = np.flatnonzero(folds == fold)
                scores[test] = method(table, np.flatnonzero(folds != fold), test)
            results[split][name] = measure_ranking(scores, overall, table.episode)
    return results


def train(data: Path, out: Path, encode: Encode, *, log: Callable[[str], None] = print) -> dict[str, object]:
    """Cross-validates, fits on everything, writes weights, metrics and card. Returns the metrics."""
    episodes = load_graded(data)
    table = build_table(episodes, encode)
    results = cross_validate(table)
    for split, methods in results.items():
        for name, values in methods.items():
            log(f"{split:12s} {name:40s} " + "  ".join(f"{k} {v:.3f}" for k, v in values.items()))
    weights = fit(table, np.arange(len(table.grades)))
    out.mkdir(parents=True, exist_ok=True)
    save_weights(weights, out / "weights.json")
    metrics: dict[str, object] = {"spans": len(table.grades), "episodes": len(episodes), "results": results}
    (out / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    write_card(out / "README.md", results, spans=len(table.grades), episodes=len(episodes))
    return metrics


def remembering(encode: Encode, path: Path | None) -> Encode:
    """The encoder with a memory on disk, because a second run should not take ten minutes.

    What is remembered is what was made, to the bit. A memory that cannot be read, or that holds rounded numbers (older
    versions did), is made anew.
    """
    if path is None:
        return encode
    known = _remembered_in(path)

    def remembered(texts: list[str]) -> Floats:
        fresh = [text for text in dict.fromkeys(texts) if text not in known]
        if fresh:
            known.update(zip(fresh, np.asarray(encode(fresh), np.float32), strict=True))
            with atomic_write(path) as stream:
                np.savez(cast("IO[bytes]", stream), texts=np.array(list(known)), vectors=np.stack(list(known.values())))
        return np.stack([known[text] for text in texts])

    return remembered


def _remembered_in(path: Path) -> dict[str, Floats]:
    try:
        with path.open("rb") as stream, np.load(stream) as stored:
            texts, vectors = stored["texts"].tolist(), stored["vectors"]
    except (OSError, ValueError, KeyError, BadZipFile):
        return {}
    return dict(zip(texts, vectors, strict=True)) if vectors.dtype == np.float32 else {}


def main() -> None:
    """Command line: see the module's first lines."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with episodes.jsonl.gz and windows.jsonl")
    parser.add_argument("--out", type=Path, required=True, help="folder for weights.json, metrics.json and README.md")
    parser.add_argument("--encoder", type=Path, required=True, help="folder with model.onnx and tokenizer.json")
    parser.add_argument("--vectors", type=Path, help="file (.npz) that remembers vectors between runs")
    given = parser.parse_args()
    from podmix.models.sentences import SentenceEncoder

    train(given.data, given.out, remembering(SentenceEncoder.load(given.encoder, 2).encode, given.vectors))


if __name__ == "__main__":
    main()
