# SPDX-License-Identifier: GPL-3.0-or-later
"""A query's vector, from a process of its own: the front end never loads a model.

The process starts with the first search by meaning, keeps its model, and ends with the front end.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING

from podmix.errors import ModelError

if TYPE_CHECKING:
    import numpy as np

_ENCODERS: dict[str, object] = {}
_PATIENCE_S = 60.0


class QueryVectors:
    def __init__(self, models: Path) -> None:
        self._models = models
        self._pool: ProcessPoolExecutor | None = None

    def vector(self, text: str) -> np.ndarray:
        """Unit float32 vector (dims,) of ``text``. Raises ModelMissing, ModelError."""
        import numpy as np
        for attempt in (1, 2):
            if self._pool is None:
                self._pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
            future: Future[Sequence[float]] = self._pool.submit(_encode, str(self._models), text)
            try:
                return np.asarray(future.result(_PATIENCE_S), np.float32)
            except BrokenProcessPool as problem:
                self._pool = None
                if attempt == 2:
                    raise ModelError("Search by meaning stopped working.", remedy="Search by words, or restart PodMix.",
                                     detail=str(problem)) from problem
            except TimeoutError as problem:
                raise ModelError("Search by meaning takes too long just now.", remedy="Try again in a moment.",
                                 detail=str(problem)) from problem
        raise ModelError("Search by meaning stopped working.", remedy="Search by words, or restart PodMix.")

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


def _encode(models: str, text: str) -> list[float]:
    """Runs in the other process."""
    from podmix.app.model_tools import ModelTools
    encoder = _ENCODERS.get(models)
    if encoder is None:
        encoder = _ENCODERS[models] = ModelTools(Path(models)).sentence_encoder()
    return [float(x) for x in encoder.encode([text])[0]]  # type: ignore[attr-defined]
