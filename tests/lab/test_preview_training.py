# SPDX-License-Identifier: GPL-3.0-or-later
"""Training on a tiny made-up data set: it learns, repeats itself, and writes what the ranker reads."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import numpy as np
import pytest

from podmix.lab.preview_data import load_graded, needed_units, show_folds
from podmix.lab.preview_training import remembering, train
from podmix.lab.ranking_metrics import measure_ranking, ndcg, spearman
from podmix.previews.scoring import HEADS, load_weights

DULL = "So we have the list and the other list in the schedule okay."
GOOD = "My mother never forgave the stranger who was afraid of the war."


def encode(texts: list[str]) -> np.ndarray:
    """Three numbers from the words alone."""
    return np.array([[len(t) / 50, t.count("war") + 0.1, t.count("list")] for t in texts], dtype=np.float32)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graded")
    dice = random.Random(0)
    windows = []
    with gzip.open(folder / "episodes.jsonl.gz", "wt", encoding="utf-8") as out:
        for number in range(12):
            good = [dice.random() < 0.4 for _ in range(6)]
            sentences = [["A", GOOD if kind else DULL] for kind in good for _ in range(10)]
            name = f"show{number % 3}/{number}"
            row = {"id": name, "show": name[:5], "title": "The war", "notes": "", "sentences": sentences}
            out.write(json.dumps(row) + "\n")
            for k, kind in enumerate(good):
                grades = dict.fromkeys(HEADS, 2 if kind else 0)
                row = {"id": name, "window": k, "first_sentence": 10 * k, "last_sentence": 10 * k + 9, **grades}
                windows.append(json.dumps(row))
    (folder / "windows.jsonl").write_text("\n".join(windows), encoding="utf-8")
    return folder


def test_learns_and_repeats_itself(data: Path, tmp_path: Path) -> None:
    first = train(data, tmp_path / "a", encode, log=lambda _line: None)
    second = train(data, tmp_path / "b", remembering(encode, tmp_path / "v.npz"), log=lambda _line: None)
    results = first["results"]
    assert isinstance(results, dict)
    for split in ("by episode", "by show"):
        assert results[split]["both (shipped grades)"]["top_grade"] > results[split]["random"]["top_grade"]
    assert first["spans"] == second["spans"] == 72
    third = train(data, tmp_path / "b2", remembering(encode, tmp_path / "v.npz"), log=lambda _line: None)
    assert first == second == third  # remembered vectors are those that were made, to the bit
    assert (tmp_path / "b" / "weights.json").read_bytes() == (tmp_path / "a" / "weights.json").read_bytes()
    assert (tmp_path / "a" / "metrics.json").read_text() == json.dumps(first, indent=1) + "\n"
    again = train(data, tmp_path / "c", encode, log=lambda _line: None)
    assert again == first
    assert (tmp_path / "c" / "weights.json").read_bytes() == (tmp_path / "a" / "weights.json").read_bytes()
    weights = load_weights(tmp_path / "a" / "weights.json")
    assert weights.vector_linear.shape == (9, len(HEADS))
    assert "CC BY-SA 4.0" in (tmp_path / "a" / "README.md").read_text()


def test_a_memory_that_is_broken_or_rounded_is_made_anew(tmp_path: Path) -> None:
    place, texts = tmp_path / "v.npz", ["The war was over.", DULL]
    np.savez(place, texts=np.array(texts), vectors=encode(texts).astype(np.float16))
    np.testing.assert_array_equal(remembering(encode, place)(texts), encode(texts))
    place.write_bytes(place.read_bytes()[:100])
    np.testing.assert_array_equal(remembering(encode, place)(texts), encode(texts))

    def never(_texts: list[str]) -> np.ndarray:
        raise AssertionError

    np.testing.assert_array_equal(remembering(never, place)(texts), encode(texts))


def test_spans_keep_their_sentences(data: Path) -> None:
    episodes = load_graded(data)
    assert len(episodes) == 12
    assert len(np.unique(show_folds(episodes))) == 3
    first = episodes[0]
    assert first.timeline.sentence_first[first.spans.first].tolist() == [0, 10, 20, 30, 40, 50]
    assert first.timeline.sentence_last[first.spans.last].tolist() == [9, 19, 29, 39, 49, 59]
    assert len(needed_units(first)) == len(first.timeline)


def test_metrics_know_the_perfect_order() -> None:
    grades = np.array([0.0, 1.0, 2.0, 3.0])
    assert spearman(grades, grades) == pytest.approx(1.0)
    assert spearman(-grades, grades) == pytest.approx(-1.0)
    assert np.isnan(spearman(np.zeros(4), grades))
    assert ndcg(grades, grades) == pytest.approx(1.0)
    assert ndcg(-grades, grades) < 0.5
    assert np.isnan(ndcg(grades, np.zeros(4)))
    found = measure_ranking(grades, grades, np.array([0, 0, 1, 1]))
    assert found["top_grade"] == pytest.approx(2.0)


def test_shipped_weights_are_whole_and_named() -> None:
    weights = load_weights()
    assert weights.linear.shape == (len(weights.features), len(HEADS))
    assert np.isfinite(weights.linear).all()
    assert np.isfinite(weights.vector_linear).all()
    card = Path(__file__).parents[2] / "resources" / "models" / "preview-ranker" / "README.md"
    assert "thechangelog/transcripts" in card.read_text(encoding="utf-8")
