# SPDX-License-Identifier: GPL-3.0-or-later
"""Driving one job function to its end: the same in a worker process and in this one.

A job function is ``run(params, context, cancelled)``, a generator that yields ``Progress`` and ``Partial`` and
returns a plain dict. Between two yields the cancel flag is heeded for it; work that takes long between yields asks
``cancelled()`` itself and raises Cancelled.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Generator
from typing import Any

from podmix.errors import Cancelled, JobError
from podmix.jobs.protocol import Partial
from podmix.jobs.types import Plain
from podmix.progress import Progress

JobSteps = Generator[Progress | Partial, None, Plain]
JobFunction = Callable[[Plain, Plain, Callable[[], bool]], JobSteps]


def resolved(function: str) -> JobFunction:
    """The function named ``package.module:function``; JobError when there is none."""
    module, _, name = function.partition(":")
    try:
        found: Any = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as problem:
        raise JobError("A part of PodMix that this job needs is missing.",
                       remedy="Install PodMix again, or run: podmix doctor",
                       detail=f"{function}: {problem!r}") from problem
    return found  # type: ignore[no-any-return]  # a name cannot carry its type


def drive(function: str, params: Plain, context: Plain, cancelled: Callable[[], bool],
          show: Callable[[Progress | Partial], None]) -> Plain:
    """Run the job and return its result. Raises Cancelled, PodMixError, and whatever the function lets through."""
    steps = resolved(function)(params, context, cancelled)
    try:
        while True:
            if cancelled():
                raise Cancelled
            try:
                step = next(steps)
            except StopIteration as stop:
                return _result(function, stop.value)
            show(step)
    finally:
        steps.close()


def _result(function: str, value: object) -> Plain:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise JobError("A job ended without a usable result.", detail=f"{function} returned {type(value).__name__}")
    return value


def run_here(function: str, params: Plain, context: Plain,
             on_progress: Callable[[Progress], None] | None = None, *,
             on_partial: Callable[[Partial], None] | None = None,
             cancelled: Callable[[], bool] = lambda: False) -> Plain:
    """Run a job in this process, for the command line and the tests; errors come as they are.

    Args:
        function: ``package.module:function``.
        params: what the job reads; plain data.
        context: folders and settings, as a queue would give them.
        on_progress: called for each progress.
        on_partial: called for each partial result.
        cancelled: asked between steps; True ends the job with Cancelled.
    """
    def show(step: Progress | Partial) -> None:
        if isinstance(step, Progress):
            if on_progress is not None:
                on_progress(step)
        elif on_partial is not None:
            on_partial(step)

    return drive(function, params, context, cancelled, show)
