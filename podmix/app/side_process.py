# SPDX-License-Identifier: GPL-3.0-or-later
"""A small process beside the front end for short heavy things: a query's vector, one clip.

It starts with the first call, keeps what it loaded, and ends with the front end. Long work goes to the queue instead.
"""

from __future__ import annotations

import importlib
import multiprocessing
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from podmix.errors import JobError, WorkerDied


class SideProcess:
    """Thread-safe. Functions are named "module:function" and take and return plain data."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def call(self, function: str, *arguments: Any, patience_s: float = 120.0) -> Any:
        """The function's result. Raises what it raised, WorkerDied (died twice), JobError (takes too long)."""
        for _ in range(2):
            pool = self._ready()
            try:
                return pool.submit(_call, function, arguments).result(patience_s)
            except BrokenProcessPool:
                self._let_go(pool)
            except TimeoutError as problem:
                self._let_go(pool)  # it may hang for ever; the next call gets a fresh one
                raise JobError(
                    "This takes too long just now.", remedy="Try again in a moment.", detail=function
                ) from problem
        raise WorkerDied(
            "A part of PodMix stopped twice in a row. Nothing was lost.",
            remedy="Free some memory and try again.",
            detail=function,
        )

    def _ready(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
            return self._pool

    def _let_go(self, pool: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is pool:
                self._pool = None
        pool.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)


def _call(function: str, arguments: tuple[Any, ...]) -> Any:
    module, _, name = function.partition(":")
    return getattr(importlib.import_module(module), name)(*arguments)
