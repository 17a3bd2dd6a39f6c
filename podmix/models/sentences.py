# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences into vectors: all-MiniLM-L6-v2 as int8 ONNX on the CPU.

Inference is tokenize, run, mean over the real tokens, unit length (Reimers & Gurevych 2019, "Sentence-BERT").
Texts are sorted by length before they are put into batches, so that little padding is computed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from podmix.errors import ModelError, ModelMissing

DIMENSIONS = 384
LONGEST_TOKENS = 256
"""What the model was trained for; longer texts are cut."""
BATCH = 8


class SentenceEncoder:
    """Texts to unit vectors. Make one with ``load``: it is kept for the life of the process.

    Args:
        session: an onnxruntime session with inputs ``input_ids``, ``attention_mask`` and maybe ``token_type_ids``.
        tokenizer: a ``tokenizers.Tokenizer`` that truncates at ``LONGEST_TOKENS`` and does not pad.
    """

    def __init__(self, session: Any, tokenizer: Any) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._inputs = frozenset(entry.name for entry in session.get_inputs())

    @staticmethod
    def load(folder: Path, threads: int | None = None) -> SentenceEncoder:
        """The encoder in ``folder`` (``model.onnx`` and ``tokenizer.json``), verified by the model store.

        Raises:
            ModelMissing: a file is not there.
            ModelError: a file cannot be read as a model.
        """
        return _load(Path(folder), threads or usable_cores())

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape ``(len(texts), 384)``; an empty list gives shape ``(0, 384)``."""
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        tokens = self._tokenizer.encode_batch([text or " " for text in texts])
        order = sorted(range(len(texts)), key=lambda index: len(tokens[index].ids))
        for first in range(0, len(order), BATCH):
            rows = order[first : first + BATCH]
            vectors[rows] = self._batch([tokens[row].ids for row in rows])
        return vectors

    def _batch(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        longest = max(len(row) for row in ids)
        padded = np.zeros((len(ids), longest), dtype=np.int64)
        mask = np.zeros((len(ids), longest), dtype=np.int64)
        for index, row in enumerate(ids):
            padded[index, : len(row)] = row
            mask[index, : len(row)] = 1
        feeds = {"input_ids": padded, "attention_mask": mask, "token_type_ids": np.zeros_like(padded)}
        states = self._session.run(None, {name: feeds[name] for name in self._inputs})[0]
        return unit_rows(pool(np.asarray(states, dtype=np.float32), mask))


def pool(states: NDArray[np.float32], mask: NDArray[np.int64]) -> NDArray[np.float32]:
    """Mean over real tokens: ``(texts, tokens, d)`` and ``(texts, tokens)`` -> ``(texts, d)``.

    States that are pooled already, ``(texts, d)``, are returned as they are.
    """
    if states.ndim == 2:
        return states
    weights = mask[..., None].astype(np.float32)
    summed: NDArray[np.float32] = (states * weights).sum(axis=1)
    return np.asarray(summed / np.maximum(weights.sum(axis=1), 1.0), dtype=np.float32)


def unit_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows scaled to length 1; a row of zeros stays zero."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@lru_cache(maxsize=2)
def _load(folder: Path, threads: int) -> SentenceEncoder:
    model, vocabulary = folder / "model.onnx", folder / "tokenizer.json"
    for path in (model, vocabulary):
        if not path.is_file():
            raise ModelMissing(
                "The model that compares sentences is not installed.",
                remedy="Open Settings, Models, or run: podmix doctor",
                detail=str(path),
            )
    import onnxruntime
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Threads that spin between batches would take the cores from the recogniser beside us.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(str(model), sess_options=options, providers=["CPUExecutionProvider"])
        tokenizer = Tokenizer.from_file(str(vocabulary))
    except Exception as problem:  # both libraries raise bare Exception for a damaged file
        raise ModelError(
            "The model that compares sentences is damaged.",
            remedy="Remove it under Settings, Models; PodMix fetches it again.",
            detail=str(problem)[:500],
        ) from problem
    tokenizer.enable_truncation(LONGEST_TOKENS)
    tokenizer.no_padding()
    return SentenceEncoder(session, tokenizer)
