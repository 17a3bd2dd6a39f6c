# SPDX-License-Identifier: GPL-3.0-or-later
"""What a worker does for a mix: the render, from a plan's file to a sound file."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from podmix.errors import Cancelled
from podmix.jobs.protocol import Partial
from podmix.progress import Progress

Plain = dict[str, Any]


def render(params: Plain, _context: Plain, cancelled: Callable[[], bool]) -> Generator[Progress | Partial, None, Plain]:
    """Render the plan in file ``plan`` to ``target``; returns the path. The target appears when it is whole."""
    from podmix.app.automix import render_mix
    from podmix.automix.plan_json import read_plan

    steps = render_mix(read_plan(Path(params["plan"])), Path(params["target"]))
    while True:
        try:
            step = next(steps)
        except StopIteration as stop:
            return {"path": str(stop.value)}
        if cancelled():
            steps.close()
            raise Cancelled
        yield step
